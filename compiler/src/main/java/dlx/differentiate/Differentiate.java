package dlx.differentiate;

import dlx.graph.Derivative;
import dlx.graph.Elementwise;
import dlx.graph.Function;
import dlx.graph.Graph;
import dlx.graph.Node;
import java.util.HashMap;
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
        Node x = done.get(node.input(1));
        // what y depends on is done before y, so an x that is not done yet has derivative 0
        Map<Node, Node> found =
            adjoints.computeIfAbsent(
                y, same -> Sweep.adjoints(done.get(y), images(wanted.get(y), done)));
        Node adjoint = found.get(x);
        done.put(node, adjoint == null ? x.like(0) : adjoint);
      } else {
        done.put(node, rebuild(node, done));
      }
    }
    return roots.stream().map(done::get).toList();
  }

  private static Set<Node> images(Set<Node> nodes, Map<Node, Node> done) {
    Set<Node> images = new LinkedHashSet<>();
    for (Node node : nodes) {
      if (done.containsKey(node)) {
        images.add(done.get(node));
      }
    }
    return images;
  }

  private static List<Node> withoutStops(List<Node> roots) {
    Map<Node, Node> done = new HashMap<>();
    for (Node node : Graph.topological(roots)) {
      boolean stop = node.op() == Elementwise.STOP_GRADIENT;
      done.put(node, stop ? done.get(node.input(0)) : rebuild(node, done));
    }
    return roots.stream().map(done::get).toList();
  }

  private static Node rebuild(Node node, Map<Node, Node> done) {
    List<Node> inputs = node.inputs().stream().map(done::get).toList();
    return inputs.equals(node.inputs())
        ? node
        : node.graph().at(node.span(), () -> node.graph().node(node.op(), inputs));
  }
}
