package dlx.elaborate;

import dlx.ast.Ast;
import dlx.elaborate.Module.Declaration;
import dlx.elaborate.Value.Tensor;
import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.graph.Function.Output;
import dlx.graph.Function.Update;
import dlx.graph.Leaf;
import dlx.graph.Type;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Steps, tests and expressions that are asked for. */
final class Bodies {
  /** What the owner of a slot of a test starts with; no name can. */
  static final String TEST = "test:";

  /**
   * Sizes of inputs that a test does not give: small, and different so that they are not mixed up.
   */
  private static final int[] SIZES = {5, 3, 7, 4, 6, 9, 8};

  private final Elaboration elaboration;
  private final Results results;

  Bodies(Elaboration elaboration, Results results) {
    this.elaboration = elaboration;
    this.results = results;
  }

  /** A step that was worked out. */
  record Run(Function function, List<Program.Argument> arguments, List<Program.Typed> results) {}

  // ------------------------------------------------------------------ steps

  Run step(Ast.Step step) {
    return step(step, List.of());
  }

  /**
   * @param also what is returned besides, as it is when the step begins
   */
  Run step(Ast.Step step, List<Ast.Expression> also) {
    World world = elaboration.world(true, true);
    demand(step, world);
    Map<String, Tensor> begun = new LinkedHashMap<>(world.memory.now);
    also.forEach(e -> demand(e, world));
    // states that only those change stay as they are
    world.memory.now.clear();
    world.memory.now.putAll(begun);
    String name = step.name().text();
    Frame frame = frame(world, Frame.Body.STEP, name, name, name, true);
    List<Program.Argument> arguments = new ArrayList<>();
    for (Ast.Parameter parameter : step.parameters()) {
      try {
        arguments.add(argument(parameter, frame));
      } catch (Failure failure) {
        elaboration.report(failure);
        Ast.Identifier wrong = parameter.name();
        frame
            .scope()
            .put(wrong.text(), new Scope.Binding(Scope.Kind.ARGUMENT, Value.POISON, wrong.span()));
      }
    }
    Value value = elaboration.statements.block(step.body(), frame, true);
    List<Ast.Statement> statements = step.body().statements();
    Span span = statements.isEmpty() ? step.span() : statements.getLast().span();
    if (step.result() != null && !(value instanceof Value.None)) {
      value = elaboration.signatures.declared(step.result(), value, span, frame);
    }
    Ast.Expression last =
        !statements.isEmpty()
                && statements.getLast() instanceof Ast.Bind b
                && b.mark() == Ast.Mark.NONE
            ? b.target()
            : null;
    List<Output> outputs = new ArrayList<>();
    List<Program.Typed> types = new ArrayList<>();
    if (last != null) {
      List<Tensor> tensors = results.tensors(value, span, world);
      for (int i = 0; i < tensors.size(); i++) {
        outputs.add(new Output(outputName(last, i, tensors.size()), tensors.get(i).node()));
        types.add(results.typed(tensors.get(i)));
      }
    }
    Frame outside = frame(world, Frame.Body.ASKED, "", "", "", false);
    for (Ast.Expression e : also) {
      for (Tensor tensor :
          results.tensors(elaboration.expressions.value(e, outside), e.span(), world)) {
        outputs.add(new Output(e.span().text(), tensor.node()));
      }
    }
    List<Update> updates = new ArrayList<>();
    world.memory.now.forEach((path, now) -> {
      Slot slot = elaboration.slots.get(path);
      slot = slot == null ? elaboration.known.get(path) : slot;
      if (now.node() != world.begin(slot).node()) {
        updates.add(new Update(slot.leaf(), now.node()));
      }
    });
    return new Run(results.function(name, outputs, updates), arguments, types);
  }

  /** What the text of a result says. */
  static String outputName(Ast.Expression expression, int index, int count) {
    if (expression instanceof Ast.Tuple tuple && tuple.parts().size() == count) {
      return tuple.parts().get(index).span().text();
    }
    String text = expression.span().text();
    return count == 1 ? text : text + "[" + index + "]";
  }

  private Program.Argument argument(Ast.Parameter parameter, Frame frame) {
    String name = parameter.name().text();
    if (Builtins.isName(name)) {
      throw new Failure(Names.builtIn(name, parameter.name().span()));
    }
    Declaration input = elaboration.main.declarations.get(name);
    if (frame.scope().own(name) != null || input != null && input.item instanceof Ast.Input) {
      throw new Failure(
          Diagnostic.error("E0203", "`" + name + "` is defined twice")
              .at(parameter.name().span(), "an argument of the step")
              .at(input == null ? frame.scope().own(name).span : input.span, "first here")
              .help("give one of them another name"));
    }
    if (!(parameter.type() instanceof Ast.TensorType type)) {
      throw new Failure(
          Diagnostic.error("E0409", "an argument of a step needs an element type")
              .at(parameter.span())
              .help(
                  "write `"
                      + name
                      + ": f32"
                      + (parameter.value() == null ? "" : " = " + parameter.value().span().text())
                      + "`"));
    }
    Frame outer =
        elaboration.definitions.frame(elaboration.main, frame.world(), name, parameter, null);
    Type plain = elaboration.signatures.plainType(type, outer);
    List<Axis> axes = elaboration.signatures.axes(type, outer);
    Tensor leaf = new Tensor(elaboration.graph.node(new Leaf.Input(name, plain)), axes, false);
    frame.scope().put(name, new Scope.Binding(Scope.Kind.ARGUMENT, leaf, parameter.name().span()));
    if (parameter.value() != null && elaboration.checking) {
      Value start = elaboration.expressions.guarded(parameter.value(), outer);
      elaboration.signatures.declared(type, start, parameter.value().span(), outer);
    }
    return Survey.argument(
        elaboration, name, leaf, parameter.value(), "", parameter.name().span(), frame.world());
  }

  private Frame frame(
      World world, Frame.Body body, String path, String draws, String step, boolean live) {
    return new Frame(
        world,
        elaboration.main,
        new Scope(null),
        body,
        path,
        draws,
        live,
        0,
        new Frame.Shared(elaboration.targets, step, null, null),
        null,
        null);
  }

  /**
   * Works out what a body mentions first, so that it has the values with which the entry begins.
   */
  private void demand(Ast body, World world) {
    List<Declaration> mentioned = new ArrayList<>();
    for (Declaration d : elaboration.main.mentions(body)) {
      if (!(d.item instanceof Ast.Step)) {
        mentioned.add(d);
      }
    }
    world.demand(mentioned);
  }

  // ------------------------------------------------------------------ tests

  Program.TestCase test(Ast.Test test) {
    Map<String, Extent> sizes = new LinkedHashMap<>();
    for (Declaration d : elaboration.main.declarations.values()) {
      boolean open =
          d.item instanceof Ast.Dim
              && elaboration.plain().value(d, d.span) instanceof Value.Size size
              && size.extent().name() != null
              && size.extent().name().equals(d.name)
              && !elaboration.fixed.containsKey(d.name);
      if (open) {
        sizes.put(d.name, Extent.of(SIZES[sizes.size() % SIZES.length]));
      }
    }
    World world = elaboration.tested(sizes);
    String path = TEST + test.name();
    Frame frame = frame(world, Frame.Body.TEST, path, path, path, true);
    TestReport report = new TestReport(elaboration, results);
    elaboration.statements.reportTo(report);
    elaboration.statements.block(test.body(), frame, true);
    Function function = results.function(test.name(), report.outputs, List.of());
    return new Program.TestCase(function, List.copyOf(report.assertions));
  }

  // ------------------------------------------------------------------ expressions

  Function asked(List<Ast.Expression> expressions, boolean training) {
    World world = elaboration.world(training, false);
    Frame frame = frame(world, Frame.Body.ASKED, "", "", "", false);
    List<Output> outputs = new ArrayList<>();
    for (Ast.Expression e : expressions) {
      elaboration.targets.addAll(Syntax.targets(e));
    }
    for (Ast.Expression e : expressions) {
      demand(e, world);
      Value value = elaboration.expressions.value(e, frame);
      List<Tensor> tensors = results.tensors(value, e.span(), world);
      for (int i = 0; i < tensors.size(); i++) {
        outputs.add(new Output(outputName(e, i, tensors.size()), tensors.get(i).node()));
      }
      for (Slot slot : elaboration.slots.values()) {
        if (!elaboration.known.containsKey(slot.path())) {
          throw new Failure(
              Diagnostic.error(
                      "E0230", "this would make new parameters, such as `" + slot.path() + "`")
                  .at(e.span())
                  .help("use a layer that the program has made, by its name"));
        }
      }
    }
    String name = expressions.size() == 1 ? expressions.getFirst().span().text() : "entry";
    return results.function(name, outputs, List.of());
  }

  /** One output per slot: its first value. */
  Function initial() {
    Survey.definitions(elaboration, elaboration.plain());
    for (Ast.Item item : elaboration.main.file.items()) {
      if (item instanceof Ast.Step step) {
        step(step);
      }
    }
    World world = elaboration.fresh();
    List<Output> outputs = new ArrayList<>();
    for (String path : elaboration.known.keySet()) {
      Slot slot = elaboration.slots.get(path);
      outputs.add(new Output(path, elaboration.layers.start(slot, world).node()));
    }
    return results.function("initial", outputs, List.of());
  }

  /** One output per default that is not one number. */
  Function defaults() {
    World world = elaboration.plain();
    List<Output> outputs = new ArrayList<>();
    for (Ast.Item item : elaboration.main.file.items()) {
      if (item instanceof Ast.Input input && input.value() != null) {
        Frame frame =
            elaboration.definitions.frame(
                elaboration.main, world, input.name().text(), input, null);
        value(input.name().text(), input.type(), input.value(), frame, outputs);
      } else if (item instanceof Ast.Step step) {
        for (Ast.Parameter p : step.parameters()) {
          String name = step.name().text() + "." + p.name().text();
          Frame frame = elaboration.definitions.frame(elaboration.main, world, name, p, null);
          if (p.value() != null) {
            value(name, p.type(), p.value(), frame, outputs);
          }
        }
      }
    }
    return results.function("defaults", outputs, List.of());
  }

  private void value(
      String name, Ast.Type type, Ast.Expression start, Frame frame, List<Output> outputs) {
    Value value = elaboration.expressions.value(start, frame);
    if (elaboration.tensors.exact(value, frame.world()) == null) {
      Value typed = elaboration.signatures.declared(type, value, start.span(), frame);
      outputs.add(
          new Output(name, results.tensors(typed, start.span(), frame.world()).getFirst().node()));
    }
  }
}
