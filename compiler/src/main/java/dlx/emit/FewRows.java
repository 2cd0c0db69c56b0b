package dlx.emit;

import dlx.graph.Contraction;
import dlx.graph.Extent;
import dlx.runtime.DType;
import dlx.schedule.Access;
import dlx.schedule.Kernel;
import dlx.schedule.Turn;
import dlx.schedule.Turned;
import java.util.List;

/**
 * Products of so few rows that neither a copy of the right operand nor tiles, whose registers would
 * be mostly empty, pay. The right operand is read where it lies, once, along the axis whose numbers
 * lie side by side; where the number of rows is that of the data, a call decides.
 *
 * <pre>
 * columns side by side            c[i, :] += a[i, k] b[k, :]   for one k after the other
 * summed positions side by side   c[i, j] = a[i, :] . b[:, j]
 * </pre>
 *
 * @param dots are they dot products?
 * @param chosen 1 for sizes for which they are computed so, else 0
 */
record FewRows(boolean dots, Extent chosen) {
  private static final FewRows NEVER = new FewRows(false, Extent.ZERO);

  /** Tiles of 4 rows use what a processor can multiply, and rows of them read b as often. */
  private static final int MOST_ADDED = 3;

  /** For more rows than these a copy into panels costs less than the ends of dot products. */
  private static final int MOST_DOTS = 8;

  /** More than any extent. */
  private static final Extent MANY = Extent.of(1L << 40);

  static FewRows of(Kernel.Product product, int bits) {
    DType dtype = product.a().access().buffer().dtype();
    Lane lane = Lane.of(bits, List.of(dtype));
    if (!lane.isVector()
        || product.summed().size() != 1
        || product.overlapping()
        || product.begun()) {
      return NEVER;
    }
    Access b = product.b().lying();
    int summedAt = b.strides().size() - 1;
    Extent rows = product.rows().getLast();
    Extent wide = atLeast(product.columns().getLast(), lane.lanes());
    if (b.strides().get(summedAt - 1).isOne()) {
      return of(false, atMost(rows, MOST_ADDED).times(wide));
    }
    if (b.strides().get(summedAt).isOne() && product.order() == Contraction.Order.ANY) {
      Extent deep = atLeast(product.summed().getLast(), lane.lanes());
      return of(true, atMost(rows, MOST_DOTS).times(wide).times(deep));
    }
    return NEVER;
  }

  private static FewRows of(boolean dots, Extent chosen) {
    return Turn.loop(chosen) < 0 ? new FewRows(dots, chosen) : NEVER;
  }

  /** 1 if an extent is at most so much, else 0. */
  private static Extent atMost(Extent extent, int most) {
    return extent.plus(-1L - most).floorDivide(MANY).times(-1);
  }

  private static Extent atLeast(Extent extent, int least) {
    return Extent.ONE.minus(atMost(extent, least - 1));
  }

  /** The product with rows and columns in each other's place, if it has few columns. */
  static Kernel.Product turned(Kernel.Product product, int bits) {
    Extent columns = product.columns().getLast();
    Extent rows = product.rows().getLast();
    boolean few =
        !product.overlapping()
            && columns.isConstant()
            && columns.constant().getAsLong() <= MOST_ADDED
            && !(rows.isConstant()
                && rows.constant().getAsLong() <= columns.constant().getAsLong());
    if (!few) {
      return product;
    }
    Kernel.Product turned = Turned.of(product);
    return of(turned, bits).isNever() ? product : turned;
  }

  boolean isNever() {
    return chosen.isZero();
  }

  boolean isAlways() {
    return chosen.isOne();
  }
}
