package dlx.emit;

import dlx.graph.Extent;
import dlx.runtime.DType;
import dlx.schedule.Access;
import dlx.schedule.Kernel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Opcodes;

/**
 * The kernel Product: tiles of rows by vectors of columns whose sums stay in registers, one summed
 * position per turn. The left operand is read where it lies, one number for each row of the tile;
 * the right one in vectors, from a packed panel if its columns do not lie side by side or do not
 * fill a vector.
 */
final class Products {
  private final Kernel.Product kernel;
  private final DType dtype;
  private final Lane lane;
  private final int tileRows;
  private final int tileVectors;
  private final List<Axis> outer = new ArrayList<>();
  private final List<Axis> summed;
  private final Axis row;
  private final Axis column;

  /** An axis of the product and how far a step along it is in each operand. */
  record Axis(Extent extent, Extent a, Extent b, Extent c) {
    /** Is {@code inner} the continuation of this axis in all operands? */
    boolean continues(Axis inner) {
      return a.equals(inner.a.times(inner.extent))
          && b.equals(inner.b.times(inner.extent))
          && c.equals(inner.c.times(inner.extent));
    }
  }

  Products(Kernel.Product kernel, int bits) {
    this.kernel = kernel;
    this.dtype = kernel.c().buffer().dtype();
    this.lane = Lane.of(bits, List.of(dtype));
    int at = 0;
    outer.addAll(axes(kernel.batch(), at));
    at += kernel.batch().size();
    List<Axis> rows = axes(kernel.rows(), at);
    at += kernel.rows().size();
    List<Axis> columns = axes(kernel.columns(), at);
    at += kernel.columns().size();
    this.summed = axes(kernel.summed(), at);
    this.row = rows.removeLast();
    this.column = columns.removeLast();
    outer.addAll(rows);
    outer.addAll(columns);
    boolean many = bits >= 512;
    this.tileRows = many ? 8 : 4;
    this.tileVectors = lane.isVector() ? 2 : 4;
  }

  /** Axes from position {@code at} of the accesses, evenly lying neighbours as one. */
  private List<Axis> axes(List<Extent> extents, int at) {
    List<Axis> axes = new ArrayList<>();
    for (int i = 0; i < extents.size(); i++) {
      Axis axis =
          new Axis(
              extents.get(i),
              kernel.a().strides().get(at + i),
              kernel.b().strides().get(at + i),
              kernel.c().strides().get(at + i));
      if (!axes.isEmpty() && axes.getLast().continues(axis)) {
        Axis before = axes.removeLast();
        axis = new Axis(before.extent().times(axis.extent()), axis.a(), axis.b(), axis.c());
      }
      axes.add(axis);
    }
    return axes;
  }

  DType dtype() {
    return dtype;
  }

  Lane lane() {
    return lane;
  }

  Axis row() {
    return row;
  }

  Axis column() {
    return column;
  }

  List<Axis> summed() {
    return summed;
  }

  // ------------------------------------------------------------------ what threads share

  /** Threads share the first outer axis, or the rows. */
  Extent units() {
    return outer.isEmpty() ? row.extent() : outer.getFirst().extent();
  }

  int align() {
    return outer.isEmpty() ? tileRows : 1;
  }

  /** Multiplications per unit. */
  Extent work() {
    Extent work = column.extent();
    for (Axis axis : summed) {
      work = work.times(axis.extent());
    }
    for (int i = 1; i < outer.size(); i++) {
      work = work.times(outer.get(i).extent());
    }
    return outer.isEmpty() ? work : work.times(row.extent());
  }

  private boolean isPacked() {
    return lane.isVector() && !column.b().isOne();
  }

  private String array() {
    return "[" + Lane.letter(dtype);
  }

  private String tileDescriptor() {
    return "(L"
        + Code.FRAME
        + ";L"
        + Code.SCRATCH
        + ";"
        + array()
        + "I"
        + array()
        + "I"
        + array()
        + "I)V";
  }

  // ------------------------------------------------------------------ the driver

  void emit(ClassVisitor cv, String owner, String name, int line, Operands operands) {
    for (int rows = tileRows; rows >= 1; rows /= 2) {
      tile(cv, name, rows, tileVectors, isPacked(), false, line, operands);
      tile(cv, name, rows, 1, isPacked(), false, line, operands);
      if (lane.isVector() && hasTail()) {
        tile(cv, name, rows, 1, true, true, line, operands);
      }
    }
    Code.kernel(cv, name, line, operands, code -> new Driver(code, owner, name).emit());
  }

  private boolean hasTail() {
    return !column.extent().isConstant()
        || column.extent().constant().getAsLong() % lane.lanes() != 0;
  }

  private static String tileName(String kernel, int rows, int vectors, boolean tail) {
    return kernel + "tile" + rows + "x" + vectors + (tail ? "tail" : "");
  }

  /** The loops around the tiles. */
  private final class Driver {
    private final Code code;
    private final String owner;
    private final String name;
    private int panel = -1;

    Driver(Code code, String owner, String name) {
      this.code = code;
      this.owner = owner;
      this.name = name;
    }

    private void emit() {
      int a = offset(kernel.a());
      int b = offset(kernel.b());
      int c = offset(kernel.c());
      if (lane.isVector() && (isPacked() || hasTail())) {
        panel = panel();
      }
      loops(0, a, b, c);
    }

    private int offset(Access access) {
      int local = code.local(1);
      code.extent(access.offset());
      code.istore(local);
      return local;
    }

    /** Pushes nothing; the panel of this thread, large enough, in a local. */
    private int panel() {
      int local = code.local(1);
      Extent rows = Extent.ONE;
      for (Axis axis : summed) {
        rows = rows.times(axis.extent());
      }
      code.aload(1);
      code.extent(rows.times((long) lane.lanes() * tileVectors));
      code.call(Code.SCRATCH, dtype == DType.F32 ? "panel32" : "panel64", "(I)" + array());
      code.astore(local);
      return local;
    }

    private void loops(int level, int a, int b, int c) {
      if (level == outer.size()) {
        columns(a, b, c);
        return;
      }
      Axis axis = outer.get(level);
      int index = code.local(1);
      if (level == 0) {
        code.iload(Code.FROM);
      } else {
        code.constant(0);
      }
      code.istore(index);
      Runnable limit = level == 0 ? () -> code.iload(Code.TO) : () -> code.extent(axis.extent());
      code.loop(
          index,
          1,
          limit,
          () ->
              loops(
                  level + 1,
                  plus(a, index, axis.a()),
                  plus(b, index, axis.b()),
                  plus(c, index, axis.c())));
    }

    /** A new local: base + index * stride. */
    private int plus(int base, int index, Extent stride) {
      if (stride.isZero()) {
        return base;
      }
      int local = code.local(1);
      code.iload(base);
      code.iload(index);
      if (!stride.isOne()) {
        code.extent(stride);
        code.insn(Opcodes.IMUL);
      }
      code.insn(Opcodes.IADD);
      code.istore(local);
      return local;
    }

    private void columns(int a, int b, int c) {
      int j = code.local(1);
      code.constant(0);
      code.istore(j);
      Runnable limit = () -> code.extent(column.extent());
      code.loop(j, tileVectors * lane.lanes(), limit, () -> strip(a, b, c, j, tileVectors, false));
      code.loop(j, lane.lanes(), limit, () -> strip(a, b, c, j, 1, false));
      if (lane.isVector() && hasTail()) {
        // at most one turn: what is left is less than a vector
        code.loop(
            j,
            1,
            limit,
            () -> {
              strip(a, b, c, j, 1, true);
              code.extent(column.extent());
              code.istore(j);
            });
      }
    }

    /** All rows of some columns. */
    private void strip(int a, int b, int c, int j, int vectors, boolean tail) {
      int bj = plus(b, j, column.b());
      int cj = plus(c, j, column.c());
      if (isPacked() || tail) {
        pack(bj, j, vectors * lane.lanes(), tail);
      }
      int i = code.local(1);
      boolean all = !outer.isEmpty();
      if (all) {
        code.constant(0);
      } else {
        code.iload(Code.FROM);
      }
      code.istore(i);
      Runnable limit = all ? () -> code.extent(row.extent()) : () -> code.iload(Code.TO);
      for (int rows = tileRows; rows >= 1; rows /= 2) {
        int tile = rows;
        code.loop(i, rows, limit, () -> callTile(a, bj, cj, i, j, tile, vectors, tail));
      }
    }

    private void callTile(
        int a, int bj, int cj, int i, int j, int rows, int vectors, boolean tail) {
      int ai = plus(a, i, row.a());
      int ci = plus(cj, i, row.c());
      code.aload(0);
      code.aload(1);
      code.array(kernel.a().buffer());
      code.iload(ai);
      if (isPacked() || tail) {
        code.aload(panel);
        code.constant(0);
      } else {
        code.array(kernel.b().buffer());
        code.iload(bj);
      }
      if (tail) {
        code.scratch(dtype);
        code.constant(0);
      } else {
        code.array(kernel.c().buffer());
        code.iload(ci);
      }
      code.callStatic(owner, tileName(name, rows, vectors, tail), tileDescriptor());
      if (tail) {
        code.scratch(dtype);
        code.constant(rows);
        left(j);
        code.constant(lane.lanes());
        code.array(kernel.c().buffer());
        code.iload(ci);
        code.extent(row.c());
        code.callStatic("dlx/runtime/Panels", "unpack", "(" + array() + "III" + array() + "II)V");
      }
    }

    /** Pushes how many columns are left from j on. */
    private void left(int j) {
      code.extent(column.extent());
      code.iload(j);
      code.insn(Opcodes.ISUB);
    }

    private void pack(int bj, int j, int padded, boolean tail) {
      int at = code.local(1);
      code.constant(0);
      code.istore(at);
      packAxis(
          0,
          bj,
          at,
          base -> {
            Axis inner = summed.getLast();
            code.array(kernel.b().buffer());
            code.iload(base);
            code.extent(inner.b());
            code.extent(column.b());
            code.extent(inner.extent());
            if (tail) {
              left(j);
            } else {
              code.constant(padded);
            }
            code.constant(padded);
            code.aload(panel);
            code.iload(at);
            code.callStatic(
                "dlx/runtime/Panels", "pack", "(" + array() + "IIIIII" + array() + "I)V");
            code.iload(at);
            code.extent(inner.extent().times(padded));
            code.insn(Opcodes.IADD);
            code.istore(at);
          });
    }

    private void packAxis(int level, int base, int at, IntConsumer innermost) {
      if (level == summed.size() - 1) {
        innermost.accept(base);
      } else {
        Axis axis = summed.get(level);
        code.count(axis.extent(), k -> packAxis(level + 1, plus(base, k, axis.b()), at, innermost));
      }
    }
  }

  private void tile(
      ClassVisitor cv,
      String kernelName,
      int rows,
      int vectors,
      boolean packed,
      boolean tail,
      int line,
      Operands operands) {
    String method = tileName(kernelName, rows, vectors, tail);
    Extent step = packed ? Extent.of((long) vectors * lane.lanes()) : null;
    Code.method(
        cv,
        method,
        tileDescriptor(),
        ProductTile.ARGUMENTS,
        line,
        operands,
        code -> new ProductTile(this, code, rows, vectors, step, tail).emit());
  }
}
