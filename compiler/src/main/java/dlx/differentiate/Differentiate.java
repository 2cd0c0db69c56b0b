package dlx.differentiate;

import dlx.graph.Derivative;
import dlx.graph.Elementwise;
import dlx.graph.Function;
import dlx.graph.Graph;
import dlx.graph.Loop;
import dlx.graph.Node;
import dlx.graph.Op;
import dlx.graph.Substitute;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Works out every {@link Derivative}, innermost first, and removes what only derivatives need. All
 * derivatives of one y share one reverse sweep.
 *
 * <p>The derivative with respect to a node x is what the chain rule gives if x were a variable:
 * along every path from y to x, also those that pass through another node that is asked for. It is
 * zero if there is no path.
 */
public final class Differentiate {
  private Differentiate() {}

  /** The same function without {@link Derivative} and {@code STOP_GRADIENT}. */
  public static Function function(Function function) {
    return function.withRoots(withoutStops(workedOut(function.roots())));
  }

  private static List<Node> workedOut(List<Node> roots) {
    List<Node> order = Graph.topological(roots);
    Map<Node, Set<Node>> wanted = new HashMap<>();
    for (Node node : order) {
      if (node.op() instanceof Derivative) {
        wanted.computeIfAbsent(node.input(0), y -> new LinkedHashSet<>()).add(node.input(1));
      }
    }
    Map<Node, Node> done = new HashMap<>();
    Map<Node, Map<Node, Node>> adjoints = new HashMap<>();
    for (Node node : order) {
      if (node.op() instanceof Derivative) {
        Node y = node.input(0);
        if (!adjoints.containsKey(y)) {
          // what y depends on is done before y, so an x that is not done yet has derivative 0
          sweep(y, wanted.get(y), done, adjoints);
        }
        Node adjoint = adjoints.get(y).get(node.input(1));
        done.put(node, adjoint == null ? done.get(node.input(1)).like(0) : adjoint);
      } else {
        done.put(node, Substitute.rebuilt(node, workedOut(node.op()), done));
      }
    }
    return roots.stream().map(done::get).toList();
  }

  /** A body has its own derivatives, taken before the loop is. */
  private static Op workedOut(Op op) {
    return op instanceof Loop.Region region ? region.withRoots(workedOut(region.roots())) : op;
  }

  /** One sweep. A loop that leaves more now does so in all that was done before. */
  private static void sweep(
      Node y, Set<Node> xs, Map<Node, Node> done, Map<Node, Map<Node, Node>> adjoints) {
    Map<Node, Node> targets = new LinkedHashMap<>();
    for (Node x : xs) {
      if (done.containsKey(x)) {
        targets.put(x, done.get(x));
      }
    }
    Sweep sweep = Sweep.of(done.get(y), new LinkedHashSet<>(targets.values()));
    Map<Node, Node> found = new LinkedHashMap<>();
    targets.forEach((x, image) -> {
      if (sweep.adjoints().containsKey(image)) {
        found.put(x, sweep.adjoints().get(image));
      }
    });
    adjoints.put(y, found);
    sweep.extend(done);
    adjoints.values().forEach(sweep::extend);
  }

  private static List<Node> withoutStops(List<Node> roots) {
    Map<Node, Node> done = new HashMap<>();
    for (Node node : Graph.topological(roots)) {
      boolean stop = node.op() == Elementwise.STOP_GRADIENT;
      Op op =
          node.op() instanceof Loop.Region region
              ? region.withRoots(withoutStops(region.roots()))
              : node.op();
      done.put(node, stop ? done.get(node.input(0)) : Substitute.rebuilt(node, op, done));
    }
    return roots.stream().map(done::get).toList();
  }
}
