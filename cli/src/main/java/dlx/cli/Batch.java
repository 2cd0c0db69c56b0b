package dlx.cli;

import dlx.elaborate.Program;
import dlx.graph.Extent;
import java.util.List;

/** Which size of a program counts examples. */
final class Batch {
  private Batch() {}

  /**
   * The run-time size named {@code batch}, or else the only run-time size that is an axis of an
   * input, or else the one that is the first axis of the first input that has any; empty if no
   * input has a run-time size.
   */
  static String size(Program program) {
    List<String> open =
        program.sizes().stream().filter(s -> s.value() == null).map(Program.Size::name).toList();
    List<String> used =
        open.stream()
            .filter(name ->
                program.inputs().stream()
                    .flatMap(i -> i.type().type().shape().stream())
                    .anyMatch(Extent.symbol(name)::equals))
            .toList();
    if (used.contains("batch")) return "batch";
    if (used.size() <= 1) return used.isEmpty() ? "" : used.getFirst();
    return program.inputs().stream()
        .filter(i -> !i.type().type().isScalar())
        .map(i -> i.type().type().extent(0))
        .flatMap(first -> used.stream().filter(name -> Extent.symbol(name).equals(first)))
        .findFirst()
        .orElse("");
  }
}
