package dlx.cli;

import dlx.Model;
import dlx.elaborate.Program;
import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.schedule.Plan;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where the shape of a definition comes from, what it needs, and which kernels it becomes. */
final class Origins {
  private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{Nd}_]*");

  private Origins() {}

  /** Sentences about a definition, then the kernels, a line each and indented. */
  static List<String> explain(Model model, Program.Shown shown) {
    List<String> lines = new ArrayList<>();
    Program program = model.program();
    Set<String> sizes = new LinkedHashSet<>();
    Matcher names = NAME.matcher(shown.type());
    while (names.find()) sizes.add(names.group());
    for (Program.Size size : program.sizes()) {
      if (sizes.contains(size.name())) lines.add(size(program, size));
    }
    boolean entry = program.entries().stream().anyMatch(e -> e.name().equals(shown.name()));
    boolean step = program.steps().stream().anyMatch(s -> s.name().equals(shown.name()));
    if (!entry && !step) return lines;
    Function function =
        model.stage(
            "simplify", () -> step ? program.step(shown.name()) : program.entry(shown.name()));
    needs(function, lines);
    lines.add("it becomes");
    Plan.function(function).toString().lines().forEach(line -> lines.add("  " + line));
    return lines;
  }

  /** Such as {@code batch is a size of the data: axis 0 of image (line 4)}. */
  private static String size(Program program, Program.Size size) {
    String where = " (line " + size.span().line() + ")";
    if (size.value() != null) return size.name() + " is " + size.value() + where;
    List<String> axes = new ArrayList<>();
    for (Program.Argument input : program.inputs()) {
      List<Extent> shape = input.type().type().shape();
      for (int axis = 0; axis < shape.size(); axis++) {
        if (shape.get(axis).equals(Extent.symbol(size.name()))) {
          axes.add("axis " + axis + " of " + input.name() + " (line " + input.span().line() + ")");
        }
      }
    }
    return size.name()
        + " is found when the program runs"
        + where
        + (axes.isEmpty() ? "" : ": " + String.join(", ", axes));
  }

  private static void needs(Function function, List<String> lines) {
    List<String> inputs = new ArrayList<>();
    List<String> slots = new ArrayList<>();
    for (Node node : function.nodes()) {
      if (node.op() instanceof Leaf.Input input) inputs.add(input.name());
      if (node.op() instanceof Leaf.Slot slot) slots.add(slot.path());
    }
    if (!inputs.isEmpty()) lines.add("it needs the inputs " + String.join(", ", inputs));
    if (!slots.isEmpty()) lines.add("it reads " + String.join(", ", slots));
  }
}
