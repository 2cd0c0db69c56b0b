package dlx.emit;

import dlx.schedule.Kernel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * How a product over one summed axis is computed. {@link Tiling} and {@link Packing} choose by
 * sizes; a benchmark may ask for something else, to see whether they choose well.
 *
 * @param rows of a tile
 * @param vectors of a tile, side by side
 * @param blockRows the rows that are multiplied by all columns before the next ones
 * @param blockSummed the summed positions that are added before the next ones; 0 for all at once
 * @param outside whether the whole result is added to for one block before the next one
 * @param packLeft whether the left operand is copied into panels first
 * @param packRight whether the right operand is
 */
public record Choice(
    int rows,
    int vectors,
    int blockRows,
    int blockSummed,
    boolean outside,
    boolean packLeft,
    boolean packRight) {

  private static final ScopedValue<UnaryOperator<Choice>> ASKED = ScopedValue.newInstance();

  /**
   * Compiles with other choices.
   *
   * @param other from what the compiler would choose to what it is to take
   */
  public static <T> T with(UnaryOperator<Choice> other, Supplier<T> work) {
    return ScopedValue.where(ASKED, other).call(work::get);
  }

  /** What the compiler chooses, or what it is asked for. */
  static Choice of(Kernel.Product product, int bits) {
    Tiling tiling = Tiling.of(product, bits);
    Choice model =
        new Choice(
            tiling.rows(),
            tiling.vectors(),
            tiling.blockRows(),
            tiling.blockSummed(),
            tiling.outside(),
            Packing.packsLeft(product, tiling),
            Packing.packsRight(product, tiling));
    boolean open = ASKED.isBound() && product.summed().size() == 1 && tiling.isVector();
    return open ? ASKED.get().apply(model) : model;
  }

  /** The choice as it is shown: {@code 8x2, 128 rows, 1024 summed, packed right}. */
  @Override
  public String toString() {
    List<String> parts = new ArrayList<>(List.of(rows + "x" + vectors, blockRows + " rows"));
    if (blockSummed > 0) {
      parts.add(blockSummed + (outside ? " summed outside" : " summed"));
    }
    if (packLeft || packRight) {
      parts.add("packed " + (packLeft && packRight ? "both" : packLeft ? "left" : "right"));
    }
    return String.join(", ", parts);
  }
}
