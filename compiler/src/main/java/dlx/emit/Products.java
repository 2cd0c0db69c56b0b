package dlx.emit;

import dlx.graph.Extent;
import dlx.schedule.Kernel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassVisitor;

/**
 * What is known of a kernel Product, and its methods: loops over the outer axes and over blocks of
 * rows ({@link ProductLoops}), inside over strips of columns as wide as a tile ({@link
 * ProductColumns}, {@link ProductStrip}).
 *
 * <p>A tile that would reach over the last row or column begins earlier instead: what it computes
 * again has the same bits. Where that cannot be, because there are fewer columns than lanes, the
 * sums go to memory of the thread first.
 */
final class Products {
  private final Kernel.Product kernel;
  private final int bits;
  private final Tiling tiling;
  private final FewRows few;
  private final List<Axis> outer = new ArrayList<>();
  private final List<Axis> summed = new ArrayList<>();
  private final Axis row;
  private final Axis column;

  /** An axis of the product, its position in the stores, and a step along it in each operand. */
  record Axis(Extent extent, int position, Extent a, Extent b) {}

  Products(Kernel.Product kernel, int bits) {
    this.kernel = kernel;
    this.bits = bits;
    this.tiling = Tiling.of(kernel, bits).as(Choice.of(kernel, bits));
    this.few = FewRows.of(kernel, bits);
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

  /** For which sizes there are so few rows that they are not multiplied in tiles. */
  FewRows few() {
    return few;
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

  /** Is the whole result added to for one block of summed positions before the next one? */
  boolean isCutOutside() {
    return tiling.outside();
  }

  /** The axes that a tile sums over; the first one in blocks, if sums are cut. */
  List<Axis> summedInTile() {
    return summed.subList(tiling.cut(), summed.size());
  }

  /** How many blocks of summed positions there are. */
  Extent turns() {
    Extent turns = summedBlocks();
    for (Axis axis : summed.subList(0, tiling.cut())) {
      turns = turns.times(axis.extent());
    }
    return turns;
  }

  /** How many blocks the axis has that is cut. */
  Extent summedBlocks() {
    int block = tiling.blockSummed();
    return summed.get(tiling.cut()).extent().plus(block - 1).floorDivide(Extent.of(block));
  }

  /** A step along a summed axis in the left operand. */
  Extent leftStep(Axis axis) {
    return isLeftPacked() ? Extent.of(leftPanel()) : axis.a();
  }

  /** A step along a summed axis in the right operand. */
  Extent rightStep(Axis axis) {
    if (!isRightPacked()) {
      return axis.b();
    }
    Extent step = Extent.of(kernel.b().panel());
    for (Axis inner : summed.subList(summed.indexOf(axis) + 1, summed.size())) {
      step = step.times(inner.extent());
    }
    return step;
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
    return tiling.isVector()
        && !isRightPacked()
        && !isCutOutside()
        && knownColumns() < tiling.lanes();
  }

  /** The number of columns, or 0 if that is not known. */
  long knownColumns() {
    return column.extent().constant().orElse(0);
  }

  /** Do rows overlap in the result? */
  boolean isOverlapping() {
    return kernel.overlapping();
  }

  /** Do tiles write where the result lies? Else to memory of the thread. */
  boolean isDirect() {
    return kernel.isPlain();
  }

  /**
   * Are rows stored one behind the other that are shorter than a vector, but longer than half of
   * it? Then each is stored as a vector, over whose end the next one is stored; the last one goes
   * through memory of the thread.
   */
  boolean spills() {
    if (!isDirect() || kernel.begun() || !isRightPacked() || !tiling.isVector() || isCut()) {
      return false;
    }
    Extent step = kernel.stores().getFirst().access().strides().get(row.position());
    return column.extent().isConstant()
        && knownColumns() < tiling.lanes()
        && 2 * knownColumns() >= tiling.lanes()
        && step.equals(column.extent());
  }

  /**
   * From one row of the sums to the next in memory of the thread: those of one strip, or of all
   * columns, rounded up to the width of a strip where panels are padded.
   */
  Extent sumsRow() {
    Extent width = Extent.of(tiling.width());
    if (!isDirect() && !isOverlapping() && !ProductStrip.mayBePadded(this)) {
      return column.extent();
    }
    return isDirect()
        ? width
        : column.extent().plus(tiling.width() - 1).floorDivide(width).times(width);
  }

  /** How many sums memory of the thread holds. */
  Extent sumsSize() {
    return isOverlapping()
        ? Extent.of(ProductOverlap.size(this))
        : sumsRow().times(tiling.blockRows());
  }

  // ------------------------------------------------------------------ what threads share

  /** Threads share the outer axes and blocks of rows, or the rows. */
  Extent units() {
    if (outer.isEmpty()) {
      return row.extent();
    }
    Extent units = rowBlocks();
    for (Axis axis : outer) {
      units = units.times(axis.extent());
    }
    return units;
  }

  /** How many blocks of rows there are. */
  Extent rowBlocks() {
    return row.extent().plus(tiling.blockRows() - 1).floorDivide(Extent.of(tiling.blockRows()));
  }

  int align() {
    return outer.isEmpty() ? tiling.rows() : 1;
  }

  /** Blocks of summed positions are read again by each chunk, so there are few. */
  int chunks(int most) {
    return isCutOutside() ? 2 : most;
  }

  /** What threads may share besides: the columns, where there are no outer axes. */
  @Nullable Extent across() {
    if (!outer.isEmpty() || !isDirect()) {
      return null;
    }
    return sharesColumns()
        ? column.extent()
        : few.isNever() ? null : few.chosen().times(column.extent().plus(-1)).plus(1);
  }

  /**
   * May threads share the columns of tiles? Not where sums are interrupted: the last strip may
   * overlap the one of another thread, whose sums are half done.
   */
  boolean sharesColumns() {
    return outer.isEmpty() && isDirect() && !isCut();
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
    if (outer.isEmpty()) {
      return work;
    }
    boolean one = row.extent().constant().orElse(Long.MAX_VALUE) <= tiling.blockRows();
    return work.times(one ? row.extent() : Extent.of(tiling.blockRows()));
  }

  // ------------------------------------------------------------------ the methods

  /**
   * @param seldom where methods are written that most calls do not need
   */
  void emit(
      ClassVisitor cv,
      ClassVisitor seldom,
      String owner,
      String name,
      int line,
      Operands operands) {
    if (!few.isNever()) {
      ProductFew.emit(this, few.isAlways() ? cv : seldom, owner, name, line, operands);
    }
    for (int vectors : few.isAlways() ? List.<Integer>of() : widths()) {
      ProductStrip.emit(this, cv, seldom, owner, name, vectors, line, operands);
    }
    if (isOverlapping()) {
      ProductOverlap.emit(this, cv, name, line, operands);
    } else if (ProductStore.isNeeded(this)) {
      ProductStore.emit(this, cv, name, line, operands);
    }
    Code.kernel(cv, name, line, operands, code -> new ProductLoops(this, code, owner, name).emit());
  }

  /** How many vectors the strips are wide: full ones, and single vectors for what is left. */
  List<Integer> widths() {
    boolean full = column.extent().isConstant() && knownColumns() % tiling.width() == 0;
    boolean single = column.extent().isConstant() && knownColumns() <= tiling.lanes();
    return full || tiling.vectors() == 1
        ? List.of(tiling.vectors())
        : single ? List.of(1) : List.of(tiling.vectors(), 1);
  }
}
