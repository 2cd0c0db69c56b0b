package dlx.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However the work of several kernels is cut, each of their units is done once. */
class TogetherTest {
  /** Counts how often each unit of each kernel is done; the operand is the kernel. */
  private static final class Counter extends Kernels {
    final AtomicIntegerArray[] done;
    final int[] units;
    final Program.Kernel[] kernels;

    Counter(int[] units, Program.Kernel[] kernels) {
      this.units = units;
      this.kernels = kernels;
      this.done = new AtomicIntegerArray[units.length];
      for (int i = 0; i < units.length; i++) {
        done[i] = new AtomicIntegerArray(units[i]);
      }
    }

    @Override
    public void run(int method, Frame frame, Scratch scratch, int from, int to) {
      int kernel = scratch.operands[0];
      int align = kernels[kernel].align();
      assertEquals(kernel % 7, method);
      assertTrue(from % align == 0 && (to % align == 0 || to == units[kernel]), "cut in a block");
      assertTrue(kernels[kernel].chunks() > 0 || from == 0 && to == units[kernel], "was cut");
      for (int i = from; i < to; i++) {
        done[kernel].incrementAndGet(i);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void everyUnitOnce(int threads) {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      int count = 2 + random.nextInt(seed % 3 == 0 ? 400 : 8);
      int before = random.nextInt(3);
      int all = before + count;
      Frame frame = new Frame(0, 2 * all, 0);
      int[] units = new int[all];
      Program.Kernel[] kernels = new Program.Kernel[all];
      int largest = 1 << random.nextInt(13);
      for (int i = 0; i < all; i++) {
        units[i] = random.nextInt(4) == 0 ? random.nextInt(2) : random.nextInt(largest);
        frame.extents[2 * i] = units[i];
        frame.extents[2 * i + 1] = random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(5_000);
        int align = 1 << random.nextInt(7);
        int chunks = random.nextInt(4);
        kernels[i] =
            new Program.Kernel(
                i % 7, List.of(i), 2 * i, align, -1, 1, 2 * i + 1, chunks, i > before);
      }
      Counter counter = new Counter(units, kernels);
      Kernels[] code = IntStream.range(0, all).mapToObj(i -> counter).toArray(Kernels[]::new);
      int[] method = IntStream.range(0, all).map(i -> i % 7).toArray();
      int[][] operands = IntStream.range(0, all).mapToObj(i -> new int[] {i}).toArray(int[][]::new);
      Together together = new Together(code, method, operands, kernels, before, count);
      // the workers never start, so the caller does the chunks of all
      together.run(frame, new Scratch(), new Workers(threads, false));
      for (int i = 0; i < all; i++) {
        for (int u = 0; u < units[i]; u++) {
          assertEquals(i < before ? 0 : 1, counter.done[i].get(u), "unit " + u + " of " + i);
        }
      }
    }
  }
}
