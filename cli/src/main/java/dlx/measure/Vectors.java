package dlx.measure;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/**
 * Loops that do nothing but multiply-adds or reading, with vectors of the preferred width. Singles
 * and doubles have a loop each: only where the species is a constant do vectors stay in registers.
 */
final class Vectors {
  private Vectors() {}

  @SuppressWarnings("UnusedVariable") // written, so that no loop is left out
  private static volatile double sink;

  static double fmaSingles(int turns) {
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

  static double fmaDoubles(int turns) {
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

  static double read(float[] data, int passes) {
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

  static double update(float[] data, int passes) {
    int lanes = FloatVector.SPECIES_PREFERRED.length();
    for (int pass = 0; pass < passes; pass++) {
      for (int i = 0; i < data.length - 4 * lanes + 1; i += 4 * lanes) {
        negate(data, i);
        negate(data, i + lanes);
        negate(data, i + 2 * lanes);
        negate(data, i + 3 * lanes);
      }
    }
    sink = data[0];
    return 8.0 * data.length * passes;
  }

  private static void negate(float[] data, int at) {
    FloatVector.fromArray(FloatVector.SPECIES_PREFERRED, data, at).neg().intoArray(data, at);
  }
}
