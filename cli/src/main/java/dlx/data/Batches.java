package dlx.data;

import dlx.runtime.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A data set in batches of one size; the last one may be short. The tensors that {@link #fill}
 * returns are made when they are first needed, once for each of the two sizes, and used again, so
 * filling a batch allocates nothing.
 *
 * <p>Not for several threads at once, but for parts of one batch.
 */
public final class Batches {
  private final Dataset data;
  private final int size;
  private @Nullable Targets full;
  private @Nullable Targets last;

  /** The tensors of a batch, by name and by the number of the input. */
  private record Targets(Map<String, Tensor> byName, Tensor[] byNumber) {}

  Batches(Dataset data, int size) {
    if (size < 1) throw new IllegalArgumentException("a batch has at least one example");
    this.data = data;
    this.size = size;
  }

  private Targets make(int examples) {
    Map<String, Tensor> targets = new LinkedHashMap<>();
    for (Dataset.Column c : data.columns()) {
      if (c.axis() < 0) {
        targets.put(c.name(), c.values().tensor());
        continue;
      }
      int[] shape = c.values().shape();
      shape[c.axis()] = examples;
      targets.put(c.name(), Tensor.zeros(c.values().dtype(), shape));
    }
    return new Targets(targets, targets.values().toArray(new Tensor[0]));
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
    int examples = Math.max(0, size(k));
    fill(order, k, 0, examples);
    return batch(k);
  }

  /** The tensors of batch {@code k}; they are made here, before threads fill parts of them. */
  Map<String, Tensor> batch(int k) {
    return targets(k).byName;
  }

  private Targets targets(int k) {
    if (size(k) == size) {
      if (full == null) full = make(size);
      return full;
    }
    if (last == null) last = make(data.length() % size);
    return last;
  }

  /** Fills the examples from {@code begin} to {@code end} of batch {@code k}. */
  void fill(int[] order, int k, int begin, int end) {
    Tensor[] targets = targets(k).byNumber;
    for (int i = 0; i < targets.length; i++) {
      Dataset.Column c = data.columns().get(i);
      if (c.axis() < 0) continue;
      c.values().gather(c.axis(), order, k * size, targets[i], begin, end);
    }
  }

  /** As {@link #fill(int[], int, int, int)}, and pictures are changed by chance. */
  void fill(int[] order, int k, int begin, int end, Augmented.Hand hand, long key) {
    fill(order, k, begin, end);
    hand.apply(targets(k).byNumber, order, k * size, begin, end, key);
  }
}
