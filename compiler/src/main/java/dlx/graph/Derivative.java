package dlx.graph;

import java.util.List;

/**
 * A derivative that is still to be worked out: {@code grad(y, x)} with inputs (y, x), y a float
 * number, of the type of x. It is a node of this type from elaboration to the stage {@code
 * differentiate}, which replaces it.
 */
public record Derivative() implements Op {
  @Override
  public String title() {
    return "grad";
  }

  @Override
  public Type type(List<Node> inputs) {
    Type y = inputs.getFirst().type();
    if (!y.isScalar() || !y.dtype().isFloat() || !inputs.get(1).type().dtype().isFloat()) {
      throw new IllegalArgumentException("grad of " + inputs);
    }
    return inputs.get(1).type();
  }

  @Override
  public List<Node> pullback(Node y, Node adjoint) {
    throw new IllegalStateException("derivatives are worked out innermost first");
  }
}
