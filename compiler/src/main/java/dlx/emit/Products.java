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
  private record Axis(Extent extent, Extent a, Extent b, Extent c) {
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

  void emit(ClassVisitor cv, String owner, String name, int line, Context context) {
    for (int rows = tileRows; rows >= 1; rows /= 2) {
      tile(cv, name, rows, tileVectors, isPacked(), false, line, context);
      tile(cv, name, rows, 1, isPacked(), false, line, context);
      if (lane.isVector() && hasTail()) {
        tile(cv, name, rows, 1, true, true, line, context);
      }
    }
    Code.kernel(cv, name, line, context, code -> new Driver(code, owner, name).emit());
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

  // ------------------------------------------------------------------ a tile

  private static final int A = 2;
  private static final int A_AT = 3;
  private static final int B = 4;
  private static final int B_AT = 5;
  private static final int C = 6;
  private static final int C_AT = 7;

  private void tile(
      ClassVisitor cv,
      String kernelName,
      int rows,
      int vectors,
      boolean packed,
      boolean tail,
      int line,
      Context context) {
    String method = tileName(kernelName, rows, vectors, tail);
    Extent step = packed ? Extent.of((long) vectors * lane.lanes()) : null;
    Code.method(
        cv,
        method,
        tileDescriptor(),
        8,
        line,
        context,
        code -> new Tile(code, rows, vectors, step, tail).emit());
  }

  private final class Tile {
    private final Code code;
    private final int rows;
    private final int vectors;
    private final Extent packedStep;
    private final boolean tail;
    private final Body body;
    private final int[][] sums;
    private final int[] rowOffsets;

    Tile(Code code, int rows, int vectors, Extent packedStep, boolean tail) {
      this.code = code;
      this.rows = rows;
      this.vectors = vectors;
      this.packedStep = packedStep;
      this.tail = tail;
      this.body = new Body(code, lane, null);
      this.sums = new int[rows][vectors];
      this.rowOffsets = new int[rows];
    }

    private void emit() {
      for (int r = 0; r < rows; r++) {
        for (int v = 0; v < vectors; v++) {
          if (lane.isVector()) {
            body.constant(0, dtype);
            sums[r][v] = code.local(1);
            code.astore(sums[r][v]);
          } else {
            code.constant(0, dtype);
            sums[r][v] = code.local(dtype);
            code.store(dtype, sums[r][v]);
          }
        }
        if (!row.a().isConstant() && r > 0) {
          rowOffsets[r] = code.local(1);
          code.extent(row.a().times(r));
          code.istore(rowOffsets[r]);
        }
      }
      int b = code.local(1);
      code.iload(B_AT);
      code.istore(b);
      sum(0, A_AT, b);
      for (int r = 0; r < rows; r++) {
        for (int v = 0; v < vectors; v++) {
          store(r, v);
        }
      }
    }

    /** Loops over the summed axes; b is advanced, a and (unpacked) b start anew in every loop. */
    private void sum(int level, int aStart, int bStart) {
      Axis axis = summed.get(level);
      boolean innermost = level == summed.size() - 1;
      int a = copy(aStart);
      int b = packedStep != null ? bStart : copy(bStart);
      code.count(
          axis.extent(),
          k -> {
            if (innermost) {
              turn(a, b);
            } else {
              sum(level + 1, a, b);
            }
            advance(a, axis.a());
            if (packedStep == null) {
              advance(b, axis.b());
            } else if (innermost) {
              advance(b, packedStep);
            }
          });
    }

    private int copy(int from) {
      int local = code.local(1);
      code.iload(from);
      code.istore(local);
      return local;
    }

    private void advance(int local, Extent by) {
      if (by.isConstant() && by.constant().getAsLong() <= Short.MAX_VALUE) {
        code.mv().visitIincInsn(local, (int) by.constant().getAsLong());
      } else {
        code.iload(local);
        code.extent(by);
        code.insn(Opcodes.IADD);
        code.istore(local);
      }
    }

    /** One summed position: sums[r][v] += a[r] * b[v]. */
    private void turn(int a, int b) {
      int[] right = new int[vectors];
      for (int v = 0; v < vectors; v++) {
        if (lane.isVector()) {
          body.species(dtype);
        }
        code.aload(B);
        code.iload(b);
        int ahead = v * lane.lanes();
        if (ahead > 0) {
          Extent columnStep = packedStep != null ? Extent.ONE : column.b();
          code.extent(columnStep.times(ahead));
          code.insn(Opcodes.IADD);
        }
        if (lane.isVector()) {
          code.callStatic(
              Lane.type(dtype),
              "fromArray",
              "(L" + Lane.SPECIES + ";" + array() + "I)" + Lane.descriptor(dtype));
          right[v] = code.local(1);
          code.astore(right[v]);
        } else {
          code.arrayLoad(dtype);
          right[v] = code.local(dtype);
          code.store(dtype, right[v]);
        }
      }
      int left = code.local(lane.isVector() ? DType.F32 : dtype);
      for (int r = 0; r < rows; r++) {
        if (lane.isVector()) {
          body.species(dtype);
        }
        code.aload(A);
        code.iload(a);
        if (r > 0) {
          if (row.a().isConstant()) {
            code.extent(row.a().times(r));
          } else {
            code.iload(rowOffsets[r]);
          }
          code.insn(Opcodes.IADD);
        }
        code.arrayLoad(dtype);
        if (lane.isVector()) {
          code.callStatic(
              Lane.type(dtype),
              "broadcast",
              "(L" + Lane.SPECIES + ";" + Lane.letter(dtype) + ")" + Lane.descriptor(dtype));
          code.astore(left);
        } else {
          code.store(dtype, left);
        }
        for (int v = 0; v < vectors; v++) {
          multiplyAdd(left, right[v], sums[r][v]);
        }
      }
    }

    private void multiplyAdd(int left, int right, int sum) {
      if (lane.isVector()) {
        code.aload(left);
        code.aload(right);
        code.aload(sum);
        String vector = "L" + Lane.VECTOR + ";";
        code.call(Lane.type(dtype), "fma", "(" + vector + vector + ")" + Lane.descriptor(dtype));
        code.astore(sum);
      } else {
        String letter = Lane.letter(dtype);
        code.load(dtype, left);
        code.load(dtype, right);
        code.load(dtype, sum);
        code.callStatic("java/lang/Math", "fma", "(" + letter + letter + letter + ")" + letter);
        code.store(dtype, sum);
      }
    }

    private void store(int r, int v) {
      int ahead = v * lane.lanes();
      if (lane.isVector()) {
        code.aload(sums[r][v]);
        code.aload(C);
        cIndex(r, ahead);
        code.call(Lane.type(dtype), "intoArray", "(" + array() + "I)V");
      } else {
        code.aload(C);
        cIndex(r, ahead);
        code.load(dtype, sums[r][v]);
        code.arrayStore(dtype);
      }
    }

    private void cIndex(int r, int ahead) {
      code.iload(C_AT);
      Extent step = tail ? Extent.of((long) r * lane.lanes()) : row.c().times(r);
      Extent offset = step.plus(ahead);
      if (!offset.isZero()) {
        code.extent(offset);
        code.insn(Opcodes.IADD);
      }
    }
  }
}
