package dlx.recompute;

import dlx.graph.Enclose;
import dlx.graph.Extent;
import dlx.graph.Graph;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Node;
import dlx.graph.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A cluster computed for some turns at a time:
 *
 * <pre>
 * forwards   for each block   keep h;   h, whole stacks = loop over its turns
 *            for the rest               h, whole stacks = loop over its turns
 * back       for the rest     the cluster
 *            for each block   keep h';   the cluster, beginning with the h that was kept
 * sums       for each block   the cluster, beginning with the h and h' that were kept
 *            for the rest     the cluster
 * </pre>
 *
 * What the loops that go the other way carry (h') goes from block to block backwards. Sums go from
 * turn to turn, as they do in one product over all turns; so what they add is computed once more.
 */
final class Blocks {
  /** Some of the turns: how many, behind how many others, and their part of a sequence. */
  private record Part(Extent turns, Node offset, UnaryOperator<Node> of) {}

  /**
   * @param last the variables after the last turn
   * @param stacks those that are needed whole, by index
   * @param rest the variables before the rest
   * @param kept the variables before each block; empty if there are none
   */
  private record Forwards(
      List<Node> last, Map<Integer, Node> stacks, List<Node> rest, List<Node> kept) {}

  /**
   * @param state what goes on to the block before
   * @param outputs what is needed of each turn, with the turns as first axis
   * @param kept what came to each block from the one behind it; empty if there are none
   */
  private record Back(List<Node> state, List<Node> outputs, List<Node> kept) {}

  /** What goes from block to block backwards: the variable of a loop inside. */
  private record State(Node node, int index) {}

  private final Cluster cluster;
  private final Segments cut;
  private final Function<Node, Node> outside;
  private final Graph graph;
  private final Loop.Region region;
  private final List<Node> outputs;
  private final List<State> states = new ArrayList<>();

  /**
   * @param outputs the nodes inside that are needed outside of the cluster
   * @param outside what stands for a node outside
   */
  Blocks(Cluster cluster, Segments cut, List<Node> outputs, Function<Node, Node> outside) {
    this.cluster = cluster;
    this.cut = cut;
    this.outside = outside;
    this.graph = cluster.forward().graph();
    this.region = cluster.region();
    this.outputs = outputs;
    for (Node node : cluster.inside().keySet()) {
      if (node.op() instanceof Loop.Region other) {
        IntStream.range(0, other.carried()).forEach(i -> states.add(new State(node, i)));
      }
    }
  }

  private Part all() {
    return new Part(
        region.turns(), graph.node(new Leaf.Constant(0, dlx.runtime.DType.I32)), x -> x);
  }

  private List<Node> initial() {
    List<Node> initial = new ArrayList<>();
    for (int i = 0; i < region.carried(); i++) {
      initial.add(outside.apply(cluster.forward().input(i)));
    }
    return initial;
  }

  /** The results of the loop that are needed outside, by index. */
  Map<Integer, Node> forwards() {
    Forwards made = forwards(all(), initial(), cut);
    Map<Integer, Node> results = new HashMap<>(made.stacks());
    IntStream.range(0, region.carried()).forEach(i -> results.put(i, made.last().get(i)));
    return results;
  }

  /** What stands outside for the outputs, for the ends of loops and for the sums. */
  Map<Node, Node> back() {
    List<Node> begins = states.stream().map(x -> outside.apply(x.node().input(x.index()))).toList();
    Back made = back(all(), initial(), begins, cut);
    Map<Node, Node> results = new HashMap<>();
    for (int i = 0; i < states.size(); i++) {
      results.put(result(states.get(i).node(), states.get(i).index()), made.state().get(i));
    }
    List<Node> nothing = cluster.sums().values().stream().map(Sums::nothing).toList();
    List<Node> sums = new ArrayList<>(sums(all(), initial(), begins, nothing, cut));
    cluster.sums().forEach((node, sum) -> results.put(node, sum.whole(sums.removeFirst())));
    for (int i = 0; i < outputs.size(); i++) {
      results.put(
          outputs.get(i), placed(made.outputs().get(i), cluster.inside().get(outputs.get(i))));
    }
    return results;
  }

  // ------------------------------------------------------------------ parts of the turns

  private Part rest(Part part, Segments cut) {
    Node offset =
        region.descending() ? part.offset() : after(part, cut.count().times(cut.length()));
    return new Part(cut.rest(), offset, x -> cut.rest(part.of().apply(x)));
  }

  private Part block(Part part, Segments cut, Enclose blocks) {
    Node number = blocks.element(graph.node(new Leaf.Iota(cut.count())));
    Node before = number.times(size(cut.length()));
    Node offset = region.descending() ? after(part, cut.rest()) : part.offset();
    return new Part(
        cut.length(), offset.plus(before), x -> blocks.element(cut.blocks(part.of().apply(x))));
  }

  private Node after(Part part, Extent turns) {
    return part.offset().plus(size(turns));
  }

  private Node size(Extent extent) {
    return graph.node(new Leaf.SizeOf(extent));
  }

  // ------------------------------------------------------------------ forwards

  private Forwards forwards(Part part, List<Node> first, @Nullable Segments cut) {
    if (cut == null) {
      Node loop = new Turns(part, first, List.of()).forward();
      return new Forwards(last(loop), stacks(loop), first, List.of());
    }
    Enclose blocks = new Enclose(graph, cut.count(), region.descending());
    List<Node> variables = first.stream().map(blocks::carry).toList();
    Forwards block = forwards(block(part, cut, blocks), variables, null);
    List<Node> stacked = new ArrayList<>(variables);
    stacked.addAll(block.stacks().values());
    List<Node> made = blocks.results(block.last(), stacked);
    int carried = variables.size();
    List<Node> before = made.subList(0, carried);
    Forwards rest = forwards(rest(part, cut), before, cut.inRest());
    Map<Integer, Node> stacks = new LinkedHashMap<>();
    int next = 2 * carried;
    for (int index : block.stacks().keySet()) {
      stacks.put(index, cut.whole(made.get(next++), rest.stacks().get(index)));
    }
    return new Forwards(rest.last(), stacks, before, made.subList(carried, 2 * carried));
  }

  private List<Node> last(Node loop) {
    return IntStream.range(0, region.carried()).mapToObj(i -> result(loop, i)).toList();
  }

  private Map<Integer, Node> stacks(Node loop) {
    Map<Integer, Node> stacks = new LinkedHashMap<>();
    for (Node stack : cluster.whole()) {
      int index = ((Loop.Result) stack.op()).index();
      stacks.put(index, result(loop, index));
    }
    return stacks;
  }

  private Node result(Node loop, int index) {
    return graph.node(new Loop.Result(index), loop);
  }

  // ------------------------------------------------------------------ back

  private Back back(Part part, List<Node> first, List<Node> begins, @Nullable Segments cut) {
    if (cut == null) {
      Turns turns = new Turns(part, first, begins);
      return new Back(turns.state(), turns.outputs(), List.of());
    }
    Forwards forwards = forwards(part, first, cut);
    Back rest = back(rest(part, cut), forwards.rest(), begins, cut.inRest());
    Enclose blocks = new Enclose(graph, cut.count(), !region.descending());
    List<Node> variables = rest.state().stream().map(blocks::carry).toList();
    List<Node> kept = forwards.kept().stream().map(blocks::element).toList();
    Back block = back(block(part, cut, blocks), kept, variables, cut.inBlock());
    List<Node> stacked = new ArrayList<>(block.outputs());
    stacked.addAll(variables);
    List<Node> made = blocks.results(block.state(), stacked);
    List<Node> whole = new ArrayList<>();
    int next = variables.size();
    for (Node ofRest : rest.outputs()) {
      whole.add(cut.whole(made.get(next++), ofRest));
    }
    return new Back(
        made.subList(0, variables.size()), whole, made.subList(next, next + variables.size()));
  }

  /** The sums over some turns, of what they begin with. */
  private List<Node> sums(
      Part part, List<Node> first, List<Node> begins, List<Node> sums, @Nullable Segments cut) {
    if (cut == null || sums.isEmpty()) {
      return sums.isEmpty() ? sums : new Turns(part, first, begins).sums(sums);
    }
    Forwards forwards = forwards(part, first, cut);
    Part last = rest(part, cut);
    List<Node> begun =
        region.descending() ? sums(last, forwards.rest(), begins, sums, cut.inRest()) : sums;
    Enclose blocks = new Enclose(graph, cut.count(), false);
    List<Node> variables = begun.stream().map(blocks::carry).toList();
    List<Node> kept = forwards.kept().stream().map(blocks::element).toList();
    List<Node> behind =
        back(part, first, begins, cut).kept().stream().map(blocks::element).toList();
    List<Node> block = sums(block(part, cut, blocks), kept, behind, variables, cut.inBlock());
    List<Node> made = blocks.results(block, List.of());
    return region.descending() ? made : sums(last, forwards.rest(), begins, made, cut.inRest());
  }

  /** The first axis of a node moved to its place. */
  private static Node placed(Node node, int axis) {
    List<Integer> order = new ArrayList<>();
    IntStream.range(1, node.type().rank()).forEach(order::add);
    order.add(axis, 0);
    return node.transpose(order);
  }

  /** An axis of a node moved to the front. */
  private static Node first(Node node, int axis) {
    List<Integer> order = new ArrayList<>(List.of(axis));
    IntStream.range(0, node.type().rank()).filter(i -> i != axis).forEach(order::add);
    return node.transpose(order);
  }

  // ------------------------------------------------------------------ some turns

  /** The cluster over some turns, uncut. */
  private final class Turns {
    private final Part part;
    private final List<Node> first;
    private final List<Node> begins;
    private final Map<Node, Node> made = new HashMap<>();
    private final Map<Node, Node> sequences = new HashMap<>();

    /**
     * @param begins what the loops inside begin with; empty if only the loop itself is asked for
     */
    Turns(Part part, List<Node> first, List<Node> begins) {
      this.part = part;
      this.first = first;
      this.begins = begins;
    }

    Node forward() {
      Node loop = cluster.forward();
      Node again = made.get(loop);
      if (again == null) {
        again = loop(loop, first);
        made.put(loop, again);
      }
      return again;
    }

    private Node loop(Node loop, List<Node> begins) {
      Loop.Region all = (Loop.Region) loop.op();
      List<Node> inputs = new ArrayList<>(begins);
      for (int i = all.carried(); i < loop.inputs().size(); i++) {
        Node input = value(loop.input(i), cluster.axis(loop, i));
        inputs.add(i == all.ending().limit() ? input.minus(part.offset()) : input);
      }
      return graph.at(loop.span(), () -> graph.node(all.over(part.turns()), inputs));
    }

    private void compute() {
      for (Node node : cluster.inside().keySet()) {
        made.put(node, graph.at(node.span(), () -> inside(node)));
      }
    }

    /** What the loops inside end with. */
    List<Node> state() {
      compute();
      return states.stream().map(x -> result(made.get(x.node()), x.index())).toList();
    }

    List<Node> outputs() {
      compute();
      return outputs.stream()
          .map(n -> Blocks.first(value(n, cluster.inside().get(n)), cluster.inside().get(n)))
          .toList();
    }

    List<Node> sums(List<Node> begin) {
      compute();
      List<Node> left = new ArrayList<>(begin);
      List<Node> sums = new ArrayList<>();
      cluster
          .sums()
          .forEach((node, sum) -> {
            Node first = left.removeFirst();
            sums.add(graph.at(node.span(), () -> sum.added(values(node), first)));
          });
      return sums;
    }

    private Node inside(Node node) {
      if (node.op() instanceof Loop.Result result) {
        return result(made.get(node.input(0)), result.index());
      }
      if (!(node.op() instanceof Loop.Region)) {
        return computed(node, cluster.inside().get(node));
      }
      List<Node> own = new ArrayList<>();
      for (int i = 0; i < states.size(); i++) {
        if (states.get(i).node() == node) {
          own.add(begins.get(i));
        }
      }
      return loop(node, own);
    }

    private Node computed(Node node, int axis) {
      Op op = TurnAxis.over(node, axis, part.turns());
      return graph.node(op, values(node));
    }

    private List<Node> values(Node node) {
      return IntStream.range(0, node.inputs().size())
          .mapToObj(i -> value(node.input(i), cluster.axis(node, i)))
          .toList();
    }

    /** What stands for a node in these turns. */
    private Node value(Node node, int axis) {
      if (axis == TurnAxis.NONE) {
        return outside.apply(node);
      }
      if (cluster.cone().containsKey(node)) {
        return ofCone(node);
      }
      if (made.containsKey(node)) {
        return made.get(node);
      }
      if (Cluster.isStack(node, cluster.forward()) && !cluster.whole().contains(node)) {
        return result(forward(), ((Loop.Result) node.op()).index());
      }
      Node all = Blocks.first(outside.apply(node), axis);
      return placed(sequences.computeIfAbsent(all, part.of()), axis);
    }

    /** What is computed for the cluster before it, of what that is computed of, inputs first. */
    private Node ofCone(Node root) {
      List<Node> open = new ArrayList<>(List.of(root));
      while (!open.isEmpty()) {
        Node node = open.getLast();
        int before = open.size();
        for (Node input : node.inputs()) {
          if (cluster.cone().containsKey(input) && !made.containsKey(input)) {
            open.add(input);
          }
        }
        if (open.size() == before) {
          open.removeLast();
          if (!made.containsKey(node)) {
            made.put(node, graph.at(node.span(), () -> computed(node, cluster.cone().get(node))));
          }
        }
      }
      return made.get(root);
    }
  }
}
