package dlx.data;

import dlx.runtime.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A data set in batches of one size; the last one may be short. The tensors that {@link #fill}
 * returns are made once for each of the two sizes and used again, so filling a batch allocates
 * nothing.
 *
 * <p>Not for several threads at once.
 */
public final class Batches {
  private final Dataset data;
  private final int size;
  private final Map<String, Tensor> full;
  private final Map<String, Tensor> last;

  Batches(Dataset data, int size) {
    if (size < 1) throw new IllegalArgumentException("a batch has at least one example");
    this.data = data;
    this.size = size;
    this.full = data.length() < size ? Map.of() : targets(size);
    int rest = data.length() % size;
    this.last = rest == 0 ? Map.of() : targets(rest);
  }

  private Map<String, Tensor> targets(int examples) {
    Map<String, Tensor> targets = new LinkedHashMap<>();
    for (Dataset.Column c : data.columns()) {
      if (c.axis() < 0) {
        targets.put(c.name(), c.tensor());
        continue;
      }
      int[] shape = c.tensor().shape();
      shape[c.axis()] = examples;
      targets.put(c.name(), Tensor.zeros(c.tensor().dtype(), shape));
    }
    return targets;
  }

  /** The number of batches. */
  public int count() {
    return Math.ceilDiv(data.length(), size);
  }

  /** The number of examples in batch {@code k}. */
  public int size(int k) {
    return Math.min(size, data.length() - k * size);
  }

  /**
   * Fills batch {@code k} of the examples in {@code order}. The result is valid until the next
   * call.
   */
  public Map<String, Tensor> fill(int[] order, int k) {
    if (data.length() == 0) return targets(0);
    int from = k * size;
    int examples = size(k);
    Map<String, Tensor> targets = examples == size ? full : last;
    for (int i = 0; i < data.columns().size(); i++) {
      Dataset.Column c = data.columns().get(i);
      if (c.axis() >= 0) gather(c.tensor(), c.axis(), order, from, targets.get(c.name()));
    }
    return targets;
  }

  private static void gather(Tensor source, int axis, int[] order, int from, Tensor target) {
    int inner = 1;
    for (int a = axis + 1; a < source.rank(); a++) inner *= source.extent(a);
    int outer = 1;
    for (int a = 0; a < axis; a++) outer *= source.extent(a);
    int there = source.extent(axis);
    int here = target.extent(axis);
    Object sourceData = source.data();
    Object targetData = target.data();
    for (int o = 0; o < outer; o++) {
      for (int i = 0; i < here; i++) {
        System.arraycopy(
            sourceData,
            (o * there + order[from + i]) * inner,
            targetData,
            (o * here + i) * inner,
            inner);
      }
    }
  }

  /** A copy of {@code from..to} of one axis. */
  static Tensor range(Tensor source, int axis, int from, int to) {
    int[] shape = source.shape();
    shape[axis] = to - from;
    Tensor target = Tensor.zeros(source.dtype(), shape);
    int[] order = new int[to - from];
    for (int i = 0; i < order.length; i++) order[i] = from + i;
    gather(source, axis, order, 0, target);
    return target;
  }
}
