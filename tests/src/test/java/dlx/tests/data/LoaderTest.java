package dlx.tests.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dlx.data.Augmentation;
import dlx.data.Dataset;
import dlx.data.Loader;
import dlx.data.Wanted;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoaderTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int H = 5;
  private static final int W = 7;

  /** Pixel (y, x, c) of example i is a number from 0 to 1 that tells which it is. */
  private static Tensor pictures(DType dtype, int n, int channels) {
    Tensor tensor = Tensor.zeros(dtype, n, H, W, channels);
    for (int i = 0; i < tensor.size(); i++) tensor.set(i, (i % 4096) / 4096.0);
    return tensor;
  }

  private static Dataset data(Tensor pictures) {
    int n = pictures.extent(0);
    int[] shape = pictures.shape();
    shape[0] = -1;
    return Dataset.of(
        Map.of("image", pictures, "label", Tensor.of(IntStream.range(0, n).toArray(), n)),
        List.of(
            new Wanted("image", pictures.dtype(), shape, 0),
            new Wanted("label", DType.I32, new int[] {-1}, 0)));
  }

  /** Every batch of an epoch, images and labels one after the other. */
  private static List<double[]> epoch(Loader loader, int[] order, int epoch, int from, int count) {
    List<double[]> all = new ArrayList<>();
    for (int k = from; k < count; k++) {
      for (Tensor tensor : loader.fill(order, epoch, k).values()) {
        all.add(IntStream.range(0, tensor.size()).mapToDouble(tensor::get).toArray());
      }
    }
    return all;
  }

  private static void same(List<double[]> expected, List<double[]> actual) {
    assertEquals(expected.size(), actual.size());
    for (int i = 0; i < expected.size(); i++) assertArrayEquals(expected.get(i), actual.get(i));
  }

  // ------------------------------------------------------------------ threads

  @Test
  void theSameWhateverTheThreadsAndWhereverItBegins() {
    Dataset data = data(pictures(DType.F32, 53, 3));
    Augmentation how = Augmentation.of("flip:both, crop:2, shift:1, jitter:0.4");
    int[] order = data.shuffled(7, 3);
    List<double[]> expected;
    try (Loader alone = new Loader(data, 8, how, "", 7, 0)) {
      expected = epoch(alone, order, 3, 0, 7);
      assertFalse(Arrays.equals(expected.get(0), epoch(alone, order, 4, 0, 7).get(0)));
    }
    for (int threads = 1; threads <= 3; threads++) {
      try (Loader loader = new Loader(data, 8, how, "", 7, threads)) {
        same(expected, epoch(loader, order, 3, 0, 7));
        same(expected.subList(8, 14), epoch(loader, order, 3, 4, 7)); // as after --resume
        same(expected, epoch(loader, order.clone(), 3, 0, 7));
      }
    }
    // another size of batches changes nothing for an example
    try (Loader larger = new Loader(data, 53, how, "", 7, 1)) {
      Tensor whole = larger.fill(order, 3, 0).get("image");
      for (int i = 0; i < 8 * H * W * 3; i++) assertEquals(expected.get(0)[i], whole.get(i));
    }
    try (Loader other = new Loader(data, 8, how, "", 8, 0)) {
      assertFalse(Arrays.equals(expected.get(0), epoch(other, order, 3, 0, 1).get(0)));
    }
  }

  @Test
  void aBatchStaysWhileTheNextOneIsPrepared() throws InterruptedException {
    Dataset data = data(pictures(DType.F32, 64, 1));
    try (Loader loader = new Loader(data, 8, Augmentation.of("flip"), "", 0, 2)) {
      int[] order = data.order();
      for (int k = 0; k < 8; k++) {
        Tensor label = loader.fill(order, 0, k).get("label");
        Thread.sleep(5); // in which the others go on; what they write must be elsewhere
        for (int i = 0; i < 8; i++) assertEquals(8 * k + i, label.ints()[i]);
      }
    }
  }

  @Test
  void nothingIsAllocatedOnceItRuns() {
    Dataset data = data(pictures(DType.F32, 50, 3));
    Augmentation how = Augmentation.of("flip,crop:1,jitter:0.2");
    try (Loader loader = new Loader(data, 8, how, "", 0, 2)) {
      int[] order = data.order();
      long[] threads =
          Thread.getAllStackTraces().keySet().stream()
              .filter(t -> t == Thread.currentThread() || t.getName().startsWith("dlx-load"))
              .mapToLong(Thread::threadId)
              .toArray();
      assertTrue(threads.length >= 3);
      long least = Long.MAX_VALUE;
      // at best: the JVM itself allocates now and then
      for (int tries = 0; tries < 10 && least > 0; tries++) {
        long before = allocated(threads);
        for (int epoch = 0; epoch < 20; epoch++) {
          for (int k = 0; k < 7; k++) loader.fill(order, epoch, k);
        }
        least = Math.min(least, allocated(threads) - before);
      }
      // what the question itself takes: an array of the numbers of two threads and a half
      assertTrue(least <= 256, least + " bytes");
    }
  }

  private static long allocated(long[] threads) {
    return LongStream.of(THREADS.getThreadAllocatedBytes(threads)).sum();
  }

  @Test
  void noExamplesAreFine() {
    try (Loader loader = new Loader(data(pictures(DType.F32, 0, 3)), 8, null, "", 0, 1)) {
      assertEquals(0, loader.fill(new int[0], 0, 0).get("image").size());
    }
  }

  // ------------------------------------------------------------------ what is changed

  /** The first batch of all examples, changed, beside the data. */
  private static float[][] changed(String how, int channels) {
    Tensor from = pictures(DType.F32, 100, channels);
    Dataset data = data(from);
    try (Loader loader = new Loader(data, 100, Augmentation.of(how), "", 1, 0)) {
      return new float[][] {
        from.floats(), loader.fill(data.order(), 0, 0).get("image").floats().clone()
      };
    }
  }

  private static float at(float[] all, int example, int y, int x, int c) {
    return all[((example * H + y) * W + x) * 3 + c];
  }

  @Test
  void aFlipIsEverySecondTime() {
    float[][] both = changed("flip", 3);
    int flipped = 0;
    for (int i = 0; i < 100; i++) {
      boolean turned = at(both[1], i, 0, 0, 0) != at(both[0], i, 0, 0, 0);
      if (turned) flipped++;
      for (int y = 0; y < H; y++) {
        for (int x = 0; x < W; x++) {
          for (int c = 0; c < 3; c++) {
            float expected = at(both[0], i, y, turned ? W - 1 - x : x, c);
            assertEquals(expected, at(both[1], i, y, x, c));
          }
        }
      }
    }
    assertEquals(50, flipped, 15); // three deviations
  }

  @ParameterizedTest
  @ValueSource(strings = {"crop:2", "shift:2"})
  void picturesAreMoved(String how) {
    float[][] both = changed(how, 3);
    boolean black = how.startsWith("crop");
    boolean[][] seen = new boolean[5][5];
    for (int i = 0; i < 100; i++) {
      int moves = 0;
      for (int dy = -2; dy <= 2; dy++) {
        for (int dx = -2; dx <= 2; dx++) {
          if (!isMoved(both, i, dy, dx, black)) continue;
          moves++;
          seen[dy + 2][dx + 2] = true;
        }
      }
      assertEquals(1, moves, "example " + i);
    }
    int different = 0;
    for (boolean[] row : seen) for (boolean one : row) different += one ? 1 : 0;
    assertTrue(different > 20, different + " of 25"); // 100 draws of 25
  }

  private static boolean isMoved(float[][] both, int i, int dy, int dx, boolean black) {
    for (int y = 0; y < H; y++) {
      for (int x = 0; x < W; x++) {
        int fromY = y - dy;
        int fromX = x - dx;
        boolean outside = fromY < 0 || fromY >= H || fromX < 0 || fromX >= W;
        float expected =
            outside && black
                ? 0
                : at(both[0], i, Math.clamp(fromY, 0, H - 1), Math.clamp(fromX, 0, W - 1), 1);
        if (at(both[1], i, y, x, 1) != expected) return false;
      }
    }
    return true;
  }

  @Test
  void brightnessIsOneFactorForAPicture() {
    float[][] both = changed("brightness:0.5", 3);
    double least = 2;
    double most = 0;
    for (int i = 0; i < 100; i++) {
      int pixel = (i * H * W + 3) * 3;
      double factor = both[1][pixel] / both[0][pixel];
      if (both[1][pixel] == 1) continue;
      least = Math.min(least, factor);
      most = Math.max(most, factor);
      for (int k = i * H * W * 3; k < (i + 1) * H * W * 3; k++) {
        assertEquals(Math.min(1, both[0][k] * factor), both[1][k], 1e-6); // rounding of f32
      }
    }
    assertTrue(least > 0.5 && least < 0.6 && most > 1.35 && most < 1.5, least + " to " + most);
  }

  @Test
  void contrastKeepsTheMeanAndSaturationTheGrey() {
    float[][] contrast = changed("contrast:0.3", 1);
    float[][] colour = changed("saturation:0.3", 3);
    int pixels = H * W;
    for (int i = 0; i < 100; i++) {
      double before = 0;
      double after = 0;
      boolean cut = false;
      for (int p = i * pixels; p < (i + 1) * pixels; p++) {
        before += contrast[0][p];
        after += contrast[1][p];
        cut |= contrast[1][p] == 0 || contrast[1][p] == 1;
      }
      if (!cut) assertEquals(before / pixels, after / pixels, 1e-6);
      for (int p = i * pixels; p < (i + 1) * pixels; p++) {
        boolean end = false;
        for (int c = 0; c < 3; c++) end |= colour[1][3 * p + c] <= 0 || colour[1][3 * p + c] >= 1;
        if (!end) assertEquals(grey(colour[0], 3 * p), grey(colour[1], 3 * p), 1e-6);
      }
    }
    assertFalse(Arrays.equals(contrast[0], contrast[1]));
    assertFalse(Arrays.equals(colour[0], colour[1]));
  }

  private static double grey(float[] all, int at) {
    return 0.299 * all[at] + 0.587 * all[at + 1] + 0.114 * all[at + 2];
  }

  /** What is f64 stays so; what is f32 is the same, rounded once. */
  @Test
  void doublesAreChangedAlike() {
    Dataset singles = data(pictures(DType.F32, 9, 3));
    Dataset doubles = data(pictures(DType.F64, 9, 3));
    Augmentation how = Augmentation.of("flip,crop:1,jitter:0.2");
    try (Loader one = new Loader(singles, 9, how, "image", 0, 0);
        Loader two = new Loader(doubles, 9, how, "image", 0, 0)) {
      double[] exact = epoch(two, doubles.order(), 0, 0, 1).getFirst();
      double[] rounded = Arrays.stream(exact).map(x -> (float) x).toArray();
      assertArrayEquals(rounded, epoch(one, singles.order(), 0, 0, 1).getFirst());
      assertFalse(Arrays.equals(exact, rounded));
    }
  }

  // ------------------------------------------------------------------ errors

  @Test
  void whatCannotBeChangedIsTold() {
    Tensor table = Tensor.zeros(DType.F32, 4, 3);
    Dataset rows =
        Dataset.of(Map.of("x", table), List.of(new Wanted("x", DType.F32, new int[] {-1, 3}, 0)));
    Augmentation flip = Augmentation.of("flip");
    Expect.error("R0103", () -> new Loader(rows, 2, flip, "", 0, 0), "no input is pictures");
    Dataset data = data(pictures(DType.F32, 4, 3));
    Expect.error("R0103", () -> new Loader(data, 2, flip, "label", 0, 0), "`label` is no input");
    Augmentation jitter = Augmentation.of("jitter:0.1");
    Dataset five = data(pictures(DType.F32, 4, 5));
    Expect.error("R0103", () -> new Loader(five, 2, jitter, "", 0, 0), "5 channels");
    Tensor centred = pictures(DType.F32, 4, 3);
    centred.set(17, -0.5);
    Expect.error("R0104", () -> new Loader(data(centred), 2, jitter, "", 0, 0), "-0.5");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "flop",
        "flip:up",
        "flip,flip",
        "crop",
        "crop:0",
        "crop:x",
        "crop:1e9",
        "jitter",
        "jitter:2",
        "jitter:nan",
        "brightness:-1",
        "flip,,crop:2"
      })
  void whatIsNoChangeIsTold(String text) {
    assertThrows(IllegalArgumentException.class, () -> Augmentation.of(text));
  }
}
