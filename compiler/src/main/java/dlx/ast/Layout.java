package dlx.ast;

import dlx.grammar.DlxLexer;
import dlx.source.Diagnostic;
import dlx.source.Diagnostics;
import dlx.source.Source;
import dlx.source.Span;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.antlr.v4.runtime.CommonToken;
import org.antlr.v4.runtime.Token;
import org.jspecify.annotations.Nullable;

/**
 * From the tokens of a text to those that the parser reads: line ends that end a statement stay,
 * the others go; brackets are made to match, so that one forgotten bracket is one error; what is
 * not of the language is reported and replaced by what was probably meant; doc comments are put
 * aside.
 *
 * <p>A line end ends a statement unless it is inside {@code ( )} or {@code [ ]}, or the line so far
 * cannot end one (it ends in an operator, a comma or an opening brace), or the next line starts
 * with {@code |>} or {@code else}.
 */
final class Layout {
  private final Source source;
  private final List<Token> raw;
  private final Diagnostics diagnostics;
  private final Deque<Open> open = new ArrayDeque<>();
  private final int[] openOf = new int[3];
  private final List<Token> out = new ArrayList<>();
  private final DocComments docs;
  private final Foreign foreign;

  private @Nullable Token newline;
  private @Nullable Token last;
  private @Nullable Token beforeLast;
  private int statement;
  private int position;
  private boolean tooDeep;

  /** An open bracket and the column of the first token of the statement that it stands in. */
  private record Open(Token token, int indent) {}

  private Layout(Source source, List<Token> raw, Diagnostics diagnostics) {
    this.source = source;
    this.raw = raw;
    this.diagnostics = diagnostics;
    this.docs = new DocComments(source);
    this.foreign = new Foreign(source, raw, diagnostics);
  }

  /**
   * What the parser reads.
   *
   * @param tokens ends with {@code EOF}
   * @param tooDeep whether brackets are nested too deeply to go on; it has been reported
   */
  record Result(List<Token> tokens, DocComments docs, boolean tooDeep) {}

  /** The tokens of a text as they stand in it, comments included, white space not. */
  static List<Token> tokens(Source source) {
    DlxLexer lexer = new DlxLexer(new Characters(source.name(), source.text()));
    lexer.removeErrorListeners();
    List<Token> tokens = new ArrayList<>();
    for (Token token = lexer.nextToken(); token.getType() != Token.EOF; token = lexer.nextToken()) {
      tokens.add(token);
    }
    return tokens;
  }

  static Result of(Source source, Diagnostics diagnostics) {
    return of(source, tokens(source), diagnostics);
  }

  static Result of(Source source, List<Token> raw, Diagnostics diagnostics) {
    Layout layout = new Layout(source, raw, diagnostics);
    for (int i = 0; i < raw.size() && !layout.tooDeep; i++) {
      i = layout.read(i);
    }
    if (!layout.tooDeep) {
      layout.closeAtEnd();
    }
    layout.out.add(layout.synthetic(Token.EOF, source.text().length()));
    return new Result(layout.out, layout.docs, layout.tooDeep);
  }

  static Span span(Source source, Token token) {
    return new Span(source, token.getStartIndex(), token.getStopIndex() + 1);
  }

  /** Reads the token at {@code i} and gives the position of the last token that was used up. */
  private int read(int i) {
    position = i;
    Token token = raw.get(i);
    if (token.getType() == DlxLexer.NL) {
      if (newline == null) {
        newline = token;
      }
      return i;
    }
    if (token.getChannel() != Token.DEFAULT_CHANNEL) {
      docs.comment(token, newline != null || last == null || standsAlone(token));
      return i;
    }
    boolean begins =
        last == null
            || last.getType() == DlxLexer.SEMI
            || last.getType() == DlxLexer.LC
            || newline != null && canEnd(last) && !insideList();
    Foreign.Meant meant = foreign.read(i, begins, last != null && canEndOperand(last));
    if (meant != null) {
      for (Token replacement : meant.tokens()) {
        accept(replacement);
      }
      return meant.upTo();
    }
    if (newline != null
        && last != null
        && !insideList()
        && !canEnd(last)
        && isNewDefinition(i, last)) {
      add(newline); // the line before is not finished; this one is a statement of its own
      newline = null;
    }
    accept(token);
    return i;
  }

  /** Whether a declaration or {@code name =} starts at {@code i}, which cannot continue a line. */
  private boolean isNewDefinition(int i, Token before) {
    int type = raw.get(i).getType();
    int after = before.getType();
    boolean goesOn = after == DlxLexer.COMMA || after == DlxLexer.LC || Recovery.isSeparator(after);
    if (declares(type) || startsOnlyStatement(type)) {
      return !goesOn;
    }
    boolean awaitsValue =
        switch (after) {
          case DlxLexer.IS, DlxLexer.BECOMES, DlxLexer.DRAWN, DlxLexer.NOT, DlxLexer.DOT -> true;
          default -> Operators.infix(after) > 0;
        };
    if (type != DlxLexer.ID || i + 1 == raw.size() || !awaitsValue) {
      return false;
    }
    return switch (raw.get(i + 1).getType()) {
      case DlxLexer.IS, DlxLexer.DRAWN, DlxLexer.BECOMES -> true;
      default -> false;
    };
  }

  /** Whether nothing but {@code ;}, which the formatter drops, stands before it on its line. */
  private boolean standsAlone(Token token) {
    int start = source.start(source.line(token.getStartIndex()));
    String before = source.text().substring(start, token.getStartIndex());
    return before.replace(';', ' ').isBlank();
  }

  private void accept(Token token) {
    if (newline != null) {
      endLine(newline, token);
      newline = null;
    }
    boolean begins = last == null || startsStatement(last);
    if (begins && token.getType() != DlxLexer.SEMI) {
      docs.statement(token);
      statement = source.column(token.getStartIndex());
    }
    switch (token.getType()) {
      case DlxLexer.LP, DlxLexer.LB, DlxLexer.LC -> push(token);
      case DlxLexer.RP, DlxLexer.RB, DlxLexer.RC -> close(token);
      case DlxLexer.SEMI -> add(insideList() ? comma(token) : token);
      default -> add(token);
    }
  }

  private Token comma(Token semicolon) {
    Span at = span(source, semicolon);
    diagnostics.add(
        Diagnostic.error("E0110", "`;` ends a statement; it cannot stand inside brackets")
            .at(at)
            .help("write a comma", new Diagnostic.Edit(at, ",")));
    return replaced(semicolon, DlxLexer.COMMA);
  }

  private void add(Token token) {
    out.add(token);
    beforeLast = last;
    last = token;
  }

  // ------------------------------------------------------------------ lines

  private void endLine(Token line, Token next) {
    Token before = last;
    if (before == null) {
      return;
    }
    int column = source.column(next.getStartIndex());
    while (insideList() && isNewStatement(before, next, column)) {
      unclosed(open.peek(), next);
    }
    if (column == 1 && declares(next.getType()) && !insideList()) {
      while (!open.isEmpty()) {
        unclosed(open.peek(), next);
      }
    }
    before = last;
    int type = next.getType();
    if (!insideList() && canEnd(before) && type != DlxLexer.PIPE && type != DlxLexer.ELSE) {
      add(line);
    }
  }

  /**
   * Whether a line inside {@code ( )} or {@code [ ]} must be a new statement: a bracket is missing.
   */
  private boolean isNewStatement(Token before, Token next, int column) {
    Open top = open.peek();
    if (top == null || column > top.indent) {
      return false;
    }
    int type = next.getType();
    if (declares(type) || startsOnlyStatement(type)) {
      return true;
    }
    return canEndOperand(before) && startsOperand(type);
  }

  private boolean insideList() {
    Open top = open.peek();
    return top != null && top.token.getType() != DlxLexer.LC;
  }

  /** Whether a statement can end after a token: at the end of an operand or of a type. */
  private boolean canEnd(Token token) {
    return switch (token.getType()) {
      case DlxLexer.DIM, DlxLexer.FN, DlxLexer.DIST ->
          beforeLast != null
              && (beforeLast.getType() == DlxLexer.COLON || beforeLast.getType() == DlxLexer.ARROW);
      case DlxLexer.RC -> true;
      default -> canEndOperand(token);
    };
  }

  private static boolean canEndOperand(Token token) {
    return switch (token.getType()) {
      case DlxLexer.ID, DlxLexer.NUMBER, DlxLexer.STRING, DlxLexer.TRUE, DlxLexer.FALSE -> true;
      case DlxLexer.RP, DlxLexer.RB, DlxLexer.RC, DlxLexer.TICK -> true;
      default -> false;
    };
  }

  private static boolean startsStatement(Token before) {
    int type = before.getType();
    return type == DlxLexer.NL || type == DlxLexer.SEMI || type == DlxLexer.LC;
  }

  private static boolean startsOperand(int type) {
    return switch (type) {
      case DlxLexer.ID, DlxLexer.NUMBER, DlxLexer.STRING, DlxLexer.TRUE, DlxLexer.FALSE -> true;
      case DlxLexer.LP, DlxLexer.LB, DlxLexer.IF, DlxLexer.FOR, DlxLexer.UNROLL -> true;
      default -> false;
    };
  }

  private static boolean startsOnlyStatement(int type) {
    return type == DlxLexer.PARAM || type == DlxLexer.STATE || type == DlxLexer.ASSERT;
  }

  /**
   * Whether the token just read starts a declaration; {@code dim}, {@code fn} are types as well.
   */
  private boolean declares(int type) {
    return switch (type) {
      case DlxLexer.DIM, DlxLexer.FN, DlxLexer.DIST ->
          position + 1 < raw.size() && raw.get(position + 1).getType() == DlxLexer.ID;
      case DlxLexer.IMPORT, DlxLexer.CONST, DlxLexer.INPUT, DlxLexer.LAYER -> true;
      case DlxLexer.STEP, DlxLexer.RECIPE, DlxLexer.TEST -> true;
      default -> false;
    };
  }

  // ------------------------------------------------------------------ brackets

  private void push(Token token) {
    if (open.size() == Parse.NESTING_LIMIT) {
      diagnostics.add(
          Parse.tooDeep(span(source, token))
              .note("here the limit counts brackets that are open at the same time"));
      tooDeep = true;
      return;
    }
    open.push(new Open(token, statement));
    openOf[kind(token.getType())]++;
    add(token);
  }

  private void close(Token token) {
    int kind = kind(token.getType());
    if (openOf[kind] == 0) {
      Open top = open.peek();
      if (top != null && top.token.getType() != DlxLexer.LC && kind != 2) {
        diagnostics.add(
            Diagnostic.error(
                    "E0105", "`" + top.token.getText() + "` is closed by `" + token.getText() + "`")
                .at(span(source, token), "closes with the wrong bracket")
                .at(span(source, top.token), "opened here")
                .help(
                    "close it with `" + closer(top.token) + "`",
                    new Diagnostic.Edit(span(source, token), closer(top.token))));
        pop(replaced(token, closingType(top.token)));
        return;
      }
      diagnostics.add(
          Diagnostic.error("E0105", "this `" + token.getText() + "` closes nothing")
              .at(span(source, token), "no `" + opener(token) + "` is open here")
              .help("remove it", new Diagnostic.Edit(span(source, token), "")));
      return;
    }
    while (kind(open.element().token.getType()) != kind) {
      unclosed(open.element(), token);
    }
    pop(token);
  }

  private void pop(Token closing) {
    Open top = open.pop();
    openOf[kind(top.token.getType())]--;
    add(closing);
    if (top.token.getType() == DlxLexer.LC) {
      statement = top.indent;
    }
  }

  /** Reports a bracket that should have been closed before {@code next}, and closes it. */
  private void unclosed(Open bracket, Token next) {
    Span at = span(source, bracket.token);
    int here = last == null ? at.end() : last.getStopIndex() + 1;
    Span gap = new Span(source, here, here);
    String closer = closer(bracket.token);
    diagnostics.add(
        Diagnostic.error("E0104", "this `" + bracket.token.getText() + "` is never closed")
            .at(at, "opened here")
            .at(span(source, next), "still open here")
            .help(
                bracket.token.getType() == DlxLexer.LC
                    ? "close it with `}` before this"
                    : "close it with `" + closer + "`",
                new Diagnostic.Edit(gap, bracket.token.getType() == DlxLexer.LC ? "\n}" : closer)));
    pop(synthetic(closingType(bracket.token), here));
  }

  private void closeAtEnd() {
    if (open.isEmpty()) {
      return;
    }
    Open innermost = open.element();
    Diagnostic error =
        Diagnostic.error("E0104", "this `" + innermost.token.getText() + "` is never closed")
            .at(span(source, innermost.token), "opened here");
    int others = 0;
    for (Open other : open) {
      if (other != innermost && others++ < 3) {
        error = error.at(span(source, other.token), "this one is still open too");
      }
    }
    int end = last == null ? source.text().length() : last.getStopIndex() + 1;
    diagnostics.add(error.note("the text ends before it is closed"));
    while (!open.isEmpty()) {
      pop(synthetic(closingType(open.element().token), end));
    }
  }

  private static int kind(int type) {
    return switch (type) {
      case DlxLexer.LP, DlxLexer.RP -> 0;
      case DlxLexer.LB, DlxLexer.RB -> 1;
      default -> 2;
    };
  }

  private static int closingType(Token opening) {
    return switch (opening.getType()) {
      case DlxLexer.LP -> DlxLexer.RP;
      case DlxLexer.LB -> DlxLexer.RB;
      default -> DlxLexer.RC;
    };
  }

  private static String closer(Token opening) {
    return switch (opening.getType()) {
      case DlxLexer.LP -> ")";
      case DlxLexer.LB -> "]";
      default -> "}";
    };
  }

  private static String opener(Token closing) {
    return switch (closing.getType()) {
      case DlxLexer.RP -> "(";
      case DlxLexer.RB -> "[";
      default -> "{";
    };
  }

  private Token synthetic(int type, int at) {
    CommonToken token = new CommonToken(type, "");
    token.setStartIndex(at);
    token.setStopIndex(at - 1);
    return token;
  }

  private static Token replaced(Token token, int type) {
    CommonToken copy = new CommonToken(token);
    copy.setType(type);
    return copy;
  }
}
