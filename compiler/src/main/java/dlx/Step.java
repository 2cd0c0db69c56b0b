package dlx;

import dlx.elaborate.Program;
import dlx.graph.Function;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A step: an entry that also changes parameters and states, all together at its end; if it fails,
 * nothing has changed. The steps of one model run one after the other, whoever calls them.
 */
public final class Step extends Fn {
  private final Program.Step step;

  Step(Model model, Program.Step step, Supplier<Function> elaborate) {
    super(model, step.name(), elaborate);
    this.step = step;
  }

  /** Runs once with the default arguments. */
  public Results run(Map<String, ?> inputs) {
    return prepare(inputs).run();
  }

  /**
   * Runs once.
   *
   * @param inputs by name: tensors, or numbers, which fill the declared shape
   * @param arguments of the step, such as {@code Map.of("rate", 1e-3f)}
   */
  public Results run(Map<String, ?> inputs, Map<String, ?> arguments) {
    Map<String, Object> given = new LinkedHashMap<>(inputs);
    given.putAll(arguments);
    return prepare(given).run();
  }

  /** What the step declares. */
  public Program.Step description() {
    return step;
  }

  @Override
  List<Program.Argument> declared() {
    List<Program.Argument> declared = new ArrayList<>(step.arguments());
    List<String> own = step.arguments().stream().map(Program.Argument::name).toList();
    // an argument hides an input of its name
    model.program().inputs().stream().filter(i -> !own.contains(i.name())).forEach(declared::add);
    return declared;
  }

  @Override
  String defaultName(String argument) {
    boolean own = step.arguments().stream().anyMatch(a -> a.name().equals(argument));
    return own ? name + "." + argument : argument;
  }

  @Override
  boolean changes() {
    return true;
  }
}
