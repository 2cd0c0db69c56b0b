package dlx.runtime;

import java.util.Arrays;

/**
 * Finds out whether calls gain by threads. What a hand-over costs depends on where the processors
 * lie and on who else uses them, which no program can know and which changes while it runs. So now
 * and then some calls are made alone and some by all threads, and their times decide about the next
 * calls. Results are the same bits either way.
 */
final class Pace {
  /** So many calls go on as was decided. */
  static final int SETTLED = 1_000;

  /** So many calls go on before the first decision: they compile the code. */
  static final int FIRST = 200;

  /** Calls that bring the data to other processors, before those that count. */
  private static final int SKIPPED = 4;

  private static final int COUNTED = 8;

  /** The calls of a trial; one alone is followed by one of all threads. */
  static final int TRIAL = SKIPPED + COUNTED;

  private final long[] alone = new long[COUNTED];
  private final long[] together = new long[COUNTED];
  private int call = SETTLED - FIRST;
  private boolean isAlone;

  /** Is the next call to be made by the caller alone? */
  boolean isAlone() {
    return isTrial() ? call < SETTLED + TRIAL : isAlone;
  }

  /** Does the time of the next call count? */
  boolean isTrial() {
    return call >= SETTLED;
  }

  /**
   * A call has ended.
   *
   * @param nanoseconds what it took, if it was one of a trial
   */
  void finished(long nanoseconds) {
    int turn = call++ - SETTLED;
    int counted = turn % TRIAL - SKIPPED;
    if (turn >= 0 && counted >= 0) {
      (turn < TRIAL ? alone : together)[counted] = nanoseconds;
    }
    if (turn == 2 * TRIAL - 1) {
      // a twentieth is noise
      isAlone = 20 * median(alone) < 19 * median(together);
      call = 0;
    }
  }

  /** The next call has other sizes: times before and after it are of different things. */
  void interrupt() {
    if (isTrial()) {
      call = 0;
    }
  }

  private static long median(long[] times) {
    Arrays.sort(times);
    return times[times.length / 2];
  }
}
