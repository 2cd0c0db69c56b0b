package dlx.elaborate;

import dlx.ast.Ast;
import dlx.elaborate.Tensors.Kind;
import dlx.graph.Extent;
import dlx.runtime.DType;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which argument of a call goes to which parameter of a signature, and in what type. */
final class Arguments {
  private final Elaboration elaboration;

  Arguments(Elaboration elaboration) {
    this.elaboration = elaboration;
  }

  /** Puts every parameter of a signature into the scope of its body. */
  void bind(
      String callee,
      List<Ast.Parameter> parameters,
      List<Calls.Given> given,
      Span call,
      Ast.Item item,
      Frame frame) {
    Map<Ast.Parameter, Calls.Given> assigned = assign(callee, parameters, given, call, item);
    settle(parameters, assigned, frame);
    List<Runnable> numbers = new ArrayList<>();
    for (Ast.Parameter parameter : parameters) {
      Calls.Given argument = assigned.get(parameter);
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
                            || value instanceof Value.LayerKind
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
      List<Ast.Parameter> parameters, Map<Ast.Parameter, Calls.Given> assigned, Frame frame) {
    Calls.Given first = null;
    for (Ast.Parameter parameter : parameters) {
      Calls.Given argument = assigned.get(parameter);
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

  private Map<Ast.Parameter, Calls.Given> assign(
      String callee,
      List<Ast.Parameter> parameters,
      List<Calls.Given> given,
      Span call,
      Ast.Item item) {
    Map<Ast.Parameter, Calls.Given> assigned = new LinkedHashMap<>();
    Set<String> names = new LinkedHashSet<>();
    parameters.forEach(p -> names.add(p.name().text()));
    String signature = item == null ? callee : Signatures.text(item);
    int position = 0;
    for (Calls.Given argument : given) {
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
      Calls.Given before = assigned.put(parameter, argument);
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
