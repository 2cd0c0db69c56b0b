package dlx.schedule;

/** Two groups become one, if the groups stay an acyclic graph. */
final class Merge {
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
            && !Precedence.reaches(one, two)
            && !Precedence.reaches(two, one);
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
}
