package dlx.graph;

import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What holds of every function between two stages; a failure is a bug of the stage before. */
public final class Verify {
  private Verify() {}

  /**
   * Checks a function that may still have derivatives to be worked out.
   *
   * @throws IllegalStateException if something does not hold
   */
  public static void withDerivatives(Function function) {
    nodes(function.roots(), false);
    Set<String> names = new HashSet<>();
    for (Function.Output output : function.outputs()) {
      demand(names.add(output.name()), "two outputs named " + output.name(), output.value());
    }
    Set<String> paths = new HashSet<>();
    for (Function.Update update : function.updates()) {
      demand(paths.add(update.slot().path()), "two updates of one slot", update.value());
      demand(
          update.slot().type().equals(update.value().type()),
          "an update of another type than " + update.slot(),
          update.value());
    }
  }

  /** Checks the nodes of a function, or of the body of a loop. */
  private static void nodes(List<Node> roots, boolean isBody) {
    BitSet seen = new BitSet();
    for (Node node : Graph.topological(roots)) {
      demand(node.graph() == roots.getFirst().graph(), "a node of another graph", node);
      for (Node input : node.inputs()) {
        demand(seen.get(input.id()) && input.id() < node.id(), "an input after its user", node);
      }
      demand(node.type().equals(typeAgain(node)), "a type that does not follow", node);
      demand(!(node.op() instanceof Leaf) || node.inputs().isEmpty(), "a leaf with inputs", node);
      seen.set(node.id());
      switch (node.op()) {
        case Leaf.Variable v -> demand(false, "a variable that is left", node);
        case Leaf.Argument a -> demand(isBody, "an argument outside of every loop", node);
        case Leaf.Input i -> demand(!isBody, "an input in a loop that is not an argument", node);
        case Leaf.Slot s -> demand(!isBody, "a slot in a loop that is not an argument", node);
        case Leaf.Uniform u -> demand(!isBody, "a draw in a loop that is no sequence", node);
        case Loop.Region region -> nodes(region.roots(), true);
        default -> {}
      }
    }
  }

  /** Checks a function after {@code differentiate}. */
  public static void function(Function function) {
    withDerivatives(function);
    worked(function.nodes());
  }

  private static void worked(List<Node> nodes) {
    for (Node node : nodes) {
      demand(!(node.op() instanceof Derivative), "a derivative that is left", node);
      demand(node.op() != Elementwise.STOP_GRADIENT, "a stop_gradient that is left", node);
      if (node.op() instanceof Loop.Region region) {
        worked(region.nodes());
      }
    }
  }

  private static Type typeAgain(Node node) {
    try {
      return node.op().type(node.inputs());
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException("inputs that do not fit: " + node, e);
    }
  }

  private static void demand(boolean holds, String otherwise, Node node) {
    if (!holds) {
      throw new IllegalStateException(otherwise + ": " + node);
    }
  }
}
