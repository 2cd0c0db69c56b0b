package dlx.simplify;

import dlx.graph.Derivative;
import dlx.graph.Function;
import dlx.graph.Graph;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Node;
import dlx.graph.Op;
import dlx.graph.Substitute;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Rewrites functions by the tables of rules, to a fixpoint.
 *
 * <p>A rule is applied where it makes the function lighter ({@link Weight}), or in any case if it
 * is there for accuracy; those get smaller as text. So rewriting ends.
 */
public final class Simplify {
  private Simplify() {}

  /** Which rules may be used. */
  public enum Mode {
    /** Every result is IEEE's, operation by operation, as written. */
    STRICT,
    /** Identities of real numbers too. */
    REAL
  }

  /** The same function, smaller, with what each rule did. */
  public record Result(Function function, Map<String, Integer> counts) {}

  /**
   * Before derivatives are taken: recognizes formulas that stand for something better, and takes
   * out of loops what need not be in them, so that its derivative is not in a loop either. What a
   * derivative is taken by is never hidden.
   */
  public static Function forms(Function function, Mode mode) {
    return mode == Mode.STRICT ? function : function.withRoots(forms(function.roots()));
  }

  private static List<Node> forms(List<Node> roots) {
    Set<Node> kept = new HashSet<>();
    Map<Node, Node> done = new HashMap<>();
    for (Node node : Graph.topological(roots)) {
      Op op =
          node.op() instanceof Loop.Region region
              ? region.withRoots(forms(region.roots()))
              : node.op();
      done.put(node, Substitute.rebuilt(node, op, done));
      if (node.op() instanceof Derivative && !isGiven(done.get(node.input(1)))) {
        kept.add(done.get(node.input(1)));
      }
    }
    List<Rule> rules = new ArrayList<>(Forms.BEFORE);
    rules.addAll(Forms.RULES);
    rules.add(Shapes.LAST);
    rules.add(Gathers.PRODUCT);
    Loops loops = new Loops(Loops.BEFORE, Set.of(Tier.values()), new HashMap<>());
    List<Node> now = roots.stream().map(done::get).toList();
    for (int i = 0; i < Fixpoint.ROUNDS; i++) {
      Facts facts = new Facts();
      List<Node> next = new Normalize(new Rewriter(rules, false, kept, facts)).round(now);
      // a rule may make what is there anyway, and a derivative be taken by that
      next = kept.isEmpty() ? loops.round(next, facts) : next;
      if (next.equals(now)) {
        break;
      }
      now = next;
    }
    return now;
  }

  /** Whether a node is nothing but given: no rule looks into it, and none makes it. */
  private static boolean isGiven(Node node) {
    return node.op() instanceof Leaf.Input
        || node.op() instanceof Leaf.Slot
        || node.op() instanceof Leaf.Argument;
  }

  /** The simplified function. */
  public static Function function(Function function, Mode mode) {
    return counted(function, mode).function();
  }

  /** The simplified function, and how often each rule was applied. */
  public static Result counted(Function function, Mode mode) {
    boolean real = mode == Mode.REAL;
    Set<Tier> tiers = real ? Set.of(Tier.values()) : Set.of(Tier.EXACT, Tier.WHOLE);
    Fixpoint fixpoint = new Fixpoint(Rule.select(tables(), tiers), tiers);
    List<Node> roots = fixpoint.of(function.roots(), List.of());
    return new Result(function.withRoots(roots), fixpoint.counts());
  }

  /**
   * Reads a rule about real numbers as the tables do.
   *
   * @throws IllegalArgumentException if it is none, binds too little or does not get smaller
   */
  public static String rule(String text) {
    return Rule.real(text).title();
  }

  /** What every rule is called. */
  public static List<String> titles() {
    return tables().stream().flatMap(List::stream).map(Rule::title).toList();
  }

  /**
   * A line of a table, for the reference.
   *
   * @param condition what must be known of its variables, or empty
   * @param always whether it is applied even where it does not make the function smaller
   */
  public record Line(String table, Tier tier, String title, String condition, boolean always) {}

  /** Every line of every table, those that are tried before derivatives are taken first. */
  public static List<Line> lines() {
    List<String> names =
        List.of("Forms", "Stability", "Algebra", "Shapes", "Contractions", "Gathers");
    List<Line> lines = new ArrayList<>(lines("Forms, before derivatives", Forms.BEFORE));
    for (int i = 0; i < names.size(); i++) {
      lines.addAll(lines(names.get(i), tables().get(i)));
    }
    Loops.BEFORE.forEach(
        r -> lines.add(new Line("Loops, before derivatives", r.tier(), r.title(), "", false)));
    Stream.of(Loops.RULES, Loops.AFTER)
        .flatMap(List::stream)
        .forEach(r -> lines.add(new Line("Loops", r.tier(), r.title(), "", false)));
    lines.add(new Line("Loops", Tier.EXACT, LoopMerge.TITLE, "", false));
    return lines;
  }

  private static List<Line> lines(String table, List<? extends Rule> rules) {
    List<Line> lines = new ArrayList<>();
    for (Rule rule : rules) {
      String condition = "";
      if (rule instanceof Rule.Identity identity) {
        condition =
            identity.guards().entrySet().stream()
                .map(g -> String.join(", ", g.getValue()) + " " + g.getKey().text)
                .collect(Collectors.joining("; "));
      }
      lines.add(new Line(table, rule.tier(), rule.title(), condition, rule.always()));
    }
    return lines;
  }

  /** Every table, in the order in which rules are tried. */
  static List<List<? extends Rule>> tables() {
    return List.of(
        Forms.RULES,
        Stability.RULES,
        Algebra.RULES,
        Shapes.RULES,
        Contractions.RULES,
        Gathers.RULES);
  }
}
