package dlx.schedule;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Which group comes before which. Every group has a rank, and whatever reads it has a higher one,
 * so a search for a path looks only at ranks in between. The ranks are kept while edges are added
 * and groups become one, by moving what lies between (Pearce and Kelly, 2006).
 */
final class Precedence {
  /** A search for a path looks at so many groups at most. */
  private static final int SEARCH = 500;

  private Precedence() {}

  /**
   * Is there a path from one group to another? Searched from both ends, since often little comes
   * behind the one or before the other. A search that takes too long counts as a path.
   */
  static boolean reaches(Group from, Group to) {
    if (from.rank() >= to.rank()) {
      return false;
    }
    Set<Group> behind = new HashSet<>(List.of(from));
    Set<Group> before = new HashSet<>(List.of(to));
    Deque<Group> forward = new ArrayDeque<>(behind);
    Deque<Group> backward = new ArrayDeque<>(before);
    while (!forward.isEmpty() && !backward.isEmpty()) {
      if (behind.size() + before.size() > SEARCH) {
        return true;
      }
      for (Group next : forward.pop().next()) {
        if (before.contains(next)) {
          return true;
        }
        if (next.rank() < to.rank() && behind.add(next)) {
          forward.push(next);
        }
      }
      for (Group previous : backward.pop().previous()) {
        if (behind.contains(previous)) {
          return true;
        }
        if (previous.rank() > from.rank() && before.add(previous)) {
          backward.push(previous);
        }
      }
    }
    return false;
  }

  /**
   * Ranks {@code first} before {@code second}, as an edge between them wants it.
   *
   * @throws IllegalStateException if there is a path back
   */
  static void order(Group first, Group second) {
    if (first.rank() < second.rank()) {
      return;
    }
    Set<Group> behind = region(second, Group::next, second.rank(), first.rank());
    if (behind.contains(first)) {
      throw new IllegalStateException("kernels wait for each other");
    }
    Set<Group> before = region(first, Group::previous, second.rank(), first.rank());
    List<Group> order = sorted(before);
    order.addAll(sorted(behind));
    assign(order, ranks(order));
  }

  /** Ranks two groups that become one, without a path between them, where both may stand. */
  static void unite(Group one, Group two) {
    Group low = one.rank() < two.rank() ? one : two;
    Group high = low == one ? two : one;
    Set<Group> behind = region(low, Group::next, low.rank(), high.rank());
    Set<Group> before = region(high, Group::previous, low.rank(), high.rank());
    List<Group> order = sorted(before);
    order.addAll(sorted(behind));
    assign(order, ranks(order)); // all that leads to both, high, low, all that comes after both
    one.rank(high.rank());
  }

  /** What can be reached from a group without leaving an interval of ranks; with the group. */
  private static Set<Group> region(
      Group from, Function<Group, Set<Group>> along, long lowest, long highest) {
    Set<Group> seen = new HashSet<>(List.of(from));
    Deque<Group> open = new ArrayDeque<>(seen);
    while (!open.isEmpty()) {
      for (Group group : along.apply(open.pop())) {
        if (group.rank() >= lowest && group.rank() <= highest && seen.add(group)) {
          open.push(group);
        }
      }
    }
    return seen;
  }

  private static List<Group> sorted(Set<Group> groups) {
    List<Group> sorted = new ArrayList<>(groups);
    sorted.sort(Comparator.comparingLong(Group::rank));
    return sorted;
  }

  private static long[] ranks(List<Group> groups) {
    return groups.stream().mapToLong(Group::rank).sorted().toArray();
  }

  private static void assign(List<Group> order, long[] ranks) {
    for (int i = 0; i < ranks.length; i++) {
      order.get(i).rank(ranks[i]);
    }
  }
}
