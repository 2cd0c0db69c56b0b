package dlx.ast;

import dlx.grammar.DlxParser;
import dlx.source.Diagnostic;
import dlx.source.Diagnostics;
import dlx.source.Source;
import java.util.TreeSet;
import org.antlr.v4.runtime.ANTLRErrorStrategy;
import org.antlr.v4.runtime.InputMismatchException;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Token;
import org.jspecify.annotations.Nullable;

/**
 * What the parser does at an error: one sentence, then it goes on after the end of the statement.
 * An error leaves all rules up to the statement that it is in; that statement is skipped.
 */
final class Recovery implements ANTLRErrorStrategy {
  private final Source source;
  private final Diagnostics diagnostics;
  private final TreeSet<Integer> reported = new TreeSet<>();
  private boolean recovering;

  /**
   * @param diagnostics what is there already silences the parser in the statements that it is about
   */
  Recovery(Source source, Diagnostics diagnostics) {
    this.source = source;
    this.diagnostics = diagnostics;
    diagnostics.all().forEach(d -> reported.add(d.places().getFirst().span().start()));
  }

  @Override
  public void reset(Parser parser) {
    recovering = false;
  }

  @Override
  public Token recoverInline(Parser parser) {
    throw new InputMismatchException(parser);
  }

  @Override
  public void recover(Parser parser, RecognitionException error) {
    ParserRuleContext context = parser.getContext();
    switch (context) {
      case DlxParser.StmtContext c -> skip(parser);
      case DlxParser.ItemContext c -> skip(parser);
      case DlxParser.FileContext c -> skip(parser);
      default -> {
        if (context.getParent() != null) {
          throw error;
        }
      }
    }
  }

  /**
   * Called before and between the statements of a file or block: is here the start or end of one?
   */
  @Override
  public void sync(Parser parser) {
    ParserRuleContext context = parser.getContext();
    boolean file = context instanceof DlxParser.FileContext;
    if (!file && !(context instanceof DlxParser.BlockContext)) {
      return;
    }
    int type = parser.getInputStream().LA(1);
    if (type == DlxParser.NL || type == DlxParser.SEMI || type == Token.EOF) {
      return;
    }
    if (type == DlxParser.RC && !file) {
      return;
    }
    Token before = parser.getInputStream().LT(-1);
    int ended = before == null ? DlxParser.NL : before.getType();
    boolean fresh = ended == DlxParser.NL || ended == DlxParser.SEMI || ended == DlxParser.LC;
    if (fresh && startsStatement(type, file)) {
      return;
    }
    ParserRuleContext last = fresh ? null : lastStatement(context);
    if (last != null) {
      last.exception = new InputMismatchException(parser);
    }
    Token start = last == null ? parser.getCurrentToken() : last.getStart();
    add(Sentences.betweenStatements(source, parser, fresh), start);
    skip(parser);
  }

  /** The statement that has just ended, which the one error is about. */
  private static @Nullable ParserRuleContext lastStatement(ParserRuleContext context) {
    return context.children != null
            && context.children.getLast() instanceof ParserRuleContext last
            && (last instanceof DlxParser.ItemContext || last instanceof DlxParser.StmtContext)
        ? last
        : null;
  }

  private void add(Diagnostic diagnostic, Token start) {
    int from = Math.max(0, start.getStartIndex());
    Integer before = reported.ceiling(from);
    if (before == null || before > diagnostic.places().getFirst().span().end()) {
      diagnostics.add(diagnostic);
    }
  }

  static boolean isSeparator(int type) {
    return type == DlxParser.NL || type == DlxParser.SEMI;
  }

  private static boolean startsStatement(int type, boolean file) {
    return switch (type) {
      case DlxParser.ID, DlxParser.NUMBER, DlxParser.STRING, DlxParser.TRUE, DlxParser.FALSE ->
          true;
      case DlxParser.LP, DlxParser.LB, DlxParser.MINUS, DlxParser.NOT, DlxParser.IF -> true;
      case DlxParser.FOR, DlxParser.UNROLL, DlxParser.PARAM, DlxParser.STATE -> true;
      case DlxParser.ASSERT -> true;
      case DlxParser.IMPORT, DlxParser.DIM, DlxParser.CONST, DlxParser.INPUT, DlxParser.FN -> file;
      case DlxParser.DIST, DlxParser.LAYER, DlxParser.STEP, DlxParser.RECIPE, DlxParser.TEST ->
          file;
      default -> false;
    };
  }

  /** On to the end of the statement, over blocks that open in it. */
  private void skip(Parser parser) {
    recovering = false;
    int depth = 0;
    while (true) {
      int type = parser.getInputStream().LA(1);
      if (type == Token.EOF
          || depth == 0
              && (type == DlxParser.NL || type == DlxParser.SEMI || type == DlxParser.RC)) {
        return;
      }
      depth += type == DlxParser.LC ? 1 : type == DlxParser.RC ? -1 : 0;
      parser.consume();
    }
  }

  @Override
  public boolean inErrorRecoveryMode(Parser parser) {
    return recovering;
  }

  @Override
  public void reportMatch(Parser parser) {
    recovering = false;
  }

  @Override
  public void reportError(Parser parser, RecognitionException error) {
    if (!recovering) {
      recovering = true;
      ParserRuleContext statement = parser.getContext();
      while (!(statement instanceof DlxParser.StmtContext)
          && !(statement instanceof DlxParser.ItemContext)
          && statement.getParent() != null) {
        statement = statement.getParent();
      }
      add(Sentences.of(source, parser, error), statement.getStart());
    }
  }
}
