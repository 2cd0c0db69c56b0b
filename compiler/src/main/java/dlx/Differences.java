package dlx;

import dlx.graph.Evaluate;
import dlx.graph.Function;
import dlx.graph.Node;
import dlx.runtime.CompiledFunction;
import dlx.runtime.DType;
import dlx.runtime.RandomBits;
import dlx.runtime.Tensor;
import java.util.Locale;
import java.util.Map;

/**
 * Compares a compiled derivative with central differences of the reference evaluator, which works in
 * f64 also for f32 programs. Of large arguments a few elements are tried, chosen by hash.
 */
final class Differences {
  private static final int TRIED = 24;

  private Differences() {}

  /**
   * @param function with one input x and the outputs y, a number, and its derivative by x
   * @return what is wrong, or an empty text
   */
  static String compare(Model model, Function function, Tensor start, long seed) {
    CompiledFunction compiled = model.compile(() -> function);
    String name =
        compiled.program().arguments().isEmpty()
            ? "x"
            : compiled.program().arguments().getFirst().name();
    Tensor derivative = compiled.call(Map.of(name, start), Map.of(), seed, 0).get(1);
    Node y =
        model.pipeline().function("differentiate", () -> function).outputs().getFirst().value();
    double scale = 1e-3;
    for (int i = 0; i < derivative.size(); i++) {
      scale = Math.max(scale, Math.abs(derivative.get(i)));
    }
    double tolerance = start.dtype() == DType.F64 ? 1e-5 : 2e-3;
    for (int k = 0; k < Math.min(TRIED, start.size()); k++) {
      int element =
          start.size() <= TRIED
              ? k
              : (int) Long.remainderUnsigned(RandomBits.threefry(seed, k), start.size());
      double slope = slope(y, name, start, element, seed);
      double stated = derivative.get(element);
      double off = Math.abs(slope - stated);
      if (!(off <= tolerance * scale)) {
        return String.format(
            Locale.ROOT,
            "element %d of the derivative is %.7g, differences give %.7g",
            element,
            stated,
            slope);
      }
    }
    return "";
  }

  private static double slope(Node y, String name, Tensor start, int element, long seed) {
    double at = start.get(element);
    double step = Math.max(1, Math.abs(at)) * (start.dtype() == DType.F64 ? 1e-5 : 1e-3);
    Tensor moved = start.copy();
    moved.set(element, at + step);
    double right = moved.get(element);
    double above = value(y, name, moved, seed);
    moved.set(element, at - step);
    // what was really added and taken away after rounding
    double width = right - moved.get(element);
    return (above - value(y, name, moved, seed)) / width;
  }

  private static double value(Node y, String name, Tensor x, long seed) {
    return new Evaluate(Map.of(), Map.of(name, x), Map.of(), seed, 0).values(y)[0];
  }
}
