package dlx.training;

import java.util.List;
import java.util.Locale;

/**
 * What decides which epoch is best, and after how many epochs without a better one training stops.
 *
 * @param metric {@code loss} or the name of a metric; of the validation data if there are any
 * @param patience epochs; 0 means that training does not stop early
 * @param higher whether more is better
 */
public record Monitor(String metric, int patience, boolean higher) {
  /** Parts of names of which more is better. */
  private static final List<String> SCORES =
      List.of("acc", "precision", "recall", "f1", "auc", "score", "hit", "correct", "r2");

  /** Whether more is better is told by the name. */
  public static Monitor of(String metric, int patience) {
    String name = metric.toLowerCase(Locale.ROOT);
    return new Monitor(metric, patience, SCORES.stream().anyMatch(name::contains));
  }

  /** Whether {@code value} is better than {@code best}; NaN is never better. */
  public boolean better(double value, double best) {
    if (Double.isNaN(value)) return false;
    return Double.isNaN(best) || (higher ? value > best : value < best);
  }

  @Override
  public String toString() {
    return metric + ":" + patience + (higher ? ":max" : ":min");
  }
}
