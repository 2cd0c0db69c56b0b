package dlx.elaborate;

import dlx.graph.Extent;
import dlx.graph.Function.Check;
import dlx.graph.Function.Relation;
import dlx.source.Span;
import java.util.OptionalLong;

/** How two extents compare, and the comparisons that have to wait for the run. */
final class Sizes {
  /** What is known of two extents when a program is elaborated. */
  enum Comparison {
    SAME,
    /** Two names that nothing makes one. */
    CLASH,
    DIFFERENT,
    /** To be compared at entry. */
    OPEN
  }

  private final Elaboration elaboration;

  Sizes(Elaboration elaboration) {
    this.elaboration = elaboration;
  }

  /**
   * Names are nominal; a literal matches any name of its value; computed extents compare by value.
   */
  Comparison compare(Extent a, Extent b, World world) {
    if (a.equals(b)) {
      return Comparison.SAME;
    }
    Extent left = world.lower(a);
    Extent right = world.lower(b);
    if (a.name() != null && b.name() != null) {
      // what a call has bound to a number is no more than that number
      boolean numbers = world.bound.containsKey(a.name()) || world.bound.containsKey(b.name());
      if (!numbers || !left.equals(right)) {
        return Comparison.CLASH;
      }
    }
    if (left.equals(right)) {
      return Comparison.SAME;
    }
    OptionalLong difference = left.minus(right).constant();
    return difference.isPresent() ? Comparison.DIFFERENT : Comparison.OPEN;
  }

  /** The comparison of two extents at entry. */
  void check(Extent a, Relation relation, Extent b, String message, Span span, World world) {
    Check check = new Check(world.lower(a), relation, world.lower(b), message, span);
    if (!elaboration.checks.contains(check)) {
      elaboration.checks.add(check);
    }
  }

  void equal(Extent a, Extent b, Span span, World world) {
    check(a, Relation.EQUAL, b, "`" + a + "` and `" + b + "` must be equal here", span, world);
  }

  /** The more telling of two equal extents: a name before a formula before a number. */
  static Extent better(Extent a, Extent b) {
    if (a.name() != null || b.isConstant()) {
      return a;
    }
    return b.name() != null || a.isConstant() ? b : a;
  }
}
