package dlx.data;

import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.util.Arrays;

/** What one input is given: numbers, or the bytes of pictures that become numbers in a batch. */
public sealed interface Values permits Values.Numbers, Pictures {
  DType dtype();

  /** A copy of the extents. */
  int[] shape();

  /** All of it as numbers. */
  Tensor tensor();

  /**
   * Copies examples to a batch: example {@code order[from + i]} of all becomes example {@code i} of
   * {@code target}, for i from {@code begin} to {@code end}.
   *
   * @param axis the one that counts examples
   */
  void gather(int axis, int[] order, int from, Tensor target, int begin, int end);

  /**
   * These and behind them {@code others}, along the first axis.
   *
   * @param place where the others are from
   * @throws dlx.runtime.DlxException R0103 if an example has another shape there
   */
  default Values and(Values others, String place) {
    int[] shape = shape();
    int[] theirs = others.shape();
    int count = Math.addExact(shape[0], theirs[0]);
    shape[0] = theirs[0];
    if (!Arrays.equals(shape, theirs)) {
      throw Problem.shape(
          place,
          "an example has the shape %s here and %s before".formatted(after(theirs), after(shape())),
          "");
    }
    if (this instanceof Pictures some && others instanceof Pictures more) return some.and(more);
    shape[0] = count;
    Tensor all = Tensor.zeros(dtype(), shape);
    int size = tensor().size();
    System.arraycopy(tensor().data(), 0, all.data(), 0, size);
    System.arraycopy(others.tensor().data(), 0, all.data(), size, all.size() - size);
    return of(all);
  }

  private static String after(int[] shape) {
    return Arrays.toString(Arrays.copyOfRange(shape, 1, shape.length));
  }

  default int extent(int axis) {
    return shape()[axis];
  }

  static Values of(Tensor tensor) {
    return new Numbers(tensor);
  }

  /** A tensor. */
  record Numbers(Tensor tensor) implements Values {
    @Override
    public DType dtype() {
      return tensor.dtype();
    }

    @Override
    public int[] shape() {
      return tensor.shape();
    }

    @Override
    public int extent(int axis) {
      return tensor.extent(axis);
    }

    @Override
    public void gather(int axis, int[] order, int from, Tensor target, int begin, int end) {
      int inner = 1;
      for (int a = axis + 1; a < tensor.rank(); a++) inner *= tensor.extent(a);
      int outer = 1;
      for (int a = 0; a < axis; a++) outer *= tensor.extent(a);
      int there = tensor.extent(axis);
      int here = target.extent(axis);
      for (int o = 0; o < outer; o++) {
        for (int i = begin; i < end; i++) {
          System.arraycopy(
              tensor.data(),
              (o * there + order[from + i]) * inner,
              target.data(),
              (o * here + i) * inner,
              inner);
        }
      }
    }
  }
}
