package dlx.elaborate;

import dlx.ast.Ast;
import dlx.elaborate.Value.Tensor;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code if}: one side only where the condition is known at compile time; otherwise both, chosen
 * between by {@code where}, and what they change is chosen between too.
 */
final class Conditions {
  private final Elaboration elaboration;

  Conditions(Elaboration elaboration) {
    this.elaboration = elaboration;
  }

  /**
   * A side that was worked out: the condition it has (null for {@code else}), its value and
   * changes.
   */
  private record Side(
      @Nullable Tensor condition,
      Value value,
      Map<Scope.Binding, Value> variables,
      Map<String, Tensor> memory,
      Span span) {}

  Value value(Ast.If choice, Frame frame) {
    World world = frame.world();
    Set<Scope.Binding> variables = variables(choice, frame);
    Map<Scope.Binding, Value> before = save(variables);
    Map<String, Tensor> memory = new LinkedHashMap<>(world.memory.now);
    List<Side> sides = new ArrayList<>();
    Ast.Block last = choice.otherwise();
    for (Ast.Branch branch : choice.branches()) {
      Value known = condition(branch.condition(), frame);
      if (known instanceof Value.Truth truth) {
        if (!truth.value()) {
          continue;
        }
        last = branch.body();
        break;
      }
      sides.add(side((Tensor) known, branch.body(), frame, variables));
      restore(before, memory, world);
    }
    if (sides.isEmpty()) {
      return last == null
          ? new Value.None()
          : elaboration.statements.block(last, frame.with(new Scope(frame.scope())), false);
    }
    Side end =
        last == null
            ? new Side(null, new Value.None(), before, memory, choice.span())
            : side(null, last, frame, variables);
    restore(before, memory, world);
    return merge(sides, end, choice, frame);
  }

  /** The condition: known, or a boolean number at run time. */
  private Value condition(Ast.Expression expression, Frame frame) {
    Value value = elaboration.expressions.value(expression, frame);
    if (value instanceof Value.Poison) {
      throw Failure.silent();
    }
    if (value instanceof Value.Truth) {
      return value;
    }
    boolean truth = elaboration.tensors.kind(value, expression.span()) == Tensors.Kind.BOOL;
    if (!truth) {
      throw new Failure(
          Diagnostic.error("E0805", "a condition is true or false")
              .at(expression.span(), elaboration.tensors.describe(value))
              .help("compare it with something: `" + expression.span().text() + " != 0`"));
    }
    Tensor tensor = elaboration.tensors.tensor(value, expression.span(), frame.world());
    if (tensor.rank() > 0) {
      throw new Failure(
          Diagnostic.error("E0806", "`if` decides once, and this is a tensor of decisions")
              .at(expression.span(), elaboration.tensors.describe(tensor))
              .help("to choose elementwise: `where(" + expression.span().text() + ", …, …)`"));
    }
    return tensor;
  }

  private Side side(
      @Nullable Tensor condition, Ast.Block body, Frame frame, Set<Scope.Binding> variables) {
    Value value = elaboration.statements.block(body, frame.with(new Scope(frame.scope())), false);
    return new Side(
        condition,
        value,
        save(variables),
        new LinkedHashMap<>(frame.world().memory.now),
        body.span());
  }

  private Set<Scope.Binding> variables(Ast.If choice, Frame frame) {
    Set<Scope.Binding> found = new LinkedHashSet<>();
    for (String name : Syntax.updated(choice)) {
      Scope.Binding binding = frame.scope().find(name);
      if (binding != null && binding.kind == Scope.Kind.VARIABLE) {
        found.add(binding);
      }
    }
    return found;
  }

  private static Map<Scope.Binding, Value> save(Set<Scope.Binding> variables) {
    Map<Scope.Binding, Value> saved = new LinkedHashMap<>();
    variables.forEach(v -> saved.put(v, v.value));
    return saved;
  }

  private static void restore(
      Map<Scope.Binding, Value> variables, Map<String, Tensor> memory, World world) {
    variables.forEach((binding, value) -> binding.value = value);
    world.memory.now.clear();
    world.memory.now.putAll(memory);
  }

  /** From the last side to the first: where(c1, v1, where(c2, v2, v3)). */
  private Value merge(List<Side> sides, Side end, Ast.If choice, Frame frame) {
    World world = frame.world();
    Value value = end.value();
    Map<Scope.Binding, Value> variables = new LinkedHashMap<>(end.variables());
    Map<String, Tensor> memory = new LinkedHashMap<>(end.memory());
    for (int i = sides.size() - 1; i >= 0; i--) {
      Side side = sides.get(i);
      value = choose(side.condition(), side.value(), value, side.span(), end.span(), choice, world);
      for (Scope.Binding binding : List.copyOf(variables.keySet())) {
        Value then = side.variables().get(binding);
        Value otherwise = variables.get(binding);
        if (then != otherwise) {
          variables.put(
              binding,
              choose(side.condition(), then, otherwise, side.span(), end.span(), choice, world));
        }
      }
      Set<String> paths = new LinkedHashSet<>(memory.keySet());
      paths.addAll(side.memory().keySet());
      for (String path : paths) {
        Tensor then = now(side.memory(), path, world);
        Tensor otherwise = now(memory, path, world);
        if (then != otherwise) {
          memory.put(
              path,
              (Tensor)
                  choose(
                      side.condition(), then, otherwise, side.span(), end.span(), choice, world));
        }
      }
    }
    restore(variables, memory, world);
    return value;
  }

  private Tensor now(Map<String, Tensor> memory, String path, World world) {
    Tensor now = memory.get(path);
    return now != null ? now : world.begin(elaboration.slots.get(path));
  }

  private Value choose(
      Tensor condition, Value then, Value otherwise, Span a, Span b, Ast.If choice, World world) {
    if (then instanceof Value.Poison || otherwise instanceof Value.Poison) {
      return Value.POISON;
    }
    if (then instanceof Value.None && otherwise instanceof Value.None) {
      return then;
    }
    if (then instanceof Value.Tuple x
        && otherwise instanceof Value.Tuple y
        && x.parts().size() == y.parts().size()) {
      List<Value> parts = new ArrayList<>();
      for (int i = 0; i < x.parts().size(); i++) {
        parts.add(choose(condition, x.parts().get(i), y.parts().get(i), a, b, choice, world));
      }
      return new Value.Tuple(parts);
    }
    boolean missing = then instanceof Value.None || otherwise instanceof Value.None;
    if (missing
        || !elaboration.tensors.isScalar(then) && !(then instanceof Tensor)
        || !elaboration.tensors.isScalar(otherwise) && !(otherwise instanceof Tensor)) {
      throw new Failure(
          Diagnostic.error(
                  "E0807",
                  "both sides of an `if` that is decided at run time need a value of one type")
              .at(b, elaboration.tensors.describe(otherwise))
              .at(a, elaboration.tensors.describe(then))
              .help(
                  missing
                      ? "write an `else { … }`"
                      : "choose between values, not between functions"));
    }
    return elaboration.arithmetic.where(
        new Operand(condition, choice.branches().getFirst().condition().span()),
        new Operand(then, a),
        new Operand(otherwise, b),
        choice.span(),
        world);
  }
}
