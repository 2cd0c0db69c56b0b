package dlx.graph;

import dlx.source.Span;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Makes nodes and never makes the same one twice. Not thread-safe: one compilation, one graph.
 * Nodes that nobody needs any more stay until the graph goes.
 */
public final class Graph {
  /** Written out: what is derived at run time costs the start of every command. */
  private record Key(Op op, List<Node> inputs, Type type) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Key key
          && op.equals(key.op)
          && inputs.equals(key.inputs)
          && type.equals(key.type);
    }

    @Override
    public int hashCode() {
      return (op.hashCode() * 31 + inputs.hashCode()) * 31 + type.hashCode();
    }
  }

  private final Map<Key, Node> nodes = new HashMap<>();
  private Span span = Span.NONE;
  private int count;

  /** The node of an operator over inputs; its type follows from them. */
  public Node node(Op op, List<Node> inputs) {
    return node(op, inputs, op.type(inputs));
  }

  public Node node(Op op, Node... inputs) {
    return node(op, List.of(inputs));
  }

  private Node node(Op op, List<Node> inputs, Type type) {
    Node found =
        nodes.computeIfAbsent(
            new Key(op, List.copyOf(inputs), type),
            key -> new Node(this, count++, op, key.inputs(), type, span));
    found.placeIfNone(span);
    return found;
  }

  /** Nodes made inside {@code body} come from {@code place}. */
  public <T> T at(Span place, Supplier<T> body) {
    Span before = span;
    span = place;
    try {
      return body.get();
    } finally {
      span = before;
    }
  }

  /** How many nodes were made. */
  public int size() {
    return count;
  }

  /** Every node that the roots need, inputs before users. No recursion. */
  public static List<Node> topological(Iterable<Node> roots) {
    List<Node> order = new ArrayList<>();
    BitSet seen = new BitSet();
    Deque<Node> stack = new ArrayDeque<>();
    for (Node root : roots) {
      stack.push(root);
      while (!stack.isEmpty()) {
        Node node = stack.peek();
        if (seen.get(2 * node.id() + 1)) {
          stack.pop();
        } else if (seen.get(2 * node.id())) {
          seen.set(2 * node.id() + 1);
          order.add(stack.pop());
        } else {
          seen.set(2 * node.id());
          for (int i = node.inputs().size() - 1; i >= 0; i--) {
            Node input = node.input(i);
            if (!seen.get(2 * input.id())) {
              stack.push(input);
            }
          }
        }
      }
    }
    return order;
  }
}
