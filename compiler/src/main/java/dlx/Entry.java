package dlx;

import dlx.elaborate.Program;
import dlx.graph.Function;
import dlx.runtime.NumberFunction;
import dlx.runtime.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * One or more definitions or expressions, compiled together. Any number of threads may call it at
 * once, also while a step runs; each call sees the parameters from before or after a step.
 */
public final class Entry extends Fn {
  Entry(Model model, String name, Supplier<Function> elaborate) {
    super(model, name, elaborate);
  }

  /**
   * The value, if there is one.
   *
   * @param given inputs by name: tensors, or numbers, which fill the declared shape
   */
  public Tensor call(Map<String, ?> given) {
    return single(this, prepare(given).run());
  }

  /**
   * @param sizes values of run-time sizes that no given tensor has
   */
  public Tensor call(Map<String, ?> given, Map<String, Integer> sizes) {
    return single(this, prepare(given, sizes).run());
  }

  /** All values. */
  public Results results(Map<String, ?> given) {
    return prepare(given).run();
  }

  /** All values. */
  public Results results(Map<String, ?> given, Map<String, Integer> sizes) {
    return prepare(given, sizes).run();
  }

  /**
   * The entry as a function of numbers, for code that calls it very often, such as a solver: values
   * and derivatives without tensors and without a call into the runtime. Arguments are in the order
   * of {@link #inputs}, results in the order of {@link #results()}. Compiled anew by every call of
   * this.
   *
   * @throws dlx.runtime.DlxException R0108 if an input is no {@code f32} or {@code f64} number, if
   *     it computes tensors, reads parameters or draws
   */
  public NumberFunction numbers() {
    return model.numbers(inputs(), elaborate);
  }

  @Override
  List<Program.Argument> declared() {
    return model.program().inputs();
  }

  @Override
  String defaultName(String argument) {
    return argument;
  }

  @Override
  boolean changes() {
    return false;
  }
}
