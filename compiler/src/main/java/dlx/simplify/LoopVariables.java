package dlx.simplify;

import dlx.graph.Node;
import dlx.graph.Substitute;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Carried variables that need not be carried. */
final class LoopVariables {
  private LoopVariables() {}

  /** A variable that never changes. */
  static boolean staying(OpenLoop loop) {
    Map<Node, Node> meaning = new HashMap<>();
    loop.carried()
        .forEach((variable, c) -> {
          if (c.next() == variable && !loop.isEnding(variable)) {
            meaning.put(variable, c.initial());
          }
        });
    return replaced(loop, meaning);
  }

  /**
   * Variables that begin and go on equally: those with one beginning are taken for equal until what
   * they become is not.
   */
  static boolean equal(OpenLoop loop) {
    Map<Node, Node> first = new HashMap<>();
    Map<Object, Node> byBegin = new HashMap<>();
    loop.carried().forEach((v, c) -> first.put(v, byBegin.computeIfAbsent(c.initial(), n -> v)));
    while (true) {
      Substitute same = new Substitute(first::get);
      Map<Object, Node> byNext = new HashMap<>();
      Map<Node, Node> finer = new HashMap<>();
      loop.carried()
          .forEach((v, c) -> {
            Object both = List.of(first.get(v), same.node(c.next()));
            finer.put(v, byNext.computeIfAbsent(both, n -> v));
          });
      if (finer.equals(first)) {
        break;
      }
      first.putAll(finer);
    }
    first.keySet().removeIf(v -> first.get(v) == v || loop.isEnding(v));
    return replaced(loop, first);
  }

  /** Other nodes in the place of variables, inside and for their last values. */
  private static boolean replaced(OpenLoop loop, Map<Node, Node> meaning) {
    Map<Node, Node> outside = new HashMap<>();
    meaning.forEach((variable, other) -> {
      if (loop.lasts().containsKey(variable)) {
        outside.put(
            loop.lasts().get(variable),
            loop.carried().containsKey(other) ? loop.last(other) : other);
      }
    });
    loop.inside(meaning::get);
    loop.outside(outside);
    return !meaning.isEmpty();
  }
}
