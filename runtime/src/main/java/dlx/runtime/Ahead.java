package dlx.runtime;

import java.lang.ref.WeakReference;
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
 *
 * <p>What nobody holds any more when its turn comes is not entered: its compilation would keep the
 * JIT compiler from what is needed.
 */
final class Ahead {
  private static final int THREADS = 4;

  private static final ThreadPoolExecutor POOL = pool();

  private final CountDownLatch left;

  /** What a method did instead of returning; else null. */
  private volatile Throwable failure;

  private Ahead(int count) {
    this.left = new CountDownLatch(count);
  }

  /** Begins with the methods that most calls need; the caller holds the pages. */
  static Ahead of(List<Kernels> pages) {
    Ahead ahead = new Ahead(pages.stream().mapToInt(page -> 1 + page.entries()).sum());
    for (Kernels page : pages) {
      ahead.execute(page, ahead::begin);
    }
    return ahead;
  }

  /** Begins with the methods that only some sizes need. */
  static Ahead ofSeldom(List<Kernels> pages) {
    Ahead ahead = new Ahead(pages.stream().mapToInt(Kernels::seldom).sum());
    for (Kernels page : pages) {
      ahead.enter(page, page.entries(), page.entries() + page.seldom());
    }
    return ahead;
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

  /** What is done with a page, or with one of its methods. */
  private interface Work {
    void on(Kernels page);
  }

  private void begin(Kernels page) {
    page.touch();
    // The switch before what it calls: the compiler then gives each method a profile of its own,
    // without which C1 would compile it before C2 does.
    page.enter(-1);
    enter(page, 0, page.entries());
  }

  private void enter(Kernels page, int from, int to) {
    for (int entry = from; entry < to; entry++) {
      int number = entry;
      execute(page, p -> p.enter(number));
    }
  }

  private void execute(Kernels page, Work work) {
    WeakReference<Kernels> held = new WeakReference<>(page);
    POOL.execute(() -> attempt(held.get(), work));
  }

  private void attempt(Kernels page, Work work) {
    try {
      if (page != null) {
        work.on(page);
      }
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
