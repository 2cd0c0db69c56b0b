package dlx.schedule;

import dlx.graph.Contraction;
import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.graph.Indexing;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.graph.Reduction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who reads what, and over which view. */
final class Uses {
  private final Map<Node, View> views = new HashMap<>();
  private final Map<Node, List<Use>> uses = new HashMap<>();

  /** Products that only the kernels of overlaps compute. */
  private final Set<Node> parts = new HashSet<>();

  /**
   * A node is read by {@code user}, whose elements are visited over {@code view}; a null view needs
   * the node in memory.
   */
  record Use(Node user, @Nullable View view) {}

  /**
   * @param nodes inputs before users
   * @param roots what must be in memory in the end
   * @param variables how the arguments of a body lie
   */
  Uses(List<Node> nodes, List<Node> roots, Map<Node, View> variables) {
    for (Node node : nodes) {
      View variable = variables.get(node);
      views.put(node, variable != null ? variable : View.of(node, views::get));
    }
    for (Node node : nodes) {
      if (node.op() instanceof Movement.Overlap) {
        parts.add(node.input(0));
      }
    }
    parts.removeAll(roots);
    for (Node node : nodes) {
      if (!(node.op() instanceof Movement.Overlap)) {
        parts.removeAll(node.inputs());
      }
    }
    nodes.stream().filter(this::isComputed).forEach(this::collect);
  }

  Map<Node, View> views() {
    return views;
  }

  List<Use> of(Node node) {
    return uses.getOrDefault(node, List.of());
  }

  /** Does this node have elements of its own that a kernel computes? */
  boolean isComputed(Node node) {
    return !(node.op() instanceof Leaf) && views.get(node).base() == node && !parts.contains(node);
  }

  private void collect(Node user) {
    switch (user.op()) {
      case Elementwise e -> user.inputs().forEach(x -> use(x, user, views.get(x)));
      case Reduction r -> use(user.input(0), user, views.get(user.input(0)));
      case Movement.Overlap o ->
          user.input(0).inputs().forEach(x -> use(x, user, null)); // the product is a part of it
      case Movement m -> user.inputs().forEach(x -> use(x, user, sinkView(user, x)));
      case Indexing.Gather g -> {
        use(user.input(0), user, null);
        use(user.input(1), user, indexView(user, views.get(user.input(1))));
      }
      case Indexing.Update u -> {
        use(user.input(0), user, views.get(user.input(0)));
        user.inputs().subList(1, user.inputs().size()).forEach(x -> use(x, user, null));
      }
      case Indexing i -> user.inputs().forEach(x -> use(x, user, null));
      case Contraction c -> {
        user.inputs().subList(0, c.operands().size()).forEach(x -> use(x, user, null));
        if (c.begun()) {
          use(user.inputs().getLast(), user, views.get(user.inputs().getLast()));
        }
      }
      case Leaf l -> {}
      case Loop.Region loop -> user.inputs().forEach(x -> use(x, user, null));
      case Loop.Result result -> {} // of the same group
      case dlx.graph.Derivative d -> {}
    }
  }

  private void use(Node read, Node user, @Nullable View view) {
    Node base = views.get(read).base();
    if (!(base.op() instanceof Leaf)) {
      uses.computeIfAbsent(base, b -> new ArrayList<>()).add(new Use(user, view));
    }
  }

  /** How a copying movement visits an input: in the shape of the input; a padding is everywhere. */
  private View sinkView(Node user, Node input) {
    View view = views.get(input);
    if (user.op() instanceof Movement.Pad && input == user.input(1)) {
      List<Extent> shape = user.type().shape();
      return new View(
          view.base(), view.offset(), shape, shape.stream().map(e -> Extent.ZERO).toList());
    }
    return view;
  }

  /** The positions of a gather over the shape of its result. */
  static View indexView(Node gather, View ids) {
    int axis = ((Indexing.Gather) gather.op()).axis();
    List<Extent> strides = new ArrayList<>();
    List<Extent> shape = gather.type().shape();
    for (int i = 0; i < shape.size(); i++) {
      boolean inside = i >= axis && i < axis + ids.shape().size();
      strides.add(inside ? ids.strides().get(i - axis) : Extent.ZERO);
    }
    return new View(ids.base(), ids.offset(), shape, strides);
  }
}
