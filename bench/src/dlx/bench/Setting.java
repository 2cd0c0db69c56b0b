package dlx.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An environment for a process that measures. For two threads several are tried, and the fastest
 * time of a peer counts: two pools of threads that spin against each other can be a hundred times
 * slower than one, and which setting keeps them apart depends on the workload.
 */
record Setting(String name, Map<String, String> environment) {
  static List<Setting> all(int threads) {
    if (threads == 1) {
      return List.of(of("one thread", 1, "OPENBLAS_NUM_THREADS", "1"));
    }
    return List.of(
        of("OPENBLAS_NUM_THREADS=1", threads, "OPENBLAS_NUM_THREADS", "1"),
        of("OPENBLAS_THREAD_TIMEOUT=10", threads, "OPENBLAS_THREAD_TIMEOUT", "10"),
        of(
            "OPENBLAS_THREAD_TIMEOUT=4 GOMP_SPINCOUNT=1000",
            threads,
            "OPENBLAS_THREAD_TIMEOUT",
            "4",
            "GOMP_SPINCOUNT",
            "1000"),
        of("OMP_WAIT_POLICY=PASSIVE", threads, "OMP_WAIT_POLICY", "PASSIVE"));
  }

  private static Setting of(String name, int threads, String... more) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("OMP_NUM_THREADS", Integer.toString(threads));
    // memory is kept instead of given back, or page faults are measured
    environment.put("MALLOC_TRIM_THRESHOLD_", "8000000000");
    environment.put("MALLOC_MMAP_THRESHOLD_", "8000000000");
    environment.put("MALLOC_TOP_PAD_", "268435456");
    environment.put("TF_CPP_MIN_LOG_LEVEL", "2");
    for (int i = 0; i < more.length; i += 2) environment.put(more[i], more[i + 1]);
    return new Setting(name, environment);
  }

  /** Sets it, and takes away what would make OpenBLAS choose slower code than the machine has. */
  void apply(Map<String, String> target) {
    target.remove("OPENBLAS_CORETYPE");
    target.remove("OPENBLAS_L2_SIZE");
    target.putAll(environment);
  }
}
