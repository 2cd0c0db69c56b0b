package dlx.bench;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The table. */
final class Report {
  private static final String FORMAT = "%-44s %10s %10s  %-22s %22s %3s %10s %7s %9s %6s";

  private Report() {}

  static void print(List<Map<String, Object>> workloads) {
    PrintStream out = System.out;
    out.printf(
        FORMAT + "%n",
        "workload",
        "dlx",
        "peer",
        "which",
        "ratio",
        "thr",
        "floor",
        "x floor",
        "memory",
        "alloc");
    for (Map<String, Object> each : workloads) out.println(line(each));
    for (Map<String, Object> each : workloads) {
      for (Object problem : (List<?>) each.get("problems")) {
        out.println();
        out.println("FAILED " + each.get("workload") + ": " + problem);
      }
    }
    out.flush();
  }

  static String line(Map<String, Object> found) {
    String name = (String) found.get("workload");
    String threads = found.get("threads").toString();
    if (found.get("ours") == null) {
      return String.format(FORMAT, name, "failed", "", "", "", threads, "", "", "", "");
    }
    double ours = number(found, "ours", "median");
    double floor = ((Number) found.get("floor")).doubleValue();
    Map<?, ?> peer = fastest(found);
    String mark = ((List<?>) found.get("problems")).isEmpty() ? "" : " !";
    return String.format(
            FORMAT,
            name,
            time(ours),
            peer == null ? "-" : time(number(peer, "time", "median")),
            peer == null ? "none" : peer.get("name"),
            peer == null
                ? ""
                : String.format(
                    Locale.ROOT,
                    "%.2f (%.2f-%.2f)",
                    number(peer, "ratio", "median"),
                    number(peer, "ratio", "low"),
                    number(peer, "ratio", "high")),
            threads,
            floor > 0 ? time(floor) : "-",
            floor > 0 ? String.format(Locale.ROOT, "%.2f", ours / floor) : "-",
            bytes(found.get("temporaries")),
            bytes(found.get("allocated")))
        + mark;
  }

  static @Nullable Map<?, ?> fastest(Map<String, Object> found) {
    Map<?, ?> best = null;
    if (!(found.get("peers") instanceof List<?> peers)) return null;
    for (Object each : peers) {
      Map<?, ?> peer = (Map<?, ?>) each;
      if (best == null || number(peer, "time", "median") < number(best, "time", "median")) {
        best = peer;
      }
    }
    return best;
  }

  /** Of two settings the one whose fastest peer is faster; a failure is kept. */
  static Map<String, Object> better(Map<String, Object> left, Map<String, Object> right) {
    if (!((List<?>) left.get("problems")).isEmpty()) return left;
    if (!((List<?>) right.get("problems")).isEmpty()) return right;
    Map<?, ?> a = fastest(left);
    Map<?, ?> b = fastest(right);
    if (a == null) return right;
    if (b == null) return left;
    return number(b, "time", "median") < number(a, "time", "median") ? right : left;
  }

  private static double number(Map<?, ?> map, String key, String part) {
    return ((Number) ((Map<?, ?>) map.get(key)).get(part)).doubleValue();
  }

  private static String bytes(@Nullable Object count) {
    if (!(count instanceof Number number)) return "-";
    double bytes = number.doubleValue();
    if (bytes < 1000) return number.toString();
    return bytes < 1e6 ? digits(bytes / 1e3) + " KB" : digits(bytes / 1e6) + " MB";
  }

  /** Seconds as text of three digits. */
  static String time(double seconds) {
    if (seconds < 1e-6) return digits(seconds * 1e9) + " ns";
    if (seconds < 1e-3) return digits(seconds * 1e6) + " us";
    if (seconds < 1) return digits(seconds * 1e3) + " ms";
    return digits(seconds) + " s";
  }

  private static String digits(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
  }
}
