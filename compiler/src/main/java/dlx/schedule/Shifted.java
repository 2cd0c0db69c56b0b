package dlx.schedule;

import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.graph.Leaf;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.graph.Op;
import dlx.graph.Type;
import dlx.runtime.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The overlap-add of what is computed point by point: a sum of few terms, each of which is the same
 * formula of what its leaves are at q - d t and s t + r. Where a leaf is a window of x, that is x
 * itself. What q - d t reads outside of z counts as 0.
 */
final class Shifted {
  /** The most terms that are written out, and the most operators in all of them. */
  private static final int TERMS = 64;

  private static final int OPERATORS = 512;

  private final List<Overlaps.Phases> phases;
  private final List<Extent> shape = new ArrayList<>();

  /** For each axis of z the axis of the result, or -1 if it has none. */
  private final List<Integer> places = new ArrayList<>();

  private final Map<Node, Node> prepared = new HashMap<>();

  /**
   * @param z the type of what overlaps
   */
  Shifted(List<Overlaps.Phases> phases, Type z) {
    this.phases = phases;
    for (int axis = 0; axis < z.rank(); axis++) {
      Overlaps.Phases first = of(axis);
      Overlaps.Phases second = of(axis - 1);
      boolean gone = second != null && !second.hasPhases();
      places.add(gone ? -1 : shape.size());
      if (!gone) {
        shape.add(
            first != null
                ? first.rows()
                : second != null ? Extent.of(second.phases()) : z.extent(axis));
      }
    }
  }

  /** The overlap whose i is this axis. */
  private Overlaps.@Nullable Phases of(int axis) {
    return phases.stream().filter(p -> p.axis() == axis).findFirst().orElse(null);
  }

  /** The sum over (q, r) of every overlap; null if there are too many terms. */
  @Nullable Node sum(Node z) {
    long count = 1;
    for (Overlaps.Phases p : phases) {
      if (p.spread() > 1) {
        return null;
      }
      long turns = p.turns().isConstant() ? p.turns().constant().getAsLong() : TERMS + 1;
      count = Math.min(TERMS + 1, count * turns);
    }
    int operators = 1 + Neighbours.Trees.collect(z, new HashSet<>());
    if (count > TERMS || count * operators > OPERATORS) {
      return null;
    }
    Node result = null;
    int[] at = new int[phases.size()];
    for (int k = 0; k < count; k++) {
      int rest = k;
      for (int i = at.length - 1; i >= 0; i--) {
        int turns = (int) phases.get(i).turns().constant().getAsLong();
        at[i] = rest % turns;
        rest /= turns;
      }
      Node term = inside(term(z, at), z, at);
      result = result == null ? term : result.plus(term);
    }
    return result;
  }

  // ------------------------------------------------------------------ one term

  private Node term(Node z, int[] at) {
    return Neighbours.Trees.withLeaves(z, leaf -> leaf(leaf, at));
  }

  private Node leaf(Node x, int[] at) {
    Leaf.Constant number = x.splat();
    if (number != null) {
      return x.graph().node(number).fill(shape);
    }
    Node whole = slid(x);
    if (whole != null) {
      return whole;
    }
    List<Integer> axes =
        x.op() instanceof Movement.Broadcast b
            ? b.axes()
            : IntStream.range(0, x.type().rank()).boxed().toList();
    Node base = x.op() instanceof Movement.Broadcast ? x.input(0) : x;
    Node part = prepared.computeIfAbsent(x, n -> padded(base, axes));
    List<Extent> starts = new ArrayList<>();
    List<Integer> steps = new ArrayList<>();
    List<Extent> extents = new ArrayList<>();
    List<Extent> kept = new ArrayList<>();
    List<Integer> to = new ArrayList<>();
    for (int own = 0; own < axes.size(); own++) {
      int axis = axes.get(own);
      Overlaps.Phases first = of(axis);
      Overlaps.Phases second = of(axis - 1);
      Extent start = Extent.ZERO;
      Extent extent = part.type().extent(own);
      if (first != null) {
        // q - d t, counted from the first zero before
        int t = at[phases.indexOf(first)];
        start = first.turns().plus(-1 - t).times(first.dilation());
        extent = first.rows();
      } else if (second != null) {
        start = Extent.of((long) at[phases.indexOf(second)] * second.stride());
        extent = Extent.of(second.phases());
      }
      starts.add(start);
      steps.add(1);
      extents.add(extent);
      if (places.get(axis) >= 0) {
        kept.add(extent);
        to.add(places.get(axis));
      }
    }
    return x.graph()
        .node(new Movement.Slice(starts, steps, extents), part)
        .reshape(kept)
        .broadcast(shape, to);
  }

  /** Zeros around every i, so that there is one for every q and t, and behind every j. */
  private Node padded(Node base, List<Integer> axes) {
    List<Extent> low = new ArrayList<>(Collections.nCopies(axes.size(), Extent.ZERO));
    List<Extent> high = new ArrayList<>(low);
    for (int own = 0; own < axes.size(); own++) {
      Overlaps.Phases first = of(axes.get(own));
      Overlaps.Phases second = of(axes.get(own) - 1);
      if (first != null) {
        low.set(own, first.before());
        high.set(own, first.behind());
      } else if (second != null && second.hasPhases()) {
        high.set(own, second.turns().times(second.phases()).minus(second.size()));
      }
    }
    return Overlaps.padded(base, low, high);
  }

  /** The tensor that this is windows of, along all overlaps, in the shape (q, r); else null. */
  private @Nullable Node slid(Node x) {
    List<Integer> own = new ArrayList<>(IntStream.range(0, x.type().rank()).boxed().toList());
    Set<Overlaps.Phases> left = new HashSet<>(phases);
    Node base = x;
    while (!left.isEmpty()) {
      if (!(base.op() instanceof Movement.Windows w)) {
        return null;
      }
      Overlaps.Phases p = of(own.get(w.axis()));
      boolean fits =
          p != null
              && own.get(w.axis() + 1) == p.axis() + 1
              && w.stride() == p.stride()
              && (w.dilation() == p.dilation() || p.size().isOne())
              && left.remove(p);
      if (!fits) {
        return null;
      }
      own.remove(w.axis() + 1);
      base = base.input(0);
    }
    Node result = base;
    for (int k = phases.size() - 1; k >= 0; k--) {
      result = wanted(result, own.indexOf(phases.get(k).axis()), phases.get(k));
    }
    return result;
  }

  /** The positions of an axis that are wanted, as (q, r) where there are phases. */
  private static Node wanted(Node x, int axis, Overlaps.Phases p) {
    Extent extent = x.type().extent(axis);
    Extent start = p.first().times(p.stride());
    Extent all = p.rows().times(p.stride());
    Extent more = start.plus(all).minus(extent);
    boolean shorter = more.isConstant() && more.constant().getAsLong() < 0;
    Node longer = shorter ? x : Overlaps.padded(x, axis, Extent.ZERO, more);
    boolean whole = start.isZero() && all.equals(longer.type().extent(axis));
    Node part = whole ? longer : longer.slice(axis, start, 1, all);
    if (!p.hasPhases()) {
      return part;
    }
    List<Extent> shape = new ArrayList<>(part.type().shape());
    shape.set(axis, p.rows());
    shape.add(axis + 1, Extent.of(p.stride()));
    Node pairs = part.reshape(shape);
    return p.phases() == p.stride()
        ? pairs
        : pairs.slice(axis + 1, Extent.ZERO, 1, Extent.of(p.phases()));
  }

  // ------------------------------------------------------------------ what is outside

  /** The term where q - d t and s t + r are inside of z, 0 elsewhere. */
  private Node inside(Node term, Node z, int[] at) {
    Node result = term;
    boolean vanishes = vanishes(z);
    for (int k = 0; k < phases.size(); k++) {
      Overlaps.Phases p = phases.get(k);
      int place = places.get(p.axis());
      boolean all = p.before().isZero() && p.behind().isZero();
      if (!all && !vanishes) {
        Extent first = p.first().minus(Extent.of((long) at[k] * p.dilation()));
        result = between(first, p.count(), place, result);
      }
      boolean last = at[k] == p.turns().constant().getAsLong() - 1;
      if (p.hasPhases() && last && !p.isEven()) {
        Extent first = Extent.of((long) at[k] * p.stride());
        result = between(first, p.size(), place + 1, result);
      }
    }
    return result;
  }

  /** The value where first plus the position along an axis is from 0 to below {@code end}. */
  private static Node between(Extent first, Extent end, int axis, Node value) {
    List<Extent> shape = value.type().shape();
    Node iota = value.graph().node(new Leaf.Iota(shape.get(axis)));
    Node position = iota.broadcast(shape, List.of(axis));
    Node low = number(value, first.times(-1));
    Node high = number(value, end.minus(first));
    return low.lessEqual(position).and(position.less(high)).where(value, value.like(0));
  }

  private static Node number(Node like, Extent value) {
    Op number =
        value.isConstant()
            ? new Leaf.Constant(value.constant().getAsLong(), DType.I32)
            : new Leaf.SizeOf(value);
    return like.graph().node(number).fill(like.type().shape());
  }

  /** Whether a term is 0 where its padded leaves are. */
  private boolean vanishes(Node z) {
    Map<Node, Boolean> known = new HashMap<>();
    List<Node> open = new ArrayList<>(List.of(z));
    while (!open.isEmpty()) {
      Node node = open.getLast();
      List<Node> missing =
          node.op() instanceof Elementwise
              ? node.inputs().stream().filter(n -> !known.containsKey(n)).toList()
              : List.of();
      if (missing.isEmpty()) {
        open.removeLast();
        known.put(node, vanishes(node, known));
      } else {
        open.addAll(missing);
      }
    }
    return known.get(z);
  }

  private boolean vanishes(Node node, Map<Node, Boolean> known) {
    List<Boolean> zero = node.inputs().stream().map(n -> known.getOrDefault(n, false)).toList();
    if (node.op() instanceof Elementwise op) {
      return switch (op) {
        case NEGATE, ABS, TO_F32, TO_F64 -> zero.get(0);
        case ADD, MAX, MIN -> zero.get(0) && zero.get(1);
        case MULTIPLY ->
            zero.get(0) && (zero.get(1) || isFinite(node.input(1)))
                || zero.get(1) && isFinite(node.input(0));
        case WHERE -> zero.get(1) && zero.get(2);
        default -> false;
      };
    }
    if (node.splat() != null) {
      return node.isAll(0);
    }
    boolean everywhere =
        phases.stream()
            .allMatch(
                p -> !(node.op() instanceof Movement.Broadcast b) || b.axes().contains(p.axis()));
    return everywhere && slid(node) == null;
  }

  private static boolean isFinite(Node node) {
    Leaf.Constant number = node.splat();
    return number != null && Double.isFinite(number.value());
  }
}
