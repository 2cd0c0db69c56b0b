package dlx.tests.data;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.runtime.DlxException;
import dlx.runtime.Tensor;
import org.junit.jupiter.api.function.Executable;

/** What the tests of files expect, in one line each. */
final class Expect {
  private Expect() {}

  /** One clear error: its code, and words that its message, place or help must have. */
  static void error(String code, Executable action, String... words) {
    DlxException e = assertThrows(DlxException.class, action);
    String text = e.place() + ": " + e.getMessage() + " / " + e.help();
    assertEquals(code, e.code(), text);
    for (String word : words) assertTrue(text.contains(word), word + " is not in: " + text);
  }

  /** The same element type, shape and bits. */
  static void same(Tensor expected, Tensor actual) {
    assertAll(
        () -> assertEquals(expected.describe(), actual.describe()),
        () -> {
          switch (expected.dtype()) {
            case F32 -> assertArrayEquals(expected.floats(), actual.floats());
            case F64 -> assertArrayEquals(expected.doubles(), actual.doubles());
            case I32 -> assertArrayEquals(expected.ints(), actual.ints());
            case BOOL -> assertArrayEquals(expected.booleans(), actual.booleans());
          }
        });
  }
}
