package dlx.recompute;

import dlx.graph.Contraction;
import dlx.graph.Derivative;
import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.graph.Indexing;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.graph.Op;
import dlx.graph.Reduction;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Through which operators an axis passes, so that of some of its positions the operator makes the
 * same positions of its result: the turns of a loop, of which a block is computed.
 */
final class TurnAxis {
  /** Of an input that is the same for all positions. */
  static final int NONE = -1;

  private TurnAxis() {}

  /**
   * For each input the axis that becomes this axis of a node, or {@link #NONE}; null if not every
   * position along the axis is computed by itself.
   */
  static @Nullable List<Integer> inputs(Node node, int axis) {
    return switch (node.op()) {
      case Leaf leaf -> null;
      case Loop loop -> null;
      case Derivative derivative -> null;
      case Elementwise op -> node.inputs().stream().map(n -> axis).toList();
      case Reduction op -> reduction(op, axis);
      case Contraction op -> contraction(op, axis);
      case Indexing op -> indexing(op, node, axis);
      case Movement op -> movement(op, node, axis);
    };
  }

  /** The axis of a node that one of an input becomes; {@link #NONE} if there is none. */
  static int output(Node node, int input, int axis) {
    for (int p = 0; p < node.type().rank(); p++) {
      List<Integer> inputs = inputs(node, p);
      if (inputs != null && inputs.get(input) == axis) {
        return p;
      }
    }
    return NONE;
  }

  /**
   * The operator of a node for so many positions along an axis, in an order of sums that does not
   * depend on how many these are.
   */
  static Op over(Node node, int axis, Extent positions) {
    return switch (node.op()) {
      case Movement.Reshape r -> new Movement.Reshape(with(r.shape(), axis, positions));
      case Movement.Broadcast b ->
          new Movement.Broadcast(with(b.shape(), axis, positions), b.axes());
      case Movement.Slice s ->
          new Movement.Slice(s.starts(), s.steps(), with(s.shape(), axis, positions));
      case Contraction c -> new Contraction(c.operands(), c.output(), Contraction.Order.ONE_BY_ONE);
      default -> node.op();
    };
  }

  private static List<Extent> with(List<Extent> shape, int axis, Extent extent) {
    List<Extent> other = new ArrayList<>(shape);
    other.set(axis, extent);
    return other;
  }

  /** Columns before the turns: how many there are may decide about the order of a sum. */
  private static @Nullable List<Integer> reduction(Reduction op, int axis) {
    return op.axes().stream().anyMatch(a -> a <= axis) ? null : List.of(axis);
  }

  private static @Nullable List<Integer> contraction(Contraction op, int axis) {
    if (op.begun()) {
      return null;
    }
    int label = op.output().get(axis);
    List<Integer> axes = new ArrayList<>();
    for (List<Integer> labels : op.operands()) {
      if (labels.indexOf(label) != labels.lastIndexOf(label)) {
        return null;
      }
      axes.add(labels.indexOf(label));
    }
    return axes;
  }

  private static @Nullable List<Integer> indexing(Indexing op, Node node, int axis) {
    return switch (op) {
      case Indexing.Gather g -> {
        int ids = node.input(1).type().rank();
        yield axis < g.axis()
            ? List.of(axis, NONE)
            : axis < g.axis() + ids
                ? List.of(NONE, axis - g.axis())
                : List.of(axis - ids + 1, NONE);
      }
      case Indexing.ScatterAdd s ->
          axis < s.axis()
              ? List.of(axis, NONE)
              : axis == s.axis() ? null : List.of(axis + node.input(1).type().rank() - 1, NONE);
      case Indexing.Argsort a -> axis < node.type().rank() - 1 ? List.of(axis) : null;
      case Indexing.Update u -> null;
    };
  }

  private static @Nullable List<Integer> movement(Movement op, Node node, int axis) {
    return switch (op) {
      case Movement.Reshape r -> reshaped(node, axis);
      case Movement.Transpose t -> List.of(t.permutation().get(axis));
      case Movement.Broadcast b -> List.of(b.axes().indexOf(axis));
      case Movement.Slice s -> {
        Extent extent = node.input(0).type().extent(axis);
        boolean whole =
            s.starts().get(axis).isZero()
                && s.steps().get(axis) == 1
                && s.shape().get(axis).equals(extent);
        yield whole ? List.of(axis) : null;
      }
      case Movement.Pad p ->
          p.low().get(axis).isZero() && p.high().get(axis).isZero() ? List.of(axis, NONE) : null;
      case Movement.Concat c ->
          c.axis() == axis
              ? null
              : IntStream.range(0, node.inputs().size()).mapToObj(i -> axis).toList();
      case Movement.Windows w ->
          axis < w.axis() ? List.of(axis) : axis > w.axis() + 1 ? List.of(axis - 1) : null;
      case Movement.Overlap o ->
          axis < o.axis() ? List.of(axis) : axis > o.axis() ? List.of(axis + 1) : null;
    };
  }

  /** An axis that a reshape leaves as it is: as many elements lie before it. */
  private static @Nullable List<Integer> reshaped(Node node, int axis) {
    List<Extent> from = node.input(0).type().shape();
    List<Extent> to = node.type().shape();
    Extent before = Extent.product(to.subList(0, axis));
    for (int i = 0; i < from.size(); i++) {
      if (from.get(i).equals(to.get(axis)) && Extent.product(from.subList(0, i)).equals(before)) {
        return List.of(i);
      }
    }
    return null;
  }
}
