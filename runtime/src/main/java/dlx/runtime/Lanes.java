package dlx.runtime;

/**
 * Functions lane by lane, over the first {@code count} elements of scratch memory, in place; called
 * by generated code. Second arguments lie from position 64 on.
 */
public final class Lanes {
  private static final int SECOND = 64;

  /** 0, 1, 2, ... for as many lanes as there may be. */
  public static final int[] POSITIONS = java.util.stream.IntStream.range(0, 64).toArray();

  private Lanes() {}

  /** to[at + i] = bit i of a mask, for each of its lanes from {@code first} on. */
  public static void store(long mask, boolean[] to, int at, int first, int lanes) {
    for (int i = first; i < lanes; i++) {
      to[at + i] = (mask >>> i & 1) != 0;
    }
  }

  /** Of an argument too large for a formula; so are the following three. */
  public static float sin(float x) {
    return (float) StrictMath.sin(x);
  }

  public static double sin(double x) {
    return StrictMath.sin(x);
  }

  public static float cos(float x) {
    return (float) StrictMath.cos(x);
  }

  public static double cos(double x) {
    return StrictMath.cos(x);
  }

  public static void sin(float[] x, int count) {
    for (int i = 0; i < count; i++) {
      x[i] = sin(x[i]);
    }
  }

  public static void sin(double[] x, int count) {
    for (int i = 0; i < count; i++) {
      x[i] = sin(x[i]);
    }
  }

  public static void cos(float[] x, int count) {
    for (int i = 0; i < count; i++) {
      x[i] = cos(x[i]);
    }
  }

  public static void cos(double[] x, int count) {
    for (int i = 0; i < count; i++) {
      x[i] = cos(x[i]);
    }
  }

  public static void power(float[] x, int count) {
    for (int i = 0; i < count; i++) {
      x[i] = (float) Math.pow(x[i], x[SECOND + i]);
    }
  }

  public static void power(double[] x, int count) {
    for (int i = 0; i < count; i++) {
      x[i] = Math.pow(x[i], x[SECOND + i]);
    }
  }

  public static void remainder(float[] x, int count) {
    for (int i = 0; i < count; i++) {
      x[i] = (float) Scalars.remainder(x[i], x[SECOND + i]);
    }
  }

  public static void remainder(double[] x, int count) {
    for (int i = 0; i < count; i++) {
      x[i] = Scalars.remainder(x[i], x[SECOND + i]);
    }
  }

  public static void floorDivide(float[] x, int count) {
    for (int i = 0; i < count; i++) {
      x[i] = (float) Scalars.floorDivide(x[i], x[SECOND + i]);
    }
  }

  public static void floorDivide(double[] x, int count) {
    for (int i = 0; i < count; i++) {
      x[i] = Scalars.floorDivide(x[i], x[SECOND + i]);
    }
  }
}
