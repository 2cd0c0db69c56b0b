package dlx.schedule;

import dlx.graph.Extent;
import java.util.ArrayList;
import java.util.List;

/** A product whose rows and columns, and so its operands, have changed places. */
public final class Turned {
  private Turned() {}

  /** The same sums; accesses of stores are in the new order of axes too. */
  public static Kernel.Product of(Kernel.Product product) {
    int batch = product.batch().size();
    int rows = product.rows().size();
    int columns = product.columns().size();
    Rewriting turning = access -> exchanged(access, batch, rows, columns);
    return new Kernel.Product(
        product.batch(),
        /* rows= */ product.columns(),
        /* columns= */ product.rows(),
        product.summed(),
        new Kernel.Operand(exchanged(product.b().access(), batch, rows, columns)),
        new Kernel.Operand(exchanged(product.a().access(), batch, rows, columns)),
        turning.stores(product.stores()),
        product.overlapping(),
        product.order(),
        product.span());
  }

  /** An access of the turned product as one of the product. */
  public static Access back(Kernel.Product product, Access access) {
    return exchanged(
        access, product.batch().size(), product.columns().size(), product.rows().size());
  }

  private static Access exchanged(Access access, int batch, int first, int second) {
    List<Extent> old = access.strides();
    List<Extent> strides = new ArrayList<>(old.subList(0, batch));
    strides.addAll(old.subList(batch + first, batch + first + second));
    strides.addAll(old.subList(batch, batch + first));
    strides.addAll(old.subList(batch + first + second, old.size()));
    return new Access(access.buffer(), access.offset(), strides);
  }
}
