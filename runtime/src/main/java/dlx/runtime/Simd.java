package dlx.runtime;

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
