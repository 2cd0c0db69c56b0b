package dlx.simplify;

import dlx.graph.Graph;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Node;
import dlx.graph.Substitute;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Two loops over the same turns in the same direction are one, if the second needs nothing of the
 * first but, as elements of its turns, what the first has stacked in the same turns.
 */
final class LoopMerge {
  static final String TITLE = "two loops over the same turns => one";

  private LoopMerge() {}

  /** The roots with two loops made one; null if there are no such two. */
  static @Nullable List<Node> merged(List<Node> roots) {
    List<Node> order = Graph.topological(roots);
    List<Node> loops = order.stream().filter(n -> n.op() instanceof Loop.Region).toList();
    for (int i = 0; i < loops.size(); i++) {
      for (int k = i + 1; k < loops.size(); k++) {
        if (isOver(loops.get(i), loops.get(k)) && fits(loops.get(i), loops.get(k), order)) {
          return together(loops.get(i), loops.get(k), roots);
        }
      }
    }
    return null;
  }

  private static boolean isOver(Node one, Node other) {
    Loop.Region a = (Loop.Region) one.op();
    Loop.Region b = (Loop.Region) other.op();
    return a.turns().equals(b.turns())
        && a.descending() == b.descending()
        && a.ending().stop() < 0
        && b.ending().stop() < 0
        && limit(one) == limit(other);
  }

  private static @Nullable Node limit(Node loop) {
    int limit = ((Loop.Region) loop.op()).ending().limit();
    return limit < 0 ? null : loop.input(limit);
  }

  /** Whether the second loop depends on the first by elements of stacks only. */
  private static boolean fits(Node first, Node second, List<Node> order) {
    Loop.Region region = (Loop.Region) second.op();
    Set<Node> depending = new HashSet<>(Set.of(first));
    for (Node node : order) {
      if (node.inputs().stream().anyMatch(depending::contains)) {
        depending.add(node);
      }
    }
    for (int i = 0; i < second.inputs().size(); i++) {
      Node input = second.input(i);
      boolean element = region.kind(i) == Loop.Kind.SEQUENCE && isStackOf(first, input);
      if (depending.contains(input) && !element) {
        return false;
      }
    }
    return true;
  }

  private static boolean isStackOf(Node loop, Node node) {
    return node.op() instanceof Loop.Result result
        && node.input(0) == loop
        && result.index() >= ((Loop.Region) loop.op()).carried();
  }

  // ------------------------------------------------------------------ one loop

  private static List<Node> together(Node first, Node second, List<Node> roots) {
    Graph graph = first.graph();
    List<Node> inputs = new ArrayList<>();
    Map<Node, List<Node>> arguments = new HashMap<>();
    arguments.put(first, new ArrayList<>());
    arguments.put(second, new ArrayList<>());
    int[] counts = new int[Loop.Kind.values().length];
    for (Loop.Kind kind : Loop.Kind.values()) {
      for (Node loop : List.of(first, second)) {
        Loop.Region region = (Loop.Region) loop.op();
        for (int i = 0; i < loop.inputs().size(); i++) {
          if (region.kind(i) == kind) {
            Node input = loop.input(i);
            if (loop == second && kind == Loop.Kind.SEQUENCE && isStackOf(first, input)) {
              arguments.get(loop).add(null);
              continue;
            }
            arguments
                .get(loop)
                .add(
                    graph.node(new Leaf.Argument(inputs.size(), region.argument(i, input.type()))));
            inputs.add(input);
            counts[kind.ordinal()]++;
          }
        }
      }
    }
    Loop.Region a = (Loop.Region) first.op();
    Loop.Region b = (Loop.Region) second.op();
    List<Node> ofFirst = body(a, arguments.get(first));
    for (int i = 0; i < second.inputs().size(); i++) {
      if (arguments.get(second).get(i) == null) {
        int index = ((Loop.Result) second.input(i).op()).index();
        arguments.get(second).set(i, ofFirst.get(index));
      }
    }
    List<Node> ofSecond = body(b, arguments.get(second));
    List<Node> next = new ArrayList<>(ofFirst.subList(0, a.carried()));
    next.addAll(ofSecond.subList(0, b.carried()));
    List<Node> stacked = new ArrayList<>(ofFirst.subList(a.carried(), ofFirst.size()));
    stacked.addAll(ofSecond.subList(b.carried(), ofSecond.size()));
    Node limit = limit(first);
    Loop.Ending ending = new Loop.Ending(-1, -1, limit == null ? -1 : inputs.lastIndexOf(limit));
    Loop.Region both =
        new Loop.Region(a.turns(), a.descending(), ending, counts[0], counts[1], next, stacked);
    return replaced(first, second, graph.node(both, inputs), roots);
  }

  private static List<Node> body(Loop.Region region, List<Node> arguments) {
    return new Substitute(n -> n.op() instanceof Leaf.Argument a ? arguments.get(a.index()) : null)
        .nodes(region.roots());
  }

  private static List<Node> replaced(Node first, Node second, Node both, List<Node> roots) {
    Loop.Region a = (Loop.Region) first.op();
    Loop.Region b = (Loop.Region) second.op();
    Substitute substitute =
        new Substitute(node -> {
          if (!(node.op() instanceof Loop.Result result)
              || node.input(0) != first && node.input(0) != second) {
            return null;
          }
          boolean last = result.index() < ((Loop.Region) node.input(0).op()).carried();
          int shift =
              node.input(0) == first
                  ? (last ? 0 : b.carried())
                  : a.carried() + (last ? 0 : a.stacked().size());
          return both.graph().node(new Loop.Result(result.index() + shift), both);
        });
    return substitute.nodes(roots);
  }
}
