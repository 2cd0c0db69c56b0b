package dlx.simplify;

import dlx.graph.Graph;
import dlx.graph.Loop;
import dlx.graph.Node;
import dlx.graph.Op;
import dlx.graph.Substitute;
import dlx.simplify.Facts.Fact;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Rounds over a function until nothing changes: in each the bodies of loops, which have rounds of
 * their own, then the tables of rules, then the rules about loops.
 */
final class Fixpoint {
  /** Rounds after which another one must make the function lighter. */
  static final int ROUNDS = 4;

  /** A body and what is known of its arguments. */
  private record Body(List<Node> roots, List<Set<Fact>> arguments) {}

  private final List<Rule> rules;
  private final boolean real;
  private final Loops loops;
  private final Map<String, Integer> counts = new HashMap<>();
  private final Map<Body, List<Node>> bodies = new HashMap<>();

  Fixpoint(List<Rule> rules, Set<Tier> tiers) {
    this.rules = rules;
    this.real = tiers.contains(Tier.REAL);
    this.loops = new Loops(Loops.AFTER, tiers, counts);
  }

  /** How often each rule was applied. */
  Map<String, Integer> counts() {
    return counts;
  }

  /**
   * The roots of a function or of a body, rewritten.
   *
   * @param arguments what is known of the arguments of the body
   */
  List<Node> of(List<Node> roots, List<Set<Fact>> arguments) {
    Facts facts = new Facts(arguments);
    Rewriter rewriter = new Rewriter(rules, real, null, facts);
    List<Node> now = roots;
    for (int i = 1; ; i++) {
      List<Node> next = new Normalize(rewriter).round(inside(now, facts));
      next = loops.round(next, facts);
      if (next.equals(now) || i > ROUNDS && weight(next) >= weight(now)) {
        rewriter.counts().forEach((title, count) -> counts.merge(title, count, Integer::sum));
        return now;
      }
      now = next;
    }
  }

  /** The same with the bodies of its loops rewritten. */
  private List<Node> inside(List<Node> roots, Facts facts) {
    List<Node> order = Graph.topological(roots);
    if (order.stream().noneMatch(n -> n.op() instanceof Loop.Region)) {
      return roots;
    }
    Map<Node, Node> done = new HashMap<>();
    for (Node node : order) {
      Op op = node.op();
      if (op instanceof Loop.Region region) {
        Body body = new Body(region.roots(), facts.arguments(node));
        List<Node> rewritten = bodies.get(body);
        if (rewritten == null) {
          rewritten = of(body.roots(), body.arguments());
          bodies.put(body, rewritten);
          bodies.put(new Body(rewritten, body.arguments()), rewritten);
        }
        op = region.withRoots(rewritten);
      }
      done.put(node, Substitute.rebuilt(node, op, done));
    }
    return roots.stream().map(done::get).toList();
  }

  private static double weight(List<Node> roots) {
    return Graph.topological(roots).stream().mapToDouble(Weight::of).sum();
  }
}
