package dlx.ast;

import dlx.ast.Ast.Expression;
import dlx.source.Span;

/** The same expression with another place. */
final class Spans {
  private Spans() {}

  /** {@code expression} in the parentheses that {@code span} covers. */
  static Expression widened(Expression expression, Span span) {
    return switch (expression) {
      case Ast.Call e -> new Ast.Call(e.callee(), e.arguments(), span);
      case Ast.Subscript e -> new Ast.Subscript(e.value(), e.indices(), span);
      case Ast.Field e -> new Ast.Field(e.value(), e.name(), span);
      case Ast.Transpose e -> new Ast.Transpose(e.value(), span);
      case Ast.Unary e -> new Ast.Unary(e.operator(), e.value(), span);
      case Ast.Binary e ->
          new Ast.Binary(e.operator(), e.left(), e.right(), e.operatorSpan(), span);
      case Ast.Range e -> new Ast.Range(e.first(), e.last(), span);
      case Ast.If e -> new Ast.If(e.branches(), e.otherwise(), span);
      case Ast.For e ->
          new Ast.For(
              e.unroll(), e.generators(), e.carries(), e.truncate(), e.until(), e.body(), span);
      case Ast.Tuple e -> new Ast.Tuple(e.parts(), span);
      case Ast.ListOf e -> new Ast.ListOf(e.elements(), span);
      case Ast.Name e -> new Ast.Name(e.text(), span);
      case Ast.Number e -> new Ast.Number(e.text(), span);
      case Ast.Text e -> new Ast.Text(e.text(), span);
      case Ast.Truth e -> new Ast.Truth(e.value(), span);
    };
  }
}
