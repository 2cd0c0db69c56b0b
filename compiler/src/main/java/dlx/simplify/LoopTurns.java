package dlx.simplify;

import dlx.graph.Extent;
import dlx.graph.Loop;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.graph.Substitute;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Loops whose number of turns is known to be small. */
final class LoopTurns {
  private LoopTurns() {}

  /** The last element of what stacks a carried variable is its last value, if there is one. */
  static @Nullable Node last(Movement.Slice op, Node node, Views views) {
    Node stack = node.input(0);
    if (!(stack.op() instanceof Loop.Result result)
        || !(stack.input(0).op() instanceof Loop.Region region)
        || result.index() < region.carried()
        || region.ending().isEarly()) {
      return null;
    }
    Extent last = region.descending() ? Extent.ZERO : region.turns().plus(-1);
    List<Extent> shape = new ArrayList<>(stack.type().shape());
    shape.set(0, Extent.ONE);
    boolean rest = op.starts().stream().skip(1).allMatch(Extent::isZero);
    int place = region.next().indexOf(region.roots().get(result.index()));
    if (place < 0 || !rest || !op.starts().getFirst().equals(last) || !op.shape().equals(shape)) {
      return null;
    }
    return node.graph().node(new Loop.Result(place), stack.input(0)).fill(shape);
  }

  static boolean none(OpenLoop loop) {
    if (!loop.turns().isZero()) {
      return false;
    }
    Map<Node, Node> meaning = new HashMap<>();
    loop.lasts().forEach((v, last) -> meaning.put(last, loop.carried().get(v).initial()));
    loop.stacks()
        .forEach((node, all) -> meaning.put(all, Build.number(loop.graph(), 0, all.type())));
    loop.outside(meaning);
    return true;
  }

  static boolean one(OpenLoop loop) {
    if (!loop.turns().isOne() || loop.isEarly()) {
      return false;
    }
    Map<Node, Node> variables = new HashMap<>();
    loop.carried().forEach((v, c) -> variables.put(v, c.initial()));
    loop.sequences().forEach((v, x) -> variables.put(v, x.reshape(v.type().shape())));
    Substitute turn = new Substitute(variables::get);
    Map<Node, Node> meaning = new HashMap<>();
    loop.lasts().forEach((v, last) -> meaning.put(last, turn.node(loop.carried().get(v).next())));
    loop.stacks()
        .forEach((node, all) -> meaning.put(all, turn.node(node).fill(all.type().shape())));
    loop.outside(meaning);
    return true;
  }
}
