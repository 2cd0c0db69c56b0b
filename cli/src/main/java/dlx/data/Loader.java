package dlx.data;

import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Batches that are prepared by threads of their own while the one before is at work: pictures
 * become numbers and are changed by chance. Who prepares what does not matter to the result. Once
 * it runs, nothing is allocated.
 *
 * <p>For one thread that asks; {@link #close} ends the others.
 */
public final class Loader implements AutoCloseable {
  /** Examples that are taken at once. */
  private static final int CHUNK = 4;

  private final Batches[] buffers;
  private final long seed;
  private final @Nullable Augmented augmented;
  private final Augmented.@Nullable Hand hand;
  private final List<Thread> threads = new ArrayList<>();

  // what is prepared: changed under the lock, and only when no part is open
  private int[] order = {};
  private int epoch;
  private long key;
  private int batch = -1;
  private int buffer;
  private int next;
  private int end;
  private int open;
  private boolean closed;
  private @Nullable Throwable failure;

  /**
   * @param how pictures are changed, or null
   * @param input the only one that is changed, or empty
   * @param count of threads; with none, batches are prepared when they are asked for
   * @throws dlx.runtime.DlxException if the inputs cannot be changed so
   */
  public Loader(
      Dataset data, int size, @Nullable Augmentation how, String input, long seed, int count) {
    this.seed = seed;
    this.augmented = how == null ? null : new Augmented(data, input, how);
    this.hand = hand();
    this.buffers =
        count == 0
            ? new Batches[] {data.batches(size)}
            : new Batches[] {data.batches(size), data.batches(size)};
    for (int i = 0; i < count; i++) {
      Thread thread = new Thread(this::work, "dlx-load-" + i);
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
  }

  private Augmented.@Nullable Hand hand() {
    return augmented == null ? null : augmented.new Hand();
  }

  /**
   * Batch {@code k} of the examples in {@code order}. The result is valid until the next call, and
   * its tensors are used again by one of the calls after that.
   *
   * @param order not changed while it is in use
   * @param epoch on which what is drawn depends
   */
  public Map<String, Tensor> fill(int[] order, int epoch, int k) {
    if (!isBegun(order, epoch, k)) {
      finish(); // what was begun in vain
      begin(order, epoch, k);
    }
    finish();
    Batches ready = buffers[buffer];
    if (!threads.isEmpty() && k + 1 < ready.count()) begin(order, epoch, k + 1);
    return ready.batch(k);
  }

  private synchronized boolean isBegun(int[] order, int epoch, int k) {
    return this.order == order && this.epoch == epoch && batch == k;
  }

  private synchronized void begin(int[] order, int epoch, int k) {
    this.order = order;
    this.epoch = epoch;
    key = Augmentation.key(seed, epoch);
    batch = k;
    buffer = (buffer + 1) % buffers.length;
    next = 0;
    buffers[buffer].batch(k);
    end = Math.max(0, buffers[buffer].size(k));
    open = end;
    notifyAll();
  }

  /** Helps until nothing is left, then waits for the others. */
  private void finish() {
    for (int at = take(); at >= 0; at = take()) part(at, hand);
    synchronized (this) {
      boolean interrupted = false;
      while (open > 0) {
        try {
          wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) Thread.currentThread().interrupt();
      if (failure != null) throw new IllegalStateException("a batch was not prepared", failure);
    }
  }

  /** Where the next part begins; -1 if there is none. */
  private synchronized int take() {
    int at = next < end ? next : -1;
    next = Math.min(next + CHUNK, end);
    return at;
  }

  /** Prepares a part; what is prepared does not change before all parts are done. */
  private void part(int begin, Augmented.@Nullable Hand own) {
    int until = Math.min(begin + CHUNK, end);
    try {
      if (own == null) buffers[buffer].fill(order, batch, begin, until);
      else buffers[buffer].fill(order, batch, begin, until, own, key);
    } catch (RuntimeException | Error e) {
      synchronized (this) {
        failure = e;
      }
    }
    synchronized (this) {
      open -= until - begin;
      if (open == 0) notifyAll();
    }
  }

  private void work() {
    Augmented.Hand own = hand();
    while (true) {
      int at = take();
      if (at >= 0) {
        part(at, own);
        continue;
      }
      synchronized (this) {
        while (next >= end && !closed) {
          try {
            wait();
          } catch (InterruptedException e) {
            return;
          }
        }
        if (closed) return;
      }
    }
  }

  /** Ends the threads. */
  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
  }
}
