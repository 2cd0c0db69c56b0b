package dlx.recompute;

import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Node;
import dlx.graph.Op;
import dlx.graph.Substitute;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Cuts loops into blocks of turns where what they leave for their derivatives takes more memory
 * than there is, and puts sums over turns into the order that this needs, cut or not.
 */
public final class Recompute {
  /** As much memory as is asked for. */
  public static final long ENOUGH = Long.MAX_VALUE;

  private final List<Node> roots;
  private final Map<Cluster, Segments> cuts = new HashMap<>();
  private final Map<Node, List<Node>> users = new HashMap<>();
  private final Map<Node, Node> done = new HashMap<>();

  /** The cluster of each node that belongs to one, and of each result of its loop. */
  private final Map<Node, Cluster> members = new HashMap<>();

  /** The axis of the turns of what is computed turn by turn. */
  private final Map<Node, Integer> turns = new HashMap<>();

  private Recompute(List<Node> roots, List<Node> order, List<Cluster> clusters, long memory) {
    this.roots = roots;
    order.forEach(
        n -> n.inputs().forEach(x -> users.computeIfAbsent(x, k -> new ArrayList<>()).add(n)));
    for (Cluster cluster : clusters) {
      Segments cut = cut(cluster, memory);
      if (cut != null) {
        cuts.put(cluster, cut);
      }
      for (Node node : order) {
        Integer axis = cluster.turns(node);
        if (axis != null) {
          turns.put(node, axis);
        }
        boolean result = node.op() instanceof Loop.Result && node.input(0) == cluster.forward();
        if (cluster.contains(node) || node == cluster.forward() || result) {
          members.put(node, cluster);
        }
      }
    }
  }

  /**
   * The same function, with the same bits for every limit.
   *
   * @param function without open derivatives
   * @param memory how many bytes all loops together may leave for derivatives, as far as that can
   *     be; {@link #ENOUGH} for as many as it takes
   */
  public static Function function(Function function, long memory) {
    List<Node> order = function.nodes();
    List<Cluster> clusters = Cluster.of(function.roots(), order);
    if (clusters.isEmpty()) {
      return function;
    }
    long each = memory == ENOUGH ? memory : memory / clusters.size();
    return function.withRoots(new Recompute(function.roots(), order, clusters, each).nodes());
  }

  private static @Nullable Segments cut(Cluster cluster, long memory) {
    Extent turn = Extent.ZERO;
    boolean hides = false;
    for (Map.Entry<Node, Integer> entry : cluster.stored().entrySet()) {
      Node node = entry.getKey();
      List<Extent> shape = new ArrayList<>(node.type().shape());
      shape.remove((int) entry.getValue());
      turn = turn.plus(Extent.product(shape).times(node.type().dtype().bytes()));
      hides |= Cluster.isStack(node, cluster.forward());
    }
    Extent state = Extent.ZERO;
    for (Node node : cluster.forward().inputs().subList(0, cluster.region().carried())) {
      state = state.plus(node.type().size().times(node.type().dtype().bytes()));
    }
    // sums need what a block and the rest have left, and what goes back from block to block too
    int times = cluster.sums().isEmpty() ? 1 : 2;
    return hides
        ? Segments.of(cluster.region(), turn.times(times), state.times(times), memory)
        : null;
  }

  // ------------------------------------------------------------------ the function again

  private List<Node> nodes() {
    Deque<Node> open = new ArrayDeque<>();
    for (Node root : roots) {
      open.push(root);
      while (!open.isEmpty()) {
        Node node = open.peek();
        List<Node> missing = needs(node).stream().filter(n -> !done.containsKey(n)).toList();
        if (done.containsKey(node)) {
          open.pop();
        } else if (missing.isEmpty()) {
          make(node);
          if (!done.containsKey(node)) {
            throw new IllegalStateException("the loops around it do not give " + node);
          }
        } else {
          missing.forEach(open::push);
        }
      }
    }
    return roots.stream().map(done::get).toList();
  }

  private @Nullable Cluster cutAround(Node node) {
    Cluster cluster = members.get(node);
    return cluster != null && cuts.containsKey(cluster) ? cluster : null;
  }

  /** What a node is made of; of one in a cluster that is cut, what the cluster is made of. */
  private Set<Node> needs(Node node) {
    Cluster cluster = cutAround(node);
    if (cluster == null) {
      return new LinkedHashSet<>(node.inputs());
    }
    Set<Node> needs = new LinkedHashSet<>();
    Set<Node> seen = new HashSet<>();
    Deque<Node> open = new ArrayDeque<>(List.of(cluster.forward()));
    if (cluster.contains(node)) {
      open.addAll(cluster.inside().keySet());
      open.addAll(cluster.sums().keySet());
    }
    while (!open.isEmpty()) {
      for (Node input : open.pop().inputs()) {
        boolean hidden =
            input == cluster.forward()
                || Cluster.isStack(input, cluster.forward()) && !cluster.whole().contains(input);
        if (cluster.cone().containsKey(input)) {
          if (seen.add(input)) {
            open.push(input);
          }
        } else if (!hidden && !cluster.inside().containsKey(input)) {
          needs.add(input);
        }
      }
    }
    return needs;
  }

  private void make(Node node) {
    Cluster cluster = members.get(node);
    Segments cut = cluster == null ? null : cuts.get(cluster);
    if (cluster != null && cut == null && cluster.sums().containsKey(node)) {
      Sums sum = cluster.sums().get(node);
      List<Node> inputs = node.inputs().stream().map(done::get).toList();
      done.put(node, node.graph().at(node.span(), () -> sum.whole(sum.added(inputs, null))));
    } else if (cut == null) {
      done.put(node, Substitute.rebuilt(node, uncut(node), done));
    } else if (node.op() instanceof Loop.Region region) {
      done.put(node, node.graph().node(new Leaf.SizeOf(region.turns())));
    } else {
      Blocks blocks = new Blocks(cluster, cut, outputs(cluster), done::get);
      if (cluster.contains(node)) {
        done.putAll(blocks.back());
      } else {
        blocks
            .forwards()
            .forEach((index, made) -> done.put(result(cluster.forward(), index), made));
      }
    }
  }

  /** What is computed turn by turn adds up as it would in blocks. */
  private Op uncut(Node node) {
    Integer axis = turns.get(node);
    return axis == null ? node.op() : TurnAxis.over(node, axis, node.type().extent(axis));
  }

  private static Node result(Node loop, int index) {
    return loop.graph().node(new Loop.Result(index), loop);
  }

  /** What is needed outside of its cluster, turn by turn. */
  private List<Node> outputs(Cluster cluster) {
    return cluster.inside().keySet().stream()
        .filter(n -> !(n.op() instanceof Loop.Region))
        .filter(n ->
            roots.contains(n)
                || users.getOrDefault(n, List.of()).stream().anyMatch(u -> !cluster.contains(u)))
        .toList();
  }
}
