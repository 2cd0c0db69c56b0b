package dlx.graph;

import dlx.source.Span;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A value of the graph. Made by {@link Graph} only, never the same one twice, so identity is
 * equality and sharing is free. The methods that build further nodes are in {@link NodeAlgebra}.
 */
public final class Node implements NodeAlgebra {
  private final Graph graph;
  private final int id;
  private final Op op;
  private final List<Node> inputs;
  private final Type type;
  private Span span;

  Node(Graph graph, int id, Op op, List<Node> inputs, Type type, Span span) {
    this.graph = graph;
    this.id = id;
    this.op = op;
    this.inputs = inputs;
    this.type = type;
    this.span = span;
  }

  @Override
  public Node self() {
    return this;
  }

  public Graph graph() {
    return graph;
  }

  /** The number of this node in its graph; inputs have smaller numbers than their users. */
  public int id() {
    return id;
  }

  public Op op() {
    return op;
  }

  public List<Node> inputs() {
    return inputs;
  }

  public Node input(int index) {
    return inputs.get(index);
  }

  public Type type() {
    return type;
  }

  /** The number that every element is, if this is a constant or copies of one; else null. */
  public Leaf.@Nullable Constant splat() {
    Node node = this;
    while (node.op instanceof Movement.Broadcast) {
      node = node.inputs.getFirst();
    }
    return node.op instanceof Leaf.Constant constant ? constant : null;
  }

  /** Whether every element is this number; 0.0 and -0.0 are the same here. */
  public boolean isAll(double value) {
    Leaf.Constant constant = splat();
    return constant != null && constant.value() == value;
  }

  /** The place in the source that this comes from; {@link Span#NONE} if there is none. */
  public Span span() {
    return span;
  }

  void placeIfNone(Span place) {
    if (span == Span.NONE) {
      span = place;
    }
  }

  /** One line, inputs by number: {@code %7 = mul(%3, %5): f32[batch]}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("%").append(id).append(" = ").append(op.title());
    for (int i = 0; i < inputs.size(); i++) {
      text.append(i == 0 ? "(%" : ", %").append(inputs.get(i).id);
    }
    return text.append(inputs.isEmpty() ? ": " : "): ").append(type).toString();
  }
}
