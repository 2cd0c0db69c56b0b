package dlx.cli;

import dlx.Fn;
import dlx.Model;
import dlx.elaborate.Program;
import dlx.graph.Extent;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Inputs for measuring: those that are given, and for what is neither given nor has a default drawn
 * ones, as in tests: floats from the standard normal law, whole numbers 0 or 1.
 *
 * @param inputs all of them, by name
 * @param names of those that are drawn
 */
record Drawn(Map<String, Object> inputs, List<String> names) {
  /**
   * @throws UsageException if a size is not known
   */
  static Drawn of(
      Invocation invocation, Model model, Program.@Nullable Step step, Fn function, Given given) {
    Map<String, Program.Argument> declared = new LinkedHashMap<>();
    model.program().inputs().forEach(i -> declared.put(i.name(), i));
    if (step != null) step.arguments().forEach(a -> declared.put(a.name(), a));
    Map<String, Object> inputs = new LinkedHashMap<>(given.inputs());
    inputs.keySet().retainAll(function.accepts());
    Map<String, Integer> sizes = new LinkedHashMap<>(given.sizes());
    inputs.forEach((name, value) -> {
      if (value instanceof Tensor tensor) read(declared.get(name), tensor, sizes);
    });
    List<String> names = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(invocation.seed());
    for (Program.Argument argument : declared.values()) {
      String name = argument.name();
      boolean open = function.inputs().contains(name) && argument.value() == null;
      if (!open || inputs.containsKey(name)) continue;
      inputs.put(name, draw(argument, sizes, random));
      names.add(name);
    }
    return new Drawn(inputs, names);
  }

  private static void read(Program.Argument argument, Tensor tensor, Map<String, Integer> sizes) {
    List<Extent> shape = argument.type().type().shape();
    for (int axis = 0; axis < Math.min(shape.size(), tensor.rank()); axis++) {
      for (String symbol : shape.get(axis).symbols()) {
        if (shape.get(axis).equals(Extent.symbol(symbol))) {
          sizes.putIfAbsent(symbol, tensor.extent(axis));
        }
      }
    }
  }

  private static Tensor draw(
      Program.Argument argument, Map<String, Integer> sizes, SplittableRandom random) {
    List<Extent> extents = argument.type().type().shape();
    int[] shape = new int[extents.size()];
    for (int i = 0; i < shape.length; i++) {
      for (String symbol : extents.get(i).symbols()) {
        if (!sizes.containsKey(symbol)) {
          throw new UsageException(
              "`"
                  + argument.name()
                  + "` is "
                  + argument.type()
                  + ", and `"
                  + symbol
                  + "` is not known",
              "say --dim " + symbol + "=64, or give data that have it");
        }
      }
      shape[i] = Math.toIntExact(extents.get(i).value(sizes::get));
    }
    Tensor tensor = Tensor.zeros(argument.type().type().dtype(), shape);
    boolean whole = tensor.dtype() == DType.I32 || tensor.dtype() == DType.BOOL;
    for (int i = 0; i < tensor.size(); i++) {
      tensor.set(i, whole ? random.nextInt(2) : random.nextGaussian());
    }
    return tensor;
  }
}
