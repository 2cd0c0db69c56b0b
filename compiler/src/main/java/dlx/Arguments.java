package dlx;

import dlx.elaborate.Program;
import dlx.graph.Extent;
import dlx.runtime.DType;
import dlx.runtime.DlxException;
import dlx.runtime.Tensor;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * From values by name to tensors for inputs and arguments. Sizes are read off the shapes first, in
 * the user's names; defaults and numbers then fill the declared shapes.
 */
final class Arguments {
  private final Model model;
  private final String who;
  private final Map<String, ?> given;
  private final UnaryOperator<String> defaultName;
  private final Map<String, Integer> sizes = new LinkedHashMap<>();
  private final Map<String, Program.Argument> declared = new LinkedHashMap<>();

  private Arguments(
      Model model,
      String who,
      List<Program.Argument> declared,
      UnaryOperator<String> defaultName,
      Map<String, ?> given) {
    this.model = model;
    this.who = who;
    this.given = given;
    this.defaultName = defaultName;
    declared.forEach(a -> this.declared.put(a.name(), a));
  }

  static Call bind(Fn function, Map<String, ?> given, Map<String, Integer> sizes) {
    Arguments arguments =
        new Arguments(
            function.model, function.name, function.declared(), function::defaultName, given);
    arguments.readSizes(sizes);
    Tensor[] tensors = function.inputs().stream().map(arguments::tensor).toArray(Tensor[]::new);
    return new Call(function, tensors, arguments.sizes);
  }

  /** Values for inputs of the program, and the sizes that they have. */
  static Model.Inputs inputs(
      Model model, Collection<String> names, Map<String, ?> given, Map<String, Integer> sizes) {
    Arguments arguments =
        new Arguments(model, "this", model.program().inputs(), name -> name, given);
    arguments.readSizes(sizes);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    names.forEach(name -> tensors.put(name, arguments.tensor(name)));
    return new Model.Inputs(tensors, arguments.sizes);
  }

  private void readSizes(Map<String, Integer> named) {
    named.forEach((name, value) -> {
      Program.Size size =
          model.program().sizes().stream()
              .filter(s -> s.name().equals(name))
              .findFirst()
              .orElseThrow(() -> Model.unknown("size", name, runtimeSizes()));
      if (size.value() != null && size.value() != (long) value) {
        throw new DlxException(
            "R0103",
            "the size `%s` is %d in this program".formatted(name, size.value()),
            "",
            "sizes with a value are chosen when the program is loaded");
      }
      if (size.value() == null) sizes.put(name, value);
    });
    for (String name : given.keySet()) {
      if (!declared.containsKey(name)) throw Model.unknown("input", name, declared.keySet());
    }
    checkGiven();
    checkGiven(); // shapes that are computed, now that the names in them are known
  }

  private void checkGiven() {
    declared.forEach((name, argument) -> {
      if (given.get(name) instanceof Tensor tensor) check(name, argument.type(), tensor, sizes);
    });
  }

  private List<String> runtimeSizes() {
    return model.program().sizes().stream()
        .filter(s -> s.value() == null)
        .map(Program.Size::name)
        .toList();
  }

  private Tensor tensor(String name) {
    Program.Argument argument = declared.get(name);
    if (argument == null) throw new IllegalStateException("an argument nobody declared: " + name);
    Object value = given.get(name);
    if (value instanceof Tensor tensor) return tensor;
    if (value instanceof Number number) return filled(argument, number.doubleValue());
    if (value instanceof Boolean truth) return filled(argument, truth ? 1 : 0);
    if (value != null) {
      throw new DlxException(
          "R0104", "`%s` is given as a %s".formatted(name, value.getClass().getName()), "", "");
    }
    Program.Default standard = argument.value();
    if (standard == null) {
      throw new DlxException(
          "R0105",
          "`%s` needs `%s: %s`".formatted(who, name, argument.type()),
          "",
          "give it a value");
    }
    if (standard.number() != null) return filled(argument, standard.number());
    Tensor computed = model.defaultOf(defaultName.apply(name), sizes);
    check(name, argument.type(), computed, sizes);
    return computed;
  }

  private Tensor filled(Program.Argument argument, double number) {
    DType dtype = argument.type().type().dtype();
    boolean fits =
        switch (dtype) {
          case F32, F64 -> true;
          case I32 -> number == (int) number;
          case BOOL -> number == 0 || number == 1;
        };
    if (!fits) {
      throw new DlxException(
          "R0104", "`%s` is %s, not %s".formatted(argument.name(), dtype, number), "", "");
    }
    int[] shape = argument.type().type().shape().stream().mapToInt(this::extent).toArray();
    Tensor tensor = Tensor.zeros(dtype, shape);
    for (int i = 0; i < tensor.size(); i++) tensor.set(i, number);
    return tensor;
  }

  private int extent(Extent extent) {
    return Math.toIntExact(
        extent.value(name -> {
          Integer value = sizes.get(name);
          if (value != null) return value;
          throw new DlxException(
              "R0105",
              "the size `" + name + "` is not known",
              "",
              "no given input has it; give it by name");
        }));
  }

  // ------------------------------------------------------------------ types

  /**
   * Compares a tensor with a declared type; sizes that are met for the first time get their value.
   *
   * @throws DlxException R0104 if the element type and R0103 if the shape does not fit
   */
  static void check(
      String name, Program.Typed declared, Tensor tensor, Map<String, Integer> sizes) {
    List<Extent> shape = declared.type().shape();
    if (tensor.dtype() != declared.type().dtype()) {
      throw new DlxException(
          "R0104",
          "`%s` is declared %s, the value is %s".formatted(name, declared, tensor.describe()),
          "",
          "convert it");
    }
    if (tensor.rank() != shape.size()) throw misfit(name, declared, tensor, "");
    for (int axis = 0; axis < shape.size(); axis++) {
      Extent extent = shape.get(axis);
      long actual = tensor.extent(axis);
      if (isBare(extent)) {
        Integer known = sizes.putIfAbsent(extent.name(), (int) actual);
        if (known == null || known == actual) continue;
        throw misfit(
            name, declared, tensor, ", and `%s` is %d elsewhere".formatted(extent.name(), known));
      }
      if (sizes.keySet().containsAll(extent.symbols())) {
        long wanted = extent.value(s -> sizes.get(s));
        if (wanted != actual) {
          throw misfit(
              name,
              declared,
              tensor,
              extent.isConstant() ? "" : ", and `%s` is %d".formatted(extent, wanted));
        }
      }
    }
  }

  private static boolean isBare(Extent extent) {
    Set<String> symbols = extent.symbols();
    return symbols.size() == 1 && extent.equals(Extent.symbol(symbols.iterator().next()));
  }

  private static DlxException misfit(
      String name, Program.Typed declared, Tensor tensor, String reason) {
    return new DlxException(
        "R0103",
        "`%s` is declared %s, the value has the shape %s%s"
            .formatted(name, declared, Arrays.toString(tensor.shape()), reason),
        "",
        "");
  }
}
