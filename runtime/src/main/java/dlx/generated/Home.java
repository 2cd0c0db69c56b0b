package dlx.generated;

import java.lang.invoke.MethodHandles;

/** Lends the right to define classes in this package. */
public final class Home {
  private Home() {}

  public static MethodHandles.Lookup lookup() {
    return MethodHandles.lookup();
  }
}
