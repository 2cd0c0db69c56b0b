package dlx.cli;

import dlx.elaborate.Program;
import dlx.runtime.DlxException;
import dlx.source.Suggest;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a recipe of the program sets; the command line overrides it. */
final class Recipe {
  private static final Set<String> KEYS =
      new LinkedHashSet<>(
          List.of(
              "data",
              "valid",
              "epochs",
              "batch",
              "monitor",
              "patience",
              "steps",
              "reset",
              "seed",
              "shuffle",
              "metrics",
              "missing"));

  private final String name;
  private final String place;
  private final Map<String, Object> values;

  private Recipe(String name, String place, Map<String, Object> values) {
    this.name = name;
    this.place = place;
    this.values = values;
  }

  /** No recipe: nothing is set. */
  static final Recipe NONE = new Recipe("", "", Map.of());

  /**
   * The recipe of a name, or with an empty name the one named {@code train}, or the only one.
   *
   * @param extra further keys: arguments of steps and sizes
   * @throws DlxException E0905 if it sets something that there is not
   */
  static Recipe find(Program program, String name, Set<String> extra) {
    List<Program.Recipe> all = program.recipes();
    String wanted = name.isEmpty() && all.size() != 1 ? "train" : name;
    Program.Recipe found =
        all.stream()
            .filter(r -> wanted.isEmpty() || r.name().equals(wanted))
            .findFirst()
            .orElse(null);
    if (found == null) return NONE;
    Recipe recipe = new Recipe(found.name(), found.span().toString(), found.values());
    Set<String> known = new LinkedHashSet<>(KEYS);
    known.addAll(extra);
    for (String key : found.values().keySet()) {
      if (known.contains(key)) continue;
      String near = Suggest.closest(key, known);
      throw new DlxException(
          "E0905",
          "a recipe has no `" + key + "`",
          recipe.place,
          near == null ? "it has " + String.join(", ", known) : "did you mean `" + near + "`?");
    }
    return recipe;
  }

  String name() {
    return name;
  }

  Map<String, Object> values() {
    return values;
  }

  Optional<String> text(String key) {
    return Optional.ofNullable(values.get(key)).map(v -> v.toString());
  }

  /** One text or name, or a list of them. */
  List<String> texts(String key) {
    Object value = values.get(key);
    if (value == null) return List.of();
    if (!(value instanceof List<?> list)) return List.of(value.toString());
    List<String> texts = new ArrayList<>();
    list.forEach(element -> texts.add(element.toString()));
    return texts;
  }

  Optional<Double> number(String key) {
    Object value = values.get(key);
    if (value == null) return Optional.empty();
    if (value instanceof Number number) return Optional.of(number.doubleValue());
    throw new DlxException("E0905", "`" + key + "` of a recipe is a number", place, "");
  }

  Optional<Integer> whole(String key) {
    return number(key)
        .map(number -> {
          if (number == Math.rint(number) && number >= 0 && number < 1e9) {
            return number.intValue();
          }
          throw new DlxException("E0905", "`" + key + "` of a recipe is a whole number", place, "");
        });
  }

  Optional<Boolean> truth(String key) {
    Object value = values.get(key);
    if (value == null) return Optional.empty();
    if (value instanceof Boolean truth) return Optional.of(truth);
    throw new DlxException("E0905", "`" + key + "` of a recipe is true or false", place, "");
  }
}
