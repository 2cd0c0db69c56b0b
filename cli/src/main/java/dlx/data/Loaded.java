package dlx.data;

import dlx.runtime.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a source gave.
 *
 * @param tensors by input name
 * @param classes the values of a text column, in the order of their indices, by input name
 * @param notes sentences about choices made on the way, for the user to see
 * @param text whether it is one long example of characters, whose classes are the vocabulary
 */
public record Loaded(
    Map<String, Tensor> tensors,
    Map<String, List<String>> classes,
    List<String> notes,
    boolean text) {

  static Loaded of(Map<String, Tensor> tensors) {
    return new Loaded(new LinkedHashMap<>(tensors), Map.of(), List.of(), false);
  }
}
