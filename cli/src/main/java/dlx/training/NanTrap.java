package dlx.training;

import dlx.Call;
import dlx.Entry;
import dlx.Model;
import dlx.Results;
import dlx.Step;
import dlx.elaborate.Program;
import dlx.runtime.DlxException;
import dlx.runtime.Tensor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds out where a number stopped being one. Every step runs with a copy of all parameters kept
 * aside, so this is for looking for a mistake, not for speed.
 */
public final class NanTrap {
  private final Model model;

  public NanTrap(Model model) {
    this.model = model;
  }

  /**
   * Runs a step.
   *
   * @param given its inputs by name
   * @throws DlxException R0201 if a result or a new parameter is nan or infinite; the parameters
   *     are then those from before the step
   */
  public Results run(Call call, Step step, Map<String, ?> given) {
    long number = model.steps();
    Map<String, Tensor> before = model.values();
    Results results = call.run();
    String bad =
        results.names().stream()
            .filter(n -> !isFinite(results.byName().get(n)))
            .findFirst()
            .orElse("");
    if (bad.isEmpty()) {
      Map<String, Tensor> after = model.values();
      bad =
          step.description().updates().stream()
              .filter(after::containsKey)
              .filter(p -> !isFinite(after.get(p)))
              .findFirst()
              .orElse("");
    }
    if (bad.isEmpty()) return results;
    model.setAll(before);
    model.setSteps(number);
    throw cause(step, given, bad, number + 1);
  }

  /** The first definition of the file, in its order, that is not finite. */
  private DlxException cause(Step step, Map<String, ?> given, String result, long number) {
    List<Program.Entry> entries =
        model.program().entries().stream()
            .filter(e -> step.inputs().containsAll(e.inputs()))
            .filter(e -> e.results().size() == 1 && e.results().getFirst().type().dtype().isFloat())
            .sorted(Comparator.comparingInt(e -> e.span().start()))
            .toList();
    for (Program.Entry entry : entries) {
      Entry function = model.entry(List.of(entry.name()), true);
      Map<String, Object> inputs = new LinkedHashMap<>(given);
      inputs.keySet().retainAll(function.accepts());
      Tensor value = function.call(inputs);
      String where = firstBad(value);
      if (where != null) {
        return new DlxException(
            "R0201",
            "`" + entry.name() + "` became " + where + " in step " + number,
            entry.span().toString(),
            "`dlx run --watch` shows what it is made of");
      }
    }
    return new DlxException(
        "R0201", "`" + result + "` became nan or infinite in step " + number, "", "");
  }

  private static boolean isFinite(Tensor tensor) {
    return firstBad(tensor) == null;
  }

  /** Such as {@code nan at [17]}; null if all is well. */
  private static @Nullable String firstBad(Tensor tensor) {
    if (!tensor.dtype().isFloat()) return null;
    for (int i = 0; i < tensor.size(); i++) {
      double value = tensor.get(i);
      if (Double.isFinite(value)) continue;
      String name = Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
      return tensor.rank() == 0 ? name : name + " at " + Arrays.toString(position(tensor, i));
    }
    return null;
  }

  private static int[] position(Tensor tensor, int index) {
    int[] position = new int[tensor.rank()];
    int rest = index;
    for (int axis = tensor.rank() - 1; axis >= 0; axis--) {
      position[axis] = rest % tensor.extent(axis);
      rest /= tensor.extent(axis);
    }
    return position;
  }
}
