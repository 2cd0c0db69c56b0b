package dlx.elaborate;

import dlx.ast.Ast;
import dlx.elaborate.Module.Declaration;
import dlx.elaborate.Value.Tensor;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
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
  private final Map<Ast.Item, Boolean> recursive = new IdentityHashMap<>();
  private final Map<Ast.Item, Set<String>> targets = new IdentityHashMap<>();

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
      default -> throw new Failure(notCallable(callee, calleeSpan, call));
    };
  }

  private Diagnostic notCallable(Value callee, Span span, Span call) {
    Diagnostic error =
        Diagnostic.error("E0224", "`" + span.text() + "` cannot be called")
            .at(span, elaboration.tensors.describe(callee));
    boolean number = callee instanceof Tensor || callee instanceof Value.Number;
    boolean piped = span.end() == call.end();
    return number && !piped ? error.help("to multiply, write `*`") : error;
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
        caller.called(
            fn.module(),
            caller.nextDraws(name),
            new Frame.Shared(
                targets(function, fn.module()), caller.shared().step, null, caller.shared().use));
    return body(
        function,
        name,
        call,
        caller,
        fn.module(),
        () -> {
          elaboration.arguments.bind(name, function.parameters(), given, call, function, frame);
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
      throw new Failure(inner.inside(call, "in this call of `" + name + "`"));
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
}
