package dlx.measure;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** The median and the quartiles of some numbers, which must not be none. */
public record Statistics(double median, double low, double high) {
  public static Statistics of(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return new Statistics(at(sorted, 0.5), at(sorted, 0.25), at(sorted, 0.75));
  }

  private static double at(double[] sorted, double share) {
    double position = share * (sorted.length - 1);
    int below = (int) position;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
  }

  /** As an object of JSON. */
  public Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("median", median);
    json.put("low", low);
    json.put("high", high);
    return json;
  }
}
