package dlx.emit;

import dlx.graph.Extent;
import dlx.schedule.Access;
import dlx.schedule.Kernel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Opcodes;

/**
 * The kernel Product: loops over the outer axes, over blocks of rows and, inside, over strips of
 * columns as wide as a tile ({@link ProductStrip}).
 *
 * <p>A tile that would reach over the last row or column begins earlier instead: what it computes
 * again has the same bits. Where that cannot be, because there are fewer columns than lanes, the
 * sums go to memory of the thread first.
 */
final class Products {
  private final Kernel.Product kernel;
  private final int bits;
  private final Tiling tiling;
  private final List<Axis> outer = new ArrayList<>();
  private final List<Axis> summed = new ArrayList<>();
  private final Axis row;
  private final Axis column;

  /** An axis of the product, its position in the stores, and a step along it in each operand. */
  record Axis(Extent extent, int position, Extent a, Extent b) {}

  Products(Kernel.Product kernel, int bits) {
    this.kernel = kernel;
    this.bits = bits;
    this.tiling = Tiling.of(kernel, bits);
    List<Extent> extents = new ArrayList<>(kernel.batch());
    extents.addAll(kernel.rows());
    extents.addAll(kernel.columns());
    int rowAt = kernel.batch().size() + kernel.rows().size() - 1;
    int columnAt = extents.size() - 1;
    extents.addAll(kernel.summed());
    List<Axis> axes = new ArrayList<>();
    for (int i = 0; i < extents.size(); i++) {
      axes.add(
          new Axis(
              extents.get(i),
              i,
              kernel.a().access().strides().get(i),
              kernel.b().access().strides().get(i)));
    }
    this.row = axes.get(rowAt);
    this.column = axes.get(columnAt);
    for (Axis axis : axes) {
      if (axis.position() > columnAt) {
        summed.add(axis);
      } else if (axis != row && axis != column) {
        outer.add(axis);
      }
    }
  }

  // ------------------------------------------------------------------ what its parts ask

  Kernel.Product kernel() {
    return kernel;
  }

  int bits() {
    return bits;
  }

  Tiling tiling() {
    return tiling;
  }

  List<Axis> outer() {
    return outer;
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

  String array() {
    return "[" + Lane.letter(tiling.dtype());
  }

  /** May sums be interrupted, so that they go on with what is there? */
  boolean isCut() {
    return tiling.blockSummed() > 0;
  }

  boolean isLeftPacked() {
    return kernel.a().panel() > 0;
  }

  int leftPanel() {
    return kernel.a().panel();
  }

  boolean isRightPacked() {
    return kernel.b().panel() > 0;
  }

  /** From one row of a tile to the next in the left operand. */
  Extent rowStep() {
    return isLeftPacked() ? Extent.ONE : row.a();
  }

  /** From one summed position to the next in the right operand; null if a call decides. */
  @Nullable Extent rightStep() {
    if (isRightPacked()) {
      return Extent.of(kernel.b().panel());
    }
    return mayBeNarrow() ? null : summed.getLast().b();
  }

  /** Can there be fewer columns than lanes, which are padded in memory of the thread? */
  boolean mayBeNarrow() {
    return tiling.isVector() && !isRightPacked() && knownColumns() < tiling.lanes();
  }

  /** The number of columns, or 0 if that is not known. */
  long knownColumns() {
    return column.extent().constant().orElse(0);
  }

  /** Do tiles write where the result lies? Else to memory of the thread. */
  boolean isDirect() {
    return kernel.isPlain();
  }

  /**
   * From one row of the sums to the next in memory of the thread: those of one strip, or of all
   * columns, rounded up to the width of a strip.
   */
  Extent sumsRow() {
    Extent width = Extent.of(tiling.width());
    return isDirect()
        ? width
        : column.extent().plus(tiling.width() - 1).floorDivide(width).times(width);
  }

  /** How many sums memory of the thread holds. */
  Extent sumsSize() {
    return sumsRow().times(tiling.blockRows());
  }

  // ------------------------------------------------------------------ what threads share

  /** Threads share the first outer axis, or the rows. */
  Extent units() {
    return outer.isEmpty() ? row.extent() : outer.getFirst().extent();
  }

  int align() {
    return outer.isEmpty() ? tiling.rows() : 1;
  }

  /**
   * What threads may share besides: the columns, where there are no outer axes. Not where sums are
   * interrupted: the last strip may overlap the one of another thread, whose sums are half done.
   */
  @Nullable Extent across() {
    return outer.isEmpty() && isDirect() && !isCut() ? column.extent() : null;
  }

  int acrossAlign() {
    return tiling.width();
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

  // ------------------------------------------------------------------ the driver

  void emit(ClassVisitor cv, String owner, String name, int line, Operands operands) {
    for (int vectors : widths()) {
      ProductStrip.emit(this, cv, owner, name, vectors, line, operands);
    }
    if (ProductStore.isNeeded(this)) {
      ProductStore.emit(this, cv, name, line, operands);
    }
    Code.kernel(cv, name, line, operands, code -> new Driver(code, owner, name).emit());
  }

  /** How many vectors the strips are wide: full ones, and single vectors for what is left. */
  List<Integer> widths() {
    boolean full = column.extent().isConstant() && knownColumns() % tiling.width() == 0;
    boolean single = column.extent().isConstant() && knownColumns() <= tiling.lanes();
    return full ? List.of(tiling.vectors()) : single ? List.of(1) : List.of(tiling.vectors(), 1);
  }

  /** The loops around the strips. */
  private final class Driver {
    private final Code code;
    private final String owner;
    private final String name;
    private final int begin;
    private final int end;
    private final List<Integer> indices = new ArrayList<>();

    Driver(Code code, String owner, String name) {
      this.code = code;
      this.owner = owner;
      this.name = name;
      this.begin = code.local(1);
      this.end = code.local(1);
    }

    private void emit() {
      if (across() != null) {
        part("begin", begin);
        part("end", end);
      }
      loops(0, offset(kernel.b().access()));
    }

    private void part(String field, int local) {
      code.aload(1);
      code.mv().visitFieldInsn(Opcodes.GETFIELD, Code.SCRATCH, field, "I");
      code.istore(local);
    }

    private int offset(Access access) {
      int local = code.local(1);
      code.extent(access.offset());
      code.istore(local);
      return local;
    }

    private void loops(int level, int b) {
      if (level == outer.size()) {
        matrix(b);
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
      indices.add(index);
      Runnable limit = level == 0 ? () -> code.iload(Code.TO) : () -> code.extent(axis.extent());
      code.loop(index, 1, limit, () -> loops(level + 1, plus(b, index, axis.b())));
      indices.removeLast();
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

    /** The right operand: an array, a first index and a step per summed position. */
    private record Right(int array, int at, int step) {}

    private void matrix(int b) {
      Right right = new Right(code.local(1), b, code.local(1));
      code.array(kernel.b().access().buffer());
      code.astore(right.array());
      Extent step = rightStep();
      code.extent(step == null ? summed.getLast().b() : step);
      code.istore(right.step());
      if (!mayBeNarrow()) {
        blocks(right);
      } else if (column.extent().isConstant()) {
        blocks(padded(right));
      } else {
        code.extent(column.extent());
        code.constant(tiling.lanes());
        code.chooseIfLess(() -> blocks(padded(right)), () -> blocks(right));
      }
    }

    /**
     * A right operand of fewer columns than lanes: what lies behind them is read with them; only at
     * the end of the array the operand is copied.
     */
    private Right padded(Right right) {
      Right padded = new Right(code.local(1), code.local(1), code.local(1));
      Extent positions = summed.getLast().extent();
      code.iload(right.at());
      code.extent(positions.minus(Extent.ONE).times(summed.getLast().b()));
      code.constant(0);
      code.callStatic("java/lang/Math", "max", "(II)I");
      code.insn(Opcodes.IADD);
      code.constant(tiling.lanes());
      code.insn(Opcodes.IADD);
      code.aload(right.array());
      code.insn(Opcodes.ARRAYLENGTH);
      code.insn(Opcodes.ICONST_1);
      code.insn(Opcodes.IADD);
      code.chooseIfLess(
          () -> {
            code.aload(right.array());
            code.astore(padded.array());
            code.iload(right.at());
            code.istore(padded.at());
            code.iload(right.step());
            code.istore(padded.step());
          },
          () -> {
            code.aload(1);
            code.extent(positions.times(tiling.lanes()));
            code.call(Code.SCRATCH, "panel" + tiling.dtype().bytes() * 8, "(I)" + array());
            code.astore(padded.array());
            code.constant(0);
            code.istore(padded.at());
            code.constant(tiling.lanes());
            code.istore(padded.step());
            code.aload(right.array());
            code.iload(right.at());
            code.iload(right.step());
            code.constant(1);
            code.extent(positions);
            code.extent(column.extent());
            code.constant(tiling.lanes());
            code.aload(padded.array());
            code.constant(0);
            code.callStatic(
                "dlx/runtime/Panels", "pack", "(" + array() + "IIIIII" + array() + "I)V");
          });
      return padded;
    }

    /** Blocks of rows. */
    private void blocks(Right right) {
      int from = code.local(1);
      int to = code.local(1);
      if (!outer.isEmpty()
          && row.extent().constant().orElse(Long.MAX_VALUE) <= tiling.blockRows()) {
        code.constant(0);
        code.istore(from);
        code.extent(row.extent());
        code.istore(to);
        block(right, from, to);
        return;
      }
      int next = code.local(1);
      if (outer.isEmpty()) {
        code.iload(Code.FROM);
      } else {
        code.constant(0);
      }
      code.istore(next);
      // one turn for every block: next is where the block after this one begins
      code.loop(
          next,
          tiling.blockRows(),
          () -> {
            rowLimit();
            code.constant(tiling.blockRows() - 1);
            code.insn(Opcodes.IADD);
          },
          () -> {
            code.iload(next);
            code.istore(from);
            code.iload(next);
            code.constant(tiling.blockRows());
            code.insn(Opcodes.IADD);
            rowLimit();
            code.callStatic("java/lang/Math", "min", "(II)I");
            code.istore(to);
            block(right, from, to);
          });
    }

    private void rowLimit() {
      if (outer.isEmpty()) {
        code.iload(Code.TO);
      } else {
        code.extent(row.extent());
      }
    }

    private void block(Right right, int from, int to) {
      columns(right, from, to);
      if (!isDirect()) {
        int sums = code.local(1);
        ProductStore.sums(Products.this, code);
        code.astore(sums);
        int first = code.local(1);
        code.constant(0);
        code.istore(first);
        ProductStore.call(Products.this, code, owner, name, indices, sums, from, to, first);
      }
    }

    /** All columns of a block of rows. */
    private void columns(Right right, int from, int to) {
      int j = code.local(1);
      if (across() == null) {
        code.constant(0);
      } else {
        code.iload(begin);
      }
      code.istore(j);
      if (widths().contains(tiling.vectors())) {
        code.loop(
            j,
            tiling.width(),
            this::columnLimit,
            () -> strip(right, from, to, j, tiling.vectors()));
      }
      if (widths().contains(1)) {
        // only the part that has the last column ends between multiples of the width
        code.iload(j);
        columnLimit();
        code.chooseIfLess(() -> rest(right, from, to, j), () -> {});
      }
    }

    private void columnLimit() {
      if (across() == null) {
        code.extent(column.extent());
      } else {
        code.iload(end);
      }
    }

    /** Fewer columns than a tile has. */
    private void rest(Right right, int from, int to, int j) {
      Runnable wide = () -> strip(right, from, to, j, tiling.vectors());
      if (isRightPacked()) {
        // panels are padded
        ifLeft(j, tiling.lanes(), () -> strip(right, from, to, j, 1), wide);
        return;
      }
      Runnable narrow =
          () -> {
            code.loop(
                j,
                tiling.lanes(),
                () -> code.extent(column.extent()),
                () -> strip(right, from, to, j, 1));
            code.iload(j);
            code.extent(column.extent());
            code.chooseIfLess(() -> last(right, from, to, j, 1), () -> {});
          };
      if (!widths().contains(tiling.vectors())) {
        narrow.run();
        return;
      }
      ifLeft(
          j,
          tiling.lanes(),
          narrow,
          () ->
              ifColumns(tiling.width(), () -> last(right, from, to, j, tiling.vectors()), narrow));
    }

    /** Runs one if at most so many columns are left from j on. */
    private void ifLeft(int j, int count, Runnable then, Runnable otherwise) {
      if (column.extent().isConstant()) {
        long left = knownColumns() % tiling.width();
        (left <= count ? then : otherwise).run();
        return;
      }
      code.extent(column.extent());
      code.iload(j);
      code.constant(count + 1);
      code.insn(Opcodes.IADD);
      code.chooseIfLess(then, otherwise);
    }

    /** Runs one if there are at least so many columns. */
    private void ifColumns(int count, Runnable then, Runnable otherwise) {
      if (column.extent().isConstant()) {
        (knownColumns() >= count ? then : otherwise).run();
        return;
      }
      code.constant(count - 1);
      code.extent(column.extent());
      code.chooseIfLess(then, otherwise);
    }

    /** The last strip: it begins so early that it ends with the last column, if it can. */
    private void last(Right right, int from, int to, int j, int vectors) {
      int first = code.local(1);
      int width = vectors * tiling.lanes();
      ifColumns(
          width,
          () -> {
            code.extent(column.extent());
            code.constant(width);
            code.insn(Opcodes.ISUB);
            code.istore(first);
          },
          () -> {
            code.iload(j);
            code.istore(first);
          });
      strip(right, from, to, first, vectors);
    }

    private void strip(Right right, int from, int to, int first, int vectors) {
      code.aload(0);
      code.aload(1);
      indices.forEach(code::iload);
      code.aload(right.array());
      if (isRightPacked()) {
        code.iload(right.at());
        code.iload(first);
        code.constant(tiling.width());
        code.insn(Opcodes.IDIV);
        code.extent(column.b());
        code.insn(Opcodes.IMUL);
        code.insn(Opcodes.IADD);
      } else {
        code.iload(plus(right.at(), first, column.b()));
      }
      code.iload(right.step());
      code.iload(from);
      code.iload(to);
      code.iload(first);
      code.callStatic(
          owner, ProductStrip.name(name, vectors), ProductStrip.descriptor(Products.this));
    }
  }
}
