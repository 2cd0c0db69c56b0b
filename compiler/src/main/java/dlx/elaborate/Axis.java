package dlx.elaborate;

import dlx.graph.Extent;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An axis as the user sees it.
 *
 * @param extent over the names of the file, sizes fixed at compile time included
 * @param stretch written {@code *}: extent 1, goes with any other extent
 * @param origin where the extent was written; {@link Span#NONE} if it was computed
 * @param tags the variables of signatures that name this axis, innermost call last
 */
record Axis(Extent extent, boolean stretch, Span origin, List<Tag> tags) {

  /** One variable of one call of a signature: two axes of equal extent can be told apart by it. */
  static final class Tag {
    final String name;
    final int depth;

    Tag(String name, int depth) {
      this.name = name;
      this.depth = depth;
    }
  }

  static Axis of(Extent extent, Span origin) {
    return new Axis(extent, false, origin, List.of());
  }

  static Axis of(Extent extent) {
    return of(extent, Span.NONE);
  }

  static Axis stretching() {
    return new Axis(Extent.ONE, true, Span.NONE, List.of());
  }

  Axis tagged(Tag tag) {
    List<Tag> more = new ArrayList<>(tags);
    more.add(tag);
    return new Axis(extent, stretch, origin, List.copyOf(more));
  }

  /** Without the tags of calls deeper than {@code depth}. */
  Axis outside(int depth) {
    if (tags.stream().allMatch(t -> t.depth <= depth)) {
      return this;
    }
    return new Axis(extent, stretch, origin, tags.stream().filter(t -> t.depth <= depth).toList());
  }

  /** The same axis with the tags of another too. */
  Axis alsoTagged(Axis other) {
    if (tags.containsAll(other.tags)) {
      return this;
    }
    List<Tag> more = new ArrayList<>(tags);
    other.tags.stream().filter(t -> !tags.contains(t)).forEach(more::add);
    return new Axis(extent, stretch, origin, List.copyOf(more));
  }

  /** As written in a type. */
  @Override
  public String toString() {
    return stretch ? "*" : extent.toString();
  }

  static String text(List<Axis> axes) {
    return axes.isEmpty()
        ? ""
        : axes.stream().map(Axis::toString).collect(Collectors.joining(", ", "[", "]"));
  }
}
