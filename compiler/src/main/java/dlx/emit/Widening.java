package dlx.emit;

import dlx.graph.Extent;
import dlx.schedule.Access;
import dlx.schedule.Buffer;
import dlx.schedule.Instruction;
import dlx.schedule.Kernel;
import dlx.schedule.Turned;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sums over many positions whose columns do not fill vectors, such as the derivative by a kernel of
 * 6 channels: rows and columns change places if the rows, which lie side by side, fill them better;
 * and what lies behind the last column is added up with it, to be left out when the sums are copied
 * to their place.
 *
 * @param product with as many columns as fill vectors
 * @param sums its result
 * @param copy of what is wanted of it
 */
record Widening(Kernel.Product product, Buffer sums, Kernel copy) {

  /** Null if nothing is gained. */
  static @Nullable Widening of(Kernel.Product product, int number, int bits) {
    int lanes = Lane.of(bits, List.of(product.a().access().buffer().dtype())).lanes();
    boolean known =
        product.rows().getLast().isConstant() && product.columns().getLast().isConstant();
    if (lanes == 1 || product.summed().size() < 2 || !known || product.overlapping()) {
      return null;
    }
    int row = product.batch().size() + product.rows().size() - 1;
    boolean turns =
        product.a().access().strides().get(row).isOne()
            && filled(product.rows().getLast(), lanes) > filled(product.columns().getLast(), lanes);
    Kernel.Product chosen = turns ? Turned.of(product) : product;
    long columns = chosen.columns().getLast().constant().orElseThrow();
    long wide = (columns + lanes - 1) / lanes * lanes;
    if (wide == columns && !turns || columns == 0) {
      return null;
    }
    List<Extent> extents = new ArrayList<>(chosen.batch());
    extents.addAll(chosen.rows());
    extents.addAll(chosen.columns());
    extents.set(extents.size() - 1, Extent.of(wide));
    Buffer sums =
        new Buffer(
            number,
            Buffer.Role.TEMPORARY,
            "sums",
            chosen.a().access().buffer().dtype(),
            Extent.product(extents),
            null);
    Access whole = new Access(sums, Extent.ZERO, strides(extents));
    Kernel.Product widened =
        new Kernel.Product(
            chosen.batch(),
            chosen.rows(),
            extents.subList(chosen.batch().size() + chosen.rows().size(), extents.size()),
            chosen.summed(),
            chosen.a(),
            chosen.b(),
            List.of(new Kernel.Store(whole, new Instruction.Summed(sums.dtype()))),
            /* overlapping= */ false,
            chosen.span());
    if (!Tiling.of(widened, bits).outside()) {
      return null;
    }
    Access from = turns ? Turned.back(product, whole) : whole;
    List<Extent> space = new ArrayList<>(product.batch());
    space.addAll(product.rows());
    space.addAll(product.columns());
    return new Widening(
        widened,
        sums,
        new Kernel.Loops(space, product.storesOf(new Instruction.Load(from)), product.span()));
  }

  /** How much of the vectors columns fill. */
  private static double filled(Extent columns, int lanes) {
    long count = columns.constant().orElseThrow();
    return (double) count / ((count + lanes - 1) / lanes * lanes);
  }

  /** Side by side; an axis of one position has no stride. */
  private static List<Extent> strides(List<Extent> extents) {
    List<Extent> strides = new ArrayList<>();
    Extent stride = Extent.ONE;
    for (Extent extent : extents.reversed()) {
      strides.addFirst(extent.isOne() ? Extent.ZERO : stride);
      stride = stride.times(extent);
    }
    return strides;
  }
}
