package dlx.elaborate;

import dlx.elaborate.Sizes.Comparison;
import dlx.elaborate.Tensors.Kind;
import dlx.elaborate.Value.Tensor;
import dlx.graph.Extent;
import dlx.graph.Indexing;
import dlx.graph.Leaf;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.runtime.DType;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The same elements at other places: reshape, concat, split, stack, extend, reverse, iota, argsort.
 */
final class Moves {
  private final Elaboration elaboration;

  Moves(Elaboration elaboration) {
    this.elaboration = elaboration;
  }

  private Tensor tensor(Operand x, World world) {
    return elaboration.tensors.tensor(x.value(), x.span(), world);
  }

  /** {@code reshape(x, a, b, ..)}: sizes, lists and packs of sizes. */
  Value reshape(Operand x, List<Operand> shape, Span span, World world) {
    Tensor t = tensor(x, world);
    List<Axis> axes = new ArrayList<>();
    for (Operand part : shape) {
      sizes(part, part.value(), axes, world);
    }
    Extent before = Extent.product(t.axes().stream().map(Axis::extent).toList());
    Extent after = Extent.product(axes.stream().map(Axis::extent).toList());
    Comparison comparison =
        elaboration.sizes.compare(world.lower(before), world.lower(after), world);
    if (comparison == Comparison.DIFFERENT) {
      throw new Failure(
          Diagnostic.error("E0311", "a reshape keeps the number of elements")
              .at(span, Axis.text(axes) + " has " + after)
              .at(x.span(), elaboration.tensors.describe(t) + " has " + before));
    }
    if (comparison != Comparison.SAME) {
      elaboration.sizes.equal(before, after, span, world);
    }
    return new Tensor(t.node().reshape(world.lower(axes)), axes, t.weak());
  }

  private void sizes(Operand from, Value value, List<Axis> into, World world) {
    switch (value) {
      case Value.Pack pack -> into.addAll(pack.axes());
      case Value.Items items -> items.elements().forEach(e -> sizes(from, e, into, world));
      case Value.Tuple tuple -> tuple.parts().forEach(e -> sizes(from, e, into, world));
      default -> {
        Extent extent = elaboration.tensors.size(value, from.span(), world);
        Extent lowered = world.lower(extent);
        if (lowered.isConstant() && lowered.constant().getAsLong() < 0) {
          throw new Failure(
              Diagnostic.error("E0312", "this size would be " + lowered)
                  .at(from.span(), "a size is at least 0"));
        }
        into.add(Axis.of(extent, from.span()));
      }
    }
  }

  /** {@code concat(a, b, .., axis = -1)}. */
  Value concat(List<Operand> parts, Operand axisArgument, Span span, World world) {
    List<Tensor> tensors = joined(parts, world);
    Tensor first = tensors.getFirst();
    int axis = axis(first, parts.getFirst(), axisArgument, world);
    List<Axis> shape = new ArrayList<>(first.axes());
    Extent length = Extent.ZERO;
    for (int p = 0; p < tensors.size(); p++) {
      Tensor t = tensors.get(p);
      boolean fits = t.rank() == first.rank();
      for (int i = 0; fits && i < t.rank(); i++) {
        if (i != axis) {
          Axis merged =
              elaboration.shapes.merge(shape.get(i), t.axes().get(i), parts.get(p).span(), world);
          fits = merged != null;
          shape.set(i, fits ? merged : shape.get(i));
        }
      }
      if (!fits) {
        throw new Failure(
            Diagnostic.error("E0313", "what is joined must agree in all other axes")
                .at(parts.get(p).span(), elaboration.tensors.describe(t))
                .at(parts.getFirst().span(), elaboration.tensors.describe(first)));
      }
      length = length.plus(t.axes().get(axis).extent());
    }
    shape.set(axis, Axis.of(length));
    List<Node> nodes = new ArrayList<>();
    for (Tensor t : tensors) {
      List<Axis> own = new ArrayList<>(shape);
      own.set(axis, new Axis(t.axes().get(axis).extent(), false, Span.NONE, List.of()));
      nodes.add(elaboration.shapes.fill(t, own, world).node());
    }
    Node node =
        nodes.size() == 1
            ? nodes.getFirst()
            : elaboration.graph.node(new Movement.Concat(axis), nodes);
    return new Tensor(node, shape, first.weak());
  }

  private int axis(Tensor x, Operand of, Operand axis, World world) {
    return elaboration.reductions.axis(x, of, axis, world);
  }

  /** The parts in the kind in which they meet. */
  private List<Tensor> joined(List<Operand> parts, World world) {
    List<Value> values = parts.stream().map(Operand::value).toList();
    Kind kind = elaboration.tensors.kind(new Value.Items(values), parts.getFirst().span());
    List<Tensor> tensors = new ArrayList<>();
    for (Operand part : parts) {
      Kind own = elaboration.tensors.kind(part.value(), part.span());
      if (own == Kind.F32 && kind == Kind.F64 || (own == Kind.BOOL) != (kind == Kind.BOOL)) {
        throw new Failure(
            Diagnostic.error("E0402", "what is joined has one element type")
                .at(part.span(), elaboration.tensors.describe(part.value()))
                .help("convert it: `" + kind.node() + "(" + part.span().text() + ")`"));
      }
      tensors.add(elaboration.tensors.tensor(part.value(), kind, part.span(), world));
    }
    return tensors;
  }

  /** {@code stack(a, b, .., axis = 0)}. */
  Value stack(List<Operand> parts, Operand axisArgument, Span span, World world) {
    List<Tensor> tensors = joined(parts, world);
    Exact exact = elaboration.tensors.exact(axisArgument.value(), world);
    int rank = tensors.getFirst().rank() + 1;
    long axis = exact == null || !exact.isInt() ? rank : exact.toLong();
    axis = axis < 0 ? axis + rank : axis;
    if (axis < 0 || axis >= rank) {
      throw Failure.of(
          "E0317", "the new axis is a number up to " + (rank - 1), axisArgument.span());
    }
    List<Operand> operands = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      operands.add(new Operand(tensors.get(i), parts.get(i).span()));
    }
    return elaboration.shapes.stack(operands, (int) axis, span, world);
  }

  /** {@code split(x, n, axis = -1)}: n equal parts, or parts of the sizes in a list. */
  Value split(Operand x, Operand n, Operand axisArgument, Span span, World world) {
    Tensor t = tensor(x, world);
    int axis = axis(t, x, axisArgument, world);
    Extent extent = t.axes().get(axis).extent();
    List<Extent> lengths = new ArrayList<>();
    if (n.value() instanceof Value.Items items) {
      for (Value element : items.elements()) {
        lengths.add(elaboration.tensors.size(element, n.span(), world));
      }
    } else {
      Exact count = elaboration.tensors.exact(n.value(), world);
      if (count == null || !count.isInt() || count.toLong() < 1 || count.toLong() > 100_000) {
        throw new Failure(
            Diagnostic.error("E0310", "the number of parts is known when the program is compiled")
                .at(n.span(), elaboration.tensors.describe(n.value())));
      }
      Extent length = extent.floorDivide(Extent.of(count.toLong()));
      lengths.addAll(Collections.nCopies((int) count.toLong(), length));
    }
    Extent sum = Extent.ZERO;
    for (Extent length : lengths) {
      sum = sum.plus(length);
    }
    Comparison comparison = elaboration.sizes.compare(world.lower(sum), world.lower(extent), world);
    if (comparison == Comparison.DIFFERENT) {
      throw new Failure(
          Diagnostic.error("E0319", "an axis of " + extent + " cannot be split like this")
              .at(n.span(), "the parts have " + sum + " together")
              .at(x.span(), elaboration.tensors.describe(t)));
    }
    if (comparison != Comparison.SAME) {
      elaboration.sizes.equal(sum, extent, span, world);
    }
    List<Value> parts = new ArrayList<>();
    Extent start = Extent.ZERO;
    for (Extent length : lengths) {
      List<Axis> axes = new ArrayList<>(t.axes());
      axes.set(axis, Axis.of(length));
      Node node = t.node().slice(axis, world.lower(start), 1, world.lower(length));
      parts.add(new Tensor(node, axes, t.weak()));
      start = start.plus(length);
    }
    return new Value.Tuple(parts);
  }

  /** {@code extend(x, axis, before, after, fill = 0)}. */
  Value extend(
      Operand x, Operand axisArgument, Operand before, Operand after, Operand fill, World world) {
    Tensor t = tensor(x, world);
    int axis = axis(t, x, axisArgument, world);
    Extent low = elaboration.tensors.size(before.value(), before.span(), world);
    Extent high = elaboration.tensors.size(after.value(), after.span(), world);
    if (low.isZero() && high.isZero()) {
      return t;
    }
    Kind own = elaboration.tensors.kind(t, x.span());
    Tensor number = elaboration.tensors.tensor(fill.value(), own, fill.span(), world);
    if (number.rank() > 0 || number.node().type().dtype() != t.node().type().dtype()) {
      throw new Failure(
          Diagnostic.error("E0408", "`fill` is a number of the type of the tensor")
              .at(fill.span(), elaboration.tensors.describe(fill.value()))
              .at(x.span(), elaboration.tensors.describe(t)));
    }
    List<Extent> lows = new ArrayList<>(Collections.nCopies(t.rank(), Extent.ZERO));
    List<Extent> highs = new ArrayList<>(lows);
    lows.set(axis, world.lower(low));
    highs.set(axis, world.lower(high));
    List<Axis> axes = new ArrayList<>(t.axes());
    axes.set(axis, Axis.of(low.plus(axes.get(axis).extent()).plus(high)));
    Node node = elaboration.graph.node(new Movement.Pad(lows, highs), t.node(), number.node());
    return new Tensor(node, axes, t.weak());
  }

  Value reverse(Operand x, Operand axisArgument, World world) {
    Tensor t = tensor(x, world);
    int axis = axis(t, x, axisArgument, world);
    Extent extent = world.lower(t.axes().get(axis).extent());
    return new Tensor(t.node().slice(axis, extent.plus(-1), -1, extent), t.axes(), t.weak());
  }

  Value iota(Operand n, World world) {
    Extent extent = elaboration.tensors.size(n.value(), n.span(), world);
    Node node = elaboration.graph.node(new Leaf.Iota(world.lower(extent)));
    return new Tensor(node, List.of(Axis.of(extent, n.span())), false);
  }

  Value argsort(Operand x, World world) {
    Tensor t = tensor(x, world);
    if (t.rank() == 0 || t.node().type().dtype() == DType.BOOL) {
      throw new Failure(
          Diagnostic.error("E0226", "`argsort` takes a tensor of numbers with an axis")
              .at(x.span(), elaboration.tensors.describe(t)));
    }
    return new Tensor(elaboration.graph.node(new Indexing.Argsort(), t.node()), t.axes(), false);
  }
}
