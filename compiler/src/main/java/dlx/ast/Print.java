package dlx.ast;

import dlx.ast.Ast.Expression;
import dlx.ast.Ast.Statement;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Syntax as text that reads back to the same syntax. Expressions have as few parentheses as
 * precedence allows and stand on one line; {@link Format} breaks long lines.
 */
public final class Print {
  final StringBuilder out = new StringBuilder();
  private final PrintExpressions expressions = new PrintExpressions(this);

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

  void rest(Ast.@Nullable Type type, @Nullable Expression value) {
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

  void block(Ast.Block block) {
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

  // ------------------------------------------------------------------ parts

  void write(Expression expression) {
    expressions.write(expression);
  }

  <T> void list(List<T> elements, Consumer<T> write) {
    String between = "";
    for (T element : elements) {
      out.append(between);
      write.accept(element);
      between = ", ";
    }
  }

  static String quoted(String text) {
    String escaped = text.replace("\\", "\\\\").replace("\"", "\\\"");
    return "\"" + escaped.replace("\n", "\\n").replace("\t", "\\t") + "\"";
  }
}
