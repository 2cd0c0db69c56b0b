package dlx.runtime;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Threads that share the units of a kernel. The units are cut into chunks by position, at multiples
 * of the kernel's alignment, and every unit does the same operations whoever does it, so results
 * depend neither on the number of threads nor on which of them took a chunk. The caller takes
 * chunks too: if the workers are late, because another process has their processor, it does the
 * work alone.
 *
 * <p>Workers spin for a bounded time and then park; they are daemons. One call at a time has the
 * workers; a call that finds them taken works alone.
 */
public final class Workers {
  /** Below this many simple operations a hand-over costs more than it gives. */
  private static final long WORTH_SHARING = 60_000;

  private static final long SPIN_NANOS = 200_000;

  private static volatile Workers shared = new Workers(defaultThreads());

  private final Worker[] workers;
  private final ReentrantLock lock = new ReentrantLock();

  /**
   * The number of the task in the upper half, the chunks that nobody has taken in the lower. In one
   * word, so that whoever takes a chunk knows that its task still goes on: nothing else of a task
   * may be read before.
   */
  private final AtomicLong next = new AtomicLong();

  private final AtomicInteger finished = new AtomicInteger();
  private volatile Throwable failure;

  // The task of the moment. Written before its number is published in `next`, and not changed
  // before all its chunks are finished.
  private Kernels kernels;
  private int kernel;
  private int[] operands;
  private Frame frame;
  private int units;
  private int align;
  private int chunks;

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
          "R0309", "the number of threads must be at least 1, not " + threads, "", "");
    }
    Workers before = shared;
    if (before.workers.length + 1 != threads) {
      shared = new Workers(threads);
      for (Worker worker : before.workers) {
        worker.stop = true;
        LockSupport.unpark(worker);
      }
    }
  }

  public static int threads() {
    return shared.workers.length + 1;
  }

  /** Runs all units of a kernel. */
  void run(
      Kernels code, int method, int[] wanted, Program.Kernel kind, Frame data, Scratch scratch) {
    int count = data.extents[kind.units()];
    long work = (long) count * Math.max(1, data.extents[kind.work()]);
    int blocks = (int) ((count + kind.align() - 1L) / kind.align());
    if (kind.chunks() == 0
        || workers.length == 0
        || blocks <= 1
        || work < WORTH_SHARING
        || !lock.tryLock()) {
      scratch.operands = wanted;
      code.run(method, data, scratch, 0, count);
      return;
    }
    try {
      kernels = code;
      kernel = method;
      operands = wanted;
      frame = data;
      units = count;
      align = kind.align();
      chunks = Math.min(kind.chunks() * (workers.length + 1), blocks);
      share(scratch);
    } finally {
      kernels = null;
      frame = null;
      lock.unlock();
    }
  }

  private void share(Scratch scratch) {
    failure = null;
    finished.set(0);
    long task = (next.get() >>> 32) + 1;
    next.set(task << 32 | chunks);
    for (Worker worker : workers) {
      if (worker.parked) {
        LockSupport.unpark(worker);
      }
    }
    takeChunks(task, scratch);
    long since = System.nanoTime();
    while (finished.get() < chunks) {
      if (System.nanoTime() - since < SPIN_NANOS) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(20_000);
      }
    }
    switch (failure) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
  }

  /** Does chunks of a task until none is left. */
  private void takeChunks(long task, Scratch scratch) {
    while (true) {
      long state = next.get();
      int left = (int) state;
      if (state >>> 32 != (task & 0xffffffffL) || left == 0) {
        return;
      }
      if (next.compareAndSet(state, state - 1)) {
        int chunk = chunks - left;
        try {
          scratch.operands = operands;
          kernels.run(kernel, frame, scratch, bound(chunk), bound(chunk + 1));
        } catch (RuntimeException | Error e) {
          failure = e;
        } finally {
          finished.incrementAndGet();
        }
      }
    }
  }

  /** Where a chunk begins. */
  private int bound(int chunk) {
    long blocks = (units + align - 1L) / align;
    return (int) Math.min(units, blocks * chunk / chunks * align);
  }

  private final class Worker extends Thread {
    private final Scratch scratch = new Scratch();
    private volatile boolean parked;
    private volatile boolean stop;

    Worker(int number) {
      super("dlx-worker-" + (number + 1));
    }

    @Override
    public void run() {
      long done = 0;
      while (!stop) {
        long since = System.nanoTime();
        while (next.get() >>> 32 == done && !stop) {
          Thread.onSpinWait();
          if (System.nanoTime() - since > SPIN_NANOS) {
            parked = true;
            if (next.get() >>> 32 == done && !stop) {
              LockSupport.park(this);
            }
            parked = false;
          }
        }
        done = next.get() >>> 32;
        takeChunks(done, scratch);
      }
    }
  }
}
