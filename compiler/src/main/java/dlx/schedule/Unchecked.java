package dlx.schedule;

import dlx.graph.Function;
import dlx.graph.Graph;
import dlx.graph.Indexing;
import dlx.graph.Leaf;
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
    Map<Node, Node> made = new HashMap<>();
    for (Node node : function.nodes()) {
      List<Node> inputs = node.inputs().stream().map(made::get).toList();
      Graph graph = node.graph();
      made.put(
          node,
          node.op() instanceof Leaf
              ? node
              : graph.at(node.span(), () -> graph.node(unchecked(node.op()), inputs)));
    }
    return function.withRoots(function.roots().stream().map(made::get).toList());
  }

  private static Op unchecked(Op op) {
    return switch (op) {
      case Indexing.Gather g -> new Indexing.Gather(g.axis(), false);
      case Indexing.ScatterAdd s -> new Indexing.ScatterAdd(s.axis(), s.extent(), false);
      case Indexing.Update u -> new Indexing.Update(false);
      default -> op;
    };
  }
}
