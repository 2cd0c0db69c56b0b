package dlx.schedule;

import dlx.graph.Contraction;
import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.graph.Graph;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.graph.Reduction;
import dlx.graph.Substitute;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Folds over few neighbours, written out: the greatest of windows of three is max(max(x[i], x[i +
 * 1]), x[i + 2]), each a view of x. So pooling and depthwise convolution are one pass, with the
 * channels side by side, and nothing is stored for each element of a window.
 */
final class Neighbours {
  /** The most elements of a window that are written out. */
  private static final int WINDOW = 64;

  /** The most operators that the fold of one window may become. */
  private static final int OPERATORS = 256;

  /** How many operators one stands for that takes many instructions. */
  private static final int COMPOSED = 32;

  private Neighbours() {}

  /** The fold without folded axes, or null if it is not one over few neighbours. */
  static @Nullable Node fold(Reduction op, Node x) {
    Elementwise combine =
        switch (op.kind()) {
          case SUM -> Elementwise.ADD;
          case PRODUCT -> Elementwise.MULTIPLY;
          case MAX -> Elementwise.MAX;
          case ARGMAX -> null;
        };
    Set<Integer> windows = new HashSet<>();
    int operators = 1 + Trees.collect(x, windows);
    if (combine == null || !windows.containsAll(op.axes())) {
      return null;
    }
    List<Extent> extents = op.axes().stream().map(x.type()::extent).toList();
    List<int[]> positions = positions(extents, operators);
    if (positions == null) {
      return null;
    }
    Node result = null;
    for (int[] at : positions) {
      Map<Integer, Integer> fixed = new HashMap<>();
      IntStream.range(0, at.length).forEach(i -> fixed.put(op.axes().get(i), at[i]));
      Node term = Trees.at(x, fixed);
      result = result == null ? term : x.graph().node(combine, result, term);
    }
    return result;
  }

  /**
   * A product of two that lacks rows or columns, such as that of a depthwise convolution, summed
   * over few neighbours; else null.
   */
  static @Nullable Node contraction(Contraction op, Node node) {
    if (node.inputs().size() != 2) {
      return null;
    }
    List<Integer> a = op.operands().get(0);
    List<Integer> b = op.operands().get(1);
    Set<Integer> labels = new LinkedHashSet<>(a);
    labels.addAll(b);
    List<Integer> summed = labels.stream().filter(l -> !op.output().contains(l)).toList();
    boolean rows = op.output().stream().anyMatch(l -> !b.contains(l));
    boolean columns = op.output().stream().anyMatch(l -> !a.contains(l));
    boolean repeats =
        new HashSet<>(a).size() < a.size()
            || new HashSet<>(b).size() < b.size()
            || !summed.stream().allMatch(l -> a.contains(l) && b.contains(l));
    if (rows && columns || summed.isEmpty() || repeats || op.output().isEmpty()) {
      return null;
    }
    Set<Integer> windows = new HashSet<>();
    for (int k = 0; k < 2; k++) {
      Set<Integer> axes = new HashSet<>();
      Trees.collect(node.input(k), axes);
      for (int axis : axes) {
        windows.add(op.operands().get(k).get(axis));
      }
    }
    Map<Integer, Extent> extents = op.extents(node.inputs());
    List<int[]> positions = positions(summed.stream().map(extents::get).toList(), 2);
    if (!windows.containsAll(summed) || positions == null) {
      return null;
    }
    List<Extent> shape = op.output().stream().map(extents::get).toList();
    Graph graph = node.graph();
    Node result = null;
    for (int[] at : positions) {
      List<Node> factors = new ArrayList<>();
      for (int k = 0; k < 2; k++) {
        List<Integer> own = op.operands().get(k);
        Map<Integer, Integer> fixed = new HashMap<>();
        for (int i = 0; i < at.length; i++) {
          fixed.put(own.indexOf(summed.get(i)), at[i]);
        }
        List<Integer> left = own.stream().filter(l -> !summed.contains(l)).toList();
        factors.add(spread(Trees.at(node.input(k), fixed), left, op.output(), shape));
      }
      Node term = graph.node(Elementwise.MULTIPLY, factors);
      result = result == null ? term : result.plus(term);
    }
    return result;
  }

  /** A factor over all axes of the result. */
  private static Node spread(Node x, List<Integer> labels, List<Integer> to, List<Extent> shape) {
    List<Integer> ordered = to.stream().filter(labels::contains).toList();
    Node turned = x.transpose(ordered.stream().map(labels::indexOf).toList());
    return turned.broadcast(shape, ordered.stream().map(to::indexOf).toList());
  }

  /** All positions of some axes in order, or null if there are none, or many, or nobody knows. */
  private static @Nullable List<int[]> positions(List<Extent> extents, int operators) {
    long count = 1;
    for (Extent extent : extents) {
      long n = extent.isConstant() ? extent.constant().getAsLong() : Long.MAX_VALUE;
      if (n < 1 || n > WINDOW) {
        return null;
      }
      count *= n;
    }
    if (count > WINDOW || count * operators > OPERATORS) {
      return null;
    }
    int[] shape = extents.stream().mapToInt(e -> (int) e.constant().getAsLong()).toArray();
    List<int[]> all = new ArrayList<>();
    for (int k = 0; k < count; k++) {
      int[] at = new int[shape.length];
      int rest = k;
      for (int i = shape.length - 1; i >= 0; i--) {
        at[i] = rest % shape[i];
        rest /= shape[i];
      }
      all.add(at);
    }
    return all;
  }

  /** What is computed point by point from views. */
  static final class Trees {
    private Trees() {}

    /**
     * Collects the axes along which a window of some leaf goes.
     *
     * @return how many operators there are; those that take long count more
     */
    static int collect(Node x, Set<Integer> axes) {
      int operators = 0;
      List<Node> open = new ArrayList<>(List.of(x));
      Set<Node> seen = new HashSet<>(open);
      while (!open.isEmpty()) {
        Node node = open.removeLast();
        if (node.op() instanceof Elementwise op) {
          operators += op.isComposed() ? COMPOSED : 1;
          node.inputs().stream().filter(seen::add).forEach(open::add);
        } else {
          axes.addAll(windowAxes(node));
        }
      }
      return operators;
    }

    /** The axes of a chain of windows that are the elements of a window. */
    private static List<Integer> windowAxes(Node x) {
      List<Integer> axes = new ArrayList<>();
      List<Integer> own = IntStream.range(0, x.type().rank()).boxed().toList();
      Node node = x;
      while (node.op() instanceof Movement.Windows w) {
        int element = w.axis() + 1;
        if (own.get(element) >= 0) {
          axes.add(own.get(element));
        }
        List<Integer> outer = own;
        own =
            IntStream.range(0, outer.size())
                .filter(i -> i != element)
                .mapToObj(i -> i == w.axis() ? -1 : outer.get(i))
                .toList();
        node = node.input(0);
      }
      return axes;
    }

    /** What stands at some positions of some axes, without these axes. */
    static Node at(Node x, Map<Integer, Integer> fixed) {
      return withLeaves(x, leaf -> leaf(leaf, fixed));
    }

    /** The same operators over other leaves. */
    static Node withLeaves(Node x, UnaryOperator<Node> leaf) {
      return new Substitute(n -> n.op() instanceof Elementwise ? null : leaf.apply(n)).node(x);
    }

    private static Node leaf(Node x, Map<Integer, Integer> fixed) {
      List<Integer> kept =
          IntStream.range(0, x.type().rank()).boxed().filter(i -> !fixed.containsKey(i)).toList();
      List<Extent> shape = kept.stream().map(x.type()::extent).toList();
      if (x.op() instanceof Movement.Broadcast b) {
        Map<Integer, Integer> inside = new HashMap<>();
        fixed.forEach((axis, at) -> {
          if (b.axes().contains(axis)) {
            inside.put(b.axes().indexOf(axis), at);
          }
        });
        List<Integer> axes = b.axes().stream().filter(kept::contains).map(kept::indexOf).toList();
        return leaf(x.input(0), inside).broadcast(shape, axes);
      }
      if (fixed.isEmpty()) {
        return x;
      }
      List<Extent> starts = new ArrayList<>();
      List<Integer> steps = new ArrayList<>();
      List<Extent> extents = new ArrayList<>();
      for (int axis = 0; axis < x.type().rank(); axis++) {
        starts.add(Extent.of(fixed.getOrDefault(axis, 0)));
        steps.add(1);
        extents.add(fixed.containsKey(axis) ? Extent.ONE : x.type().extent(axis));
      }
      return x.graph().node(new Movement.Slice(starts, steps, extents), x).reshape(shape);
    }
  }
}
