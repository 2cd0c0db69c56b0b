package dlx.simplify;

import dlx.graph.Elementwise;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.graph.Reduction;
import dlx.simplify.Product.Factor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to match the left side of a rule. Choices (which addend, which factor, which order)
 * are tried in turn: each step gets what comes after it and answers whether all of it succeeded.
 */
final class Match {
  /** Longer sums are matched this many terms at a time. */
  static final int WINDOW = 24;

  private static final Set<Elementwise> COMMUTATIVE =
      Set.of(
          Elementwise.ADD,
          Elementwise.MULTIPLY,
          Elementwise.MAX,
          Elementwise.MIN,
          Elementwise.AND,
          Elementwise.OR,
          Elementwise.EQUAL);

  private final Views views;
  private final boolean real;
  private final Predicate<Node> open;
  private final Map<String, Product> bound = new HashMap<>();
  private @Nullable List<Integer> axes;

  // what is left of a sum or product at the root
  private double scale = 1;
  private @Nullable List<Product> restTerms;
  private @Nullable Product restFactors;

  /**
   * @param real whether sums and products match in any order and any spelling
   * @param open says of an inner sum whether it may be taken apart
   */
  Match(Views views, boolean real, Predicate<Node> open) {
    this.views = views;
    this.real = real;
    this.open = open;
  }

  static boolean isCommutative(Elementwise op) {
    return COMMUTATIVE.contains(op);
  }

  Map<String, Product> bound() {
    return bound;
  }

  /** The axes over which the rule folds; null if it does not. */
  @Nullable List<Integer> axes() {
    return axes;
  }

  private Product view(Node node) {
    return real ? views.product(node) : Product.of(node);
  }

  // ------------------------------------------------------------------ roots

  /** Matches a whole node. */
  boolean node(Pattern pattern, Node node, BooleanSupplier then) {
    return match(pattern, view(node), then);
  }

  /** Matches some of the factors of a product; {@link #restFactors} are left. */
  boolean factors(Pattern.Product pattern, Product value, BooleanSupplier then) {
    return product(pattern, value, true, then);
  }

  Product restFactors() {
    return restFactors;
  }

  /** Matches some of the terms of a sum, times any number; {@link #restTerms} are left. */
  boolean terms(Pattern.Sum pattern, Views.Terms sum, BooleanSupplier then) {
    List<Product> all = sum.terms();
    for (int from = 0; from < all.size(); from += WINDOW) {
      List<Product> window = all.subList(from, Math.min(all.size(), from + WINDOW));
      List<Product> outside = new ArrayList<>(all.subList(0, from));
      outside.addAll(all.subList(from + window.size(), all.size()));
      if (window(pattern, sum.constant(), window, outside, then)) {
        return true;
      }
    }
    return false;
  }

  private boolean window(
      Pattern.Sum pattern,
      double constant,
      List<Product> window,
      List<Product> outside,
      BooleanSupplier then) {
    List<Pattern> patterns = pattern.terms();
    Set<Double> tried = new LinkedHashSet<>();
    Double fixed = fixedCoefficient(patterns.getFirst());
    if (fixed == null) {
      tried.add(1.0);
      tried.add(-1.0);
    } else {
      window.forEach(t -> tried.add(t.coefficient() / fixed));
    }
    for (double factor : tried) {
      if (pattern.constant() != 0 && constant != pattern.constant() * factor) {
        continue;
      }
      List<Product> scaled = new ArrayList<>();
      window.forEach(t -> scaled.add(t.withCoefficient(t.coefficient() / factor)));
      boolean found =
          some(
              patterns,
              0,
              scaled,
              rest -> {
                scale = factor;
                restTerms = new ArrayList<>(outside);
                rest.forEach(t -> restTerms.add(t.withCoefficient(t.coefficient() * factor)));
                return then.getAsBoolean();
              });
      if (found) {
        return true;
      }
    }
    return false;
  }

  List<Product> restTerms() {
    return restTerms;
  }

  /** By what number the terms of the rule are multiplied. */
  double scale() {
    return scale;
  }

  private interface Rest {
    boolean of(List<Product> rest);
  }

  /** Matches each pattern from {@code index} on with one of the terms. */
  private boolean some(List<Pattern> patterns, int index, List<Product> terms, Rest then) {
    if (index == patterns.size()) {
      return then.of(terms);
    }
    for (int i = 0; i < terms.size(); i++) {
      List<Product> others = new ArrayList<>(terms);
      Product term = others.remove(i);
      if (couldBe(patterns.get(index), term)
          && match(patterns.get(index), term, () -> some(patterns, index + 1, others, then))) {
        return true;
      }
    }
    return false;
  }

  /** A quick look at the operator. */
  private static boolean couldBe(Pattern pattern, Product term) {
    return !(pattern instanceof Pattern.Apply apply)
        || term.factors().size() == 1 && term.factors().getFirst().base().op() == apply.op();
  }

  /** The coefficient that a term must have to match; null if it may have any. */
  private static @Nullable Double fixedCoefficient(Pattern pattern) {
    return switch (pattern) {
      case Pattern.Variable v -> null;
      case Pattern.Product p ->
          p.factors().stream().anyMatch(f -> f.base() instanceof Pattern.Variable)
              ? null
              : p.coefficient();
      default -> 1.0;
    };
  }

  // ------------------------------------------------------------------ patterns

  private boolean match(Pattern pattern, Product value, BooleanSupplier then) {
    return switch (pattern) {
      case Pattern.Variable variable -> bind(variable.name(), value, then);
      case Pattern.Number number -> isNumber(value, number.value()) && then.getAsBoolean();
      case Pattern.Apply apply -> apply(apply, value.atom(), then);
      case Pattern.Fold fold -> fold(fold, value.atom(), then);
      case Pattern.Product product -> product(product, value, false, then);
      case Pattern.Sum sum -> sum(sum, value.atom(), then);
    };
  }

  private boolean bind(String name, Product value, BooleanSupplier then) {
    Product before = bound.get(name);
    if (before != null) {
      return before.equals(value) && then.getAsBoolean();
    }
    bound.put(name, value);
    if (then.getAsBoolean()) {
      return true;
    }
    bound.remove(name);
    return false;
  }

  private boolean isNumber(Product value, double number) {
    if (value.isNumber()) {
      return value.coefficient() == number;
    }
    Node atom = value.atom();
    Leaf.Constant constant = atom == null ? null : atom.splat();
    return constant != null
        && Double.doubleToLongBits(constant.value()) == Double.doubleToLongBits(number);
  }

  private boolean apply(Pattern.Apply apply, @Nullable Node node, BooleanSupplier then) {
    if (node == null || node.op() != apply.op()) {
      return false;
    }
    if (arguments(apply.arguments(), node.inputs(), 0, then)) {
      return true;
    }
    return isCommutative(apply.op())
        && arguments(apply.arguments(), node.inputs().reversed(), 0, then);
  }

  private boolean arguments(
      List<Pattern> patterns, List<Node> nodes, int index, BooleanSupplier then) {
    return index == patterns.size()
        ? then.getAsBoolean()
        : match(
            patterns.get(index),
            view(nodes.get(index)),
            () -> arguments(patterns, nodes, index + 1, then));
  }

  private boolean fold(Pattern.Fold fold, @Nullable Node node, BooleanSupplier then) {
    if (node == null || !(node.op() instanceof Reduction reduction)) {
      return false;
    }
    if (reduction.kind() != fold.kind()
        || node.input(0).splat() != null
        || axes != null && !axes.equals(reduction.axes())) {
      return false;
    }
    List<Integer> before = axes;
    axes = reduction.axes();
    if (match(fold.argument(), view(node.input(0)), then)) {
      return true;
    }
    axes = before;
    return false;
  }

  private boolean sum(Pattern.Sum pattern, @Nullable Node node, BooleanSupplier then) {
    if (node == null || node.op() != Elementwise.ADD || !node.type().dtype().isFloat()) {
      return false;
    }
    Views.Terms terms = views.terms(node, open);
    if (terms.terms().size() > WINDOW
        || pattern.constant() != 0 && pattern.constant() != terms.constant()) {
      return false;
    }
    List<Pattern> patterns = pattern.terms();
    double constant = pattern.constant() == 0 ? terms.constant() : 0;
    Pattern last = patterns.getLast();
    if (last instanceof Pattern.Variable variable) {
      // a variable alone stands for all that is left
      return some(
          patterns.subList(0, patterns.size() - 1),
          0,
          terms.terms(),
          rest -> !rest.isEmpty() && bind(variable.name(), total(node, constant, rest), then));
    }
    return constant == 0
        && some(patterns, 0, terms.terms(), rest -> rest.isEmpty() && then.getAsBoolean());
  }

  private Product total(Node node, double constant, List<Product> terms) {
    return constant == 0 && terms.size() == 1
        ? terms.getFirst()
        : Product.of(Build.sum(node.graph(), constant, terms, node.type()));
  }

  // ------------------------------------------------------------------ products

  private boolean product(
      Pattern.Product pattern, Product value, boolean root, BooleanSupplier then) {
    if (value.coefficient() == 0) {
      return false;
    }
    List<Pattern.Power> powers = pattern.factors();
    // the last variable that is alone and free stands for all that is left
    Pattern.Power last = null;
    for (Pattern.Power power : powers) {
      boolean free =
          power.exponent() == 1
              && power.base() instanceof Pattern.Variable v
              && !bound.containsKey(v.name())
              && powers.stream().filter(p -> p.base().names().contains(v.name())).count() == 1;
      last = free ? power : last;
    }
    String absorber = last == null ? null : ((Pattern.Variable) last.base()).name();
    List<Pattern.Power> own = new ArrayList<>(powers);
    own.remove(last);
    return factors(
        own,
        0,
        value,
        left -> {
          double coefficient = left.coefficient() / pattern.coefficient();
          boolean one = Math.abs(pattern.coefficient()) == 1;
          if (absorber != null) {
            boolean fits =
                pattern.coefficient() == 1
                    || (pattern.coefficient() == -1 ? coefficient > 0 : coefficient == 1);
            restFactors = root ? Product.number(1) : restFactors;
            return fits && bind(absorber, new Product(coefficient, left.factors()), then);
          }
          if (root) {
            restFactors = new Product(coefficient, left.factors());
            return (one || coefficient != 0) && then.getAsBoolean();
          }
          return coefficient == 1 && left.isNumber() && then.getAsBoolean();
        });
  }

  private interface Left {
    boolean of(Product left);
  }

  private boolean factors(List<Pattern.Power> powers, int index, Product value, Left then) {
    if (index == powers.size()) {
      return then.of(value);
    }
    Pattern.Power power = powers.get(index);
    if (power.base() instanceof Pattern.Variable v && bound.get(v.name()) != null) {
      Product left = without(value, bound.get(v.name()), power.exponent());
      return left != null && factors(powers, index + 1, left, then);
    }
    for (Factor factor : value.factors()) {
      Product left = without(value, Product.of(factor.base()), power.exponent());
      if (left != null
          && match(
              power.base(),
              Product.of(factor.base()),
              () -> factors(powers, index + 1, left, then))) {
        return true;
      }
    }
    return false;
  }

  /** value / part^exponent, if it contains that; else null. */
  private static @Nullable Product without(Product value, Product part, double exponent) {
    List<Factor> left = new ArrayList<>(value.factors());
    for (Factor factor : part.factors()) {
      double wanted = factor.exponent() * exponent;
      int at = 0;
      while (at < left.size() && !contains(left.get(at), factor.base(), wanted)) {
        at++;
      }
      if (at == left.size()) {
        return null;
      }
      double more = left.remove(at).exponent() - wanted;
      if (more != 0) {
        left.add(new Factor(factor.base(), more));
      }
    }
    if (part.isNumber()) {
      return null;
    }
    return new Product(value.coefficient() / Math.pow(part.coefficient(), exponent), left);
  }

  private static boolean contains(Factor factor, Node base, double exponent) {
    return factor.base() == base
        && (factor.exponent() == exponent
            || factor.exponent() > 0 == exponent > 0
                && Math.abs(factor.exponent()) > Math.abs(exponent)
                && factor.exponent() == Math.rint(factor.exponent())
                && exponent == Math.rint(exponent));
  }
}
