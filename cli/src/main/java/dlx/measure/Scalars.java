package dlx.measure;

/**
 * The loops of {@link Vectors} for a JVM without the Vector API: the JIT compiler may find vectors.
 */
final class Scalars {
  private static final int LENGTH = 512;

  @SuppressWarnings("UnusedVariable") // written, so that no loop is left out
  private static volatile double sink;

  private Scalars() {}

  static double fmaSingles(int turns) {
    float[] data = new float[LENGTH];
    int rounds = Math.max(1, turns / 100);
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < data.length; i++) {
        float x = data[i];
        x = x * 0.999f + 0.001f;
        x = x * 0.999f + 0.001f;
        x = x * 0.999f + 0.001f;
        data[i] = x * 0.999f + 0.001f;
      }
    }
    sink = data[0];
    return 8.0 * LENGTH * rounds;
  }

  static double fmaDoubles(int turns) {
    double[] data = new double[LENGTH];
    int rounds = Math.max(1, turns / 100);
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < data.length; i++) {
        double x = data[i];
        x = x * 0.999 + 0.001;
        x = x * 0.999 + 0.001;
        x = x * 0.999 + 0.001;
        data[i] = x * 0.999 + 0.001;
      }
    }
    sink = data[0];
    return 8.0 * LENGTH * rounds;
  }

  static double read(float[] data, int passes) {
    float a = 0, b = 0, c = 0, d = 0;
    for (int pass = 0; pass < passes; pass++) {
      for (int i = 0; i < data.length - 3; i += 4) {
        a += data[i];
        b += data[i + 1];
        c += data[i + 2];
        d += data[i + 3];
      }
    }
    sink = a + b + c + d;
    return 4.0 * data.length * passes;
  }

  static double update(float[] data, int passes) {
    for (int pass = 0; pass < passes; pass++) {
      for (int i = 0; i < data.length; i++) data[i] = -data[i];
    }
    sink = data[0];
    return 8.0 * data.length * passes;
  }
}
