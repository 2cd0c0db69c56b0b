package dlx.simplify;

import dlx.graph.Contraction;
import dlx.graph.Derivative;
import dlx.graph.Elementwise;
import dlx.graph.Indexing;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.graph.Op;
import dlx.graph.Reduction;

/**
 * The measure that rules make smaller: what the operators of an expression cost, each once however
 * often its value is used, times 4 for every axis. Leaves and broadcasts weigh nothing.
 */
final class Weight {
  /** As an axis does: a loop goes through its body as often as it has turns. */
  private static final double TURNS = 4;

  private Weight() {}

  static double of(Node node) {
    return of(node.op()) * Math.pow(4, rank(node));
  }

  /** The rank over which the operator works: that of its result, or of what it folds. */
  private static int rank(Node node) {
    return switch (node.op()) {
      case Contraction c ->
          (int) c.operands().stream().flatMap(java.util.List::stream).distinct().count();
      case Reduction r -> node.input(0).type().rank();
      default -> node.type().rank();
    };
  }

  static double of(Op op) {
    return switch (op) {
      case Leaf leaf -> 0;
      case Elementwise e -> of(e);
      case Reduction r -> 1;
      case Movement.Broadcast b -> 0;
      case Movement m -> 1;
      case Contraction c -> 2;
      case Indexing i -> 3;
      case Loop.Region region -> TURNS * region.nodes().stream().mapToDouble(Weight::of).sum();
      case Loop.Result result -> 0;
      case Derivative d -> 100;
    };
  }

  private static double of(Elementwise op) {
    return switch (op) {
      case EXP, LOG, SIN, COS, LOG1P, EXPM1 -> 20;
      case TANH, ERF -> 21;
      case SIGMOID -> 19;
      case SOFTPLUS -> 30;
      case POWER -> 25;
      case NEGATE -> 0.75;
      case SQRT, DIVIDE, FLOOR_DIVIDE, REMAINDER -> 4;
      default -> 1;
    };
  }
}
