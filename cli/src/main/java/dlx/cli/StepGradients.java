package dlx.cli;

import dlx.Model;
import dlx.StepCheck;
import dlx.elaborate.Program;

/** {@code dlx test --gradcheck}: the derivatives of a step against differences. */
final class StepGradients {
  private StepGradients() {}

  static Tests.Ran check(Model model, Program.Step step) {
    long begun = System.nanoTime();
    String failure = StepCheck.of(model, step.name());
    return new Tests.Ran(
        step.span().source().name() + ":" + step.span().line(),
        "derivatives of " + step.name(),
        (System.nanoTime() - begun) / 1e9,
        failure.isEmpty() ? "" : "    " + failure + "\n");
  }
}
