package dlx.elaborate;

import dlx.ast.Ast;
import dlx.elaborate.Module.Declaration;
import dlx.elaborate.Value.Tensor;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Expressions to values. What leans to the left is worked off without recursion. */
final class Expressions {
  private final Elaboration elaboration;

  Expressions(Elaboration elaboration) {
    this.elaboration = elaboration;
  }

  /** The value of an expression; poison if something inside is wrong and was reported. */
  Value value(Ast.Expression expression, Frame frame) {
    elaboration.enter(expression.span());
    try {
      Deque<Ast.Expression> spine = new ArrayDeque<>();
      Ast.Expression base = expression;
      for (Ast.Expression left = left(base); left != null; left = left(base)) {
        spine.push(base);
        base = left;
      }
      Ast.Expression first = base;
      Value value = placed(first, frame, () -> leaf(first, frame));
      while (!spine.isEmpty()) {
        Ast.Expression outer = spine.pop();
        Value inner = value;
        value = placed(outer, frame, () -> around(outer, inner, frame));
      }
      if (value instanceof Tensor tensor && frame.module().main) {
        elaboration.tensors.bounded(tensor.axes(), expression.span());
      }
      return value;
    } catch (ArithmeticException e) {
      throw Failure.tooLarge(expression.span());
    } finally {
      elaboration.leave();
    }
  }

  /** Nodes come from the text of the program, not from that of the library. */
  private Value placed(Ast.Expression e, Frame frame, java.util.function.Supplier<Value> body) {
    return frame.module().main ? elaboration.graph.at(e.span(), body) : body.get();
  }

  /** The value, or poison after a report: so that what stands beside it is looked at too. */
  Value guarded(Ast.Expression expression, Frame frame) {
    try {
      return value(expression, frame);
    } catch (Failure failure) {
      if (!frame.module().main) {
        throw failure;
      }
      elaboration.report(failure);
      return Value.POISON;
    }
  }

  Operand operand(Ast.Expression expression, Frame frame) {
    return new Operand(guarded(expression, frame), expression.span());
  }

  private static Ast.@Nullable Expression left(Ast.Expression e) {
    return switch (e) {
      case Ast.Binary b -> b.left();
      case Ast.Subscript s -> s.value() instanceof Ast.Field ? null : s.value();
      case Ast.Transpose t -> t.value();
      case Ast.Unary u -> u.value();
      case Ast.Call c ->
          c.callee() instanceof Ast.Name || c.callee() instanceof Ast.Field ? null : c.callee();
      default -> null;
    };
  }

  // ------------------------------------------------------------------ around a value

  private Value around(Ast.Expression outer, Value inner, Frame frame) {
    return switch (outer) {
      case Ast.Binary b when b.operator().equals("|>") -> pipe(b, inner, frame);
      case Ast.Binary b -> {
        Operand left = new Operand(inner, b.left().span());
        Operand right = operand(b.right(), frame);
        yield inner instanceof Value.Poison || right.value() instanceof Value.Poison
            ? Value.POISON
            : binary(b, left, right, frame.world());
      }
      case Ast.Unary u -> {
        Operand operand = new Operand(inner, u.value().span());
        yield u.operator().equals("-")
            ? elaboration.arithmetic.negate(operand, frame.world())
            : elaboration.arithmetic.not(operand, frame.world());
      }
      case Ast.Transpose t ->
          elaboration.products.transpose(
              new Operand(inner, t.value().span()), t.span(), frame.world());
      case Ast.Subscript s ->
          elaboration.subscripts.value(new Operand(inner, s.value().span()), s, frame);
      case Ast.Call c -> elaboration.calls.apply(inner, c, frame);
      default -> throw new IllegalStateException(outer.getClass().getName());
    };
  }

  private Value binary(Ast.Binary b, Operand left, Operand right, World world) {
    return switch (b.operator()) {
      case "@" -> elaboration.products.product(left, right, b.span(), world);
      case "<", "<=", ">", ">=", "==", "!=" ->
          elaboration.arithmetic.compare(b.operator(), left, right, b.span(), world);
      case "~=" -> elaboration.arithmetic.near(left, right, b.span(), world);
      case "and", "or" -> elaboration.arithmetic.logic(b.operator(), left, right, world);
      default -> elaboration.arithmetic.binary(b.operator(), left, right, b.span(), world);
    };
  }

  private Value pipe(Ast.Binary b, Value left, Frame frame) {
    Ast.Expression right = b.right();
    if (right instanceof Ast.Call call) {
      Value callee = guarded(call.callee(), frame);
      boolean function = callee instanceof Value.Fn || callee instanceof Value.Operation;
      if (function || callee instanceof Value.Made) {
        String start = call.callee().span().text() + "(" + b.left().span().text();
        String rest =
            call.arguments().isEmpty()
                ? ")"
                : ", "
                    + new Span(
                            call.span().source(),
                            call.arguments().getFirst().span().start(),
                            call.span().end())
                        .text();
        throw new Failure(
            Diagnostic.error(
                    "E0215", "`|>` passes a value to a function; it does not insert an argument")
                .at(call.span(), "this is called already")
                .help(
                    "write the call: `" + start + rest + "`",
                    new Diagnostic.Edit(b.span(), start + rest)));
      }
    }
    Operand function = operand(right, frame);
    if (left instanceof Value.Poison || function.value() instanceof Value.Poison) {
      return Value.POISON;
    }
    Calls.Given given = new Calls.Given(null, Span.NONE, left, b.left().span());
    return elaboration.calls.apply(function.value(), List.of(given), right.span(), b.span(), frame);
  }

  // ------------------------------------------------------------------ at the bottom

  private Value leaf(Ast.Expression e, Frame frame) {
    return switch (e) {
      case Ast.Name name -> name(name, frame);
      case Ast.Number n -> {
        boolean whole = n.text().chars().allMatch(Character::isDigit);
        yield new Value.Number(Exact.parse(n.text()), whole, null, n.span());
      }
      case Ast.Truth t -> new Value.Truth(t.value());
      case Ast.Text t -> new Value.Text(t.text(), t.span());
      case Ast.Tuple t -> new Value.Tuple(all(t.parts(), frame));
      case Ast.ListOf l -> new Value.Items(all(l.elements(), frame));
      case Ast.Range r -> {
        Value first = guarded(r.first(), frame);
        yield new Value.Range(first, guarded(r.last(), frame));
      }
      case Ast.Call c -> elaboration.calls.named(c, frame);
      case Ast.Field f -> elaboration.paths.field(f, frame);
      case Ast.Subscript s -> {
        Value part = elaboration.paths.element(s, frame);
        yield part != null
            ? part
            : elaboration.subscripts.value(operand(s.value(), frame), s, frame);
      }
      case Ast.If i -> elaboration.conditions.value(i, frame);
      case Ast.For f -> elaboration.loops.value(f, frame);
      default -> throw new IllegalStateException(e.getClass().getName());
    };
  }

  private List<Value> all(List<Ast.Expression> expressions, Frame frame) {
    List<Value> values = new ArrayList<>();
    for (Ast.Expression e : expressions) {
      values.add(guarded(e, frame));
    }
    return List.copyOf(values);
  }

  /** The value with which a loop begins to carry a variable, in the type declared for it. */
  Value start(Ast.Carry carry, Frame frame) {
    Value start = value(carry.value(), frame);
    return carry.type() == null
        ? start
        : elaboration.signatures.declared(carry.type(), start, carry.value().span(), frame);
  }

  // ------------------------------------------------------------------ names

  Value name(Ast.Name name, Frame frame) {
    Scope.Binding binding = frame.scope().find(name.text());
    if (binding != null) {
      return binding.slot == null ? binding.value : frame.world().read(binding.slot, frame.live());
    }
    Value builtIn = Builtins.value(name.text(), frame, elaboration);
    if (builtIn != null) {
      return builtIn;
    }
    Declaration declaration = frame.module().find(name.text());
    if (declaration != null) {
      return declared(declaration, name.span(), frame);
    }
    Module imported = frame.module().named.get(name.text());
    if (imported != null) {
      return new Value.Imported(imported);
    }
    if (frame.module().incomplete || frame.module().missing.contains(name.text())) {
      throw Failure.silent(); // said at the import
    }
    throw new Failure(Unknown.name(name, frame.scope().all(), frame.module()));
  }

  Value declared(Declaration declaration, Span use, Frame frame) {
    Value value = frame.world().value(declaration, use);
    boolean slot = declaration.item instanceof Ast.Slot && value instanceof Tensor;
    if (slot && frame.live() && !frame.world().replaced.containsKey(declaration)) {
      return frame.world().read(elaboration.slots.get(declaration.name), true);
    }
    return value;
  }
}
