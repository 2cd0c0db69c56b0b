package dlx.simplify;

import dlx.graph.Contraction;
import dlx.graph.Indexing;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.graph.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What depends on the elements of sequences and on nothing that is carried. A loop that may end
 * early computes it itself, turn by turn.
 */
final class LoopElements {
  private LoopElements() {}

  /** A sequence of equal elements is one thing. */
  static boolean ofCopies(OpenLoop loop) {
    Map<Node, Node> meaning = new HashMap<>();
    loop.sequences()
        .forEach((element, sequence) -> {
          if (sequence.op() instanceof Movement.Broadcast copies && !copies.axes().contains(0)) {
            List<Integer> axes = copies.axes().stream().map(axis -> axis - 1).toList();
            meaning.put(element, sequence.input(0).broadcast(element.type().shape(), axes));
          }
        });
    if (!meaning.isEmpty()) {
      loop.inside(meaning::get);
    }
    return !meaning.isEmpty();
  }

  /** What is stacked unchanged, and what is the same in every turn. */
  static boolean stacked(OpenLoop loop) {
    if (loop.isEarly()) {
      return false;
    }
    Set<Node> changing = loop.depending(loop.variables());
    Map<Node, Node> meaning = new HashMap<>();
    loop.stacks()
        .forEach((node, all) -> {
          Node sequence = loop.sequences().get(node);
          if (sequence != null) {
            meaning.put(all, sequence);
          } else if (!changing.contains(node)) {
            meaning.put(all, node.fill(all.type().shape()));
          }
        });
    loop.outside(meaning);
    return !meaning.isEmpty();
  }

  /** What is stacked and computed from elements is computed in all turns at once. */
  static boolean batched(OpenLoop loop) {
    if (loop.isEarly()) {
      return false;
    }
    Batch batch = new Batch(loop.turns(), loop.sequences(), loop.variables());
    Map<Node, Node> outside = new HashMap<>();
    loop.stacks()
        .forEach((node, all) -> {
          Node value = batch.of(node);
          if (value != null) {
            outside.put(all, value);
          }
        });
    if (outside.isEmpty()) {
      return false;
    }
    Map<Node, Node> inside = new HashMap<>();
    List<Node> nodes = new ArrayList<>(loop.stacks().keySet());
    for (Node node : nodes) {
      Node value = outside.get(loop.stacks().get(node));
      if (value != null) {
        inside.put(node, value);
      }
    }
    loop.outside(outside);
    loop.prune();
    Set<Node> left = Set.copyOf(loop.nodes());
    inside.keySet().retainAll(left);
    if (!inside.isEmpty()) {
      loop.inside(n -> inside.containsKey(n) ? loop.element(inside.get(n)) : null);
    }
    return true;
  }

  /** A product of an element with what does not change is one larger product before the loop. */
  static boolean product(OpenLoop loop) {
    return before(loop, Contraction.class);
  }

  /** Positions of all turns are looked up before the loop. */
  static boolean lookedUp(OpenLoop loop) {
    return before(loop, Indexing.Gather.class);
  }

  /** What one operator makes of elements and of what does not change. */
  private static boolean before(OpenLoop loop, Class<? extends Op> operator) {
    if (loop.isEarly()) {
      return false;
    }
    Set<Node> changing = loop.depending(loop.variables());
    Batch batch = new Batch(loop.turns(), loop.sequences(), loop.variables());
    Map<Node, Node> made = new HashMap<>();
    for (Node node : loop.nodes()) {
      if (operator.isInstance(node.op())
          && changing.contains(node)
          && !changing.containsAll(node.inputs())) {
        Node all = batch.of(node);
        if (all != null) {
          made.put(node, all);
        }
      }
    }
    if (made.isEmpty()) {
      return false;
    }
    loop.inside(n -> made.containsKey(n) ? loop.element(made.get(n)) : null);
    return true;
  }

  /** What is looked up for all turns is looked up turn by turn: it need not be stored. */
  static boolean gathered(OpenLoop loop) {
    if (loop.isEarly()) {
      return false; // no turn may look up what another position of which is wrong
    }
    Map<Node, Node> meaning = new HashMap<>();
    Map.copyOf(loop.sequences())
        .forEach((element, sequence) -> {
          if (sequence.op() instanceof Indexing.Gather gather
              && gather.axis() == 0
              && !sequence.input(1).type().isScalar()) {
            Node ids = loop.element(sequence.input(1));
            meaning.put(element, element.graph().node(gather, sequence.input(0), ids));
          }
        });
    if (!meaning.isEmpty()) {
      loop.inside(meaning::get);
    }
    return !meaning.isEmpty();
  }
}
