package dlx.differentiate;

import dlx.graph.Elementwise;
import dlx.graph.Graph;
import dlx.graph.Leaf;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.graph.Reduction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One reverse sweep: the adjoints of some nodes with respect to one number.
 *
 * <p>A choice stays a choice on the way back. The adjoint of the side that {@code where} does not
 * take is 0 there, and if that side is, say, sqrt(0), its slope is inf and the product 0 * inf
 * would be NaN. So an adjoint of the form where(c, g, 0) goes through an operator as where(c,
 * pullback(g), 0), as far as the operator works on elements or only moves them.
 */
final class Sweep {
  private final Map<Node, List<Node>> terms = new HashMap<>();
  private final Set<Node> onPath = new HashSet<>();

  private Sweep() {}

  /**
   * The derivatives of the number y.
   *
   * @return for each target that y depends on through differentiable operators, its adjoint
   */
  static Map<Node, Node> adjoints(Node y, Set<Node> targets) {
    Sweep sweep = new Sweep();
    List<Node> order = Graph.topological(List.of(y));
    for (Node node : order) {
      boolean passes = node.op() != Elementwise.STOP_GRADIENT && sweep.reaches(node);
      if (passes || targets.contains(node)) {
        sweep.onPath.add(node);
      }
    }
    sweep.add(y, y.graph().node(new Leaf.Constant(1, y.type().dtype())));
    Map<Node, Node> adjoints = new HashMap<>();
    for (Node node : order.reversed()) {
      List<Node> parts = sweep.terms.remove(node);
      if (parts == null) {
        continue;
      }
      Node adjoint = node.graph().at(node.span(), () -> sum(parts));
      if (targets.contains(node)) {
        adjoints.put(node, adjoint);
      }
      if (sweep.reaches(node)) {
        sweep.pull(node, adjoint);
      }
    }
    return adjoints;
  }

  private boolean reaches(Node node) {
    return node.inputs().stream().anyMatch(onPath::contains);
  }

  private void pull(Node node, Node adjoint) {
    List<Node> parts = node.graph().at(node.span(), () -> pullback(node, adjoint));
    for (int i = 0; i < parts.size(); i++) {
      if (parts.get(i) != null) {
        add(node.input(i), parts.get(i));
      }
    }
  }

  private void add(Node node, Node part) {
    if (onPath.contains(node)) {
      terms.computeIfAbsent(node, n -> new ArrayList<>()).add(part);
    }
  }

  /** Adds neighbours until one is left: a sum of n terms is log n deep. */
  private static Node sum(List<Node> terms) {
    List<Node> level = terms;
    while (level.size() > 1) {
      List<Node> next = new ArrayList<>();
      for (int i = 0; i + 1 < level.size(); i += 2) {
        next.add(level.get(i).plus(level.get(i + 1)));
      }
      if (level.size() % 2 == 1) {
        next.add(level.getLast());
      }
      level = next;
    }
    return level.getFirst();
  }

  // ------------------------------------------------------------------ choices

  /** value where the condition holds (or does not), else 0. */
  private record Choice(Node condition, boolean holds, Node value) {
    /** The choice that an adjoint is, or null. */
    static Choice of(Node adjoint) {
      if (adjoint.op() != Elementwise.WHERE) {
        return null;
      }
      if (adjoint.input(2).isAll(0)) {
        return new Choice(adjoint.input(0), true, adjoint.input(1));
      }
      return adjoint.input(1).isAll(0)
          ? new Choice(adjoint.input(0), false, adjoint.input(2))
          : null;
    }

    Node positive() {
      return holds ? condition : condition.not();
    }

    /** Chooses of another value; choices of choices are one. */
    Node choose(Node other) {
      Choice inner = of(other);
      if (inner != null) {
        Node both = positive().and(inner.positive());
        return both.where(inner.value, other.like(0));
      }
      return holds ? condition.where(other, other.like(0)) : condition.where(other.like(0), other);
    }
  }

  private static List<Node> pullback(Node y, Node adjoint) {
    Choice choice = Choice.of(adjoint);
    Choice moved = choice == null ? null : backwards(y, choice);
    if (moved == null) {
      return y.op().pullback(y, adjoint);
    }
    List<Node> parts = new ArrayList<>();
    for (Node part : y.op().pullback(y, choice.value())) {
      parts.add(part == null ? null : moved.choose(part));
    }
    return parts;
  }

  /** The choice in the shape of the inputs of y; null if y mixes elements. */
  private static Choice backwards(Node y, Choice choice) {
    return switch (y.op()) {
      case Elementwise e -> choice;
      case Movement.Reshape r ->
          like(choice, choice.condition().reshape(y.input(0).type().shape()));
      case Movement.Transpose t -> like(choice, t.pullback(y, choice.condition()).getFirst());
      case Reduction r when r.kind() == Reduction.Kind.SUM ->
          like(choice, choice.condition().spread(y.input(0).type().shape(), r.axes()));
      default -> null;
    };
  }

  private static Choice like(Choice choice, Node condition) {
    return new Choice(condition, choice.holds(), choice.value());
  }
}
