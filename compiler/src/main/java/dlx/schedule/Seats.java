package dlx.schedule;

import dlx.graph.Contraction;
import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.graph.Indexing;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.graph.Reduction;
import dlx.runtime.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where a node could be computed in the group of a user. */
final class Seats {
  private final Map<Node, View> views;
  private final int capacity;

  Seats(Map<Node, View> views, int capacity) {
    this.views = views;
    this.capacity = capacity;
  }

  /** A candidate: the group of a user and the place in it. */
  record Seat(Group group, Group.Place place) {}

  /** Where a node would sit in the group of a user, or null if it cannot. */
  @Nullable Seat seat(Node node, Uses.Use use, Group group) {
    if (group.kind() == Group.Kind.SINGLE || group.weight() + cost(node) > capacity) {
      return null;
    }
    Group.Place user = userPlace(use.user(), group);
    if (user == null) {
      return null;
    }
    View view = use.view().reshape(group.frame(user));
    int axes = view == null ? -1 : view.prefix(group.frame(user));
    if (axes < 0) {
      return null;
    }
    Group.Place place = new Group.Place(user.before(), axes);
    if (node.op() instanceof Reduction reduction) {
      return fits(node, reduction, group, place) ? new Seat(group, place) : null;
    }
    boolean columns = group.kind() == Group.Kind.COLUMNS && place.before();
    if (columns && axes > 0 && axes < group.space().size() && !cheap(node)) {
      return null;
    }
    return operandsFit(node, group.frame(place)) ? new Seat(group, place) : null;
  }

  /** Where the values that a user reads are visited in its group. */
  private Group.@Nullable Place userPlace(Node user, Group group) {
    Group.Place place = group.members().get(user);
    if (place != null) {
      return user.op() instanceof Reduction ? new Group.Place(true, group.space().size()) : place;
    }
    for (Group.Sink sink : group.sinks()) {
      if (sink.target() == user) {
        return group.place(sink);
      }
    }
    return null;
  }

  private boolean operandsFit(Node node, List<Extent> frame) {
    for (Node input : node.inputs()) {
      View view = views.get(input);
      if (node.op() instanceof Indexing.Gather) {
        if (!frame.equals(node.type().shape())) {
          return false;
        }
      } else if (view.reshape(frame) == null) {
        return false;
      }
    }
    return true;
  }

  /** Can a reduction be folded in this group so that its result appears at this place? */
  boolean fits(Node node, Reduction reduction, Group group, Group.Place place) {
    View input = views.get(node.input(0));
    List<Extent> shape = input.shape();
    int axis = reduction.axes().getFirst();
    boolean last = axis == shape.size() - 1;
    List<Extent> frame = group.frame(place);
    if (last && group.kind() == Group.Kind.LOOPS) {
      List<Extent> space = new ArrayList<>(frame);
      space.add(shape.getLast());
      boolean deepen = group.space().size() == place.axes() && !group.hasFolds();
      return (deepen || group.space().equals(space)) && input.reshape(space) != null;
    }
    if (last) {
      return false;
    }
    if (group.kind() == Group.Kind.COLUMNS) {
      return !place.before()
          && place.axes() == group.kept().size()
          && group.reduced() == axis
          && group.space().equals(shape);
    }
    List<Extent> kept = new ArrayList<>(shape);
    kept.remove(axis);
    return !group.hasFolds() && group.space().equals(kept) && place.axes() == kept.size();
  }

  /**
   * Is the value computed once for every column, so also not at all where there is no column? What
   * lies in memory may not be.
   */
  static boolean isRepeated(Seat seat) {
    Group group = seat.group().find();
    return group.kind() == Group.Kind.COLUMNS
        && seat.place().before()
        && seat.place().axes() > group.reduced()
        && seat.place().axes() < group.space().size();
  }

  /** Is each seat in a group of its own? A node has one place in a group. */
  static boolean areApart(List<Seat> seats) {
    return seats.stream().map(s -> s.group().find()).distinct().count() == seats.size();
  }

  // ------------------------------------------------------------------ costs

  /**
   * So cheap that computing it twice costs less than memory: one simple operation on one tensor.
   */
  boolean cheap(Node node) {
    if (!(node.op() instanceof Elementwise) || cost(node) > 1) {
      return false;
    }
    long tensors =
        node.inputs().stream()
            .filter(x -> !(views.get(x).base().op() instanceof Leaf.Constant))
            .map(x -> views.get(x).base())
            .distinct()
            .count();
    return node.type().isScalar()
        ? tensors <= 2
        : tensors <= 1 || node.type().dtype() == DType.BOOL;
  }

  /** About how much code a node takes, in units of an addition. */
  static int cost(Node node) {
    return switch (node.op()) {
      case Elementwise e -> e.isComposed() ? 10 : 1;
      case Reduction r -> 2;
      case Indexing i -> 4;
      case Leaf l -> 0;
      case Movement m -> 1;
      case Contraction c -> 1;
      case Loop loop -> 1;
      case dlx.graph.Derivative d -> 1;
    };
  }
}
