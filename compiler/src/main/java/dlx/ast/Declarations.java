package dlx.ast;

import dlx.grammar.DlxParser;
import dlx.source.Diagnostic;
import dlx.source.Diagnostic.Edit;
import dlx.source.Source;
import dlx.source.Span;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.jspecify.annotations.Nullable;

/** What to say about a declaration that lacks a part. */
final class Declarations {
  private final Source source;
  private final @Nullable Token before;
  private final Token token;

  private Declarations(Source source, @Nullable Token before, Token token) {
    this.source = source;
    this.before = before;
    this.token = token;
  }

  /** Null if the error has nothing to do with the form of a declaration. */
  static @Nullable Diagnostic complain(
      Source source, ParserRuleContext context, @Nullable Token before, Token token) {
    return new Declarations(source, before, token).complain(context);
  }

  private @Nullable Diagnostic complain(ParserRuleContext context) {
    if (before != null && isDeclaring(before.getType()) && !Words.isKeyword(token.getType())) {
      Diagnostic name = nameMissing(before);
      if (name != null) {
        return name;
      }
    }
    int type = token.getType();
    boolean ends = Sentences.isEnd(type) || token.getText().isEmpty();
    return switch (context) {
      case DlxParser.SlotStmtContext c when c.type() == null && c.ID() != null ->
          incomplete(
              "`" + c.kind.getText() + " " + c.ID().getText() + "` needs a type",
              "write `" + c.kind.getText() + " " + c.ID().getText() + ": f32 = …`",
              type == DlxParser.COMMA ? "declare one on each line" : "");
      case DlxParser.SlotStmtContext c when c.type() != null && c.expr() == null ->
          incomplete(
              "`" + c.kind.getText() + " " + c.ID().getText() + "` needs a value to start from",
              "write `= 0`, or draw it: `~ normal(0, 0.01)`",
              "");
      case DlxParser.InputItemContext c when c.type() == null && !c.ID().isEmpty() ->
          incomplete(
              "an input needs a type", "write `input " + c.ID(0).getText() + ": f32[batch]`", "");
      case DlxParser.ConstItemContext c when ends && c.expr() == null ->
          incomplete("a constant needs a value", "write `const " + c.ID().getText() + " = …`", "");
      case DlxParser.ParamsContext c when ends || startsBody(type) -> argumentsMissing(c);
      case DlxParser.BodyContext c -> bodyMissing(type, "write `= value` or `{ … }`");
      case DlxParser.BlockContext c when c.getParent() instanceof DlxParser.ItemContext ->
          type == DlxParser.IS
              ? incomplete("this body stands in braces", "write `{ … }` in place of `= …`", "")
              : bodyMissing(type, "write it in braces: `{ … }`");
      case DlxParser.TypeContext c when c.getClass() == DlxParser.TypeContext.class ->
          typeMissing(ends);
      default -> null;
    };
  }

  private static boolean startsBody(int type) {
    return type == DlxParser.IS || type == DlxParser.LC || type == DlxParser.ARROW;
  }

  private @Nullable Diagnostic argumentsMissing(DlxParser.ParamsContext context) {
    return switch (context.getParent()) {
      case DlxParser.LayerItemContext c when c.params().size() == 2 ->
          incomplete(
              "a layer has two lists of arguments: its settings, then its data",
              "write `layer " + c.ID().getText() + "(n: dim)(x: float[..s]) …`",
              "what has no parameters of its own is a `fn`");
      case DlxParser.ItemContext c ->
          incomplete(
              "the arguments are missing",
              "write a list in parentheses, `()` if there are none",
              "");
      default -> null;
    };
  }

  private Diagnostic bodyMissing(int type, String help) {
    if (type == DlxParser.COLON) {
      return Diagnostic.error("E0118", "the type of a result stands after `->`")
          .at(at())
          .help("write `->`", new Edit(at(), " ->"));
    }
    return incomplete("the body is missing", help, "");
  }

  private Diagnostic typeMissing(boolean ends) {
    String message =
        "a type is missing" + (before == null ? "" : " after `" + before.getText() + "`");
    return Diagnostic.error("E0118", message)
        .at(at(), ends ? "" : "`" + token.getText() + "` is not a type")
        .help("write a type such as `f32`, `i32` or `f32[batch, 10]`");
  }

  private @Nullable Diagnostic nameMissing(Token keyword) {
    int type = token.getType();
    String word = keyword.getText();
    switch (type) {
      case DlxParser.IS, DlxParser.DRAWN, DlxParser.BECOMES, DlxParser.COLON, DlxParser.DOT -> {
        Span at = Layout.span(source, keyword);
        return Diagnostic.error("E0111", "`" + word + "` is a keyword and cannot be a name")
            .at(at)
            .help("choose another name, such as `" + word + "_`", new Edit(at, word + "_"));
      }
      default -> {}
    }
    return switch (keyword.getType()) {
      case DlxParser.IMPORT, DlxParser.TEST ->
          incomplete(
              "a text in double quotes belongs after `" + word + "`",
              keyword.getType() == DlxParser.TEST
                  ? "write `test \"what it shows\" { … }`"
                  : "write `import \"file.dlx\"`",
              "");
      default -> incomplete("a name belongs after `" + word + "`", "", "");
    };
  }

  private static boolean isDeclaring(int type) {
    return switch (type) {
      case DlxParser.IMPORT, DlxParser.DIM, DlxParser.CONST, DlxParser.INPUT, DlxParser.PARAM ->
          true;
      case DlxParser.STATE, DlxParser.FN, DlxParser.DIST, DlxParser.LAYER, DlxParser.STEP -> true;
      case DlxParser.RECIPE, DlxParser.TEST, DlxParser.AS -> true;
      default -> false;
    };
  }

  private Diagnostic incomplete(String message, String help, String note) {
    Diagnostic error = Diagnostic.error("E0118", message).at(at());
    error = help.isEmpty() ? error : error.help(help);
    return note.isEmpty() ? error : error.note(note);
  }

  private Span at() {
    boolean ends = Sentences.isEnd(token.getType()) || token.getText().isEmpty();
    return before != null && ends
        ? new Span(source, before.getStopIndex() + 1, before.getStopIndex() + 1)
        : Layout.span(source, token);
  }
}
