package dlx;

import dlx.elaborate.Program;
import dlx.graph.Function;
import dlx.runtime.CompiledFunction;
import dlx.runtime.Tensor;
import dlx.schedule.Schedule;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** A compiled part of a model that can be called: an {@link Entry} or a {@link Step}. */
public abstract sealed class Fn permits Entry, Step {
  final Model model;
  final String name;
  final CompiledFunction compiled;
  final List<String> outputs;
  final Supplier<Function> elaborate;

  Fn(Model model, String name, Supplier<Function> elaborate) {
    this.model = model;
    this.name = name;
    this.elaborate = elaborate;
    this.compiled = model.compile(elaborate);
    this.outputs = compiled.program().outputs().stream().map(v -> v.name()).toList();
  }

  /** The model whose parameters it reads. */
  public Model model() {
    return model;
  }

  /** The name of the entry or step, or the expressions. */
  public String name() {
    return name;
  }

  /** The names of the results, in order. */
  public List<String> results() {
    return outputs;
  }

  /** The names of the inputs and arguments that it needs or that have defaults. */
  public List<String> inputs() {
    return compiled.program().arguments().stream().map(v -> v.name()).toList();
  }

  /** The names that a call may give: inputs of the program and arguments of the step. */
  public Set<String> accepts() {
    return declared().stream().map(Program.Argument::name).collect(Collectors.toSet());
  }

  /** The run-time sizes that it depends on. */
  public Set<String> sizes() {
    return Set.copyOf(compiled.program().symbols());
  }

  /** The paths of the parameters and states that it reads or changes. */
  public List<String> slots() {
    return compiled.program().slots().stream().map(s -> s.path()).toList();
  }

  /** The code behind, for a caller that keeps parameters by itself. */
  public CompiledFunction compiled() {
    return compiled;
  }

  /** What the kernels of {@link #compiled} do, in their order; made anew by every call. */
  public Schedule schedule() {
    return model.schedule(elaborate);
  }

  /** What may be given by name: inputs of the program and arguments of the step. */
  abstract List<Program.Argument> declared();

  /** The name of an argument's default among those of the program. */
  abstract String defaultName(String argument);

  abstract boolean changes();

  /**
   * Puts everything in place for calls with these very tensors: the arrays behind them may change
   * between the runs, and a run allocates nothing.
   *
   * @param given inputs and arguments by name: tensors, or numbers, which fill the declared shape.
   *     Those of the program that this does not need are left aside
   * @param sizes values of run-time sizes that no given tensor has
   * @throws dlx.runtime.DlxException if something is missing, unknown or of another type
   */
  public Call prepare(Map<String, ?> given, Map<String, Integer> sizes) {
    return Arguments.bind(this, given, sizes);
  }

  public Call prepare(Map<String, ?> given) {
    return prepare(given, Map.of());
  }

  @Override
  public String toString() {
    return name;
  }

  /** The only result. */
  static Tensor single(Fn function, Results results) {
    if (results.size() == 1) return results.get(0);
    throw new IllegalStateException(
        "`" + function.name + "` has " + results.size() + " results; use `results`");
  }
}
