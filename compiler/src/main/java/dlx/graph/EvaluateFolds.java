package dlx.graph;

import dlx.runtime.DType;
import dlx.runtime.DlxException;
import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reference loops of the families that fold: {@link Reduction} and {@link Contraction}. */
final class EvaluateFolds {
  private EvaluateFolds() {}

  static double[] reduction(Reduction op, Node node, Evaluate.Values x, int[] shape) {
    boolean ints = x.dtype() == DType.I32;
    double[] result = new double[Tensor.size(shape)];
    Arrays.fill(result, start(op.kind(), ints));
    double[] best = new double[result.length];
    boolean[] any = new boolean[result.length];
    int[] position = new int[x.shape().length];
    for (int i = 0; i < x.data().length; i++) {
      unravel(i, x.shape(), position);
      int to = ravel(keep(position, op.axes()), shape);
      double element = x.data()[i];
      switch (op.kind()) {
        case SUM -> result[to] = wrap(ints, result[to], element, false);
        case PRODUCT -> result[to] = wrap(ints, result[to], element, true);
        case MAX -> result[to] = Math.max(result[to], element);
        case ARGMAX -> {
          boolean first = !any[to];
          boolean better = element > best[to] || Double.isNaN(element) && !Double.isNaN(best[to]);
          if (first || better) {
            best[to] = element;
            result[to] = position[op.axes().getFirst()];
          }
        }
      }
      any[to] = true;
    }
    if (op.kind() == Reduction.Kind.ARGMAX && result.length > 0 && x.data().length == 0) {
      throw new DlxException(
          "R0103", "the largest of no elements has no position", node.span().toString(), "");
    }
    return result;
  }

  private static double start(Reduction.Kind kind, boolean ints) {
    return switch (kind) {
      case SUM, ARGMAX -> 0;
      case PRODUCT -> 1;
      case MAX -> ints ? Integer.MIN_VALUE : Double.NEGATIVE_INFINITY;
    };
  }

  /** a + b or a * b, wrapping around for i32. */
  private static double wrap(boolean ints, double a, double b, boolean product) {
    if (ints) {
      int left = (int) a;
      int right = (int) b;
      return product ? left * right : left + right;
    }
    return product ? a * b : a + b;
  }

  static double[] contraction(
      Contraction op, DType dtype, List<Evaluate.Values> operands, int[] shape) {
    boolean ints = dtype == DType.I32;
    List<Integer> labels = new ArrayList<>(op.output());
    Map<Integer, Integer> extents = new HashMap<>();
    int factors = op.operands().size();
    for (int k = 0; k < factors; k++) {
      for (int axis = 0; axis < operands.get(k).shape().length; axis++) {
        int label = op.operands().get(k).get(axis);
        extents.put(label, operands.get(k).shape()[axis]);
        if (!labels.contains(label)) {
          labels.add(label);
        }
      }
    }
    int[] space = labels.stream().mapToInt(extents::get).toArray();
    double[] result =
        op.begun() ? operands.getLast().data().clone() : new double[Tensor.size(shape)];
    int[] position = new int[space.length];
    for (int i = 0; i < Tensor.size(space); i++) {
      unravel(i, space, position);
      double product = 1;
      for (int k = 0; k < factors; k++) {
        int[] at =
            op.operands().get(k).stream().mapToInt(l -> position[labels.indexOf(l)]).toArray();
        double factor = operands.get(k).data()[ravel(at, operands.get(k).shape())];
        product = wrap(ints, product, factor, true);
      }
      int to = ravel(Arrays.copyOf(position, shape.length), shape);
      result[to] = wrap(ints, result[to], product, false);
    }
    return result;
  }

  // ------------------------------------------------------------------ positions

  /** The position of row-major element {@code index}. */
  static void unravel(int index, int[] shape, int[] position) {
    int rest = index;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      position[axis] = rest % shape[axis];
      rest /= shape[axis];
    }
  }

  /** The row-major number of the element at a position. */
  static int ravel(int[] position, int[] shape) {
    int index = 0;
    for (int axis = 0; axis < shape.length; axis++) {
      index = index * shape[axis] + position[axis];
    }
    return index;
  }

  /** The position without some axes. */
  private static int[] keep(int[] position, List<Integer> without) {
    int[] kept = new int[position.length - without.size()];
    int next = 0;
    for (int axis = 0; axis < position.length; axis++) {
      if (!without.contains(axis)) {
        kept[next++] = position[axis];
      }
    }
    return kept;
  }
}
