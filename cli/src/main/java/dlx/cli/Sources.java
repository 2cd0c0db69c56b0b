package dlx.cli;

import dlx.Model;
import dlx.data.DataFiles;
import dlx.data.Dataset;
import dlx.data.Loaded;
import dlx.data.Reading;
import dlx.data.Values;
import dlx.data.Wanted;
import dlx.elaborate.Program;
import dlx.runtime.DlxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The data of a training or evaluation: values of inputs by name from one or several sources.
 *
 * @param values by input, those that are the same for every batch included
 * @param classes of text columns, by input
 * @param text whether it is one long example of characters
 */
record Sources(
    Map<String, Values> values,
    Map<String, List<String>> classes,
    List<Wanted> wanted,
    boolean text) {

  /**
   * Sources as they are written.
   *
   * @param folder where relative paths start
   * @param recipe with what the command line does not say about reading
   */
  record Named(List<String> sources, Path folder, Recipe recipe) {
    boolean isEmpty() {
      return sources.isEmpty();
    }
  }

  /** What {@code option} gives, or the recipe. */
  static Named named(Invocation invocation, String option, Recipe recipe, Model model) {
    List<String> given = invocation.values(option);
    if (!given.isEmpty()) return new Named(given, Path.of(""), recipe);
    Path file = Path.of(model.source().name()).toAbsolutePath().getParent();
    Path folder = file == null ? Path.of("") : file;
    return new Named(recipe.texts(option.substring(2)), folder, recipe);
  }

  /**
   * Reads the sources.
   *
   * @param inputs that are wanted, as far as the sources have them
   * @param classes of earlier data, so that a text means the same number
   * @throws DlxException if data cannot be read or do not fit
   * @throws UsageException for the name of an input that is not there
   */
  static Sources read(
      Invocation invocation,
      Model model,
      Named named,
      Set<String> inputs,
      Map<String, List<String>> classes) {
    String batch = Batch.size(model.program());
    Set<String> constant = invocation.given().keySet(); // wins over what files and recipes have
    Map<String, Wanted> wanted = new LinkedHashMap<>();
    for (Program.Argument input : model.program().inputs()) {
      if (inputs.contains(input.name()) && !constant.contains(input.name())) {
        wanted.put(input.name(), Given.wanted(input.name(), input.type(), batch));
      }
    }
    Map<String, Values> values = new LinkedHashMap<>();
    Reading reading = Given.reading(invocation, classes, named.recipe());
    List<String> several = new ArrayList<>();
    Set<String> slots = new HashSet<>();
    for (String source : named.sources()) {
      int at = source.indexOf('=');
      String name = at > 0 ? source.substring(0, at) : "";
      if (constant.contains(name)) {
        if (!invocation.values("--data").isEmpty()) throw Invocation.twice(name);
      } else if (wanted.containsKey(name)) {
        Wanted one = wanted.get(name);
        if (values.containsKey(name)) throw Invocation.twice(name);
        values.put(name, DataFiles.values(source.substring(at + 1), one, reading, named.folder()));
      } else if (model.findSlot(name).isPresent()) {
        if (!slots.add(name)) throw Invocation.twice(name);
        Given.slot(model, name, source.substring(at + 1), named.folder());
      } else if (at > 0 && !Files.exists(named.folder().resolve(source))) {
        throw UsageException.unknown("input", name, wanted.keySet());
      } else {
        several.add(source);
      }
    }
    List<Wanted> open =
        wanted.values().stream().filter(w -> !values.containsKey(w.name())).toList();
    Loaded loaded = DataFiles.loadAll(several, open, reading, named.folder());
    loaded.notes().forEach(invocation.console()::note);
    values.putAll(loaded.values());
    return new Sources(values, loaded.classes(), List.copyOf(wanted.values()), loaded.text());
  }

  /** The inputs that are named. */
  Sources only(Set<String> names) {
    Map<String, Values> kept = new LinkedHashMap<>(values);
    kept.keySet().retainAll(names);
    return new Sources(
        kept, classes, wanted.stream().filter(w -> names.contains(w.name())).toList(), text);
  }

  /**
   * All of it as examples.
   *
   * @throws DlxException R0105 if an input without a default has no data
   */
  Dataset dataset(Model model, Set<String> given) {
    for (Program.Argument input : model.program().inputs()) {
      boolean needed = wanted.stream().anyMatch(w -> w.name().equals(input.name()));
      if (!needed || values.containsKey(input.name()) || given.contains(input.name())) continue;
      if (input.value() != null) continue;
      throw new DlxException(
          "R0105",
          "the data have no `%s: %s`".formatted(input.name(), input.type()),
          "",
          values.isEmpty() ? "" : "they have " + String.join(", ", values.keySet()));
    }
    return Dataset.over(values, wanted);
  }
}
