package dlx.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A minimum cut between what a loop computes and what is to be computed elsewhere of it: the nodes
 * that are stored, with as little memory as possible. Flow comes from what cannot be computed
 * again, passes through what can, and ends in what is needed; a node lets as much through as it
 * takes memory.
 */
public final class Cut {
  /** What a size that is known at run time only is taken for. */
  private static final long SIZE = 64;

  private static final long INFINITE = Long.MAX_VALUE / 4;
  private static final int SOURCE = 0;
  private static final int SINK = 1;

  /** A pipe between two places; its neighbour in the list is the way back. */
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
  private final List<List<Integer>> leaving =
      new ArrayList<>(List.of(new ArrayList<>(), new ArrayList<>()));

  /** The number of elements of a node, as far as it is known. */
  public static long elements(Type type) {
    return Math.max(1, type.size().value(name -> SIZE));
  }

  /** The bytes that a node takes, as far as its size is known. */
  public static long memory(Node node) {
    return elements(node.type()) * node.type().dtype().bytes();
  }

  /** Adds a node that can only be stored. */
  public void source(Node node) {
    connect(SOURCE, place(node), INFINITE);
  }

  /** Adds a node that can be computed again of its inputs, those of them that were added. */
  public void passage(Node node) {
    int place = place(node);
    for (Node input : node.inputs()) {
      if (places.containsKey(input)) {
        connect(places.get(input) + 1, place, INFINITE);
      }
    }
  }

  /** Says that a node is needed; one that was not added costs nothing. */
  public void need(Node node) {
    if (places.containsKey(node)) {
      connect(places.get(node) + 1, SINK, INFINITE);
    }
  }

  /** A node enters at its place and leaves at the next one. */
  private int place(Node node) {
    int place = leaving.size();
    places.put(node, place);
    leaving.add(new ArrayList<>());
    leaving.add(new ArrayList<>());
    connect(place, place + 1, memory(node));
    return place;
  }

  private void connect(int from, int to, long capacity) {
    leaving.get(from).add(pipes.size());
    pipes.add(new Pipe(from, to, capacity));
    leaving.get(to).add(pipes.size());
    pipes.add(new Pipe(to, from, 0));
  }

  /** The nodes to store: of all least cuts the one nearest to the sources. */
  public List<Node> least() {
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

  /** The pipe by which each place is reached from the source on a shortest way, -1 if it is not. */
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

  /** Whether a node is rather computed again than stored. */
  public static boolean isCheap(Node node) {
    return switch (node.op()) {
      case Elementwise op -> !op.isComposed();
      case Movement.Overlap op -> false;
      case Movement op -> true;
      case Indexing.Gather op -> true;
      default -> false;
    };
  }
}
