package dlx.simplify;

import dlx.graph.Contraction;
import dlx.graph.Derivative;
import dlx.graph.Elementwise;
import dlx.graph.Enclose;
import dlx.graph.Extent;
import dlx.graph.Indexing;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.graph.Op;
import dlx.graph.Reduction;
import dlx.graph.Substitute;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The same work for all turns at once: of nodes over some variables, nodes over what stands for
 * these in all turns, with the turns as first axis. What does not depend on the variables stays as
 * it is, so a product with it becomes one larger product.
 */
final class Batch {
  private final Extent turns;

  /** With the turns as first axis, if it is in here. */
  private final Map<Node, Node> batched;

  /** What cannot be done for all turns at once, or depends on it. */
  private final Set<Node> alone = new HashSet<>();

  private final Set<Node> seen = new HashSet<>();

  /** The regions that were done, as what their results are by index. */
  private final Map<Node, List<Node>> loops = new HashMap<>();

  /**
   * @param all what nodes are in all turns
   * @param variables what is different in every turn; those that are not in {@code all} cannot be
   *     had for all turns at once
   */
  Batch(Extent turns, Map<Node, Node> all, Set<Node> variables) {
    this.turns = turns;
    this.batched = new HashMap<>(all);
    this.seen.addAll(all.keySet());
    this.alone.addAll(variables);
    this.alone.removeAll(all.keySet());
    this.seen.addAll(alone);
  }

  /** A node in all turns, copied if it is the same in all; null if that cannot be said. */
  @Nullable Node of(Node root) {
    Deque<Node> stack = new ArrayDeque<>(List.of(root));
    while (!stack.isEmpty()) {
      Node node = stack.peek();
      List<Node> inputs =
          seen.contains(node)
              ? List.of()
              : node.inputs().stream().filter(n -> !seen.contains(n)).toList();
      if (inputs.isEmpty()) {
        stack.pop();
        if (seen.add(node)) {
          visit(node);
        }
      } else {
        inputs.forEach(stack::push);
      }
    }
    return alone.contains(root) ? null : all(root);
  }

  private void visit(Node node) {
    if (node.inputs().stream().anyMatch(alone::contains)) {
      alone.add(node);
    } else if (node.inputs().stream().anyMatch(this::varies)) {
      Node all = node.graph().at(node.span(), () -> work(node));
      if (all != null) {
        batched.put(node, all);
      } else if (!loops.containsKey(node)) {
        alone.add(node);
      }
    }
  }

  private boolean varies(Node node) {
    return batched.containsKey(node) || loops.containsKey(node);
  }

  /** A node with the turns as first axis. */
  private Node all(Node node) {
    Node all = batched.get(node);
    if (all != null) {
      return all;
    }
    List<Extent> shape = new ArrayList<>(List.of(turns));
    shape.addAll(node.type().shape());
    return node.fill(shape);
  }

  private List<Node> all(List<Node> nodes) {
    return nodes.stream().map(this::all).toList();
  }

  private @Nullable Node work(Node node) {
    return switch (node.op()) {
      case Leaf leaf -> null;
      case Elementwise op -> node.graph().node(op, all(node.inputs()));
      case Reduction op -> all(node.input(0)).reduce(op.kind(), behind(op.axes()));
      case Movement op -> movement(op, node);
      case Contraction op -> contraction(op, node);
      case Indexing op -> indexing(op, node);
      case Loop.Region op -> region(op, node);
      case Loop.Result op -> loops.get(node.input(0)).get(op.index());
      case Derivative op -> null;
    };
  }

  // ------------------------------------------------------------------ families

  /** Axes behind the new first one. */
  private static List<Integer> behind(List<Integer> axes) {
    return axes.stream().map(axis -> axis + 1).toList();
  }

  private static <T> List<T> first(T value, List<T> rest) {
    List<T> all = new ArrayList<>(List.of(value));
    all.addAll(rest);
    return all;
  }

  private @Nullable Node movement(Movement op, Node node) {
    if (op instanceof Movement.Pad && varies(node.input(1))) {
      return null;
    }
    Op moved =
        switch (op) {
          case Movement.Reshape r -> new Movement.Reshape(first(turns, r.shape()));
          case Movement.Transpose t -> new Movement.Transpose(first(0, behind(t.permutation())));
          case Movement.Broadcast b ->
              new Movement.Broadcast(first(turns, b.shape()), first(0, behind(b.axes())));
          case Movement.Slice s ->
              new Movement.Slice(
                  first(Extent.ZERO, s.starts()), first(1, s.steps()), first(turns, s.shape()));
          case Movement.Pad p ->
              new Movement.Pad(first(Extent.ZERO, p.low()), first(Extent.ZERO, p.high()));
          case Movement.Concat c -> new Movement.Concat(c.axis() + 1);
          case Movement.Windows w ->
              new Movement.Windows(w.axis() + 1, w.size(), w.stride(), w.dilation());
          case Movement.Overlap o ->
              new Movement.Overlap(o.axis() + 1, o.extent(), o.stride(), o.dilation());
        };
    List<Node> inputs = new ArrayList<>(all(node.inputs()));
    if (op instanceof Movement.Pad) {
      inputs.set(1, node.input(1));
    }
    return node.graph().node(moved, inputs);
  }

  private Node contraction(Contraction op, Node node) {
    int label = op.operands().stream().flatMap(List::stream).mapToInt(l -> l + 1).max().orElse(0);
    List<List<Integer>> operands = new ArrayList<>();
    List<Node> inputs = new ArrayList<>();
    for (int k = 0; k < node.inputs().size(); k++) {
      boolean varies = varies(node.input(k));
      operands.add(varies ? first(label, op.operands().get(k)) : op.operands().get(k));
      inputs.add(varies ? batched.get(node.input(k)) : node.input(k));
    }
    return node.graph().node(new Contraction(operands, first(label, op.output())), inputs);
  }

  private @Nullable Node indexing(Indexing op, Node node) {
    Node x = node.input(0);
    return switch (op) {
      case Indexing.Gather g when !varies(node.input(1)) ->
          node.graph().node(new Indexing.Gather(g.axis() + 1, g.checked()), all(x), node.input(1));
      case Indexing.Gather g when !varies(x) -> {
        // x[.., ids[t, ..], ..] has the turns where the axis was
        Node picked = node.graph().node(g, x, all(node.input(1)));
        List<Integer> order = new ArrayList<>(axes(picked));
        order.remove(Integer.valueOf(g.axis()));
        yield picked.transpose(first(g.axis(), order));
      }
      case Indexing.Gather g -> null;
      case Indexing.ScatterAdd s when !varies(node.input(1)) ->
          node.graph()
              .node(
                  new Indexing.ScatterAdd(s.axis() + 1, s.extent(), s.checked()),
                  all(x),
                  node.input(1));
      case Indexing.ScatterAdd s -> null;
      case Indexing.Update u -> update(u, node);
      case Indexing.Argsort a -> node.graph().node(a, all(x));
    };
  }

  private static List<Integer> axes(Node node) {
    return IntStream.range(0, node.type().rank()).boxed().toList();
  }

  /** The turns are the last axis meanwhile, since positions are those of the first axes. */
  private @Nullable Node update(Indexing.Update op, Node node) {
    if (node.inputs().subList(2, node.inputs().size()).stream().anyMatch(this::varies)) {
      return null;
    }
    List<Node> inputs = new ArrayList<>(node.inputs());
    for (int i = 0; i < 2; i++) {
      Node all = all(node.input(i));
      List<Integer> order = new ArrayList<>(axes(all).subList(1, all.type().rank()));
      order.add(0);
      inputs.set(i, all.transpose(order));
    }
    Node updated = node.graph().node(op, inputs);
    int last = updated.type().rank() - 1;
    return updated.transpose(first(last, axes(updated).subList(0, last)));
  }

  // ------------------------------------------------------------------ loops inside

  /**
   * The inner loop for all turns of the outer one: carried values and what varies have the outer
   * turns as first axis, or behind those of the inner loop. Null, and its results are kept.
   */
  private @Nullable Node region(Loop.Region op, Node node) {
    if (op.ending().isEarly()) {
      return null;
    }
    Enclose inner = new Enclose(node.graph(), op.turns(), op.descending());
    Map<Node, Node> all = new HashMap<>();
    List<Node> arguments = new ArrayList<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      Node input = node.input(i);
      boolean carried = i < op.carried();
      boolean sequence = !carried && i < op.carried() + op.sequences();
      if (carried || varies(input)) {
        Node variable = Enclose.variable(node.graph(), op.argument(i, input.type()));
        Node given = all(input);
        all.put(
            variable,
            carried ? inner.carry(given) : sequence ? inner.element(swapped(given)) : given);
        arguments.add(variable);
      } else {
        arguments.add(sequence ? inner.element(input) : input);
      }
    }
    Substitute open =
        new Substitute(n -> n.op() instanceof Leaf.Argument a ? arguments.get(a.index()) : null);
    Batch body = new Batch(turns, all, Set.of());
    List<Node> roots = new ArrayList<>();
    for (Node root : open.nodes(op.roots())) {
      Node done = body.of(root);
      if (done == null) {
        return null;
      }
      roots.add(done);
    }
    int carried = op.carried();
    List<Node> results =
        inner.results(roots.subList(0, carried), roots.subList(carried, roots.size()));
    loops.put(
        node,
        IntStream.range(0, results.size())
            .mapToObj(i -> i < carried ? results.get(i) : swapped(results.get(i)))
            .toList());
    return null;
  }

  /** With the first two axes in the other order. */
  private static Node swapped(Node node) {
    List<Integer> order = new ArrayList<>(axes(node));
    order.set(0, 1);
    order.set(1, 0);
    return node.transpose(order);
  }
}
