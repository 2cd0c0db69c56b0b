package dlx.simplify;

import dlx.graph.Elementwise;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.graph.Op;
import dlx.runtime.DType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites sums and products: collects like terms and factors, and applies the rules whose left
 * side is a sum or a product to some of the terms or factors.
 */
final class Arithmetic {
  /** A rule about sums or products, and the operators that must be among their factors. */
  private record Parts(Rule.Identity rule, Set<Op> heads) {}

  /** Sums of more addends are collected without asking whether it pays: there are fewer terms. */
  private static final int LONG = 50;

  private final Rewriter rewriter;
  private final Views views;
  private final boolean collects;
  private final List<Parts> sums = new ArrayList<>();
  private final List<Parts> products = new ArrayList<>();

  Arithmetic(Rewriter rewriter, Views views, boolean collects) {
    this.rewriter = rewriter;
    this.views = views;
    this.collects = collects;
  }

  void addSum(Rule.Identity rule) {
    sums.add(new Parts(rule, rule.left().heads()));
  }

  void addProduct(Rule.Identity rule) {
    products.add(new Parts(rule, rule.left().heads()));
  }

  /** The node after one step; null if there is none. */
  @Nullable Node step(Node node, Normalize round) {
    boolean isReal = node.type().dtype().isFloat();
    if (isReal ? !collects && sums.isEmpty() && products.isEmpty() : !collects) {
      return null;
    }
    return switch (node.op()) {
      case Elementwise.ADD -> round.isInner(node) ? null : sum(node, round, isReal);
      case Elementwise.NEGATE -> {
        boolean ofSum = node.input(0).op() == Elementwise.ADD && round.isOpen(node.input(0));
        yield ofSum ? sum(node, round, isReal) : product(node, round, isReal);
      }
      case Elementwise.MULTIPLY, Elementwise.DIVIDE, Elementwise.POWER ->
          product(node, round, isReal);
      default -> null;
    };
  }

  private @Nullable Node sum(Node node, Normalize round, boolean isReal) {
    Views.Terms terms = views.terms(node, round::isOpen);
    boolean fewer =
        terms.size() < terms.addends()
            || Build.hasCopiesToCombine(node.graph(), terms.constant(), terms.terms())
            || node.op() == Elementwise.NEGATE;
    if (collects && fewer) {
      Node built = sum(node, terms.constant(), terms.terms(), round);
      boolean fewerOfMany = terms.addends() > LONG && terms.size() < terms.addends();
      if (built != node && (fewerOfMany || Economy.isSmaller(node, built, round))) {
        rewriter.count("collect terms");
        return built;
      }
    }
    Set<Op> heads = new HashSet<>();
    terms.terms().forEach(t -> t.factors().forEach(f -> heads.add(f.base().op())));
    boolean repeats = hasCommonFactor(terms.terms());
    for (Parts parts : isReal ? sums : List.<Parts>of()) {
      Rule.Identity rule = parts.rule();
      Pattern.Sum left = (Pattern.Sum) rule.left();
      if (left.terms().size() > terms.terms().size()
          || left.constant() != 0 && terms.constant() == 0
          || !heads.containsAll(parts.heads())
          || parts.heads().isEmpty() && !repeats) {
        continue;
      }
      Match match = new Match(views, true, round::isOpen);
      if (match.terms(left, terms, () -> rewriter.holds(rule, match, node))) {
        List<Product> all = new ArrayList<>(match.restTerms());
        Product made = views.product(rewriter.right(rule, match, node));
        double constant = left.constant() == 0 ? terms.constant() : 0;
        if (made.isNumber()) {
          constant += made.coefficient() * match.scale();
        } else {
          all.addFirst(made.scaled(match.scale(), node.type().dtype()));
        }
        Node built = sum(node, constant, all, round);
        if (rewriter.accepts(rule, node, built, round)) {
          rewriter.count(rule.title());
          return built;
        }
      }
    }
    return null;
  }

  /** Whether a rule whose sides are all variables could match. */
  private static boolean hasCommonFactor(List<Product> terms) {
    Set<Node> seen = new HashSet<>();
    for (Product term : terms) {
      for (Product.Factor factor : term.factors()) {
        if (!seen.add(factor.base())) {
          return true;
        }
      }
    }
    return false;
  }

  private static Node sum(Node like, double constant, List<Product> terms, Normalize round) {
    Node sum = Build.sum(like.graph(), constant, terms, like.type());
    if (sum.op() == Elementwise.ADD) {
      round.markInner(sum);
    }
    return sum;
  }

  private @Nullable Node product(Node node, Normalize round, boolean isReal) {
    Product value = views.product(node);
    if (collects) {
      Node built = Build.product(node.graph(), value, node.type());
      if (built != node && !isReciprocal(node, built) && Economy.isSmaller(node, built, round)) {
        rewriter.count("collect factors");
        return built;
      }
      Node turned = turned(node, value, round);
      if (turned != null && Economy.isSmaller(node, turned, round)) {
        rewriter.count("turn a difference round");
        return turned;
      }
      Node spread = distributed(node, value, round);
      if (spread != null && Economy.isSmaller(node, spread, round)) {
        rewriter.count("distribute a number");
        return spread;
      }
    }
    Set<Op> heads = new HashSet<>();
    value.factors().forEach(f -> heads.add(f.base().op()));
    for (Parts parts : isReal ? products : List.<Parts>of()) {
      Rule.Identity rule = parts.rule();
      if (!heads.containsAll(parts.heads())) {
        continue;
      }
      Match match = new Match(views, true, round::isOpen);
      if (match.factors(
          (Pattern.Product) rule.left(), value, () -> rewriter.holds(rule, match, node))) {
        Product made = views.product(rewriter.right(rule, match, node));
        Product all = views.times(node.type().dtype(), made, match.restFactors());
        Node built = Build.product(node.graph(), all, node.type());
        if (rewriter.accepts(rule, node, built, round)) {
          rewriter.count(rule.title());
          return built;
        }
      }
    }
    return null;
  }

  /** Whether all that is gained is x * (1/c) for x / c, where 49 * (1/49) is not 1. */
  private static boolean isReciprocal(Node before, Node after) {
    Leaf.Constant by = before.op() == Elementwise.DIVIDE ? before.input(1).splat() : null;
    boolean powerOfTwo =
        by != null && Math.abs(by.value()) == Math.scalb(1.0, Math.getExponent(by.value()));
    return by != null
        && !powerOfTwo
        && after.op() == Elementwise.MULTIPLY
        && after.inputs().contains(before.input(0));
  }

  /** -(a - b) * c as (b - a) * c; null if there is no minus or no difference. */
  private @Nullable Node turned(Node node, Product value, Normalize round) {
    if (value.coefficient() != -1) {
      return null;
    }
    for (Product.Factor factor : value.factors()) {
      Node base = factor.base();
      boolean open = base.op() == Elementwise.ADD && round.isOpen(base) && factor.exponent() == 1;
      Views.Terms terms = open ? views.terms(base, round::isOpen) : null;
      if (open && terms.terms().size() <= 4) {
        DType dtype = base.type().dtype();
        Node other =
            sum(
                base,
                Numbers.times(dtype, terms.constant(), -1),
                terms.terms().stream().map(t -> t.scaled(-1, dtype)).toList(),
                round);
        List<Product.Factor> factors = new ArrayList<>(value.factors());
        factors.remove(factor);
        factors.add(new Product.Factor(other, 1));
        Product positive = new Product(Numbers.times(dtype, value.coefficient(), -1), factors);
        return Build.product(node.graph(), positive, node.type());
      }
    }
    return null;
  }

  /** A number times a sum, as a sum; null if it is none. */
  private @Nullable Node distributed(Node node, Product value, Normalize round) {
    Node sum = value.withCoefficient(1).atom();
    if (sum == null || sum.op() != Elementwise.ADD || !round.isOpen(sum)) {
      return null;
    }
    Views.Terms terms = views.terms(sum, round::isOpen);
    DType dtype = node.type().dtype();
    double factor = value.coefficient();
    boolean sound =
        terms.terms().size() <= Match.WINDOW
            && terms.terms().stream()
                .allMatch(t ->
                    Numbers.isSound(
                        Numbers.times(dtype, t.coefficient(), factor), t.coefficient(), factor));
    return sound
        ? sum(
            node,
            Numbers.times(dtype, terms.constant(), factor),
            terms.terms().stream().map(t -> t.scaled(factor, dtype)).toList(),
            round)
        : null;
  }
}
