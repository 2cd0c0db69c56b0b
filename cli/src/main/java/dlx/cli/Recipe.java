package dlx.cli;

import dlx.elaborate.Program;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a recipe of the program sets; the command line overrides it. Its names and the kinds of
 * their values were checked with the program.
 */
final class Recipe {
  private final String name;
  private final Map<String, Object> values;

  private Recipe(String name, Map<String, Object> values) {
    this.name = name;
    this.values = values;
  }

  /** No recipe: nothing is set. */
  static final Recipe NONE = new Recipe("", Map.of());

  /** The recipe of a name, or with an empty name the one named {@code train}, or the only one. */
  static Recipe find(Program program, String name) {
    List<Program.Recipe> all = program.recipes();
    String wanted = name.isEmpty() && all.size() != 1 ? "train" : name;
    return all.stream()
        .filter(r -> wanted.isEmpty() || r.name().equals(wanted))
        .findFirst()
        .map(r -> new Recipe(r.name(), r.values()))
        .orElse(NONE);
  }

  /** The same but for one setting. */
  Recipe without(String key) {
    Map<String, Object> others = new LinkedHashMap<>(values);
    others.remove(key);
    return new Recipe(name, others);
  }

  String name() {
    return name;
  }

  Optional<String> text(String key) {
    return Optional.ofNullable(values.get(key)).map(Object::toString);
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
    return Optional.ofNullable((Double) values.get(key));
  }

  Optional<Integer> whole(String key) {
    return number(key).map(Double::intValue);
  }

  Optional<Boolean> truth(String key) {
    return Optional.ofNullable((Boolean) values.get(key));
  }
}
