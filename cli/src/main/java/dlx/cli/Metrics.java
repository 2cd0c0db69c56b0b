package dlx.cli;

import dlx.elaborate.Program;
import java.util.Collection;
import java.util.List;

/** Which definitions tell how good a model is. */
final class Metrics {
  private Metrics() {}

  /**
   * The definitions that are single float numbers and need some of {@code inputs} and no others, in
   * the order of the file.
   */
  static List<String> of(Program program, Collection<String> inputs) {
    return program.entries().stream()
        .filter(Metrics::isNumber)
        .filter(e -> !e.inputs().isEmpty() && inputs.containsAll(e.inputs()))
        .map(Program.Entry::name)
        .toList();
  }

  static boolean isNumber(Program.Entry entry) {
    return entry.results().size() == 1
        && entry.results().getFirst().type().isScalar()
        && entry.results().getFirst().type().dtype().isFloat();
  }

  /**
   * The names in {@code list}, which must be such definitions.
   *
   * @throws UsageException for another name
   */
  static List<String> named(Program program, List<String> names) {
    List<String> known =
        program.entries().stream().filter(Metrics::isNumber).map(Program.Entry::name).toList();
    for (String name : names) {
      if (!known.contains(name)) throw UsageException.unknown("metric", name, known);
    }
    return names;
  }
}
