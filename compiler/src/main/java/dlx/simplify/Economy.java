package dlx.simplify;

import dlx.graph.Node;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Whether a rewriting pays, counting that what others still use stays. */
final class Economy {
  private Economy() {}

  /** How far it is looked into what a rule makes and what becomes free. */
  static final int NEAR = 200;

  /**
   * Whether a function gets smaller if {@code after} stands for {@code before}: what has to be made
   * weighs less than what nobody needs any more.
   */
  static boolean isSmaller(Node before, Node after, Normalize round) {
    Set<Node> stays = new HashSet<>();
    double made = 0;
    Set<Node> seen = new HashSet<>();
    Deque<Node> open = new ArrayDeque<>(List.of(after));
    while (!open.isEmpty() && seen.size() < NEAR) {
      Node node = open.pop();
      if (node != before && round.isPresent(node)) {
        stays.add(node);
      } else if (seen.add(node)) {
        made += Weight.of(node);
        open.addAll(node.inputs());
      }
    }
    if (seen.contains(before)) {
      return false;
    }
    int nodesMade = seen.size();
    double freed = Weight.of(before);
    seen.clear();
    seen.add(before);
    open.addAll(before.inputs());
    while (!open.isEmpty() && seen.size() < NEAR) {
      Node node = open.pop();
      if (!stays.contains(node) && round.uses(node) <= 1 && seen.add(node)) {
        freed += Weight.of(node);
        open.addAll(node.inputs());
      }
    }
    return made < freed || made == freed && nodesMade < seen.size();
  }
}
