package dlx.runtime;

/** Defines generated classes: hidden, so that they go when nobody needs them. */
public final class Loader {
  private Loader() {}

  /** Loads a generated subclass of {@link Kernels} whose package is {@code dlx.generated}. */
  public static Kernels load(byte[] bytes) {
    return (Kernels) instance(bytes);
  }

  /** An object of a generated class with a constructor without arguments. */
  public static Object instance(byte[] bytes) {
    try {
      Class<?> type = dlx.generated.Home.lookup().defineHiddenClass(bytes, true).lookupClass();
      return type.getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a generated class does not load", e);
    }
  }
}
