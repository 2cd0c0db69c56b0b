package dlx.ast;

import dlx.ast.Ast.Expression;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Expressions as text, with as few parentheses as {@link Operators} allows. */
final class PrintExpressions {
  private final Print print;
  private final StringBuilder out;

  PrintExpressions(Print print) {
    this.print = print;
    this.out = print.out;
  }

  /** Walks the left spine by a loop: it may be as long as the text. */
  void write(Expression expression) {
    List<Expression> spine = new ArrayList<>();
    Expression at = expression;
    for (Expression left = Ast.left(at); left != null; left = Ast.left(at)) {
      if (needsParentheses(at, left)) {
        out.append('(');
      }
      spine.add(at);
      at = left;
    }
    alone(at);
    for (Expression parent : spine.reversed()) {
      if (needsParentheses(parent, at)) {
        out.append(')');
      }
      after(parent);
      at = parent;
    }
  }

  private static boolean needsParentheses(Expression parent, Expression left) {
    int outer = precedence(parent);
    boolean chains = outer != Operators.POWER && outer != Operators.COMPARE;
    return parent instanceof Ast.Field && left instanceof Ast.Number
        || precedence(left) < outer
        || precedence(left) == outer && (!chains || outer == Operators.RANGE);
  }

  private static int precedence(Expression expression) {
    return switch (expression) {
      case Ast.Binary e -> Operators.of(e.operator());
      case Ast.Range e -> Operators.RANGE;
      case Ast.Unary e -> e.operator().equals("not") ? Operators.NOT : Operators.NEGATE;
      case Ast.Call e -> Operators.POSTFIX;
      case Ast.Subscript e -> Operators.POSTFIX;
      case Ast.Field e -> Operators.POSTFIX;
      case Ast.Transpose e -> Operators.POSTFIX;
      case Ast.If e -> 0;
      case Ast.For e -> 0;
      case Ast.Tuple e -> Operators.ATOM;
      case Ast.ListOf e -> Operators.ATOM;
      case Ast.Name e -> Operators.ATOM;
      case Ast.Number e -> Operators.ATOM;
      case Ast.Text e -> Operators.ATOM;
      case Ast.Truth e -> Operators.ATOM;
    };
  }

  /** What follows the left side of an expression. */
  private void after(Expression expression) {
    switch (expression) {
      case Ast.Call e -> {
        out.append('(');
        print.list(e.arguments(), this::argument);
        out.append(')');
      }
      case Ast.Subscript e -> {
        out.append('[');
        print.list(e.indices(), this::index);
        out.append(']');
      }
      case Ast.Field e -> out.append('.').append(e.name().text());
      case Ast.Transpose e -> out.append('\'');
      case Ast.Range e -> {
        out.append("..");
        operand(e.last(), Operators.RANGE + 1);
      }
      case Ast.Binary e -> {
        boolean power = e.operator().equals("^");
        out.append(power ? "^" : " " + e.operator() + " ");
        operand(e.right(), power ? Operators.POWER : Operators.of(e.operator()) + 1);
      }
      default -> throw new IllegalStateException();
    }
  }

  private void operand(Expression expression, int least) {
    boolean parentheses = precedence(expression) < least;
    out.append(parentheses ? "(" : "");
    write(expression);
    out.append(parentheses ? ")" : "");
  }

  private void alone(Expression expression) {
    switch (expression) {
      case Ast.Unary e -> {
        boolean not = e.operator().equals("not");
        out.append(not ? "not " : "-");
        operand(e.value(), not ? Operators.NOT : Operators.NEGATE);
      }
      case Ast.If e -> {
        String word = "if ";
        for (Ast.Branch branch : e.branches()) {
          out.append(word);
          write(branch.condition());
          print.block(branch.body());
          word = " else if ";
        }
        if (e.otherwise() != null) {
          out.append(" else");
          print.block(e.otherwise());
        }
      }
      case Ast.For e -> loop(e);
      case Ast.Tuple e -> {
        out.append('(');
        print.list(e.parts(), this::write);
        out.append(')');
      }
      case Ast.ListOf e -> {
        out.append('[');
        print.list(e.elements(), this::write);
        out.append(']');
      }
      case Ast.Name e -> out.append(e.text());
      case Ast.Number e -> out.append(e.text());
      case Ast.Text e -> out.append(Print.quoted(e.text()));
      case Ast.Truth e -> out.append(e.value());
      default -> throw new IllegalStateException();
    }
  }

  private void loop(Ast.For e) {
    out.append(e.unroll() ? "unroll for " : "for ");
    print.list(
        e.generators(),
        g -> {
          out.append(g.name().text()).append(" in ");
          write(g.over());
        });
    if (!e.carries().isEmpty()) {
      out.append(" with ");
      print.list(
          e.carries(),
          c -> {
            out.append(c.name().text());
            print.rest(c.type(), c.value());
          });
    }
    if (e.truncate() != null) {
      out.append(" truncate = ");
      write(e.truncate());
    }
    if (e.until() != null) {
      out.append(" until ");
      write(e.until());
    }
    print.block(e.body());
  }

  private void argument(Ast.Argument argument) {
    if (argument.name() != null) {
      out.append(argument.name().text()).append(" = ");
    }
    write(argument.value());
  }

  private void index(Ast.Index index) {
    switch (index) {
      case Ast.Rest i -> out.append("..");
      case Ast.NewAxis i -> out.append('*');
      case Ast.At i -> write(i.value());
      case Ast.Slice i -> {
        optional(i.first());
        out.append(':');
        optional(i.last());
        if (i.step() != null) {
          out.append(':');
          write(i.step());
        }
      }
    }
  }

  private void optional(@Nullable Expression expression) {
    if (expression != null) {
      write(expression);
    }
  }
}
