package dlx;

import dlx.graph.Evaluate;
import dlx.graph.Function;
import dlx.graph.Node;
import dlx.runtime.CompiledFunction;
import dlx.runtime.DType;
import dlx.runtime.RandomBits;
import dlx.runtime.Tensor;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Compares a compiled derivative with central differences of the reference evaluator, which works
 * in f64 also for f32 programs. Of large arguments a few elements are tried, chosen by hash.
 *
 * @param sizes of run-time extents
 * @param values of inputs by name and of parameters and states by path
 */
record Differences(Model model, Map<String, Long> sizes, Map<String, Tensor> values, long seed) {
  private static final int TRIED = 24;

  /** Below this no derivative is large: the differences are compared with at least this scale. */
  private static final double SCALE = 1e-3;

  /**
   * @param function with the outputs y, a number, and its derivative by x
   * @param x the name of an input or the path of a slot
   * @return what is wrong, or an empty text
   */
  String compare(Function function, String x) {
    CompiledFunction compiled = model.compile(() -> function);
    Map<String, Integer> given = new LinkedHashMap<>();
    sizes.forEach((name, size) -> given.put(name, Math.toIntExact(size)));
    Tensor derivative = compiled.call(values, given, seed, 0).get(1);
    Node y =
        model.pipeline().function("differentiate", () -> function).outputs().getFirst().value();
    Tensor start = values.get(x);
    double scale = SCALE;
    for (int i = 0; i < derivative.size(); i++) {
      scale = Math.max(scale, Math.abs(derivative.get(i)));
    }
    double tolerance = start.dtype() == DType.F64 ? 1e-5 : 2e-3;
    for (int k = 0; k < Math.min(TRIED, start.size()); k++) {
      int element =
          start.size() <= TRIED
              ? k
              : (int) Long.remainderUnsigned(RandomBits.threefry(seed, k), start.size());
      double slope = slope(y, x, element);
      double stated = derivative.get(element);
      if (!(Math.abs(slope - stated) <= tolerance * scale)) {
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

  private double slope(Node y, String x, int element) {
    Tensor moved = values.get(x).copy();
    double at = moved.get(element);
    double step = Math.max(1, Math.abs(at)) * (moved.dtype() == DType.F64 ? 1e-5 : 1e-3);
    moved.set(element, at + step);
    double right = moved.get(element);
    double above = value(y, x, moved);
    moved.set(element, at - step);
    // what was really added and taken away after rounding
    double width = right - moved.get(element);
    return (above - value(y, x, moved)) / width;
  }

  private double value(Node y, String x, Tensor moved) {
    Map<String, Tensor> all = new LinkedHashMap<>(values);
    all.put(x, moved);
    return new Evaluate(sizes, all, all, seed, 0).values(y)[0];
  }
}
