package dlx.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;

/**
 * The real standard error. The JVM prints a warning about its incubator module on descriptor 2
 * before any of our code runs, so the launcher gives the JVM nothing there, and the user's stream
 * as the descriptor that the property {@code dlx.stderr} names.
 */
final class StandardError {
  private StandardError() {}

  /** Makes {@link System#err} what the user sees. Without the launcher there is nothing to do. */
  static void restore() {
    Integer number = Integer.getInteger("dlx.stderr");
    if (number == null) return;
    try {
      var constructor = FileDescriptor.class.getDeclaredConstructor(int.class);
      constructor.setAccessible(true);
      System.setErr(
          new PrintStream(
              new FileOutputStream(constructor.newInstance(number)), true, System.err.charset()));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("java.base/java.io is not open to the command line", e);
    }
  }
}
