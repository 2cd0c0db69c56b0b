package dlx.schedule;

import dlx.graph.Contraction;
import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.graph.Graph;
import dlx.graph.Indexing;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.graph.Reduction;
import dlx.graph.Type;
import dlx.runtime.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Few forms for the scheduler: reductions are over the last axis, or over axes before the last;
 * contractions have two operands and at least one axis of each kind (rows, columns, summed); a
 * padding that cuts is a slice. The meaning stays.
 */
final class Lower {
  /**
   * A loop whose arguments are {@link Leaf.Variable}s of its own, so that no node that depends on
   * them is in another loop too.
   *
   * @param loop its number, for {@link Turn}
   * @param variables what stands for each input
   * @param views how the body sees what the variables stand for
   * @param next what each carried variable becomes: another of them, or a computed node
   * @param stacked what each turn leaves, all of it computed
   */
  record Body(
      int loop, List<Node> variables, Map<Node, View> views, List<Node> next, List<Node> stacked) {}

  /** A function in few forms and the bodies of its loops, and of loops in them. */
  record Lowered(Function function, Map<Node, Body> bodies) {}

  private final Map<Node, View> views = new HashMap<>();
  private final Map<Node, Body> bodies = new HashMap<>();
  private final LowerContraction contractions = new LowerContraction(this);
  private int loops;

  private Lower() {}

  static Lowered function(Function function) {
    Lower lower = new Lower();
    List<Node> parts = Parts.of(Overlaps.turned(function.roots()));
    List<Node> roots = lower.nodes(parts, new HashMap<>());
    return new Lowered(
        function.withRoots(roots.stream().map(Lower::result).toList()), lower.bodies);
  }

  /**
   * @param lowered what is known already: the arguments of a body
   */
  private List<Node> nodes(List<Node> roots, Map<Node, Node> lowered) {
    for (Node node : Graph.topological(roots)) {
      if (!lowered.containsKey(node)) {
        boolean isResult = node.op() instanceof Loop.Result;
        List<Node> inputs =
            node.inputs().stream()
                .map(x -> isResult ? lowered.get(x) : number(x, lowered.get(x)))
                .toList();
        lowered.put(
            node,
            node.op() instanceof Loop.Region region
                ? loop(node, region, inputs)
                : lower(node, inputs));
      }
    }
    return roots.stream().map(x -> number(x, lowered.get(x))).toList();
  }

  /** A loop by itself is the number of its turns. */
  private static Node number(Node node, Node lowered) {
    return node.op() instanceof Loop.Region region
        ? node.graph().node(new Leaf.SizeOf(region.turns()))
        : lowered;
  }

  private Node lower(Node node, List<Node> inputs) {
    Graph graph = node.graph();
    return graph.at(
        node.span(),
        () ->
            switch (node.op()) {
              case Reduction reduction -> reduction(reduction, inputs.getFirst());
              case Contraction contraction -> contractions.contraction(contraction, inputs);
              case Movement.Pad pad -> pad(pad, inputs);
              case Movement.Overlap overlap -> overlap(overlap, inputs.getFirst());
              case Movement movement -> graph.node(movement, inputs);
              case Leaf leaf -> node;
              case Elementwise elementwise -> graph.node(elementwise, inputs);
              case Indexing.Gather gather ->
                  graph.node(gather, List.of(stored(inputs.get(0)), inputs.get(1)));
              case Indexing.Argsort sort ->
                  graph.node(
                      sort,
                      solid(
                          inputs.getFirst().type().dtype() == DType.BOOL
                              ? inputs.getFirst().convert(DType.I32)
                              : inputs.getFirst()));
              case Indexing indexing ->
                  graph.node(indexing, inputs.stream().map(this::solid).toList());
              case Loop loop -> graph.node(loop, inputs);
              case dlx.graph.Derivative d -> throw new IllegalStateException("underived " + node);
            });
  }

  // ------------------------------------------------------------------ reductions

  static Node reduction(Reduction reduction, Node x) {
    int rank = x.type().rank();
    Reduction.Kind kind = reduction.kind();
    List<Integer> axes = reduction.axes();
    if (kind == Reduction.Kind.ARGMAX) {
      return argmax(axes.getFirst(), x);
    }
    int tail = 0;
    while (tail < axes.size() && axes.get(axes.size() - 1 - tail) == rank - 1 - tail) {
      tail++;
    }
    if (tail == 0) {
      return leading(kind, axes, x);
    }
    if (tail > 1 && hasRowFolds(x)) {
      Node rows = x.reduce(kind, List.of(rank - 1));
      return reduction(new Reduction(kind, axes.subList(0, axes.size() - 1)), rows);
    }
    List<Extent> shape = new ArrayList<>(x.type().shape().subList(0, rank - tail));
    shape.add(Extent.product(x.type().shape().subList(rank - tail, rank)));
    Node inner = x.reshape(shape).reduce(kind, List.of(rank - tail));
    return axes.size() == tail
        ? inner
        : reduction(new Reduction(kind, axes.subList(0, axes.size() - tail)), inner);
  }

  /**
   * Is this computed from folds over its own rows? Then a fold of everything goes row by row too,
   * so that both can share one pass.
   */
  private static boolean hasRowFolds(Node x) {
    List<Node> open = new ArrayList<>(List.of(x));
    Set<Node> seen = new LinkedHashSet<>();
    while (!open.isEmpty() && seen.size() < 64) {
      Node node = open.removeLast();
      if (!seen.add(node)) {
        continue;
      }
      if (node.op() instanceof Elementwise) {
        open.addAll(node.inputs());
      } else if (node.op() instanceof Movement.Broadcast b
          && b.shape().equals(x.type().shape())
          && b.axes().equals(IntStream.range(0, b.shape().size() - 1).boxed().toList())) {
        open.add(node.input(0));
      } else if (node.op() instanceof Reduction r
          && r.axes().equals(List.of(node.input(0).type().rank() - 1))
          && node.input(0).type().shape().equals(x.type().shape())) {
        return true;
      }
    }
    return false;
  }

  /** Reduced axes that lie side by side become one, then one reduction for each that is left. */
  private static Node leading(Reduction.Kind kind, List<Integer> axes, Node x) {
    int last = axes.getLast();
    int first = last;
    while (axes.contains(first - 1)) {
      first--;
    }
    List<Extent> shape = new ArrayList<>(x.type().shape().subList(0, first));
    shape.add(Extent.product(x.type().shape().subList(first, last + 1)));
    shape.addAll(x.type().shape().subList(last + 1, x.type().rank()));
    Node inner = narrow(kind, x.reshape(shape), first);
    int done = last + 1 - first;
    return axes.size() == done
        ? inner
        : reduction(new Reduction(kind, axes.subList(0, axes.size() - done)), inner);
  }

  /** So many columns side by side fill vectors, or nearly. */
  private static final int WIDE = 16;

  /**
   * A fold over an axis before the last. Of fewer columns than a vector has, several lines that lie
   * side by side become one first: 8 lines of 6 columns are 48 columns.
   */
  private static Node narrow(Reduction.Kind kind, Node x, int axis) {
    List<Extent> shape = x.type().shape();
    long columns = Extent.product(shape.subList(axis + 1, shape.size())).constant().orElse(WIDE);
    boolean isNarrow = columns > 2 && columns < WIDE;
    long lines = isNarrow ? WIDE / Long.lowestOneBit(columns | WIDE) : 1;
    Extent count = Extent.of(lines);
    if (!isNarrow || !shape.get(axis).remainder(count).isZero()) {
      return x.reduce(kind, List.of(axis));
    }
    List<Extent> wide = new ArrayList<>(shape.subList(0, axis));
    wide.add(shape.get(axis).floorDivide(count));
    wide.add(Extent.of(lines * columns));
    Node sums = x.reshape(wide).reduce(kind, List.of(axis));
    List<Extent> some = new ArrayList<>(shape.subList(0, axis));
    some.add(count);
    some.addAll(shape.subList(axis + 1, shape.size()));
    return sums.reshape(some).reduce(kind, List.of(axis));
  }

  private static Node argmax(int axis, Node x) {
    int rank = x.type().rank();
    List<Integer> order = new ArrayList<>();
    IntStream.range(0, rank).filter(i -> i != axis).forEach(order::add);
    order.add(axis);
    return x.transpose(order).reduce(Reduction.Kind.ARGMAX, List.of(rank - 1));
  }

  // ------------------------------------------------------------------ operands that need memory

  /** How the elements of a lowered node lie. */
  View view(Node node) {
    List<Node> unknown = new ArrayList<>();
    Node at = node;
    while (!views.containsKey(at)) {
      unknown.add(at);
      if (!(at.op() instanceof Movement)) {
        break;
      }
      at = at.input(0);
    }
    unknown.reversed().forEach(n -> views.put(n, View.of(n, views::get)));
    return views.get(node);
  }

  /**
   * This node, or a copy of it if its elements are not in memory at all (constants, positions,
   * draws).
   */
  Node stored(Node node) {
    return isInMemory(view(node).base()) ? node : copy(node);
  }

  private static boolean isInMemory(Node base) {
    return switch (base.op()) {
      case Leaf.Constant c -> false;
      case Leaf.Iota i -> false;
      case Leaf.SizeOf s -> false;
      case Leaf.Uniform u -> false;
      default -> true;
    };
  }

  /** This node, or a copy of it if its elements do not lie side by side in memory. */
  private Node solid(Node node) {
    return view(node).isContiguous() ? stored(node) : copy(node);
  }

  // ------------------------------------------------------------------ loops

  private Node loop(Node node, Loop.Region region, List<Node> lowered) {
    Graph graph = node.graph();
    int loop = loops++;
    List<Node> inputs = new ArrayList<>();
    List<Node> variables = new ArrayList<>();
    Map<Node, View> seen = new HashMap<>();
    for (int i = 0; i < lowered.size(); i++) {
      boolean read = i < region.carried() || i == region.ending().limit();
      Node input = read ? solid(lowered.get(i)) : lowered.get(i);
      Type type = region.argument(i, input.type());
      Node variable = graph.node(new Leaf.Variable(new Object(), type));
      inputs.add(input);
      variables.add(variable);
      View view = i < region.carried() ? View.whole(variable) : view(input);
      if (i >= region.carried() && i < region.carried() + region.sequences()) {
        view = view.element(Turn.of(loop));
      }
      seen.put(variable, isInMemory(view.base()) ? view.of(variable) : view);
    }
    views.putAll(seen);
    Map<Node, Node> known = new HashMap<>();
    List<Node> parts = Parts.of(region.roots());
    for (Node inner : Graph.topological(parts)) {
      if (inner.op() instanceof Leaf.Argument argument) {
        known.put(inner, variables.get(argument.index()));
      }
    }
    List<Node> roots = new ArrayList<>(nodes(parts, known));
    List<Node> next = new ArrayList<>();
    List<Node> stacked = new ArrayList<>();
    for (int i = 0; i < roots.size(); i++) {
      boolean carries = i < region.carried();
      if (!(carries && variables.subList(0, region.carried()).contains(roots.get(i)))) {
        roots.set(i, computed(roots.get(i)));
      }
      (carries ? next : stacked).add(view(roots.get(i)).base());
    }
    Node made = graph.node(region.withRoots(roots), inputs);
    bodies.put(made, new Body(loop, variables, seen, next, stacked));
    return made;
  }

  /** This node, or a copy of it if it is not all that a kernel has computed, in order. */
  private Node computed(Node node) {
    View view = view(node);
    boolean whole =
        view.isContiguous()
            && view.offset().isZero()
            && view.base().type().size().equals(node.type().size());
    return whole && !(view.base().op() instanceof Leaf) ? node : copy(node);
  }

  /** A result needs memory of its own, so a leaf or a view is copied. */
  private static Node result(Node node) {
    return switch (node.op()) {
      case Movement.Pad p -> node;
      case Movement.Concat c -> node;
      case Movement.Overlap o -> node;
      case Movement m -> flatCopy(node);
      case Leaf l -> flatCopy(node);
      default -> node;
    };
  }

  private static Node flatCopy(Node node) {
    Node flat = node.type().isScalar() ? node.reshape(List.of(Extent.ONE)) : node;
    return node.graph().node(new Movement.Concat(0), flat);
  }

  /** Whether a node is a copy of its input, element by element. */
  static boolean isCopy(Node node) {
    return node.op() instanceof Movement.Concat && node.inputs().size() == 1;
  }

  /** A concatenation of one: the same elements in memory of their own. */
  static Node copy(Node node) {
    Graph graph = node.graph();
    return node.type().isScalar()
        ? graph.node(new Movement.Concat(0), node.reshape(List.of(Extent.ONE))).reshape(List.of())
        : graph.node(new Movement.Concat(0), node);
  }

  // ------------------------------------------------------------------ paddings

  private static Node pad(Movement.Pad pad, List<Node> inputs) {
    Node x = inputs.getFirst();
    List<Extent> low = new ArrayList<>();
    List<Extent> high = new ArrayList<>();
    for (int axis = 0; axis < pad.low().size(); axis++) {
      Extent before = negative(pad.low().get(axis)) ? pad.low().get(axis).times(-1) : Extent.ZERO;
      Extent after = negative(pad.high().get(axis)) ? pad.high().get(axis).times(-1) : Extent.ZERO;
      if (!before.isZero() || !after.isZero()) {
        x = x.slice(axis, before, 1, x.type().extent(axis).minus(before).minus(after));
      }
      low.add(pad.low().get(axis).plus(before));
      high.add(pad.high().get(axis).plus(after));
    }
    boolean nothing =
        low.stream().allMatch(Extent::isZero) && high.stream().allMatch(Extent::isZero);
    return nothing ? x : x.graph().node(new Movement.Pad(low, high), x, inputs.get(1));
  }

  /** Every element is added at its position stride * i + dilation * j. */
  private Node overlap(Movement.Overlap overlap, Node x) {
    int axis = overlap.axis();
    Graph graph = x.graph();
    if (OverlappingRows.fits(overlap, x)) {
      return graph.node(overlap, contractions.withEvenColumns(x));
    }
    List<Extent> pair = x.type().shape().subList(axis, axis + 2);
    Node i = graph.node(new Leaf.Iota(pair.get(0))).times(overlap.stride());
    Node j = graph.node(new Leaf.Iota(pair.get(1))).times(overlap.dilation());
    Node positions = i.broadcast(pair, List.of(0)).plus(j.broadcast(pair, List.of(1)));
    return graph.node(
        new Indexing.ScatterAdd(axis, overlap.extent(), false), solid(x), solid(positions));
  }

  /** Is this less than zero for all sizes? Its value for sizes of zero and its slope say so. */
  private static boolean negative(Extent extent) {
    OptionalLong constant = extent.constant();
    return constant.isPresent()
        ? constant.getAsLong() < 0
        : extent.times(-1).toString().indexOf('-') < 0;
  }
}
