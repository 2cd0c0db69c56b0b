package dlx;

import dlx.elaborate.Program;
import dlx.graph.Leaf;
import dlx.runtime.CompiledFunction;
import dlx.runtime.DlxException;
import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One run of a {@code test} block through compiled code, with first parameters and a fixed seed.
 *
 * @param test the block
 * @param assertions how many assertions it has
 * @param failures those that do not hold
 * @param error what stopped it before the assertions were looked at, or null
 */
public record TestRun(
    Program.Test test,
    int assertions,
    List<Failure> failures,
    @org.jspecify.annotations.Nullable DlxException error) {
  private static final long SEED = 0;

  /**
   * An assertion that does not hold.
   *
   * @param values of the parts of the assertion, in their order
   * @param reason for a {@code gradcheck} how far it is off; otherwise empty
   */
  public record Failure(Program.Assertion assertion, List<Tensor> values, String reason) {}

  public boolean passed() {
    return failures.isEmpty() && error == null;
  }

  /** Runs test {@code index} of {@link Program#tests()}. */
  public static TestRun of(Model model, int index) {
    Program.Test test = model.program().tests().get(index);
    Program.TestCase whole = model.program().test(index);
    int assertions = whole.assertions().size();
    try {
      CompiledFunction compiled = model.compile(whole::function);
      List<Tensor> outputs = compiled.call(Map.of(), Map.of(), SEED, 0);
      List<Failure> failures = new ArrayList<>();
      for (Program.Assertion assertion : whole.assertions()) {
        check(model, assertion, outputs, failures);
      }
      return new TestRun(test, assertions, failures, null);
    } catch (DlxException e) {
      return new TestRun(test, assertions, List.of(), e);
    }
  }

  private static void check(
      Model model, Program.Assertion assertion, List<Tensor> outputs, List<Failure> failures) {
    List<Tensor> values =
        assertion.parts().stream().map(part -> outputs.get(part.output())).toList();
    Program.GradientCheck gradient = assertion.gradient();
    if (gradient != null) {
      String x = name(gradient);
      String reason =
          new Differences(model, Map.of(), Map.of(x, outputs.get(gradient.start())), SEED)
              .compare(gradient.function(), x);
      if (!reason.isEmpty()) failures.add(new Failure(assertion, values, reason));
    } else if (!holds(outputs.get(assertion.condition()))) {
      failures.add(new Failure(assertion, values, ""));
    }
  }

  /** The only input of the function. */
  private static String name(Program.GradientCheck gradient) {
    return gradient.function().nodes().stream()
        .filter(n -> n.op() instanceof Leaf.Input)
        .map(n -> n.op().title())
        .findFirst()
        .orElse("x");
  }

  /** An assertion demands that every element is true. */
  private static boolean holds(Tensor condition) {
    for (boolean element : condition.booleans()) {
      if (!element) return false;
    }
    return true;
  }
}
