package dlx.elaborate;

import dlx.ast.Ast;
import dlx.elaborate.Module.Declaration;
import dlx.elaborate.Tensors.Kind;
import dlx.elaborate.Value.Tensor;
import dlx.graph.Extent;
import dlx.runtime.DType;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Calls: which argument goes where, and what is called. */
final class Calls {
  /** An argument of a call; {@code name} is null if it is given by its position. */
  record Given(@Nullable String name, Span nameSpan, Value value, Span span) {}

  private final Elaboration elaboration;
  private final Map<Ast.Item, Boolean> recursive = new HashMap<>();
  private final Map<Ast.Item, Set<String>> targets = new HashMap<>();

  Calls(Elaboration elaboration) {
    this.elaboration = elaboration;
  }

  // ------------------------------------------------------------------ what is called

  /** A call of a name. */
  Value named(Ast.Call call, Frame frame) {
    if (call.callee() instanceof Ast.Name name && frame.scope().find(name.text()) == null) {
      if (Builtins.isOperation(name.text())) {
        return Builtins.call(Builtins.entry(name.text()), call, frame, elaboration);
      }
      Declaration declaration =
          Builtins.isName(name.text()) ? null : frame.module().find(name.text());
      if (declaration != null && declaration.isValue() && replaces(declaration, call, frame)) {
        World world = frame.world();
        World inner =
            elaboration.definitions.replacing(world, declaration, given(call, frame), call.span());
        Value value = inner.value(declaration, name.span());
        return elaboration.definitions.outside(value, inner, world);
      }
    }
    Value callee = elaboration.expressions.value(call.callee(), frame);
    return apply(callee, call, frame);
  }

  /** Whether a call of a definition gives it other inputs, and does not call what it stands for. */
  private boolean replaces(Declaration declaration, Ast.Call call, Frame frame) {
    World plain = frame.world().examples ? elaboration.plain() : frame.world();
    Value value = plain.value(declaration, call.callee().span());
    return switch (value) {
      case Value.Made m -> false;
      case Value.Fn f -> false;
      case Value.LayerKind l -> false;
      case Value.Operation o -> false;
      case Value.Poison p -> throw Failure.silent();
      default -> true;
    };
  }

  /** The arguments of a call, worked out. */
  List<Given> given(Ast.Call call, Frame frame) {
    List<Given> given = new ArrayList<>();
    for (Ast.Argument argument : call.arguments()) {
      Value value = elaboration.expressions.guarded(argument.value(), frame);
      given.add(
          new Given(
              argument.name() == null ? null : argument.name().text(),
              argument.name() == null ? Span.NONE : argument.name().span(),
              value,
              argument.value().span()));
    }
    return given;
  }

  Value apply(Value callee, Ast.Call call, Frame frame) {
    List<Given> given = given(call, frame);
    if (callee instanceof Value.LayerKind kind) {
      return elaboration.layers.make(kind, given, call, frame);
    }
    return apply(callee, given, call.callee().span(), call.span(), frame);
  }

  Value apply(Value callee, List<Given> given, Span calleeSpan, Span call, Frame frame) {
    if (callee instanceof Value.Poison
        || given.stream().anyMatch(g -> g.value() instanceof Value.Poison)) {
      return Value.POISON;
    }
    return switch (callee) {
      case Value.Fn fn when fn.function().dist() -> new Value.Draw(fn, given, call);
      case Value.Fn fn -> function(fn, given, call, frame);
      case Value.Operation operation ->
          Builtins.apply(operation.entry(), given, call, frame, elaboration);
      case Value.Made made -> elaboration.layers.call(made.instance(), given, call, frame);
      case Value.LayerKind kind ->
          throw new Failure(
              Diagnostic.error(
                      "E0223",
                      "`" + kind.layer().name().text() + "` is a layer without its settings")
                  .at(calleeSpan)
                  .help(
                      "make an instance: `"
                          + kind.layer().name().text()
                          + settingsHint(kind)
                          + "`"));
      default ->
          throw new Failure(
              Diagnostic.error("E0224", "`" + calleeSpan.text() + "` cannot be called")
                  .at(calleeSpan, elaboration.tensors.describe(callee))
                  .help("to multiply, write `*`"));
    };
  }

  private static String settingsHint(Value.LayerKind kind) {
    List<String> needed =
        kind.layer().settings().stream()
            .filter(p -> p.value() == null)
            .map(p -> p.name().text())
            .toList();
    return "(" + String.join(", ", needed) + ")";
  }

  // ------------------------------------------------------------------ functions

  Set<String> targets(Ast.Item item, Module module) {
    return targets.computeIfAbsent(item, Syntax::targets);
  }

  private Value function(Value.Fn fn, List<Given> given, Span call, Frame caller) {
    Ast.Function function = fn.function();
    String name = function.name().text();
    Frame frame =
        new Frame(
            caller.world(),
            fn.module(),
            new Scope(null),
            Frame.Body.FUNCTION,
            caller.path(),
            caller.nextDraws(name),
            caller.live(),
            caller.depth() + 1,
            new Frame.Shared(
                targets(function, fn.module()), caller.shared().step, null, caller.shared().use),
            null);
    return body(
        function,
        name,
        call,
        caller,
        fn.module(),
        () -> {
          arguments(name, function.parameters(), given, call, function, frame);
          Value value = elaboration.statements.block(function.body(), frame, false);
          return result(function.result(), function.body(), value, frame);
        });
  }

  /** Runs a body; sentences about the inside of a library are told at the call. */
  Value body(
      Ast.Item item,
      String name,
      Span call,
      Frame caller,
      Module module,
      java.util.function.Supplier<Value> run) {
    if (isRecursive(item, module)) {
      throw new Failure(
          Diagnostic.error("E0218", "`" + name + "` calls itself")
              .at(call)
              .note("there is no recursion, so that every program can be written out")
              .help("use a loop: `for` with variables"));
    }
    elaboration.enter(call);
    try {
      return outside(run.get(), caller.depth());
    } catch (Failure failure) {
      Diagnostic inner = failure.diagnostic();
      boolean library =
          caller.module().main && !module.main && inner != null && !inner.places().isEmpty();
      if (!library || inner.places().getFirst().span().source() == caller.module().file.source()) {
        throw failure;
      }
      List<Diagnostic.Place> places = new ArrayList<>();
      places.add(new Diagnostic.Place(call, "in this call of `" + name + "`"));
      places.addAll(inner.places());
      throw new Failure(
          new Diagnostic(
              inner.code(),
              inner.severity(),
              inner.message(),
              places,
              inner.notes(),
              inner.help()));
    } finally {
      elaboration.leave();
    }
  }

  /** Whether a function or layer mentions itself, by whatever way. */
  private boolean isRecursive(Ast.Item item, Module module) {
    Boolean known = recursive.get(item);
    if (known != null) {
      return known;
    }
    boolean found = false;
    boolean circles = false;
    Set<Declaration> seen = new LinkedHashSet<>();
    Set<Declaration> done = new LinkedHashSet<>();
    Deque<Declaration> open = new ArrayDeque<>(functions(module.mentions(item)));
    while (!open.isEmpty()) {
      Declaration next = open.peek();
      if (done.contains(next)) {
        open.pop();
      } else if (seen.add(next)) {
        found |= next.item == item;
        for (Declaration d : functions(next.mentions())) {
          circles |= seen.contains(d) && !done.contains(d);
          open.push(d);
        }
      } else {
        done.add(open.pop());
      }
    }
    recursive.put(item, found);
    if (!circles) {
      seen.forEach(d -> recursive.putIfAbsent(d.item, false));
    }
    return found;
  }

  private static List<Declaration> functions(List<Declaration> mentioned) {
    return mentioned.stream().filter(d -> !d.isValue()).toList();
  }

  /** The value in the declared type of the result. */
  Value result(Ast.@Nullable Type type, Ast.Block body, Value value, Frame frame) {
    if (value instanceof Value.Poison) {
      return value;
    }
    if (value instanceof Value.None) {
      throw new Failure(
          Diagnostic.error("E0225", "this body ends without a value")
              .at(body.statements().isEmpty() ? body.span() : body.statements().getLast().span())
              .help("end it with the expression that is the result"));
    }
    Span span = body.statements().getLast().span();
    return type == null ? value : elaboration.signatures.declared(type, value, span, frame);
  }

  /** A result without the tags of the call that made it. */
  private static Value outside(Value value, int depth) {
    return switch (value) {
      case Tensor t ->
          new Tensor(t.node(), t.axes().stream().map(a -> a.outside(depth)).toList(), t.weak());
      case Value.Tuple t ->
          new Value.Tuple(t.parts().stream().map(p -> outside(p, depth)).toList());
      case Value.Items t ->
          new Value.Items(t.elements().stream().map(p -> outside(p, depth)).toList());
      case Value.Size s -> new Value.Size(s.extent(), s.origin());
      default -> value;
    };
  }

  // ------------------------------------------------------------------ arguments

  /** Puts every parameter of a signature into the scope of its body. */
  void arguments(
      String callee,
      List<Ast.Parameter> parameters,
      List<Given> given,
      Span call,
      Ast.Item item,
      Frame frame) {
    Map<Ast.Parameter, Given> assigned = assign(callee, parameters, given, call, item);
    settle(parameters, assigned, frame);
    List<Runnable> numbers = new ArrayList<>();
    for (Ast.Parameter parameter : parameters) {
      Given argument = assigned.get(parameter);
      Operand operand;
      if (argument != null) {
        operand = new Operand(argument.value(), argument.span());
      } else {
        Value value = elaboration.expressions.value(parameter.value(), frame);
        operand = new Operand(value, call);
      }
      if (operand.value() instanceof Value.Poison) {
        throw Failure.silent();
      }
      boolean shaped = parameter.type() instanceof Ast.TensorType t && !t.extents().isEmpty();
      if (shaped && elaboration.tensors.isScalar(operand.value())) {
        put(parameter, operand, operand.value(), frame);
        numbers.add(() -> put(parameter, operand, typed(parameter, operand, frame), frame));
      } else {
        put(parameter, operand, typed(parameter, operand, frame), frame);
      }
    }
    numbers.forEach(Runnable::run);
  }

  private void put(Ast.Parameter parameter, Operand operand, Value value, Frame frame) {
    String name = parameter.name().text();
    Value own =
        elaboration.tensors.target(
            name, value, frame.shared().targets, operand.span(), frame.world());
    frame.scope().put(name, new Scope.Binding(Scope.Kind.ARGUMENT, own, parameter.name().span()));
  }

  private Value typed(Ast.Parameter parameter, Operand operand, Frame frame) {
    Ast.Type type = parameter.type();
    if (type == null) {
      return operand.value();
    }
    return type instanceof Ast.TensorType t && !t.name().text().equals("params")
        ? elaboration.signatures.tensor(t, operand, frame, parameter.name().text())
        : setting(type, operand, frame, parameter.name().text());
  }

  /** An argument that is no number: a size, a list, a function, a distribution, parameters. */
  Value setting(Ast.Type type, Operand operand, Frame frame, String name) {
    Value value = operand.value();
    String wanted =
        switch (type) {
          case Ast.StaticType s ->
              switch (s.kind()) {
                case "dim" -> {
                  Extent extent = elaboration.tensors.size(value, operand.span(), frame.world());
                  Span origin =
                      value instanceof Value.Number n && n.origin() != Span.NONE
                          ? n.origin()
                          : value instanceof Value.Size z ? z.origin() : operand.span();
                  // a size, so that it is no axis number where an axis is chosen
                  value = new Value.Size(extent, origin);
                  yield "";
                }
                case "fn" ->
                    value instanceof Value.Fn f && !f.function().dist()
                            || value instanceof Value.Operation
                            || value instanceof Value.Made
                        ? ""
                        : "a function or a layer";
                default ->
                    value instanceof Value.Draw
                            || value instanceof Value.Fn f && f.function().dist()
                            || value instanceof Value.Operation o && o.entry().isDraw()
                        ? ""
                        : "a distribution";
              };
          case Ast.ListType l -> {
            if (value instanceof Value.Items items) {
              List<Value> elements = new ArrayList<>();
              for (Value element : items.elements()) {
                elements.add(
                    l.element() instanceof Ast.TensorType t
                        ? elaboration.signatures.tensor(
                            t, new Operand(element, operand.span()), frame, name)
                        : setting(l.element(), new Operand(element, operand.span()), frame, name));
              }
              value = new Value.Items(List.copyOf(elements));
              yield "";
            }
            yield "a list";
          }
          case Ast.TupleType t -> {
            yield elaboration.signatures.declared(t, value, operand.span(), frame) == null
                ? "a tuple"
                : "";
          }
          case Ast.TensorType t ->
              value instanceof Value.Slots ? "" : "parameters, such as `params`";
        };
    if (!wanted.isEmpty()) {
      throw new Failure(
          Diagnostic.error(
                  "E0226", (name.isEmpty() ? "this" : "`" + name + "`") + " takes " + wanted)
              .at(operand.span(), elaboration.tensors.describe(value))
              .help(hint(wanted, operand)));
    }
    return value;
  }

  private static String hint(String wanted, Operand operand) {
    String text = operand.span().text();
    return switch (wanted) {
      case "a list" -> "write `[" + text + "]`";
      case "a distribution" -> "such as `normal(0, 0.01)`; only distributions can be drawn from";
      case "a function or a layer" -> "give its name, such as `tanh`";
      default -> "such as `params` or `params(" + text + ")`";
    };
  }

  /** Decides what {@code float} is in a call: the float type of the first argument that has one. */
  private void settle(
      List<Ast.Parameter> parameters, Map<Ast.Parameter, Given> assigned, Frame frame) {
    Given first = null;
    for (Ast.Parameter parameter : parameters) {
      Given argument = assigned.get(parameter);
      boolean open =
          parameter.type() instanceof Ast.TensorType t && t.name().text().equals("float");
      if (!open || argument == null || argument.value() instanceof Value.Items) {
        continue;
      }
      Kind kind = elaboration.tensors.kind(argument.value(), argument.span());
      if (kind != Kind.F32 && kind != Kind.F64) {
        continue;
      }
      DType dtype = kind.node();
      if (frame.shared().floating == null) {
        frame.shared().floating = dtype;
        first = argument;
      } else if (frame.shared().floating != dtype) {
        Diagnostic error =
            Diagnostic.error("E0402", "f32 and f64 do not mix")
                .at(argument.span(), elaboration.tensors.describe(argument.value()));
        error =
            first == null
                ? error
                : error.at(first.span(), elaboration.tensors.describe(first.value()));
        Span narrow = dtype == DType.F32 || first == null ? argument.span() : first.span();
        throw new Failure(
            error.help(
                "convert one of them: `f64(" + narrow.text() + ")`",
                new Diagnostic.Edit(narrow, "f64(" + narrow.text() + ")")));
      }
    }
  }

  private Map<Ast.Parameter, Given> assign(
      String callee, List<Ast.Parameter> parameters, List<Given> given, Span call, Ast.Item item) {
    Map<Ast.Parameter, Given> assigned = new LinkedHashMap<>();
    Set<String> names = new LinkedHashSet<>();
    parameters.forEach(p -> names.add(p.name().text()));
    String signature = item == null ? callee : Signatures.text(item);
    int position = 0;
    for (Given argument : given) {
      Ast.Parameter parameter = null;
      if (argument.name() == null) {
        if (position >= parameters.size()) {
          throw new Failure(
              Diagnostic.error(
                      "E0219",
                      "`"
                          + callee
                          + "` takes "
                          + count(parameters.size())
                          + ", and here are "
                          + given.size())
                  .at(argument.span(), "one too many")
                  .note("it is `" + signature + "`"));
        }
        parameter = parameters.get(position++);
      } else {
        for (Ast.Parameter p : parameters) {
          parameter = p.name().text().equals(argument.name()) ? p : parameter;
        }
        if (parameter == null) {
          String near = Names.nearest(argument.name(), names);
          Diagnostic error =
              Diagnostic.error(
                      "E0220", "`" + callee + "` has no argument `" + argument.name() + "`")
                  .at(argument.nameSpan());
          throw new Failure(
              near == null
                  ? error.note("it is `" + signature + "`")
                  : error.help(
                      "did you mean `" + near + "`?",
                      new Diagnostic.Edit(argument.nameSpan(), near)));
        }
      }
      Given before = assigned.put(parameter, argument);
      if (before != null) {
        throw new Failure(
            Diagnostic.error("E0222", "`" + parameter.name().text() + "` is given twice")
                .at(argument.span(), "again here")
                .at(before.span(), "first here"));
      }
    }
    for (Ast.Parameter parameter : parameters) {
      if (!assigned.containsKey(parameter) && parameter.value() == null) {
        throw new Failure(
            Diagnostic.error("E0221", "`" + callee + "` needs `" + parameter.name().text() + "`")
                .at(call)
                .note("it is `" + signature + "`"));
      }
    }
    return assigned;
  }

  private static String count(int n) {
    return n == 0 ? "no arguments" : n == 1 ? "one argument" : n + " arguments";
  }
}
