package dlx.schedule;

import dlx.graph.Contraction;
import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.graph.Indexing;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.runtime.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** From groups to a schedule: buffers, updates in place, the order of the kernels. */
public final class Plan {
  /** How much is fused into one kernel unless a method turns out too large. */
  public static final int CAPACITY = 96;

  private final Function function;
  private final Fuse.Result fused;
  private final List<Buffer> buffers = new ArrayList<>();
  private final Map<Node, Buffer> memory = new HashMap<>();
  private final Map<String, Buffer> named = new LinkedHashMap<>();
  private final List<Schedule.Commit> commits = new ArrayList<>();
  private final Set<Group> last = new HashSet<>();
  private final Map<Leaf.Slot, Set<Group>> readers = new HashMap<>();
  private final Set<Group> failing = new LinkedHashSet<>();

  private Plan(Function function, int capacity) {
    this.function = function;
    this.fused = Fuse.function(function, capacity);
  }

  /** The schedule of an entry without open derivatives. */
  public static Schedule function(Function function) {
    return function(function, CAPACITY);
  }

  /**
   * @param capacity how much may be fused into one kernel, in units of an addition
   */
  public static Schedule function(Function function, int capacity) {
    Schedule lowered = new Plan(Lower.function(function), capacity).schedule();
    return new Schedule(function, lowered.buffers(), lowered.kernels(), lowered.commits());
  }

  private Schedule schedule() {
    assignOutputs();
    assignUpdates();
    List<Group> order = order();
    List<Kernel> kernels = new ArrayList<>();
    for (Group group : order) {
      kernels.add(kernel(group));
    }
    return new Schedule(function, buffers, kernels, commits);
  }

  // ------------------------------------------------------------------ buffers

  private Buffer buffer(
      Buffer.Role role, String name, DType dtype, Extent size, double @Nullable [] table) {
    Buffer buffer = new Buffer(buffers.size(), role, name, dtype, size, table);
    buffers.add(buffer);
    return buffer;
  }

  private Buffer named(Buffer.Role role, String name, DType dtype, Extent size) {
    return named.computeIfAbsent(role + " " + name, key -> buffer(role, name, dtype, size, null));
  }

  /** The memory of a node or leaf. */
  private Buffer memory(Node node) {
    Buffer known = memory.get(node);
    if (known == null) {
      DType dtype = node.type().dtype();
      Extent size = node.type().size();
      known =
          switch (node.op()) {
            case Leaf.Input input -> named(Buffer.Role.INPUT, input.name(), dtype, size);
            case Leaf.Slot slot -> slot(slot);
            case Leaf.Table table ->
                buffer(Buffer.Role.TABLE, table.title(), dtype, size, table.values());
            default -> buffer(Buffer.Role.TEMPORARY, "%" + node.id(), dtype, size, null);
          };
      memory.put(node, known);
    }
    return known;
  }

  private Buffer slot(Leaf.Slot slot) {
    return named(Buffer.Role.SLOT, slot.path(), slot.type().dtype(), slot.type().size());
  }

  private void assignOutputs() {
    for (Function.Output output : function.outputs()) {
      Node value = output.value();
      Buffer buffer =
          buffer(
              Buffer.Role.OUTPUT, output.name(), value.type().dtype(), value.type().size(), null);
      Buffer first = memory.putIfAbsent(value, buffer);
      if (first != null) {
        commits.add(new Schedule.Commit(first, buffer));
      }
    }
  }

  private void assignUpdates() {
    collectReaders();
    for (Function.Update update : function.updates()) {
      if (memory.containsKey(update.value()) || !inPlace(update)) {
        commits.add(new Schedule.Commit(memory(update.value()), slot(update.slot())));
      }
    }
  }

  /**
   * Writes the new value over the old one where nobody can see the difference: every other reader
   * of the old value comes before, the kernel itself reads an element just before it writes it, and
   * nothing that may fail comes after.
   */
  private boolean inPlace(Function.Update update) {
    Node value = update.value();
    List<Group> writers = fused.groupsOf().get(value);
    if (writers == null || writers.size() != 1) {
      return false;
    }
    Group writer = writers.getFirst();
    if (writer.kind() == Group.Kind.SINGLE
        || writer.hasFolds() && writer.kind() == Group.Kind.LOOPS
        || !writer.members().containsKey(value)
        || failing.contains(writer)) {
      return false;
    }
    Group.Place place = writer.members().get(value);
    if (place.axes() == 0 && !writer.space().isEmpty()) {
      return false; // threads share the loops: one would write the number that another still reads
    }
    if (writer.kind() == Group.Kind.COLUMNS
        && place.before()
        && place.axes() < writer.space().size()) {
      return false; // computed and written again for every column
    }
    Set<Group> before = new LinkedHashSet<>(failing);
    for (Group reader : readers.getOrDefault(update.slot(), Set.of())) {
      if (reader != writer) {
        before.add(reader);
      } else if (!readsOnlyAsWritten(writer, update.slot(), value)) {
        return false;
      }
    }
    if (!before.isEmpty() && !Collections.disjoint(reachable(writer), before)) {
      return false;
    }
    before.forEach(g -> g.before(writer));
    last.add(writer);
    memory.put(value, slot(update.slot()));
    return true;
  }

  private static Set<Group> reachable(Group from) {
    Set<Group> seen = new LinkedHashSet<>();
    List<Group> open = new ArrayList<>(List.of(from));
    while (!open.isEmpty()) {
      for (Group next : open.removeLast().next()) {
        if (seen.add(next)) {
          open.add(next);
        }
      }
    }
    return seen;
  }

  private boolean mayFail(Group group) {
    return group.members().keySet().stream()
        .anyMatch(n ->
            switch (n.op()) {
              case Indexing.Gather g -> g.checked();
              case Indexing.ScatterAdd s -> s.checked();
              case Indexing.Update u -> u.checked();
              default -> false;
            });
  }

  /** Which groups read the old value of each slot, and which may fail. */
  private void collectReaders() {
    for (Group group : fused.groups()) {
      for (Node member : group.members().keySet()) {
        member.inputs().forEach(x -> reads(group, x));
      }
      group.sinks().forEach(s -> reads(group, s.value()));
      if (mayFail(group)) {
        failing.add(group);
      }
    }
  }

  private void reads(Group group, Node node) {
    if (base(node).op() instanceof Leaf.Slot slot) {
      readers.computeIfAbsent(slot, s -> new LinkedHashSet<>()).add(group);
    }
  }

  private Node base(Node node) {
    return fused.views().get(node).base();
  }

  /** In this group, is the old value read only where the new one is written? */
  private boolean readsOnlyAsWritten(Group group, Leaf.Slot slot, Node value) {
    Group.Place place = group.members().get(value);
    for (Map.Entry<Node, Group.Place> member : group.members().entrySet()) {
      for (Node input : member.getKey().inputs()) {
        View view = fused.views().get(input);
        if (view.base().op().equals(slot)) {
          boolean same =
              member.getValue().equals(place)
                  && !(member.getKey().op() instanceof dlx.graph.Reduction)
                  && !(member.getKey().op() instanceof Indexing)
                  && view.prefix(group.frame(place)) == place.axes();
          if (!same) {
            return false;
          }
        }
      }
    }
    return group.sinks().stream().noneMatch(s -> base(s.value()).op().equals(slot));
  }

  // ------------------------------------------------------------------ order

  private List<Group> order() {
    Map<Group, Integer> open = new HashMap<>();
    Map<Group, Integer> rank = new HashMap<>();
    for (Group group : fused.groups()) {
      open.putIfAbsent(group, 0);
      group.next().forEach(g -> open.merge(g, 1, Integer::sum));
      int first =
          java.util.stream.Stream.concat(
                  group.members().keySet().stream(), group.sinks().stream().map(Group.Sink::target))
              .mapToInt(Node::id)
              .min()
              .orElse(0);
      rank.put(group, first);
    }
    PriorityQueue<Group> ready =
        new PriorityQueue<>(
            Comparator.<Group>comparingInt(g -> last.contains(g) ? 1 : 0)
                .thenComparingInt(rank::get));
    fused.groups().stream().filter(g -> open.get(g) == 0).forEach(ready::add);
    List<Group> order = new ArrayList<>();
    while (!ready.isEmpty()) {
      Group group = ready.poll();
      order.add(group);
      for (Group next : group.next()) {
        if (open.merge(next, -1, Integer::sum) == 0) {
          ready.add(next);
        }
      }
    }
    if (order.size() != fused.groups().size()) {
      throw new IllegalStateException("the kernels of " + function.name() + " wait for each other");
    }
    return order;
  }

  // ------------------------------------------------------------------ kernels

  private Kernel kernel(Group group) {
    if (group.kind() != Group.Kind.SINGLE) {
      return Assemble.kernel(group, fused.views(), fused.stored(), this::memory);
    }
    Node node = group.members().keySet().iterator().next();
    return switch (node.op()) {
      case Contraction contraction -> product(node, contraction);
      case Indexing.ScatterAdd scatter -> scatter(node, scatter);
      case Indexing.Update update -> replace(node, update);
      case Indexing.Argsort sort -> {
        List<Extent> shape = node.type().shape();
        Extent rows = Extent.product(shape.subList(0, shape.size() - 1));
        yield new Kernel.Sort(
            rows, shape.getLast(), memory(node.input(0)), memory(node), node.span());
      }
      default -> throw new IllegalStateException("no kernel for " + node);
    };
  }

  private Kernel product(Node node, Contraction contraction) {
    List<Integer> left = contraction.operands().get(0);
    List<Integer> right = contraction.operands().get(1);
    List<Integer> output = contraction.output();
    List<Integer> batch =
        output.stream().filter(l -> left.contains(l) && right.contains(l)).toList();
    List<Integer> rows = output.stream().filter(l -> !right.contains(l)).toList();
    List<Integer> columns = output.stream().filter(l -> !left.contains(l)).toList();
    List<Integer> summed = left.stream().filter(l -> !output.contains(l)).toList();
    Map<Integer, Extent> extents = contraction.extents(node.inputs());
    List<Integer> order = new ArrayList<>(batch);
    order.addAll(rows);
    order.addAll(columns);
    order.addAll(summed);
    Kernel.Product product =
        new Kernel.Product(
            batch.stream().map(extents::get).toList(),
            rows.stream().map(extents::get).toList(),
            columns.stream().map(extents::get).toList(),
            summed.stream().map(extents::get).toList(),
            new Kernel.Operand(access(fused.views().get(node.input(0)), left, order), 0),
            new Kernel.Operand(access(fused.views().get(node.input(1)), right, order), 0),
            List.of(
                new Kernel.Store(
                    access(View.whole(node), output, order.subList(0, output.size())),
                    new Instruction.Summed(node.type().dtype()))),
            node.span());
    return Collapse.product(product);
  }

  private Access access(View view, List<Integer> labels, List<Integer> order) {
    List<Extent> strides =
        order.stream()
            .map(l -> labels.contains(l) ? view.strides().get(labels.indexOf(l)) : Extent.ZERO)
            .toList();
    return new Access(memory(view.base()), view.offset(), strides);
  }

  private Kernel scatter(Node node, Indexing.ScatterAdd scatter) {
    List<Extent> g = node.input(0).type().shape();
    Node ids = node.input(1);
    int axis = scatter.axis();
    return new Kernel.Scatter(
        Extent.product(g.subList(0, axis)),
        ids.type().size(),
        scatter.extent(),
        Extent.product(g.subList(axis + ids.type().rank(), g.size())),
        solid(node.input(0)),
        new Access(solid(ids), fused.views().get(ids).offset(), List.of(Extent.ONE)),
        memory(node),
        scatter.checked(),
        node.span());
  }

  private Kernel replace(Node node, Indexing.Update update) {
    List<Extent> shape = node.type().shape();
    int indexed = node.inputs().size() - 2;
    List<Access> positions = new ArrayList<>();
    for (Node position : node.inputs().subList(2, node.inputs().size())) {
      positions.add(new Access(solid(position), fused.views().get(position).offset(), List.of()));
    }
    return new Kernel.Replace(
        memory(node),
        solid(node.input(1)),
        positions,
        shape.subList(0, indexed),
        View.contiguous(shape).subList(0, indexed),
        Extent.product(shape.subList(indexed, shape.size())),
        update.checked(),
        node.span());
  }

  /** The buffer whose elements are just those of a node, in order. */
  private Buffer solid(Node node) {
    View view = fused.views().get(node);
    if (!view.isContiguous() || !view.base().type().size().equals(node.type().size())) {
      throw new IllegalStateException("not side by side: " + node);
    }
    return memory(view.base());
  }
}
