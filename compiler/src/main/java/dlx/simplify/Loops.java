package dlx.simplify;

import dlx.graph.Derivative;
import dlx.graph.Graph;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Node;
import dlx.graph.Substitute;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The rules about loops. A round takes every loop of a function or body apart, tries the rules on
 * it, and puts together what is left of it ({@link OpenLoop}): so what nobody uses and what does
 * not change is gone too.
 */
final class Loops {
  /** What a rule does to a loop; whether it did anything. */
  interface Code {
    boolean of(OpenLoop loop);
  }

  /** One line of the table. */
  record Line(Tier tier, String title, Code code) {}

  static final List<Line> RULES =
      List.of(
          new Line(Tier.EXACT, "for of no turns => initial values", LoopTurns::none),
          new Line(Tier.EXACT, "for of one turn => its body", LoopTurns::one),
          new Line(Tier.EXACT, "h <- h => what h begins with", LoopVariables::staying),
          new Line(Tier.EXACT, "h and k that are the same => one", LoopVariables::equal),
          new Line(Tier.EXACT, "element of copies(x) => x", LoopElements::ofCopies),
          new Line(Tier.EXACT, "stack of x[t] => x", LoopElements::stacked),
          new Line(Tier.EXACT, "stack of f(x[t]) => f(x)", LoopElements::batched),
          new Line(
              Tier.REAL, "concat(x[t], h) @ w => x[t] @ w[:m] + h @ w[m:]", LoopProducts::split),
          new Line(Tier.EXACT, "x[t] @ w => element of x @ w", LoopElements::product),
          new Line(Tier.EXACT, "stack of h @ w => (stack of h) @ w", LoopBehind::stacks),
          new Line(Tier.REAL, "s <- s + a @ b => s + sum(stack of a @ b)", LoopBehind::sums),
          new Line(Tier.EXACT, "(h @ w)[:, :k] => h @ w[:, :k]", LoopProducts::narrow),
          new Line(Tier.EXACT, "h @ u, h @ v => parts of h @ concat(u, v)", LoopProducts::joined));

  /** Before derivatives are taken: then what is added up in a table is not in a loop. */
  static final List<Line> BEFORE =
      List.of(new Line(Tier.EXACT, "x[ids[t]] => element of x[ids]", LoopElements::lookedUp));

  /** When they are. */
  static final List<Line> AFTER =
      List.of(new Line(Tier.EXACT, "element of x[ids] => x[ids[t]]", LoopElements::gathered));

  private record Use(Node loop, BitSet results) {}

  private final List<Line> rules;
  private final Map<String, Integer> counts;

  /** Loops at which there is nothing to do. */
  private final Set<Use> finished = new HashSet<>();

  /**
   * @param more rules that are tried last
   */
  Loops(List<Line> more, Set<Tier> tiers, Map<String, Integer> counts) {
    this.rules =
        Stream.of(RULES, more).flatMap(List::stream).filter(r -> tiers.contains(r.tier())).toList();
    this.counts = counts;
  }

  /**
   * Roots of a function or of a body with all loops rewritten, not what is inside of them.
   *
   * @param facts about the nodes of that function or body
   */
  List<Node> round(List<Node> roots, Facts facts) {
    List<Node> order = Graph.topological(roots);
    Map<Node, BitSet> used = new HashMap<>();
    for (Node node : order) {
      if (node.op() instanceof Loop.Result result) {
        used.computeIfAbsent(node.input(0), n -> new BitSet()).set(result.index());
      }
    }
    if (used.isEmpty()) {
      return roots;
    }
    Map<Node, Node> done = new HashMap<>();
    Map<Node, Map<Integer, Node>> loops = new HashMap<>();
    for (Node node : order) {
      if (node.op() instanceof Loop.Result result && loops.containsKey(node.input(0))) {
        done.put(node, loops.get(node.input(0)).get(result.index()));
        continue;
      }
      Node same = Substitute.rebuilt(node, node.op(), done);
      done.put(node, same);
      if (node.op() instanceof Loop.Region region
          && used.containsKey(node)
          && !hasDerivatives(region)) {
        Use use = new Use(same, used.get(node));
        if (!finished.contains(use)) {
          loops.put(node, node.graph().at(node.span(), () -> rewritten(use, facts)));
          // what else asks for the loop asks for its number of turns
          done.put(node, node.graph().node(new Leaf.SizeOf(region.turns())));
        }
      }
    }
    List<Node> next = roots.stream().map(done::get).toList();
    return next.equals(roots) ? merged(roots) : next;
  }

  /** Whether a body has derivatives that are open: what they are taken by must stay. */
  private static boolean hasDerivatives(Loop.Region region) {
    return region.nodes().stream()
        .anyMatch(n ->
            n.op() instanceof Derivative
                || n.op() instanceof Loop.Region inner && hasDerivatives(inner));
  }

  /** Loops that are as they should be one by one become one where they can. */
  private List<Node> merged(List<Node> roots) {
    List<Node> now = roots;
    for (List<Node> next = LoopMerge.merged(now); next != null; next = LoopMerge.merged(now)) {
      counts.merge(LoopMerge.TITLE, 1, Integer::sum);
      now = next;
    }
    return now;
  }

  private Map<Integer, Node> rewritten(Use use, Facts facts) {
    OpenLoop loop = new OpenLoop(use.loop(), use.results(), facts);
    boolean again = true;
    while (again) {
      again = false;
      for (Line rule : rules) {
        loop.prune();
        while (!loop.isEmpty() && rule.code().of(loop)) {
          counts.merge(rule.title(), 1, Integer::sum);
          again = true;
          loop.prune();
        }
      }
    }
    Map<Integer, Node> results = loop.close();
    List<Node> before = new ArrayList<>();
    use.results().stream()
        .forEach(i -> before.add(use.loop().graph().node(new Loop.Result(i), use.loop())));
    if (before.equals(use.results().stream().mapToObj(results::get).toList())) {
      finished.add(use);
    }
    return results;
  }
}
