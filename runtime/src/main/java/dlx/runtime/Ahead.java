package dlx.runtime;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Has generated methods compiled while nobody needs them yet, several at the same time: threads
 * enter them without data, and where the options of the JVM say so (README), the compiler works
 * while the one that enters waits. A method that is entered with data instead is compiled once more
 * for each of its loops, since the interpreter is in the middle of it by then.
 */
final class Ahead {
  private static final int THREADS = 4;

  private static final ThreadPoolExecutor POOL = pool();

  private final CountDownLatch left;

  /** What a method did instead of returning; else null. */
  private volatile Throwable failure;

  private Ahead(List<Kernels> pages) {
    this.left = new CountDownLatch(pages.stream().mapToInt(page -> 1 + page.entries()).sum());
    pages.forEach(page -> POOL.execute(() -> begin(page)));
  }

  /** Begins. */
  static Ahead of(List<Kernels> pages) {
    return new Ahead(pages);
  }

  /** Waits until every method has been entered. */
  void await() {
    boolean interrupted = false;
    while (true) {
      try {
        left.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure != null) {
      throw new IllegalStateException("generated code cannot be entered", failure);
    }
  }

  private void begin(Kernels page) {
    attempt(() -> {
      page.touch();
      // The switch before what it calls: the compiler then gives each method a profile of its own,
      // without which C1 would compile it before C2 does.
      page.enter(-1);
    });
    for (int entry = 0; entry < page.entries(); entry++) {
      int number = entry;
      POOL.execute(() -> attempt(() -> page.enter(number)));
    }
  }

  private void attempt(Runnable work) {
    try {
      work.run();
    } catch (Throwable e) {
      failure = e;
    } finally {
      left.countDown();
    }
  }

  private static ThreadPoolExecutor pool() {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "dlx-ahead");
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }
}
