package dlx.simplify;

import dlx.graph.Contraction;
import dlx.graph.Cut;
import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.graph.Graph;
import dlx.graph.Indexing;
import dlx.graph.Loop;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.simplify.Facts.Fact;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What nothing in a loop depends on is computed behind it, in all turns at once, of what the loop
 * stacks. That is done if it stacks nothing more, or if a product gets larger: it does much work on
 * few elements. What is stacked is a least {@link Cut}. Of a loop that may end early nothing is
 * moved: it would be computed for all turns.
 */
final class LoopBehind {
  /** A product does at least this many multiplications for an element that is stacked for it. */
  private static final double WORK = 1.5;

  private final OpenLoop loop;

  /** Sums over the turns: the terms by variable. */
  private final Map<Node, Node> terms = new LinkedHashMap<>();

  /** What carried variables need, sums aside. */
  private final Set<Node> core;

  private final Set<Node> changing;

  /** What depends on carried values. */
  private final Set<Node> carrying;

  private LoopBehind(OpenLoop loop, boolean sums) {
    this.loop = loop;
    this.changing = loop.depending(loop.variables());
    this.carrying = loop.depending(loop.carried().keySet());
    if (sums) {
      findSums();
    }
    List<Node> next = new ArrayList<>();
    loop.carried()
        .forEach((v, c) -> {
          if (!terms.containsKey(v)) {
            next.add(c.next());
          }
        });
    this.core = new HashSet<>(Graph.topological(next));
  }

  static boolean stacks(OpenLoop loop) {
    if (loop.isEarly()) {
      return false;
    }
    LoopBehind behind = new LoopBehind(loop, false);
    Map<Node, Node> meaning = new HashMap<>();
    for (Map.Entry<Node, Node> entry : Map.copyOf(loop.stacks()).entrySet()) {
      Node node = entry.getKey();
      Node all = behind.core.contains(node) ? null : behind.moved(node, false, false);
      if (all != null) {
        meaning.put(entry.getValue(), all);
        loop.outside(meaning);
        return true;
      }
    }
    return false;
  }

  static boolean sums(OpenLoop loop) {
    if (loop.isEarly()) {
      return false;
    }
    LoopBehind behind = new LoopBehind(loop, true);
    for (Map.Entry<Node, Node> entry : behind.terms.entrySet()) {
      Node sum = behind.isSummed(entry.getValue()) ? behind.sum(entry.getValue()) : null;
      if (sum != null) {
        Node variable = entry.getKey();
        sum = loop.carried().get(variable).initial().plus(sum);
        loop.outside(Map.of(loop.last(variable), sum));
        return true;
      }
    }
    return false;
  }

  // ------------------------------------------------------------------ sums

  /** Variables that only get something added, of which nothing else is made. */
  private void findSums() {
    Map<Node, Integer> uses = loop.uses();
    loop.carried()
        .forEach((variable, c) -> {
          if (variable.type().dtype().isFloat() && uses.getOrDefault(variable, 0) == 1) {
            Node term = term(c.next(), variable, uses);
            if (term != null) {
              terms.put(variable, term);
            }
          }
        });
  }

  /** Without a turn, nothing is added; but 0 times what is undefined then would not be 0. */
  private boolean isSummed(Node term) {
    return changing.contains(term) || loop.facts().holds(term, Fact.DEFINED);
  }

  /** What all turns add, computed behind the loop; null if it stays. */
  private @Nullable Node sum(Node term) {
    if (term.op() instanceof Indexing.ScatterAdd op && changing.contains(term.input(1))) {
      return scattered(op, term);
    }
    Node all = moved(term, true, false);
    return all == null ? null : all.sum(List.of(0));
  }

  /** What every turn adds at its positions is added at the positions of all turns. */
  private @Nullable Node scattered(Indexing.ScatterAdd op, Node term) {
    Node ids = moved(term.input(1), true, true);
    Node values = ids == null ? null : moved(term.input(0), true, true);
    if (values == null) {
      return null;
    }
    // the turns stand before the other axes of the positions
    List<Integer> order = new ArrayList<>();
    for (int axis = 1; axis < values.type().rank(); axis++) {
      if (axis == op.axis() + 1) {
        order.add(0);
      }
      order.add(axis);
    }
    if (order.size() < values.type().rank()) {
      order.add(0);
    }
    return term.graph().node(op, values.transpose(order), ids);
  }

  /** What is added to a variable that is one addend of a sum; else null. */
  private static @Nullable Node term(Node sum, Node variable, Map<Node, Integer> uses) {
    List<Node> others = new ArrayList<>();
    boolean found = false;
    Deque<Node> open = new ArrayDeque<>(List.of(sum));
    while (!open.isEmpty()) {
      Node node = open.pop();
      if (node == variable) {
        found = true;
      } else if (node.op() == Elementwise.ADD && uses.get(node) == 1) {
        open.push(node.input(1));
        open.push(node.input(0));
      } else {
        others.add(node);
      }
    }
    return found && !others.isEmpty() ? others.stream().reduce(Node::plus).get() : null;
  }

  // ------------------------------------------------------------------ moving

  /**
   * A node in all turns, computed behind the loop; null if it stays.
   *
   * @param summed whether only the sum of all turns is wanted
   * @param gains whether that is worth storing what it needs
   */
  private @Nullable Node moved(Node root, boolean summed, boolean gains) {
    List<Node> cone = Graph.topological(List.of(root));
    Set<Node> behind = new HashSet<>();
    for (Node node : cone) {
      boolean product = !core.contains(node) && isLarger(node, summed);
      if (product || node.inputs().stream().anyMatch(behind::contains)) {
        behind.add(node);
      }
    }
    boolean free = behind.isEmpty();
    behind.add(root);
    boolean there = core.contains(root) && changing.contains(root);
    List<Node> stored = there ? List.of(root) : cut(cone, behind);
    stored = stored.stream().filter(n -> !isThere(n)).toList();
    if (free && !gains && !stored.isEmpty()) {
      return null;
    }
    Map<Node, Node> all = new HashMap<>(loop.sequences());
    all.putAll(loop.stacks());
    if (!summed) {
      all.remove(root);
    }
    stored.forEach(n -> all.put(n, loop.stack(n)));
    return new Batch(loop.turns(), all, loop.variables()).of(root);
  }

  /** Whether a node is there for all turns anyway. */
  private boolean isThere(Node node) {
    return loop.sequences().containsKey(node) || loop.stacks().containsKey(node);
  }

  private List<Node> cut(List<Node> cone, Set<Node> behind) {
    Cut cut = new Cut();
    for (Node node : cone) {
      if (behind.contains(node)) {
        node.inputs().forEach(cut::need);
      } else if (changing.contains(node) && !isThere(node) && !(node.op() instanceof Loop.Region)) {
        if (isPassage(node)) {
          cut.passage(node);
        } else {
          cut.source(node);
        }
      }
    }
    return cut.least();
  }

  /**
   * Whether a node may be computed behind the loop of its inputs. What carried variables need is
   * computed inside anyway, so it is stacked rather than computed once more.
   */
  private boolean isPassage(Node node) {
    if (node.op() instanceof Loop.Result || loop.carried().containsKey(node)) {
      return false;
    }
    return !core.contains(node)
        || node.op() instanceof Movement
        || Cut.isCheap(node) && !carrying.contains(node);
  }

  /** Whether a product of all turns is one larger product. */
  private boolean isLarger(Node node, boolean summed) {
    if (!(node.op() instanceof Contraction op) || !changing.contains(node)) {
      return false;
    }
    long stacked = 0;
    for (Node input : node.inputs()) {
      stacked += changing.contains(input) ? Cut.elements(input.type()) : 0;
    }
    Extent work = Extent.product(op.extents(node.inputs()).values());
    return (summed || !changing.containsAll(node.inputs()))
        && Cut.elements(node.type().with(List.of(work))) >= WORK * stacked;
  }
}
