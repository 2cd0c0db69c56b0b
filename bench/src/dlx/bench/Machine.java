package dlx.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntFunction;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/**
 * What the machine can do, by measurement: the peak of fused multiply-adds, and the bandwidth of
 * reading for arrays that fit into one of the caches or into none.
 *
 * @param singles floating point operations per second of f32, two for a multiply-add
 * @param doubles the same of f64
 * @param bandwidth bytes per second by the size of what is read, from small to large
 */
record Machine(double singles, double doubles, Map<Integer, Double> bandwidth) {
  private static final int[] FOOTPRINTS = {
    1 << 14, 1 << 16, 1 << 18, 1 << 20, 1 << 22, 1 << 24, 1 << 26, 1 << 28
  };
  private static final int TRIES = 9;

  static Machine measure(int threads) {
    double singles = 0;
    double doubles = 0;
    for (int i = 0; i < TRIES; i++) {
      singles = Math.max(singles, rate(threads, t -> fmaSingles(400_000)));
      doubles = Math.max(doubles, rate(threads, t -> fmaDoubles(400_000)));
    }
    Map<Integer, Double> bandwidth = new LinkedHashMap<>();
    for (int footprint : FOOTPRINTS) {
      float[][] data = new float[threads][footprint / 4 / threads];
      int passes = Math.max(1, (1 << 26) / footprint);
      double best = 0;
      for (int i = 0; i < TRIES; i++)
        best = Math.max(best, rate(threads, t -> read(data[t], passes)));
      bandwidth.put(footprint, best);
    }
    return new Machine(singles, doubles, bandwidth);
  }

  /** The least time for this work, in seconds. */
  double floor(double flops, double bytes, boolean f64) {
    return Math.max(flops / (f64 ? doubles : singles), bytes / bandwidth(bytes));
  }

  /** The bandwidth for a footprint of so many bytes: that of the nearest smaller one. */
  double bandwidth(double bytes) {
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

  private static volatile double sink;

  private static double fmaSingles(int turns) {
    FloatVector factor = FloatVector.broadcast(FloatVector.SPECIES_PREFERRED, 0.999f);
    FloatVector term = FloatVector.broadcast(FloatVector.SPECIES_PREFERRED, 0.001f);
    FloatVector a = term, b = term, c = term, d = term, e = term, f = term;
    FloatVector g = factor, h = factor, i = factor, j = factor, k = factor, l = factor;
    for (int turn = 0; turn < turns; turn++) {
      a = a.fma(factor, term);
      b = b.fma(factor, term);
      c = c.fma(factor, term);
      d = d.fma(factor, term);
      e = e.fma(factor, term);
      f = f.fma(factor, term);
      g = g.fma(factor, term);
      h = h.fma(factor, term);
      i = i.fma(factor, term);
      j = j.fma(factor, term);
      k = k.fma(factor, term);
      l = l.fma(factor, term);
    }
    FloatVector all =
        a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j).add(k).add(l);
    sink = all.lane(0);
    return 24.0 * turns * all.length();
  }

  private static double fmaDoubles(int turns) {
    DoubleVector factor = DoubleVector.broadcast(DoubleVector.SPECIES_PREFERRED, 0.999);
    DoubleVector term = DoubleVector.broadcast(DoubleVector.SPECIES_PREFERRED, 0.001);
    DoubleVector a = term, b = term, c = term, d = term, e = term, f = term;
    DoubleVector g = factor, h = factor, i = factor, j = factor, k = factor, l = factor;
    for (int turn = 0; turn < turns; turn++) {
      a = a.fma(factor, term);
      b = b.fma(factor, term);
      c = c.fma(factor, term);
      d = d.fma(factor, term);
      e = e.fma(factor, term);
      f = f.fma(factor, term);
      g = g.fma(factor, term);
      h = h.fma(factor, term);
      i = i.fma(factor, term);
      j = j.fma(factor, term);
      k = k.fma(factor, term);
      l = l.fma(factor, term);
    }
    DoubleVector all =
        a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j).add(k).add(l);
    sink = all.lane(0);
    return 24.0 * turns * all.length();
  }

  private static double read(float[] data, int passes) {
    int lanes = FloatVector.SPECIES_PREFERRED.length();
    FloatVector a = FloatVector.zero(FloatVector.SPECIES_PREFERRED);
    FloatVector b = a, c = a, d = a, e = a, f = a, g = a, h = a;
    for (int pass = 0; pass < passes; pass++) {
      for (int i = 0; i < data.length - 8 * lanes + 1; i += 8 * lanes) {
        a = a.add(FloatVector.fromArray(FloatVector.SPECIES_PREFERRED, data, i));
        b = b.add(FloatVector.fromArray(FloatVector.SPECIES_PREFERRED, data, i + lanes));
        c = c.add(FloatVector.fromArray(FloatVector.SPECIES_PREFERRED, data, i + 2 * lanes));
        d = d.add(FloatVector.fromArray(FloatVector.SPECIES_PREFERRED, data, i + 3 * lanes));
        e = e.add(FloatVector.fromArray(FloatVector.SPECIES_PREFERRED, data, i + 4 * lanes));
        f = f.add(FloatVector.fromArray(FloatVector.SPECIES_PREFERRED, data, i + 5 * lanes));
        g = g.add(FloatVector.fromArray(FloatVector.SPECIES_PREFERRED, data, i + 6 * lanes));
        h = h.add(FloatVector.fromArray(FloatVector.SPECIES_PREFERRED, data, i + 7 * lanes));
      }
    }
    sink = a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).lane(0);
    return 4.0 * data.length * passes;
  }
}
