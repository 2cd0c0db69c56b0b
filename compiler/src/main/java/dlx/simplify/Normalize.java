package dlx.simplify;

import dlx.graph.Elementwise;
import dlx.graph.Graph;
import dlx.graph.Node;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One round over a function: every node, inputs first, is rewritten until no rule applies to it.
 * What a rule makes is normalized in turn, so a round ends in a fixpoint but for rules that were
 * held back by how often a node was used before; therefore there are a few rounds.
 */
final class Normalize {
  private final Rewriter rewriter;
  private final Map<Node, Node> normal = new HashMap<>();
  private final Map<Node, Node> next = new HashMap<>();
  private final Map<Node, Integer> usesBefore = new HashMap<>();
  private final Set<Node> innerBefore = new HashSet<>();

  // of normalized nodes
  private final Map<Node, Integer> uses = new HashMap<>();
  private final Set<Node> inner = new HashSet<>();

  Normalize(Rewriter rewriter) {
    this.rewriter = rewriter;
  }

  List<Node> round(List<Node> roots) {
    List<Node> order = Graph.topological(roots);
    roots.forEach(root -> usesBefore.merge(root, 1, Integer::sum));
    Map<Node, Node> user = new HashMap<>();
    for (Node node : order) {
      for (Node input : Set.copyOf(node.inputs())) {
        usesBefore.merge(input, 1, Integer::sum);
        user.put(input, node);
      }
    }
    for (Node node : order) {
      boolean once = usesBefore.get(node) == 1 && user.containsKey(node);
      if (once && node.op() == Elementwise.ADD && isSum(user.get(node))) {
        innerBefore.add(node);
      }
    }
    return roots.stream().map(this::normalize).toList();
  }

  private static boolean isSum(Node node) {
    return node.op() == Elementwise.ADD;
  }

  /** How often a node is used; new nodes are used once. */
  int uses(Node node) {
    return uses.getOrDefault(node, 1);
  }

  /** Whether a node is there anyway. */
  boolean isPresent(Node node) {
    return normal.get(node) == node;
  }

  /** Whether the sum that a node is belongs to the sum that uses it. */
  boolean isOpen(Node node) {
    return inner.contains(node) || uses(node) <= 1;
  }

  /** The new nodes of a long sum are its parts and no sums of their own. */
  void markInner(Node sum) {
    for (Node node = sum.input(0);
        node.op() == Elementwise.ADD && !isPresent(node);
        node = node.input(0)) {
      inner.add(node);
    }
  }

  boolean isInner(Node node) {
    return inner.contains(node);
  }

  private Node normalize(Node root) {
    Deque<Node> stack = new ArrayDeque<>(List.of(root));
    while (!stack.isEmpty()) {
      Node node = stack.peek();
      if (normal.containsKey(node)) {
        stack.pop();
        continue;
      }
      Node step = next.get(node);
      if (step != null) {
        if (normal.containsKey(step)) {
          finish(node, normal.get(step));
        } else {
          stack.push(step);
        }
        continue;
      }
      boolean ready = true;
      for (Node input : node.inputs().reversed()) {
        if (!normal.containsKey(input)) {
          stack.push(input);
          ready = false;
        }
      }
      if (ready) {
        visit(node);
      }
    }
    return normal.get(root);
  }

  private void visit(Node node) {
    List<Node> inputs = node.inputs().stream().map(normal::get).toList();
    Node result;
    if (inputs.equals(node.inputs())) {
      if (innerBefore.contains(node)) {
        inner.add(node);
      }
      result = node.graph().at(node.span(), () -> rewriter.step(node, this));
    } else {
      result = node.graph().at(node.span(), () -> node.graph().node(node.op(), inputs));
      if (innerBefore.contains(node)) {
        innerBefore.add(result);
      }
    }
    // what is shared is only estimated, so two forms may each look lighter than the other: the one
    // that comes back stays
    if (result == node || next.containsKey(result) && !normal.containsKey(result)) {
      finish(node, node);
    } else {
      next.put(node, result);
    }
  }

  private void finish(Node node, Node result) {
    normal.put(node, result);
    if (node != result || usesBefore.containsKey(node)) {
      uses.merge(result, usesBefore.getOrDefault(node, 0), Integer::sum);
    }
  }
}
