package dlx.cli;

import dlx.Model;
import dlx.Pipeline;
import dlx.graph.Evaluate;
import dlx.graph.Function;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.graph.Print;
import dlx.graph.Wengert;
import dlx.runtime.Tensor;
import dlx.schedule.Plan;
import dlx.schedule.Schedule;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** {@code dlx graph FILE ENTRY}: the expression graph. */
final class Graph extends Command {
  /** What the stages may be called. */
  private static final Map<String, String> STAGES =
      Map.of("parse", "elaborate", "grad", "differentiate", "fuse", "schedule");

  Graph() {
    super("graph", "the expression graph of an entry or step", true);
  }

  @Override
  void options(Options options) {
    Checkpoints.declare(Given.declare(options))
        .flag("--wengert", "line by line with the value of each")
        .flag("--dot", "a drawing for Graphviz")
        .flag("--stats", "nodes after each stage, kernels, memory")
        .value("--after", "STAGE", "parse, grad, simplify or fuse")
        .value("--seed", "N", "of first values and draws; 0 if not given")
        .program()
        .compiler()
        .positional("FILE", "1", "the program")
        .positional("ENTRY", "1", "a name, an expression or a step");
  }

  @Override
  int run(Invocation invocation) {
    Model model = Programs.load(invocation, invocation.positional(0).orElseThrow());
    String asked = invocation.positional(1).orElseThrow();
    boolean step = model.program().steps().stream().anyMatch(s -> s.name().equals(asked));
    if (!step) Programs.entry(invocation, model, false, List.of(asked));
    Supplier<Function> elaborate =
        () -> step ? model.program().step(asked) : Grad.watched(model.program(), List.of(asked));
    String after = stage(invocation);
    var out = invocation.console().out();
    if (invocation.flag("--stats")) {
      out.print(stats(model, elaborate));
    } else if (invocation.flag("--wengert")) {
      out.print(wengert(invocation, model, step, asked, elaborate));
    } else if (after.equals("schedule")) {
      out.print(schedule(model, elaborate));
    } else {
      Function function = model.stage(after, elaborate).unwatched();
      out.print(
          invocation.flag("--dot")
              ? Print.dot(function)
              : invocation.flag("--json") ? json(function) : Print.text(function));
    }
    return Exit.FINE;
  }

  /** On one line, with the version of the form. */
  private static String json(Function function) {
    String object = Print.json(function).replaceAll("\\s*\\n\\s*", " ").strip();
    return "{\"version\": 1, " + object.substring(1) + "\n";
  }

  private static String stage(Invocation invocation) {
    String text = invocation.value("--after").orElse("parse");
    String stage = STAGES.getOrDefault(text, text);
    if (stage.equals("schedule") || Pipeline.STAGES.contains(stage)) return stage;
    throw UsageException.unknown("stage", text, List.of("parse", "grad", "simplify", "fuse"));
  }

  private static Schedule schedule(Model model, Supplier<Function> elaborate) {
    return Plan.function(model.stage("simplify", () -> elaborate.get().unwatched()));
  }

  private static String wengert(
      Invocation invocation,
      Model model,
      boolean step,
      String asked,
      Supplier<Function> elaborate) {
    if (step) {
      throw new UsageException("--wengert is for entries, and `" + asked + "` is a step", "");
    }
    Checkpoints.load(invocation, model);
    Given given = Given.read(invocation, model, null);
    Function watched =
        model.stage(
            invocation.value("--after").isPresent() ? stage(invocation) : "differentiate",
            elaborate);
    Function function = watched.unwatched();
    Map<Node, String> names = watched.watched();
    function.outputs().forEach(o -> names.put(o.value(), o.name()));
    Set<String> inputs = new LinkedHashSet<>();
    Set<String> slots = new LinkedHashSet<>();
    for (Node node : function.nodes()) {
      if (node.op() instanceof Leaf.Input input) inputs.add(input.name());
      if (node.op() instanceof Leaf.Slot slot) slots.add(slot.path());
    }
    Model.Inputs values = model.inputs(inputs, given.inputs(), given.sizes());
    Map<String, Long> sizes = new LinkedHashMap<>();
    values.sizes().forEach((name, size) -> sizes.put(name, (long) size));
    Map<String, Tensor> memory = new LinkedHashMap<>();
    slots.forEach(path -> memory.put(path, model.get(path)));
    Evaluate evaluate = new Evaluate(sizes, values.tensors(), memory, model.seed(), 0);
    List<Node> roots = function.outputs().stream().map(Function.Output::value).toList();
    return Wengert.text(roots, names, evaluate);
  }

  private static String stats(Model model, Supplier<Function> elaborate) {
    StringBuilder out = new StringBuilder();
    Supplier<Function> plain = () -> elaborate.get().unwatched();
    for (String stage : List.of("elaborate", "recognize", "differentiate", "simplify")) {
      row(out, stage, model.stage(stage, plain).nodes().size() + " nodes");
    }
    Schedule schedule = schedule(model, elaborate);
    row(out, "schedule", schedule.runs().size() + " kernels");
    row(out, "bytes moved", Traffic.moved(schedule));
    row(out, "temporaries", Traffic.temporaries(schedule));
    return out.toString();
  }

  private static void row(StringBuilder out, String name, String value) {
    out.append(String.format("%-14s %s%n", name, value));
  }
}
