package dlx.graph;

import dlx.runtime.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The same elements at other places. All but {@link Pad} and {@link Concat} are affine views:
 * position i of the result reads position A i + b of the input.
 */
public sealed interface Movement extends Op {

  /** Another shape of the same size, row-major. */
  record Reshape(List<Extent> shape) implements Movement {
    public Reshape {
      shape = List.copyOf(shape);
    }

    @Override
    public String title() {
      return "reshape" + shape;
    }

    @Override
    public Type type(List<Node> inputs) {
      return inputs.getFirst().type().with(shape);
    }

    @Override
    public List<Node> pullback(Node y, Node g) {
      return List.of(g.reshape(y.input(0).type().shape()));
    }
  }

  /** Axis i of the result is axis permutation[i] of the input. */
  record Transpose(List<Integer> permutation) implements Movement {
    public Transpose {
      permutation = List.copyOf(permutation);
    }

    @Override
    public String title() {
      return "transpose" + permutation;
    }

    @Override
    public Type type(List<Node> inputs) {
      Type type = inputs.getFirst().type();
      if (!IntStream.range(0, type.rank())
          .boxed()
          .toList()
          .equals(permutation.stream().sorted().toList())) {
        throw new IllegalArgumentException(this + " of " + type);
      }
      return type.with(permutation.stream().map(type::extent).toList());
    }

    @Override
    public List<Node> pullback(Node y, Node g) {
      return List.of(g.transpose(inverse(permutation)));
    }
  }

  /**
   * Copies along new axes: axis i of the input is axis axes[i] of the result, the other axes of the
   * result are new. An extent is never stretched.
   *
   * @param axes increasing
   */
  record Broadcast(List<Extent> shape, List<Integer> axes) implements Movement {
    public Broadcast {
      shape = List.copyOf(shape);
      axes = List.copyOf(axes);
    }

    @Override
    public String title() {
      return "broadcast" + shape + axes;
    }

    @Override
    public Type type(List<Node> inputs) {
      Type type = inputs.getFirst().type();
      if (!axes.stream().map(shape::get).toList().equals(type.shape())) {
        throw new IllegalArgumentException(this + " of " + type);
      }
      return type.with(shape);
    }

    /** The axes of the result that are copies. */
    public List<Integer> copied() {
      return IntStream.range(0, shape.size()).boxed().filter(i -> !axes.contains(i)).toList();
    }

    @Override
    public List<Node> pullback(Node y, Node g) {
      return List.of(g.sum(copied()));
    }
  }

  /**
   * Position i of an axis reads position start + step * i of the input; step may be negative, never
   * 0. One entry per axis.
   */
  record Slice(List<Extent> starts, List<Integer> steps, List<Extent> shape) implements Movement {
    public Slice {
      starts = List.copyOf(starts);
      steps = List.copyOf(steps);
      shape = List.copyOf(shape);
    }

    @Override
    public String title() {
      return "slice" + starts + steps + shape;
    }

    @Override
    public Type type(List<Node> inputs) {
      Type type = inputs.getFirst().type();
      if (type.rank() != shape.size() || type.rank() != starts.size() || steps.contains(0)) {
        throw new IllegalArgumentException(this + " of " + type);
      }
      return type.with(shape);
    }

    /**
     * Zeros with the adjoint at the places that were read: reversed where the step is negative,
     * spread out where it is more than 1, and padded.
     */
    @Override
    public List<Node> pullback(Node y, Node g) {
      Node x = y.input(0);
      Graph graph = y.graph();
      Node zero = graph.node(new Leaf.Constant(0, g.type().dtype()));
      Node spread = g;
      List<Extent> low = new ArrayList<>();
      List<Extent> high = new ArrayList<>();
      for (int axis = 0; axis < shape.size(); axis++) {
        int step = steps.get(axis);
        Extent extent = shape.get(axis);
        Extent last = starts.get(axis).plus(extent.plus(-1).times(step));
        Extent first = step > 0 ? starts.get(axis) : last;
        if (step < 0) {
          spread = spread.slice(axis, extent.plus(-1), -1, extent);
        }
        int stride = Math.abs(step);
        Extent span = extent;
        if (stride > 1) {
          spread = dilate(spread, axis, stride, zero);
          span = extent.times(stride);
        }
        low.add(first);
        high.add(x.type().extent(axis).minus(first).minus(span));
      }
      return List.of(graph.node(new Pad(low, high), spread, zero));
    }

    /** Puts stride - 1 zeros behind every element of an axis. */
    private static Node dilate(Node x, int axis, int stride, Node zero) {
      List<Extent> shape = new ArrayList<>(x.type().shape());
      shape.add(axis + 1, Extent.ONE);
      Node column = x.reshape(shape);
      Extent[] low = new Extent[shape.size()];
      Extent[] high = new Extent[shape.size()];
      Arrays.fill(low, Extent.ZERO);
      Arrays.fill(high, Extent.ZERO);
      high[axis + 1] = Extent.of(stride - 1);
      Node padded = x.graph().node(new Pad(List.of(low), List.of(high)), column, zero);
      List<Extent> flat = new ArrayList<>(x.type().shape());
      flat.set(axis, flat.get(axis).times(stride));
      return padded.reshape(flat);
    }
  }

  /**
   * Surrounds with copies of a number: inputs are the tensor and the number. Negative amounts cut
   * off. One entry per axis.
   */
  record Pad(List<Extent> low, List<Extent> high) implements Movement {
    public Pad {
      low = List.copyOf(low);
      high = List.copyOf(high);
    }

    @Override
    public String title() {
      return "pad" + low + high;
    }

    @Override
    public Type type(List<Node> inputs) {
      Type type = inputs.getFirst().type();
      if (type.rank() != low.size() || !inputs.get(1).type().equals(Type.scalar(type.dtype()))) {
        throw new IllegalArgumentException(this + " of " + inputs);
      }
      List<Extent> shape = new ArrayList<>();
      for (int axis = 0; axis < low.size(); axis++) {
        shape.add(low.get(axis).plus(type.extent(axis)).plus(high.get(axis)));
      }
      return type.with(shape);
    }

    /** The part of the adjoint that covers the input; the rest belongs to the number. */
    @Override
    public List<Node> pullback(Node y, Node g) {
      Graph graph = y.graph();
      Node zero = graph.node(new Leaf.Constant(0, g.type().dtype()));
      Node inside =
          graph.node(
              new Pad(
                  low.stream().map(e -> e.times(-1)).toList(),
                  high.stream().map(e -> e.times(-1)).toList()),
              g,
              zero);
      return List.of(inside, g.sum().minus(inside.sum()));
    }
  }

  /** One behind the other along an axis. */
  record Concat(int axis) implements Movement {
    @Override
    public String title() {
      return "concat[" + axis + "]";
    }

    @Override
    public Type type(List<Node> inputs) {
      Type type = inputs.getFirst().type();
      List<Extent> shape = new ArrayList<>(type.shape());
      Extent sum = Extent.ZERO;
      for (Node input : inputs) {
        List<Extent> other = new ArrayList<>(input.type().shape());
        sum = sum.plus(other.get(axis));
        other.set(axis, shape.get(axis));
        if (!other.equals(shape) || input.type().dtype() != type.dtype()) {
          throw new IllegalArgumentException(this + " of " + inputs);
        }
      }
      shape.set(axis, sum);
      return type.with(shape);
    }

    @Override
    public List<Node> pullback(Node y, Node g) {
      List<Node> parts = new ArrayList<>();
      Extent start = Extent.ZERO;
      for (Node input : y.inputs()) {
        Extent extent = input.type().extent(axis);
        parts.add(g.slice(axis, start, 1, extent));
        start = start.plus(extent);
      }
      return parts;
    }
  }

  /**
   * A sliding view of one axis: position (.., i, j, ..) reads position stride * i + dilation * j of
   * that axis; j runs over a new axis of extent {@code size}, at least 1, that follows it. There
   * are as many i as fit. Never stored: convolution and pooling are a contraction and a maximum
   * over it.
   *
   * @param stride positive
   * @param dilation positive
   */
  record Windows(int axis, Extent size, int stride, int dilation) implements Movement {
    @Override
    public String title() {
      return "windows[" + axis + ", " + size + ", " + stride + ", " + dilation + "]";
    }

    /** How much of the axis one window of {@code size} covers: dilation * (size - 1) + 1. */
    public static Extent span(Extent size, int dilation) {
      return size.plus(-1).times(dilation).plus(1);
    }

    /** How many windows an axis has: (extent - span) // stride + 1. */
    public static Extent count(Extent extent, Extent size, int stride, int dilation) {
      return extent.minus(span(size, dilation)).floorDivide(Extent.of(stride)).plus(1);
    }

    @Override
    public Type type(List<Node> inputs) {
      Type type = inputs.getFirst().type();
      if (axis < 0 || axis >= type.rank() || stride < 1 || dilation < 1) {
        throw new IllegalArgumentException(this + " of " + type);
      }
      List<Extent> shape = new ArrayList<>(type.shape());
      shape.set(axis, count(type.extent(axis), size, stride, dilation));
      shape.add(axis + 1, size);
      return type.with(shape);
    }

    @Override
    public List<Node> pullback(Node y, Node g) {
      Extent extent = y.input(0).type().extent(axis);
      return List.of(y.graph().node(new Overlap(axis, extent, stride, dilation), g));
    }
  }

  /**
   * The transpose of {@link Windows}: position p of an axis of {@code extent} is the sum of all (i,
   * j) with stride * i + dilation * j = p.
   */
  record Overlap(int axis, Extent extent, int stride, int dilation) implements Movement {
    @Override
    public String title() {
      return "overlap[" + axis + ", " + extent + ", " + stride + ", " + dilation + "]";
    }

    @Override
    public Type type(List<Node> inputs) {
      Type type = inputs.getFirst().type();
      if (axis < 0
          || axis + 1 >= type.rank()
          || stride < 1
          || dilation < 1
          || type.dtype() == DType.BOOL) {
        throw new IllegalArgumentException(this + " of " + type);
      }
      List<Extent> shape = new ArrayList<>(type.shape());
      shape.remove(axis);
      shape.set(axis, extent);
      return type.with(shape);
    }

    @Override
    public List<Node> pullback(Node y, Node g) {
      Extent size = y.input(0).type().extent(axis + 1);
      return List.of(y.graph().node(new Windows(axis, size, stride, dilation), g));
    }
  }

  /** The permutation that undoes another. */
  static List<Integer> inverse(List<Integer> permutation) {
    return IntStream.range(0, permutation.size()).boxed().map(permutation::indexOf).toList();
  }
}
