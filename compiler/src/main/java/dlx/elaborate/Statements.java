package dlx.elaborate;

import dlx.ast.Ast;
import dlx.elaborate.Module.Declaration;
import dlx.elaborate.Value.Tensor;
import dlx.runtime.DType;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Statements: definitions, draws, updates, in the order in which they stand. */
final class Statements {
  private final Elaboration elaboration;
  private @Nullable TestReport report;

  Statements(Elaboration elaboration) {
    this.elaboration = elaboration;
  }

  /** Assertions go to a report from now on. */
  void reportTo(TestReport tests) {
    report = tests;
  }

  /**
   * The value of what a block ends with; nothing if it ends with a definition. A statement that is
   * wrong does not stop those after it.
   *
   * @param updates whether a final update counts as nothing (loops ask for it themselves)
   */
  Value block(Ast.Block block, Frame frame, boolean updates) {
    Value last = new Value.None();
    for (Ast.Statement statement : block.statements()) {
      try {
        last = statement(statement, frame);
      } catch (Failure failure) {
        if (!frame.module().main || elaboration.full()) {
          throw failure;
        }
        elaboration.report(failure);
        last = Value.POISON;
        poison(statement, frame);
      } catch (ArithmeticException e) {
        throw Failure.tooLarge(statement.span());
      }
    }
    return last;
  }

  private static void poison(Ast.Statement statement, Frame frame) {
    if (statement instanceof Ast.Bind bind && bind.mark() != Ast.Mark.NONE) {
      for (Ast.Name name : Syntax.names(bind.target())) {
        if (bind.mark() != Ast.Mark.BECOMES && frame.scope().own(name.text()) == null) {
          frame
              .scope()
              .put(
                  name.text(), new Scope.Binding(Scope.Kind.DEFINITION, Value.POISON, name.span()));
        }
        Scope.Binding binding = frame.scope().find(name.text());
        if (binding != null && binding.kind == Scope.Kind.VARIABLE) {
          binding.value = Value.POISON;
        }
      }
    } else if (statement instanceof Ast.Slot slot) {
      frame
          .scope()
          .put(
              slot.name().text(),
              new Scope.Binding(Scope.Kind.DEFINITION, Value.POISON, slot.name().span()));
    }
  }

  private Value statement(Ast.Statement statement, Frame frame) {
    return switch (statement) {
      case Ast.Slot slot -> {
        elaboration.layers.slot(slot, frame);
        yield new Value.None();
      }
      case Ast.Assert a -> {
        if (report == null || frame.body() != Frame.Body.TEST) {
          throw Failure.of("E0211", "an `assert` belongs into a `test`", a.span());
        }
        if (frame.turns() != null) {
          throw new Failure(
              Diagnostic.error("E0809", "an `assert` stands outside of loops that run at run time")
                  .at(a.span())
                  .help(
                      "end the body with the condition, and assert the loop: `assert for … { … }`")
                  .help("or write `unroll for`"));
        }
        report.add(a, frame);
        yield new Value.None();
      }
      case Ast.Bind bind ->
          switch (bind.mark()) {
            case NONE -> {
              Value value = elaboration.expressions.value(bind.target(), frame);
              yield value;
            }
            case IS, DRAWN -> {
              define(bind, frame);
              yield new Value.None();
            }
            case BECOMES -> {
              become(bind, frame);
              yield new Value.None();
            }
          };
    };
  }

  // ------------------------------------------------------------------ definitions

  /** The right side of {@code =} or {@code ~} in the type that is declared. */
  Value bound(Ast.Bind bind, Frame frame) {
    if (bind.mark() == Ast.Mark.DRAWN) {
      return elaboration.draws.draw(bind.value(), bind.type(), bind.span(), frame);
    }
    Value value = elaboration.expressions.value(bind.value(), frame);
    if (value instanceof Value.None) {
      throw Failure.of("E0216", "this has no value", bind.value().span());
    }
    return bind.type() == null || value instanceof Value.Poison
        ? value
        : elaboration.signatures.declared(bind.type(), value, bind.value().span(), frame);
  }

  private void define(Ast.Bind bind, Frame frame) {
    List<Ast.Name> names = Syntax.names(bind.target());
    for (Ast.Name name : names) {
      Scope.Binding before = frame.scope().own(name.text());
      if (before != null && !name.text().equals("_")) {
        throw new Failure(
            Diagnostic.error("E0203", "`" + name.text() + "` is defined twice")
                .at(name.span(), "again here")
                .at(before.span, "first here")
                .help(
                    before.kind == Scope.Kind.VARIABLE || before.kind == Scope.Kind.SLOT
                        ? "to change it, write `<-`"
                        : "give one of them another name"));
      }
      if (Builtins.isName(name.text())) {
        throw new Failure(Names.builtIn(name.text(), name.span()));
      }
    }
    String path = names.getFirst().text();
    Value value = bound(bind, frame.in(path, bind.value()));
    List<Value> values =
        bind.target() instanceof Ast.Tuple
            ? parts(value, names, bind.value().span())
            : List.of(value);
    for (int i = 0; i < names.size(); i++) {
      Ast.Name name = names.get(i);
      Value part =
          elaboration.tensors.target(
              name.text(), values.get(i), frame.shared().targets, name.span(), frame.world());
      frame.scope().put(name.text(), new Scope.Binding(Scope.Kind.DEFINITION, part, name.span()));
      elaboration.show(name.span(), name.text(), elaboration.tensors.describe(part));
    }
  }

  /** Takes a tuple apart. */
  List<Value> parts(Value value, List<Ast.Name> names, Span span) {
    if (value instanceof Value.Poison) {
      return names.stream().map(n -> (Value) Value.POISON).toList();
    }
    List<Value> parts =
        value instanceof Value.Tuple t
            ? t.parts()
            : value instanceof Value.Items i ? i.elements() : List.of(value);
    if (parts.size() != names.size()) {
      throw new Failure(
          Diagnostic.error(
                  "E0217",
                  names.size()
                      + " names for "
                      + (parts.size() == 1 ? "one value" : parts.size() + " values"))
              .at(span, elaboration.tensors.describe(value)));
    }
    return parts;
  }

  // ------------------------------------------------------------------ updates

  private void become(Ast.Bind bind, Frame frame) {
    List<Ast.Name> names = Syntax.names(bind.target());
    names.forEach(name -> updatable(name, bind, frame));
    if (bind.target() instanceof Ast.Subscript element) {
      Operand old = elaboration.expressions.operand(element.value(), frame);
      Operand value = elaboration.expressions.operand(bind.value(), frame);
      assign(
          names.getFirst(), elaboration.subscripts.update(old, element, value, frame), bind, frame);
      return;
    }
    Value value = elaboration.expressions.value(bind.value(), frame);
    List<Value> values =
        bind.target() instanceof Ast.Tuple
            ? parts(value, names, bind.value().span())
            : List.of(value);
    for (int i = 0; i < names.size(); i++) {
      assign(names.get(i), values.get(i), bind, frame);
    }
  }

  /** The slot behind a name, or null if it is a loop variable; an error if it cannot change. */
  private @Nullable Slot updatable(Ast.Name name, Ast.Bind bind, Frame frame) {
    Scope.Binding binding = frame.scope().find(name.text());
    if (binding != null) {
      if (binding.kind == Scope.Kind.VARIABLE || binding.slot != null) {
        return binding.slot;
      }
      throw new Failure(fixed(name, binding.span, binding.kind));
    }
    Declaration declaration = frame.module().find(name.text());
    if (declaration == null || Builtins.isName(name.text())) {
      if (Builtins.isName(name.text())) {
        throw new Failure(Names.builtIn(name.text(), name.span()));
      }
      elaboration.expressions.name(name, frame);
      throw new IllegalStateException(name.text());
    }
    if (!(declaration.item instanceof Ast.Slot)) {
      Scope.Kind kind =
          declaration.item instanceof Ast.Input ? Scope.Kind.ARGUMENT : Scope.Kind.DEFINITION;
      throw new Failure(fixed(name, declaration.span, kind));
    }
    if (frame.body() != Frame.Body.STEP) {
      throw new Failure(
          Diagnostic.error("E0603", "`" + name.text() + "` changes only in a `step`")
              .at(bind.span())
              .at(declaration.span, "declared here")
              .help(
                  "do it in a step, or make a loop variable: `for … with "
                      + name.text()
                      + "1 = "
                      + name.text()
                      + " { … }`"));
    }
    if (frame.world().value(declaration, name.span()) instanceof Value.Poison) {
      throw Failure.silent();
    }
    return elaboration.slots.get(declaration.name);
  }

  private Diagnostic fixed(Ast.Name name, Span defined, Scope.Kind kind) {
    String what =
        switch (kind) {
          case ARGUMENT -> "an argument";
          case TURN -> "the turn of a loop";
          case SIZE -> "a size";
          default -> "a definition";
        };
    return Diagnostic.error(
            "E0601",
            "`"
                + name.text()
                + "` is "
                + what
                + "; only a `param`, a `state` or a loop variable can become something else")
        .at(name.span())
        .at(defined, "defined here")
        .help(
            "to remember it from one step to the next, declare `state count: i32 = 0` and update"
                + " that");
  }

  private void assign(Ast.Name name, Value value, Ast.Bind bind, Frame frame) {
    Slot slot = updatable(name, bind, frame);
    Scope.Binding binding = frame.scope().find(name.text());
    Span span = bind.value().span();
    if (value instanceof Value.Poison) {
      if (binding != null && binding.kind == Scope.Kind.VARIABLE) {
        binding.value = value;
      }
      return;
    }
    if (slot == null) {
      binding.value =
          elaboration.tensors.target(
              name.text(), value, frame.shared().targets, name.span(), frame.world());
      binding.updated = name.span();
      return;
    }
    DType dtype = slot.type().dtype();
    Tensor tensor = elaboration.tensors.tensor(value, dtype, span, frame.world());
    Tensor fitted =
        elaboration.signatures.fit(
            tensor,
            dtype,
            slot.axes(),
            new Operand(value, span),
            slot.span(),
            "E0604",
            "`" + name.text() + "` cannot become something of another type",
            frame.world());
    Tensor named =
        frame.shared().targets.contains(name.text())
            ? elaboration.tensors.variable(fitted)
            : fitted;
    frame.world().write(slot, named);
    if (binding != null) {
      binding.updated = name.span();
    } else {
      elaboration.derivatives.updated(slot, name.span());
    }
  }
}
