package dlx.elaborate;

import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.graph.Leaf;
import dlx.graph.Node;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What belongs to which loop at run time, and positions that are formulas of its turn. */
final class Positions {
  /** How many nodes a formula of a position may have; a larger one is data. */
  private static final int FORMULA_LIMIT = 64;

  private final Map<Node, Turns> numbers = new HashMap<>();

  /** The depth of the innermost loop that a node depends on. */
  private final Map<Node, Integer> depths = new HashMap<>();

  private final Map<Node, List<Node>> sources = new HashMap<>();

  /**
   * A position that is a sum: of a start and of steps times the numbers of turns.
   *
   * @param start over run-time sizes
   */
  record Affine(Extent start, Map<Turns, Integer> steps) {
    /** The least position, the greatest if {@code greatest}; turns from 0 to before their count. */
    Extent bound(boolean greatest) {
      Extent bound = start;
      for (Map.Entry<Turns, Integer> step : steps.entrySet()) {
        if (step.getValue() > 0 == greatest) {
          bound = bound.plus(step.getKey().count.plus(-1).times(step.getValue()));
        }
      }
      return bound;
    }

    Affine plus(Extent more) {
      return new Affine(start.plus(more), steps);
    }
  }

  void belongs(Node variable, Turns loop) {
    depths.put(variable, loop.depth);
  }

  /** A variable of a loop has the value of a node, in the first turn or a later one. */
  void comesFrom(Node variable, Node source) {
    sources.computeIfAbsent(variable, v -> new ArrayList<>()).add(source);
  }

  /** What a variable of a loop comes from; nothing for other nodes. */
  List<Node> sources(Node node) {
    return sources.getOrDefault(node, List.of());
  }

  void counts(Node number, Turns loop) {
    numbers.put(number, loop);
  }

  /** The depth of the innermost loop whose turns a node depends on; 0 if it depends on none. */
  int depth(Node root) {
    Deque<Node> open = new ArrayDeque<>();
    open.push(root);
    while (!open.isEmpty()) {
      Node node = open.peek();
      if (depths.containsKey(node)) {
        open.pop();
        continue;
      }
      boolean ready = true;
      int depth = 0;
      for (Node input : node.inputs()) {
        Integer known = depths.get(input);
        if (known == null) {
          open.push(input);
          ready = false;
        } else {
          depth = Math.max(depth, known);
        }
      }
      if (ready) {
        depths.put(node, depth);
        open.pop();
      }
    }
    return depths.get(root);
  }

  // ------------------------------------------------------------------ formulas

  /** A position as a formula of turns and sizes, or null if it is something else. */
  @Nullable Affine affine(Node position) {
    Map<String, Turns> loops = new LinkedHashMap<>();
    Extent formula = formula(position, loops);
    if (formula == null) {
      return null;
    }
    Extent start = formula.substitute(s -> loops.containsKey(s) ? Extent.ZERO : null);
    Map<Turns, Integer> steps = new LinkedHashMap<>();
    Extent sum = start;
    for (Map.Entry<String, Turns> loop : loops.entrySet()) {
      String symbol = loop.getKey();
      Extent first =
          formula.substitute(
              s -> s.equals(symbol) ? Extent.ONE : loops.containsKey(s) ? Extent.ZERO : null);
      Extent step = first.minus(start);
      if (step.constant().isEmpty() || Math.abs(step.constant().getAsLong()) > 1 << 24) {
        return null;
      }
      if (!step.isZero()) {
        steps.put(loop.getValue(), (int) step.constant().getAsLong());
        sum = sum.plus(Extent.symbol(symbol).times(step));
      }
    }
    return sum.equals(formula) ? new Affine(start, steps) : null;
  }

  /** Sums and products of numbers, sizes and turns. */
  private @Nullable Extent formula(Node root, Map<String, Turns> loops) {
    Map<Node, Extent> known = new HashMap<>();
    Deque<Node> open = new ArrayDeque<>();
    open.push(root);
    while (!open.isEmpty()) {
      Node node = open.peek();
      Extent leaf = leaf(node, loops);
      if (leaf != null || known.containsKey(node)) {
        known.putIfAbsent(node, leaf);
        open.pop();
        continue;
      }
      boolean formula =
          node.op() == Elementwise.ADD
              || node.op() == Elementwise.MULTIPLY
              || node.op() == Elementwise.NEGATE;
      if (!formula || known.size() > FORMULA_LIMIT) {
        return null;
      }
      Extent a = known.get(node.input(0));
      Extent b = known.get(node.inputs().getLast());
      if (a == null || b == null) {
        node.inputs().stream().filter(i -> !known.containsKey(i)).forEach(open::push);
        continue;
      }
      known.put(
          node,
          node.op() == Elementwise.ADD
              ? a.plus(b)
              : node.op() == Elementwise.MULTIPLY ? a.times(b) : a.times(-1));
      open.pop();
    }
    return known.get(root);
  }

  private @Nullable Extent leaf(Node node, Map<String, Turns> loops) {
    Turns loop = numbers.get(node);
    if (loop != null && !loop.isUnbounded()) {
      loops.put(loop.symbol, loop);
      return Extent.symbol(loop.symbol);
    }
    return switch (node.op()) {
      case Leaf.SizeOf size -> size.extent();
      case Leaf.Constant constant -> Extent.of((long) constant.value());
      default -> null;
    };
  }
}
