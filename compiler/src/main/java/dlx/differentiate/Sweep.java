package dlx.differentiate;

import dlx.graph.Graph;
import dlx.graph.Loop;
import dlx.graph.Node;
import dlx.graph.Substitute;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * One reverse sweep: the adjoints of some nodes from those of what is computed of them: of a
 * number, of a tensor, or of all that a turn of a loop computes. Where an adjoint is chosen, see
 * {@link Choice}.
 */
final class Sweep {
  private final Set<Node> targets;
  private final Map<Node, List<Node>> terms = new HashMap<>();
  private final Set<Node> onPath = new HashSet<>();
  private final Map<Node, Reach> loops = new HashMap<>();

  /** Adjoints of the results of loops, by index. */
  private final Map<Node, Map<Integer, Node>> ofResults = new HashMap<>();

  private final Map<Node, Node> adjoints = new HashMap<>();

  /** What loops compute now that they leave more, of their inputs. */
  private final Map<Node, UnaryOperator<List<Node>>> extended = new HashMap<>();

  private Sweep(Set<Node> targets) {
    this.targets = targets;
  }

  /** The adjoint of a node, and the node; a node may be there more than once. */
  record Seed(Node node, Node adjoint) {}

  /** The sweep that begins with these adjoints. */
  static Sweep of(List<Seed> seeds, Set<Node> targets) {
    Sweep sweep = new Sweep(targets);
    List<Node> order = Graph.topological(seeds.stream().map(Seed::node).toList());
    for (Node node : order) {
      if (sweep.passes(node) || targets.contains(node)) {
        sweep.onPath.add(node);
      }
    }
    seeds.forEach(s -> sweep.add(s.node(), s.adjoint()));
    order.reversed().forEach(sweep::visit);
    return sweep;
  }

  /** For each target that a seed depends on through differentiable operators, its adjoint. */
  Map<Node, Node> adjoints() {
    return adjoints;
  }

  /**
   * Nodes with the loops that leave more now, because the adjoints need that, in the place of those
   * that were. Adjoints are not replaced yet.
   */
  List<Node> extended(List<Node> roots) {
    if (extended.isEmpty()) {
      return roots;
    }
    Map<Node, Node> done = new HashMap<>();
    Map<Node, List<Node>> made = new HashMap<>();
    for (Node node : Graph.topological(roots)) {
      UnaryOperator<List<Node>> more = extended.get(node);
      if (more != null) {
        List<Node> inputs = node.inputs().stream().map(done::get).toList();
        made.put(node, node.graph().at(node.span(), () -> more.apply(inputs)));
      }
      boolean replaced = node.op() instanceof Loop.Result && made.containsKey(node.input(0));
      done.put(
          node,
          replaced
              ? made.get(node.input(0)).get(((Loop.Result) node.op()).index())
              : Substitute.rebuilt(node, node.op(), done));
    }
    return roots.stream().map(done::get).toList();
  }

  /** The same for the values of a map. */
  <K> void extend(Map<K, Node> nodes) {
    if (!extended.isEmpty()) {
      List<K> keys = List.copyOf(nodes.keySet());
      List<Node> values = extended(keys.stream().map(nodes::get).toList());
      for (int i = 0; i < keys.size(); i++) {
        nodes.put(keys.get(i), values.get(i));
      }
    }
  }

  private boolean passes(Node node) {
    return switch (node.op()) {
      case Loop.Region region -> {
        loops.put(node, Reach.of(region));
        yield reaches(node);
      }
      case Loop.Result result ->
          Reach.passes(node)
              && loops.get(node.input(0)).whole().get(result.index()).stream()
                  .anyMatch(i -> onPath.contains(node.input(0).input(i)));
      default -> Reach.passes(node) && reaches(node);
    };
  }

  private boolean reaches(Node node) {
    return node.inputs().stream().anyMatch(onPath::contains);
  }

  private void visit(Node node) {
    if (node.op() instanceof Loop.Region) {
      Map<Integer, Node> results = ofResults.remove(node);
      if (results != null) {
        node.graph().at(node.span(), () -> backwards(node, results));
      }
      return;
    }
    List<Node> parts = terms.remove(node);
    if (parts == null) {
      return;
    }
    Node adjoint = node.graph().at(node.span(), () -> sum(parts));
    if (targets.contains(node)) {
      adjoints.put(node, adjoint);
    }
    if (node.op() instanceof Loop.Result result) {
      if (passes(node) && !adjoint.isAll(0)) {
        ofResults.computeIfAbsent(node.input(0), n -> new TreeMap<>()).put(result.index(), adjoint);
      }
    } else if (reaches(node)) {
      pull(node, adjoint);
    }
  }

  private void pull(Node node, Node adjoint) {
    List<Node> parts = node.graph().at(node.span(), () -> pullback(node, adjoint));
    for (int i = 0; i < parts.size(); i++) {
      if (parts.get(i) != null) {
        add(node.input(i), parts.get(i));
      }
    }
  }

  private Backwards backwards(Node loop, Map<Integer, Node> results) {
    Backwards backwards = new Backwards(loop, loops.get(loop), results, onPath::contains);
    extended.put(loop, backwards::forwards);
    backwards.parts().forEach(p -> add(p.node(), p.adjoint()));
    return backwards;
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

  private static List<Node> pullback(Node y, Node adjoint) {
    Choice choice = Choice.of(adjoint);
    Choice moved = choice == null ? null : choice.backwards(y);
    if (moved == null) {
      return y.op().pullback(y, adjoint);
    }
    List<Node> parts = new ArrayList<>();
    for (Node part : y.op().pullback(y, choice.value())) {
      parts.add(part == null ? null : moved.choose(part));
    }
    return parts;
  }
}
