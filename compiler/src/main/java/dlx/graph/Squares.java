package dlx.graph;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Recognizes sums of squares. A square root of one is a norm: it is 0 only where all its terms are,
 * and there the derivative of each square is 0 too, so the gradient of the norm is taken as 0 and
 * not as inf * 0.
 */
final class Squares {
  private Squares() {}

  /** Longer sums are not searched; a norm written by a person has a few terms. */
  private static final int LIMIT = 1_000;

  /** Whether x is built of squares by sums, movements and factors that are constants or sizes. */
  static boolean isSum(Node x) {
    Deque<Node> open = new ArrayDeque<>(List.of(x));
    Set<Node> seen = new HashSet<>();
    while (!open.isEmpty()) {
      Node node = open.pop();
      if (!seen.add(node) || isSquare(node)) {
        continue;
      }
      if (seen.size() > LIMIT || !parts(node, open)) {
        return false;
      }
    }
    return true;
  }

  /** Adds what must be sums of squares for this to be one; false if it is none. */
  private static boolean parts(Node node, Deque<Node> open) {
    switch (node.op()) {
      case Elementwise.ADD -> open.addAll(node.inputs());
      case Elementwise.MULTIPLY, Elementwise.DIVIDE -> {
        boolean right = isFactor(node.input(1));
        if (!right && (node.op() == Elementwise.DIVIDE || !isFactor(node.input(0)))) {
          return false;
        }
        open.add(node.input(right ? 0 : 1));
      }
      case Reduction r when r.kind() == Reduction.Kind.SUM || r.kind() == Reduction.Kind.MAX ->
          open.add(node.input(0));
      case Movement.Pad p when node.input(1).isAll(0) -> open.add(node.input(0));
      case Movement.Pad p -> {
        return false;
      }
      case Movement m -> open.addAll(node.inputs());
      default -> {
        return false;
      }
    }
    return true;
  }

  private static boolean isSquare(Node node) {
    return switch (node.op()) {
      case Elementwise.MULTIPLY -> node.input(0) == node.input(1);
      case Elementwise.POWER -> {
        Leaf.Constant exponent = node.input(1).splat();
        yield exponent != null && exponent.value() >= 2 && exponent.value() % 2 == 0;
      }
      case Contraction c -> isPaired(c, node.inputs());
      default -> false;
    };
  }

  /** Whether every operand occurs an even number of times with the same labels. */
  private static boolean isPaired(Contraction contraction, List<Node> inputs) {
    record Factor(Node node, List<Integer> labels) {}
    List<Factor> factors =
        IntStream.range(0, inputs.size())
            .mapToObj(i -> new Factor(inputs.get(i), contraction.operands().get(i)))
            .toList();
    return factors.stream().allMatch(f -> Collections.frequency(factors, f) % 2 == 0);
  }

  /** A positive constant, or a size. */
  private static boolean isFactor(Node node) {
    Node inner = node;
    while (inner.op() instanceof Movement.Broadcast
        || inner.op() == Elementwise.TO_F32
        || inner.op() == Elementwise.TO_F64) {
      inner = inner.input(0);
    }
    return inner.op() instanceof Leaf.SizeOf
        || inner.op() instanceof Leaf.Constant constant && constant.value() > 0;
  }
}
