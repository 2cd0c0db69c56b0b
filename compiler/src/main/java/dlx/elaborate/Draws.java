package dlx.elaborate;

import dlx.ast.Ast;
import dlx.elaborate.Module.Declaration;
import dlx.elaborate.Tensors.Kind;
import dlx.elaborate.Value.Tensor;
import dlx.graph.Node;
import dlx.graph.Type;
import dlx.runtime.DType;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Random draws. The address of a draw is the path of what it is bound to, so its value does not
 * depend on what else is computed or in which order.
 */
final class Draws {
  private final Elaboration elaboration;

  Draws(Elaboration elaboration) {
    this.elaboration = elaboration;
  }

  /** {@code x ~ dist} or {@code x: type ~ dist}. */
  Value draw(Ast.Expression dist, Ast.@Nullable Type type, Span span, Frame frame) {
    if (type == null) {
      return draw(dist, (DType) null, null, span, frame);
    }
    if (!(type instanceof Ast.TensorType tensor)) {
      throw Failure.of("E0703", "a draw has one type with a shape", type.span());
    }
    DType dtype = elaboration.signatures.element(tensor, frame);
    List<Axis> axes = elaboration.signatures.axes(tensor, frame);
    Value value = draw(dist, dtype, axes, span, frame);
    boolean whole = dtype == DType.I32 || dtype == DType.BOOL;
    if (whole && value instanceof Tensor drawn && drawn.dtype().isFloat()) {
      throw new Failure(
          Diagnostic.error("E0704", "`" + dist.span().text() + "` draws floats, not " + dtype)
              .at(dist.span(), elaboration.tensors.describe(value))
              .at(type.span(), "declared here")
              .help("draw them under a name of their own, then convert: `i32(…)` or `… < 0.5`"));
    }
    return elaboration.signatures.declared(type, value, dist.span(), frame);
  }

  /**
   * A draw of a type.
   *
   * @param dtype null if it is left open
   * @param axes null if the arguments of the distribution decide
   */
  Value draw(
      Ast.Expression expression,
      @Nullable DType dtype,
      @Nullable List<Axis> axes,
      Span span,
      Frame frame) {
    Value dist = elaboration.expressions.value(expression, frame);
    return switch (dist) {
      case Value.Poison p -> p;
      case Value.Draw d -> draw(d.dist(), d.arguments(), dtype, axes, d.span(), frame);
      case Value.Fn f when f.function().dist() ->
          draw(f, List.of(), dtype, axes, expression.span(), frame);
      case Value.Operation o when o.entry().isDraw() ->
          draw(o, List.of(), dtype, axes, expression.span(), frame);
      default ->
          throw new Failure(
              Diagnostic.error("E0701", "only a distribution can stand after `~`")
                  .at(expression.span(), elaboration.tensors.describe(dist))
                  .help("if it is no draw, write `=`"));
    };
  }

  private Value draw(
      Value dist,
      List<Calls.Given> arguments,
      @Nullable DType dtype,
      @Nullable List<Axis> axes,
      Span span,
      Frame frame) {
    return dist instanceof Value.Fn fn
        ? written(fn, arguments, dtype, axes, span, frame)
        : uniform(arguments, dtype, axes, span, frame);
  }

  /** A distribution that is written in the language. */
  private Value written(
      Value.Fn fn,
      List<Calls.Given> arguments,
      @Nullable DType dtype,
      @Nullable List<Axis> axes,
      Span span,
      Frame caller) {
    Ast.Function function = fn.function();
    String name = function.name().text();
    Frame frame =
        caller.called(
            fn.module(),
            caller.draws(),
            new Frame.Shared(
                elaboration.calls.targets(function, fn.module()),
                caller.shared().step,
                null,
                null));
    return elaboration.calls.body(
        function,
        name,
        span,
        caller,
        fn.module(),
        () -> {
          expect(function, dtype, axes, span, frame);
          elaboration.arguments.bind(name, function.parameters(), arguments, span, function, frame);
          Value value = elaboration.statements.block(function.body(), frame, false);
          return elaboration.calls.result(function.result(), function.body(), value, frame);
        });
  }

  /** The left side decides the shape. */
  private void expect(
      Ast.Function dist, @Nullable DType dtype, @Nullable List<Axis> axes, Span span, Frame frame) {
    if (!(dist.result() instanceof Ast.TensorType result)) {
      return;
    }
    if (dtype != null && dtype.isFloat() && result.name().text().equals("float")) {
      frame.shared().floating = dtype;
    }
    if (axes != null && elaboration.signatures.bind(result, axes, span, frame) == null) {
      throw new Failure(
          Diagnostic.error(
                  "E0702", "`" + dist.name().text() + "` does not draw values of this shape")
              .at(span, "draws " + result.span().text())
              .note("what is drawn here is " + (dtype == null ? "" : dtype) + Axis.text(axes)));
    }
  }

  /** low + (high - low) * u, with u uniform in [0, 1). */
  private Value uniform(
      List<Calls.Given> arguments,
      @Nullable DType dtype,
      @Nullable List<Axis> axes,
      Span span,
      Frame frame) {
    World world = frame.world();
    List<Operand> bounds = Builtins.bind(Builtins.entry("uniform"), arguments, span);
    Kind kind = dtype == null ? Kind.REAL : Kind.of(dtype);
    if (!kind.isFloat()) {
      throw new Failure(
          Diagnostic.error("E0704", "`uniform` draws floats")
              .at(span, (dtype == DType.BOOL ? "a " : "an ") + dtype + " is wanted here")
              .help("draw a float and convert it: `i32(floor(u))`"));
    }
    for (Operand bound : bounds) {
      Kind own = elaboration.tensors.kind(bound.value(), bound.span());
      boolean settled = own == Kind.F32 || own == Kind.F64;
      kind = settled && kind == Kind.REAL && dtype == null ? own : kind;
    }
    List<Axis> shape = axes;
    if (shape == null) {
      List<Operand> tensors = new ArrayList<>();
      for (Operand bound : bounds) {
        tensors.add(
            new Operand(
                elaboration.tensors.tensor(bound.value(), bound.span(), world), bound.span()));
      }
      shape = elaboration.shapes.common(tensors, world);
    }
    Type type = new Type(kind.node(), world.lower(shape));
    Node node = Turns.draw(elaboration.graph, frame.draws(), type, frame.turns());
    Operand u = new Operand(new Tensor(node, shape, kind == Kind.REAL), span);
    Operand low = bounds.get(0);
    Operand high = bounds.get(1);
    Exact from = elaboration.tensors.exact(low.value(), world);
    Exact until = elaboration.tensors.exact(high.value(), world);
    if (from != null && until != null && from.same(Exact.ZERO) && until.same(Exact.ONE)) {
      return u.value();
    }
    Arithmetic arithmetic = elaboration.arithmetic;
    Value width = arithmetic.binary("-", high, low, span, world);
    Value scaled = arithmetic.binary("*", new Operand(width, span), u, span, world);
    return arithmetic.binary("+", low, new Operand(scaled, span), span, world);
  }

  /**
   * A value for an input that a test does not give: standard normal floats, 0 or 1 for i32, either
   * for bool.
   */
  Tensor example(String name, DType dtype, List<Axis> axes, World world) {
    Declaration law = elaboration.main.find(dtype.isFloat() ? "normal" : "bernoulli");
    Frame frame =
        elaboration.definitions.frame(
            elaboration.main, world, "input." + name, elaboration.main.file, null);
    DType drawn = dtype.isFloat() ? dtype : DType.F32;
    List<Calls.Given> arguments =
        dtype.isFloat()
            ? List.of()
            : List.of(new Calls.Given(null, Span.NONE, Value.Number.real(0.5), Span.NONE));
    Ast.Function function = (Ast.Function) law.item;
    Value value =
        written(new Value.Fn(function, law.module), arguments, drawn, axes, law.span, frame);
    Tensor tensor = elaboration.tensors.tensor(value, drawn, law.span, world);
    return elaboration.tensors.convert(tensor, dtype);
  }
}
