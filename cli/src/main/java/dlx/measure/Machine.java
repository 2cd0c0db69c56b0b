package dlx.measure;

import dlx.runtime.Simd;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntFunction;

/**
 * What the machine can do, by measurement: the peak of fused multiply-adds, and the bandwidth for
 * arrays that fit into one of the caches or into none: that of reading or of updating in place,
 * whichever moves more.
 *
 * @param threads that worked at the same time
 * @param singles floating point operations per second of f32, two for a multiply-add
 * @param doubles the same of f64
 * @param bandwidth bytes per second by the size of the array, from small to large
 */
public record Machine(int threads, double singles, double doubles, Map<Integer, Double> bandwidth) {
  private static final int[] FOOTPRINTS = {
    1 << 14, 1 << 16, 1 << 18, 1 << 20, 1 << 22, 1 << 24, 1 << 25, 1 << 27
  };
  private static final int TRIES = 9;

  /**
   * Until the JIT compiler has seen everything; before that, vectors take a thousand times longer.
   */
  private static final long WARM_NANOS = 250_000_000;

  /**
   * Turns of a loop: long against the time in which the system gives every thread its processor.
   */
  private static final int TURNS = 2_000_000;

  /** Takes about a second. */
  public static Machine measure(int threads) {
    if (Simd.bits() == 0) {
      return measure(
          threads, Scalars::fmaSingles, Scalars::fmaDoubles, Scalars::read, Scalars::update);
    }
    return measure(
        threads, Vectors::fmaSingles, Vectors::fmaDoubles, Vectors::read, Vectors::update);
  }

  /** Does a number of turns and says how many operations these were. */
  private interface Turns {
    double run(int turns);
  }

  /** Goes over an array a number of times and says how many bytes these were. */
  private interface Passes {
    double run(float[] data, int passes);
  }

  private static Machine measure(
      int threads, Turns singles, Turns doubles, Passes read, Passes update) {
    long begun = System.nanoTime();
    float[] little = new float[1 << 10];
    while (System.nanoTime() - begun < WARM_NANOS) {
      singles.run(100);
      doubles.run(100);
      read.run(little, 4);
      update.run(little, 4);
    }
    double single = 0;
    double twice = 0;
    for (int i = 0; i < TRIES; i++) {
      single = Math.max(single, rate(threads, t -> singles.run(TURNS)));
      twice = Math.max(twice, rate(threads, t -> doubles.run(TURNS)));
    }
    Map<Integer, Double> bandwidth = new LinkedHashMap<>();
    for (int footprint : FOOTPRINTS) {
      float[][] data = new float[threads][footprint / 4 / threads];
      int passes = Math.max(1, (1 << 27) / footprint);
      double best = 0;
      for (int i = 0; i < TRIES; i++) {
        best = Math.max(best, rate(threads, t -> read.run(data[t], passes)));
        best = Math.max(best, rate(threads, t -> update.run(data[t], passes)));
      }
      bandwidth.put(footprint, best);
    }
    return new Machine(threads, single, twice, bandwidth);
  }

  /** The least time for this work, in seconds. */
  public double floor(double flops, double bytes, boolean f64) {
    return Math.max(flops / (f64 ? doubles : singles), bytes / bandwidth(bytes));
  }

  /** The bandwidth for a footprint of so many bytes: that of the nearest smaller one. */
  public double bandwidth(double bytes) {
    double last = bandwidth.values().iterator().next();
    for (Map.Entry<Integer, Double> each : bandwidth.entrySet()) {
      if (bytes < each.getKey()) break;
      last = each.getValue();
    }
    return last;
  }

  /** How much all threads do per second; each says how much it did. */
  private static double rate(int threads, IntFunction<Double> work) {
    if (threads == 1) {
      long begun = System.nanoTime();
      double done = work.apply(0);
      return done / ((System.nanoTime() - begun) * 1e-9);
    }
    double[] done = new double[threads];
    Thread[] others = new Thread[threads];
    CountDownLatch ready = new CountDownLatch(threads);
    CountDownLatch go = new CountDownLatch(1);
    for (int i = 0; i < threads; i++) {
      int number = i;
      others[i] =
          Thread.ofPlatform()
              .daemon()
              .start(() -> {
                ready.countDown();
                try {
                  go.await();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
                done[number] = work.apply(number);
              });
    }
    try {
      ready.await();
      long begun = System.nanoTime();
      go.countDown();
      for (Thread other : others) other.join();
      double seconds = (System.nanoTime() - begun) * 1e-9;
      double sum = 0;
      for (double d : done) sum += d;
      return sum / seconds;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
