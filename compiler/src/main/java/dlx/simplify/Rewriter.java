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
  private final Views views;
  private final Arithmetic arithmetic;
  private final boolean recognizes;
  private final Set<Node> kept;
  private final Map<Object, List<Rule>> byHead = new HashMap<>();
  private final Map<Object, List<Rule>> byOperator = new HashMap<>();
  private final Map<String, Integer> counts = new HashMap<>();

  /**
   * @param collects whether like terms and factors are collected: only with rules about real
   *     numbers
   * @param kept nodes that no rule may take apart, since derivatives refer to them; null after
   *     derivatives are taken
   * @param facts of the function or body that is rewritten
   */
  Rewriter(List<Rule> rules, boolean collects, @Nullable Set<Node> kept, Facts facts) {
    this.views = new Views(facts);
    this.arithmetic = new Arithmetic(this, views, collects);
    this.recognizes = kept != null;
    this.kept = recognizes ? kept : Set.of();
    for (Rule rule : rules) {
      switch (rule) {
        case Rule.Identity i -> {
          switch (i.left()) {
            case Pattern.Sum s -> arithmetic.addSum(i);
            case Pattern.Product p -> arithmetic.addProduct(i);
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

  void count(String title) {
    counts.merge(title, 1, Integer::sum);
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
            case Rule.Computed<?> c ->
                node.inputs().stream().anyMatch(kept::contains) ? null : c.apply(node, views);
          };
      if (result != null && accepts(rule, node, result, round)) {
        count(rule.title());
        return result;
      }
    }
    boolean number = node.type().dtype() != DType.BOOL;
    Node result = number ? arithmetic.step(node, round) : null;
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

  boolean accepts(Rule rule, Node node, Node result, Normalize round) {
    // true and false are numbers in a pattern: where(c, 1, 0) is c only if c is what is wanted
    return result != node
        && result.type().equals(node.type())
        && (rule.always() || Economy.isSmaller(node, result, round));
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

  Node right(Rule.Identity rule, Match match, Node node) {
    return new Right(node.graph(), match.bound(), match.axes()).node(rule.right(), node.type());
  }

  boolean holds(Rule.Identity rule, Match match, Node node) {
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
    while (!open.isEmpty() && seen.size() < Economy.NEAR) {
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
}
