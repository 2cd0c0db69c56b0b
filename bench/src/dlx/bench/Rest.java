package dlx.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Waits between two turns until the processors are idle. Threads of a library go on for a while
 * after its work, looking for more; they would take the processor of the next one's threads, and
 * whoever comes after the busiest spinner would look slow. The compilers of the JVM are waited for
 * as well.
 */
final class Rest {
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final int STEP_MILLIS = 2;

  /** No more than a fifth of one processor in use counts as idle. */
  private static final double IDLE_NANOS = STEP_MILLIS * 1e6 / 5;

  /** Longer than any library here spins in the settings of {@link Setting}. */
  private static final int MOST_STEPS = 150;

  /** Libraries in processes of their own are started before anything is measured. */
  private static final List<ProcessHandle> OTHERS = ProcessHandle.current().children().toList();

  private Rest() {}

  static void untilIdle() {
    long before = used();
    for (int i = 0; i < MOST_STEPS; i++) {
      try {
        Thread.sleep(STEP_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      long now = used();
      if (now - before < IDLE_NANOS) return;
      before = now;
    }
  }

  /** The processor time of this process and of {@link #OTHERS}, in nanoseconds. */
  private static long used() {
    long total = SYSTEM.getProcessCpuTime();
    for (ProcessHandle each : OTHERS) total += used(each.pid());
    return total;
  }

  /**
   * By the scheduler's own account, which is exact; the usual one counts hundredths of a second.
   */
  private static long used(long process) {
    long total = 0;
    try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(process), "task"))) {
      for (Path task : tasks.toList()) {
        total += Long.parseLong(Files.readString(task.resolve("schedstat")).split(" ")[0]);
      }
    } catch (IOException | NumberFormatException e) {
      // no such account here, or the thread has ended: its time does not count
      return total;
    }
    return total;
  }
}
