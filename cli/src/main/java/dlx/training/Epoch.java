package dlx.training;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an epoch gave.
 *
 * @param number counted from 1
 * @param results means over the batches: first what the steps return, then the metrics
 * @param metrics which of them are metrics
 * @param valid means over the validation data; empty if there are none
 * @param seconds of this run that were spent on it
 */
public record Epoch(
    int number,
    Map<String, Double> results,
    List<String> metrics,
    Map<String, Double> valid,
    int examples,
    double seconds,
    boolean best) {

  /** The first number that a step returns; null if there is none. */
  public @Nullable Double loss() {
    return results.entrySet().stream()
        .filter(e -> !metrics.contains(e.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(null);
  }

  /** The name of {@link #loss}. */
  public String lossName() {
    return results.keySet().stream().filter(n -> !metrics.contains(n)).findFirst().orElse("loss");
  }

  /** Everything but the loss. */
  public Map<String, Double> others() {
    Map<String, Double> others = new LinkedHashMap<>(results);
    others.remove(lossName());
    return others;
  }

  public double examplesPerSecond() {
    return seconds > 0 ? examples / seconds : 0;
  }
}
