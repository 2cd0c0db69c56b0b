package dlx.training;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A wish to stop, and the news that everything is saved. */
public final class Stop {
  private final CountDownLatch finished = new CountDownLatch(1);
  private volatile boolean wanted;

  /** Asks the trainer to finish its batch and to save. */
  public void request() {
    wanted = true;
  }

  public boolean isWanted() {
    return wanted;
  }

  /** Everything is saved and said. */
  public void finished() {
    finished.countDown();
  }

  /** Waits until everything is saved; false if that took too long. */
  public boolean await(long seconds) {
    try {
      return finished.await(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
