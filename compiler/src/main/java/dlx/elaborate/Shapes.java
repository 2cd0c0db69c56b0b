package dlx.elaborate;

import dlx.elaborate.Sizes.Comparison;
import dlx.elaborate.Value.Tensor;
import dlx.graph.Extent;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lining shapes up: a number goes with any shape, lower ranks with the last axes, {@code *}
 * stretches.
 */
final class Shapes {
  private final Elaboration elaboration;

  Shapes(Elaboration elaboration) {
    this.elaboration = elaboration;
  }

  /** The shape that all operands take together. */
  List<Axis> common(List<Operand> operands, World world) {
    List<Axis> shape = List.of();
    Operand from = null;
    for (Operand operand : operands) {
      Tensor tensor = (Tensor) operand.value();
      if (from != null && tensor.rank() > 0 && !shape.isEmpty()) {
        shape = merge(shape, from, operand, world);
        from = tensor.rank() >= shape.size() ? operand : from;
      } else if (tensor.rank() > 0 || from == null) {
        from = tensor.rank() > 0 || from == null ? operand : from;
        shape = tensor.rank() > 0 ? tensor.axes() : shape;
      }
    }
    return shape;
  }

  private List<Axis> merge(List<Axis> left, Operand first, Operand second, World world) {
    List<Axis> right = ((Tensor) second.value()).axes();
    int rank = Math.max(left.size(), right.size());
    List<Axis> shape = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      int l = left.size() - rank + i;
      int r = right.size() - rank + i;
      if (l < 0 || r < 0) {
        shape.add(l < 0 ? right.get(r) : left.get(l));
      } else {
        Axis axis = merge(left.get(l), right.get(r), second.span(), world);
        if (axis == null) {
          throw new Failure(mismatch(first, second, left, left.get(l), right.get(r), world));
        }
        shape.add(axis);
      }
    }
    return shape;
  }

  /** Two axes as one, or null if they differ. */
  @Nullable Axis merge(Axis a, Axis b, Span span, World world) {
    if (a.stretch() || b.stretch()) {
      return a.stretch() ? b.alsoTagged(a) : a.alsoTagged(b);
    }
    // 1 against a size of the run is what other libraries stretch in silence: never left to the run
    boolean silent =
        a.extent().isOne() && !world.lower(b.extent()).isConstant()
            || b.extent().isOne() && !world.lower(a.extent()).isConstant();
    if (silent) {
      return null;
    }
    return switch (elaboration.sizes.compare(a.extent(), b.extent(), world)) {
      case SAME ->
          (Sizes.better(a.extent(), b.extent()) == a.extent() ? a.alsoTagged(b) : b.alsoTagged(a));
      case OPEN -> {
        elaboration.sizes.equal(a.extent(), b.extent(), span, world);
        yield a.alsoTagged(b);
      }
      case CLASH, DIFFERENT -> null;
    };
  }

  /** E0303 if it is a matter of names, E0301 otherwise. */
  private Diagnostic mismatch(
      Operand first, Operand second, List<Axis> shape, Axis a, Axis b, World world) {
    Tensor right = (Tensor) second.value();
    Tensor left = (Tensor) first.value();
    String leftText = left.dtype() + Axis.text(left.rank() == shape.size() ? left.axes() : shape);
    String rightText = elaboration.tensors.describe(right);
    if (elaboration.sizes.compare(a.extent(), b.extent(), world) == Comparison.CLASH) {
      return Clash.of(elaboration, a.extent(), b.extent(), world)
          .at(second.span(), rightText)
          .and(first.span(), leftText)
          .finish(right);
    }
    Diagnostic error =
        Diagnostic.error("E0301", "these shapes do not line up")
            .at(second.span(), rightText)
            .and(first.span(), leftText);
    error = origin(origin(error, a), b);
    String note = "axes are lined up from the right, so " + quoted(a) + " meets " + quoted(b);
    if (a.extent().isOne() || b.extent().isOne()) {
      note +=
          ";\nan axis of extent 1 does not stretch (NumPy would make this "
              + numpy(left, right)
              + ")";
    }
    error = error.note(note);
    boolean column =
        a.extent().isOne() && left.rank() == right.rank() + 1 && left.axes().getLast() == a;
    if (column) {
      Span span = first.span();
      return error.help(
          "drop the last axis of the prediction",
          new Diagnostic.Edit(new Span(span.source(), span.start(), span.start()), "("),
          new Diagnostic.Edit(new Span(span.source(), span.end(), span.end()), ")[:, 0]"));
    }
    return error;
  }

  private String numpy(Tensor left, Tensor right) {
    int rank = Math.max(left.rank(), right.rank());
    List<Axis> axes = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      int l = left.rank() - rank + i;
      int r = right.rank() - rank + i;
      Axis a = l < 0 ? null : left.axes().get(l);
      Axis b = r < 0 ? null : right.axes().get(r);
      axes.add(a == null || b != null && a.extent().isOne() ? b : a);
    }
    return left.dtype() + Axis.text(axes);
  }

  static String quoted(Axis axis) {
    return axis.extent().isConstant() ? axis.toString() : "`" + axis + "`";
  }

  /** Says where a number in a shape was written. */
  static Diagnostic origin(Diagnostic error, Axis axis) {
    boolean known = error.places().stream().anyMatch(p -> p.span().equals(axis.origin()));
    return axis.origin() == Span.NONE || axis.extent().name() != null || known
        ? error
        : error.at(axis.origin(), "the " + axis + " comes from here");
  }

  // ------------------------------------------------------------------ making shapes

  /** A tensor in a shape that {@link #common} found for it. */
  Tensor fill(Tensor tensor, List<Axis> shape, World world) {
    Node node = tensor.node();
    List<Axis> own = tensor.axes();
    int more = shape.size() - own.size();
    List<Extent> kept = new ArrayList<>();
    List<Integer> places = new ArrayList<>();
    boolean stretches = false;
    for (int i = 0; i < own.size(); i++) {
      Axis wanted = shape.get(more + i);
      if (own.get(i).stretch() && !wanted.stretch()) {
        stretches = true;
      } else {
        kept.add(world.lower(wanted.extent()));
        places.add(more + i);
      }
    }
    Node plain = stretches || !node.type().shape().equals(kept) ? node.reshape(kept) : node;
    return new Tensor(plain.broadcast(world.lower(shape), places), shape, tensor.weak());
  }

  /** The operands in one shape. */
  List<Tensor> together(List<Operand> operands, World world) {
    List<Axis> shape = common(operands, world);
    return operands.stream().map(o -> fill((Tensor) o.value(), shape, world)).toList();
  }

  /** Tensors of one shape behind each other along a new axis. */
  Tensor stack(List<Operand> parts, int axis, Span span, World world) {
    if (parts.isEmpty()) {
      throw Failure.of("E0313", "there is nothing to stack", span);
    }
    List<Axis> shape = ((Tensor) parts.getFirst().value()).axes();
    List<Node> nodes = new ArrayList<>();
    for (Operand part : parts) {
      Tensor tensor = (Tensor) part.value();
      shape = same(shape, parts.getFirst(), part, world);
      List<Axis> longer = new ArrayList<>(tensor.axes());
      longer.add(axis, Axis.of(Extent.ONE));
      nodes.add(tensor.node().reshape(world.lower(longer)));
    }
    List<Axis> result = new ArrayList<>(shape);
    result.add(axis, Axis.of(Extent.of(parts.size())));
    Node node =
        nodes.size() == 1
            ? nodes.getFirst()
            : elaboration.graph.node(new Movement.Concat(axis), nodes);
    boolean weak = parts.stream().anyMatch(p -> ((Tensor) p.value()).weak());
    return new Tensor(node, result, weak);
  }

  private List<Axis> same(List<Axis> shape, Operand first, Operand second, World world) {
    Tensor tensor = (Tensor) second.value();
    boolean fits = tensor.rank() == shape.size();
    List<Axis> result = new ArrayList<>();
    for (int i = 0; fits && i < shape.size(); i++) {
      Axis axis = merge(shape.get(i), tensor.axes().get(i), second.span(), world);
      fits = axis != null;
      result.add(axis);
    }
    if (!fits) {
      throw new Failure(
          Diagnostic.error("E0313", "what is stacked must have one shape")
              .at(second.span(), elaboration.tensors.describe(second.value()))
              .and(first.span(), elaboration.tensors.describe(first.value())));
    }
    return result;
  }
}
