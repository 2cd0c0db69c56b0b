package dlx.emit;

import dlx.graph.Contraction;
import dlx.graph.Extent;
import dlx.runtime.DType;
import dlx.schedule.Access;
import dlx.schedule.Buffer;
import dlx.schedule.Instruction;
import dlx.schedule.Kernel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Neighbours of a line of an image with few channels become one row of a product, so that they fill
 * a vector. If row x of the left operand is row 0 moved by r summed positions for each x,
 *
 * <pre>
 * y[d x + e, o] = sum over k of a[d x + e, k] w[k, o]
 *               = sum over k of a[d x, k] v[k, e, o]      v[k, e, o] = w[k - r e, o], 0 outside
 * </pre>
 *
 * where k goes r (d - 1) further: more to sum up, but a d-th of the rows, and d times the columns.
 *
 * @param product of rows of neighbours
 * @param panels holds v
 * @param copies what writes it
 */
record Joining(Kernel.Product product, Buffer panels, List<Kernel> copies) {
  /** By how much the work must shrink. */
  private static final double LEAST_GAIN = 1.15;

  /** Null if nothing is gained. */
  static @Nullable Joining of(Kernel.Product product, int number, int bits) {
    DType dtype = product.a().access().buffer().dtype();
    int lanes = Lane.of(bits, List.of(dtype)).lanes();
    if (lanes == 1 || !fits(product)) {
      return null;
    }
    long columns = product.columns().getFirst().constant().orElseThrow();
    long line = product.rows().getLast().constant().orElseThrow();
    List<Extent> a = product.a().access().strides();
    int rowAt = product.rows().size() - 1;
    int summedAt = rowAt + 2;
    int inner = product.summed().size() - 1;
    // the axes that are one, seen from the left operand
    Extent step = a.getLast();
    Extent length = product.summed().get(inner);
    while (inner > 0 && a.get(summedAt + inner - 1).equals(step.times(length))) {
      inner--;
      length = length.times(product.summed().get(inner));
    }
    if (!step.isConstant() || !length.isConstant() || !a.get(rowAt).isConstant()) {
      return null;
    }
    long t = step.constant().getAsLong();
    long r = a.get(rowAt).constant().getAsLong();
    if (t < 1 || r < t || r % t != 0) {
      return null;
    }
    long moved = r / t;
    long k = length.constant().getAsLong();
    int best = 1;
    double gain = LEAST_GAIN;
    for (int d = 2; d * columns <= lanes; d++) {
      double now = (double) d * k / (k + moved * (d - 1));
      if (line % d == 0 && now > gain) {
        gain = now;
        best = d;
      }
    }
    return best == 1
        ? null
        : new Maker(product, number, inner, best, moved, k + moved * (best - 1), 2 * lanes).make();
  }

  /** Lines of known length, channels side by side, and a right operand that all of them share. */
  private static boolean fits(Kernel.Product product) {
    if (!product.isPlain()
        || product.order() != Contraction.Order.ANY
        || !product.batch().isEmpty()
        || product.columns().size() != 1
        || product.rows().size() < 2
        || product.summed().stream().anyMatch(e -> !e.isConstant() || e.isZero())
        || product.b().panel() > 0
        || product.a().panel() > 0) {
      return false;
    }
    Extent columns = product.columns().getFirst();
    Extent line = product.rows().getLast();
    int row = product.rows().size() - 1;
    return columns.isConstant()
        && !columns.isZero()
        && line.isConstant()
        && product.stores().getFirst().access().strides().get(row).equals(columns);
  }

  /** Writes the kernels. */
  private record Maker(
      Kernel.Product from, int number, int inner, int joined, long moved, long length, int panel) {

    Joining make() {
      List<Extent> summed = new ArrayList<>(from.summed().subList(0, inner));
      summed.add(Extent.of(length));
      DType dtype = from.a().access().buffer().dtype();
      Extent size = Extent.product(summed).times(panel);
      Buffer panels =
          new Buffer(
              number,
              Buffer.Role.TEMPORARY,
              "panels of " + from.b().access().buffer().name(),
              dtype,
              size,
              null);
      List<Kernel> copies = new ArrayList<>();
      copies.add(
          new Kernel.Loops(
              List.of(size),
              List.of(
                  new Kernel.Store(
                      new Access(panels, Extent.ZERO, List.of(Extent.ONE)),
                      new Instruction.Number(0, dtype))),
              from.span()));
      for (int e = 0; e < joined; e++) {
        copies.add(copy(panels, e));
      }
      return new Joining(product(summed, panels, size), panels, copies);
    }

    /** v[k + r e, e, o] = w[k, o]. */
    private Kernel copy(Buffer panels, int e) {
      List<Extent> axes = new ArrayList<>(from.summed());
      axes.addAll(from.columns());
      Access b = from.b().access();
      int summedAt = from.rows().size() + 1;
      List<Extent> read = new ArrayList<>(b.strides().subList(summedAt, b.strides().size()));
      read.add(b.strides().get(summedAt - 1));
      List<Extent> written = new ArrayList<>(Collections.nCopies(axes.size(), Extent.ONE));
      Extent stride = Extent.of(panel);
      for (int axis = from.summed().size() - 1; axis >= 0; axis--) {
        if (axis == inner - 1) {
          stride = Extent.of(length).times(panel);
        }
        written.set(axis, stride);
        stride = stride.times(from.summed().get(axis));
      }
      for (int axis = 0; axis < axes.size(); axis++) {
        if (axes.get(axis).isOne()) {
          read.set(axis, Extent.ZERO);
          written.set(axis, Extent.ZERO);
        }
      }
      long columns = from.columns().getFirst().constant().orElseThrow();
      Extent first = Extent.of(moved * e * panel + e * columns);
      return new Kernel.Loops(
          axes,
          List.of(
              new Kernel.Store(
                  new Access(panels, first, written),
                  new Instruction.Load(new Access(b.buffer(), b.offset(), read)))),
          from.span());
    }

    private Kernel.Product product(List<Extent> summed, Buffer panels, Extent size) {
      int rowAt = from.rows().size() - 1;
      List<Extent> rows = new ArrayList<>(from.rows());
      rows.set(rowAt, rows.get(rowAt).floorDivide(Extent.of(joined)));
      Extent columns = from.columns().getFirst().times(joined);
      Access a = from.a().access();
      List<Extent> left = new ArrayList<>(a.strides().subList(0, rowAt + 2 + inner));
      left.set(rowAt, left.get(rowAt).times(joined));
      left.add(a.strides().getLast());
      List<Extent> right = new ArrayList<>(Collections.nCopies(left.size(), Extent.ZERO));
      right.set(rowAt + 1, size);
      Kernel.Store store = from.stores().getFirst();
      List<Extent> to = new ArrayList<>(store.access().strides());
      to.set(rowAt, to.get(rowAt).times(joined));
      to.set(rowAt + 1, Extent.ONE);
      if (rows.get(rowAt).isOne()) {
        left.set(rowAt, Extent.ZERO);
      }
      Access stored = new Access(store.access().buffer(), store.access().offset(), to);
      return new Kernel.Product(
          List.of(),
          rows,
          List.of(columns),
          summed,
          new Kernel.Operand(new Access(a.buffer(), a.offset(), left)),
          new Kernel.Operand(new Access(panels, Extent.ZERO, right), panel),
          List.of(new Kernel.Store(stored, store.value())),
          /* overlapping= */ false,
          Contraction.Order.ANY,
          from.span());
    }
  }
}
