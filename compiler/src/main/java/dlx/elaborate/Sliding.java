package dlx.elaborate;

import dlx.elaborate.Tensors.Kind;
import dlx.elaborate.Value.Tensor;
import dlx.graph.Extent;
import dlx.graph.Function.Relation;
import dlx.graph.Leaf;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** {@code windows}: the axis of a tensor as neighbourhoods. */
final class Sliding {
  /** The greatest stride and dilation; a step over more elements is a mistake. */
  private static final int STEP_LIMIT = 1 << 20;

  private final Elaboration elaboration;
  private final World world;

  Sliding(Elaboration elaboration, World world) {
    this.elaboration = elaboration;
    this.world = world;
  }

  /**
   * {@code windows(x, axis, k, stride = 1, pad = 0, dilation = 1, fill = 0)}: an axis of n becomes
   * two, one of (n + 2 * pad - span) // stride + 1 windows and one of their k elements, where span
   * is dilation * (k - 1) + 1.
   *
   * @param arguments in this order
   */
  Value windows(List<Operand> arguments, Span call) {
    Operand x = arguments.get(0);
    Operand size = arguments.get(2);
    Tensor t = elaboration.tensors.tensor(x.value(), x.span(), world);
    int axis = elaboration.reductions.axis(t, x, arguments.get(1), world);
    Extent k = elaboration.tensors.size(size.value(), size.span(), world);
    Extent least = world.lower(k);
    if (least.isConstant() && least.constant().getAsLong() < 1) {
      throw wrong("a window has at least one element", size, least);
    }
    if (!least.isConstant()) {
      String message = "a window of `" + k + "` needs at least one element";
      elaboration.sizes.check(Extent.ONE, Relation.LESS_EQUAL, k, message, size.span(), world);
    }
    int stride = step("stride", arguments.get(3));
    int dilation = step("dilation", arguments.get(5));
    Extent pad = padding(arguments.get(4));
    Node node = padded(t, x, axis, pad, arguments.get(6));
    Extent n = t.axes().get(axis).extent().plus(pad.times(2));
    demandFit(n, Movement.Windows.span(k, dilation), x, t, size, call);
    Movement.Windows windows = new Movement.Windows(axis, least, stride, dilation);
    List<Axis> axes = new ArrayList<>(t.axes());
    axes.set(axis, Axis.of(Movement.Windows.count(n, k, stride, dilation)));
    axes.add(axis + 1, Axis.of(k, size.span()));
    return new Tensor(elaboration.graph.node(windows, node), axes, t.weak());
  }

  /** A stride or a dilation. */
  private int step(String name, Operand operand) {
    Extent extent = world.lower(elaboration.tensors.size(operand.value(), operand.span(), world));
    if (!extent.isConstant()) {
      throw new Failure(
          Diagnostic.error("E0321", "the " + name + " of windows must be a number")
              .at(operand.span(), "known at run time only")
              .help("give `" + extent + "` a value: `dim " + extent + " = 2`"));
    }
    long value = extent.constant().getAsLong();
    if (value < 1 || value > STEP_LIMIT) {
      throw wrong(
          "the "
              + name
              + " of windows is at least 1"
              + (value < 1 ? "" : ", at most " + STEP_LIMIT),
          operand,
          extent);
    }
    return (int) value;
  }

  private Extent padding(Operand operand) {
    Extent pad = elaboration.tensors.size(operand.value(), operand.span(), world);
    Extent lowered = world.lower(pad);
    if (lowered.isConstant() && lowered.constant().getAsLong() < 0) {
      throw wrong("the padding of windows is at least 0", operand, lowered);
    }
    return pad;
  }

  private static Failure wrong(String message, Operand operand, Extent value) {
    return new Failure(Diagnostic.error("E0321", message).at(operand.span(), "this is " + value));
  }

  /** At compile time where the sizes allow, else at entry. */
  private void demandFit(Extent n, Extent span, Operand x, Tensor t, Operand size, Span call) {
    Extent room = world.lower(n.minus(span));
    if (room.isConstant() && room.constant().getAsLong() < 0) {
      throw new Failure(
          Diagnostic.error("E0320", "a window of " + span + " does not fit into " + n)
              .at(size.span(), span.equals(world.lower(span)) ? "" : "this is " + world.lower(span))
              .at(x.span(), elaboration.tensors.describe(t))
              .help("take a smaller window, or extend the axis: `pad = " + missing(room) + "`"));
    }
    boolean known = room.isConstant() || room.value(s -> 0) >= 0 && Subscripts.monotone(room);
    if (!known) {
      String message = "a window of `" + span + "` must fit into `" + n + "`";
      elaboration.sizes.check(span, Relation.LESS_EQUAL, n, message, call, world);
    }
  }

  /** How much more padding there must be on both sides. */
  private static long missing(Extent room) {
    return (1 - room.constant().getAsLong()) / 2;
  }

  /**
   * The node with numbers around an axis. What slides along other axes already goes on doing so
   * over the padded tensor, so that no window is ever stored.
   */
  private Node padded(Tensor t, Operand x, int axis, Extent pad, Operand fill) {
    if (pad.isZero()) {
      return t.node();
    }
    Kind kind = elaboration.tensors.kind(t, x.span());
    Tensor number = elaboration.tensors.tensor(fill.value(), kind, fill.span(), world);
    if (number.rank() > 0 || number.node().type().dtype() != t.node().type().dtype()) {
      throw new Failure(
          Diagnostic.error("E0408", "`fill` is a number of the type of the tensor")
              .at(fill.span(), elaboration.tensors.describe(fill.value()))
              .at(x.span(), elaboration.tensors.describe(t)));
    }
    return padded(t.node(), axis, world.lower(pad), number.node());
  }

  private static Node padded(Node x, int axis, Extent pad, Node number) {
    List<Movement.Windows> sliding = new ArrayList<>();
    Node base = x;
    int at = axis;
    while (base.op() instanceof Movement.Windows w && at != w.axis() && at != w.axis() + 1) {
      sliding.add(w);
      at -= at > w.axis() ? 1 : 0;
      base = base.input(0);
    }
    List<Extent> low = new ArrayList<>(Collections.nCopies(base.type().rank(), Extent.ZERO));
    low.set(at, pad);
    Node result;
    boolean both =
        base.op() instanceof Movement.Pad inner
            && inner.low().get(at).isZero()
            && inner.high().get(at).isZero()
            && sameNumber(base.input(1), number);
    if (both) {
      Movement.Pad inner = (Movement.Pad) base.op();
      List<Extent> before = new ArrayList<>(inner.low());
      List<Extent> after = new ArrayList<>(inner.high());
      before.set(at, pad);
      after.set(at, pad);
      result = x.graph().node(new Movement.Pad(before, after), base.input(0), number);
    } else {
      result = x.graph().node(new Movement.Pad(low, low), base, number);
    }
    for (Movement.Windows w : sliding.reversed()) {
      result = x.graph().node(w, result);
    }
    return result;
  }

  private static boolean sameNumber(Node a, Node b) {
    return a == b
        || a.op() instanceof Leaf.Constant c
            && b.op() instanceof Leaf.Constant d
            && Double.compare(c.value(), d.value()) == 0;
  }
}
