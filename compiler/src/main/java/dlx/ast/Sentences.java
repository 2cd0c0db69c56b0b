package dlx.ast;

import dlx.grammar.DlxParser;
import dlx.source.Diagnostic;
import dlx.source.Diagnostic.Edit;
import dlx.source.Source;
import dlx.source.Span;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.TokenStream;
import org.antlr.v4.runtime.misc.IntervalSet;
import org.jspecify.annotations.Nullable;

/** What to say when the parser cannot go on: from the token, the rule and what could have come. */
final class Sentences {
  private final Source source;
  private final Token token;
  private final @Nullable Token before;
  private final Token next;
  private final ParserRuleContext context;
  private final IntervalSet expected;

  private Sentences(Source source, Parser parser, IntervalSet expected) {
    TokenStream tokens = parser.getInputStream();
    this.source = source;
    this.token = tokens.LT(1);
    this.before = tokens.LT(-1);
    this.next = tokens.LT(2) == null ? token : tokens.LT(2);
    this.context = parser.getContext();
    this.expected = expected;
  }

  /** An error inside a statement. */
  static Diagnostic of(Source source, Parser parser, RecognitionException error) {
    IntervalSet expected = error.getExpectedTokens();
    return new Sentences(source, parser, expected == null ? new IntervalSet() : expected).inside();
  }

  /**
   * An error where a statement should end or start.
   *
   * @param fresh whether the one before has ended
   */
  static Diagnostic betweenStatements(Source source, Parser parser, boolean fresh) {
    Sentences sentences = new Sentences(source, parser, new IntervalSet());
    return fresh ? sentences.start() : sentences.goesOn();
  }

  // ------------------------------------------------------------------ between statements

  private Diagnostic start() {
    int type = token.getType();
    if (type == DlxParser.ELSE) {
      return error("E0114", "this `else` has no `if`").at(here());
    }
    if (Words.isKeyword(type)) {
      return type == DlxParser.IN || type == DlxParser.WITH || type == DlxParser.AS
          ? keyword(token)
          : error("E0119", "`" + text() + "` can stand only at the top level of a file")
              .at(here())
              .help("move it out of the braces");
    }
    if (Operators.infix(type) > 0) {
      return error("E0121", "a statement cannot start with `" + text() + "`")
          .at(here(), "a value is missing before it")
          .help(
              "to continue the line before, end that line in `"
                  + text()
                  + "` or put it in parentheses");
    }
    return error("E0110", "a statement cannot start with `" + text() + "`").at(here());
  }

  private Diagnostic goesOn() {
    Token last = java.util.Objects.requireNonNull(before);
    Diagnostic foreign = Words.complain(source, last, token);
    if (foreign != null) {
      return foreign;
    }
    return switch (token.getType()) {
      case DlxParser.IS, DlxParser.DRAWN, DlxParser.BECOMES ->
          error("E0110", "this statement has a second mark, `" + text() + "`")
              .at(here())
              .help("one name has one definition on a line; to compare, write `==`");
      case DlxParser.ELSE -> error("E0114", "this `else` has no `if`").at(here());
      case DlxParser.LC ->
          error("E0110", "a block cannot stand here")
              .at(here())
              .help("to define a function with a body, write `fn name(arguments) { … }`");
      case DlxParser.COMMA ->
          error("E0110", "a comma cannot stand here")
              .at(here())
              .help("several values together stand in parentheses: `(a, b)`");
      case DlxParser.ARROW ->
          error("E0110", "a result type belongs to a `fn`, `layer` or `step`").at(here());
      case DlxParser.COLON -> error("E0110", "a type cannot stand here").at(here());
      default ->
          Words.isKeyword(token.getType()) || startsValue(token.getType())
              ? sideBySide(last)
              : error("E0110", "`" + text() + "` cannot stand here").at(here());
    };
  }

  private Diagnostic sideBySide(Token last) {
    Span gap = new Span(source, last.getStopIndex() + 1, last.getStopIndex() + 1);
    boolean comment = source.lineText(here().line()).contains("//");
    if (comment) {
      return error("E0115", "this statement goes on where it should end")
          .at(here())
          .help("`//` divides and rounds down; a comment starts with `#`");
    }
    if (last.getType() == DlxParser.NUMBER
        && token.getType() == DlxParser.ID
        && !startsDefinition()) {
      return error("E0115", "two values stand side by side")
          .at(here(), "an operator is missing before this")
          .help("to multiply, write `*`", new Edit(gap, " *"));
    }
    return error("E0115", "this statement goes on where it should end")
        .at(here(), "an operator is missing before this, or a new statement starts here")
        .help("statements stand on lines of their own or are separated by `;`", new Edit(gap, ";"));
  }

  // ------------------------------------------------------------------ inside a statement

  private Diagnostic inside() {
    if (before != null) {
      Diagnostic foreign = Words.complain(source, before, token);
      if (foreign != null) {
        return foreign;
      }
    }
    Diagnostic declaration = Declarations.complain(source, context, before, token);
    if (declaration != null) {
      return declaration;
    }
    if (expected.contains(DlxParser.LC)) {
      Diagnostic block = blockMissing();
      if (block != null) {
        return block;
      }
    }
    if (Words.isKeyword(token.getType()) && expected.contains(DlxParser.ID)) {
      return keyword(token);
    }
    if (expected.contains(DlxParser.NUMBER)) {
      return valueMissing();
    }
    if (before != null && startsValue(token.getType()) && insideBrackets()) {
      Span gap = new Span(source, before.getStopIndex() + 1, before.getStopIndex() + 1);
      return error("E0115", "two values stand side by side")
          .at(here(), "a comma or an operator is missing before this")
          .help("to separate them, write a comma", new Edit(gap, ","));
    }
    if (token.getType() == DlxParser.IS && insideBrackets()) {
      return error("E0113", "`=` defines; it cannot stand here")
          .at(here())
          .help("to compare, write `==`", new Edit(here(), "=="));
    }
    return cannotStand();
  }

  private @Nullable Diagnostic blockMissing() {
    ParserRuleContext owner =
        context instanceof DlxParser.BlockContext ? context.getParent() : context;
    boolean choice = owner instanceof DlxParser.IfPrimaryContext;
    boolean loop = owner instanceof DlxParser.ForPrimaryContext;
    int type = token.getType();
    if (!choice && !loop) {
      return null;
    }
    if (type == DlxParser.IS && choice) {
      return error("E0113", "a condition compares with `==`")
          .at(here(), "`=` defines")
          .help("write `==`", new Edit(here(), "=="));
    }
    if (type == DlxParser.BECOMES) {
      return error("E0113", "`<-` gives a new value; it cannot stand in a condition")
          .at(here())
          .help("to compare with a negative number, leave a space", new Edit(here(), "< -"));
    }
    String what =
        before != null && before.getType() == DlxParser.ELSE
            ? "what follows `else`"
            : choice ? "what follows the condition" : "the body of a loop";
    Diagnostic error =
        error("E0114", what + " stands in braces").at(place(), "`{` is missing here");
    return type == DlxParser.COLON
        ? error.help("write `{ … }` in place of `:`")
        : error.help(choice ? "write `if c { a } else { b }`" : "write `for i in n { … }`");
  }

  private Diagnostic keyword(Token word) {
    Span at = Layout.span(source, word);
    return error("E0111", "`" + word.getText() + "` is a keyword and cannot be a name")
        .at(at)
        .help(
            "choose another name, such as `" + word.getText() + "_`",
            new Edit(at, word.getText() + "_"));
  }

  private Diagnostic valueMissing() {
    int type = token.getType();
    String after =
        before == null || isEnd(before.getType()) ? "" : " after `" + before.getText() + "`";
    if (type == DlxParser.TICK) {
      return error("E0121", "`'` transposes what stands before it")
          .at(here(), "there is nothing before it")
          .help("a text stands in double quotes");
    }
    if (type == DlxParser.PLUS) {
      return error("E0121", "a value has no leading `+`")
          .at(here())
          .help("remove it", new Edit(here(), ""));
    }
    if (before != null && before.getType() == DlxParser.RANGE && type == DlxParser.RP
        || type == DlxParser.RANGE) {
      return error("E0121", "a range has two ends").at(here()).help("write `0..n`, or just `n`");
    }
    if (type == DlxParser.LC) {
      Diagnostic missing = error("E0121", "a value is missing" + after).at(here());
      boolean header = before != null && before.getType() != DlxParser.IS;
      return header ? missing : missing.help("a list stands in square brackets: `[1, 2]`");
    }
    if (isEnd(type) || closes(type) || type == DlxParser.COMMA || token.getText().isEmpty()) {
      return error("E0121", "a value is missing" + after).at(place());
    }
    if (Operators.infix(type) > 0) {
      return error("E0121", "a value is missing" + after)
          .at(here(), "`" + text() + "` needs a value on both sides");
    }
    return error("E0121", "a value is missing" + after)
        .at(here(), "`" + text() + "` is not the start of one");
  }

  private Diagnostic cannotStand() {
    String wanted = Words.list(expected);
    return isEnd(token.getType())
        ? error("E0110", "this statement is not finished").at(place(), wanted)
        : error("E0110", "`" + text() + "` cannot stand here").at(here(), wanted);
  }

  // ------------------------------------------------------------------ parts

  private static Diagnostic error(String code, String message) {
    return Diagnostic.error(code, message);
  }

  private Span here() {
    return Layout.span(source, token);
  }

  /** The token, or the end of what stands before it if the line ends here. */
  private Span place() {
    if (before != null && (isEnd(token.getType()) || token.getText().isEmpty())) {
      return new Span(source, before.getStopIndex() + 1, before.getStopIndex() + 1);
    }
    return here();
  }

  private String text() {
    return token.getText();
  }

  private boolean insideBrackets() {
    return expected.contains(DlxParser.COMMA)
        || expected.contains(DlxParser.RP)
        || expected.contains(DlxParser.RB);
  }

  static boolean isEnd(int type) {
    return type == DlxParser.NL || type == DlxParser.SEMI || type == Token.EOF;
  }

  private static boolean closes(int type) {
    return type == DlxParser.RP || type == DlxParser.RB || type == DlxParser.RC;
  }

  private boolean startsDefinition() {
    return switch (next.getType()) {
      case DlxParser.IS, DlxParser.DRAWN, DlxParser.BECOMES, DlxParser.COLON -> true;
      default -> false;
    };
  }

  private static boolean startsValue(int type) {
    return switch (type) {
      case DlxParser.ID, DlxParser.NUMBER, DlxParser.STRING, DlxParser.TRUE -> true;
      case DlxParser.FALSE, DlxParser.LP, DlxParser.LB, DlxParser.NOT, DlxParser.IF -> true;
      case DlxParser.FOR, DlxParser.UNROLL -> true;
      default -> false;
    };
  }
}
