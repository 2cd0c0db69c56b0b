package dlx.simplify;

import dlx.graph.Node;
import dlx.graph.Substitute;
import java.util.HashMap;
import java.util.Map;

/** Loops whose number of turns is known to be small. */
final class LoopTurns {
  private LoopTurns() {}

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
    if (!loop.turns().isOne()) {
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
