package dlx;

import dlx.runtime.CompiledFunction;
import dlx.runtime.DlxException;
import java.util.Arrays;
import java.util.List;

/**
 * Compiles expressions.
 *
 * <pre>{@code
 * var x = input("x", F32, "batch", 3);
 * var w = param("w", F32, 3);
 * var loss = mean(pow(matmul(x, w).minus(1), 2));
 * CompiledFunction f = Compiler.compile(loss, grad(loss, w));
 * List<Tensor> values = f.call(Map.of("x", Tensor.of(data, 64, 3), "w", Tensor.of(weights, 3)));
 * }</pre>
 */
public final class Compiler {
  private Compiler() {}

  /**
   * Expressions built in Java. The compiled function takes inputs and parameters by their names and
   * keeps nothing between calls.
   *
   * @throws dlx.source.ProgramException if shapes or types do not fit
   */
  public static CompiledFunction compile(Expr... expressions) {
    return compile(Options.DEFAULT, expressions);
  }

  public static CompiledFunction compile(Options options, Expr... expressions) {
    if (expressions.length == 0) throw new IllegalArgumentException("no expression");
    Written written = Written.of(List.of(expressions));
    Model model = Dlx.parse("expression", written.text(), options);
    return model.entry(written.results().toArray(String[]::new)).compiled();
  }

  /**
   * Expressions of a model, compiled together; they read its parameters when they are called.
   *
   * @throws dlx.source.ProgramException if they are wrong
   */
  public static Entry compile(Model.Expression... expressions) {
    if (expressions.length == 0) throw new IllegalArgumentException("no expression");
    Model model = expressions[0].model();
    if (Arrays.stream(expressions).anyMatch(e -> e.model() != model)) {
      throw new DlxException(
          "E0202", "these expressions are of different models", "", "compile them one by one");
    }
    return model.entry(
        Arrays.stream(expressions).map(Model.Expression::text).toArray(String[]::new));
  }
}
