package dlx.graph;

import dlx.runtime.DType;
import dlx.runtime.DlxException;
import dlx.runtime.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Reference loops of the families that move elements: {@link Movement} and {@link Indexing}. */
final class EvaluateMoves {
  private EvaluateMoves() {}

  /** Where the element at a position of the result is read. */
  private interface From {
    int[] at(int[] position);
  }

  static double[] movement(
      Movement op, Evaluate evaluate, List<Evaluate.Values> operands, int[] shape) {
    Evaluate.Values x = operands.getFirst();
    return switch (op) {
      case Movement.Reshape r -> x.data();
      case Movement.Transpose t ->
          read(
              x,
              shape,
              at -> {
                int[] from = new int[at.length];
                for (int axis = 0; axis < at.length; axis++) {
                  from[t.permutation().get(axis)] = at[axis];
                }
                return from;
              });
      case Movement.Broadcast b ->
          read(x, shape, at -> b.axes().stream().mapToInt(axis -> at[axis]).toArray());
      case Movement.Slice s -> {
        int[] starts = evaluate.shape(s.starts());
        yield read(
            x,
            shape,
            at ->
                IntStream.range(0, at.length)
                    .map(axis -> starts[axis] + s.steps().get(axis) * at[axis])
                    .toArray());
      }
      case Movement.Pad p -> {
        int[] low = evaluate.shape(p.low());
        int[] position = new int[shape.length];
        double filler = operands.get(1).data()[0];
        yield Evaluate.fill(
            Tensor.size(shape),
            i -> {
              EvaluateFolds.unravel(i, shape, position);
              int[] from =
                  IntStream.range(0, low.length).map(axis -> position[axis] - low[axis]).toArray();
              return inside(from, x.shape())
                  ? x.data()[EvaluateFolds.ravel(from, x.shape())]
                  : filler;
            });
      }
      case Movement.Concat c -> concat(c.axis(), operands, shape);
      case Movement.Windows w ->
          read(
              x,
              shape,
              at -> {
                int[] from =
                    IntStream.range(0, at.length)
                        .filter(axis -> axis != w.axis() + 1)
                        .map(axis -> at[axis])
                        .toArray();
                from[w.axis()] = at[w.axis()] * w.stride() + at[w.axis() + 1] * w.dilation();
                return from;
              });
      case Movement.Overlap o -> overlap(o, x, shape);
    };
  }

  private static double[] read(Evaluate.Values x, int[] shape, From from) {
    int[] position = new int[shape.length];
    return Evaluate.fill(
        Tensor.size(shape),
        i -> {
          EvaluateFolds.unravel(i, shape, position);
          int[] at = from.at(position);
          if (!inside(at, x.shape())) {
            throw new IllegalStateException(
                Arrays.toString(at) + " is outside of " + Arrays.toString(x.shape()));
          }
          return x.data()[EvaluateFolds.ravel(at, x.shape())];
        });
  }

  private static boolean inside(int[] position, int[] shape) {
    return IntStream.range(0, shape.length)
        .allMatch(axis -> position[axis] >= 0 && position[axis] < shape[axis]);
  }

  private static double[] concat(int axis, List<Evaluate.Values> operands, int[] shape) {
    double[] result = new double[Tensor.size(shape)];
    int start = 0;
    for (Evaluate.Values part : operands) {
      int[] position = new int[shape.length];
      for (int i = 0; i < part.data().length; i++) {
        EvaluateFolds.unravel(i, part.shape(), position);
        position[axis] += start;
        result[EvaluateFolds.ravel(position, shape)] = part.data()[i];
      }
      start += part.shape()[axis];
    }
    return result;
  }

  private static double[] overlap(Movement.Overlap op, Evaluate.Values x, int[] shape) {
    double[] result = new double[Tensor.size(shape)];
    int[] position = new int[x.shape().length];
    for (int i = 0; i < x.data().length; i++) {
      EvaluateFolds.unravel(i, x.shape(), position);
      int[] to =
          IntStream.range(0, position.length)
              .filter(axis -> axis != op.axis() + 1)
              .map(axis -> position[axis])
              .toArray();
      to[op.axis()] = position[op.axis()] * op.stride() + position[op.axis() + 1] * op.dilation();
      add(result, EvaluateFolds.ravel(to, shape), x.data()[i], x);
    }
    return result;
  }

  private static void add(double[] result, int at, double value, Evaluate.Values like) {
    boolean ints = like.dtype() == DType.I32;
    result[at] = ints ? (int) result[at] + (int) value : result[at] + value;
  }

  // ------------------------------------------------------------------ positions that are data

  static double[] indexing(Indexing op, Node node, List<Evaluate.Values> operands, int[] shape) {
    return switch (op) {
      case Indexing.Gather g -> gather(g, node, operands.get(0), operands.get(1), shape);
      case Indexing.ScatterAdd s -> scatter(s, node, operands.get(0), operands.get(1), shape);
      case Indexing.Update u -> update(node, operands);
      case Indexing.Argsort a -> argsort(operands.getFirst());
    };
  }

  private static double[] gather(
      Indexing.Gather op, Node node, Evaluate.Values x, Evaluate.Values ids, int[] shape) {
    int[] position = new int[shape.length];
    return Evaluate.fill(
        Tensor.size(shape),
        i -> {
          EvaluateFolds.unravel(i, shape, position);
          return x.data()[
              EvaluateFolds.ravel(slot(op.axis(), node, position, ids, x.shape()), x.shape())];
        });
  }

  private static double[] scatter(
      Indexing.ScatterAdd op, Node node, Evaluate.Values g, Evaluate.Values ids, int[] shape) {
    double[] result = new double[Tensor.size(shape)];
    int[] position = new int[g.shape().length];
    for (int i = 0; i < g.data().length; i++) {
      EvaluateFolds.unravel(i, g.shape(), position);
      int to = EvaluateFolds.ravel(slot(op.axis(), node, position, ids, shape), shape);
      add(result, to, g.data()[i], g);
    }
    return result;
  }

  /** The position in the indexed tensor of a position of the gathered one. */
  private static int[] slot(
      int axis, Node node, int[] position, Evaluate.Values ids, int[] indexed) {
    int rank = ids.shape().length;
    int[] at = Arrays.copyOfRange(position, axis, axis + rank);
    int id = (int) ids.data()[EvaluateFolds.ravel(at, ids.shape())];
    int[] from = new int[indexed.length];
    System.arraycopy(position, 0, from, 0, axis);
    from[axis] = checked(id, indexed[axis], node);
    System.arraycopy(position, axis + rank, from, axis + 1, indexed.length - axis - 1);
    return from;
  }

  private static double[] update(Node node, List<Evaluate.Values> operands) {
    Evaluate.Values x = operands.getFirst();
    Evaluate.Values value = operands.get(1);
    double[] result = x.data().clone();
    int offset = 0;
    for (int axis = 0; axis < operands.size() - 2; axis++) {
      int id = (int) operands.get(axis + 2).data()[0];
      offset = offset * x.shape()[axis] + checked(id, x.shape()[axis], node);
    }
    System.arraycopy(value.data(), 0, result, offset * value.data().length, value.data().length);
    return result;
  }

  /** A negative position counts from the end. */
  private static int checked(int id, int extent, Node node) {
    int at = id < 0 ? id + extent : id;
    if (at < 0 || at >= extent) {
      throw new DlxException(
          "R0104",
          "position " + id + " is outside of an axis of extent " + extent,
          node.span().toString(),
          "positions run from 0 to extent - 1; negative ones count from the end");
    }
    return at;
  }

  private static double[] argsort(Evaluate.Values x) {
    int n = x.shape()[x.shape().length - 1];
    double[] result = new double[x.data().length];
    for (int row = 0; row < result.length; row += n) {
      int start = row;
      Integer[] order = IntStream.range(0, n).boxed().toArray(Integer[]::new);
      // -0.0 and 0.0 are equal here, and NaN is the greatest
      Arrays.sort(
          order, (a, b) -> Double.compare(x.data()[start + a] + 0.0, x.data()[start + b] + 0.0));
      for (int i = 0; i < n; i++) {
        result[row + i] = order[i];
      }
    }
    return result;
  }
}
