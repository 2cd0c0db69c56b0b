package dlx.elaborate;

import dlx.ast.Ast;
import dlx.elaborate.Program.Assertion;
import dlx.elaborate.Program.GradientCheck;
import dlx.elaborate.Program.Part;
import dlx.elaborate.Value.Tensor;
import dlx.graph.Function;
import dlx.graph.Function.Output;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Collects the assertions of a test and the values inside them. */
final class TestReport {
  private static final Set<String> COMPARISONS = Set.of("<", "<=", ">", ">=", "==", "!=", "~=");

  private final Elaboration elaboration;
  private final Results results;
  final List<Output> outputs = new ArrayList<>();
  final List<Assertion> assertions = new ArrayList<>();

  TestReport(Elaboration elaboration, Results results) {
    this.elaboration = elaboration;
    this.results = results;
  }

  void add(Ast.Assert statement, Frame frame) {
    String message = statement.message() == null ? "" : statement.message();
    Ast.Expression condition = statement.condition();
    if (condition instanceof Ast.Call call
        && call.callee() instanceof Ast.Name name
        && name.text().equals("gradcheck")) {
      assertions.add(gradient(call, message, statement.span(), frame));
      return;
    }
    List<Part> parts = new ArrayList<>();
    Value value = condition(condition, parts, frame);
    if (value instanceof Value.Poison) {
      throw Failure.silent();
    }
    if (elaboration.tensors.kind(value, condition.span()) != Tensors.Kind.BOOL) {
      throw new Failure(
          Diagnostic.error("E0805", "a condition is true or false")
              .at(condition.span(), elaboration.tensors.describe(value))
              .help("compare it with something: `" + condition.span().text() + " == 0`"));
    }
    int output = output(value, condition.span(), frame);
    assertions.add(new Assertion(statement.span(), message, output, List.copyOf(parts), null));
  }

  /** Works a condition out from its parts, so that each part is worked out once. */
  private Value condition(Ast.Expression expression, List<Part> parts, Frame frame) {
    List<Ast.Binary> joined = new ArrayList<>();
    Ast.Expression first = expression;
    while (first instanceof Ast.Binary b
        && (b.operator().equals("and") || b.operator().equals("or"))) {
      joined.add(b);
      first = b.left();
    }
    Value value = comparison(first, parts, frame);
    for (int i = joined.size() - 1; i >= 0; i--) {
      Ast.Binary b = joined.get(i);
      Operand left = new Operand(value, b.left().span());
      Operand right = new Operand(comparison(b.right(), parts, frame), b.right().span());
      value = elaboration.arithmetic.logic(b.operator(), left, right, frame.world());
    }
    return value;
  }

  private Value comparison(Ast.Expression e, List<Part> parts, Frame frame) {
    if (!(e instanceof Ast.Binary b) || !COMPARISONS.contains(b.operator())) {
      Value value = elaboration.expressions.value(e, frame);
      part(e, value, parts, frame);
      return value;
    }
    Operand left = elaboration.expressions.operand(b.left(), frame);
    Operand right = elaboration.expressions.operand(b.right(), frame);
    if (left.value() instanceof Value.Poison || right.value() instanceof Value.Poison) {
      return Value.POISON;
    }
    part(b.left(), left.value(), parts, frame);
    Value value =
        b.operator().equals("~=")
            ? elaboration.arithmetic.near(left, right, b.span(), frame.world())
            : elaboration.arithmetic.compare(b.operator(), left, right, b.span(), frame.world());
    parts.add(new Part(b.operatorSpan(), output(value, b.span(), frame)));
    part(b.right(), right.value(), parts, frame);
    return value;
  }

  private void part(Ast.Expression e, Value value, List<Part> parts, Frame frame) {
    boolean plain =
        e instanceof Ast.Number
            || e instanceof Ast.Truth
            || e instanceof Ast.Unary u && u.value() instanceof Ast.Number;
    if (!plain
        && !(e instanceof Ast.ListOf)
        && Results.isEntry(value)
        && !(value instanceof Value.Tuple)) {
      parts.add(new Part(e.span(), output(value, e.span(), frame)));
    }
  }

  private int output(Value value, Span span, Frame frame) {
    Tensor tensor = results.tensors(value, span, frame.world()).getFirst();
    outputs.add(new Output(String.valueOf(outputs.size()), tensor.node()));
    return outputs.size() - 1;
  }

  /** {@code gradcheck(y, x)}: y and its derivative as functions of x. */
  private Assertion gradient(Ast.Call call, String message, Span span, Frame frame) {
    Builtins.expect(call, 2);
    Operand y = elaboration.expressions.operand(call.arguments().get(0).value(), frame);
    Ast.Expression target = call.arguments().get(1).value();
    Operand x = elaboration.derivatives.target(target, "gradcheck", frame);
    Value slope = elaboration.derivatives.grad(y, call, frame);
    if (slope instanceof Value.Poison) {
      throw Failure.silent();
    }
    Tensor start = elaboration.tensors.tensor(x.value(), x.span(), frame.world());
    Tensor value = elaboration.tensors.tensor(y.value(), y.span(), frame.world());
    Node leaf = elaboration.graph.node(new Leaf.Input("x", start.node().type()));
    List<Node> nodes =
        Substitute.replace(List.of(value.node(), ((Tensor) slope).node()), start.node(), leaf);
    Function function =
        new Function(
            "gradcheck",
            List.of(new Output("y", nodes.get(0)), new Output("gradient", nodes.get(1))),
            List.of(),
            List.of());
    outputs.add(new Output(String.valueOf(outputs.size()), start.node()));
    return new Assertion(
        span, message, -1, List.of(), new GradientCheck(function, outputs.size() - 1));
  }
}
