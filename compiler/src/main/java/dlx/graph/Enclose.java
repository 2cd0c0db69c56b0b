package dlx.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes a loop of nodes that were built as if they stood outside of it: variables stand for what
 * changes from turn to turn, everything else that the body uses is outside and stays there.
 *
 * <pre>
 * Enclose loop = new Enclose(graph, turns, false);
 * Node h = loop.carry(initial);
 * Node x = loop.element(xs);
 * List&lt;Node&gt; results = loop.results(List.of(x.plus(h).tanh()), List.of());
 * </pre>
 */
public final class Enclose {
  private final Graph graph;
  private final Extent turns;
  private final boolean descending;
  private final List<Node> initial = new ArrayList<>();
  private final List<Node> carried = new ArrayList<>();
  private final List<Node> sequences = new ArrayList<>();
  private final List<Node> elements = new ArrayList<>();
  private final Map<Node, Node> elementOf = new HashMap<>();
  private @Nullable Node stop;
  private @Nullable Node count;
  private @Nullable Node limit;

  public Enclose(Graph graph, Extent turns, boolean descending) {
    this.graph = graph;
    this.turns = turns;
    this.descending = descending;
  }

  /** A variable that begins with a value. */
  public Node carry(Node value) {
    return carry(variable(value.type()), value);
  }

  /** The same for a variable that is there already. */
  public Node carry(Node variable, Node value) {
    initial.add(value);
    carried.add(variable);
    return variable;
  }

  /** The element of a sequence that belongs to a turn: its first axis is the turns. */
  public Node element(Node sequence) {
    Node found = elementOf.get(sequence);
    return found == null ? element(variable(elementType(sequence)), sequence) : found;
  }

  /** The same for a variable that is there already; each sequence has one. */
  public Node element(Node variable, Node sequence) {
    sequences.add(sequence);
    elements.add(variable);
    elementOf.put(sequence, variable);
    return variable;
  }

  /**
   * Ends the loop before a turn in which the variable {@code stop} is true; the variable {@code
   * count} counts the turns.
   */
  public void until(Node stop, Node count) {
    this.stop = stop;
    this.count = count;
  }

  /** Ends the loop after as many turns as a number of outside says; null if that does not count. */
  public void atMost(@Nullable Node limit) {
    this.limit = limit;
  }

  private static Type elementType(Node sequence) {
    Type type = sequence.type();
    return type.with(type.shape().subList(1, type.rank()));
  }

  private Node variable(Type type) {
    return variable(graph, type);
  }

  /** A new variable, equal to no other. */
  public static Node variable(Graph graph, Type type) {
    return graph.node(new Leaf.Variable(new Object(), type));
  }

  /**
   * The results of the loop: the last values of the variables in the order in which they were made,
   * then what was stacked.
   *
   * @param next what each variable becomes
   */
  public List<Node> results(List<Node> next, List<Node> stacked) {
    List<Node> roots = new ArrayList<>(next);
    roots.addAll(stacked);
    List<Node> order = Graph.topological(roots);
    Set<Node> inside = inside(order);
    List<Node> inputs = new ArrayList<>(initial);
    Map<Node, Node> enclosed = new HashMap<>();
    for (int i = 0; i < carried.size(); i++) {
      enclosed.put(carried.get(i), argument(i, carried.get(i)));
    }
    Set<Node> read = new HashSet<>(order);
    for (int i = 0; i < elements.size(); i++) {
      if (read.contains(elements.get(i))) {
        enclosed.put(elements.get(i), argument(inputs.size(), elements.get(i)));
        inputs.add(sequences.get(i));
      }
    }
    int used = inputs.size() - initial.size();
    for (Node node : needed(order, inside, roots)) {
      if (enclosed.containsKey(node)) {
        continue;
      }
      if (inside.contains(node) || isFree(node)) {
        List<Node> moved = node.inputs().stream().map(enclosed::get).toList();
        enclosed.put(node, graph.at(node.span(), () -> graph.node(node.op(), moved)));
      } else {
        enclosed.put(node, argument(inputs.size(), node));
        inputs.add(node);
      }
    }
    if (limit != null && !inputs.subList(initial.size() + used, inputs.size()).contains(limit)) {
      inputs.add(limit);
    }
    Loop.Region region =
        new Loop.Region(
            turns,
            descending,
            new Loop.Ending(
                carried.indexOf(stop),
                carried.indexOf(count),
                limit == null ? -1 : inputs.lastIndexOf(limit)),
            carried.size(),
            used,
            next.stream().map(enclosed::get).toList(),
            stacked.stream().map(enclosed::get).toList());
    Node loop = graph.node(region, inputs);
    List<Node> results = new ArrayList<>();
    for (int i = 0; i < roots.size(); i++) {
      results.add(graph.node(new Loop.Result(i), loop));
    }
    return results;
  }

  private Node argument(int index, Node value) {
    return graph.node(new Leaf.Argument(index, value.type()));
  }

  /**
   * What depends on a variable. A derivative that is to be worked out inside needs all paths from y
   * to x there, so what lies on them is inside even if it does not change.
   */
  private Set<Node> inside(List<Node> order) {
    Set<Node> variables = new HashSet<>(carried);
    variables.addAll(elements);
    Set<Node> changing = depending(order, variables);
    Set<Node> sources = new HashSet<>();
    for (Node node : order) {
      if (node.op() instanceof Derivative && node.inputs().stream().anyMatch(changing::contains)) {
        sources.add(node.input(1));
      }
    }
    sources.removeAll(changing);
    variables.addAll(sources);
    Set<Node> inside = depending(order, variables);
    inside.removeAll(sources);
    return inside;
  }

  private static Set<Node> depending(List<Node> order, Set<Node> sources) {
    Set<Node> depending = new HashSet<>(sources);
    for (Node node : order) {
      if (node.inputs().stream().anyMatch(depending::contains)) {
        depending.add(node);
      }
    }
    return depending;
  }

  /** What the body contains or takes from outside, inputs first. */
  private static List<Node> needed(List<Node> order, Set<Node> inside, List<Node> roots) {
    Set<Node> needed = new HashSet<>(roots);
    for (Node node : order.reversed()) {
      if (needed.contains(node) && (inside.contains(node) || isFree(node))) {
        needed.addAll(node.inputs());
      }
    }
    return order.stream().filter(needed::contains).toList();
  }

  /** Numbers and copies, which cost no memory, are in the body itself, so that rules see them. */
  private static boolean isFree(Node node) {
    return node.splat() != null
        || node.op() instanceof Movement.Broadcast
        || node.op() instanceof Leaf.SizeOf
        || node.op() instanceof Leaf.Iota;
  }
}
