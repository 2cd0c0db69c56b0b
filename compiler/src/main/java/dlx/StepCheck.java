package dlx;

import dlx.elaborate.Program;
import dlx.graph.Derivative;
import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.runtime.DType;
import dlx.runtime.DlxException;
import dlx.runtime.RandomBits;
import dlx.runtime.Tensor;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The derivatives of a step by inputs, parameters and states, compared with finite differences at
 * first parameters and drawn inputs of small sizes.
 */
public final class StepCheck {
  private static final long SEED = 0;

  /** Different, so that they are not mixed up. */
  private static final long[] SIZES = {5, 3, 7, 4, 6, 9, 8};

  private final Model model;
  private final Program.Step step;
  private final Function function;
  private final Map<String, Long> sizes = new LinkedHashMap<>();
  private final Map<String, Tensor> values = new LinkedHashMap<>();

  private StepCheck(Model model, String name) {
    this.model = model;
    this.step =
        model.program().steps().stream()
            .filter(s -> s.name().equals(name))
            .findFirst()
            .orElseThrow();
    this.function = model.program().step(name);
  }

  /** What is wrong with the derivatives of a step, or an empty text. */
  public static String of(Model model, String step) {
    try {
      return new StepCheck(model, step).check();
    } catch (DlxException e) {
      return "error[" + e.code() + "]: " + e.getMessage();
    }
  }

  private String check() {
    for (Program.Size size : model.program().sizes()) {
      if (size.value() == null) sizes.put(size.name(), SIZES[sizes.size() % SIZES.length]);
    }
    Set<Node> derivatives = new LinkedHashSet<>();
    Set<String> slots = new LinkedHashSet<>();
    for (Node node : function.nodes()) {
      if (node.op() instanceof Leaf.Input input) values.put(input.name(), drawn(input));
      if (node.op() instanceof Leaf.Slot slot) slots.add(slot.path());
      if (node.op() instanceof Derivative d && d.kind() == Derivative.Kind.GRAD) {
        derivatives.add(node);
      }
    }
    Map<String, Integer> given = new LinkedHashMap<>();
    sizes.forEach((name, size) -> given.put(name, Math.toIntExact(size)));
    if (!slots.isEmpty()) values.putAll(model.initial(List.copyOf(slots), given, SEED));
    for (Node derivative : derivatives) {
      String wrong = check(derivative);
      if (!wrong.isEmpty()) return wrong;
    }
    return "";
  }

  private String check(Node derivative) {
    String x =
        switch (derivative.input(1).op()) {
          case Leaf.Input input -> input.name();
          case Leaf.Slot slot -> slot.path();
          default -> ""; // an inner node cannot be moved by itself
        };
    if (x.isEmpty()) return "";
    Function pair =
        new Function(
            step.name(),
            List.of(
                new Function.Output("y", derivative.input(0)),
                new Function.Output("derivative", derivative)),
            List.of(),
            List.of());
    Set<String> needed = new LinkedHashSet<>();
    for (Node node : pair.nodes()) {
      if (node.op() instanceof Leaf.Input input) needed.add(input.name());
      if (node.op() instanceof Leaf.Slot slot) needed.add(slot.path());
    }
    Map<String, Tensor> here = new LinkedHashMap<>(values);
    here.keySet().retainAll(needed);
    String wrong = new Differences(model, sizes, here, SEED).compare(pair, x);
    return wrong.isEmpty() ? "" : "by `" + x + "`: " + wrong;
  }

  /** Defaults where they are one number; otherwise uniform in [0.1, 0.9), integers 0 and 1. */
  private Tensor drawn(Leaf.Input input) {
    int[] shape = input.type().shape().stream().mapToInt(e -> Math.toIntExact(value(e))).toArray();
    Tensor tensor = Tensor.zeros(input.type().dtype(), shape);
    Double number = defaultOf(input.name());
    long key = RandomBits.address(input.name());
    for (int i = 0; i < tensor.size(); i++) {
      double draw = RandomBits.uniform64(key, i);
      boolean real = input.type().dtype() == DType.F32 || input.type().dtype() == DType.F64;
      tensor.set(i, number != null ? number : real ? 0.1 + 0.8 * draw : draw < 0.5 ? 0 : 1);
    }
    return tensor;
  }

  private @org.jspecify.annotations.Nullable Double defaultOf(String name) {
    for (List<Program.Argument> arguments : List.of(step.arguments(), model.program().inputs())) {
      for (Program.Argument argument : arguments) {
        Program.Default standard = argument.value();
        if (argument.name().equals(name) && standard != null) return standard.number();
      }
    }
    return null;
  }

  private long value(Extent extent) {
    return extent.value(sizes::get);
  }
}
