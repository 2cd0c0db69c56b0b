package dlx.differentiate;

import dlx.graph.Elementwise;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Node;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which inputs of a loop have a derivative in which of its results, and in one turn of it.
 *
 * @param turn for each root of the body, the arguments that it depends on
 * @param whole for each result, the inputs that it depends on after any number of turns
 */
record Reach(List<BitSet> turn, List<BitSet> whole) {

  /** Whether a derivative passes through a node, if one of its inputs has one. */
  static boolean passes(Node node) {
    boolean flat = node.op() instanceof Elementwise op && op.isFlat();
    return !flat && node.type().dtype().isFloat();
  }

  static Reach of(Loop.Region region) {
    Map<Node, BitSet> reached = new HashMap<>();
    Map<Node, Reach> inner = new HashMap<>();
    for (Node node : region.nodes()) {
      BitSet found = new BitSet();
      switch (node.op()) {
        case Loop.Region r -> inner.put(node, of(r));
        case Loop.Result result when passes(node) -> {
          Node loop = node.input(0);
          inner.get(loop).whole.get(result.index()).stream()
              .forEach(i -> found.or(reached.get(loop.input(i))));
        }
        case Leaf.Argument argument when passes(node) -> found.set(argument.index());
        default -> {
          if (passes(node)) {
            node.inputs().forEach(i -> found.or(reached.get(i)));
          }
        }
      }
      reached.put(node, found);
    }
    List<BitSet> turn = region.roots().stream().map(reached::get).toList();
    List<BitSet> whole = new ArrayList<>();
    for (int i = 0; i < turn.size(); i++) {
      BitSet own = (BitSet) turn.get(i).clone();
      // without a turn the last value is the first one, whatever the body does
      if (i < region.carried() && region.next().get(i).type().dtype().isFloat()) {
        own.set(i);
      }
      whole.add(own);
    }
    for (boolean grows = true; grows; ) {
      grows = false;
      for (BitSet set : whole) {
        int before = set.cardinality();
        for (int i = set.nextSetBit(0); i >= 0 && i < region.carried(); i = set.nextSetBit(i + 1)) {
          set.or(whole.get(i));
        }
        grows |= set.cardinality() > before;
      }
    }
    return new Reach(turn, whole);
  }
}
