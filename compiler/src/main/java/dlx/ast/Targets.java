package dlx.ast;

import dlx.ast.Ast.Expression;
import dlx.source.Diagnostic;
import dlx.source.Diagnostics;
import dlx.source.Span;

/** What may stand to the left of {@code =}, {@code ~} and {@code <-}. */
final class Targets {
  private Targets() {}

  /** Whether a statement makes sense as far as its form goes; if not, says so. */
  static boolean check(Ast.Bind bind, boolean top, Span mark, Diagnostics diagnostics) {
    Expression target = bind.target();
    switch (bind.mark()) {
      case NONE -> {
        if (bind.type() != null) {
          diagnostics.add(
              Diagnostic.error("E0118", "this declares a type but gives no value")
                  .at(bind.span())
                  .help("give it a value with `=`, or draw it with `~`"));
          return false;
        }
        if (top) {
          Diagnostic error =
              Diagnostic.error("E0120", "a value at the top level of a file needs a name")
                  .at(bind.span());
          boolean signed = target.span().text().startsWith("-");
          diagnostics.add(
              signed
                  ? error.note(
                      "a line that ends in a value is finished; to go on, end the line before in"
                          + " the operator or use parentheses")
                  : error.help(
                      "give it one: `value = …`",
                      new Diagnostic.Edit(
                          new Span(
                              target.span().source(), bind.span().start(), bind.span().start()),
                          "value = ")));
          return false;
        }
        return true;
      }
      case IS, DRAWN -> {
        if (isNames(target)) {
          return true;
        }
        diagnostics.add(cannotDefine(bind, mark));
        return false;
      }
      case BECOMES -> {
        if (isNames(target) || target instanceof Ast.Subscript s && s.value() instanceof Ast.Name) {
          return true;
        }
        diagnostics.add(
            Diagnostic.error(
                    "E0112",
                    "only a name or an element of a named tensor can become something else")
                .at(target.span(), "this is " + describe(target))
                .help("to compare, leave a space: `a < -b`"));
        return false;
      }
    }
    return true;
  }

  private static Diagnostic cannotDefine(Ast.Bind bind, Span mark) {
    Expression target = bind.target();
    Diagnostic error =
        Diagnostic.error("E0112", "only a name can stand to the left of `" + bind.mark().text + "`")
            .at(target.span(), "this is " + describe(target));
    if (bind.mark() == Ast.Mark.DRAWN) {
      return error;
    }
    if (target instanceof Ast.Subscript s && s.value() instanceof Ast.Name) {
      return error.help(
          "to change one element of a loop variable or a state, write `<-`",
          new Diagnostic.Edit(mark, "<-"));
    }
    if (target instanceof Ast.Call c && c.callee() instanceof Ast.Name) {
      Span start = new Span(target.span().source(), bind.span().start(), bind.span().start());
      return error.help("to define a function, start with `fn`", new Diagnostic.Edit(start, "fn "));
    }
    if (bind.value() instanceof Ast.Name) {
      return error.help("a definition starts with its name; it does not solve equations");
    }
    return error.help("to compare, write `==`", new Diagnostic.Edit(mark, "=="));
  }

  private static boolean isNames(Expression target) {
    return target instanceof Ast.Name
        || target instanceof Ast.Tuple t && t.parts().stream().allMatch(Ast.Name.class::isInstance);
  }

  private static String describe(Expression e) {
    return switch (e) {
      case Ast.Call c -> "a call";
      case Ast.Subscript s -> "an element or slice";
      case Ast.Field f -> "a part of something else";
      case Ast.Transpose t -> "a transpose";
      case Ast.Unary u -> u.operator().equals("-") ? "a negative" : "a negation";
      case Ast.Binary b ->
          switch (b.operator()) {
            case "+" -> "a sum";
            case "-" -> "a difference";
            case "*", "@" -> "a product";
            case "/", "//", "%" -> "a quotient";
            case "^" -> "a power";
            case "|>" -> "a pipe";
            case "and", "or" -> "a condition";
            default -> "a comparison";
          };
      case Ast.Range r -> "a range";
      case Ast.If i -> "a choice";
      case Ast.For f -> "a loop";
      case Ast.Tuple t -> "not a list of names";
      case Ast.ListOf l -> "a list";
      case Ast.Name n -> "a name";
      case Ast.Number n -> "a number";
      case Ast.Text t -> "a text";
      case Ast.Truth t -> "a truth value";
    };
  }
}
