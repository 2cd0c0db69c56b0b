package dlx.cli;

import dlx.elaborate.Program;
import dlx.graph.Extent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The interface of a program as data, so that tools need no parser. */
final class Interface {
  private Interface() {}

  /** Maps, lists, texts and numbers for one JSON object. */
  static Map<String, Object> of(Program program) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("version", 1);
    object.put("name", program.name());
    object.put("doc", program.doc());
    object.put("sizes", program.sizes().stream().map(Interface::size).toList());
    object.put("constants", program.constants().stream().map(Interface::constant).toList());
    object.put("inputs", program.inputs().stream().map(Interface::argument).toList());
    object.put("entries", program.entries().stream().map(Interface::entry).toList());
    object.put("steps", program.steps().stream().map(Interface::step).toList());
    object.put("slots", program.slots().stream().map(Interface::slot).toList());
    object.put("recipes", program.recipes().stream().map(Interface::recipe).toList());
    object.put("tests", program.tests().stream().map(Program.Test::name).toList());
    return object;
  }

  private static Map<String, Object> named(String name, String doc) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("name", name);
    if (!doc.isEmpty()) object.put("doc", doc);
    return object;
  }

  private static Map<String, Object> size(Program.Size size) {
    Map<String, Object> object = named(size.name(), size.doc());
    if (size.value() != null) object.put("value", size.value());
    return object;
  }

  private static Map<String, Object> constant(Program.Constant constant) {
    Map<String, Object> object = named(constant.name(), constant.doc());
    object.put("value", constant.value());
    return object;
  }

  private static Map<String, Object> type(Program.Typed type) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("text", type.text());
    object.put("dtype", type.type().dtype().toString());
    List<Object> shape = new ArrayList<>();
    for (Extent extent : type.type().shape()) {
      shape.add(extent.isConstant() ? (Object) extent.constant().getAsLong() : extent.toString());
    }
    object.put("shape", shape);
    return object;
  }

  private static Map<String, Object> argument(Program.Argument argument) {
    Map<String, Object> object = named(argument.name(), argument.doc());
    object.put("type", type(argument.type()));
    Program.@Nullable Default value = argument.value();
    if (value != null)
      object.put("default", value.number() != null ? value.number() : value.text());
    return object;
  }

  private static Map<String, Object> entry(Program.Entry entry) {
    Map<String, Object> object = named(entry.name(), entry.doc());
    object.put("inputs", entry.inputs());
    object.put("results", entry.results().stream().map(Interface::type).toList());
    return object;
  }

  private static Map<String, Object> step(Program.Step step) {
    Map<String, Object> object = named(step.name(), step.doc());
    object.put("inputs", step.inputs());
    object.put("arguments", step.arguments().stream().map(Interface::argument).toList());
    object.put("results", step.results().stream().map(Interface::type).toList());
    object.put("updates", step.updates());
    return object;
  }

  private static Map<String, Object> slot(Program.Slot slot) {
    Map<String, Object> object = named(slot.path(), slot.doc());
    object.put("kind", slot.param() ? "param" : "state");
    object.put("type", type(slot.type()));
    if (!slot.step().isEmpty()) object.put("step", slot.step());
    return object;
  }

  private static Map<String, Object> recipe(Program.Recipe recipe) {
    Map<String, Object> object = named(recipe.name(), "");
    Map<String, Object> values = new LinkedHashMap<>();
    recipe.values().forEach((name, value) -> values.put(name, plain(value)));
    object.put("values", values);
    return object;
  }

  private static Object plain(Object value) {
    return switch (value) {
      case List<?> list -> list.stream().map(Interface::plain).toList();
      case Program.Name name -> name.text();
      default -> value;
    };
  }
}
