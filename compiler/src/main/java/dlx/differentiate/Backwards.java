package dlx.differentiate;

import dlx.graph.Elementwise;
import dlx.graph.Enclose;
import dlx.graph.Graph;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Node;
import dlx.graph.Substitute;
import dlx.graph.Type;
import dlx.runtime.DType;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * The pullback of a loop, which is a loop that goes the other way:
 *
 * <pre>
 * forwards   h, y[t]  = body(h, x[t], w)        also leaves what the other body needs
 * backwards  h'       = pullback to h of (h', y'[t])
 *            x'[t]    = pullback to x
 *            w'      += pullback to w
 * </pre>
 *
 * It carries the adjoints of carried variables, which begin with the adjoints of their last values
 * and end as those of the initial ones; without a turn they just pass. It takes as many turns as
 * the loop has taken. A {@link Choice} enters and leaves the loop as one: its condition goes the
 * same way as its value.
 */
final class Backwards {
  private final Graph graph;
  private final Node loop;
  private final Loop.Region region;
  private final Map<Integer, Node> results;
  private final Reach reach;
  private final List<Sweep.Seed> seeds = new ArrayList<>();
  private final List<Sweep.Seed> parts = new ArrayList<>();

  /** The carried variables whose adjoints are carried, and whether as choices. */
  private final Map<Integer, Boolean> carried = new HashMap<>();

  // what a turn of the other loop computes: what its variables become, and what it stacks
  private final List<Node> ends = new ArrayList<>();
  private final List<Node> stacked = new ArrayList<>();

  // what the other loop carries with what that begins with, and of which sequences it takes
  // elements
  private final List<Node> variables = new ArrayList<>();
  private final List<Node> begins = new ArrayList<>();
  private final Map<Node, Node> elements = new LinkedHashMap<>();

  /** What stands for a turn of what the loop leaves, by result. */
  private final Map<Integer, Node> kept = new LinkedHashMap<>();

  private Loop.Region forwards;

  /**
   * @param results the adjoints of the results, by index
   * @param wanted of which inputs adjoints are wanted
   */
  Backwards(Node loop, Reach reach, Map<Integer, Node> results, Predicate<Node> wanted) {
    this.graph = loop.graph();
    this.loop = loop;
    this.region = (Loop.Region) loop.op();
    this.results = results;
    this.reach = reach;
    this.forwards = region;
    BitSet inputs = inputs(wanted);
    seed(inputs);
    run(inputs);
  }

  /** The adjoints that inputs of the loop get. */
  List<Sweep.Seed> parts() {
    return parts;
  }

  /** What the same loop computes of inputs when it leaves more, by index. */
  List<Node> forwards(List<Node> inputs) {
    return results(graph.node(forwards, inputs));
  }

  /** The results of a loop, by index. */
  private static List<Node> results(Node loop) {
    Graph graph = loop.graph();
    int count = ((Loop.Region) loop.op()).roots().size();
    return IntStream.range(0, count).mapToObj(i -> graph.node(new Loop.Result(i), loop)).toList();
  }

  private Node argument(int index) {
    return graph.node(new Leaf.Argument(index, region.argument(index, loop.input(index).type())));
  }

  /** The inputs whose arguments have adjoints: those wanted, and what carries them on. */
  private BitSet inputs(Predicate<Node> wanted) {
    BitSet inputs = new BitSet();
    for (int i = 0; i < loop.inputs().size(); i++) {
      if (i < region.carried()) {
        inputs.set(i, reach.whole().get(i).stream().anyMatch(k -> wanted.test(loop.input(k))));
      } else {
        inputs.set(i, wanted.test(loop.input(i)));
      }
    }
    return inputs;
  }

  // ------------------------------------------------------------------ what a turn begins with

  private void seed(BitSet inputs) {
    BitSet alive = new BitSet();
    results.forEach((index, adjoint) -> {
      if (index < region.carried()) {
        alive.set(index);
      } else {
        alive.or(reach.turn().get(index));
      }
    });
    for (int before = -1; alive.cardinality() > before; ) {
      before = alive.cardinality();
      for (int i = 0; i < region.carried(); i++) {
        if (alive.get(i)) {
          alive.or(reach.turn().get(i));
        }
      }
    }
    for (int i = 0; i < region.carried(); i++) {
      if (alive.get(i) && inputs.get(i)) {
        Node zero = loop.input(i).like(0);
        seeds.add(new Sweep.Seed(region.next().get(i), carry(i, results.getOrDefault(i, zero))));
      }
    }
    for (int i = region.carried(); i < region.roots().size(); i++) {
      if (results.containsKey(i)) {
        seeds.add(new Sweep.Seed(region.roots().get(i), element(results.get(i))));
      }
    }
  }

  private Node carry(int index, Node adjoint) {
    Choice choice = Choice.of(adjoint);
    carried.put(index, choice != null);
    if (choice == null) {
      return begin(adjoint);
    }
    Node condition = begin(choice.positive());
    Node value = begin(choice.value());
    return condition.where(value, value.like(0));
  }

  private Node element(Node adjoint) {
    Choice choice = Choice.of(adjoint);
    if (choice == null) {
      return each(adjoint);
    }
    Node value = each(choice.value());
    return each(choice.positive()).where(value, value.like(0));
  }

  /** A variable of the other loop that begins with a value. */
  private Node begin(Node value) {
    variables.add(Enclose.variable(graph, value.type()));
    begins.add(value);
    return variables.getLast();
  }

  /** What belongs to a turn of a sequence. */
  private Node each(Node sequence) {
    return elements.computeIfAbsent(
        sequence,
        x -> {
          Type type = x.type();
          return Enclose.variable(graph, type.with(type.shape().subList(1, type.rank())));
        });
  }

  /** What belongs to a turn of what the loop leaves. */
  private Node each(int result, Node root) {
    return kept.computeIfAbsent(result, r -> Enclose.variable(graph, root.type()));
  }

  // ------------------------------------------------------------------ what it ends with

  /** What a turn computes for an input: its adjoint, and the condition of a choice or null. */
  private record Found(int input, Node value, Node condition) {}

  private void run(BitSet inputs) {
    Set<Node> arguments = new HashSet<>();
    inputs.stream().forEach(i -> arguments.add(argument(i)));
    Sweep sweep = Sweep.of(seeds, arguments);
    List<Found> next = new ArrayList<>();
    List<Found> sums = new ArrayList<>();
    List<Found> stacked = new ArrayList<>();
    for (int i = 0; i < loop.inputs().size(); i++) {
      Node adjoint = inputs.get(i) ? sweep.adjoints().get(argument(i)) : null;
      if (i < region.carried()) {
        if (carried.containsKey(i)) {
          next.add(next(i, adjoint == null ? loop.input(i).like(0) : adjoint));
        }
      } else if (adjoint != null && !adjoint.isAll(0)) {
        boolean sequence = i < region.carried() + region.sequences();
        Choice choice = sequence ? Choice.of(adjoint) : null;
        (sequence ? stacked : sums)
            .add(
                choice == null
                    ? new Found(i, adjoint, null)
                    : new Found(i, choice.value(), choice.positive()));
      }
    }
    List<Node> adjoints = nodes(next);
    adjoints.addAll(nodes(sums));
    adjoints.addAll(nodes(stacked));
    List<Node> both = new ArrayList<>(region.roots());
    both.addAll(adjoints);
    both = sweep.extended(both);
    int roots = region.roots().size();
    List<Node> moved = moved(both.subList(0, roots), both.subList(roots, both.size()));
    close(next, sums, stacked, new ArrayList<>(moved));
  }

  /** The next adjoint of a carried variable; carried as a choice, it stays one. */
  private Found next(int index, Node adjoint) {
    Choice choice = carried.get(index) ? Choice.of(adjoint) : null;
    if (choice != null) {
      return new Found(index, choice.value(), choice.positive());
    }
    Node always =
        graph.node(new Leaf.Constant(1, DType.BOOL)).fill(loop.input(index).type().shape());
    return new Found(index, adjoint, carried.get(index) ? always : null);
  }

  private static List<Node> nodes(List<Found> all) {
    List<Node> nodes = new ArrayList<>();
    for (Found found : all) {
      if (found.condition() != null) {
        nodes.add(found.condition());
      }
      nodes.add(found.value());
    }
    return nodes;
  }

  /** Adjoints over arguments of the forward loop as nodes over its inputs and what it leaves. */
  private List<Node> moved(List<Node> roots, List<Node> adjoints) {
    List<Node> lean = lean(roots, adjoints);
    List<Node> more = new ArrayList<>(roots);
    Map<Node, Integer> left = new HashMap<>();
    for (int i = region.carried(); i < roots.size(); i++) {
      if (roots.get(i).splat() == null) {
        left.putIfAbsent(roots.get(i), i);
      }
    }
    int first = region.carried() + region.sequences();
    for (Node node : Keep.of(lean, left.keySet(), region.carried(), first)) {
      left.put(node, more.size());
      more.add(node);
    }
    forwards = region.withRoots(more);
    Substitute substitute =
        new Substitute(node -> {
          Integer index = left.get(node);
          if (index != null && !(node.op() instanceof Leaf)) {
            return each(index, node);
          }
          if (!(node.op() instanceof Leaf.Argument argument)) {
            return null;
          }
          Node input = loop.input(argument.index());
          if (argument.index() < region.carried()) {
            return each(left.get(node), node);
          }
          return argument.index() < first ? each(input) : input;
        });
    return substitute.nodes(lean);
  }

  /** sigmoid(-x) is 1 - sigmoid(x) where that is there: one array less to be left. */
  private static List<Node> lean(List<Node> roots, List<Node> adjoints) {
    Set<Node> there = new HashSet<>(Graph.topological(roots));
    Substitute substitute =
        new Substitute(node -> {
          boolean mirrored =
              node.op() == Elementwise.SIGMOID
                  && node.input(0).op() == Elementwise.NEGATE
                  && !there.contains(node);
          Node other = mirrored ? node.input(0).input(0).sigmoid() : node;
          return mirrored && there.contains(other) ? other.negate().plus(1) : null;
        });
    return substitute.nodes(adjoints);
  }

  private void close(List<Found> next, List<Found> sums, List<Found> stacks, List<Node> computed) {
    for (Found found : next) {
      if (found.condition() != null) {
        ends.add(computed.removeFirst());
      }
      ends.add(computed.removeFirst());
    }
    for (Found found : sums) {
      ends.add(begin(loop.input(found.input()).like(0)).plus(computed.removeFirst()));
    }
    stacked.addAll(computed);
    List<Node> made = new ArrayList<>(back());
    List<Found> all = new ArrayList<>(next);
    all.addAll(sums);
    all.addAll(stacks);
    for (Found found : all) {
      Node condition = found.condition() == null ? null : made.removeFirst();
      Node value = made.removeFirst();
      Node adjoint = condition == null ? value : condition.where(value, value.like(0));
      parts.add(new Sweep.Seed(loop.input(found.input()), adjoint));
    }
  }

  /** The loop that goes the other way: what its variables end as, then what it stacks. */
  private List<Node> back() {
    Node leaving = graph.node(forwards, loop.inputs());
    Enclose back = new Enclose(graph, region.turns(), !region.descending());
    back.atMost(forwards.taken(leaving));
    for (int i = 0; i < begins.size(); i++) {
      back.carry(variables.get(i), begins.get(i));
    }
    elements.forEach((sequence, element) -> back.element(element, sequence));
    kept.forEach(
        (result, element) -> back.element(element, graph.node(new Loop.Result(result), leaving)));
    return back.results(ends, stacked);
  }
}
