package dlx.simplify;

import dlx.graph.Node;
import dlx.runtime.DType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node as a product: {@code coefficient * base^exponent * ...}, factors by the number of their
 * node. Equal products are the same value, whatever the order and the spelling of minus and
 * division.
 */
record Product(double coefficient, List<Factor> factors) {

  /** A node to a power; an exponent that is not whole stands only on what is positive. */
  record Factor(Node base, double exponent) {}

  Product {
    List<Factor> sorted = new ArrayList<>(factors);
    sorted.sort(
        Comparator.<Factor>comparingInt(f -> f.base().id()).thenComparingDouble(Factor::exponent));
    factors = List.copyOf(sorted);
  }

  static Product number(double value) {
    return new Product(value, List.of());
  }

  static Product of(Node node) {
    return new Product(1, List.of(new Factor(node, 1)));
  }

  boolean isNumber() {
    return factors.isEmpty();
  }

  /** The node, if this is a node times 1; else null. */
  @Nullable Node atom() {
    return coefficient == 1 && factors.size() == 1 && factors.getFirst().exponent() == 1
        ? factors.getFirst().base()
        : null;
  }

  Product scaled(double factor, DType dtype) {
    return new Product(Numbers.times(dtype, coefficient, factor), factors);
  }

  Product withCoefficient(double value) {
    return new Product(value, factors);
  }
}
