package dlx.schedule;

import dlx.graph.Cut;
import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.graph.Graph;
import dlx.graph.Indexing;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.graph.Substitute;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is only read in parts is computed in parts: the gates of a cell, which are cut out of a sum
 * of products, become sums of parts of products, so that they need no memory between the product
 * and what is made of them.
 */
final class Parts {
  private record Part(Node node, Movement.Slice slice) {}

  private final List<Node> order;

  /** The slices in which a node is read, if it is read in no other way. */
  private final Map<Node, Set<Movement.Slice>> slices = new HashMap<>();

  private Parts(List<Node> roots) {
    this.order = Graph.topological(roots);
    Map<Node, List<Node>> users = new HashMap<>();
    order.forEach(
        n -> n.inputs().forEach(x -> users.computeIfAbsent(x, k -> new ArrayList<>()).add(n)));
    Set<Node> whole = new HashSet<>(roots);
    for (Node node : order.reversed()) {
      boolean byElement =
          node.op() instanceof Elementwise && node.splat() == null
              || node.op() instanceof Indexing.Gather;
      Set<Movement.Slice> read =
          byElement && !whole.contains(node)
              ? read(node, users.getOrDefault(node, List.of()))
              : null;
      if (read != null) {
        slices.put(node, read);
      }
    }
  }

  /** The same values, over nodes none of which is computed in full to be read in parts. */
  static List<Node> of(List<Node> roots) {
    Parts parts = new Parts(roots);
    return parts.slices.isEmpty() ? roots : parts.rebuilt(roots);
  }

  /** The slices that users read, if they read no more than there is. */
  private @Nullable Set<Movement.Slice> read(Node node, List<Node> users) {
    Set<Movement.Slice> read = new LinkedHashSet<>();
    for (Node user : users) {
      if (user.op() instanceof Movement.Slice slice) {
        read.add(slice);
      } else if (user.op() instanceof Elementwise && slices.containsKey(user)) {
        read.addAll(slices.get(user));
      } else {
        return null;
      }
    }
    long elements = 0;
    for (Movement.Slice slice : read) {
      elements += Cut.elements(node.type().with(slice.shape()));
    }
    return elements <= Cut.elements(node.type()) ? read : null;
  }

  private List<Node> rebuilt(List<Node> roots) {
    Map<Node, Node> done = new HashMap<>();
    Map<Part, Node> made = new HashMap<>();
    for (Node node : order) {
      if (slices.containsKey(node)) {
        for (Movement.Slice slice : slices.get(node)) {
          made.put(
              new Part(node, slice),
              node.graph().at(node.span(), () -> part(node, slice, done, made)));
        }
      } else if (node.op() instanceof Movement.Slice slice && slices.containsKey(node.input(0))) {
        done.put(node, made.get(new Part(node.input(0), slice)));
      } else {
        done.put(node, Substitute.rebuilt(node, node.op(), done));
      }
    }
    return roots.stream().map(done::get).toList();
  }

  private Node part(Node node, Movement.Slice slice, Map<Node, Node> done, Map<Part, Node> made) {
    if (node.op() instanceof Indexing.Gather gather) {
      return looked(gather, node, slice, done);
    }
    List<Node> inputs = new ArrayList<>();
    for (Node input : node.inputs()) {
      Node part = made.get(new Part(input, slice));
      inputs.add(part == null ? node.graph().node(slice, done.get(input)) : part);
    }
    return node.graph().node(node.op(), inputs);
  }

  /** Of x[ids] a part is a part of x at a part of the positions. */
  private static Node looked(
      Indexing.Gather gather, Node node, Movement.Slice slice, Map<Node, Node> done) {
    Node table = done.get(node.input(0));
    Node ids = done.get(node.input(1));
    int from = gather.axis();
    int to = from + ids.type().rank();
    List<Extent> starts = without(slice.starts(), from, to, Extent.ZERO);
    List<Integer> steps = without(slice.steps(), from, to, 1);
    List<Extent> shape = without(slice.shape(), from, to, table.type().extent(from));
    Node rows = node.graph().node(new Movement.Slice(starts, steps, shape), table);
    Movement.Slice some =
        new Movement.Slice(
            slice.starts().subList(from, to),
            slice.steps().subList(from, to),
            slice.shape().subList(from, to));
    return node.graph()
        .node(gather, rows, ids.type().isScalar() ? ids : node.graph().node(some, ids));
  }

  /** With one entry in the place of those of some axes. */
  private static <T> List<T> without(List<T> entries, int from, int to, T entry) {
    List<T> rest = new ArrayList<>(entries.subList(0, from));
    rest.add(entry);
    rest.addAll(entries.subList(to, entries.size()));
    return rest;
  }
}
