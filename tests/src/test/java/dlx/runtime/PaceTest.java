package dlx.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The times are given, so nothing here depends on a clock. */
class PaceTest {
  private final Pace pace = new Pace();

  /** Makes calls that take so long; returns how many were made alone. */
  private int calls(int count, long alone, long together) {
    int madeAlone = 0;
    for (int i = 0; i < count; i++) {
      boolean isAlone = pace.isAlone();
      madeAlone += isAlone ? 1 : 0;
      pace.finished(isAlone ? alone : together);
    }
    return madeAlone;
  }

  @Test
  void threadsAtFirst() {
    assertEquals(0, calls(Pace.FIRST, 1, 1_000));
    assertTrue(pace.isTrial());
    assertTrue(pace.isAlone());
  }

  @Test
  void threadsThatGainStay() {
    int most = Pace.TRIAL * (10_000 / Pace.SETTLED + 1);
    assertTrue(calls(10_000, 150, 90) <= most);
    assertFalse(pace.isAlone());
  }

  /** What cannot be told apart is done by threads. */
  @Test
  void nearlyEqual() {
    assertTrue(calls(10_000, 98, 100) < 200);
    assertFalse(pace.isAlone());
  }

  @Test
  void threadsThatLoseGo() {
    int trials = 2 * Pace.TRIAL * (10_000 / Pace.SETTLED + 1);
    assertTrue(calls(10_000, 150, 290) >= 10_000 - Pace.FIRST - trials);
  }

  /** The processors move, and back. */
  @Test
  void decisionsChange() {
    int round = Pace.SETTLED + 2 * Pace.TRIAL;
    calls(Pace.FIRST + 2 * Pace.TRIAL, 150, 90);
    assertFalse(pace.isAlone());
    calls(round, 150, 290);
    assertTrue(pace.isAlone());
    calls(round, 150, 90);
    assertFalse(pace.isAlone());
  }

  /** Calls that were interrupted by something else do not decide. */
  @Test
  void outliers() {
    calls(Pace.FIRST, 150, 90);
    for (int i = 0; i < 2 * Pace.TRIAL; i++) {
      pace.finished(i % 3 == 0 ? 1_000_000 : pace.isAlone() ? 150 : 90);
    }
    assertFalse(pace.isTrial());
    assertFalse(pace.isAlone());
  }

  /** Sizes that change with every call leave what was decided. */
  @Test
  void changingSizes() {
    for (int i = 0; i < 10_000; i++) {
      pace.interrupt();
      assertFalse(pace.isAlone());
      pace.finished(0);
    }
    int alone = 0;
    for (int i = 0; i < 10_000; i++) {
      if (i % 63 == 0) {
        pace.interrupt();
      }
      alone += pace.isAlone() ? 1 : 0;
      pace.finished(pace.isAlone() ? 150 : 90);
    }
    assertTrue(alone < 200, alone + " of 10,000 calls alone");
  }
}
