package dlx;

import dlx.elaborate.Program;
import dlx.emit.ClassEmitter;
import dlx.graph.Function;
import dlx.runtime.CompiledModel;
import dlx.runtime.ModelFile;
import dlx.runtime.Simd;
import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Models as compiled files that need only the runtime. */
public final class Export {
  private final Model model;
  private final List<ModelFile.Part> parts = new ArrayList<>();

  private Export(Model model) {
    this.model = model;
  }

  /**
   * Compiles entries and steps of a model, for vectors of this machine's width.
   *
   * @param entries names or expressions
   * @param values of parameters and states that are taken along; the others start as the program
   *     says
   * @throws dlx.source.ProgramException if an expression is wrong
   */
  public static ModelFile of(
      Model model, List<String> entries, List<String> steps, Map<String, Tensor> values) {
    Export export = new Export(model);
    for (String entry : entries) {
      export.add(entry, ModelFile.Role.ENTRY, () -> model.program().entry(entry));
    }
    for (String step : steps) {
      export.add(step, ModelFile.Role.STEP, () -> model.program().step(step));
    }
    return new ModelFile(
        model.program().name(), export.parts, arguments(model), export.slots(values));
  }

  private void add(String name, ModelFile.Role role, Supplier<Function> elaborate) {
    Function function = model.stage("simplify", elaborate);
    ClassEmitter.Emitted emitted = ClassEmitter.emit(function, model.source().name(), Simd.bits());
    parts.add(new ModelFile.Part(name, role, emitted.program(), emitted.classes()));
  }

  private static List<ModelFile.Argument> arguments(Model model) {
    List<ModelFile.Argument> defaults = new ArrayList<>();
    model.program().inputs().forEach(input -> add(defaults, "", input));
    for (Program.Step step : model.program().steps()) {
      step.arguments().forEach(argument -> add(defaults, step.name(), argument));
    }
    return defaults;
  }

  private static void add(
      List<ModelFile.Argument> defaults, String part, Program.Argument argument) {
    Program.Default standard = argument.value();
    if (standard != null && standard.number() != null) {
      defaults.add(new ModelFile.Argument(part, argument.name(), standard.number()));
    }
  }

  /** The slots that the parts need, and how those without a value start. */
  private List<ModelFile.Slot> slots(Map<String, Tensor> values) {
    List<String> needed =
        parts.stream()
            .flatMap(p -> p.program().slots().stream())
            .map(dlx.runtime.Program.Slot::path)
            .distinct()
            .toList();
    List<ModelFile.Slot> slots = new ArrayList<>();
    List<String> fixed = new ArrayList<>();
    for (String path : needed) {
      Program.Slot slot = model.slot(path);
      Tensor value = values.get(path);
      if (value != null) {
        List<Integer> shape = java.util.Arrays.stream(value.shape()).boxed().toList();
        slots.add(
            new ModelFile.Slot(path, slot.param(), value.dtype(), shape, ModelFile.bytes(value)));
      } else if (Model.hasRuntimeSize(slot.type())) {
        first(CompiledModel.OPEN + path, List.of(path));
      } else {
        fixed.add(path);
      }
    }
    if (!fixed.isEmpty()) first(CompiledModel.INITIAL, fixed);
    return slots;
  }

  private void first(String name, List<String> paths) {
    add(
        name,
        ModelFile.Role.FIRST,
        () -> Model.part("initial", model.program().initial(), Set.copyOf(paths)));
  }
}
