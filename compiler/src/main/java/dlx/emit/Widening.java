package dlx.emit;

import dlx.graph.Contraction;
import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.runtime.DType;
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
 * or neighbouring positions are summed at once,
 *
 * <pre>
 * y[r, o] = sum over e below d of z[r + v e, e, o]     z[r, e, o] = sum over q of a[d q, r] b[d q + e, o]
 * </pre>
 *
 * if rows lie so that position d q + e of row r is position d q of row r + v e. What lies behind
 * the last column is added up with it, to be left out when the sums are copied to their place.
 *
 * @param product with as many columns as fill vectors
 * @param sums its result
 * @param copy of what is wanted of it
 */
record Widening(Kernel.Product product, Buffer sums, Kernel copy) {
  /** By how much joined positions must shrink the work. */
  private static final double LEAST_GAIN = 1.25;

  /** Null if nothing is gained. */
  static @Nullable Widening of(Kernel.Product product, int number, int bits) {
    int lanes = Lane.of(bits, List.of(product.a().access().buffer().dtype())).lanes();
    boolean known =
        product.rows().getLast().isConstant() && product.columns().getLast().isConstant();
    if (lanes == 1
        || product.order() != Contraction.Order.ANY
        || product.summed().size() < 2
        || !known
        || product.overlapping()) {
      return null;
    }
    int row = product.batch().size() + product.rows().size() - 1;
    boolean turns =
        product.a().access().strides().get(row).isOne()
            && filled(product.rows().getLast(), lanes) > filled(product.columns().getLast(), lanes);
    Kernel.Product chosen = turns ? Turned.of(product) : product;
    Positions joined = Positions.of(product, lanes, cycles(chosen, lanes));
    if (joined != null) {
      return wide(product, joined.product(), joined, false, number, lanes, bits);
    }
    long columns = chosen.columns().getLast().constant().orElseThrow();
    boolean full = columns % lanes == 0;
    return full && !turns || columns == 0
        ? null
        : wide(product, chosen, new Positions(product, 1, 0), turns, number, lanes, bits);
  }

  private static @Nullable Widening wide(
      Kernel.Product product,
      Kernel.Product chosen,
      Positions joined,
      boolean turns,
      int number,
      int lanes,
      int bits) {
    long columns = chosen.columns().getLast().constant().orElseThrow();
    List<Extent> extents = new ArrayList<>(chosen.batch());
    extents.addAll(chosen.rows());
    extents.addAll(chosen.columns());
    extents.set(extents.size() - 1, Extent.of((columns + lanes - 1) / lanes * lanes));
    DType dtype = chosen.a().access().buffer().dtype();
    Buffer sums =
        new Buffer(number, Buffer.Role.TEMPORARY, "sums", dtype, Extent.product(extents), null);
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
            Contraction.Order.ANY,
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
        new Kernel.Loops(space, product.storesOf(joined.sum(from, dtype)), product.span()));
  }

  /** The cycles that the tiles of a product take for every position that is summed. */
  private static double cycles(Kernel.Product product, int lanes) {
    return Tiling.cycles(
        product.rows().getLast().constant().orElseThrow(),
        product.columns().getLast().constant().orElseThrow(),
        lanes);
  }

  /**
   * Neighbouring positions of the last summed axis as columns.
   *
   * @param product of them
   * @param joined how many are one
   * @param moved by how many rows each is behind the one before it: v
   */
  private record Positions(Kernel.Product product, int joined, long moved) {

    /**
     * Null if nothing is gained.
     *
     * @param cycles what a position takes otherwise
     */
    static @Nullable Positions of(Kernel.Product product, int lanes, double cycles) {
      Kernel.Operand a = product.a();
      Kernel.Operand b = product.b();
      int rowAt = product.batch().size() + product.rows().size() - 1;
      int columnAt = rowAt + product.columns().size();
      int last = a.access().strides().size() - 1;
      Extent line = product.summed().getLast();
      long step = a.access().strides().get(last).constant().orElse(0);
      long apart = a.access().strides().get(rowAt).constant().orElse(0);
      long columns = product.columns().getLast().constant().orElseThrow();
      boolean even =
          product.columns().size() == 1
              && b.access().strides().get(columnAt).isOne()
              && b.access().strides().get(last).equals(Extent.of(columns))
              && line.isConstant()
              && a.panel() == 0
              && b.panel() == 0
              && apart > 0
              && step > 0
              && step % apart == 0;
      if (!even) {
        return null;
      }
      long moved = step / apart;
      long rows = product.rows().getLast().constant().orElseThrow();
      int best = 1;
      double least = cycles / LEAST_GAIN;
      for (int d = 2; d * columns <= lanes; d++) {
        double now = Tiling.cycles(rows + moved * (d - 1), d * columns, lanes) / d;
        if (line.remainder(Extent.of(d)).isZero() && now < least) {
          least = now;
          best = d;
        }
      }
      return best == 1 ? null : new Positions(joined(product, best, moved), best, moved);
    }

    private static Kernel.Product joined(Kernel.Product product, int joined, long moved) {
      List<Extent> rows = new ArrayList<>(product.rows());
      rows.set(rows.size() - 1, rows.getLast().plus(moved * (joined - 1)));
      List<Extent> summed = new ArrayList<>(product.summed());
      summed.set(summed.size() - 1, summed.getLast().floorDivide(Extent.of(joined)));
      return new Kernel.Product(
          product.batch(),
          rows,
          List.of(product.columns().getLast().times(joined)),
          summed,
          everyOther(product.a(), joined),
          everyOther(product.b(), joined),
          product.stores(),
          product.overlapping(),
          product.order(),
          product.span());
    }

    private static Kernel.Operand everyOther(Kernel.Operand operand, int joined) {
      Access access = operand.access();
      List<Extent> strides = new ArrayList<>(access.strides());
      strides.set(strides.size() - 1, strides.getLast().times(joined));
      return new Kernel.Operand(new Access(access.buffer(), access.offset(), strides), 0);
    }

    /** The sum over e of what was summed of the positions e. */
    Instruction sum(Access from, DType dtype) {
      Instruction sum = new Instruction.Load(from);
      if (joined > 1) {
        int row = product.batch().size() + product.rows().size() - 1;
        Extent columns = product.columns().getLast().floorDivide(Extent.of(joined));
        Extent next = from.strides().get(row).times(moved).plus(columns);
        for (int e = 1; e < joined; e++) {
          Access place =
              new Access(from.buffer(), from.offset().plus(next.times(e)), from.strides());
          sum =
              new Instruction.Apply(
                  Elementwise.ADD, List.of(sum, new Instruction.Load(place)), dtype);
        }
      }
      return sum;
    }
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
