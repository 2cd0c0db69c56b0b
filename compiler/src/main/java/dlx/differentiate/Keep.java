package dlx.differentiate;

import dlx.graph.Elementwise;
import dlx.graph.Graph;
import dlx.graph.Indexing;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Movement;
import dlx.graph.Node;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a loop leaves for its derivative: as little memory as possible, if what is cheap is computed
 * again. That is a minimum cut. Flow comes from what cannot be computed again (carried values,
 * products, exponentials), passes through what can (sums, choices, views) and ends in what the
 * derivative uses; a node lets as much through as it takes memory.
 */
final class Keep {
  /** What a size that is known at run time only is taken for. */
  private static final long SIZE = 64;

  private static final long INFINITE = Long.MAX_VALUE / 4;
  private static final int SOURCE = 0;
  private static final int SINK = 1;

  /** A pipe between two places and, as its neighbour in the list, the way back. */
  private static final class Pipe {
    private final int from;
    private final int to;
    private long free;

    Pipe(int from, int to, long free) {
      this.from = from;
      this.to = to;
      this.free = free;
    }
  }

  private final Map<Node, Integer> places = new HashMap<>();
  private final List<Pipe> pipes = new ArrayList<>();
  private final List<List<Integer>> leaving = new ArrayList<>();

  private Keep() {
    leaving.add(new ArrayList<>());
    leaving.add(new ArrayList<>());
  }

  /**
   * The nodes of a body that the loop has to leave.
   *
   * @param adjoints what the other body computes, over nodes of this body and variables
   * @param left what the loop leaves anyway
   * @param carried the arguments below this index are carried
   * @param constants the arguments from this index on are constants
   */
  static List<Node> of(List<Node> adjoints, Collection<Node> left, int carried, int constants) {
    Keep keep = new Keep();
    List<Node> order = Graph.topological(adjoints);
    Set<Node> derived = new HashSet<>();
    Set<Node> varying = new HashSet<>();
    for (Node node : order) {
      boolean variable = node.op() instanceof Leaf.Variable;
      if (variable || node.inputs().stream().anyMatch(derived::contains)) {
        derived.add(node);
        node.inputs().forEach(keep::drain);
      } else if (node.op() instanceof Leaf.Argument argument) {
        if (argument.index() < constants) {
          varying.add(node);
        }
        if (argument.index() < carried && !left.contains(node)) {
          keep.place(node, false);
        }
      } else if (node.inputs().stream().anyMatch(varying::contains)) {
        varying.add(node);
        if (!left.contains(node) && !(node.op() instanceof Loop.Region)) {
          keep.place(node, isCheap(node));
        }
      }
    }
    adjoints.forEach(keep::drain);
    return keep.cut();
  }

  /** Whether a node is rather computed again than stored. */
  private static boolean isCheap(Node node) {
    return switch (node.op()) {
      case Elementwise op -> !op.isComposed();
      case Movement.Overlap op -> false;
      case Movement op -> true;
      case Indexing.Gather op -> true;
      default -> false;
    };
  }

  private static long memory(Node node) {
    long size = node.type().size().value(name -> SIZE);
    return Math.max(1, size) * node.type().dtype().bytes();
  }

  // ------------------------------------------------------------------ pipes

  /** A node enters at its place and leaves at the next one. */
  private void place(Node node, boolean cheap) {
    int place = leaving.size();
    places.put(node, place);
    leaving.add(new ArrayList<>());
    leaving.add(new ArrayList<>());
    connect(place, place + 1, memory(node));
    if (!cheap) {
      connect(SOURCE, place, INFINITE);
      return;
    }
    for (Node input : node.inputs()) {
      if (places.containsKey(input)) {
        connect(places.get(input) + 1, place, INFINITE);
      }
    }
  }

  private void drain(Node node) {
    if (places.containsKey(node)) {
      connect(places.get(node) + 1, SINK, INFINITE);
    }
  }

  private void connect(int from, int to, long capacity) {
    leaving.get(from).add(pipes.size());
    pipes.add(new Pipe(from, to, capacity));
    leaving.get(to).add(pipes.size());
    pipes.add(new Pipe(to, from, 0));
  }

  /** Augments along shortest ways until there is none; the cut nearest to the source. */
  private List<Node> cut() {
    int[] by = flood();
    while (by[SINK] >= 0) {
      long amount = INFINITE;
      for (int at = SINK; at != SOURCE; at = pipes.get(by[at]).from) {
        amount = Math.min(amount, pipes.get(by[at]).free);
      }
      for (int at = SINK; at != SOURCE; at = pipes.get(by[at]).from) {
        pipes.get(by[at]).free -= amount;
        pipes.get(by[at] ^ 1).free += amount;
      }
      by = flood();
    }
    List<Node> cut = new ArrayList<>();
    for (Map.Entry<Node, Integer> entry : places.entrySet()) {
      if (by[entry.getValue()] >= 0 && by[entry.getValue() + 1] < 0) {
        cut.add(entry.getKey());
      }
    }
    cut.sort((a, b) -> Integer.compare(a.id(), b.id()));
    return cut;
  }

  /** The pipe by which each place is reached from the source, -1 if it is not. */
  private int[] flood() {
    int[] by = new int[leaving.size()];
    Arrays.fill(by, -1);
    by[SOURCE] = 0;
    Deque<Integer> open = new ArrayDeque<>(List.of(SOURCE));
    while (!open.isEmpty() && by[SINK] < 0) {
      for (int pipe : leaving.get(open.poll())) {
        int to = pipes.get(pipe).to;
        if (by[to] < 0 && pipes.get(pipe).free > 0) {
          by[to] = pipe;
          open.add(to);
        }
      }
    }
    return by;
  }
}
