package dlx.simplify;

import dlx.graph.Elementwise;
import dlx.graph.Graph;
import dlx.graph.Node;
import dlx.graph.Type;
import dlx.runtime.DType;
import dlx.simplify.Facts.Fact;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** A rule that is text, with its sides as nodes: what a test of the tables needs of it. */
public final class Specimen {
  private final Rule.Identity rule;

  private Specimen(Rule.Identity rule) {
    this.rule = rule;
  }

  /** Every rule that is text. */
  public static List<Specimen> all() {
    List<Specimen> all = new ArrayList<>();
    for (List<? extends Rule> table : Simplify.tables()) {
      for (Rule candidate : table) {
        if (candidate instanceof Rule.Identity identity) {
          all.add(new Specimen(identity));
        }
      }
    }
    return all;
  }

  public String title() {
    return rule.title();
  }

  public Tier tier() {
    return rule.tier();
  }

  /** The names of its variables. */
  public Set<String> names() {
    return rule.left().names();
  }

  /** Whether it folds, so that its variables have axes. */
  public boolean folds() {
    return folds(rule.left());
  }

  private static boolean folds(Pattern pattern) {
    return pattern instanceof Pattern.Fold || pattern.parts().stream().anyMatch(Specimen::folds);
  }

  /** Whether a variable stands for a truth value. */
  public boolean isTruth(String name) {
    return isTruth(rule.left(), name, resultIsTruth(rule.left()));
  }

  private static boolean resultIsTruth(Pattern pattern) {
    return pattern instanceof Pattern.Apply a
        && (a.op() == Elementwise.AND || a.op() == Elementwise.OR || a.op() == Elementwise.NOT);
  }

  private static boolean isTruth(Pattern pattern, String name, boolean truth) {
    return switch (pattern) {
      case Pattern.Variable v -> truth && v.name().equals(name);
      case Pattern.Apply a -> {
        boolean logic = resultIsTruth(a);
        boolean found = false;
        for (int i = 0; i < a.arguments().size(); i++) {
          boolean condition = a.op() == Elementwise.WHERE && i == 0;
          boolean branch = a.op() == Elementwise.WHERE && i > 0 && truths(a.arguments());
          found |= isTruth(a.arguments().get(i), name, logic || condition || branch && truth);
        }
        yield found;
      }
      default -> pattern.parts().stream().anyMatch(p -> isTruth(p, name, false));
    };
  }

  private static boolean truths(List<Pattern> arguments) {
    return arguments.stream().skip(1).allMatch(p -> p instanceof Pattern.Number);
  }

  /** Whether a variable must be positive for the rule to hold. */
  public boolean isPositive(String name) {
    return rule.guards().entrySet().stream()
        .anyMatch(g -> g.getKey() != Fact.DEFINED && g.getValue().contains(name));
  }

  /** Replaces the leaves of guarded variables by nodes of which the guard is known. */
  public void make(Map<String, Node> leaves) {
    leaves.replaceAll((name, leaf) -> isPositive(name) ? leaf.sin().exp().plus(1) : leaf);
  }

  public Node left(Graph graph, Map<String, Node> leaves) {
    return side(rule.left(), graph, leaves);
  }

  public Node right(Graph graph, Map<String, Node> leaves) {
    return side(rule.right(), graph, leaves);
  }

  private Node side(Pattern pattern, Graph graph, Map<String, Node> leaves) {
    Map<String, Product> bound = new HashMap<>();
    leaves.forEach((name, leaf) -> bound.put(name, Product.of(leaf)));
    Node some = leaves.values().iterator().next();
    List<Integer> axes = IntStream.range(0, some.type().rank()).boxed().toList();
    Type values =
        leaves.values().stream()
            .map(Node::type)
            .filter(t -> t.dtype() != DType.BOOL)
            .findFirst()
            .orElse(some.type());
    return new Right(graph, bound, axes).node(pattern, type(values));
  }

  /** The type of a number that is a whole side. */
  private Type type(Type values) {
    boolean truth =
        rule.left() instanceof Pattern.Apply a
            && (resultIsTruth(a)
                || a.op() == Elementwise.LESS
                || a.op() == Elementwise.LESS_EQUAL
                || a.op() == Elementwise.EQUAL
                || a.op() == Elementwise.WHERE && truths(a.arguments()));
    return truth ? values.with(DType.BOOL) : values;
  }
}
