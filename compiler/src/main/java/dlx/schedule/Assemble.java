package dlx.schedule;

import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.graph.Indexing;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.graph.Reduction;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Writes the instructions of one group of LOOPS or COLUMNS. */
final class Assemble {
  private final Group group;
  private final Map<Node, View> views;
  private final Function<Node, List<Location>> memory;
  private final Map<Node, Instruction> values = new HashMap<>();
  private final Map<Object, Instruction> leaves = new HashMap<>();
  private final Map<Access, Instruction> loads = new HashMap<>();

  private Assemble(Group group, Map<Node, View> views, Function<Node, List<Location>> memory) {
    this.group = group;
    this.views = views;
    this.memory = memory;
  }

  /**
   * @param stored the nodes that other kernels read
   * @param memory where a node or leaf that lies in memory is; more than one place if the kernel
   *     that computes it writes copies
   */
  static Kernel kernel(
      Group group, Map<Node, View> views, Set<Node> stored, Function<Node, List<Location>> memory) {
    return new Assemble(group, views, memory).kernel(stored);
  }

  private Kernel kernel(Set<Node> stored) {
    List<Node> nodes =
        group.members().keySet().stream().sorted(Comparator.comparingInt(Node::id)).toList();
    Span span = Span.NONE;
    for (Node node : nodes) {
      values.put(node, value(node));
      span = node.span() == Span.NONE ? span : node.span();
    }
    List<Kernel.Store> stores = new ArrayList<>();
    for (Node node : nodes) {
      if (stored.contains(node)) {
        Group.Place place = group.members().get(node);
        List<Extent> frame = group.frame(place);
        for (Location to : memory.apply(node)) {
          stores.add(
              new Kernel.Store(
                  access(to, Extent.ZERO, View.contiguous(frame), place), values.get(node)));
        }
      }
    }
    for (Group.Sink sink : group.sinks()) {
      Group.Place place = group.place(sink);
      Access to = access(location(sink.target()), sink.to().offset(), sink.to().strides(), place);
      stores.add(new Kernel.Store(to, operand(views.get(sink.value()), place)));
      span = sink.target().span() == Span.NONE ? span : sink.target().span();
    }
    return group.kind() == Group.Kind.COLUMNS
        ? new Kernel.Columns(group.space(), group.reduced(), stores, span)
        : Collapse.loops(new Kernel.Loops(group.space(), stores, span));
  }

  private Instruction value(Node node) {
    Group.Place place = group.members().get(node);
    return switch (node.op()) {
      case Elementwise operator ->
          new Instruction.Apply(
              operator,
              node.inputs().stream().map(x -> operand(views.get(x), place)).toList(),
              node.type().dtype());
      case Reduction reduction ->
          new Instruction.Folded(
              reduction.kind(),
              operand(views.get(node.input(0)), new Group.Place(true, group.space().size())));
      case Indexing.Gather gather -> pick(node, gather, place);
      default -> throw new IllegalStateException("not computed in loops: " + node);
    };
  }

  private Instruction pick(Node node, Indexing.Gather gather, Group.Place place) {
    View x = views.get(node.input(0));
    int axis = gather.axis();
    int ids = node.input(1).type().rank();
    List<Extent> strides = new ArrayList<>(x.strides().subList(0, axis));
    for (int i = 0; i < ids; i++) {
      strides.add(Extent.ZERO);
    }
    strides.addAll(x.strides().subList(axis + 1, x.strides().size()));
    return new Instruction.Pick(
        access(location(x.base()), x.offset(), strides, place),
        operand(Uses.indexView(node, views.get(node.input(1))), place),
        x.strides().get(axis),
        x.shape().get(axis),
        gather.checked(),
        node.span());
  }

  /** A value that is visited at a place: a member's register, or a leaf, or memory. */
  private Instruction operand(View view, Group.Place place) {
    Instruction member = values.get(view.base());
    if (member != null) {
      return member;
    }
    View seen = view.reshape(group.frame(place));
    Node base = view.base();
    return switch (base.op()) {
      case Leaf.Constant c ->
          leaves.computeIfAbsent(base, b -> new Instruction.Number(c.value(), c.dtype()));
      case Leaf.SizeOf s ->
          leaves.computeIfAbsent(base, b -> new Instruction.SizeNumber(s.extent()));
      case Leaf.Iota i ->
          leaves.computeIfAbsent(
              List.of(base, access(null, seen.offset(), seen.strides(), place)),
              b -> new Instruction.Position(access(null, seen.offset(), seen.strides(), place)));
      case Leaf.Uniform u ->
          leaves.computeIfAbsent(
              List.of(base, access(null, seen.offset(), seen.strides(), place)),
              b ->
                  new Instruction.Draw(
                      u.address(),
                      u.type().dtype(),
                      access(null, seen.offset(), seen.strides(), place)));
      default ->
          loads.computeIfAbsent(
              access(location(base), seen.offset(), seen.strides(), place), Instruction.Load::new);
    };
  }

  private Location location(Node base) {
    return memory.apply(base).getFirst();
  }

  /** An access with a stride for every axis of the group's space. */
  private Access access(
      @Nullable Location from, Extent offset, List<Extent> strides, Group.Place place) {
    List<Extent> all = new ArrayList<>(strides);
    int axes = place.before() ? group.space().size() : group.space().size() - 1;
    while (all.size() < axes) {
      all.add(Extent.ZERO);
    }
    if (!place.before()) {
      all.add(group.reduced(), Extent.ZERO);
    }
    List<Extent> space = group.space();
    for (int axis = 0; axis < all.size(); axis++) {
      if (space.get(axis).isOne()) {
        all.set(axis, Extent.ZERO);
      }
    }
    return from == null
        ? new Access(null, offset, all)
        : new Access(from.buffer(), from.offset().plus(offset), all);
  }
}
