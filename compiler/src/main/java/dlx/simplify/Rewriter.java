package dlx.simplify;

import dlx.graph.Elementwise;
import dlx.graph.Node;
import dlx.graph.Op;
import dlx.graph.Reduction;
import dlx.runtime.DType;
import dlx.simplify.Facts.Fact;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Applies rules to one node whose inputs are normalized. */
final class Rewriter {
  /** How far it is looked into what a rule makes and what becomes free. */
  private static final int NEAR = 200;

  /** A rule about sums or products, and the operators that must be among their factors. */
  private record Parts(Rule.Identity rule, Set<Op> heads) {}

  private final Views views;
  private final boolean collects;
  private final boolean recognizes;
  private final Set<Node> kept;
  private final Map<Object, List<Rule>> byHead = new HashMap<>();
  private final Map<Object, List<Rule>> byOperator = new HashMap<>();
  private final List<Parts> sums = new ArrayList<>();
  private final List<Parts> products = new ArrayList<>();
  private final Map<String, Integer> counts = new HashMap<>();

  /**
   * @param collects whether like terms and factors are collected: only with rules about real
   *     numbers
   * @param kept nodes that no rule may take apart, since derivatives refer to them; null after
   *     derivatives are taken
   */
  Rewriter(List<Rule> rules, boolean collects, @Nullable Set<Node> kept) {
    this.views = new Views(new Facts());
    this.collects = collects;
    this.recognizes = kept != null;
    this.kept = recognizes ? kept : Set.of();
    for (Rule rule : rules) {
      switch (rule) {
        case Rule.Identity i -> {
          switch (i.left()) {
            case Pattern.Sum s -> sums.add(new Parts(i, s.heads()));
            case Pattern.Product p -> products.add(new Parts(i, p.heads()));
            case Pattern.Apply a -> add(a.op(), i);
            case Pattern.Fold f -> add(f.kind(), i);
            case Pattern.Variable v -> throw new IllegalArgumentException(i.title());
            case Pattern.Number n -> throw new IllegalArgumentException(i.title());
          }
        }
        case Rule.Computed<?> c -> add(c.head(), c);
      }
    }
  }

  private void add(Object head, Rule rule) {
    byHead.computeIfAbsent(head, h -> new ArrayList<>()).add(rule);
  }

  /** How often each rule was applied. */
  Map<String, Integer> counts() {
    return counts;
  }

  /** The node after one rule, or the node itself if none applies. */
  Node step(Node node, Normalize round) {
    // before derivatives are taken a number may be what one is taken by
    Node folded = recognizes ? null : Folding.fold(node);
    if (folded != null) {
      return folded;
    }
    for (Rule rule : rules(node.op())) {
      Node result =
          switch (rule) {
            case Rule.Identity i -> whole(i, node, round);
            case Rule.Computed<?> c -> c.apply(node, views);
          };
      if (result != null && accepts(rule, node, result, round)) {
        counts.merge(rule.title(), 1, Integer::sum);
        return result;
      }
    }
    boolean number = node.type().dtype() != DType.BOOL;
    Node result = number ? arithmetic(node, round) : null;
    return result == null ? node : result;
  }

  /** The rules about one operator, those about its whole family last. */
  private List<Rule> rules(Op op) {
    Object key =
        switch (op) {
          case Elementwise e -> e;
          case Reduction r -> r.kind();
          default -> op.getClass();
        };
    return byOperator.computeIfAbsent(
        key,
        k -> {
          List<Rule> rules = new ArrayList<>(byHead.getOrDefault(k, List.of()));
          List<Class<?>> classes = new ArrayList<>(List.of(op.getClass()));
          classes.addAll(List.of(op.getClass().getInterfaces()));
          for (Class<?> type : classes) {
            byHead.getOrDefault(type, List.of()).stream()
                .filter(r -> !rules.contains(r))
                .forEach(rules::add);
          }
          return rules;
        });
  }

  private boolean accepts(Rule rule, Node node, Node result, Normalize round) {
    // true and false are numbers in a pattern: where(c, 1, 0) is c only if c is what is wanted
    return result != node
        && result.type().equals(node.type())
        && (rule.always() || isSmaller(node, result, round));
  }

  // ------------------------------------------------------------------ identities

  /** An identity whose left side is the whole node. */
  private @Nullable Node whole(Rule.Identity rule, Node node, Normalize round) {
    boolean real = rule.tier() == Tier.REAL;
    Match match = new Match(views, real, round::isOpen);
    return match.node(rule.left(), node, () -> holds(rule, match, node))
        ? right(rule, match, node)
        : null;
  }

  private Node right(Rule.Identity rule, Match match, Node node) {
    return new Right(node.graph(), match.bound(), match.axes()).node(rule.right(), node.type());
  }

  private boolean holds(Rule.Identity rule, Match match, Node node) {
    for (Product value : match.bound().values()) {
      DType dtype =
          value.isNumber() ? DType.BOOL : value.factors().getFirst().base().type().dtype();
      if (rule.tier() == Tier.WHOLE && dtype.isFloat()
          || rule.tier() == Tier.REAL && dtype == DType.I32) {
        return false;
      }
    }
    for (Map.Entry<Fact, List<String>> guard : rule.guards().entrySet()) {
      for (String name : guard.getValue()) {
        Product value = match.bound().get(name);
        Node bound =
            value.isNumber()
                ? Build.number(node.graph(), value.coefficient(), node.type())
                : Build.product(node.graph(), value, value.factors().getFirst().base().type());
        if (!views.facts().holds(bound, guard.getKey())) {
          return false;
        }
      }
    }
    return kept.isEmpty() || keeps(node, match);
  }

  /** Whether no node that something else refers to is inside of what was matched. */
  private boolean keeps(Node node, Match match) {
    Set<Node> bases = new HashSet<>();
    match.bound().values().forEach(p -> p.factors().forEach(f -> bases.add(f.base())));
    Deque<Node> open = new ArrayDeque<>(node.inputs());
    Set<Node> seen = new HashSet<>();
    while (!open.isEmpty() && seen.size() < NEAR) {
      Node inside = open.pop();
      if (!bases.contains(inside) && seen.add(inside)) {
        if (kept.contains(inside)) {
          return false;
        }
        open.addAll(inside.inputs());
      }
    }
    return true;
  }

  // ------------------------------------------------------------------ sums and products

  private @Nullable Node arithmetic(Node node, Normalize round) {
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
      if (built != node && isSmaller(node, built, round)) {
        counts.merge("collect terms", 1, Integer::sum);
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
      if (match.terms(left, terms, () -> holds(rule, match, node))) {
        List<Product> all = new ArrayList<>(match.restTerms());
        Product made = views.product(right(rule, match, node));
        double constant = left.constant() == 0 ? terms.constant() : 0;
        if (made.isNumber()) {
          constant += made.coefficient() * match.scale();
        } else {
          all.addFirst(made.scaled(match.scale(), node.type().dtype()));
        }
        Node built = sum(node, constant, all, round);
        if (accepts(rule, node, built, round)) {
          counts.merge(rule.title(), 1, Integer::sum);
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
      if (built != node && isSmaller(node, built, round)) {
        counts.merge("collect factors", 1, Integer::sum);
        return built;
      }
      Node turned = turned(node, value, round);
      if (turned != null && isSmaller(node, turned, round)) {
        counts.merge("turn a difference round", 1, Integer::sum);
        return turned;
      }
      Node spread = distributed(node, value, round);
      if (spread != null && isSmaller(node, spread, round)) {
        counts.merge("distribute a number", 1, Integer::sum);
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
      if (match.factors((Pattern.Product) rule.left(), value, () -> holds(rule, match, node))) {
        Product made = views.product(right(rule, match, node));
        Product all = views.times(node.type().dtype(), made, match.restFactors());
        Node built = Build.product(node.graph(), all, node.type());
        if (accepts(rule, node, built, round)) {
          counts.merge(rule.title(), 1, Integer::sum);
          return built;
        }
      }
    }
    return null;
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

  // ------------------------------------------------------------------ is it worth it

  /**
   * Whether a function gets smaller if {@code after} stands for {@code before}: what has to be made
   * weighs less than what nobody needs any more.
   */
  private boolean isSmaller(Node before, Node after, Normalize round) {
    Set<Node> stays = new HashSet<>();
    double made = 0;
    Set<Node> seen = new HashSet<>();
    Deque<Node> open = new ArrayDeque<>(List.of(after));
    while (!open.isEmpty() && seen.size() < NEAR) {
      Node node = open.pop();
      if (node != before && round.isPresent(node)) {
        stays.add(node);
      } else if (seen.add(node)) {
        made += Weight.of(node);
        open.addAll(node.inputs());
      }
    }
    if (seen.contains(before)) {
      return false;
    }
    int nodesMade = seen.size();
    double freed = Weight.of(before);
    seen.clear();
    seen.add(before);
    open.addAll(before.inputs());
    while (!open.isEmpty() && seen.size() < NEAR) {
      Node node = open.pop();
      if (!stays.contains(node) && round.uses(node) <= 1 && seen.add(node)) {
        freed += Weight.of(node);
        open.addAll(node.inputs());
      }
    }
    return made < freed || made == freed && nodesMade < seen.size();
  }
}
