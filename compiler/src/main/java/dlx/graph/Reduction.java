package dlx.graph;

import dlx.runtime.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Folds some axes away; they leave the shape. Over no elements: a sum is 0, a product 1, a maximum
 * -inf (the least i32), an argmax an error at entry.
 *
 * @param axes increasing; for ARGMAX exactly one
 */
public record Reduction(Kind kind, List<Integer> axes) implements Op {
  /** What is folded. */
  public enum Kind {
    SUM,
    PRODUCT,
    /** NaN if an element is NaN. */
    MAX,
    /** The first position of the largest, or of the first NaN; i32. */
    ARGMAX
  }

  public Reduction {
    axes = List.copyOf(axes);
  }

  @Override
  public String title() {
    return kind.name().toLowerCase(Locale.ROOT) + axes;
  }

  @Override
  public Type type(List<Node> inputs) {
    Type type = inputs.getFirst().type();
    List<Extent> kept = new ArrayList<>();
    for (int axis = 0; axis < type.rank(); axis++) {
      if (!axes.contains(axis)) {
        kept.add(type.extent(axis));
      }
    }
    if (kept.size() + axes.size() != type.rank() || type.dtype() == DType.BOOL) {
      throw new IllegalArgumentException(this + " of " + type);
    }
    return new Type(kind == Kind.ARGMAX ? DType.I32 : type.dtype(), kept);
  }

  @Override
  public List<Node> pullback(Node y, Node g) {
    Node x = y.input(0);
    List<Extent> shape = x.type().shape();
    Node spread = kind == Kind.ARGMAX ? g : g.spread(shape, axes);
    return switch (kind) {
      case SUM -> List.of(spread);
      case MAX -> {
        // the gradient is shared by all that tie: [x = y] / count
        Node tie = x.equal(y.spread(shape, axes)).convert(x.type().dtype());
        yield List.of(spread.times(tie.over(tie.sum(axes).spread(shape, axes))));
      }
      case PRODUCT -> List.of(spread.times(productOfOthers(x)));
      case ARGMAX -> Elementwise.nothing(1);
    };
  }

  /**
   * The product of all elements but this one, right where elements are zero: with the product p of
   * those that are not zero and the number z of zeros, it is p / x if z = 0, and p at the zero if z =
   * 1. Elsewhere 0.
   */
  private Node productOfOthers(Node x) {
    List<Extent> shape = x.type().shape();
    Node zero = x.equal(x.like(0));
    Node safe = zero.where(x.like(1), x);
    Node product = safe.reduce(Kind.PRODUCT, axes).spread(shape, axes);
    Node zeros = zero.convert(x.type().dtype()).sum(axes).spread(shape, axes);
    Node none = zeros.equal(x.like(0));
    Node one = zeros.equal(x.like(1)).and(zero);
    return none.where(product.over(safe), one.where(product, x.like(0)));
  }
}
