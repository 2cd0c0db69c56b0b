package dlx.simplify;

import dlx.graph.Enclose;
import dlx.graph.Extent;
import dlx.graph.Graph;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Node;
import dlx.graph.Substitute;
import dlx.graph.Type;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A loop taken apart, so that rules can work on it: the nodes of its body are over variables, one
 * for each carried value and each element, and over nodes outside. What it computes stands outside
 * as variables too. Only what is needed is put together again, by {@link Enclose}; so what does not
 * change and what nobody uses leaves the loop by itself.
 */
final class OpenLoop {
  /** What a variable begins with and what it becomes. */
  record Carried(Node initial, Node next) {}

  private final Graph graph;
  private final Facts facts;
  private final Extent turns;
  private final boolean descending;

  // what may end the loop early; each null if there is no such thing
  private final @Nullable Node stop;
  private final @Nullable Node count;
  private final @Nullable Node limit;

  /** By variable. */
  private final Map<Node, Carried> carried = new LinkedHashMap<>();

  /** The sequence of every variable that is an element. */
  private final Map<Node, Node> sequences = new LinkedHashMap<>();

  /** The variable outside that stands for the last value of a variable. */
  private final Map<Node, Node> lasts = new LinkedHashMap<>();

  /** The variable outside that stands for all values of a node. */
  private final Map<Node, Node> stacks = new LinkedHashMap<>();

  /** What the results are, by index. */
  private final Map<Integer, Node> results = new LinkedHashMap<>();

  /**
   * @param used the results that are used
   * @param facts about the nodes outside
   */
  OpenLoop(Node loop, BitSet used, Facts facts) {
    this.facts = facts;
    Loop.Region region = (Loop.Region) loop.op();
    graph = loop.graph();
    turns = region.turns();
    descending = region.descending();
    List<Node> arguments = new ArrayList<>();
    Map<Node, Node> elements = new HashMap<>();
    for (int i = 0; i < loop.inputs().size(); i++) {
      Node input = loop.input(i);
      if (i < region.carried()) {
        arguments.add(Enclose.variable(graph, input.type()));
      } else if (i < region.carried() + region.sequences()) {
        arguments.add(
            elements.computeIfAbsent(
                input, n -> Enclose.variable(graph, region.argument(region.carried(), n.type()))));
        sequences.putIfAbsent(arguments.getLast(), input);
      } else {
        arguments.add(input);
      }
    }
    Loop.Ending ending = region.ending();
    stop = ending.stop() < 0 ? null : arguments.get(ending.stop());
    count = ending.count() < 0 ? null : arguments.get(ending.count());
    limit = ending.limit() < 0 ? null : arguments.get(ending.limit());
    Substitute substitute =
        new Substitute(n -> n.op() instanceof Leaf.Argument a ? arguments.get(a.index()) : null);
    List<Node> roots = substitute.nodes(region.roots());
    for (int i = 0; i < region.carried(); i++) {
      carried.put(arguments.get(i), new Carried(loop.input(i), roots.get(i)));
    }
    used.stream()
        .forEach(i ->
            results.put(i, i < region.carried() ? last(arguments.get(i)) : stack(roots.get(i))));
  }

  Graph graph() {
    return graph;
  }

  /** About nodes outside. */
  Facts facts() {
    return facts;
  }

  Extent turns() {
    return turns;
  }

  /**
   * Whether it may take fewer turns than it has; of turns that it does not take nothing is known.
   */
  boolean isEarly() {
    return stop != null || limit != null;
  }

  /** Whether a variable ends the loop or counts its turns, so that it stays what it is. */
  boolean isEnding(Node variable) {
    return variable == stop || variable == count;
  }

  Map<Node, Carried> carried() {
    return carried;
  }

  Map<Node, Node> sequences() {
    return sequences;
  }

  Map<Node, Node> stacks() {
    return stacks;
  }

  Map<Node, Node> lasts() {
    return lasts;
  }

  /** The element of a sequence. */
  Node element(Node sequence) {
    for (Map.Entry<Node, Node> entry : sequences.entrySet()) {
      if (entry.getValue() == sequence) {
        return entry.getKey();
      }
    }
    Type type = sequence.type();
    Node variable = Enclose.variable(graph, type.with(type.shape().subList(1, type.rank())));
    sequences.put(variable, sequence);
    return variable;
  }

  /** Outside, the last value of a carried variable. */
  Node last(Node variable) {
    return lasts.computeIfAbsent(variable, v -> Enclose.variable(graph, v.type()));
  }

  /** Outside, the values of a node of the body in all turns. */
  Node stack(Node node) {
    return stacks.computeIfAbsent(node, n -> Enclose.variable(graph, stacked(n.type())));
  }

  /** The type with the turns as first axis. */
  Type stacked(Type type) {
    List<Extent> shape = new ArrayList<>(List.of(turns));
    shape.addAll(type.shape());
    return type.with(shape);
  }

  /** What is different in every turn. */
  Set<Node> variables() {
    Set<Node> variables = new HashSet<>(carried.keySet());
    variables.addAll(sequences.keySet());
    return variables;
  }

  boolean isEmpty() {
    return lasts.isEmpty() && stacks.isEmpty();
  }

  /** What every turn computes: what variables become, then what is stacked. */
  List<Node> roots() {
    List<Node> roots = new ArrayList<>();
    carried.values().forEach(c -> roots.add(c.next()));
    roots.addAll(stacks.keySet());
    return roots;
  }

  /** The nodes of the body and what it uses from outside, inputs first. */
  List<Node> nodes() {
    return Graph.topological(roots());
  }

  /** How often each node is used in the body. */
  Map<Node, Integer> uses() {
    Map<Node, Integer> uses = new HashMap<>();
    nodes().forEach(n -> n.inputs().forEach(i -> uses.merge(i, 1, Integer::sum)));
    roots().forEach(r -> uses.merge(r, 1, Integer::sum));
    return uses;
  }

  /** The nodes that depend on some of the variables, inputs first. */
  Set<Node> depending(Set<Node> variables) {
    Set<Node> depending = new LinkedHashSet<>();
    for (Node node : nodes()) {
      if (variables.contains(node) || node.inputs().stream().anyMatch(depending::contains)) {
        depending.add(node);
      }
    }
    return depending;
  }

  // ------------------------------------------------------------------ changes

  /** Other nodes in the place of some inside; a carried variable that is replaced goes. */
  void inside(Function<Node, Node> meaning) {
    Substitute substitute = new Substitute(meaning);
    carried.keySet().removeIf(v -> meaning.apply(v) != null);
    carried.replaceAll((v, c) -> new Carried(c.initial(), substitute.node(c.next())));
    Map<Node, Node> before = new LinkedHashMap<>(stacks);
    Map<Node, Node> same = new HashMap<>();
    stacks.clear();
    before.forEach((node, outside) -> {
      Node first = stacks.putIfAbsent(substitute.node(node), outside);
      if (first != null) {
        same.put(outside, first);
      }
    });
    outside(same);
  }

  /** Other nodes in the place of what stands for something that the loop computes. */
  void outside(Map<Node, Node> meaning) {
    if (!meaning.isEmpty()) {
      Substitute substitute = new Substitute(meaning::get);
      results.replaceAll((index, node) -> substitute.node(node));
      lasts.values().removeAll(meaning.keySet());
      stacks.values().removeAll(meaning.keySet());
    }
  }

  /** Leaves out what nobody uses. */
  void prune() {
    Set<Node> wanted = new HashSet<>(Graph.topological(results.values()));
    lasts.values().retainAll(wanted);
    stacks.values().retainAll(wanted);
    Set<Node> needed = new HashSet<>(Graph.topological(stacks.keySet()));
    Set<Node> kept = new HashSet<>();
    for (boolean grows = true; grows; ) {
      grows = false;
      for (Map.Entry<Node, Carried> entry : carried.entrySet()) {
        Node variable = entry.getKey();
        boolean used =
            lasts.containsKey(variable) || needed.contains(variable) || isEnding(variable);
        if (used && kept.add(variable)) {
          needed.addAll(Graph.topological(List.of(entry.getValue().next())));
          grows = true;
        }
      }
    }
    carried.keySet().retainAll(kept);
    sequences.keySet().retainAll(needed);
  }

  /** Puts the loop together, if anything of it is needed: what its results are, by index. */
  Map<Integer, Node> close() {
    prune();
    if (!isEmpty()) {
      Enclose loop = new Enclose(graph, turns, descending);
      loop.atMost(limit);
      if (stop != null && count != null) {
        loop.until(stop, count);
      }
      carried.forEach((variable, c) -> loop.carry(variable, c.initial()));
      sequences.forEach(loop::element);
      List<Node> made =
          loop.results(
              carried.values().stream().map(Carried::next).toList(), List.copyOf(stacks.keySet()));
      Map<Node, Node> meaning = new HashMap<>();
      int index = 0;
      for (Node variable : carried.keySet()) {
        if (lasts.containsKey(variable)) {
          meaning.put(lasts.get(variable), made.get(index));
        }
        index++;
      }
      for (Node outside : stacks.values()) {
        meaning.put(outside, made.get(index++));
      }
      outside(meaning);
    }
    return results;
  }
}
