package dlx.schedule;

import dlx.graph.Contraction;
import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.graph.Graph;
import dlx.graph.Indexing;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.graph.Reduction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts nodes into groups that become one kernel each, from the results backwards: a node joins the
 * group of its users if it can be computed there, point by point, where it is used; else it gets a
 * group of its own and memory.
 *
 * <p>The groups stay an acyclic graph: a group never joins another if a path through a third lies
 * between them.
 */
final class Fuse {
  /** How much one kernel may hold, so that its method stays small enough for the JIT compiler. */
  private final int capacity;

  private final Uses uses;
  private final Map<Node, View> views;
  private final Seats seating;
  private final Map<Node, List<Group>> groups = new HashMap<>();
  private final Set<Node> stored = new LinkedHashSet<>();
  private final Set<Group> all = new LinkedHashSet<>();

  private Fuse(Uses uses, int capacity) {
    this.uses = uses;
    this.views = uses.views();
    this.seating = new Seats(views, capacity);
    this.capacity = capacity;
  }

  /**
   * The outcome: groups (find() is itself), the group of every computed node, the nodes with
   * memory.
   */
  record Result(
      List<Group> groups,
      Map<Node, List<Group>> groupsOf,
      Set<Node> stored,
      Map<Node, View> views) {}

  /**
   * @param roots what must be in memory in the end
   * @param variables how the arguments of a body lie; empty outside of loops
   */
  static Result nodes(List<Node> roots, Map<Node, View> variables, int capacity) {
    List<Node> nodes = Graph.topological(roots);
    Fuse fuse = new Fuse(new Uses(nodes, roots, variables), capacity);
    fuse.stored.addAll(roots);
    for (Node node : nodes.reversed()) {
      if (fuse.uses.isComputed(node)) {
        fuse.place(node);
      }
    }
    fuse.mergeNumbers();
    List<Group> live = fuse.all.stream().filter(g -> g.find() == g).toList();
    Map<Node, List<Group>> groupsOf = new LinkedHashMap<>();
    fuse.groups.forEach(
        (n, gs) -> groupsOf.put(n, gs.stream().map(Group::find).distinct().toList()));
    return new Result(live, groupsOf, fuse.stored, fuse.views);
  }

  /** The groups in which a user reads a node. */
  private List<Group> readers(Node node, Uses.Use use) {
    return groups.get(use.user()).stream()
        .map(Group::find)
        .distinct()
        .filter(group ->
            group.members().containsKey(use.user())
                ? use.view() == null || group.kind() != Group.Kind.SINGLE
                : group.sinks().stream()
                    .anyMatch(s -> s.target() == use.user() && views.get(s.value()).base() == node))
        .toList();
  }

  // ------------------------------------------------------------------ placing a node

  private void place(Node node) {
    switch (node.op()) {
      case Elementwise e -> placePoint(node);
      case Reduction r -> placePoint(node);
      case Indexing.Gather g -> placePoint(node);
      case Movement.Overlap o -> single(node);
      case Movement m -> placeParts(node);
      case Indexing i -> single(node);
      case Contraction c -> single(node);
      case Leaf l -> throw new IllegalStateException("a leaf is not computed");
      case Loop.Result result -> placeResult(node);
      case Loop.Region loop -> {} // where its results are
      case dlx.graph.Derivative d -> throw new IllegalStateException("underived");
    }
  }

  private void placePoint(Node node) {
    List<Seats.Seat> seats = new ArrayList<>();
    Set<Group> memory = new LinkedHashSet<>();
    for (Uses.Use use : uses.of(node)) {
      for (Group group : readers(node, use)) {
        Seats.Seat seat = use.view() == null ? null : seating.seat(node, use, group);
        if (seat == null) {
          memory.add(group);
        } else if (!seats.contains(seat)) {
          seats.add(seat);
        }
      }
    }
    seats.removeIf(s -> memory.contains(s.group()));
    if (stored.contains(node) || !memory.isEmpty()) {
      stored.add(node);
    } else if (seats.size() > 1 && seating.cheap(node) && Seats.areApart(seats)) {
      seats.forEach(seat -> join(node, seat));
      return;
    }
    Seats.Seat chosen = unite(node, seats, memory);
    if (chosen == null || Seats.isRepeated(chosen) && isStored(node, seats, chosen)) {
      chosen = alone(node);
    }
    join(node, chosen);
    for (Seats.Seat seat : seats) {
      if (seat.group().find() != chosen.group().find()) {
        memory.add(seat.group().find());
      }
    }
    for (Group reader : memory) {
      if (reader.find() != chosen.group().find()) {
        stored.add(node);
        chosen.group().find().before(reader.find());
      }
    }
  }

  private boolean isStored(Node node, List<Seats.Seat> seats, Seats.Seat chosen) {
    return stored.contains(node)
        || seats.stream().anyMatch(s -> s.group().find() != chosen.group().find());
  }

  private void join(Node node, Seats.Seat seat) {
    Group group = seat.group().find();
    if (node.op() instanceof Reduction reduction) {
      List<Extent> shape = node.input(0).type().shape();
      int axis = reduction.axes().getFirst();
      Group.Place place = seat.place();
      if (axis < shape.size() - 1) {
        if (group.kind() == Group.Kind.LOOPS) {
          group.toColumns(shape, axis);
          place = new Group.Place(false, place.axes());
        }
      } else if (group.space().size() == place.axes()) {
        group.deepen(shape.getLast());
      }
      group.addFold(node, place);
    } else {
      group.add(node, seat.place(), Seats.cost(node));
    }
    groups.computeIfAbsent(node, n -> new ArrayList<>()).add(group);
  }

  /** A group of its own. */
  private Seats.Seat alone(Node node) {
    stored.add(node);
    List<Extent> shape = node.type().shape();
    Group group = new Group(Group.Kind.LOOPS, shape, -all.size());
    all.add(group);
    return new Seats.Seat(group, new Group.Place(true, shape.size()));
  }

  private Group addSingle(Node node) {
    Group group = new Group(Group.Kind.SINGLE, List.of(), -all.size());
    group.add(node, new Group.Place(true, 0), 1);
    all.add(group);
    groups.computeIfAbsent(node, n -> new ArrayList<>()).add(group);
    return group;
  }

  /** A loop and its results are one group. */
  private void placeResult(Node result) {
    Node loop = result.input(0);
    Group group = groups.containsKey(loop) ? groups.get(loop).getFirst() : addSingle(loop);
    group.add(result, new Group.Place(true, 0), 0);
    stored.add(result);
    groups.put(result, List.of(group));
    linkReaders(result, List.of(group));
  }

  private void single(Node node) {
    stored.add(node);
    Group group = addSingle(node);
    Node begin =
        node.op() instanceof Indexing.Update
            ? node.input(0)
            : node.op() instanceof Contraction c && c.begun() ? node.inputs().getLast() : null;
    if (begin != null) {
      Group copy = sink(node, begin, View.whole(node));
      copy.before(group);
    }
    linkReaders(node, List.of(group));
  }

  private void linkReaders(Node node, List<Group> writers) {
    for (Uses.Use use : uses.of(node)) {
      for (Group reader : readers(node, use)) {
        writers.forEach(w -> w.before(reader));
      }
    }
  }

  /** A concatenation, a padding or a copy into order: one group per part. */
  private void placeParts(Node node) {
    stored.add(node);
    View whole = View.whole(node);
    List<Group> parts = new ArrayList<>();
    switch (node.op()) {
      case Movement.Concat concat -> {
        Extent start = Extent.ZERO;
        for (Node input : node.inputs()) {
          Extent offset = start.times(whole.strides().get(concat.axis()));
          parts.add(
              sink(node, input, new View(node, offset, input.type().shape(), whole.strides())));
          start = start.plus(input.type().extent(concat.axis()));
        }
      }
      case Movement.Pad pad -> {
        Extent offset = Extent.ZERO;
        for (int axis = 0; axis < pad.low().size(); axis++) {
          offset = offset.plus(pad.low().get(axis).times(whole.strides().get(axis)));
        }
        Node x = node.input(0);
        List<View> filled = isMostlyInside(pad, node) ? border(pad, node, whole) : List.of(whole);
        for (View part : filled) {
          Node fill = node.input(1).fill(part.shape());
          views.put(fill, View.of(fill, views::get));
          parts.add(sink(node, fill, part));
        }
        Group inside = sink(node, x, new View(node, offset, x.type().shape(), whole.strides()));
        parts.forEach(p -> p.before(inside));
        parts.add(inside);
      }
      case Movement movement -> {
        Node x = node.input(0);
        View to = whole.reshape(x.type().shape());
        parts.add(sink(node, x, to));
      }
      default -> throw new IllegalStateException("no parts: " + node);
    }
    linkReaders(node, parts);
  }

  /** Is what is padded more than half of the result? */
  private static boolean isMostlyInside(Movement.Pad pad, Node node) {
    double share = 1;
    for (int axis = 0; axis < pad.low().size(); axis++) {
      Extent around = pad.low().get(axis).plus(pad.high().get(axis));
      Extent extent = node.type().extent(axis);
      if (!around.isZero()) {
        if (!around.isConstant() || !extent.isConstant() || extent.isZero()) {
          return false;
        }
        share *= 1 - (double) around.constant().getAsLong() / extent.constant().getAsLong();
      }
    }
    return share > 0.5;
  }

  /** What lies around: before and behind each axis, inside of the axes before it. */
  private static List<View> border(Movement.Pad pad, Node node, View whole) {
    List<View> parts = new ArrayList<>();
    List<Extent> shape = new ArrayList<>(node.type().shape());
    Extent offset = Extent.ZERO;
    for (int axis = 0; axis < shape.size(); axis++) {
      Extent low = pad.low().get(axis);
      Extent high = pad.high().get(axis);
      Extent extent = shape.get(axis);
      Extent stride = whole.strides().get(axis);
      for (boolean before : new boolean[] {true, false}) {
        Extent count = before ? low : high;
        if (!count.isZero()) {
          shape.set(axis, count);
          Extent first = before ? Extent.ZERO : extent.minus(high).times(stride);
          parts.add(new View(node, offset.plus(first), List.copyOf(shape), whole.strides()));
        }
      }
      shape.set(axis, extent.minus(low).minus(high));
      offset = offset.plus(low.times(stride));
    }
    return parts;
  }

  private Group sink(Node target, Node value, View to) {
    Group group = new Group(Group.Kind.LOOPS, value.type().shape(), -all.size());
    group.addSink(new Group.Sink(value, target, to));
    all.add(group);
    groups.computeIfAbsent(target, n -> new ArrayList<>()).add(group);
    return group;
  }

  // ------------------------------------------------------------------ merging groups

  /**
   * Makes one group of the groups of all seats if that is possible; else takes the first possible.
   */
  private Seats.@Nullable Seat unite(Node node, List<Seats.Seat> seats, Set<Group> memory) {
    if (seats.isEmpty()) {
      return null;
    }
    Seats.Seat best = null;
    for (Seats.Seat seat : earliestFirst(seats)) {
      Group group = seat.group().find();
      if (best == null) {
        boolean legal = memory.stream().noneMatch(m -> Precedence.reaches(m.find(), group));
        best = legal ? seat : null;
      } else if (best.group().find() != group) {
        Merge.tryMerge(best.group().find(), group, best.place(), seat.place(), capacity);
      } else if (!best.place().equals(seat.place())) {
        return null;
      }
    }
    if (best == null) {
      return null;
    }
    Group chosen = best.group().find();
    for (Seats.Seat seat : seats) {
      Group other = seat.group().find();
      if (other != chosen && Precedence.reaches(other, chosen)) {
        return null;
      }
    }
    boolean legal =
        memory.stream().noneMatch(m -> m.find() == chosen || Precedence.reaches(m.find(), chosen));
    Seats.Seat seat = new Seats.Seat(chosen, best.place());
    boolean stillFits =
        !(node.op() instanceof Reduction reduction)
            || seating.fits(node, reduction, chosen, best.place());
    return legal && stillFits ? seat : null;
  }

  /** A seat before whose group none of the others has to run, then the others. */
  private static List<Seats.Seat> earliestFirst(List<Seats.Seat> seats) {
    Seats.Seat first = seats.getFirst();
    for (Seats.Seat seat : seats) {
      Group group = seat.group().find();
      if (group != first.group().find() && Precedence.reaches(group, first.group().find())) {
        first = seat;
      }
    }
    List<Seats.Seat> order = new ArrayList<>(seats);
    order.remove(first);
    order.addFirst(first);
    return order;
  }

  /** Numbers are computed together where nothing lies between them. */
  private void mergeNumbers() {
    Group numbers = null;
    Group.Place place = new Group.Place(true, 0);
    for (Group group : all) {
      boolean number =
          group.find() == group
              && group.kind() == Group.Kind.LOOPS
              && group.space().isEmpty()
              && !group.hasFolds();
      if (number
          && (numbers == null || !Merge.tryMerge(numbers.find(), group, place, place, capacity))) {
        numbers = group;
      }
    }
  }
}
