package dlx.cli;

import dlx.Model;
import dlx.elaborate.Program;
import dlx.runtime.Tensor;
import dlx.training.Checkpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code dlx params FILE [CHECKPOINT]}: the tree of parameters and states. */
final class Params extends Command {
  Params() {
    super("params", "the tree of parameters and states, with statistics of a checkpoint", false);
  }

  @Override
  void options(Options options) {
    Checkpoints.declare(options.program())
        .flag("--all", "also the states of steps, such as the moments of an optimizer")
        .value("--save", "FILE", "write the checkpoint again, renamed")
        .positional("FILE", "1", "the program")
        .positional("CHECKPOINT", "0..1", "a .safetensors file, as with --load");
  }

  /** A line of the tree. */
  private record Row(String name, String type, String numbers, String more) {}

  @Override
  int run(Invocation invocation) {
    Model model = Programs.load(invocation, invocation.positional(0).orElseThrow());
    String file = invocation.positional(1).or(() -> invocation.value("--load")).orElse("");
    if (!file.isEmpty()) Checkpoints.load(invocation, model, Path.of(file));
    Map<String, Tensor> values =
        file.isEmpty()
            ? Map.of()
            : Checkpoint.read(Path.of(file), Checkpoints.renames(invocation)).tensors();
    List<Program.Slot> slots =
        model.program().slots().stream()
            .filter(s -> s.step().isEmpty() || invocation.flag("--all"))
            .filter(s -> values.isEmpty() || values.containsKey(s.path()))
            .toList();
    if (invocation.flag("--json")) {
      slots.forEach(s -> invocation.console().out().println(json(s, values.get(s.path()))));
    } else {
      print(invocation, slots, values);
    }
    invocation
        .value("--save")
        .ifPresent(to -> Checkpoint.write(Path.of(to), model, values, Map.of()));
    return Exit.FINE;
  }

  private static void print(
      Invocation invocation, List<Program.Slot> slots, Map<String, Tensor> values) {
    List<Row> rows = new ArrayList<>();
    List<String> before = List.of();
    for (Program.Slot slot : slots) {
      List<String> parts = List.of(slot.path().split("\\.(?![^\\[]*\\])", -1));
      int common = 0;
      while (common < parts.size() - 1
          && common < before.size() - 1
          && parts.get(common).equals(before.get(common))) {
        common++;
      }
      for (int depth = common; depth < parts.size() - 1; depth++) {
        rows.add(new Row("  ".repeat(depth) + parts.get(depth), "", "", ""));
      }
      before = parts;
      var size = slot.type().type().size().constant();
      Tensor value = values.get(slot.path());
      rows.add(
          new Row(
              "  ".repeat(parts.size() - 1) + parts.getLast() + (slot.param() ? "" : "   (state)"),
              slot.type().text(),
              size.isPresent() ? Show.count(size.getAsLong()) : "",
              value == null ? "" : statistics(value)));
    }
    int name = rows.stream().mapToInt(r -> r.name.length()).max().orElse(0);
    int type = rows.stream().mapToInt(r -> r.type.length()).max().orElse(0);
    int count = rows.stream().mapToInt(r -> r.numbers.length()).max().orElse(0);
    var out = invocation.console().out();
    for (Row row : rows) {
      String line =
          pad(row.name, name)
              + "   "
              + pad(row.type, type)
              + "   "
              + " ".repeat(count - row.numbers.length())
              + row.numbers
              + "   "
              + row.more;
      out.println(line.stripTrailing());
    }
    out.println(total(slots.stream().filter(Program.Slot::param).toList(), "tensors"));
    List<Program.Slot> states = slots.stream().filter(s -> !s.param()).toList();
    if (!states.isEmpty()) {
      out.println("and " + total(states, "states"));
    }
  }

  private static String total(List<Program.Slot> slots, String name) {
    long numbers = 0;
    long bytes = 0;
    for (Program.Slot slot : slots) {
      long size = slot.type().type().size().constant().orElse(0);
      numbers += size;
      bytes += size * slot.type().type().dtype().bytes();
    }
    return "%d %s, %s numbers, %s"
        .formatted(slots.size(), name, Show.count(numbers), Show.bytes(bytes));
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(width - text.length());
  }

  private static String statistics(Tensor tensor) {
    Map<String, Double> of = moments(tensor);
    return "mean %s  deviation %s  min %s  max %s"
        .formatted(
            Show.number(of.get("mean")),
            Show.number(of.get("deviation")),
            Show.number(of.get("min")),
            Show.number(of.get("max")));
  }

  private static Map<String, Double> moments(Tensor tensor) {
    double sum = 0;
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < tensor.size(); i++) {
      sum += tensor.get(i);
      least = Math.min(least, tensor.get(i));
      most = Math.max(most, tensor.get(i));
    }
    double mean = sum / tensor.size();
    double squares = 0;
    for (int i = 0; i < tensor.size(); i++) squares += Math.pow(tensor.get(i) - mean, 2);
    Map<String, Double> of = new LinkedHashMap<>();
    of.put("mean", mean);
    of.put("deviation", Math.sqrt(squares / tensor.size()));
    of.put("min", least);
    of.put("max", most);
    return of;
  }

  private static String json(Program.Slot slot, Tensor value) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("version", 1);
    object.put("path", slot.path());
    object.put("kind", slot.param() ? "param" : "state");
    object.put("type", slot.type().text());
    var size = slot.type().type().size().constant();
    if (size.isPresent()) object.put("numbers", size.getAsLong());
    if (value != null) moments(value).forEach((k, v) -> object.put(k, JsonNumber.of(v)));
    return dlx.source.Json.of(object);
  }
}
