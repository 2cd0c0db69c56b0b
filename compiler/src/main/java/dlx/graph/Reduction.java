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
        Node tie = x.equal(y.spread(shape, axes));
        Node count = tie.convert(x.type().dtype()).sum(axes).spread(shape, axes);
        yield List.of(tie.where(spread.over(count), x.like(0)));
      }
      case PRODUCT -> List.of(spread.times(productOfOthers(x)));
      case ARGMAX -> Elementwise.nothing(1);
    };
  }

  /**
   * The product of all elements but this one, right where elements are zero, and with a right
   * derivative of its own there. Let p be the product of the elements that are not zero, s the sum
   * of those that are (0, but it has a derivative), and c the number of zeros among the others:
   *
   * <pre>
   * c = 0:  p / x           (x stands for 1 if it is zero)
   * c = 1:  p / x * (s without x)
   * else 0
   * </pre>
   */
  private Node productOfOthers(Node x) {
    List<Extent> shape = x.type().shape();
    Node nil = x.like(0);
    Node zero = x.equal(nil);
    Node safe = zero.where(x.like(1), x);
    Node rest = safe.reduce(Kind.PRODUCT, axes).spread(shape, axes).over(safe);
    Node mark = zero.convert(x.type().dtype());
    Node others = mark.sum(axes).spread(shape, axes).minus(mark);
    Node zeros = zero.where(x, nil);
    Node other = zeros.sum(axes).spread(shape, axes).minus(zeros);
    Node one = others.equal(x.like(1)).where(rest.times(other), nil);
    return others.equal(nil).where(rest, one);
  }
}
