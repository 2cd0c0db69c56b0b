package dlx.elaborate;

import dlx.elaborate.Tensors.Kind;
import dlx.elaborate.Value.Tensor;
import dlx.graph.Extent;
import dlx.graph.Node;
import dlx.graph.Reduction;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Reductions, and the ways to name the axes over which they go. */
final class Reductions {
  private final Elaboration elaboration;

  Reductions(Elaboration elaboration) {
    this.elaboration = elaboration;
  }

  /** {@code sum prod amax amin}. */
  Value reduce(String name, Operand x, Operand axis, Operand keep, World world) {
    Tensor t = numbers(name, x, world);
    List<Integer> axes = axes(t, x, axis, world);
    Node node = t.node();
    Node reduced =
        switch (name) {
          case "sum" -> node.reduce(Reduction.Kind.SUM, axes);
          case "prod" -> node.reduce(Reduction.Kind.PRODUCT, axes);
          case "amax" -> node.reduce(Reduction.Kind.MAX, axes);
          case "amin" ->
              axes.isEmpty() ? node : node.negate().reduce(Reduction.Kind.MAX, axes).negate();
          default -> throw new IllegalStateException(name);
        };
    return kept(t, reduced, axes, keep, world);
  }

  /** {@code argmax argmin}: the position of the first largest along one axis. */
  Value position(String name, Operand x, Operand axis, Operand keep, World world) {
    Tensor t = numbers(name, x, world);
    List<Integer> axes = axes(t, x, axis, world);
    if (axes.size() != 1) {
      throw new Failure(
          Diagnostic.error("E0315", "`" + name + "` goes along one axis")
              .at(axis.span())
              .at(x.span(), elaboration.tensors.describe(t))
              .help("write the number of the axis; for all of a tensor, `reshape` it first"));
    }
    Extent extent = world.lower(t.axes().get(axes.getFirst()).extent());
    if (extent.isZero()) {
      throw new Failure(
          Diagnostic.error("E0318", "`" + name + "` of nothing has no answer")
              .at(x.span(), elaboration.tensors.describe(t)));
    }
    if (!extent.isConstant()) {
      elaboration.sizes.check(
          Extent.ONE,
          dlx.graph.Function.Relation.LESS_EQUAL,
          t.axes().get(axes.getFirst()).extent(),
          "`" + name + "` of nothing has no answer",
          x.span(),
          world);
    }
    Node node = name.equals("argmin") ? t.node().negate() : t.node();
    Node result = elaboration.graph.node(new Reduction(Reduction.Kind.ARGMAX, axes), node);
    return kept(new Tensor(node, t.axes(), false), result, axes, keep, world);
  }

  private Tensor kept(Tensor x, Node node, List<Integer> axes, Operand keep, World world) {
    if (!(keep.value() instanceof Value.Truth truth)) {
      throw new Failure(
          Diagnostic.error(
                  "E0226", "`keep` is `true` or `false`, known when the program is compiled")
              .at(keep.span(), elaboration.tensors.describe(keep.value())));
    }
    List<Axis> shape = new ArrayList<>();
    for (int i = 0; i < x.rank(); i++) {
      if (!axes.contains(i)) {
        shape.add(x.axes().get(i));
      } else if (truth.value()) {
        shape.add(Axis.stretching());
      }
    }
    return new Tensor(node.reshape(world.lower(shape)), shape, x.weak());
  }

  private Tensor numbers(String name, Operand x, World world) {
    if (elaboration.tensors.kind(x.value(), x.span()) == Kind.BOOL) {
      throw new Failure(
          Diagnostic.error("E0401", "`" + name + "` works on numbers, and these are truth values")
              .at(x.span(), elaboration.tensors.describe(x.value()))
              .help(
                  "make them 0 and 1: `" + name + "(f32(" + x.span().text() + "))`",
                  new Diagnostic.Edit(x.span(), "f32(" + x.span().text() + ")")));
    }
    return elaboration.tensors.tensor(x.value(), x.span(), world);
  }

  // ------------------------------------------------------------------ axes

  /** The axes that are meant, in increasing order: numbers, size names, packs, tuples of these. */
  List<Integer> axes(Tensor x, Operand of, Operand axis, World world) {
    TreeSet<Integer> found = new TreeSet<>();
    collect(x, of, axis.value(), axis.span(), found, world);
    return List.copyOf(found);
  }

  /** One axis. */
  int axis(Tensor x, Operand of, Operand axis, World world) {
    List<Integer> axes = axes(x, of, axis, world);
    if (axes.size() != 1) {
      throw new Failure(
          Diagnostic.error("E0315", "one axis is needed here")
              .at(axis.span())
              .at(of.span(), elaboration.tensors.describe(x)));
    }
    return axes.getFirst();
  }

  private void collect(
      Tensor x, Operand of, Value axis, Span span, TreeSet<Integer> into, World world) {
    switch (axis) {
      case Value.All a -> {
        for (int i = 0; i < x.rank(); i++) {
          into.add(i);
        }
      }
      case Value.Tuple t -> t.parts().forEach(p -> collect(x, of, p, span, into, world));
      case Value.Items t -> t.elements().forEach(p -> collect(x, of, p, span, into, world));
      case Value.Number n when n.exact().isInt() -> {
        long i = n.exact().toLong() < 0 ? n.exact().toLong() + x.rank() : n.exact().toLong();
        if (i < 0 || i >= x.rank()) {
          throw new Failure(
              Diagnostic.error("E0317", "there is no axis " + n.exact())
                  .at(span, "")
                  .at(of.span(), elaboration.tensors.describe(x))
                  .note("axes are counted from 0, or from the end: -1 is the last"));
        }
        into.add((int) i);
      }
      case Value.Size s -> into.add(named(x, of, s, span, world));
      case Value.Pack p -> into.addAll(packed(x, of, p, span, world));
      case Value.Poison p -> throw Failure.silent();
      default ->
          throw new Failure(
              Diagnostic.error("E0317", "an axis is a number, a size name or a pack")
                  .at(span, elaboration.tensors.describe(axis)));
    }
  }

  private int named(Tensor x, Operand of, Value.Size size, Span span, World world) {
    List<Integer> found = new ArrayList<>();
    for (int i = 0; i < x.rank(); i++) {
      if (size.tag() != null && x.axes().get(i).tags().contains(size.tag())) {
        found.add(i);
      }
    }
    for (int level = 0; level < 2 && found.isEmpty(); level++) {
      for (int i = 0; i < x.rank(); i++) {
        Extent extent = x.axes().get(i).extent();
        boolean same =
            level == 0
                ? extent.equals(size.extent())
                : size.extent().name() == null
                    && world.lower(extent).equals(world.lower(size.extent()));
        if (same && !x.axes().get(i).stretch()) {
          found.add(i);
        }
      }
    }
    if (found.size() == 1) {
      return found.getFirst();
    }
    Diagnostic error =
        found.isEmpty()
            ? Diagnostic.error("E0317", "there is no axis `" + span.text() + "`")
            : Diagnostic.error("E0316", "two axes have the size `" + span.text() + "`");
    throw new Failure(
        error
            .at(span, "")
            .at(of.span(), elaboration.tensors.describe(x))
            .help(
                found.isEmpty()
                    ? "it has the axes " + Axis.text(x.axes())
                    : "write the number of the axis"));
  }

  private List<Integer> packed(Tensor x, Operand of, Value.Pack pack, Span span, World world) {
    List<Integer> found = new ArrayList<>();
    for (int i = 0; i < x.rank(); i++) {
      if (pack.tag() != null && x.axes().get(i).tags().contains(pack.tag())) {
        found.add(i);
      }
    }
    if (found.size() == pack.axes().size()) {
      return found;
    }
    // not marked: the one place where these extents stand next to each other
    List<Extent> wanted = world.lower(pack.axes());
    int start = -1;
    for (int i = 0; i + wanted.size() <= x.rank(); i++) {
      if (world.lower(x.axes().subList(i, i + wanted.size())).equals(wanted)) {
        start = start < 0 ? i : -2;
      }
    }
    if (start < 0) {
      throw new Failure(
          Diagnostic.error(
                  start == -1 ? "E0317" : "E0316",
                  "it is not clear which axes `" + span.text() + "` are here")
              .at(span, Axis.text(pack.axes()))
              .at(of.span(), elaboration.tensors.describe(x))
              .help("write the numbers of the axes"));
    }
    List<Integer> axes = new ArrayList<>();
    for (int i = 0; i < wanted.size(); i++) {
      axes.add(start + i);
    }
    return axes;
  }

  // ------------------------------------------------------------------ sizes

  /** {@code size(x, axis)}: the number of elements along the axes. */
  Value size(Operand x, Operand axis, World world) {
    if (elaboration.tensors.isScalar(x.value())) {
      return new Value.Size(Extent.ONE, Span.NONE);
    }
    Tensor t = elaboration.tensors.tensor(x.value(), x.span(), world);
    Extent size = Extent.ONE;
    for (int i : axes(t, x, axis, world)) {
      size = size.times(t.axes().get(i).extent());
    }
    return new Value.Size(size, Span.NONE);
  }

  /** {@code len(x)}: of a list, or the first axis of a tensor. */
  Value length(Operand x, World world) {
    return switch (x.value()) {
      case Value.Items items -> Value.Number.whole(items.elements().size());
      case Value.Tuple tuple -> Value.Number.whole(tuple.parts().size());
      case Value.Slots slots -> Value.Number.whole(slots.slots().size());
      case Value.Pack pack -> Value.Number.whole(pack.axes().size());
      case Tensor t when t.rank() > 0 -> new Value.Size(t.axes().getFirst().extent(), Span.NONE);
      default ->
          throw new Failure(
              Diagnostic.error("E0226", "`len` takes a list or a tensor with axes")
                  .at(x.span(), elaboration.tensors.describe(x.value())));
    };
  }

  /** The product of a list of sizes or of the axes of a pack; null for numbers and tensors. */
  @org.jspecify.annotations.Nullable
  Value product(Operand x, World world) {
    List<Value> sizes =
        switch (x.value()) {
          case Value.Pack pack ->
              pack.axes().stream().map(a -> (Value) new Value.Size(a.extent(), Span.NONE)).toList();
          case Value.Items items -> items.elements();
          case Value.Tuple tuple -> tuple.parts();
          default -> null;
        };
    if (sizes == null) {
      return null;
    }
    Extent product = Extent.ONE;
    for (Value size : sizes) {
      Extent extent = elaboration.tensors.extent(size);
      if (extent == null) {
        return null;
      }
      product = product.times(extent);
    }
    return new Value.Size(product, Span.NONE);
  }
}
