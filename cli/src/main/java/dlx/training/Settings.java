package dlx.training;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a training run does, after command line and recipe were put together.
 *
 * @param steps run in turn on each batch
 * @param arguments of the steps by name: numbers or tensors
 * @param epochs the total, also when a run goes on
 * @param batch examples in a batch
 * @param metrics definitions that are told beside what the steps return
 * @param monitor what decides which epoch is best
 * @param shuffle whether the examples come in another order in each epoch
 * @param resetStates whether states with run-time sizes start again at each epoch
 * @param cut the length of the pieces that sequences are cut in, by the name of the size; at most
 *     one
 * @param changes of pictures by chance
 * @param trap whether a result that is not a finite number stops the run
 */
public record Settings(
    List<String> steps,
    Map<String, Object> arguments,
    int epochs,
    int batch,
    long seed,
    List<String> metrics,
    @Nullable Monitor monitor,
    boolean shuffle,
    boolean resetStates,
    Map<String, Integer> cut,
    Optional<Changes> changes,
    boolean trap) {
  public Settings {
    if (epochs < 0 || batch < 1) throw new IllegalArgumentException(epochs + ", " + batch);
    steps = List.copyOf(steps);
    arguments = Map.copyOf(arguments);
    metrics = List.copyOf(metrics);
    cut = Map.copyOf(cut);
  }

  /** For the record of the run. */
  Map<String, Object> asMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("steps", steps);
    Map<String, Object> given = new LinkedHashMap<>();
    new java.util.TreeMap<>(arguments).forEach((name, value) -> given.put(name, value.toString()));
    map.put("arguments", given);
    map.put("epochs", epochs);
    map.put("batch", batch);
    map.put("seed", seed);
    map.put("metrics", metrics);
    if (monitor != null) map.put("monitor", monitor.toString());
    map.put("shuffle", shuffle);
    map.put("reset_states", resetStates);
    if (!cut.isEmpty()) map.put("cut", cut);
    changes.ifPresent(c -> map.put("augment", c.toString()));
    return map;
  }
}
