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
import dlx.runtime.DType;
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

  private final Map<Node, View> views = new HashMap<>();
  private final Map<Node, List<Use>> uses = new HashMap<>();
  private final Map<Node, List<Group>> groups = new HashMap<>();
  private final Set<Node> stored = new LinkedHashSet<>();
  private final Set<Group> all = new LinkedHashSet<>();

  /**
   * A node is read by {@code user}, whose elements are visited over {@code view}; a null view needs
   * the node in memory.
   */
  private record Use(Node user, @Nullable View view) {}

  private Fuse(int capacity) {
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
    Fuse fuse = new Fuse(capacity);
    List<Node> nodes = Graph.topological(roots);
    for (Node node : nodes) {
      View variable = variables.get(node);
      fuse.views.put(node, variable != null ? variable : View.of(node, fuse.views::get));
    }
    nodes.stream().filter(fuse::isComputed).forEach(fuse::collectUses);
    fuse.stored.addAll(roots);
    for (Node node : nodes.reversed()) {
      if (fuse.isComputed(node)) {
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

  /** Does this node have elements of its own that a kernel computes? */
  private boolean isComputed(Node node) {
    return !(node.op() instanceof Leaf) && views.get(node).base() == node;
  }

  // ------------------------------------------------------------------ who reads what

  private void collectUses(Node user) {
    switch (user.op()) {
      case Elementwise e -> user.inputs().forEach(x -> use(x, user, views.get(x)));
      case Reduction r -> use(user.input(0), user, views.get(user.input(0)));
      case Movement m -> user.inputs().forEach(x -> use(x, user, sinkView(user, x)));
      case Indexing.Gather g -> {
        use(user.input(0), user, null);
        use(user.input(1), user, indexView(user, views.get(user.input(1))));
      }
      case Indexing.Update u -> {
        use(user.input(0), user, views.get(user.input(0)));
        user.inputs().subList(1, user.inputs().size()).forEach(x -> use(x, user, null));
      }
      case Indexing i -> user.inputs().forEach(x -> use(x, user, null));
      case Contraction c -> user.inputs().forEach(x -> use(x, user, null));
      case Leaf l -> {}
      case Loop.Region loop -> user.inputs().forEach(x -> use(x, user, null));
      case Loop.Result result -> {} // of the same group
      case dlx.graph.Derivative d -> {}
    }
  }

  private void use(Node read, Node user, @Nullable View view) {
    Node base = views.get(read).base();
    if (!(base.op() instanceof Leaf)) {
      uses.computeIfAbsent(base, b -> new ArrayList<>()).add(new Use(user, view));
    }
  }

  /** How a copying movement visits an input: in the shape of the input; a padding is everywhere. */
  private View sinkView(Node user, Node input) {
    View view = views.get(input);
    if (user.op() instanceof Movement.Pad && input == user.input(1)) {
      List<Extent> shape = user.type().shape();
      return new View(
          view.base(), view.offset(), shape, shape.stream().map(e -> Extent.ZERO).toList());
    }
    return view;
  }

  /** The groups in which a user reads a node. */
  private List<Group> readers(Node node, Use use) {
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

  /** The positions of a gather over the shape of its result. */
  static View indexView(Node gather, View ids) {
    int axis = ((Indexing.Gather) gather.op()).axis();
    List<Extent> strides = new ArrayList<>();
    List<Extent> shape = gather.type().shape();
    for (int i = 0; i < shape.size(); i++) {
      boolean inside = i >= axis && i < axis + ids.shape().size();
      strides.add(inside ? ids.strides().get(i - axis) : Extent.ZERO);
    }
    return new View(ids.base(), ids.offset(), shape, strides);
  }

  // ------------------------------------------------------------------ placing a node

  private void place(Node node) {
    switch (node.op()) {
      case Elementwise e -> placePoint(node);
      case Reduction r -> placePoint(node);
      case Indexing.Gather g -> placePoint(node);
      case Movement m -> placeParts(node);
      case Indexing i -> single(node);
      case Contraction c -> single(node);
      case Leaf l -> throw new IllegalStateException("a leaf is not computed");
      case Loop.Result result -> placeResult(node);
      case Loop.Region loop -> {} // where its results are
      case dlx.graph.Derivative d -> throw new IllegalStateException("underived");
    }
  }

  /** A candidate: the group of a user and the place in it. */
  private record Seat(Group group, Group.Place place) {}

  private void placePoint(Node node) {
    List<Seat> seats = new ArrayList<>();
    Set<Group> memory = new LinkedHashSet<>();
    for (Use use : uses.getOrDefault(node, List.of())) {
      for (Group group : readers(node, use)) {
        Seat seat = use.view() == null ? null : seat(node, use, group);
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
    } else if (seats.size() > 1 && cheap(node) && areApart(seats)) {
      seats.forEach(seat -> join(node, seat));
      return;
    }
    Seat chosen = unite(node, seats, memory);
    if (chosen == null || isRepeated(chosen) && isStored(node, seats, chosen)) {
      chosen = alone(node);
    }
    join(node, chosen);
    for (Seat seat : seats) {
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

  /**
   * Is the value computed once for every column, so also not at all where there is no column? What
   * lies in memory may not be.
   */
  private static boolean isRepeated(Seat seat) {
    Group group = seat.group().find();
    return group.kind() == Group.Kind.COLUMNS
        && seat.place().before()
        && seat.place().axes() > group.reduced()
        && seat.place().axes() < group.space().size();
  }

  private boolean isStored(Node node, List<Seat> seats, Seat chosen) {
    return stored.contains(node)
        || seats.stream().anyMatch(s -> s.group().find() != chosen.group().find());
  }

  /** Is each seat in a group of its own? A node has one place in a group. */
  private static boolean areApart(List<Seat> seats) {
    return seats.stream().map(s -> s.group().find()).distinct().count() == seats.size();
  }

  /** Where a node would sit in the group of a user, or null if it cannot. */
  private @Nullable Seat seat(Node node, Use use, Group group) {
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
  private boolean fits(Node node, Reduction reduction, Group group, Group.Place place) {
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

  private void join(Node node, Seat seat) {
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
      group.add(node, seat.place(), cost(node));
    }
    groups.computeIfAbsent(node, n -> new ArrayList<>()).add(group);
  }

  /** A group of its own. */
  private Seat alone(Node node) {
    stored.add(node);
    List<Extent> shape = node.type().shape();
    Group group = new Group(Group.Kind.LOOPS, shape, -all.size());
    all.add(group);
    return new Seat(group, new Group.Place(true, shape.size()));
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
    if (node.op() instanceof Indexing.Update) {
      Group copy = sink(node, node.input(0), View.whole(node));
      copy.before(group);
    }
    linkReaders(node, List.of(group));
  }

  private void linkReaders(Node node, List<Group> writers) {
    for (Use use : uses.getOrDefault(node, List.of())) {
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
        Node fill = node.input(1).fill(node.type().shape());
        views.put(fill, View.of(fill, views::get));
        parts.add(sink(node, fill, whole));
        Extent offset = Extent.ZERO;
        for (int axis = 0; axis < pad.low().size(); axis++) {
          offset = offset.plus(pad.low().get(axis).times(whole.strides().get(axis)));
        }
        Node x = node.input(0);
        parts.add(sink(node, x, new View(node, offset, x.type().shape(), whole.strides())));
        parts.get(0).before(parts.get(1));
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
  private @Nullable Seat unite(Node node, List<Seat> seats, Set<Group> memory) {
    if (seats.isEmpty()) {
      return null;
    }
    Seat best = null;
    for (Seat seat : seats) {
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
    for (Seat seat : seats) {
      Group other = seat.group().find();
      if (other != chosen && Precedence.reaches(other, chosen)) {
        return null;
      }
    }
    boolean legal =
        memory.stream().noneMatch(m -> m.find() == chosen || Precedence.reaches(m.find(), chosen));
    Seat seat = new Seat(chosen, best.place());
    boolean stillFits =
        !(node.op() instanceof Reduction reduction) || fits(node, reduction, chosen, best.place());
    return legal && stillFits ? seat : null;
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

  // ------------------------------------------------------------------ costs

  /**
   * So cheap that computing it twice costs less than memory: one simple operation on one tensor.
   */
  private boolean cheap(Node node) {
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
