package dlx.differentiate;

import dlx.graph.Cut;
import dlx.graph.Graph;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Node;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a loop leaves for its derivative: a least {@link Cut} between what it computes and what the
 * derivative uses of that. Carried values, products, exponentials are stored; sums, choices, views
 * of what is stored are computed again.
 */
final class Keep {
  private Keep() {}

  /**
   * The nodes of a body that the loop has to leave.
   *
   * @param adjoints what the other body computes, over nodes of this body and variables
   * @param left what the loop leaves anyway
   * @param carried the arguments below this index are carried
   * @param constants the arguments from this index on are constants
   */
  static List<Node> of(List<Node> adjoints, Collection<Node> left, int carried, int constants) {
    Cut cut = new Cut();
    Set<Node> derived = new HashSet<>();
    Set<Node> varying = new HashSet<>();
    for (Node node : Graph.topological(adjoints)) {
      boolean variable = node.op() instanceof Leaf.Variable;
      if (variable || node.inputs().stream().anyMatch(derived::contains)) {
        derived.add(node);
        node.inputs().forEach(cut::need);
      } else if (node.op() instanceof Leaf.Argument argument) {
        if (argument.index() < constants) {
          varying.add(node);
        }
        if (argument.index() < carried && !left.contains(node)) {
          cut.source(node);
        }
      } else if (node.inputs().stream().anyMatch(varying::contains)) {
        varying.add(node);
        if (left.contains(node) || node.op() instanceof Loop.Region) {
          continue;
        }
        if (Cut.isCheap(node)) {
          cut.passage(node);
        } else {
          cut.source(node);
        }
      }
    }
    adjoints.forEach(cut::need);
    return cut.least();
  }
}
