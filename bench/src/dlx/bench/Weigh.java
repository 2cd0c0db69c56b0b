package dlx.bench;

import dlx.runtime.Workers;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.Pointer;

/**
 * A process that measures the peak of memory of a run, beside inputs, parameters and results: of
 * ours the temporaries, which it keeps from run to run; of libtorch how far the address space of
 * the process rises above what it is between two runs. That needs an allocator that maps every
 * array by itself: {@link #ENVIRONMENT}.
 */
final class Weigh {
  /** Every array of a page or more is a mapping of its own, which ends when it is freed. */
  static final List<String> ENVIRONMENT =
      List.of(
          "MALLOC_MMAP_THRESHOLD_", "4096",
          "MALLOC_MMAP_MAX_", "1000000",
          "MALLOC_TRIM_THRESHOLD_", "65536",
          "MALLOC_TOP_PAD_", "0",
          "MALLOC_ARENA_MAX", "1");

  private static final String FORMAT = "%-36s %12s %12s %8s";
  private static final int WARM = 60;
  private static final int TRIES = 7;

  private Weigh() {}

  /** Arguments: threads, seconds (not needed), folder of programs, then names of workloads. */
  static void main(String[] arguments) throws IOException {
    PrintStream out = System.out;
    int threads = Integer.parseInt(arguments[0]);
    Workers.setThreads(threads);
    Torch.threads(threads);
    Path programs = Path.of(arguments[2]);
    Workloads workloads = new Workloads();
    out.println(String.format(FORMAT, "workload", "dlx", "libtorch", "ratio"));
    for (String name : List.of(arguments).subList(3, arguments.length)) {
      Workload workload = workloads.get(name);
      if (workload.ours != null || workload.numbers || workload.torch.isEmpty()) continue;
      double ours = ours(workload, programs);
      double theirs = Double.MAX_VALUE;
      for (String text : workload.torch) {
        try (Torch torch = new Torch(workload, text)) {
          theirs = Math.min(theirs, rise(torch));
        }
      }
      out.println(
          String.format(
              FORMAT,
              name,
              Report.bytes(ours),
              Report.bytes(theirs),
              theirs == 0 ? "-" : String.format(Locale.ROOT, "%.2f", ours / theirs)));
      out.flush();
    }
    out.flush();
    Runtime.getRuntime().halt(0);
  }

  private static double ours(Workload workload, Path programs) {
    Ours side = new Ours(workload, programs);
    side.run(WARM);
    return side.temporaries();
  }

  /**
   * How far the address space of the process grows in a run. The system counts it exactly when
   * something is mapped, unlike the pages in use, which it counts in batches. Its highest value
   * cannot be put back, so as much is mapped as it was higher than now. What the JVM maps meanwhile
   * only adds to it: the least of some tries counts.
   */
  private static double rise(Side side) throws IOException {
    side.seconds(WARM);
    long rise = Long.MAX_VALUE;
    for (int i = 0; i < TRIES; i++) {
      long gap = status("VmPeak") - status("VmSize");
      Pointer filling = gap > 0 ? Pointer.malloc(gap) : null;
      long before = status("VmPeak");
      side.seconds(3);
      rise = Math.min(rise, status("VmPeak") - before);
      if (filling != null) Pointer.free(filling);
    }
    return rise;
  }

  private static long status(String name) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith(name + ":")) {
        return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException("/proc/self/status has no " + name);
  }
}
