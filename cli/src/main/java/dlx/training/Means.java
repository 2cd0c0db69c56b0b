package dlx.training;

import dlx.runtime.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Running means of numbers by name, weighted by the sizes of the batches. */
public final class Means {
  private final Map<String, double[]> sums = new LinkedHashMap<>();
  private double weight;

  /**
   * Adds the results that are single float numbers; the others say nothing that can be averaged.
   */
  void add(List<String> names, List<Tensor> values, int examples) {
    for (int i = 0; i < names.size(); i++) {
      Tensor value = values.get(i);
      if (value.rank() != 0 || !value.dtype().isFloat()) continue;
      double[] sum = sums.get(names.get(i));
      if (sum == null) {
        sum = new double[1];
        sums.put(names.get(i), sum);
      }
      sum[0] += value.get(0) * examples;
    }
  }

  /** Counts a batch, once its results were added. */
  void count(int examples) {
    weight += examples;
  }

  /** The means so far; empty if nothing was counted. */
  public Map<String, Double> means() {
    Map<String, Double> means = new LinkedHashMap<>();
    if (weight > 0) sums.forEach((name, sum) -> means.put(name, sum[0] / weight));
    return means;
  }

  /** For a checkpoint: {@code weight name=sum name=sum}, exact. */
  String state() {
    StringBuilder text = new StringBuilder(Double.toString(weight));
    sums.forEach((name, sum) -> text.append('\n').append(sum[0]).append(' ').append(name));
    return text.toString();
  }

  void restore(String state) {
    List<String> lines = state.lines().toList();
    weight = Double.parseDouble(lines.getFirst());
    sums.clear();
    for (String line : lines.subList(1, lines.size())) {
      int space = line.indexOf(' ');
      sums.put(
          line.substring(space + 1), new double[] {Double.parseDouble(line.substring(0, space))});
    }
  }
}
