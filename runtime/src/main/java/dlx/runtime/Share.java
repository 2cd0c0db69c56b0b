package dlx.runtime;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Keeps what follows from sharing a cache line with what comes before. */
abstract class PaddingBefore {
  long b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15;
}

/** What the caller writes and the owner reads, side by side: one cache line to move. */
abstract class Posted extends PaddingBefore {
  /**
   * The number of the task in the upper half, below it the first chunk that nobody has taken and
   * the end of those chunks, 16 bits each. In one word, so that whoever takes a chunk knows that
   * its task still goes on: nothing else of a task may be read before.
   */
  volatile long open;

  // The task. Written before its number, and not changed before all its chunks are finished.
  Kernels code;
  int method;
  int[] operands;
  Frame frame;
  int units;
  int align;
  int pieces;
  int across;
  int acrossAlign;
  int acrossPieces;
}

abstract class PaddingBetween extends Posted {
  long m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15;
}

/** What the owner writes and the caller reads. */
abstract class Reported extends PaddingBetween {
  /** How many chunks the owner has finished since it began. */
  long finished;

  volatile boolean parked;
}

/**
 * The share of one thread in a task: a range of chunks, which the thread takes from the front, and
 * others from the back if the thread is late. Two cache lines, one for each direction in which they
 * move between processors.
 */
final class Share extends Reported {
  long a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15;

  /** The most chunks that a task may have. */
  static final int MOST_CHUNKS = 0xffff;

  private static final VarHandle OPEN;
  private static final VarHandle FINISHED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      OPEN = lookup.findVarHandle(Posted.class, "open", long.class);
      FINISHED = lookup.findVarHandle(Reported.class, "finished", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Opens the chunks [first, end) of a task, of which everything else has been written. */
  void post(int task, int first, int end) {
    open = (long) task << 32 | (long) first << 16 | end;
  }

  /** The number of the task that was posted last. */
  int task() {
    return taskOf(open);
  }

  static int taskOf(long open) {
    return (int) (open >>> 32);
  }

  private static int first(long open) {
    return (int) (open >>> 16) & 0xffff;
  }

  private static int end(long open) {
    return (int) open & 0xffff;
  }

  /**
   * Takes a chunk of a task.
   *
   * @param front whether to take the first one, which is the owner's right, or the last one
   * @return its number, or -1 if the task has no more chunks here or another one goes on
   */
  int take(int task, boolean front) {
    while (true) {
      long seen = open;
      if (taskOf(seen) != task || first(seen) >= end(seen)) {
        return -1;
      }
      if (takes(seen, front)) {
        return front ? first(seen) : end(seen) - 1;
      }
    }
  }

  /** Takes a chunk if nothing has happened since {@code seen} was what is open. */
  boolean takes(long seen, boolean front) {
    return OPEN.compareAndSet(this, seen, front ? seen + (1L << 16) : seen - 1);
  }

  /** Does a chunk that was taken: chunks go along the second axis first. */
  void run(int chunk, Scratch scratch) {
    int piece = chunk / acrossPieces;
    int acrossPiece = chunk % acrossPieces;
    scratch.operands = operands;
    scratch.begin = bound(across, acrossAlign, acrossPieces, acrossPiece);
    scratch.end = bound(across, acrossAlign, acrossPieces, acrossPiece + 1);
    code.run(
        method,
        frame,
        scratch,
        bound(units, align, pieces, piece),
        bound(units, align, pieces, piece + 1));
  }

  /** The owner has finished so many more chunks: what it wrote can be read by who sees that. */
  void report(int chunks) {
    FINISHED.setRelease(this, finished + chunks);
  }

  /** How many chunks the owner has finished since it began. */
  long finished() {
    return (long) FINISHED.getAcquire(this);
  }

  /** Forgets what the last task worked on. */
  void forget() {
    code = null;
    operands = null;
    frame = null;
  }

  /** Where a piece of an axis begins. */
  private static int bound(int extent, int align, int pieces, int piece) {
    return (int) Math.min(extent, (long) Workers.blocks(extent, align) * piece / pieces * align);
  }
}
