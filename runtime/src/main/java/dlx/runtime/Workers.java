package dlx.runtime;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Threads that share the units of a kernel. The split is by position, at multiples of the kernel's
 * alignment, and every unit does the same operations whoever does it, so results do not depend on
 * the number of threads. Workers spin for a bounded time and then park; they are daemons.
 *
 * <p>One call at a time has the workers; a call that finds them taken does its work alone.
 */
public final class Workers {
  /** Below this many simple operations a hand-over costs more than it gives. */
  private static final long WORTH_SHARING = 60_000;

  private static final long SPIN_NANOS = 200_000;

  private static volatile Workers shared = new Workers(defaultThreads());

  private final Worker[] workers;
  private final ReentrantLock lock = new ReentrantLock();
  private final AtomicInteger running = new AtomicInteger();
  private volatile Throwable failure;

  // the task of the moment; written before the round of each worker is raised
  private Kernels kernels;
  private int kernel;
  private Frame frame;

  private Workers(int threads) {
    workers = new Worker[threads - 1];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker(i);
      workers[i].setDaemon(true);
      workers[i].start();
    }
  }

  private static int defaultThreads() {
    String wish = System.getProperty("dlx.threads", "");
    int threads =
        wish.isEmpty() ? Runtime.getRuntime().availableProcessors() : Integer.parseInt(wish);
    return Math.max(1, Math.min(threads, 256));
  }

  /** The workers of this process. */
  static Workers shared() {
    return shared;
  }

  /** Sets how many threads calls of this process use, the caller's own included. At least 1. */
  public static synchronized void setThreads(int threads) {
    if (threads < 1) {
      throw new DlxException(
          "R0302", "the number of threads must be at least 1, not " + threads, "", "");
    }
    Workers before = shared;
    if (before.workers.length + 1 != threads) {
      shared = new Workers(threads);
      before.stop();
    }
  }

  public static int threads() {
    return shared.workers.length + 1;
  }

  private void stop() {
    lock.lock();
    try {
      for (Worker worker : workers) {
        worker.stop = true;
        LockSupport.unpark(worker);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Runs all units of a kernel. */
  void run(Kernels code, int index, Program.Kernel kind, Frame data, Scratch scratch) {
    int units = data.extents[kind.units()];
    long work = (long) units * Math.max(1, data.extents[kind.work()]);
    int parts = Math.min(workers.length + 1, (units + kind.align() - 1) / kind.align());
    if (kind.serial() || parts <= 1 || work < WORTH_SHARING || !lock.tryLock()) {
      code.run(index, data, scratch, 0, units);
      return;
    }
    try {
      share(code, index, kind.align(), data, scratch, units, parts);
    } finally {
      lock.unlock();
    }
  }

  private void share(
      Kernels code, int index, int align, Frame data, Scratch scratch, int units, int parts) {
    kernels = code;
    kernel = index;
    frame = data;
    failure = null;
    running.set(parts - 1);
    for (int part = 1; part < parts; part++) {
      workers[part - 1].begin(
          bound(part, parts, units, align), bound(part + 1, parts, units, align));
    }
    Throwable mine = null;
    try {
      code.run(index, data, scratch, 0, bound(1, parts, units, align));
    } catch (RuntimeException | Error e) {
      mine = e;
    }
    while (running.get() > 0) {
      Thread.onSpinWait();
    }
    Throwable thrown = mine != null ? mine : failure;
    kernels = null;
    frame = null;
    switch (thrown) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(thrown);
    }
  }

  /** Where part {@code part} of {@code parts} begins. */
  private static int bound(int part, int parts, int units, int align) {
    long blocks = (units + align - 1L) / align;
    return (int) Math.min(units, blocks * part / parts * align);
  }

  private final class Worker extends Thread {
    private final Scratch scratch = new Scratch();
    private volatile int round;
    private volatile boolean parked;
    private volatile boolean stop;
    private int from;
    private int to;

    Worker(int number) {
      super("dlx-worker-" + (number + 1));
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // only the thread that has the lock raises it
    void begin(int first, int end) {
      from = first;
      to = end;
      round++;
      if (parked) {
        LockSupport.unpark(this);
      }
    }

    @Override
    public void run() {
      int done = 0;
      while (!stop) {
        long since = System.nanoTime();
        while (round == done && !stop) {
          Thread.onSpinWait();
          if (System.nanoTime() - since > SPIN_NANOS) {
            parked = true;
            if (round == done && !stop) {
              LockSupport.park(this);
            }
            parked = false;
          }
        }
        if (stop) {
          return;
        }
        done++;
        try {
          kernels.run(kernel, frame, scratch, from, to);
        } catch (RuntimeException | Error e) {
          failure = e;
        } finally {
          running.decrementAndGet();
        }
      }
    }
  }
}
