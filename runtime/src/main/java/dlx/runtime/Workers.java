package dlx.runtime;

import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Threads that share the units of a kernel. The units are cut into chunks by position, at multiples
 * of the kernel's alignment, and every unit does the same operations whoever does it, so results
 * depend neither on the number of threads nor on which of them took a chunk.
 *
 * <p>Every thread has a share of the chunks, always the same part of the units: what it wrote in
 * one kernel is in its own cache when it reads it in the next. The caller has the first share. Who
 * is done takes chunks from the ends of the others' shares; so if the workers are late, because
 * another process has their processor, the caller does the work alone.
 *
 * <p>Workers spin for a bounded time and then park; they are daemons. One call at a time has the
 * workers; a call that finds them taken works alone.
 */
public final class Workers {
  /** Below this many simple operations a hand-over costs more than it gives. */
  private static final long WORTH_SHARING = 60_000;

  /** Below this many simple operations a share is not cut into more chunks. */
  private static final long WORTH_CUTTING = 2_000_000;

  /** For so long a thread that waits looks again and again; then it lets others go first. */
  private static final long SPIN_NANOS = 50_000;

  /** After so long it parks. */
  private static final long PARK_NANOS = 200_000;

  /** Looks between two looks at the clock. */
  private static final int LOOKS = 32;

  /** The caller and nobody else. */
  static final Workers ALONE = new Workers(1, true);

  private static volatile Workers shared = of(defaultThreads());

  /** Of the caller, then of every worker. */
  private final Share[] shares;

  private final Worker[] workers;
  private final ReentrantLock lock = new ReentrantLock();

  // Of the thread that has the lock: the number of the task, the chunks of all tasks so far.
  private int task;
  private long posted;

  // The first of the chunks of the task that failed, written under this monitor.
  private Throwable failure;
  private int failed;

  private static Workers of(int threads) {
    return threads == 1 ? ALONE : new Workers(threads, true);
  }

  /**
   * @param start whether the workers begin; without, a test moves them by hand
   */
  Workers(int threads, boolean start) {
    shares = new Share[threads];
    for (int i = 0; i < threads; i++) {
      shares[i] = new Share();
    }
    workers = new Worker[threads - 1];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker(i + 1);
      workers[i].setDaemon(true);
    }
    for (int i = 0; i < workers.length && start; i++) {
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
    if (before.shares.length != threads) {
      shared = of(threads);
      before.stop();
    }
  }

  public static int threads() {
    return shared.shares.length;
  }

  /** The share of a thread; 0 is the caller. */
  Share share(int thread) {
    return shares[thread];
  }

  /** Ends the workers. A call that goes on ends without them. */
  void stop() {
    for (Worker worker : workers) {
      worker.stop = true;
      LockSupport.unpark(worker);
    }
  }

  /** Runs all units of a kernel. */
  void run(
      Kernels code, int method, int[] operands, Program.Kernel kind, Frame frame, Scratch scratch) {
    int units = frame.extents[kind.units()];
    int across = kind.across() < 0 ? 1 : frame.extents[kind.across()];
    long work = (long) units * Math.max(1, frame.extents[kind.work()]);
    run(
        code,
        method,
        operands,
        units,
        kind.align(),
        across,
        kind.acrossAlign(),
        work,
        kind.chunks(),
        frame,
        scratch);
  }

  /** Is it worth while to share so many simple operations? */
  boolean isWorthSharing(long work) {
    return workers.length > 0 && work >= WORTH_SHARING;
  }

  /** Runs all units of a method; {@code work} is that of all of them. */
  void run(
      Kernels code,
      int method,
      int[] operands,
      int units,
      int align,
      int across,
      int acrossAlign,
      long work,
      int mostChunks,
      Frame frame,
      Scratch scratch) {
    int blocks = blocks(units, align);
    int acrossBlocks = blocks(across, acrossAlign);
    if (mostChunks == 0
        || (long) blocks * acrossBlocks <= 1
        || !isWorthSharing(work)
        || !lock.tryLock()) {
      scratch.operands = operands;
      scratch.begin = 0;
      scratch.end = across;
      code.run(method, frame, scratch, 0, units);
      return;
    }
    Throwable thrown;
    try {
      int threads = shares.length;
      int wanted = threads * Math.clamp(work / threads / WORTH_CUTTING, 1, mostChunks);
      boolean columns = across / 2 >= units && isEven(acrossBlocks, threads);
      int acrossPieces = columns ? Math.min(wanted, acrossBlocks) : 1;
      int pieces = Math.min(wanted / acrossPieces, blocks);
      if (!columns) {
        acrossPieces = Math.min(wanted / pieces, acrossBlocks);
      }
      failure = null;
      for (Share share : shares) {
        share.code = code;
        share.method = method;
        share.operands = operands;
        share.frame = frame;
        share.units = units;
        share.align = align;
        share.pieces = pieces;
        share.across = across;
        share.acrossAlign = acrossAlign;
        share.acrossPieces = acrossPieces;
      }
      post(pieces * acrossPieces);
      takeChunks(0, task, scratch);
      await();
      thrown = failure;
    } finally {
      lock.unlock();
    }
    switch (thrown) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
  }

  /** How many blocks an axis has, the last one perhaps not full. */
  static int blocks(int extent, int align) {
    return (int) ((extent + align - 1L) / align);
  }

  /** Can so many blocks be dealt out so that nobody has an eighth more than the mean? */
  private static boolean isEven(int blocks, int threads) {
    long most = (blocks + threads - 1L) / threads;
    return most * threads * 8 <= blocks * 9L;
  }

  /** Gives every thread its share of a task. One without chunks is not woken. */
  private void post(int chunks) {
    task++;
    posted += chunks;
    int end = chunks;
    // the caller's own share last: the others' have a way to go
    for (int i = shares.length - 1; i >= 0; i--) {
      int first = (int) ((long) chunks * i / shares.length);
      if (first < end) {
        Share share = shares[i];
        share.post(task, first, end);
        if (share.parked) {
          LockSupport.unpark(workers[i - 1]);
        }
      }
      end = first;
    }
  }

  /** Does chunks of a task until none is left: first those of the own share. */
  void takeChunks(int own, int task, Scratch scratch) {
    int done = 0;
    for (int i = 0; i < shares.length; i++) {
      Share share = shares[(own + i) % shares.length];
      for (int chunk = share.take(task, i == 0); chunk >= 0; chunk = share.take(task, i == 0)) {
        try {
          share.run(chunk, scratch);
        } catch (RuntimeException | Error e) {
          failed(chunk, e);
        }
        done++;
      }
    }
    if (done > 0) {
      shares[own].report(done);
    }
  }

  /** What a caller gets does not depend on the threads: it is the failure of the first chunk. */
  private synchronized void failed(int chunk, Throwable thrown) {
    if (failure == null || chunk < failed) {
      failure = thrown;
      failed = chunk;
    }
  }

  /** Waits until all chunks that were posted are finished. */
  @SuppressWarnings("ThreadPriorityCheck") // yield is a courtesy; waiting ends without it too
  private void await() {
    long since = 0;
    for (int looks = 1; !isFinished(); looks++) {
      if (looks % LOOKS != 0) {
        Thread.onSpinWait();
        continue;
      }
      long now = System.nanoTime();
      since = since == 0 ? now : since;
      if (now - since > PARK_NANOS) {
        LockSupport.parkNanos(20_000);
      } else if (now - since > SPIN_NANOS) {
        Thread.yield();
      }
    }
  }

  private boolean isFinished() {
    long left = posted;
    for (Share share : shares) {
      left -= share.finished();
    }
    return left == 0;
  }

  private final class Worker extends Thread {
    private final Scratch scratch = new Scratch();
    private final int own;
    private final Share share;
    private volatile boolean stop;

    Worker(int own) {
      super("dlx-worker-" + own);
      this.own = own;
      this.share = shares[own];
    }

    @Override
    public void run() {
      int done = 0;
      while (!stop) {
        await(done);
        done = share.task();
        takeChunks(own, done, scratch);
      }
    }

    /** Waits for another task than the one that is done. */
    @SuppressWarnings("ThreadPriorityCheck") // yield is a courtesy; waiting ends without it too
    private void await(int done) {
      long since = 0;
      for (int looks = 1; share.task() == done && !stop; looks++) {
        if (looks % LOOKS != 0) {
          Thread.onSpinWait();
          continue;
        }
        long now = System.nanoTime();
        since = since == 0 ? now : since;
        if (now - since > PARK_NANOS) {
          park(done);
          since = 0;
        } else if (now - since > SPIN_NANOS) {
          Thread.yield();
        }
      }
    }

    private void park(int done) {
      if (lock.tryLock()) {
        try {
          // memory of a call that is over must not live on here
          for (Share each : shares) {
            each.forget();
          }
        } finally {
          lock.unlock();
        }
      }
      share.parked = true;
      if (share.task() == done && !stop) {
        LockSupport.park(this);
      }
      share.parked = false;
    }
  }
}
