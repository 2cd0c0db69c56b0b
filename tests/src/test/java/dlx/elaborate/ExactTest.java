package dlx.elaborate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers as they are written; the judge is how Java reads them as f64. */
class ExactTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "7",
        "0.5",
        "0.1",
        "1e-3",
        "1E+3",
        "2.5e2",
        "1e22",
        "0e5",
        "123456789012345678",
        "1234567890123456789012345678901234567890",
        "0.000000000000000000000000000000001",
        "3.14159265358979323846264338327950288",
        "1e300",
        "1e-300",
        "1e-320",
        "1e399",
        "1e-399",
        "1e400",
        "4.9e-324",
        "1e99999999999999999999",
        "1e-99999999999999999999"
      })
  void isTheNearestReal(String text) {
    assertEquals(Double.parseDouble(text), Exact.parse(text).toDouble());
  }

  @Test
  void keepsWhatIsExact() {
    assertTrue(Exact.parse("1e-3").times(Exact.parse("1e3")).same(Exact.ONE));
    assertTrue(Exact.parse("0.1").plus(Exact.parse("0.2")).same(Exact.parse("0.3")));
    assertTrue(Exact.parse("2.5e1").isWhole());
    assertFalse(Exact.parse("2.5e0").isWhole());
    assertEquals(25, Exact.parse("2.5e1").toLong());
  }
}
