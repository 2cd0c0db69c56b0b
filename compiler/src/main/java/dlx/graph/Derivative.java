package dlx.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A derivative that is still to be worked out. It is a node of this type from elaboration to the
 * stage {@code differentiate}, which replaces it.
 *
 * <pre>
 * GRAD y x     dy/dx of a number y, of the type of x
 * VJP  y x u   sum over the elements of y of u dy/dx, of the type of x
 * JVP  y x v   sum over the elements of x of dy/dx v, of the type of y
 * JACOBIAN y x every element of y by every element of x: the axes of y, then those of x
 * </pre>
 */
public record Derivative(Kind kind) implements Op {
  /** Which part of all derivatives. */
  public enum Kind {
    GRAD,
    VJP,
    JVP,
    JACOBIAN;

    /** Its name in the language. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The gradient of a number. */
  public Derivative() {
    this(Kind.GRAD);
  }

  @Override
  public String title() {
    return kind.text();
  }

  @Override
  public Type type(List<Node> inputs) {
    Type y = inputs.get(0).type();
    Type x = inputs.get(1).type();
    boolean fits =
        y.dtype().isFloat()
            && x.dtype().isFloat()
            && switch (kind) {
              case GRAD -> y.isScalar() && inputs.size() == 2;
              case JACOBIAN -> y.dtype() == x.dtype() && inputs.size() == 2;
              case VJP -> inputs.get(2).type().equals(y);
              case JVP -> inputs.get(2).type().equals(x);
            };
    if (!fits) {
      throw new IllegalArgumentException(title() + " of " + inputs);
    }
    return switch (kind) {
      case GRAD, VJP -> x;
      case JVP -> y;
      case JACOBIAN -> {
        List<Extent> shape = new ArrayList<>(y.shape());
        shape.addAll(x.shape());
        yield x.with(shape);
      }
    };
  }

  @Override
  public List<Node> pullback(Node y, Node adjoint) {
    throw new IllegalStateException("derivatives are worked out innermost first");
  }
}
