package dlx.schedule;

import dlx.graph.Contraction;
import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.graph.Graph;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.graph.Op;
import dlx.graph.Reduction;
import dlx.graph.Substitute;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Turns overlap-add round: what a sum of windows adds at every position is gathered there, over
 * views, instead of being stored and scattered. With j = s t + r, for stride s and dilation 1,
 *
 * <pre>
 * x[s q + r] = sum over t of z[q - t, s t + r]
 * </pre>
 *
 * and for stride 1 and dilation d, x[q] = sum over t of z[q - d t, t]. If z is a product, so is the
 * sum: the derivative of a convolution with respect to what it reads is a convolution of padded
 * adjoints with the reversed kernel, in which the s phases r are further columns. If z is computed
 * point by point, as in pooling, the sum is written out.
 */
final class Overlaps {
  /** The nodes that some node reads once only may be turned round with a cut. */
  private final Map<Node, Integer> readers = new HashMap<>();

  private final Map<Node, Node> done = new HashMap<>();

  private Overlaps() {}

  /** The same values; few overlaps and no folds over few neighbours are left. */
  static List<Node> turned(List<Node> roots) {
    Overlaps overlaps = new Overlaps();
    List<Node> order = Graph.topological(roots);
    if (order.stream().noneMatch(Overlaps::matters)) {
      return roots;
    }
    order.forEach(n -> n.inputs().forEach(x -> overlaps.readers.merge(x, 1, Integer::sum)));
    roots.forEach(n -> overlaps.readers.merge(n, 1, Integer::sum));
    for (Node node : order) {
      overlaps.done.put(node, node.graph().at(node.span(), () -> overlaps.turned(node)));
    }
    return roots.stream().map(overlaps.done::get).toList();
  }

  private static boolean matters(Node node) {
    return node.op() instanceof Movement.Windows
        || node.op() instanceof Movement.Overlap
        || node.op() instanceof Loop.Region;
  }

  private Node turned(Node node) {
    Op op = node.op();
    if (op instanceof Loop.Region region) {
      op = region.withRoots(turned(region.roots()));
    }
    Node plain = Substitute.rebuilt(node, op, done);
    Node other =
        switch (plain.op()) {
          case Movement.Overlap o -> gathered(node, List.of(), List.of());
          case Movement.Pad p -> cut(node, p);
          case Reduction r -> Neighbours.fold(r, plain.input(0));
          case Contraction c -> Neighbours.contraction(c, plain);
          default -> null;
        };
    return other == null ? plain : other;
  }

  // ------------------------------------------------------------------ chains of overlaps

  /** A padding that only cuts off, of overlaps that nobody else reads: only what stays is made. */
  private @Nullable Node cut(Node node, Movement.Pad pad) {
    List<Extent> low = new ArrayList<>(pad.low());
    List<Extent> high = new ArrayList<>(pad.high());
    Node inner = node.input(0);
    while (inner.op() instanceof Movement.Pad p && readers.get(inner) == 1) {
      for (int axis = 0; axis < low.size(); axis++) {
        low.set(axis, low.get(axis).plus(p.low().get(axis)));
        high.set(axis, high.get(axis).plus(p.high().get(axis)));
      }
      if (!cuts(p)) {
        return null;
      }
      inner = inner.input(0);
    }
    boolean only = inner.op() instanceof Movement.Overlap && readers.get(inner) == 1;
    return only && cuts(pad) ? gathered(inner, low, high) : null;
  }

  private static boolean cuts(Movement.Pad pad) {
    return IntStream.range(0, pad.low().size())
        .allMatch(i -> isNotPositive(pad.low().get(i)) && isNotPositive(pad.high().get(i)));
  }

  private static boolean isNotPositive(Extent extent) {
    OptionalLong constant = extent.constant();
    return constant.isPresent() && constant.getAsLong() <= 0;
  }

  /**
   * Overlaps of overlaps at once.
   *
   * @param low how much is cut off (not positive) before each axis of the result; empty for nothing
   * @return null if they cannot be turned round
   */
  private @Nullable Node gathered(Node outermost, List<Extent> low, List<Extent> high) {
    List<Node> chain = new ArrayList<>();
    Node z = outermost;
    while (z.op() instanceof Movement.Overlap && (z == outermost || readers.get(z) == 1)) {
      chain.addFirst(z);
      z = z.input(0);
    }
    // what cannot be merged with the rest of the chain is done before
    for (int first = 0; first < chain.size(); first++) {
      Node inner = chain.get(first).input(0);
      List<Phases> phases = phases(chain.subList(first, chain.size()), inner, low, high);
      if (phases != null) {
        Node kept = overlapping(done.get(inner), phases);
        return kept == null ? new Gather(phases).of(done.get(inner)) : kept;
      }
    }
    return null;
  }

  /** The sums of a product of which one overlap stays what it is; null if that is no gain. */
  private static @Nullable Node overlapping(Node z, List<Phases> phases) {
    for (Phases last : phases) {
      List<Phases> others = phases.stream().filter(p -> p != last).toList();
      Node kept = OverlappingRows.of(z, last, others);
      if (kept != null) {
        return kept;
      }
    }
    return null;
  }

  /** How each overlap of a chain goes over the axes of what is innermost; null if it cannot. */
  private static @Nullable List<Phases> phases(
      List<Node> chain, Node inner, List<Extent> low, List<Extent> high) {
    List<Integer> own = new ArrayList<>(IntStream.range(0, inner.type().rank()).boxed().toList());
    List<Phases> result = new ArrayList<>();
    Map<Integer, Movement.Overlap> byAxis = new HashMap<>();
    for (Node node : chain) {
      Movement.Overlap op = (Movement.Overlap) node.op();
      int i = own.get(op.axis());
      int j = own.get(op.axis() + 1);
      if (byAxis.containsKey(i) || byAxis.containsKey(j) || j != i + 1) {
        return null;
      }
      byAxis.put(i, op);
      own.remove(op.axis() + 1);
    }
    for (int axis = 0; axis < own.size(); axis++) {
      Movement.Overlap op = byAxis.get(own.get(axis));
      boolean cut = !low.isEmpty() && !(low.get(axis).isZero() && high.get(axis).isZero());
      if (op == null) {
        if (cut) {
          return null;
        }
        continue;
      }
      Extent start = cut ? low.get(axis).times(-1) : Extent.ZERO;
      Extent extent = cut ? op.extent().plus(low.get(axis)).plus(high.get(axis)) : op.extent();
      Phases phases = Phases.of(op, own.get(axis), inner, start, extent);
      if (phases == null) {
        return null;
      }
      result.add(phases);
    }
    return result;
  }

  /**
   * One overlap: z[.., i, j, ..] is added at stride * i + dilation * j.
   *
   * @param axis that of i in z; j is the next
   * @param spread how many positions i takes of what stands for it: where there are both a stride
   *     and a dilation, i is spread out with zeros, and there is no stride any more
   * @param count how many i there are, spread out
   * @param size how many j there are
   * @param turns how many t there are: j = stride * t + r
   * @param phases how many r have an element; without a stride there are none
   * @param first the first q that is wanted
   * @param rows how many q are wanted
   * @param start the first position that is wanted
   * @param extent how many positions are wanted
   */
  record Phases(
      int axis,
      int spread,
      Extent count,
      Extent size,
      int stride,
      int dilation,
      Extent turns,
      int phases,
      Extent first,
      Extent rows,
      Extent start,
      Extent extent) {

    static @Nullable Phases of(Movement.Overlap op, int axis, Node z, Extent start, Extent extent) {
      Extent count = z.type().extent(axis);
      Extent size = z.type().extent(axis + 1);
      boolean both = op.stride() > 1 && op.dilation() > 1 && !size.isOne();
      int s = both ? 1 : op.stride();
      int spread = both ? op.stride() : 1;
      count = count.times(spread);
      Phases made;
      if (s == 1) {
        int d = op.dilation();
        made = new Phases(axis, spread, count, size, 1, d, size, 1, start, extent, start, extent);
      } else {
        if (!size.isConstant() || !start.isConstant()) {
          return null;
        }
        long k = size.constant().getAsLong();
        long first = start.constant().getAsLong() / s;
        Extent rows =
            start.plus(extent).plus(s - 1).floorDivide(Extent.of(s)).minus(Extent.of(first));
        made =
            new Phases(
                axis,
                1,
                count,
                size,
                s,
                1,
                Extent.of((k + s - 1) / s),
                (int) Math.min(k, s),
                Extent.of(first),
                rows,
                start,
                extent);
      }
      // with a cut it must be known which of the amounts of padding are negative
      boolean whole = start.isZero() && extent.equals(op.extent());
      boolean known =
          made.before().isConstant()
              && made.behind().isConstant()
              && (s == 1 || extent.isConstant() && count.isConstant());
      boolean some = !count.isZero() && !size.isZero();
      return some && (whole || known) ? made : null;
    }

    boolean hasPhases() {
      return stride > 1;
    }

    /** Zeros before the first i, so that there is q - dilation * t for every t. */
    Extent before() {
      return turns.plus(-1).times(dilation).minus(first);
    }

    /** Zeros behind the last i. */
    Extent behind() {
      return rows.plus(first).minus(count);
    }

    /** Whether every r has an element for every t. */
    boolean isEven() {
      return turns.isOne() || size.equals(turns.times(stride));
    }
  }

  /** The sums for some overlaps. */
  private record Gather(List<Phases> phases) {
    /** The most terms into which a sum is taken apart. */
    private static final int LONG = 64;

    @Nullable Node of(Node z) {
      List<Term> terms = terms(z);
      if (terms.stream().noneMatch(t -> t.node().op() instanceof Contraction)) {
        return shifted(z);
      }
      Node result = null;
      for (Term term : terms) {
        Node node = term.node();
        Node product =
            node.op() instanceof Contraction c ? new TurnedProduct(phases).of(c, node) : null;
        Node part = product == null ? shifted(node) : merged(product);
        if (part == null) {
          return null;
        }
        Node scaled = term.factor() == 1 ? part : part.times(part.like(term.factor()));
        result = result == null ? scaled : result.plus(scaled);
      }
      return result;
    }

    /** A number times a node. */
    private record Term(Node node, double factor) {}

    /** A node as a sum, so that products in it stand alone; as a whole if it is a long one. */
    private static List<Term> terms(Node z) {
      List<Term> terms = new ArrayList<>();
      List<Term> open = new ArrayList<>(List.of(new Term(z, 1)));
      while (!open.isEmpty()) {
        Term term = open.removeLast();
        Node node = term.node();
        Leaf.Constant left = node.op() == Elementwise.MULTIPLY ? node.input(0).splat() : null;
        Leaf.Constant right = node.op() == Elementwise.MULTIPLY ? node.input(1).splat() : null;
        if (node.op() == Elementwise.ADD) {
          open.add(new Term(node.input(1), term.factor()));
          open.add(new Term(node.input(0), term.factor()));
        } else if (node.op() == Elementwise.NEGATE) {
          open.add(new Term(node.input(0), -term.factor()));
        } else if (left != null) {
          open.add(new Term(node.input(1), left.value() * term.factor()));
        } else if (right != null) {
          open.add(new Term(node.input(0), right.value() * term.factor()));
        } else {
          terms.add(term);
        }
        if (terms.size() + open.size() > LONG) {
          return List.of(new Term(z, 1));
        }
      }
      return terms;
    }

    private @Nullable Node shifted(Node z) {
      Node terms = new Shifted(phases, z.type()).sum(z);
      return terms == null ? null : merged(terms);
    }

    /** Puts q and r together where there are phases, and takes what is wanted. */
    private Node merged(Node x) {
      Node result = x;
      // backwards, so that axes before are where they were
      for (int k = phases.size() - 1; k >= 0; k--) {
        Phases p = phases.get(k);
        int axis = p.axis();
        for (Phases before : phases.subList(0, k)) {
          axis -= before.hasPhases() ? 0 : 1;
        }
        if (p.hasPhases()) {
          result = merged(result, axis, p);
        }
      }
      return result;
    }

    private static Node merged(Node x, int axis, Phases p) {
      Node even = padded(x, axis + 1, Extent.ZERO, Extent.of(p.stride() - p.phases()));
      List<Extent> shape = new ArrayList<>(even.type().shape());
      shape.remove(axis + 1);
      shape.set(axis, p.rows().times(p.stride()));
      Extent before = p.start().minus(p.first().times(p.stride()));
      Node flat = even.reshape(shape);
      return before.isZero() && p.extent().equals(shape.get(axis))
          ? flat
          : flat.slice(axis, before, 1, p.extent());
    }
  }

  /** Zeros around an axis. */
  static Node padded(Node x, int axis, Extent before, Extent behind) {
    List<Extent> low = new ArrayList<>(Collections.nCopies(x.type().rank(), Extent.ZERO));
    List<Extent> high = new ArrayList<>(low);
    low.set(axis, before);
    high.set(axis, behind);
    return padded(x, low, high);
  }

  /** Zeros around all axes. */
  static Node padded(Node x, List<Extent> low, List<Extent> high) {
    if (low.stream().allMatch(Extent::isZero) && high.stream().allMatch(Extent::isZero)) {
      return x;
    }
    Node zero = x.graph().node(new Leaf.Constant(0, x.type().dtype()));
    return x.graph().node(new Movement.Pad(low, high), x, zero);
  }
}
