package dlx.runtime;

import java.lang.invoke.MethodHandles;

/**
 * The one gate to the incubator module of the Vector API: is it here, and how wide are the vectors
 * of this machine? Without it generated code is scalar; said once.
 */
public final class Simd {
  private Simd() {}

  private static final int BITS = detect();
  private static boolean warned;

  private static int detect() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      return 0;
    }
    try {
      Class<?> vector = Class.forName("jdk.incubator.vector.FloatVector");
      Object species = vector.getField("SPECIES_PREFERRED").get(null);
      Class<?> type = Class.forName("jdk.incubator.vector.VectorSpecies");
      return (int) type.getMethod("vectorBitSize").invoke(species);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the Vector API of this JDK is not the one of JDK 25", e);
    }
  }

  /** The width of the preferred vectors in bits; 0 without the module. */
  public static int bits() {
    return BITS;
  }

  /**
   * A constant of generated code that moves lanes by a distance, a power of two: {@code exchange}
   * is the shuffle of lanes i and i xor distance, {@code upper} the mask of the lanes i with {@code
   * (i & distance) != 0}.
   *
   * @param vector the class of the vectors, {@code species} its field with their shape
   */
  public static Object pattern(
      MethodHandles.Lookup lookup,
      String name,
      Class<?> type,
      String vector,
      String species,
      int distance)
      throws ReflectiveOperationException {
    Object shape = Class.forName(vector).getField(species).get(null);
    Class<?> shapes = Class.forName("jdk.incubator.vector.VectorSpecies");
    int lanes = (int) shapes.getMethod("length").invoke(shape);
    int[] exchange = new int[lanes];
    boolean[] upper = new boolean[lanes];
    for (int lane = 0; lane < lanes; lane++) {
      exchange[lane] = lane ^ distance;
      upper[lane] = (lane & distance) != 0;
    }
    Object lanesOf = name.equals("exchange") ? exchange : upper;
    return type.getMethod("fromArray", shapes, lanesOf.getClass(), int.class)
        .invoke(null, shape, lanesOf, 0);
  }

  /** Says on standard error, once, that code will be scalar because the module is not there. */
  public static synchronized void warnIfScalar() {
    if (BITS == 0 && !warned) {
      warned = true;
      System.err.println(
          "warning: the module jdk.incubator.vector is not there, so loops run without vectors;"
              + " start java with --add-modules jdk.incubator.vector");
    }
  }
}
