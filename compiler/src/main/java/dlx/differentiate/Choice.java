package dlx.differentiate;

import dlx.graph.Elementwise;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.graph.Reduction;
import org.jspecify.annotations.Nullable;

/**
 * An adjoint that is a value where the condition holds (or does not), else 0.
 *
 * <p>A choice stays a choice on the way back. The adjoint of the side that {@code where} does not
 * take is 0 there, and if that side is, say, sqrt(0), its slope is inf and the product 0 * inf
 * would be NaN. So an adjoint of the form where(c, g, 0) goes through an operator as where(c,
 * pullback(g), 0), as far as the operator works on elements or only moves them.
 */
record Choice(Node condition, boolean holds, Node value) {
  /** The choice that an adjoint is, or null. */
  static @Nullable Choice of(Node adjoint) {
    if (adjoint.op() != Elementwise.WHERE) {
      return null;
    }
    if (adjoint.input(2).isAll(0)) {
      return new Choice(adjoint.input(0), true, adjoint.input(1));
    }
    return adjoint.input(1).isAll(0) ? new Choice(adjoint.input(0), false, adjoint.input(2)) : null;
  }

  Node positive() {
    return holds ? condition : condition.not();
  }

  /** Chooses of another value; choices of choices are one. */
  Node choose(Node other) {
    Choice inner = of(other);
    if (inner != null) {
      Node both = positive().and(inner.positive());
      return both.where(inner.value, other.like(0));
    }
    return holds ? condition.where(other, other.like(0)) : condition.where(other.like(0), other);
  }

  /** The choice in the shape of the inputs of y; null if y mixes elements. */
  @Nullable Choice backwards(Node y) {
    return switch (y.op()) {
      case Elementwise e -> this;
      case Movement.Reshape r -> like(condition.reshape(y.input(0).type().shape()));
      case Movement.Transpose t -> like(t.pullback(y, condition).getFirst());
      case Reduction r when r.kind() == Reduction.Kind.SUM ->
          like(condition.spread(y.input(0).type().shape(), r.axes()));
      default -> null;
    };
  }

  private Choice like(Node other) {
    return new Choice(other, holds, value);
  }
}
