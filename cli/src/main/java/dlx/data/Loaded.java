package dlx.data;

import dlx.runtime.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a source gave.
 *
 * @param values by input name
 * @param classes the values of a text column, in the order of their indices, by input name
 * @param notes sentences about choices made on the way, for the user to see
 * @param text whether it is one long example of characters, whose classes are the vocabulary
 */
public record Loaded(
    Map<String, Values> values,
    Map<String, List<String>> classes,
    List<String> notes,
    boolean text) {

  static Loaded of(Map<String, Tensor> tensors) {
    return of(tensors, Map.of(), List.of(), false);
  }

  static Loaded of(
      Map<String, Tensor> tensors,
      Map<String, List<String>> classes,
      List<String> notes,
      boolean text) {
    Map<String, Values> values = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> values.put(name, Values.of(tensor)));
    return new Loaded(values, classes, notes, text);
  }

  /** The values as numbers. */
  public Map<String, Tensor> tensors() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    values.forEach((name, one) -> tensors.put(name, one.tensor()));
    return tensors;
  }
}
