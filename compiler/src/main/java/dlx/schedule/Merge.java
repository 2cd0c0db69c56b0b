package dlx.schedule;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/** Two groups become one, if the groups stay an acyclic graph. */
final class Merge {
  /** A search for a path looks at so many groups at most. */
  private static final int SEARCH = 2_000;

  private Merge() {}

  /**
   * Makes one group of two if they walk over one space, or one over the beginning of the other's,
   * and no third must come between them.
   *
   * @param placeOne where a value that both need would live in the first
   * @param capacity how much a group may hold
   */
  static boolean tryMerge(
      Group one, Group two, Group.Place placeOne, Group.Place placeTwo, int capacity) {
    boolean mergeable =
        placeOne.equals(placeTwo)
            && one.weight() + two.weight() <= capacity
            && !reaches(one, two)
            && !reaches(two, one);
    if (!mergeable) {
      return false;
    }
    if (one.kind() == Group.Kind.COLUMNS || two.kind() == Group.Kind.COLUMNS) {
      if (one.kind() != two.kind()
          || one.reduced() != two.reduced()
          || !one.space().equals(two.space())) {
        return false;
      }
      one.absorb(two);
      return true;
    }
    Group longer = one.space().size() >= two.space().size() ? one : two;
    Group shorter = longer == one ? two : one;
    boolean prefix = longer.space().subList(0, shorter.space().size()).equals(shorter.space());
    boolean same = longer.space().size() == shorter.space().size();
    if (!prefix || !same && shorter.hasFolds()) {
      return false;
    }
    longer.absorb(shorter);
    return true;
  }

  /** Is there a path from one group to another? A search that takes too long counts as one. */
  static boolean reaches(Group from, Group to) {
    Set<Group> seen = new HashSet<>();
    Deque<Group> queue = new ArrayDeque<>(from.next());
    while (!queue.isEmpty()) {
      Group group = queue.poll();
      if (group == to || seen.size() > SEARCH) {
        return true;
      }
      if (seen.add(group)) {
        queue.addAll(group.next());
      }
    }
    return false;
  }
}
