package dlx.elaborate;

import dlx.graph.Graph;
import dlx.graph.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A graph with one node exchanged for another of the same type. */
final class Substitute {
  private Substitute() {}

  static List<Node> replace(List<Node> roots, Node from, Node to) {
    Map<Node, Node> mapped = new HashMap<>();
    mapped.put(from, to);
    for (Node node : Graph.topological(roots)) {
      mapped.computeIfAbsent(
          node,
          n -> {
            List<Node> inputs = n.inputs().stream().map(mapped::get).toList();
            return inputs.equals(n.inputs()) ? n : n.graph().node(n.op(), inputs);
          });
    }
    return roots.stream().map(mapped::get).toList();
  }
}
