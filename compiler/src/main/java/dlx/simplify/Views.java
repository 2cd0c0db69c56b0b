package dlx.simplify;

import dlx.graph.Elementwise;
import dlx.graph.Leaf;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.runtime.DType;
import dlx.simplify.Facts.Fact;
import dlx.simplify.Product.Factor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Nodes seen as products and as sums. */
final class Views {
  /** A product with more factors is not taken apart further. */
  private static final int MOST_FACTORS = 16;

  private final Facts facts;
  private final Map<Node, Product> products = new HashMap<>();

  Views(Facts facts) {
    this.facts = facts;
  }

  Facts facts() {
    return facts;
  }

  // ------------------------------------------------------------------ products

  /** The product that a node is; a node that is no product is a product of itself. */
  Product product(Node node) {
    Product found = products.get(node);
    if (found == null) {
      found = take(node);
      products.put(node, found);
    }
    return found;
  }

  private Product take(Node node) {
    Leaf.Constant constant = node.splat();
    if (constant != null && Double.isFinite(constant.value()) && constant.dtype() != DType.BOOL) {
      return Product.number(constant.value());
    }
    Product product =
        switch (node.op()) {
          case Elementwise.NEGATE -> product(node.input(0)).scaled(-1, node.type().dtype());
          case Elementwise.MULTIPLY -> times(node, product(node.input(0)), product(node.input(1)));
          case Elementwise.DIVIDE -> {
            Product by = power(node.input(1), -1);
            yield by == null ? Product.of(node) : times(node, product(node.input(0)), by);
          }
          case Elementwise.POWER -> {
            Leaf.Constant exponent = node.input(1).splat();
            Product power = exponent == null ? null : power(node.input(0), exponent.value());
            yield power == null ? Product.of(node) : power;
          }
          case Movement.Broadcast b when node.type().dtype().isFloat() -> copies(b, node);
          default -> Product.of(node);
        };
    boolean vanishes = product.coefficient() == 0 && !product.isNumber();
    if (vanishes) {
      return facts.holds(node, Fact.DEFINED) ? Product.number(0) : Product.of(node);
    }
    return product;
  }

  /** Copies of a product are a product of copies. */
  private Product copies(Movement.Broadcast op, Node node) {
    Product inner = product(node.input(0));
    if (inner.atom() != null || inner.isNumber()) {
      return Product.of(node);
    }
    List<Factor> factors = new ArrayList<>();
    for (Factor factor : inner.factors()) {
      factors.add(new Factor(factor.base().broadcast(op.shape(), op.axes()), factor.exponent()));
    }
    return new Product(inner.coefficient(), factors);
  }

  /** A node to a constant power; null if it is no product. */
  private Product power(Node base, double exponent) {
    boolean whole = exponent == Math.rint(exponent) && Math.abs(exponent) < 1e6;
    if (exponent == 0 || !Double.isFinite(exponent)) {
      return null;
    }
    if (!whole || base.type().dtype() == DType.I32) {
      return whole && exponent > 0 || base.type().dtype().isFloat()
          ? new Product(1, List.of(new Factor(base, exponent)))
          : null;
    }
    Product product = product(base);
    double coefficient = Math.pow(product.coefficient(), exponent);
    if (!Numbers.isSound(coefficient, product.coefficient(), 1) || coefficient == 0) {
      return null;
    }
    List<Factor> factors = new ArrayList<>();
    for (Factor factor : product.factors()) {
      if (factor.exponent() != Math.rint(factor.exponent())) {
        return new Product(1, List.of(new Factor(base, exponent)));
      }
      factors.add(new Factor(factor.base(), factor.exponent() * exponent));
    }
    return new Product(coefficient, factors);
  }

  private Product times(Node node, Product a, Product b) {
    double coefficient = Numbers.times(node.type().dtype(), a.coefficient(), b.coefficient());
    if (a.factors().size() + b.factors().size() > MOST_FACTORS
        || !Numbers.isSound(coefficient, a.coefficient(), b.coefficient())) {
      return Product.of(node);
    }
    return new Product(coefficient, merged(a.factors(), b.factors()));
  }

  /** a * b, or null where a node must be made to keep what overflows. */
  Product times(DType dtype, Product a, Product b) {
    return new Product(
        Numbers.times(dtype, a.coefficient(), b.coefficient()), merged(a.factors(), b.factors()));
  }

  private List<Factor> merged(List<Factor> a, List<Factor> b) {
    List<Factor> merged = new ArrayList<>(a);
    for (Factor factor : b) {
      int at = -1;
      for (int i = 0; i < merged.size() && at < 0; i++) {
        at = merged.get(i).base() == factor.base() && fits(merged.get(i), factor) ? i : -1;
      }
      if (at < 0) {
        merged.add(factor);
      } else {
        double exponent = merged.get(at).exponent() + factor.exponent();
        merged.remove(at);
        if (exponent != 0) {
          merged.add(new Factor(factor.base(), exponent));
        }
      }
    }
    return merged;
  }

  /** Whether x^a x^b may become x^(a+b): x / x is NaN at 0, sqrt(x) sqrt(x) where x is negative. */
  private boolean fits(Factor a, Factor b) {
    boolean whole =
        a.exponent() == Math.rint(a.exponent()) && b.exponent() == Math.rint(b.exponent());
    boolean oneWay = a.exponent() > 0 == b.exponent() > 0;
    if (whole && oneWay) {
      return true;
    }
    Node base = a.base();
    return facts.holds(base, Fact.DEFINED)
        && facts.holds(base, Fact.NOT_ZERO)
        && (whole || facts.holds(base, Fact.NOT_NEGATIVE));
  }

  /** Whether every element of a product is a real number. */
  boolean isDefined(Product product) {
    return product.factors().stream()
        .allMatch(f ->
            facts.holds(f.base(), Fact.DEFINED)
                && (f.exponent() > 0 || facts.holds(f.base(), Fact.NOT_ZERO))
                && (f.exponent() == Math.rint(f.exponent())
                    || facts.holds(f.base(), Fact.NOT_NEGATIVE)));
  }

  // ------------------------------------------------------------------ sums

  /**
   * The terms of a sum, like terms collected, in order of appearance.
   *
   * @param addends how many addends were seen before they were collected
   */
  record Terms(double constant, List<Product> terms, int addends) {
    /** How many addends are left. */
    int size() {
      return terms.size() + (constant == 0 ? 0 : 1);
    }
  }

  /**
   * A sum taken apart.
   *
   * @param open says of an inner sum whether it may be taken apart too
   */
  Terms terms(Node node, Predicate<Node> open) {
    DType dtype = node.type().dtype();
    record Open(Node node, double sign) {}
    Deque<Open> stack = new ArrayDeque<>(List.of(new Open(node, 1)));
    Map<List<Factor>, Integer> places = new HashMap<>();
    List<Product> terms = new ArrayList<>();
    double constant = 0;
    int addends = 0;
    while (!stack.isEmpty()) {
      Open next = stack.pop();
      if (next.node.op() == Elementwise.ADD && (next.node == node || open.test(next.node))) {
        stack.push(new Open(next.node.input(1), next.sign));
        stack.push(new Open(next.node.input(0), next.sign));
        continue;
      }
      if (next.node.op() == Elementwise.NEGATE
          && next.node.input(0).op() == Elementwise.ADD
          && open.test(next.node.input(0))) {
        stack.push(new Open(next.node.input(0), -next.sign));
        continue;
      }
      Product term = product(next.node).scaled(next.sign, dtype);
      addends++;
      if (term.isNumber()) {
        double sum = Numbers.plus(dtype, constant, term.coefficient());
        if (Double.isFinite(sum)) {
          constant = sum;
          continue;
        }
      }
      collect(dtype, terms, places, term);
    }
    terms.removeIf(t -> t.coefficient() == 0 && !t.isNumber());
    return new Terms(constant, List.copyOf(terms), addends);
  }

  private void collect(
      DType dtype, List<Product> terms, Map<List<Factor>, Integer> places, Product term) {
    Integer place = places.get(term.factors());
    if (place != null) {
      double before = terms.get(place).coefficient();
      double sum = Numbers.plus(dtype, before, term.coefficient());
      // x - x is 0 only if x is a number
      if (Double.isFinite(sum) && (sum != 0 || isDefined(term))) {
        terms.set(place, term.withCoefficient(sum));
        return;
      }
    }
    places.put(term.factors(), terms.size());
    terms.add(term);
  }
}
