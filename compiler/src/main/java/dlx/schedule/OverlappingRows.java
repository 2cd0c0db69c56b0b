package dlx.schedule;

import dlx.graph.Contraction;
import dlx.graph.Extent;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.runtime.DType;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The overlap-add along the lines of an image as a part of the product whose sums it adds up. With
 *
 * <pre>
 * x[s i + j, c] = sum over o of a[i, o] b[j, c, o]
 * </pre>
 *
 * the columns (j, c) of row i begin s rows of c further than those of row i - 1. Where there are
 * few c, as in the derivative by an image of 3 or 6 channels, they fill vectors better than c
 * alone, and nothing is multiplied by the zeros around a.
 */
final class OverlappingRows {
  /** The most sums that wait in memory of the thread until they are added up. */
  private static final long MOST_SUMS = 1 << 13;

  /** By how much the work must shrink. */
  private static final double LEAST_GAIN = 1.25;

  /** The bytes of a vector. */
  private static final int VECTOR = 64;

  private OverlappingRows() {}

  /**
   * The overlap of a product along its last but two axes, kept as one; null if it cannot be, or if
   * nothing is gained.
   *
   * @param others the other overlaps, which are turned round
   */
  static @Nullable Node of(Node z, Overlaps.Phases last, List<Overlaps.Phases> others) {
    if (!(z.op() instanceof Contraction c)
        || last.axis() != z.type().rank() - 3
        || last.spread() > 1
        || others.stream().anyMatch(Overlaps.Phases::hasPhases)) {
      return null;
    }
    Extent reach = last.count().plus(-1).times(last.stride()).plus(last.size());
    Extent behind = reach.minus(last.start()).minus(last.extent());
    boolean within = behind.isConstant() && behind.constant().getAsLong() >= 0;
    Node turned = others.isEmpty() ? z : new TurnedProduct(others).of(c, z);
    if (!within || turned == null) {
      return null;
    }
    int axis = turned.type().rank() - 3;
    Movement.Overlap whole = new Movement.Overlap(axis, reach, last.stride(), last.dilation());
    if (!fits(whole, turned) || !pays((Contraction) turned.op(), turned, last)) {
      return null;
    }
    Node x = z.graph().node(whole, turned);
    return last.extent().equals(reach) ? x : x.slice(axis, last.start(), 1, last.extent());
  }

  /**
   * Can the rows of this product overlap where they are stored? Then its output is (rows, j, c),
   * with the axes j and c side by side in the second operand.
   */
  static boolean fits(Movement.Overlap op, Node product) {
    if (!(product.op() instanceof Contraction c) || c.operands().size() != 2) {
      return false;
    }
    List<Integer> output = c.output();
    int rank = output.size();
    List<Integer> a = c.operands().get(0);
    List<Integer> b = c.operands().get(1);
    boolean repeats =
        new HashSet<>(a).size() < a.size()
            || new HashSet<>(b).size() < b.size()
            || new HashSet<>(output).size() < rank;
    if (repeats || rank < 3 || op.axis() != rank - 3 || op.dilation() != 1) {
      return false;
    }
    List<Integer> rows = a.stream().filter(output::contains).toList();
    List<Integer> columns = b.stream().filter(output::contains).toList();
    int j = b.indexOf(output.get(rank - 2));
    Set<Integer> summed = new HashSet<>(a);
    summed.removeAll(output);
    Set<Integer> alsoSummed = new HashSet<>(b);
    alsoSummed.removeAll(output);
    long line = known(product, rank - 3);
    long size = known(product, rank - 2);
    long channels = known(product, rank - 1);
    return rows.equals(output.subList(0, rank - 2))
        && columns.equals(output.subList(rank - 2, rank))
        && b.indexOf(output.get(rank - 1)) == j + 1
        && !summed.isEmpty()
        && summed.equals(alsoSummed)
        && line > 0
        && size > op.stride()
        && size % op.stride() == 0
        && channels > 0
        && product.type().dtype().isFloat()
        && line * size * channels <= MOST_SUMS
        && op.extent().equals(Extent.of((line - 1) * op.stride() + size));
  }

  private static long known(Node x, int axis) {
    OptionalLong extent = x.type().extent(axis).constant();
    return extent.orElse(0);
  }

  /** Vectors of sums for every line of the image and every other term: as a product, or so. */
  private static boolean pays(Contraction op, Node z, Overlaps.Phases last) {
    DType dtype = z.type().dtype();
    long lanes = VECTOR / dtype.bytes();
    long size = known(z, z.type().rank() - 2);
    long channels = known(z, z.type().rank() - 1);
    long wanted = last.extent().constant().orElse(0);
    double turned;
    if (last.hasPhases()) {
      long rows = (wanted + last.stride() - 1) / last.stride();
      long turns = (size + last.stride() - 1) / last.stride();
      turned = (double) rows * turns * vectors(last.stride() * channels, lanes);
    } else {
      // as Joining does it
      turned = (double) wanted * size * vectors(channels, lanes);
      for (long d = 2; d * channels <= lanes; d++) {
        if (wanted % d == 0) {
          turned = Math.min(turned, (double) wanted / d * (size + d - 1));
        }
      }
    }
    double terms =
        IntStream.range(0, op.operands().get(1).size())
            .filter(axis -> !op.output().contains(op.operands().get(1).get(axis)))
            .mapToDouble(axis -> z.input(1).type().extent(axis).value(name -> 64L))
            .reduce(1, (x, y) -> x * y);
    double adding =
        wanted * (size / last.stride() + 2.0) * vectors(last.stride() * channels, lanes);
    double kept = known(z, z.type().rank() - 3) * vectors(size * channels, lanes);
    return LEAST_GAIN * (kept + adding / Math.max(1, terms)) < turned;
  }

  private static double vectors(long columns, long lanes) {
    return (columns + lanes - 1) / lanes;
  }
}
