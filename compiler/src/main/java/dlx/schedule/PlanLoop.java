package dlx.schedule;

import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.graph.Graph;
import dlx.graph.Indexing;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The kernels of a loop. A carried variable has an array; its next value is written over it where
 * {@link InPlace} allows that, else into another array, and the two change places at the end of the
 * turn. A variable that becomes another one takes over its array. A variable all of whose values
 * are left has an array with one value more than there are turns, and goes through it.
 */
final class PlanLoop {
  private final Plan outside;
  private final Map<Node, View> views;
  private final Node node;
  private final Loop.Region region;
  private final Lower.Body body;
  private final Plan inside;
  private final Map<Integer, Node> results = new HashMap<>();
  private final List<Kernel> begin = new ArrayList<>();
  private final List<Kernel> end = new ArrayList<>();
  private final List<Kernel> after = new ArrayList<>();

  /** The array of each carried variable, and where its next value is at the end of a turn. */
  private final List<Buffer> carried = new ArrayList<>();

  private final List<Buffer> sources = new ArrayList<>();

  /** The arrays of variables that hold all of their values; the results that are there by that. */
  private final Map<Integer, Buffer> histories = new HashMap<>();

  private final Set<Node> left = new HashSet<>();

  /** Where the first value of each carried variable is. */
  private final List<Location> initial = new ArrayList<>();

  private PlanLoop(Plan outside, Map<Node, View> views, Group group) {
    this.outside = outside;
    this.views = views;
    this.node = group.members().keySet().iterator().next();
    this.region = (Loop.Region) node.op();
    this.body = outside.shared().bodies().get(node);
    for (Node member : group.members().keySet()) {
      if (member.op() instanceof Loop.Result result) {
        results.put(result.index(), member);
      }
    }
    List<Node> roots = new ArrayList<>(body.next());
    for (int i = 0; i < region.carried(); i++) {
      leaveAll(i);
    }
    for (int k = 0; k < body.stacked().size(); k++) {
      Node result = results.get(region.carried() + k);
      if (result != null && !left.contains(result)) {
        roots.add(body.stacked().get(k));
      }
    }
    this.inside = new Plan(outside.shared(), roots, body.views(), true);
  }

  /**
   * @param views how the inputs of the loop lie
   * @param group the loop and its results
   */
  static List<Kernel> kernels(Plan outside, Map<Node, View> views, Group group) {
    return new PlanLoop(outside, views, group).kernels();
  }

  private List<Kernel> kernels() {
    for (int i = 0; i < node.inputs().size(); i++) {
      if (i < region.carried()) {
        if (histories.containsKey(i)) {
          carryThrough(i, histories.get(i));
        } else {
          carry(i);
        }
      } else {
        Node base = views.get(node.input(i)).base();
        Node variable = body.variables().get(i);
        if (body.views().get(variable).base() == variable) {
          inside.place(variable, outside.memory(base));
        }
      }
    }
    placeNext();
    placeStacked();
    List<Kernel> kernels = new ArrayList<>(inside.kernels());
    kernels.addAll(end);
    Set<Buffer> kept = new HashSet<>(carried);
    kept.addAll(sources);
    Kernel.Region loop =
        new Kernel.Region(
            body.loop(),
            region.turns(),
            region.descending(),
            ending(),
            begin,
            kernels,
            swaps(),
            kept.stream().sorted(Comparator.comparingInt(Buffer::id)).toList(),
            node.span());
    Kernel.Scan scan = PlanScan.of(loop, carried, sources, initial);
    List<Kernel> all = new ArrayList<>();
    all.add(scan != null ? scan : loop);
    all.addAll(after);
    return all;
  }

  private Kernel.Ending ending() {
    Loop.Ending ending = region.ending();
    List<Kernel.Rows> rows = new ArrayList<>();
    for (int k = 0; ending.isEarly() && k < body.stacked().size(); k++) {
      Node result = results.get(region.carried() + k);
      if (result != null) {
        rows.add(new Kernel.Rows(outside.memory(result), body.stacked().get(k).type().size()));
      }
    }
    return new Kernel.Ending(
        ending.stop() < 0 ? null : carried.get(ending.stop()),
        ending.limit() < 0 ? null : outer(node.input(ending.limit())),
        rows);
  }

  private Location outer(Node value) {
    View view = views.get(value);
    return outside.memory(view.base()).plus(view.offset());
  }

  /** A carried variable lies where its last value is wanted, if that is an array of its own. */
  private void carry(int index) {
    Node variable = body.variables().get(index);
    Node result = results.get(index);
    Location wanted = result == null ? null : outside.memory(result);
    boolean own = wanted != null && wanted.isWhole(variable.type().size());
    Buffer array =
        own
            ? wanted.buffer()
            : outside.shared().storage().temporary(variable, "carried " + node.id() + "." + index);
    carried.add(array);
    inside.place(variable, Location.of(array));
    initial.add(outer(node.input(index)));
    begin.add(copy(initial.getLast(), Location.of(array), variable));
    if (wanted != null && !own) {
      after.add(copy(Location.of(array), wanted, variable));
    }
  }

  // ------------------------------------------------------------------ all values

  /** Gives a variable an array for all of its values, if they are left and nothing else has it. */
  private void leaveAll(int index) {
    Node variable = body.variables().get(index);
    Node next = body.next().get(index);
    boolean own =
        body.next().stream().filter(n -> n == next).count() == 1
            && !body.next().contains(variable)
            && !body.variables().contains(next);
    List<Node> values = stacks(variable);
    List<Node> nexts = stacks(next);
    if (values.isEmpty() && nexts.isEmpty() || !own || region.ending().isEarly() || isScan()) {
      return;
    }
    Extent size = variable.type().size();
    Buffer array =
        outside
            .shared()
            .storage()
            .temporary(
                variable, "all of " + node.id() + "." + index, region.turns().plus(1).times(size));
    values.forEach(result -> leave(result, new Location(array, before(size))));
    nexts.forEach(result -> leave(result, new Location(array, after(size))));
    histories.put(index, array);
  }

  private void leave(Node result, Location location) {
    outside.place(result, location);
    left.add(result);
  }

  /** Where the values are with which the first turn in memory begins. */
  private Extent before(Extent size) {
    return region.descending() ? size : Extent.ZERO;
  }

  /** Where those are with which it ends. */
  private Extent after(Extent size) {
    return region.descending() ? Extent.ZERO : size;
  }

  /** A carried variable goes through the array of all of its values. */
  private void carryThrough(int index, Buffer array) {
    Node variable = body.variables().get(index);
    Extent size = variable.type().size();
    Extent turn = Turn.of(body.loop()).times(size);
    Extent turns = region.turns().times(size);
    inside.place(variable, new Location(array, before(size).plus(turn)));
    inside.place(body.next().get(index), new Location(array, after(size).plus(turn)));
    initial.add(outer(node.input(index)));
    Extent first = region.descending() ? turns : Extent.ZERO;
    begin.add(copy(initial.getLast(), new Location(array, first), variable));
    if (results.containsKey(index)) {
      Location last = new Location(array, turns.minus(first));
      after.add(copy(last, outside.memory(results.get(index)), variable));
    }
    carried.add(array);
  }

  /** The stacks of a value of the body that may lie anywhere. */
  private List<Node> stacks(Node value) {
    List<Node> stacks = new ArrayList<>();
    for (int k = 0; k < body.stacked().size(); k++) {
      Node result = results.get(region.carried() + k);
      Node stacked = body.stacked().get(k);
      boolean same = stacked == value || Lower.isCopy(stacked) && stacked.input(0) == value;
      if (result != null && same && !outside.isPlaced(result)) {
        stacks.add(result);
      }
    }
    return stacks;
  }

  /** Whether this may become a {@link PlanScan}, which keeps its variables in registers. */
  private boolean isScan() {
    return Graph.topological(body.next()).stream()
        .allMatch(n ->
            n.op() instanceof Leaf
                || n.op() instanceof Elementwise
                || n.op() instanceof Movement
                || n.op() instanceof Indexing.Gather);
  }

  // ------------------------------------------------------------------ next values

  private void placeNext() {
    Set<Node> moved = new HashSet<>();
    for (int i = 0; i < body.next().size(); i++) {
      if (body.next().get(i) != body.variables().get(i)) {
        moved.add(body.next().get(i));
      }
    }
    Set<Node> taken = new HashSet<>();
    for (int i = 0; i < body.next().size(); i++) {
      Node next = body.next().get(i);
      Node variable = body.variables().get(i);
      int other = body.variables().indexOf(next);
      boolean free = !moved.contains(variable);
      if (other == i || histories.containsKey(i)) {
        sources.add(carried.get(i));
      } else if (other >= 0 && body.next().get(other) != next && taken.add(next)) {
        sources.add(carried.get(other));
      } else if (other >= 0 && free) {
        end.add(copy(Location.of(carried.get(other)), Location.of(carried.get(i)), next));
        sources.add(carried.get(i));
      } else if (other < 0
          && !taken.contains(next)
          && free
          && inside.inPlace().overwrites((Leaf) variable.op(), next)) {
        taken.add(next);
        inside.place(next, Location.of(carried.get(i)));
        sources.add(carried.get(i));
      } else {
        Buffer array =
            outside.shared().storage().temporary(variable, "next " + node.id() + "." + i);
        sources.add(array);
        if (other < 0 && taken.add(next)) {
          inside.place(next, Location.of(array));
        } else {
          copyTo(next, Location.of(array));
        }
      }
    }
  }

  private void placeStacked() {
    Set<Node> placed = new HashSet<>(body.next());
    for (int k = 0; k < body.stacked().size(); k++) {
      Node result = results.get(region.carried() + k);
      if (result != null && !left.contains(result)) {
        Node value = body.stacked().get(k);
        Location stack = outside.memory(result);
        Location slice = stack.plus(Turn.of(body.loop()).times(value.type().size()));
        if (placed.add(value)) {
          inside.place(value, slice);
        } else {
          copyTo(value, slice);
        }
      }
    }
  }

  /** A value that has its place is needed in another one too, when the turn is over. */
  private void copyTo(Node value, Location to) {
    if (!(value.op() instanceof Leaf) && inside.isWrittenByElement(value)) {
      inside.alsoAt(value, to);
    } else {
      end.add(copy(inside.memory(value), to, value));
    }
  }

  private static Kernel copy(Location from, Location to, Node value) {
    List<Extent> axes = List.of(value.type().size());
    List<Extent> one = List.of(Extent.ONE);
    Instruction load = new Instruction.Load(new Access(from.buffer(), from.offset(), one));
    Access access = new Access(to.buffer(), to.offset(), one);
    return new Kernel.Loops(axes, List.of(new Kernel.Store(access, load)), Span.NONE);
  }

  // ------------------------------------------------------------------ arrays that change places

  /** After these, the array of each carried variable is that of its source. */
  private List<Kernel.Swap> swaps() {
    Map<Buffer, Buffer> from = new LinkedHashMap<>();
    Map<Buffer, Buffer> user = new HashMap<>();
    for (int i = 0; i < carried.size(); i++) {
      if (!sources.get(i).equals(carried.get(i))) {
        from.put(carried.get(i), sources.get(i));
        user.put(sources.get(i), carried.get(i));
      }
    }
    // an array that is no variable's gets the one that nobody needs at the other end of its chain
    for (Buffer source : List.copyOf(from.values())) {
      if (!from.containsKey(source)) {
        Buffer unneeded = source;
        while (user.containsKey(unneeded)) {
          unneeded = user.get(unneeded);
        }
        from.put(source, unneeded);
      }
    }
    List<Kernel.Swap> swaps = new ArrayList<>();
    Set<Buffer> done = new HashSet<>();
    for (Buffer start : from.keySet()) {
      for (Buffer at = start; done.add(at); at = from.get(at)) {
        if (from.get(at) != start) {
          swaps.add(new Kernel.Swap(at, from.get(at)));
        }
      }
    }
    return swaps;
  }
}
