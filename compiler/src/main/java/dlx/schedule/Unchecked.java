package dlx.schedule;

import dlx.graph.Function;
import dlx.graph.Graph;
import dlx.graph.Indexing;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Node;
import dlx.graph.Op;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Positions that are data are no longer checked: outside of their axis a gather reads the nearest
 * element, a scatter leaves out what lies behind the end.
 */
public final class Unchecked {
  private Unchecked() {}

  public static Function function(Function function) {
    return function.withRoots(roots(function.roots()));
  }

  private static List<Node> roots(List<Node> roots) {
    Map<Node, Node> made = new HashMap<>();
    for (Node node : Graph.topological(roots)) {
      List<Node> inputs = node.inputs().stream().map(made::get).toList();
      Graph graph = node.graph();
      made.put(
          node,
          node.op() instanceof Leaf
              ? node
              : graph.at(node.span(), () -> graph.node(unchecked(node.op()), inputs)));
    }
    return roots.stream().map(made::get).toList();
  }

  private static Op unchecked(Op op) {
    return switch (op) {
      case Indexing.Gather g -> new Indexing.Gather(g.axis(), false);
      case Indexing.ScatterAdd s -> new Indexing.ScatterAdd(s.axis(), s.extent(), false);
      case Indexing.Update u -> new Indexing.Update(false);
      case Loop.Region region -> region.withRoots(roots(region.roots()));
      default -> op;
    };
  }
}
