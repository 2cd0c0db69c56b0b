package dlx.bench;

import dlx.Dlx;
import dlx.Step;
import dlx.runtime.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Steps with a thousand different batch sizes in random order, by a model that was just loaded: the
 * longest of them, the first few left out.
 */
final class Sizes implements Side {
  private static final int SIZES = 1000;
  private static final int FIRST = 12;
  private static final int PIXELS = 784;

  private final List<Integer> order = new ArrayList<>();
  private final float[] images;
  private final int[] labels;
  private List<Tensor> results = List.of();

  private Sizes() {
    Random random = new Random(61);
    images = random.uniform(0, 1, SIZES, PIXELS).floats();
    labels = random.whole(10, SIZES).ints();
    for (int size = 1; size <= SIZES; size++) order.add(size);
    Collections.shuffle(order, new java.util.Random(61));
  }

  static void addTo(Workloads table) {
    table.add(
        "the longest of a thousand batch sizes after the first 12",
        w -> w.ours(Sizes::new).warm(0.1));
  }

  @Override
  public String name() {
    return "dlx";
  }

  /** Only the first few sizes, so that something has run: nothing is kept from one to the next. */
  @Override
  public void run(int times) {
    longest(FIRST);
  }

  /** Not the time of all, but the sum over {@code times} of the longest of each. */
  @Override
  public double seconds(int times) {
    double sum = 0;
    for (int i = 0; i < times; i++) sum += longest(SIZES);
    return sum;
  }

  private double longest(int count) {
    Step step =
        Dlx.load(Path.of(System.getProperty("dlx.bench"), "programs/mnist.dlx")).step("train");
    long longest = 0;
    for (int i = 0; i < count; i++) {
      int size = order.get(i);
      Tensor image = Tensor.of(Arrays.copyOf(images, size * PIXELS), size, PIXELS);
      Tensor label = Tensor.of(Arrays.copyOf(labels, size), size);
      long begun = System.nanoTime();
      results = step.run(Map.of("image", image, "label", label)).tensors();
      if (i >= FIRST) longest = Math.max(longest, System.nanoTime() - begun);
    }
    return longest * 1e-9;
  }

  /** Nothing to compare with: steps are compared where they are measured. */
  @Override
  public List<Tensor> results() {
    if (results.isEmpty()) throw new IllegalStateException("no step was run");
    return List.of();
  }
}
