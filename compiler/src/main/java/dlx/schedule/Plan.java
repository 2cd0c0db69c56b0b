package dlx.schedule;

import dlx.graph.Contraction;
import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.graph.Indexing;
import dlx.graph.Loop;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.runtime.DType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * From groups to kernels: where values lie, updates in place, the order of the kernels. One plan is
 * a function or the body of a loop in it.
 */
public final class Plan {
  /** How much is fused into one kernel unless a method turns out too large. */
  public static final int CAPACITY = 96;

  /** What all plans of a function share. */
  record Shared(String name, Map<Node, Lower.Body> bodies, Storage storage, int capacity) {}

  private final Shared shared;
  private final Fuse.Result fused;
  private final InPlace inPlace;
  private final Map<Node, Location> memory = new HashMap<>();
  private final Map<Node, List<Location>> copies = new HashMap<>();

  /**
   * @param roots what must be in memory in the end
   * @param variables how the arguments of a body lie; empty outside of loops
   */
  Plan(Shared shared, List<Node> roots, Map<Node, View> variables, boolean isBody) {
    this.shared = shared;
    this.fused = Fuse.nodes(roots, variables, shared.capacity());
    this.inPlace = new InPlace(fused, !isBody);
  }

  /** The schedule of an entry without open derivatives. */
  public static Schedule function(Function function) {
    return function(function, CAPACITY);
  }

  /**
   * @param capacity how much may be fused into one kernel, in units of an addition
   */
  public static Schedule function(Function function, int capacity) {
    Lower.Lowered lowered = Lower.function(function);
    Storage storage = new Storage();
    Shared shared = new Shared(function.name(), lowered.bodies(), storage, capacity);
    Plan plan = new Plan(shared, lowered.function().roots(), Map.of(), false);
    List<Schedule.Commit> commits = new ArrayList<>();
    for (Function.Output output : lowered.function().outputs()) {
      Buffer buffer = storage.output(output);
      Location first = plan.memory.putIfAbsent(output.value(), Location.of(buffer));
      if (first != null) {
        commits.add(new Schedule.Commit(first.buffer(), buffer));
      }
    }
    for (Function.Update update : lowered.function().updates()) {
      Node value = update.value();
      Buffer slot = storage.slot(update.slot());
      if (!plan.memory.containsKey(value) && plan.inPlace.overwrites(update.slot(), value)) {
        plan.memory.put(value, Location.of(slot));
      } else {
        commits.add(new Schedule.Commit(plan.memory(value).buffer(), slot));
      }
    }
    List<Kernel> swept = Sweeps.of(plan.kernels(), storage, capacity);
    List<Kernel> kernels = Epilogues.of(swept, commits);
    return new Schedule(function, storage.buffers(), kernels, commits);
  }

  Shared shared() {
    return shared;
  }

  InPlace inPlace() {
    return inPlace;
  }

  /** In the order in which they run. */
  List<Kernel> kernels() {
    List<Kernel> kernels = new ArrayList<>();
    order().forEach(group -> kernels.addAll(kernels(group)));
    return kernels;
  }

  // ------------------------------------------------------------------ memory

  /** Where the value of a node or leaf is. */
  Location memory(Node node) {
    return memory.computeIfAbsent(node, n -> Location.of(shared.storage().of(n)));
  }

  /** Says where the value of a node or leaf is. */
  void place(Node node, Location location) {
    memory.put(node, location);
  }

  boolean isPlaced(Node node) {
    return memory.containsKey(node);
  }

  /** Is the value computed element by element, so that its kernel can write it twice? */
  boolean isWrittenByElement(Node node) {
    List<Group> writers = fused.groupsOf().get(node);
    return writers.size() == 1
        && writers.getFirst().kind() != Group.Kind.SINGLE
        && writers.getFirst().members().containsKey(node);
  }

  /** The kernel that computes a value writes it there too. */
  void alsoAt(Node node, Location location) {
    copies.computeIfAbsent(node, n -> new ArrayList<>()).add(location);
  }

  private List<Location> locations(Node node) {
    List<Location> all = new ArrayList<>(List.of(memory(node)));
    all.addAll(copies.getOrDefault(node, List.of()));
    return all;
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
            Comparator.<Group>comparingInt(g -> inPlace.isLast(g) ? 1 : 0)
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
      throw new IllegalStateException("the kernels of " + shared.name() + " wait for each other");
    }
    return order;
  }

  // ------------------------------------------------------------------ kernels

  private List<Kernel> kernels(Group group) {
    if (group.kind() != Group.Kind.SINGLE) {
      return List.of(Assemble.kernel(group, fused.views(), fused.stored(), this::locations));
    }
    Node node = group.members().keySet().iterator().next();
    return node.op() instanceof Loop.Region
        ? PlanLoop.kernels(this, fused.views(), group)
        : node.op() instanceof Indexing.ScatterAdd scatter
            ? scatter(node, scatter)
            : List.of(kernel(node));
  }

  private Kernel kernel(Node node) {
    return switch (node.op()) {
      case Contraction contraction -> product(node, contraction, View.whole(node), false);
      case Movement.Overlap overlap -> overlapping(node, overlap);
      case Indexing.Update update -> replace(node, update);
      case Indexing.Argsort sort -> {
        List<Extent> shape = node.type().shape();
        Extent rows = Extent.product(shape.subList(0, shape.size() - 1));
        yield new Kernel.Sort(
            rows, shape.getLast(), solid(node.input(0)), solid(node), node.span());
      }
      default -> throw new IllegalStateException("no kernel for " + node);
    };
  }

  /** The product below an overlap, whose rows overlap in the result. */
  private Kernel overlapping(Node node, Movement.Overlap overlap) {
    Node product = node.input(0);
    View whole = View.whole(node);
    List<Extent> strides = new ArrayList<>(whole.strides());
    Extent stride = strides.get(overlap.axis());
    strides.set(overlap.axis(), stride.times(overlap.stride()));
    strides.add(overlap.axis() + 1, stride);
    View to = new View(node, Extent.ZERO, product.type().shape(), strides);
    return product(product, (Contraction) product.op(), to, true);
  }

  private Kernel product(Node node, Contraction contraction, View to, boolean overlapping) {
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
            new Kernel.Operand(access(fused.views().get(node.input(0)), left, order)),
            new Kernel.Operand(access(fused.views().get(node.input(1)), right, order)),
            List.of(
                new Kernel.Store(
                    access(to, output, order.subList(0, output.size())),
                    new Instruction.Summed(node.type().dtype()))),
            overlapping,
            contraction.order(),
            node.span());
    return Collapse.product(product);
  }

  private Access access(View view, List<Integer> labels, List<Integer> order) {
    List<Extent> strides =
        order.stream()
            .map(l -> labels.contains(l) ? view.strides().get(labels.indexOf(l)) : Extent.ZERO)
            .toList();
    Location from = memory(view.base()).plus(view.offset());
    return new Access(from.buffer(), from.offset(), strides);
  }

  private List<Kernel> scatter(Node node, Indexing.ScatterAdd scatter) {
    List<Extent> g = node.input(0).type().shape();
    Node ids = node.input(1);
    int axis = scatter.axis();
    Extent positions = ids.type().size();
    Extent extent = scatter.extent();
    Buffer links =
        shared.storage().temporary("links of %" + ids.id(), DType.I32, extent.plus(positions));
    return List.of(
        new Kernel.Link(positions, extent, solid(ids), links, scatter.checked(), node.span()),
        new Kernel.Scatter(
            Extent.product(g.subList(0, axis)),
            positions,
            extent,
            Extent.product(g.subList(axis + ids.type().rank(), g.size())),
            solid(node.input(0)),
            links,
            solid(node),
            node.span()));
  }

  private Kernel replace(Node node, Indexing.Update update) {
    List<Extent> shape = node.type().shape();
    int indexed = node.inputs().size() - 2;
    List<Access> positions = new ArrayList<>();
    for (Node position : node.inputs().subList(2, node.inputs().size())) {
      positions.add(solid(position));
    }
    return new Kernel.Replace(
        solid(node),
        solid(node.input(1)),
        positions,
        shape.subList(0, indexed),
        View.contiguous(shape).subList(0, indexed),
        Extent.product(shape.subList(indexed, shape.size())),
        update.checked(),
        node.span());
  }

  /** The elements of a node, which lie side by side, in order. */
  private Access solid(Node node) {
    View view = fused.views().get(node);
    if (!view.isContiguous()) {
      throw new IllegalStateException("not side by side: " + node);
    }
    Location from = memory(view.base()).plus(view.offset());
    return new Access(from.buffer(), from.offset(), List.of(Extent.ONE));
  }
}
