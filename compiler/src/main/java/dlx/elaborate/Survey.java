package dlx.elaborate;

import dlx.ast.Ast;
import dlx.elaborate.Module.Declaration;
import dlx.elaborate.Value.Tensor;
import dlx.graph.Node;
import dlx.graph.Type;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One round through a whole program: every definition, step, test and recipe. */
final class Survey {
  private final Elaboration elaboration;
  private final Results results;
  private final World world;
  private final List<Program.Step> steps = new ArrayList<>();
  private final Map<String, Integer> order = new HashMap<>();

  Survey(Elaboration elaboration) {
    this.elaboration = elaboration;
    this.results = new Results(elaboration);
    this.world = elaboration.plain();
  }

  Program program() {
    definitions(elaboration, world);
    List<Ast.Item> items = elaboration.main.file.items();
    for (Ast.Item item : items) {
      if (item instanceof Ast.Step step && isOwn(step.name().text(), step)) {
        step(step);
      }
    }
    for (Ast.Item item : items) {
      if (item instanceof Ast.Test test) {
        new Bodies(elaboration, results).test(test);
      }
    }
    List<Program.Recipe> recipes = new ArrayList<>();
    List<Program.Test> tests = new ArrayList<>();
    for (Ast.Item item : items) {
      if (item instanceof Ast.Recipe recipe) {
        recipes.add(new Recipes(elaboration).recipe(recipe, world));
      } else if (item instanceof Ast.Test test) {
        tests.add(new Program.Test(test.name(), test.span()));
      }
    }
    List<Program.Slot> slots = new ArrayList<>();
    for (Slot s : elaboration.slots.values()) {
      slots.add(
          new Program.Slot(
              s.param(),
              s.path(),
              new Program.Typed(s.type(), s.typeText()),
              s.drawn(),
              s.start().span().text(),
              s.step(),
              s.doc(),
              s.span()));
    }
    slots.removeIf(s -> s.step().startsWith(Bodies.TEST));
    Map<String, Slot> known = new java.util.LinkedHashMap<>(elaboration.slots);
    known.values().removeIf(s -> s.step().startsWith(Bodies.TEST));
    return new Program(
        elaboration.main.file.source().name(),
        elaboration.main.file.doc(),
        inputs(),
        List.copyOf(slots),
        entries(),
        List.copyOf(steps),
        sizes(),
        constants(),
        List.copyOf(recipes),
        List.copyOf(tests),
        List.copyOf(elaboration.shown.values()),
        new Requests(elaboration.main, elaboration.defines, known));
  }

  /** Works out every definition of the file; those that ask for all parameters last. */
  static void definitions(Elaboration elaboration, World world) {
    List<Declaration> early = new ArrayList<>();
    List<Declaration> late = new ArrayList<>();
    Map<Declaration, Boolean> reaches = new HashMap<>();
    for (Declaration d : elaboration.main.declarations.values()) {
      if (!(d.item instanceof Ast.Step)) {
        (reaches(d, reaches) ? late : early).add(d);
      }
    }
    world.demand(early);
    world.demand(late);
    for (Declaration d : elaboration.main.declarations.values()) {
      if (!d.isValue() && !(d.item instanceof Ast.Step)) {
        world.value(d, d.span);
      }
    }
  }

  /** Whether the set of all parameters is mentioned by a declaration or by what it mentions. */
  private static boolean reaches(Declaration start, Map<Declaration, Boolean> known) {
    java.util.ArrayDeque<Declaration> open = new java.util.ArrayDeque<>(List.of(start));
    Set<Declaration> seen = new java.util.HashSet<>();
    while (!open.isEmpty()) {
      Declaration next = open.peek();
      if (known.containsKey(next) || !seen.add(next)) {
        open.pop();
        if (!known.containsKey(next)) {
          boolean found = next.mentionsParameters();
          for (Declaration d : next.mentions()) {
            found |= known.getOrDefault(d, false);
          }
          known.put(next, found);
        }
      } else {
        next.mentions().forEach(open::push);
      }
    }
    return known.get(start);
  }

  private boolean isOwn(String name, Ast.Item item) {
    Declaration declaration = elaboration.main.declarations.get(name);
    return declaration != null && declaration.item == item;
  }

  // ------------------------------------------------------------------ descriptions

  private void step(Ast.Step step) {
    try {
      Bodies.Run run = new Bodies(elaboration, results).step(step);
      List<Node> roots = run.function().roots();
      List<String> inputs = new ArrayList<>(ordered(results.inputs(roots)));
      step.parameters().forEach(p -> inputs.remove(p.name().text()));
      steps.add(
          new Program.Step(
              step.name().text(),
              run.arguments(),
              run.results(),
              List.copyOf(inputs),
              results.sizes(roots),
              run.function().updates().stream().map(u -> u.slot().path()).toList(),
              step.doc(),
              step.name().span()));
    } catch (Failure failure) {
      elaboration.report(failure);
    }
  }

  /** Names of inputs in the order of the file. */
  private List<String> ordered(Set<String> names) {
    if (order.isEmpty()) {
      elaboration.main.declarations.keySet().forEach(name -> order.put(name, order.size()));
    }
    return names.stream()
        .sorted(java.util.Comparator.comparing(n -> order.getOrDefault(n, order.size())))
        .toList();
  }

  private List<Program.Entry> entries() {
    Map<Declaration, List<Tensor>> values = new java.util.LinkedHashMap<>();
    List<Node> all = new ArrayList<>();
    for (Declaration d : elaboration.main.declarations.values()) {
      if (d.item instanceof Ast.Bind && Results.isEntry(world.value(d, d.span))) {
        try {
          List<Tensor> tensors = results.tensors(world.value(d, d.span), d.span, world);
          tensors.forEach(t -> all.add(t.node()));
          values.put(d, tensors);
        } catch (Failure failure) {
          elaboration.report(failure);
        }
      }
    }
    results.look(all);
    List<Program.Entry> entries = new ArrayList<>();
    values.forEach((d, tensors) -> {
      List<Node> roots = tensors.stream().map(Tensor::node).toList();
      entries.add(
          new Program.Entry(
              d.name,
              tensors.stream().map(results::typed).toList(),
              ordered(results.inputs(roots)),
              results.sizes(roots),
              ((Ast.Bind) d.item).doc(),
              d.span));
    });
    return entries;
  }

  private List<Program.Argument> inputs() {
    List<Program.Argument> inputs = new ArrayList<>();
    for (Declaration d : elaboration.main.declarations.values()) {
      if (d.item instanceof Ast.Input input && world.value(d, d.span) instanceof Tensor t) {
        inputs.add(argument(elaboration, d.name, t, input.value(), input.doc(), d.span, world));
      }
    }
    return inputs;
  }

  static Program.Argument argument(
      Elaboration elaboration,
      String name,
      Tensor tensor,
      Ast.Expression value,
      String doc,
      Span span,
      World world) {
    Program.Default start = null;
    if (value != null) {
      Frame frame = elaboration.definitions.frame(elaboration.main, world, name, value, null);
      Exact exact = elaboration.tensors.exact(elaboration.expressions.guarded(value, frame), world);
      start = new Program.Default(value.span().text(), exact == null ? null : exact.toDouble());
    }
    Type type = tensor.node().type();
    return new Program.Argument(
        name, new Program.Typed(type, type.dtype() + Axis.text(tensor.axes())), start, doc, span);
  }

  private List<Program.Size> sizes() {
    List<Program.Size> sizes = new ArrayList<>();
    for (Declaration d : elaboration.main.declarations.values()) {
      if (d.item instanceof Ast.Dim dim && world.value(d, d.span) instanceof Value.Size size) {
        var constant = world.lower(size.extent()).constant();
        Long value = constant.isPresent() ? constant.getAsLong() : null;
        sizes.add(new Program.Size(d.name, value, dim.doc(), d.span));
      }
    }
    return sizes;
  }

  private List<Program.Constant> constants() {
    List<Program.Constant> constants = new ArrayList<>();
    for (Declaration d : elaboration.main.declarations.values()) {
      if (d.item instanceof Ast.Const c) {
        Value value = world.value(d, d.span);
        constants.add(new Program.Constant(d.name, text(value), c.doc(), d.span));
      }
    }
    return constants;
  }

  private String text(Value value) {
    return switch (value) {
      case Value.Items items -> items.elements().stream().map(this::text).toList().toString();
      case Value.Truth t -> String.valueOf(t.value());
      case Value.Text t -> "\"" + t.text() + "\"";
      case Value.Poison p -> "";
      default -> {
        Exact exact = elaboration.tensors.exact(value, world);
        yield exact == null ? elaboration.tensors.describe(value) : exact.toString();
      }
    };
  }
}
