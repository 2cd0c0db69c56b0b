package dlx.ast;

import dlx.ast.Ast.Expression;
import dlx.ast.Ast.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Syntax as text that reads back to the same syntax. Expressions have as few parentheses as
 * precedence allows and stand on one line; {@link Format} breaks long lines.
 */
public final class Print {
  private final StringBuilder out = new StringBuilder();

  private Print() {}

  /** An expression on one line. */
  public static String expression(Expression expression) {
    Print print = new Print();
    print.write(expression);
    return print.out.toString();
  }

  /** A type, such as {@code float[..s, n]}. */
  public static String type(Ast.Type type) {
    Print print = new Print();
    print.write(type);
    return print.out.toString();
  }

  /** An item on one line, after its doc comment. */
  public static String item(Ast.Item item) {
    Print print = new Print();
    print.write(item);
    return print.out.toString();
  }

  /** A whole file, an item on each line; comments other than doc comments are not in the syntax. */
  public static String file(Ast.File file) {
    Print print = new Print();
    String first = file.items().isEmpty() ? "" : doc(file.items().getFirst());
    if (!file.doc().isEmpty() && !file.doc().equals(first)) {
      print.doc(file.doc());
      print.out.append('\n');
    }
    for (Ast.Item item : file.items()) {
      print.write(item);
      print.out.append('\n');
    }
    return print.out.toString();
  }

  // ------------------------------------------------------------------ items

  private static String doc(Ast.Item item) {
    return switch (item) {
      case Ast.Dim i -> i.doc();
      case Ast.Const i -> i.doc();
      case Ast.Input i -> i.doc();
      case Ast.Function i -> i.doc();
      case Ast.Layer i -> i.doc();
      case Ast.Step i -> i.doc();
      case Ast.Slot i -> i.doc();
      case Ast.Bind i -> i.doc();
      case Ast.Import i -> "";
      case Ast.Recipe i -> "";
      case Ast.Test i -> "";
      case Ast.Assert i -> "";
    };
  }

  private void doc(String doc) {
    if (!doc.isEmpty()) {
      doc.lines().forEach(line -> out.append(("## " + line).stripTrailing()).append('\n'));
    }
  }

  private void write(Ast.Item item) {
    doc(doc(item));
    switch (item) {
      case Ast.Import i -> {
        out.append("import ").append(quoted(i.path()));
        if (i.as() != null) {
          out.append(" as ").append(i.as().text());
        }
      }
      case Ast.Dim i -> {
        out.append("dim ").append(i.name().text());
        rest(null, i.value());
      }
      case Ast.Const i -> {
        out.append("const ").append(i.name().text());
        rest(i.type(), i.value());
      }
      case Ast.Input i -> {
        out.append("input ").append(i.name().text());
        rest(i.type(), i.value());
      }
      case Ast.Function i -> {
        out.append(i.dist() ? "dist " : "fn ").append(i.name().text());
        parameters(i.parameters());
        result(i.result());
        body(i.body());
      }
      case Ast.Layer i -> {
        out.append("layer ").append(i.name().text());
        parameters(i.settings());
        parameters(i.parameters());
        result(i.result());
        body(i.body());
      }
      case Ast.Step i -> {
        out.append("step ").append(i.name().text());
        if (!i.parameters().isEmpty()) {
          parameters(i.parameters());
        }
        result(i.result());
        block(i.body());
      }
      case Ast.Recipe i -> {
        out.append("recipe ").append(i.name().text());
        block(i.body());
      }
      case Ast.Test i -> {
        out.append("test ").append(quoted(i.name()));
        block(i.body());
      }
      case Statement s -> statement(s);
    }
  }

  private void statement(Statement statement) {
    switch (statement) {
      case Ast.Slot s -> {
        out.append(s.param() ? "param " : "state ").append(s.name().text()).append(": ");
        write(s.type());
        out.append(s.drawn() ? " ~ " : " = ");
        write(s.value());
      }
      case Ast.Assert s -> {
        out.append("assert ");
        write(s.condition());
        if (s.message() != null) {
          out.append(", ").append(quoted(s.message()));
        }
      }
      case Ast.Bind s -> {
        write(s.target());
        if (s.type() != null) {
          out.append(": ");
          write(s.type());
        }
        if (s.value() != null) {
          out.append(' ').append(s.mark().text).append(' ');
          write(s.value());
        }
      }
    }
  }

  private void rest(Ast.@Nullable Type type, @Nullable Expression value) {
    if (type != null) {
      out.append(": ");
      write(type);
    }
    if (value != null) {
      out.append(" = ");
      write(value);
    }
  }

  private void parameters(List<Ast.Parameter> parameters) {
    out.append('(');
    list(
        parameters,
        p -> {
          out.append(p.name().text());
          rest(p.type(), p.value());
        });
    out.append(')');
  }

  private void result(Ast.@Nullable Type type) {
    if (type != null) {
      out.append(" -> ");
      write(type);
    }
  }

  private void body(Ast.Block body) {
    if (body.statements().size() == 1
        && body.statements().getFirst() instanceof Ast.Bind only
        && only.mark() == Ast.Mark.NONE
        && only.doc().isEmpty()) {
      out.append(" = ");
      write(only.target());
    } else {
      block(body);
    }
  }

  private void block(Ast.Block block) {
    if (block.statements().isEmpty()) {
      out.append(" {}");
      return;
    }
    boolean documented = block.statements().stream().anyMatch(s -> !doc(s).isEmpty());
    out.append(documented ? " {\n" : " { ");
    String between = "";
    for (Statement statement : block.statements()) {
      out.append(between);
      doc(doc(statement));
      statement(statement);
      between = documented ? "\n" : "; ";
    }
    out.append(documented ? "\n}" : " }");
  }

  // ------------------------------------------------------------------ types

  private void write(Ast.Type type) {
    switch (type) {
      case Ast.TensorType t -> {
        out.append(t.name().text());
        if (!t.extents().isEmpty()) {
          out.append('[');
          list(t.extents(), this::extent);
          out.append(']');
        }
      }
      case Ast.StaticType t -> out.append(t.kind());
      case Ast.TupleType t -> {
        out.append('(');
        list(t.parts(), this::write);
        out.append(')');
      }
      case Ast.ListType t -> {
        out.append('[');
        write(t.element());
        out.append(']');
      }
    }
  }

  private void extent(Ast.Extent extent) {
    switch (extent) {
      case Ast.Pack e -> out.append("..").append(e.name() == null ? "" : e.name().text());
      case Ast.Star e -> out.append('*');
      case Ast.Size e -> write(e.value());
    }
  }

  // ------------------------------------------------------------------ expressions

  /** Walks the left spine by a loop: it may be as long as the text. */
  private void write(Expression expression) {
    List<Expression> spine = new ArrayList<>();
    Expression at = expression;
    for (Expression left = left(at); left != null; left = left(at)) {
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

  /**
   * What an expression starts with, if it is made of something to its left and something after it.
   */
  private static @Nullable Expression left(Expression expression) {
    return switch (expression) {
      case Ast.Call e -> e.callee();
      case Ast.Subscript e -> e.value();
      case Ast.Field e -> e.value();
      case Ast.Transpose e -> e.value();
      case Ast.Binary e -> e.left();
      case Ast.Range e -> e.first();
      case Ast.Unary e -> null;
      case Ast.If e -> null;
      case Ast.For e -> null;
      case Ast.Tuple e -> null;
      case Ast.ListOf e -> null;
      case Ast.Name e -> null;
      case Ast.Number e -> null;
      case Ast.Text e -> null;
      case Ast.Truth e -> null;
    };
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
        list(e.arguments(), this::argument);
        out.append(')');
      }
      case Ast.Subscript e -> {
        out.append('[');
        list(e.indices(), this::index);
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
          block(branch.body());
          word = " else if ";
        }
        if (e.otherwise() != null) {
          out.append(" else");
          block(e.otherwise());
        }
      }
      case Ast.For e -> loop(e);
      case Ast.Tuple e -> {
        out.append('(');
        list(e.parts(), this::write);
        out.append(')');
      }
      case Ast.ListOf e -> {
        out.append('[');
        list(e.elements(), this::write);
        out.append(']');
      }
      case Ast.Name e -> out.append(e.text());
      case Ast.Number e -> out.append(e.text());
      case Ast.Text e -> out.append(quoted(e.text()));
      case Ast.Truth e -> out.append(e.value());
      default -> throw new IllegalStateException();
    }
  }

  private void loop(Ast.For e) {
    out.append(e.unroll() ? "unroll for " : "for ");
    list(
        e.generators(),
        g -> {
          out.append(g.name().text()).append(" in ");
          write(g.over());
        });
    if (!e.carries().isEmpty()) {
      out.append(" with ");
      list(
          e.carries(),
          c -> {
            out.append(c.name().text());
            rest(c.type(), c.value());
          });
    }
    block(e.body());
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

  private <T> void list(List<T> elements, Consumer<T> write) {
    String between = "";
    for (T element : elements) {
      out.append(between);
      write.accept(element);
      between = ", ";
    }
  }

  private static String quoted(String text) {
    String escaped = text.replace("\\", "\\\\").replace("\"", "\\\"");
    return "\"" + escaped.replace("\n", "\\n").replace("\t", "\\t") + "\"";
  }
}
