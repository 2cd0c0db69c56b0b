package dlx.tests;

import dlx.graph.Contraction;
import dlx.graph.Elementwise;
import dlx.graph.Evaluate;
import dlx.graph.Function;
import dlx.graph.Graph;
import dlx.graph.Indexing;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Node;
import dlx.graph.Reduction;
import dlx.graph.Type;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * A function in which everything that is rounded is off by a random relative error, each element by
 * its own: it shows how far its values depend on rounding and on the order of sums, and which
 * decisions do. Leaves and what only chooses or moves are exact and stay so.
 */
final class Noise {
  /** In how many ways a function is made noisy. */
  private static final int WAYS = 2;

  private final double size;
  private final Evaluate judge;
  private final Map<Node, Node> noisy = new HashMap<>();
  private final Evaluate[] ways = new Evaluate[WAYS];
  private final Map<String, Type> sources = new HashMap<>();

  /**
   * @param size of the relative errors: some roundings of the narrowest type
   */
  Noise(Function function, RandomFunctions.Sample sample, Evaluate judge, double size) {
    this.size = size;
    this.judge = judge;
    for (Node node : function.nodes()) {
      boolean sums = isSum(node);
      boolean before = sums || node.op() instanceof Loop.Region;
      List<Node> inputs =
          node.inputs().stream().map(x -> before ? withNoise(noisy.get(x)) : noisy.get(x)).toList();
      Node copy = node.graph().node(node.op(), inputs);
      noisy.put(node, sums || isRounded(node) ? withNoise(copy) : copy);
    }
    for (int way = 0; way < WAYS; way++) {
      Map<String, Tensor> inputs = new HashMap<>(sample.inputs());
      Random random = new Random(way);
      sources.keySet().stream()
          .sorted()
          .forEach(name -> inputs.put(name, tensor(sources.get(name), random)));
      ways[way] = new Evaluate(sample.sizes(), inputs, sample.slots(), 7, 3);
    }
  }

  private static boolean isSum(Node node) {
    return node.type().dtype().isFloat()
        && (node.op() instanceof Contraction
            || node.op() instanceof Indexing.ScatterAdd
            || node.op() instanceof Reduction r
                && (r.kind() == Reduction.Kind.SUM || r.kind() == Reduction.Kind.PRODUCT));
  }

  /**
   * Does the last digit of the result depend on how it is computed? That of a loop is taken to:
   * what is rounded in its turns has no noise of its own.
   */
  private static boolean isRounded(Node node) {
    return node.type().dtype().isFloat()
        && (node.op() instanceof Loop.Result || node.op() instanceof Elementwise e && isRounded(e));
  }

  private static boolean isRounded(Elementwise operator) {
    return switch (operator) {
      case NEGATE, ABS, SIGN, FLOOR, FLOOR_DIVIDE, MAX, MIN, WHERE, TO_F64, STOP_GRADIENT -> false;
      default -> true;
    };
  }

  private Node withNoise(Node node) {
    if (!node.type().dtype().isFloat()) {
      return node;
    }
    String name = "noise" + sources.size();
    sources.put(name, node.type());
    return node.times(node.graph().node(new Leaf.Input(name, node.type())));
  }

  private Tensor tensor(Type type, Random random) {
    int[] shape = type.shape().stream().mapToInt(e -> Math.toIntExact(judge.size(e))).toArray();
    Tensor tensor = Tensor.zeros(DType.F64, shape);
    for (int i = 0; i < tensor.size(); i++) {
      tensor.set(i, 1 + (random.nextBoolean() ? size : -size) * (0.5 + 0.5 * random.nextDouble()));
    }
    return type.dtype() == DType.F64 ? tensor : tensor.convert(type.dtype());
  }

  /** How far the noise moves each element of a value at most; NaN where it comes or goes. */
  double[] moves(Node node) {
    double[] still = judge.values(node);
    double[] moves = new double[still.length];
    for (Evaluate way : ways) {
      double[] moved = way.values(noisy.get(node));
      for (int i = 0; i < moves.length; i++) {
        boolean same = Double.compare(still[i], moved[i]) == 0 || still[i] == moved[i];
        moves[i] = Math.max(moves[i], same ? 0 : Math.abs(moved[i] - still[i]));
      }
    }
    return moves;
  }

  /**
   * Why a value may be another one though it was computed well, or nothing: something jumps on the
   * way to it, and where it jumps depends on rounding, or on the order of a product with infinite
   * factors, in which inf * 0 may come or go.
   */
  Optional<String> excuse(Node root) {
    List<Node> nodes = Graph.topological(List.of(root));
    List<Node> jumps = nodes.stream().filter(Noise::jumps).toList();
    if (jumps.stream().anyMatch(this::isMoved)) {
      return Optional.of("a decision depends on rounding");
    }
    if (!jumps.isEmpty() && nodes.stream().anyMatch(this::isInfiniteProduct)) {
      return Optional.of("a decision behind a product with infinite factors");
    }
    if (nodes.stream().anyMatch(n -> n.op() instanceof Loop.Region r && decidesInside(r))) {
      return Optional.of("a decision inside of a loop");
    }
    return isChaotic(root) ? Optional.of("a large argument of sin or cos") : Optional.empty();
  }

  /**
   * The values in a loop are not asked for, so this is judged by what stands there: does something
   * jump that was computed, and is something rounded otherwise than the judge does?
   */
  private static boolean decidesInside(Loop.Region region) {
    List<Node> nodes = withBodies(region.roots());
    boolean inexact =
        nodes.stream()
            .anyMatch(n ->
                n.op() instanceof Contraction
                    || n.op() instanceof Reduction
                    || n.type().dtype() == DType.F32
                    || n.op() instanceof Elementwise e && e.isComposed());
    return inexact
        && nodes.stream()
            .anyMatch(n ->
                jumps(n)
                    && n.inputs().stream()
                        .anyMatch(x -> x.type().dtype().isFloat() && !(x.op() instanceof Leaf)));
  }

  /** What the roots need, with what is in loops. */
  static List<Node> withBodies(List<Node> roots) {
    List<Node> nodes = new ArrayList<>(Graph.topological(roots));
    for (Node node : List.copyOf(nodes)) {
      if (node.op() instanceof Loop.Region region) {
        nodes.addAll(withBodies(region.roots()));
      }
    }
    return nodes;
  }

  private boolean isInfiniteProduct(Node n) {
    boolean product =
        n.op() instanceof Contraction
            || n.op() instanceof Reduction r && r.kind() == Reduction.Kind.PRODUCT;
    return product
        && n.inputs().stream()
            .anyMatch(x -> !Arrays.stream(judge.values(x)).allMatch(Double::isFinite));
  }

  private static boolean jumps(Node n) {
    return switch (n.op()) {
      case Elementwise e ->
          e == Elementwise.FLOOR
              || e == Elementwise.FLOOR_DIVIDE
              || e == Elementwise.REMAINDER
              || e == Elementwise.SIGN
              || !n.type().dtype().isFloat();
      case Reduction r -> r.kind() == Reduction.Kind.ARGMAX;
      case Indexing.Argsort a -> true;
      default -> false;
    };
  }

  private boolean isMoved(Node n) {
    double[] still = judge.values(n);
    double[] moves = moves(n);
    double[] turn = n.op() == Elementwise.REMAINDER ? judge.values(n.input(1)) : null;
    for (int i = 0; i < moves.length; i++) {
      boolean smooth = turn != null && n.type().dtype().isFloat();
      double allowed = smooth ? Math.abs(turn[i]) / 2 : 0;
      if (!(moves[i] <= allowed) && !Double.isNaN(still[i])) {
        return true;
      }
    }
    return false;
  }

  /**
   * Is there a periodic function of so large a number that its rounding is a large part of a turn?
   */
  private boolean isChaotic(Node root) {
    return Graph.topological(List.of(root)).stream()
        .filter(n -> n.op() == Elementwise.SIN || n.op() == Elementwise.COS)
        .anyMatch(n -> {
          for (double moved : moves(n.input(0))) {
            if (!(moved < 1)) {
              return true;
            }
          }
          return false;
        });
  }
}
