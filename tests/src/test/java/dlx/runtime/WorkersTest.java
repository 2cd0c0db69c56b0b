package dlx.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How threads share the units of a kernel; who comes when is decided by latches. */
@Timeout(60)
class WorkersTest {
  private static final int ALIGN = 4;

  private final List<Workers> pools = new ArrayList<>();

  @AfterEach
  void stop() {
    pools.forEach(Workers::stop);
  }

  private Workers pool(int threads, boolean start) {
    Workers workers = new Workers(threads, start);
    pools.add(workers);
    return workers;
  }

  /** A kernel that counts who did which unit how often, and then does something. */
  private static class Counted extends Kernels {
    final AtomicIntegerArray times;
    volatile boolean aligned = true;

    Counted(int units) {
      times = new AtomicIntegerArray(units);
    }

    @Override
    public void run(int method, Frame frame, Scratch scratch, int from, int to) {
      aligned &= from % ALIGN == 0 && (to % ALIGN == 0 || to == times.length());
      chunk(from, to);
      for (int unit = from; unit < to; unit++) {
        times.incrementAndGet(unit);
      }
    }

    void chunk(int from, int to) {
      assertTrue(from < to, "an empty chunk");
    }

    void assertOnce() {
      int[] expected = new int[times.length()];
      Arrays.fill(expected, 1);
      int[] actual = new int[times.length()];
      Arrays.setAll(actual, times::get);
      assertArrayEquals(expected, actual);
      assertTrue(aligned, "a chunk begins between multiples of the alignment");
    }
  }

  private static boolean isWorker() {
    return Thread.currentThread().getName().startsWith("dlx-worker-");
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(30, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Runs a kernel with so much work that it is shared, in one chunk for each thread. */
  private static void run(Workers workers, Counted kernel) {
    run(workers, kernel, 1);
  }

  private static void run(Workers workers, Counted kernel, int chunks) {
    Frame frame = new Frame(0, 2, 0);
    frame.extents[0] = kernel.times.length();
    frame.extents[1] = 1_000_000;
    Program.Kernel kind = new Program.Kernel(0, List.of(), 0, ALIGN, -1, 1, 1, chunks, false);
    workers.run(kernel, 0, new int[0], kind, frame, new Scratch());
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 8, 9, 63, 64, 65, 1_000})
  void everyUnitOnce(int units) {
    for (int threads = 1; threads <= 5; threads++) {
      Workers workers = pool(threads, true);
      for (int chunks = 0; chunks <= 4; chunks++) {
        for (int again = 0; again < 200; again++) {
          Counted kernel = new Counted(units);
          run(workers, kernel, chunks);
          kernel.assertOnce();
        }
      }
    }
  }

  /** Every cell of two axes once, and no piece begins between multiples of an alignment. */
  @ParameterizedTest
  @ValueSource(ints = {1, 4, 9, 64, 100})
  void everyCellOnce(int units) {
    for (int across : new int[] {1, 16, 17, 100, 128, 1_000}) {
      AtomicIntegerArray times = new AtomicIntegerArray(units * across);
      Kernels kernel =
          new Kernels() {
            @Override
            public void run(int method, Frame frame, Scratch scratch, int from, int to) {
              assertEquals(0, from % ALIGN + scratch.begin % 16);
              for (int unit = from; unit < to; unit++) {
                for (int position = scratch.begin; position < scratch.end; position++) {
                  times.incrementAndGet(unit * across + position);
                }
              }
            }
          };
      Frame frame = new Frame(0, 3, 0);
      frame.extents[0] = units;
      frame.extents[1] = across;
      frame.extents[2] = 10_000_000;
      Program.Kernel kind = new Program.Kernel(0, List.of(), 0, ALIGN, 1, 16, 2, 8, false);
      for (int threads = 1; threads <= 5; threads++) {
        pool(threads, true).run(kernel, 0, new int[0], kind, frame, new Scratch());
        for (int cell = 0; cell < units * across; cell++) {
          assertEquals(threads, times.get(cell), units + " by " + across);
        }
      }
    }
  }

  /** Workers that never come cost nothing but their help. */
  @Test
  void callerAlone() {
    Workers workers = pool(4, false);
    for (int again = 0; again < 3; again++) {
      Counted kernel = new Counted(101);
      run(workers, kernel, 3);
      kernel.assertOnce();
    }
  }

  /** The caller waits inside its share until every worker is inside its own. */
  @Test
  void everybodyHelps() {
    Workers workers = pool(4, true);
    for (int again = 0; again < 20; again++) {
      CountDownLatch all = new CountDownLatch(4);
      Counted kernel =
          new Counted(400) {
            @Override
            void chunk(int from, int to) {
              all.countDown();
              await(all);
            }
          };
      run(workers, kernel);
      kernel.assertOnce();
    }
  }

  /** A share is always the same part of the units. */
  @Test
  void sharesStay() {
    Workers workers = pool(2, true);
    for (int units : new int[] {64, 400, 4_000}) {
      int half = units / 2;
      CountDownLatch both = new CountDownLatch(2);
      Counted kernel =
          new Counted(units) {
            @Override
            void chunk(int from, int to) {
              assertEquals(isWorker() ? half : 0, from);
              assertEquals(isWorker() ? units : half, to);
              both.countDown();
              await(both);
            }
          };
      run(workers, kernel);
      kernel.assertOnce();
    }
  }

  /** The call ends when the last chunk ends, also if that one is a worker's. */
  @Test
  void callerWaits() {
    Workers workers = pool(2, true);
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch callerDone = new CountDownLatch(1);
    Counted kernel =
        new Counted(64) {
          @Override
          void chunk(int from, int to) {
            if (isWorker()) {
              inside.countDown();
              await(callerDone);
              for (int i = 0; i < 100_000; i++) {
                Thread.onSpinWait();
              }
            } else {
              await(inside);
              callerDone.countDown();
            }
          }
        };
    run(workers, kernel);
    kernel.assertOnce();
  }

  /**
   * A worker that has seen a chunk of one task and comes to take it when the next task has the same
   * chunks open gets nothing: it would work on what the first task was about.
   */
  @Test
  void lateChunk() {
    Workers workers = pool(2, false);
    Share share = workers.share(1);
    long[] seen = new long[1];
    run(
        workers,
        new Counted(64) {
          @Override
          void chunk(int from, int to) {
            if (from == 0) {
              seen[0] = share.open;
            }
          }
        });
    Counted next =
        new Counted(64) {
          @Override
          void chunk(int from, int to) {
            if (from == 0) {
              assertNotEquals(seen[0], share.open);
              assertEquals((int) seen[0], (int) share.open, "the same chunks are open");
              assertFalse(share.takes(seen[0], true), "a chunk of a task that is over");
              assertFalse(share.takes(seen[0], false), "a chunk of a task that is over");
            }
          }
        };
    run(workers, next);
    next.assertOnce();
  }

  /** A worker that wakes for a task which is over does nothing of the next one. */
  @Test
  void lateWorker() {
    Workers workers = pool(2, false);
    Share share = workers.share(1);
    run(workers, new Counted(64));
    int over = share.task();
    List<Integer> begins = new ArrayList<>();
    Counted next =
        new Counted(64) {
          @Override
          void chunk(int from, int to) {
            begins.add(from);
            if (from == 0) {
              workers.takeChunks(1, over, new Scratch());
              assertEquals(List.of(0), begins);
            }
          }
        };
    run(workers, next);
    next.assertOnce();
    assertNotEquals(over, share.task());
  }

  /** What a worker throws reaches the caller, who waits for all others first; then all go on. */
  @Test
  void workerFails() {
    Workers workers = pool(3, true);
    for (int again = 0; again < 20; again++) {
      IllegalArgumentException thrown = new IllegalArgumentException("here");
      CountDownLatch all = new CountDownLatch(3);
      Counted kernel =
          new Counted(300) {
            @Override
            void chunk(int from, int to) {
              all.countDown();
              await(all);
              if (to == 300) {
                assertTrue(isWorker());
                throw thrown;
              }
            }
          };
      assertSame(thrown, assertThrows(IllegalArgumentException.class, () -> run(workers, kernel)));
      for (int unit = 0; unit < 300; unit++) {
        assertEquals(unit < 200 ? 1 : 0, kernel.times.get(unit));
      }
      Counted after = new Counted(300);
      run(workers, after);
      after.assertOnce();
    }
  }

  /** Of several failures the caller gets the one that it would meet alone. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void firstFailureCounts(boolean workerFirst) {
    Workers workers = pool(2, true);
    CountDownLatch both = new CountDownLatch(2);
    CountDownLatch first = new CountDownLatch(1);
    Counted kernel =
        new Counted(64) {
          @Override
          void chunk(int from, int to) {
            both.countDown();
            await(both);
            if (isWorker() != workerFirst) {
              await(first);
              for (int i = 0; i < 100_000; i++) {
                Thread.onSpinWait();
              }
            } else {
              first.countDown();
            }
            throw new IllegalStateException("unit " + from);
          }
        };
    assertEquals(
        "unit 0",
        assertThrows(IllegalStateException.class, () -> run(workers, kernel)).getMessage());
  }

  /** A call that finds the workers taken works alone. */
  @Test
  void callInsideOfACall() {
    Workers workers = pool(2, true);
    Counted inner =
        new Counted(64) {
          @Override
          void chunk(int from, int to) {
            assertEquals(64, to - from);
          }
        };
    CountDownLatch both = new CountDownLatch(2);
    Counted outer =
        new Counted(64) {
          @Override
          void chunk(int from, int to) {
            both.countDown();
            await(both);
            if (isWorker()) {
              WorkersTest.run(workers, inner);
            }
          }
        };
    run(workers, outer);
    outer.assertOnce();
    inner.assertOnce();
  }

  /** Threads that were stopped in the middle leave the rest to the caller. */
  @Test
  void stoppedPool() {
    Workers workers = pool(3, true);
    workers.stop();
    Counted kernel = new Counted(300);
    run(workers, kernel, 3);
    kernel.assertOnce();
  }
}
