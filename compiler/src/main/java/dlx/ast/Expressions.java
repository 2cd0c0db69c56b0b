package dlx.ast;

import dlx.ast.Ast.Expression;
import dlx.ast.Ast.Identifier;
import dlx.ast.Ast.Index;
import dlx.grammar.DlxLexer;
import dlx.grammar.DlxParser;
import dlx.source.Diagnostic;
import dlx.source.Diagnostics;
import dlx.source.Source;
import dlx.source.Span;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.ParseTree;
import org.antlr.v4.runtime.tree.TerminalNode;
import org.jspecify.annotations.Nullable;

/**
 * Expressions: the flat row of operands and operators that the grammar reads becomes a tree by
 * precedence. {@code level} is how deep an expression is in the tree, left spines not counted.
 */
final class Expressions {
  private final Source source;
  private final Diagnostics diagnostics;
  private final Parse parse;
  private boolean tooDeep;

  Expressions(Source source, Diagnostics diagnostics, Parse parse) {
    this.source = source;
    this.diagnostics = diagnostics;
    this.parse = parse;
  }

  /** An operator that waits for its right side; {@code prefix} ones have no left side. */
  private record Waiting(Token token, int precedence, boolean prefix) {}

  Expression of(DlxParser.ExprContext context, int level) {
    List<Expression> values = new ArrayList<>();
    List<Waiting> waiting = new ArrayList<>();
    for (ParseTree child : context.children) {
      if (child instanceof DlxParser.OperandContext operand) {
        values.add(operand(operand, waiting, level));
        continue;
      }
      Token token = ((TerminalNode) child).getSymbol();
      int precedence = Operators.infix(token.getType());
      boolean right = precedence == Operators.POWER;
      while (!waiting.isEmpty()) {
        Waiting top = waiting.getLast();
        if (top.precedence < precedence || top.precedence == precedence && right) {
          break;
        }
        if (top.precedence == precedence) {
          refuseChain(top.token, token, precedence);
        }
        reduce(values, waiting);
      }
      push(waiting, new Waiting(token, precedence, false), level);
    }
    while (!waiting.isEmpty()) {
      reduce(values, waiting);
    }
    return values.getFirst();
  }

  private void push(List<Waiting> waiting, Waiting operator, int level) {
    if (waiting.size() + level >= Parse.NESTING_LIMIT) {
      if (!tooDeep) {
        tooDeep = true;
        diagnostics.add(Parse.tooDeep(parse.span(operator.token)));
      }
      return;
    }
    waiting.add(operator);
  }

  private void reduce(List<Expression> values, List<Waiting> waiting) {
    Waiting operator = waiting.removeLast();
    Span at = parse.span(operator.token);
    String text = operator.token.getText();
    Expression right = values.removeLast();
    if (operator.prefix) {
      values.add(new Ast.Unary(text, right, at.to(right.span())));
      return;
    }
    if (values.isEmpty()) {
      values.add(right); // operators were dropped because they are nested too deep
      return;
    }
    Expression left = values.removeLast();
    Span all = left.span().to(right.span());
    values.add(
        operator.precedence == Operators.RANGE
            ? new Ast.Range(left, right, all)
            : new Ast.Binary(text, left, right, at, all));
  }

  private void refuseChain(Token first, Token second, int precedence) {
    if (precedence == Operators.COMPARE) {
      diagnostics.add(
          Diagnostic.error("E0116", "comparisons cannot be chained")
              .at(parse.span(second), "the second comparison")
              .at(parse.span(first), "the first")
              .help("write `a < b and b < c`, or use parentheses to compare truth values"));
    } else if (precedence == Operators.RANGE) {
      diagnostics.add(
          Diagnostic.error("E0116", "a range has two ends")
              .at(parse.span(second), "the second `..`")
              .at(parse.span(first), "the first"));
    }
  }

  private Expression operand(DlxParser.OperandContext context, List<Waiting> waiting, int level) {
    Expression value = null;
    for (ParseTree child : context.children) {
      int below = level + Math.max(1, waiting.size());
      switch (child) {
        case DlxParser.PrimaryContext primary -> value = primary(primary, below);
        case DlxParser.SuffixContext suffix -> value = suffix(value, suffix, below);
        default -> {
          Token sign = ((TerminalNode) child).getSymbol();
          boolean not = sign.getType() == DlxLexer.NOT;
          push(waiting, new Waiting(sign, not ? Operators.NOT : Operators.NEGATE, true), level);
        }
      }
    }
    return java.util.Objects.requireNonNull(value);
  }

  // ------------------------------------------------------------------ what follows a value

  private Expression suffix(Expression value, DlxParser.SuffixContext context, int level) {
    Span span = value.span().to(parse.span(context));
    return switch (context) {
      case DlxParser.CallSuffixContext c -> {
        requireSingleCommas(c);
        List<Ast.Argument> arguments = new ArrayList<>();
        for (DlxParser.ArgContext argument : parse.parts(c, DlxParser.ArgContext.class)) {
          arguments.add(argument(argument, level));
        }
        yield new Ast.Call(value, List.copyOf(arguments), span);
      }
      case DlxParser.IndexSuffixContext c -> {
        List<Index> indices = new ArrayList<>();
        for (DlxParser.IndexContext index : parse.parts(c, DlxParser.IndexContext.class)) {
          indices.add(index(index, level));
        }
        yield new Ast.Subscript(value, List.copyOf(indices), span);
      }
      case DlxParser.FieldSuffixContext c -> new Ast.Field(value, parse.identifier(c.ID()), span);
      case DlxParser.TransposeSuffixContext c -> new Ast.Transpose(value, span);
      default -> throw new IllegalStateException(context.getClass().getName());
    };
  }

  private Ast.Argument argument(DlxParser.ArgContext context, int level) {
    List<DlxParser.ExprContext> sides = parse.parts(context, DlxParser.ExprContext.class);
    Expression first = of(sides.getFirst(), level);
    Span span = parse.span(context);
    if (sides.size() == 1) {
      return new Ast.Argument(null, first, span);
    }
    Expression value = of(sides.getLast(), level);
    if (first instanceof Ast.Name name) {
      return new Ast.Argument(new Identifier(name.text(), name.span()), value, span);
    }
    Span mark = parse.span(context.IS());
    diagnostics.add(
        Diagnostic.error("E0112", "the name of an argument stands to the left of `=`")
            .at(first.span(), "this is not a name")
            .help("to compare, write `==`", new Diagnostic.Edit(mark, "==")));
    return new Ast.Argument(null, value, span);
  }

  private Index index(DlxParser.IndexContext c, int level) {
    Span span = parse.span(c);
    if (c.RANGE() != null) {
      return new Ast.Rest(span);
    }
    if (c.STAR() != null) {
      return new Ast.NewAxis(span);
    }
    Expression first = c.expr() == null ? null : of(c.expr(), level);
    if (c.slice() == null) {
      return new Ast.At(java.util.Objects.requireNonNull(first), span);
    }
    Expression last = null;
    Expression step = null;
    int colons = 0;
    for (ParseTree child : c.slice().children) {
      if (!(child instanceof DlxParser.ExprContext part)) {
        colons++;
      } else if (colons == 1) {
        last = of(part, level);
      } else {
        step = of(part, level);
      }
    }
    return new Ast.Slice(first, last, step, span);
  }

  // ------------------------------------------------------------------ what stands alone

  private Expression primary(DlxParser.PrimaryContext context, int level) {
    Span span = parse.span(context);
    return switch (context) {
      case DlxParser.NamePrimaryContext c -> new Ast.Name(name(c.ID().getText()), span);
      case DlxParser.NumberPrimaryContext c ->
          new Ast.Number(c.NUMBER().getText().replace("_", ""), span);
      case DlxParser.TextPrimaryContext c -> new Ast.Text(text(c.STRING().getSymbol()), span);
      case DlxParser.TruthPrimaryContext c -> new Ast.Truth(c.TRUE() != null, span);
      case DlxParser.GroupPrimaryContext c -> {
        List<Expression> parts = list(c, level);
        yield parts.size() > 1 ? new Ast.Tuple(parts, span) : Spans.widened(parts.getFirst(), span);
      }
      case DlxParser.ListPrimaryContext c -> new Ast.ListOf(list(c, level), span);
      case DlxParser.IfPrimaryContext c -> choice(c, level);
      case DlxParser.ForPrimaryContext c -> loop(c, level);
      default -> throw new IllegalStateException(context.getClass().getName());
    };
  }

  private List<Expression> list(ParserRuleContext context, int level) {
    requireSingleCommas(context);
    List<Expression> parts = new ArrayList<>();
    for (DlxParser.ExprContext part : parse.parts(context, DlxParser.ExprContext.class)) {
      parts.add(of(part, level));
    }
    return List.copyOf(parts);
  }

  private Expression choice(DlxParser.IfPrimaryContext context, int level) {
    List<Ast.Branch> branches = new ArrayList<>();
    Ast.Block otherwise = null;
    Expression condition = null;
    Token start = null;
    for (ParseTree child : context.children) {
      switch (child) {
        case DlxParser.ExprContext c -> condition = of(c, level);
        case DlxParser.BlockContext c -> {
          Ast.Block block = parse.block(c, level);
          if (condition == null) {
            otherwise = block;
          } else {
            Span span = parse.span(java.util.Objects.requireNonNull(start)).to(block.span());
            branches.add(new Ast.Branch(condition, block, span));
            condition = null;
          }
        }
        default -> {
          Token token = ((TerminalNode) child).getSymbol();
          if (token.getType() == DlxLexer.IF) {
            start = token;
          } else if (otherwise != null) {
            diagnostics.add(
                Diagnostic.error("E0114", "this `else` comes after the last one")
                    .at(parse.span(token))
                    .at(otherwise.span(), "this is already taken when nothing else is"));
            return new Ast.If(List.copyOf(branches), otherwise, parse.span(context));
          }
        }
      }
    }
    return new Ast.If(List.copyOf(branches), otherwise, parse.span(context));
  }

  private Expression loop(DlxParser.ForPrimaryContext context, int level) {
    List<Ast.Generator> generators = new ArrayList<>();
    for (DlxParser.GeneratorContext c : parse.parts(context, DlxParser.GeneratorContext.class)) {
      generators.add(
          new Ast.Generator(parse.identifier(c.ID()), of(c.expr(), level), parse.span(c)));
    }
    List<Ast.Carry> carries = new ArrayList<>();
    for (DlxParser.CarryContext c : parse.parts(context, DlxParser.CarryContext.class)) {
      carries.add(
          new Ast.Carry(
              parse.identifier(c.ID()),
              c.type() == null ? null : parse.type(c.type()),
              of(c.expr(), level),
              parse.span(c)));
    }
    List<DlxParser.LimitContext> limits = parse.parts(context, DlxParser.LimitContext.class);
    return new Ast.For(
        context.UNROLL() != null,
        List.copyOf(generators),
        List.copyOf(carries),
        limit("truncate", limits, level),
        limit("until", limits, level),
        parse.block(context.block(), level),
        parse.span(context));
  }

  /** What stands behind a word before the body of a loop; null if the word is not there. */
  private @Nullable Expression limit(String word, List<DlxParser.LimitContext> limits, int level) {
    Expression found = null;
    for (DlxParser.LimitContext limit : limits) {
      Ast.Identifier name = parse.identifier(limit.ID());
      boolean truncates = name.text().equals("truncate");
      boolean known = truncates || name.text().equals("until");
      if (!known || found != null && name.text().equals(word)) {
        // said once for all words
        if (known || word.equals("truncate")) {
          diagnostics.add(
              Diagnostic.error(
                      "E0110", "`" + name.text() + "` cannot stand here" + (known ? " twice" : ""))
                  .at(name.span())
                  .help(
                      "before the body of a loop there may stand `truncate = 16` and `until x <"
                          + " 1`"));
        }
      } else if (name.text().equals(word)) {
        found = of(limit.expr(), level);
        if (truncates != (limit.IS() != null)) {
          diagnostics.add(
              Diagnostic.error(
                      "E0110",
                      "`"
                          + word
                          + "` is written `"
                          + (truncates ? "truncate = 16" : "until x < 1")
                          + "`")
                  .at(name.span()));
        }
      }
    }
    return found;
  }

  // ------------------------------------------------------------------ tokens

  /** Reports two commas in a row; the grammar lets them pass so that it need not look further. */
  void requireSingleCommas(ParserRuleContext context) {
    Token before = null;
    for (ParseTree child : context.children) {
      Token comma =
          child instanceof TerminalNode node && node.getSymbol().getType() == DlxLexer.COMMA
              ? node.getSymbol()
              : null;
      if (comma != null && before != null) {
        diagnostics.add(
            Diagnostic.error("E0121", "nothing stands between these commas")
                .at(parse.span(before).to(parse.span(comma)))
                .help("remove one", new Diagnostic.Edit(parse.span(comma), "")));
      }
      before = comma;
    }
  }

  /** One spelling for names that look the same. */
  static String name(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) > 127) {
        return Normalizer.normalize(text, Normalizer.Form.NFC);
      }
    }
    return text;
  }

  /** What a text in double quotes says. */
  String text(Token token) {
    String quoted = token.getText();
    StringBuilder text = new StringBuilder();
    for (int i = 1; i < quoted.length() - 1; i++) {
      char c = quoted.charAt(i);
      if (c != '\\' || i + 1 == quoted.length() - 1) {
        text.append(c);
        continue;
      }
      char escaped = quoted.charAt(++i);
      switch (escaped) {
        case '"', '\\' -> text.append(escaped);
        case 'n' -> text.append('\n');
        case 't' -> text.append('\t');
        default -> {
          int at = token.getStartIndex() + i - 1;
          diagnostics.add(
              Diagnostic.error("E0103", "`\\" + escaped + "` means nothing in a text")
                  .at(new Span(source, at, at + 2))
                  .help(
                      "for a backslash write `\\\\`; there are also `\\\"`, `\\n` and `\\t`",
                      new Diagnostic.Edit(new Span(source, at, at + 1), "\\\\")));
        }
      }
    }
    return text.toString();
  }
}
