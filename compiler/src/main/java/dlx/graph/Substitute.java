package dlx.graph;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Nodes again, with others in the place of some. Bodies of loops are not entered. What was replaced
 * once is remembered.
 */
public final class Substitute {
  private final Function<Node, Node> meaning;
  private final Map<Node, Node> done = new HashMap<>();

  /**
   * @param meaning what stands for a node, nothing below which is looked at; null for a node that
   *     is built again of its inputs
   */
  public Substitute(Function<Node, Node> meaning) {
    this.meaning = meaning;
  }

  public List<Node> nodes(List<Node> roots) {
    return roots.stream().map(this::node).toList();
  }

  public Node node(Node root) {
    Deque<Node> stack = new ArrayDeque<>(List.of(root));
    while (!stack.isEmpty()) {
      Node node = stack.peek();
      if (done.containsKey(node)) {
        stack.pop();
        continue;
      }
      Node other = meaning.apply(node);
      if (other != null) {
        done.put(node, other);
        continue;
      }
      boolean ready = true;
      for (Node input : node.inputs()) {
        if (!done.containsKey(input)) {
          stack.push(input);
          ready = false;
        }
      }
      if (ready) {
        done.put(node, rebuilt(node, node.op(), done));
      }
    }
    return done.get(root);
  }

  /** A node with this operator over what stands for its inputs. */
  public static Node rebuilt(Node node, Op op, Map<Node, Node> done) {
    List<Node> inputs = node.inputs().stream().map(done::get).toList();
    return op.equals(node.op()) && inputs.equals(node.inputs())
        ? node
        : node.graph().at(node.span(), () -> node.graph().node(op, inputs));
  }
}
