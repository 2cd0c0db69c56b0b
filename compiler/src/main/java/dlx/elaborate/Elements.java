package dlx.elaborate;

import dlx.ast.Ast;
import dlx.elaborate.Positions.Affine;
import dlx.elaborate.Tensors.Kind;
import dlx.elaborate.Value.Tensor;
import dlx.graph.Extent;
import dlx.graph.Function.Relation;
import dlx.graph.Indexing;
import dlx.graph.Leaf;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Positions that are formulas of the turn of a loop: {@code x[t]}, {@code x[2 * t + 1]}, {@code
 * x[:, t - k]}, {@code x[t : t + 3]}. Where the loop goes over a view of x, a turn has an element
 * of it; where x changes in the loop too, it is gathered. All positions are inside, which is known
 * now or checked at entry.
 */
final class Elements {
  private final Elaboration elaboration;

  Elements(Elaboration elaboration) {
    this.elaboration = elaboration;
  }

  /** x at a position, or null if that is no formula of a turn. */
  @Nullable Node at(Tensor x, int axis, Tensor position, Span span, World world) {
    Affine written = position.rank() == 0 ? turns(position.node()) : null;
    if (written == null) {
      return null;
    }
    Extent n = x.axes().get(axis).extent();
    Affine start = inside(written, written, n, span, world);
    Turns loop = innermost(start);
    if (goesOver(x, start)) {
      Extent begin = world.lower(start.start());
      int step = start.steps().get(loop);
      boolean whole =
          begin.isZero() && step == 1 && loop.count.equals(x.node().type().extent(axis));
      Node view = whole ? x.node() : x.node().slice(axis, begin, step, loop.count);
      return loop.element(first(view, axis));
    }
    Node from = position.node();
    if (start != written) {
      Value end = new Value.Size(n, Span.NONE);
      from = from.plus(elaboration.tensors.tensor(end, span, world).node());
    }
    return elaboration.graph.node(new Indexing.Gather(axis, false), x.node(), from);
  }

  /** Whether a position is a formula of turns that does not count from the end, and inside. */
  boolean isInside(Node position, Extent n, Span span, World world) {
    Affine written = turns(position);
    return written != null && inside(written, written, n, span, world) == written;
  }

  /** A slice whose ends move with the turns and whose length does not; else null. */
  @Nullable Tensor window(Tensor x, int axis, Ast.Slice slice, Frame frame) {
    Affine first = end(slice.first(), Extent.ZERO, frame);
    Affine last = end(slice.last(), x.node().type().extent(axis), frame);
    boolean turns = first != null && last != null && !first.steps().isEmpty();
    if (!turns || !first.steps().equals(last.steps())) {
      return null;
    }
    World world = frame.world();
    Extent n = x.axes().get(axis).extent();
    Extent length = world.lower(last.start().minus(first.start()));
    Affine start = inside(first, last.plus(Extent.of(-1)), n, slice.span(), world);
    entry(Extent.ZERO, length, n, slice.span(), world);
    List<Axis> axes = new ArrayList<>(x.axes());
    axes.set(axis, Axis.of(length));
    Turns loop = innermost(start);
    int step = start.steps().get(loop);
    boolean view =
        goesOver(x, start)
            && step > 0
            && length.isConstant()
            && length.constant().getAsLong() >= step;
    if (view) {
      Extent all = loop.count.plus(-1).times(step).plus(length);
      Node part = x.node().slice(axis, world.lower(start.start()), 1, all);
      Node windows = elaboration.graph.node(new Movement.Windows(axis, length, step, 1), part);
      return new Tensor(loop.element(first(windows, axis)), axes, x.weak());
    }
    Node begin = node(start);
    Node from = begin.fill(List.of(length)).plus(elaboration.graph.node(new Leaf.Iota(length)));
    Node node = elaboration.graph.node(new Indexing.Gather(axis, false), x.node(), from);
    return new Tensor(node, axes, x.weak());
  }

  /** An end of a slice as a formula, or null if it is none. */
  private @Nullable Affine end(Ast.@Nullable Expression text, Extent otherwise, Frame frame) {
    if (text == null) {
      return new Affine(otherwise, Map.of());
    }
    Value value = elaboration.expressions.value(text, frame);
    boolean number =
        elaboration.tensors.isScalar(value)
            && elaboration.tensors.kind(value, text.span()).node() == Kind.I32.node();
    return number
        ? elaboration.positions.affine(
            elaboration.tensors.tensor(value, Kind.I32, text.span(), frame.world()).node())
        : null;
  }

  private @Nullable Affine turns(Node position) {
    Affine affine = elaboration.positions.affine(position);
    return affine == null || affine.steps().isEmpty() ? null : affine;
  }

  private static Turns innermost(Affine position) {
    return position.steps().keySet().stream().max(Comparator.comparingInt(t -> t.depth)).get();
  }

  /** Whether the loop can go over a view of x: x is there before it begins. */
  private boolean goesOver(Tensor x, Affine position) {
    return position.steps().size() == 1
        && elaboration.positions.depth(x.node()) < innermost(position).depth;
  }

  /** A view with one axis before all others. */
  private static Node first(Node x, int axis) {
    List<Integer> permutation = new ArrayList<>(List.of(axis));
    for (int i = 0; i < x.type().rank(); i++) {
      if (i != axis) {
        permutation.add(i);
      }
    }
    return x.transpose(permutation);
  }

  private Node node(Affine position) {
    Node sum = size(position.start());
    for (Map.Entry<Turns, Integer> step : position.steps().entrySet()) {
      Node number = step.getKey().number();
      sum = sum.plus(number.times(step.getValue()));
    }
    return sum;
  }

  private Node size(Extent extent) {
    Value value = new Value.Size(extent, Span.NONE);
    return elaboration.tensors.tensor(value, Kind.I32, Span.NONE, elaboration.plain()).node();
  }

  // ------------------------------------------------------------------ bounds

  /**
   * The first position counted from the start of the axis. It counts from the end if it is negative
   * in every turn.
   *
   * @param last the last position of the same turn
   */
  private Affine inside(Affine first, Affine last, Extent n, Span span, World world) {
    Extent greatest = world.lower(last.bound(true));
    boolean fromEnd =
        greatest.isConstant()
            ? greatest.constant().getAsLong() < 0
            : greatest.value(s -> 1_000) < 0;
    Extent length = world.lower(n);
    Affine start = fromEnd ? first.plus(length) : first;
    Extent low = world.lower(start.bound(false));
    Extent high = world.lower(fromEnd ? last.plus(length).bound(true) : last.bound(true));
    boolean below = low.isConstant() && low.constant().getAsLong() < 0;
    Extent room = length.minus(high);
    boolean above = room.isConstant() && room.constant().getAsLong() < 1;
    if (first.steps().keySet().stream().anyMatch(loop -> loop.count.isZero())) {
      return start;
    }
    if (below || above) {
      throw new Failure(outside(below, below ? low : high, n, span));
    }
    entry(Extent.ZERO, low, n, span, world);
    entry(high, length.plus(-1), n, span, world);
    return start;
  }

  private static Diagnostic outside(boolean below, Extent reached, Extent n, Span span) {
    String text = span.text();
    Diagnostic error =
        Diagnostic.error(
                "E0308", "`" + text + "` goes to position " + reached + ", outside an axis of " + n)
            .at(span);
    if (!below || text.contains(":")) {
      return error.help("let the loop end earlier, or begin later");
    }
    return error
        .note("a position counts from the end only if it is negative in every turn")
        .help("begin the loop later, or go round: `(" + text + ") % " + n + "`");
  }

  /** less <= more at entry, unless it is known. */
  private void entry(Extent less, Extent more, Extent n, Span span, World world) {
    Extent room = more.minus(less);
    boolean known =
        room.isConstant()
            ? room.constant().getAsLong() >= 0
            : room.value(s -> 0) >= 0 && Subscripts.monotone(room);
    if (!known) {
      String message = "`" + span.text() + "` must stay inside an axis of `" + n + "`";
      elaboration.sizes.check(less, Relation.LESS_EQUAL, more, message, span, world);
    }
  }
}
