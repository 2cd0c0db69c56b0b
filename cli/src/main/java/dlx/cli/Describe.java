package dlx.cli;

import dlx.Model;
import dlx.elaborate.Program;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code dlx FILE}: what a program takes, answers, changes and holds. */
final class Describe extends Command {
  private static final int WIDTH = 78;

  Describe() {
    super("", "describe a program", false);
  }

  @Override
  void options(Options options) {
    options.program().positional("FILE", "1", "the program");
  }

  @Override
  int run(Invocation invocation) {
    Model model = Programs.loadWithTests(invocation, invocation.positional(0).orElseThrow());
    if (invocation.flag("--json")) {
      invocation.console().out().println(dlx.source.Json.of(Interface.of(model.program())));
    } else {
      invocation.console().out().print(text(model.program()));
    }
    return Exit.FINE;
  }

  private static String text(Program program) {
    StringBuilder out = new StringBuilder(program.name());
    String doc = program.doc().lines().findFirst().orElse("");
    out.append(doc.isEmpty() ? "\n" : " — " + doc + "\n");
    out.append('\n');
    Map<String, List<String>> sections = new LinkedHashMap<>();
    sections.put("sizes", sizes(program));
    sections.put("inputs", program.inputs().stream().map(Describe::input).toList());
    sections.put("entries", program.entries().stream().map(Describe::entry).toList());
    sections.put("steps", program.steps().stream().map(Describe::step).toList());
    sections.put("params", slots(program, true));
    sections.put("states", slots(program, false));
    sections.forEach((title, items) -> section(out, title, items));
    return out.toString();
  }

  private static void section(StringBuilder out, String title, List<String> items) {
    if (items.isEmpty()) return;
    StringBuilder line = new StringBuilder("  %-10s".formatted(title));
    boolean first = true;
    for (String item : items) {
      if (!first && line.length() + 3 + item.length() > WIDTH) {
        out.append(line).append('\n');
        line = new StringBuilder(" ".repeat(12));
        first = true;
      }
      line.append(first ? "" : "   ").append(item);
      first = false;
    }
    out.append(line).append('\n');
  }

  private static List<String> sizes(Program program) {
    return program.sizes().stream()
        .filter(s -> s.value() != null)
        .map(s -> s.name() + " = " + s.value())
        .toList();
  }

  private static String input(Program.Argument input) {
    return input.name()
        + " "
        + input.type()
        + (input.value() == null ? "" : " = " + input.value().text());
  }

  private static String entry(Program.Entry entry) {
    String inputs = entry.inputs().isEmpty() ? "" : "(" + String.join(", ", entry.inputs()) + ")";
    return entry.name() + inputs + " " + types(entry.results());
  }

  private static String step(Program.Step step) {
    List<String> arguments = new ArrayList<>();
    step.arguments()
        .forEach(a ->
            arguments.add(
                a.value() == null
                    ? a.name() + ": " + a.type()
                    : a.name() + " = " + a.value().text()));
    String inputs = String.join(", ", step.inputs());
    String all =
        arguments.isEmpty()
            ? inputs
            : inputs + (inputs.isEmpty() ? "" : "; ") + String.join(", ", arguments);
    return step.name() + "(" + all + ") " + types(step.results());
  }

  private static String types(List<Program.Typed> types) {
    List<String> texts = types.stream().map(Program.Typed::text).toList();
    return texts.size() == 1 ? texts.getFirst() : "(" + String.join(", ", texts) + ")";
  }

  /** 10 tensors, 62 006 numbers, 242 KiB. */
  private static List<String> slots(Program program, boolean params) {
    long tensors = 0;
    long numbers = 0;
    long bytes = 0;
    long open = 0;
    for (Program.Slot slot : program.slots()) {
      if (slot.param() != params || !slot.step().isEmpty()) continue;
      tensors++;
      var size = slot.type().type().size().constant();
      if (size.isEmpty()) {
        open++;
        continue;
      }
      numbers += size.getAsLong();
      bytes += size.getAsLong() * slot.type().type().dtype().bytes();
    }
    if (tensors == 0) return List.of();
    String count = tensors + (tensors == 1 ? " tensor, " : " tensors, ");
    String text = count + Show.count(numbers) + " numbers, " + Show.bytes(bytes);
    return List.of(open == 0 ? text : text + ", " + open + " with sizes of the data");
  }
}
