package dlx.bench;

import dlx.measure.HotTable;
import dlx.measure.Statistics;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The table. */
final class Report {
  private static final String FORMAT = "%-44s %10s %10s  %-22s %22s %3s %10s %7s %9s %6s";

  private Report() {}

  static void print(List<Map<String, Object>> workloads, boolean markdown) {
    PrintStream out = System.out;
    Object[] head = {
      "workload", "dlx", "peer", "which", "ratio", "thr", "floor", "x floor", "memory", "alloc"
    };
    if (markdown) {
      out.println(row(head));
      out.println("|---".repeat(head.length) + "|");
      for (Map<String, Object> each : workloads) out.println(row(cells(each)));
    } else {
      out.println(String.format(FORMAT, head));
      for (Map<String, Object> each : workloads) out.println(line(each));
    }
    for (Map<String, Object> each : workloads) {
      for (Object problem : (List<?>) each.get("problems")) {
        out.println();
        out.println("FAILED " + each.get("workload") + ": " + problem);
      }
    }
    out.flush();
  }

  private static String row(Object[] cells) {
    return "| " + String.join(" | ", Arrays.stream(cells).map(Object::toString).toList()) + " |";
  }

  static String line(Map<String, Object> found) {
    String mark = ((List<?>) found.get("problems")).isEmpty() ? "" : " !";
    return String.format(FORMAT, cells(found)) + mark;
  }

  private static Object[] cells(Map<String, Object> found) {
    String name = (String) found.get("workload");
    String threads = found.get("threads").toString();
    if (found.get("ours") == null) {
      return new Object[] {name, "failed", "", "", "", threads, "", "", "", ""};
    }
    double ours = number(found, "ours", "median");
    double floor = ((Number) found.get("floor")).doubleValue();
    Map<?, ?> peer = fastest(found);
    return new Object[] {
      name,
      HotTable.time(ours),
      peer == null ? "-" : HotTable.time(number(peer, "time", "median")),
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
      floor > 0 ? HotTable.time(floor) : "-",
      floor > 0 ? String.format(Locale.ROOT, "%.2f", ours / floor) : "-",
      bytes(found.get("temporaries")),
      bytes(found.get("allocated"))
    };
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

  /**
   * Of two settings the one whose fastest peer is faster, and our time from the one in which we are
   * faster; a failure is kept.
   */
  static Map<String, Object> better(Map<String, Object> left, Map<String, Object> right) {
    if (!((List<?>) left.get("problems")).isEmpty()) return left;
    if (!((List<?>) right.get("problems")).isEmpty()) return right;
    Map<?, ?> a = fastest(left);
    Map<?, ?> b = fastest(right);
    if (a == null) return right;
    if (b == null) return left;
    boolean isRight = number(b, "time", "median") < number(a, "time", "median");
    return withOurs(isRight ? right : left, isRight ? left : right);
  }

  /**
   * What was found in one setting, with our time of another one if that is less. The ratios of
   * rounds that belong together become ratios of medians and quartiles: the low one is that of the
   * other's low quartile to our high one.
   */
  private static Map<String, Object> withOurs(
      Map<String, Object> found, Map<String, Object> other) {
    if (number(found, "ours", "median") <= number(other, "ours", "median")) return found;
    Map<String, Object> merged = new LinkedHashMap<>(found);
    merged.put("ours", other.get("ours"));
    merged.put("our setting", other.getOrDefault("our setting", other.get("setting")));
    List<Object> peers = new ArrayList<>();
    for (Object each : (List<?>) found.get("peers")) {
      Map<String, Object> peer = new LinkedHashMap<>();
      ((Map<?, ?>) each).forEach((key, value) -> peer.put((String) key, value));
      double low = number(peer, "time", "low") / number(other, "ours", "high");
      double median = number(peer, "time", "median") / number(other, "ours", "median");
      double high = number(peer, "time", "high") / number(other, "ours", "low");
      peer.put("ratio", new Statistics(median, low, high).json());
      peers.add(peer);
    }
    merged.put("peers", peers);
    return merged;
  }

  private static double number(Map<?, ?> map, String key, String part) {
    return ((Number) ((Map<?, ?>) map.get(key)).get(part)).doubleValue();
  }

  static String bytes(@Nullable Object count) {
    if (!(count instanceof Number number)) return "-";
    double bytes = number.doubleValue();
    if (bytes < 1000) return number.toString();
    return bytes < 1e6
        ? HotTable.number(bytes / 1e3) + " KB"
        : HotTable.number(bytes / 1e6) + " MB";
  }
}
