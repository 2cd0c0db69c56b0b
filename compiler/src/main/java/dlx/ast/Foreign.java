package dlx.ast;

import dlx.grammar.DlxLexer;
import dlx.source.Diagnostic;
import dlx.source.Diagnostic.Edit;
import dlx.source.Diagnostics;
import dlx.source.Source;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.antlr.v4.runtime.CommonToken;
import org.antlr.v4.runtime.Token;
import org.jspecify.annotations.Nullable;

/**
 * What people bring along from other languages and keyboards: reported, and read as it was meant.
 */
final class Foreign {
  private final Source source;
  private final List<Token> raw;
  private final Diagnostics diagnostics;

  /** The tokens that were meant, in place of those up to and including {@code raw.get(upTo)}. */
  record Meant(List<Token> tokens, int upTo) {}

  /** An operator of other languages: what it is here, and its token. */
  private record Operator(String here, int type) {}

  Foreign(Source source, List<Token> raw, Diagnostics diagnostics) {
    this.source = source;
    this.raw = raw;
    this.diagnostics = diagnostics;
  }

  /**
   * @param begins whether the token starts a statement
   * @param afterOperand whether a value stands before it
   * @return null if the token is of the language
   */
  @Nullable Meant read(int i, boolean begins, boolean afterOperand) {
    Token token = raw.get(i);
    return switch (token.getType()) {
      case DlxLexer.BAD -> stray(i);
      case DlxLexer.BAD_STRING -> unclosedString(token, i);
      case DlxLexer.BAD_NUMBER -> number(token, i);
      case DlxLexer.FOREIGN -> operator(token, i, afterOperand);
      case DlxLexer.FLOOR -> begins ? comment(i) : null;
      case DlxLexer.TICK -> afterOperand ? null : singleQuoted(i);
      case DlxLexer.NUMBER ->
          follows(i, DlxLexer.DOT) && !follows(i + 1, DlxLexer.ID) ? numberDot(token, i) : null;
      case DlxLexer.DOT -> !afterOperand && follows(i, DlxLexer.NUMBER) ? dotNumber(i) : null;
      case DlxLexer.RANGE -> follows(i, DlxLexer.DOT) ? ellipsis(i) : null;
      default -> null;
    };
  }

  /** Whether a token of that type stands right after the one at {@code i}, without a space. */
  private boolean follows(int i, int type) {
    return i + 1 < raw.size()
        && raw.get(i + 1).getType() == type
        && raw.get(i + 1).getStartIndex() == raw.get(i).getStopIndex() + 1;
  }

  // ------------------------------------------------------------------ characters

  private Meant stray(int i) {
    Token token = raw.get(i);
    String text = token.getText();
    if (isDoubleQuote(text)) {
      Meant string = curlyQuoted(i);
      if (string != null) {
        return string;
      }
    }
    String here = lookalike(text.codePointAt(0));
    Span at = Layout.span(source, token);
    if (here != null) {
      diagnostics.add(
          Diagnostic.error(
                  "E0102",
                  here.isBlank()
                      ? "this space is " + describe(text) + ", not an ordinary one"
                      : "`" + text + "` is not an operator here; write `" + here + "`")
              .at(at)
              .help("write `" + here + "`", new Edit(at, here)));
      return new Meant(relex(token, here), i);
    }
    int upTo = i;
    while (follows(upTo, DlxLexer.BAD)
        && lookalike(raw.get(upTo + 1).getText().codePointAt(0)) == null) {
      upTo++;
    }
    Span all = at.to(Layout.span(source, raw.get(upTo)));
    Diagnostic error = Diagnostic.error("E0102", describe(text) + " has no meaning here").at(all);
    diagnostics.add(
        text.equals("?")
            ? error.help("to choose between two values, write `if c { a } else { b }`")
            : error.help(upTo == i ? "remove it" : "remove these characters", new Edit(all, "")));
    return new Meant(List.of(), upTo);
  }

  /** A character in words that show even if it does not. */
  static String describe(String text) {
    int c = text.codePointAt(0);
    String code = String.format(Locale.ROOT, "U+%04X", c);
    boolean shows =
        switch (Character.getType(c)) {
          case Character.CONTROL, Character.FORMAT, Character.SURROGATE -> false;
          case Character.UNASSIGNED, Character.PRIVATE_USE, Character.SPACE_SEPARATOR -> false;
          case Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
          default -> true;
        };
    return shows ? c < 128 ? "`" + text + "`" : "`" + text + "` (" + code + ")" : code;
  }

  private static boolean isDoubleQuote(String text) {
    return text.equals("“") || text.equals("”") || text.equals("„") || text.equals("«");
  }

  private @Nullable Meant curlyQuoted(int i) {
    int start = raw.get(i).getStartIndex();
    for (int k = i + 1; k < raw.size() && raw.get(k).getType() != DlxLexer.NL; k++) {
      String text = raw.get(k).getText();
      if (text.equals("“") || text.equals("”") || text.equals("»")) {
        Span all = new Span(source, start, raw.get(k).getStopIndex() + 1);
        String inside = source.text().substring(start + 1, raw.get(k).getStartIndex());
        return quoted(all, inside, "typographic quotes", k);
      }
    }
    return null;
  }

  private @Nullable Meant singleQuoted(int i) {
    int start = raw.get(i).getStartIndex();
    for (int k = i + 1; k < raw.size() && raw.get(k).getType() != DlxLexer.NL; k++) {
      if (raw.get(k).getType() == DlxLexer.TICK) {
        Span all = new Span(source, start, raw.get(k).getStopIndex() + 1);
        String inside = source.text().substring(start + 1, raw.get(k).getStartIndex());
        return quoted(all, inside, "single quotes", k);
      }
    }
    return null;
  }

  private Meant quoted(Span all, String inside, String kind, int upTo) {
    String mended = "\"" + inside.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    diagnostics.add(
        Diagnostic.error("E0103", "this text stands in " + kind)
            .at(all)
            .help("write it in double quotes", new Edit(all, mended)));
    return new Meant(List.of(token(DlxLexer.STRING, mended, all)), upTo);
  }

  private Meant unclosedString(Token token, int i) {
    String brace = token.getText().stripTrailing();
    if (brace.endsWith("{")) { // what opens a block was not meant to be part of the text
      String inside = brace.substring(0, brace.length() - 1).stripTrailing();
      int start = token.getStartIndex();
      Span at = new Span(source, start, start + inside.length());
      Span opening = new Span(source, start + brace.length() - 1, start + brace.length());
      return unclosedString(at, i, token(DlxLexer.LC, "{", opening));
    }
    return unclosedString(Layout.span(source, token), i);
  }

  private Meant unclosedString(Span at, int i, Token... then) {
    Span end = new Span(source, at.end(), at.end());
    diagnostics.add(
        Diagnostic.error("E0103", "this text has no closing quote")
            .at(at, "a text ends on the line on which it starts")
            .help("close it", new Edit(end, "\"")));
    List<Token> meant = new ArrayList<>(List.of(token(DlxLexer.STRING, at.text() + "\"", at)));
    meant.addAll(List.of(then));
    return new Meant(meant, i);
  }

  // ------------------------------------------------------------------ numbers

  private Meant number(Token token, int i) {
    String text = token.getText();
    int digits = 0;
    while (digits < text.length()
        && (Character.isDigit(text.charAt(digits)) || "._".indexOf(text.charAt(digits)) >= 0)) {
      digits++;
    }
    String value = text.substring(0, digits);
    String rest = text.substring(digits);
    Span at = Layout.span(source, token);
    Diagnostic error = Diagnostic.error("E0117", "`" + text + "` is not a number").at(at);
    String suffix = rest.toLowerCase(Locale.ROOT);
    if (value.equals("0") && (suffix.startsWith("x") || suffix.startsWith("b"))) {
      error = error.help("write it in decimal digits");
    } else if (List.of("f", "d", "l", "f32", "f64", "i32").contains(suffix)) {
      error =
          error.help(
              "a number has no suffix, it takes the type that its use wants", new Edit(at, value));
    } else if (suffix.equals("e")) {
      error = error.help("digits must follow the `e`: `" + value + "e3` is " + value + " · 1000");
    } else {
      error =
          error.help(
              "to multiply, write `" + value + " * " + rest + "`",
              new Edit(at, value + " * " + rest));
    }
    diagnostics.add(error);
    return new Meant(List.of(token(DlxLexer.NUMBER, value, at)), i);
  }

  private Meant numberDot(Token token, int i) {
    Span all = Layout.span(source, token).to(Layout.span(source, raw.get(i + 1)));
    return mendedNumber(all, token.getText() + ".0", i + 1);
  }

  private Meant dotNumber(int i) {
    Token digits = raw.get(i + 1);
    Span all = Layout.span(source, raw.get(i)).to(Layout.span(source, digits));
    return mendedNumber(all, "0." + digits.getText(), i + 1);
  }

  private Meant mendedNumber(Span all, String mended, int upTo) {
    diagnostics.add(
        Diagnostic.error("E0117", "a number has digits on both sides of its point")
            .at(all)
            .help("write `" + mended + "`", new Edit(all, mended)));
    return new Meant(List.of(token(DlxLexer.NUMBER, mended, all)), upTo);
  }

  // ------------------------------------------------------------------ operators and comments

  private Meant ellipsis(int i) {
    Span all = Layout.span(source, raw.get(i)).to(Layout.span(source, raw.get(i + 1)));
    diagnostics.add(
        Diagnostic.error("E0107", "`...` is written with two dots here")
            .at(all)
            .help("write `..`", new Edit(all, "..")));
    return new Meant(List.of(token(DlxLexer.RANGE, "..", all)), i + 1);
  }

  private Meant operator(Token token, int i, boolean afterOperand) {
    String text = token.getText();
    Span at = Layout.span(source, token);
    if (text.equals("/*")) {
      return comment(i);
    }
    if (text.length() == 2 && text.charAt(1) == '=' && "+-*/".indexOf(text.charAt(0)) >= 0) {
      String operator = text.substring(0, 1);
      Diagnostic error = Diagnostic.error("E0107", "`" + text + "` is not an operator here").at(at);
      Token target = i > 0 && raw.get(i - 1).getType() == DlxLexer.ID ? raw.get(i - 1) : null;
      String name = target == null ? "x" : target.getText();
      String rest = operator.equals("+") ? " …" : " (…)";
      String help = "write `" + name + " <- " + name + " " + operator + rest + "`";
      diagnostics.add(
          target == null || !operator.equals("+")
              ? error.help(help)
              : error.help(help, new Edit(at, "<- " + name + " " + operator)));
      return new Meant(List.of(token(DlxLexer.BECOMES, "<-", at)), i);
    }
    Operator meant = meant(text, afterOperand);
    if (meant == null) {
      diagnostics.add(
          Diagnostic.error("E0107", "`" + text + "` has no meaning after a value")
              .at(at)
              .help("remove it", new Edit(at, "")));
      return new Meant(List.of(), i);
    }
    boolean word = Character.isLetter(meant.here.charAt(0));
    diagnostics.add(
        Diagnostic.error("E0107", "`" + text + "` is written `" + meant.here + "` here")
            .at(at)
            .help(
                "write `" + meant.here + "`",
                new Edit(at, word ? spaced(at, meant.here) : meant.here)));
    return new Meant(List.of(token(meant.type, meant.here, at)), i);
  }

  /** A word in place of an operator needs spaces where the operator had none. */
  private String spaced(Span at, String word) {
    String text = source.text();
    boolean before =
        at.start() > 0 && Character.isUnicodeIdentifierPart(text.charAt(at.start() - 1));
    boolean after = at.end() < text.length() && !Character.isWhitespace(text.charAt(at.end()));
    return (before ? " " : "") + word + (after ? " " : "");
  }

  private static @Nullable Operator meant(String text, boolean afterOperand) {
    return switch (text) {
      case "&&", "&" -> new Operator("and", DlxLexer.AND);
      case "||", "|" -> new Operator("or", DlxLexer.OR);
      case "!" -> afterOperand ? null : new Operator("not", DlxLexer.NOT);
      case "**" -> new Operator("^", DlxLexer.POWER);
      case ":=" -> new Operator("=", DlxLexer.IS);
      case "===" -> new Operator("==", DlxLexer.EQ);
      case "!==", "<>" -> new Operator("!=", DlxLexer.NE);
      case "=>" -> new Operator(">=", DlxLexer.GE);
      default -> null;
    };
  }

  /** A comment of another language: one error, and nothing in it is read. */
  private Meant comment(int i) {
    Token token = raw.get(i);
    boolean block = token.getType() == DlxLexer.FOREIGN;
    int upTo = i;
    while (upTo + 1 < raw.size()
        && (block
            ? raw.get(upTo).getType() != DlxLexer.SLASH
                || raw.get(upTo - 1).getType() != DlxLexer.STAR
            : raw.get(upTo + 1).getType() != DlxLexer.NL)) {
      upTo++;
    }
    Span at = Layout.span(source, token);
    Diagnostic error =
        Diagnostic.error("E0108", "a comment starts with `#`").at(at, "this is no comment mark");
    diagnostics.add(
        block
            ? error.help("write `#` before every line of the comment")
            : error.help("write `#`", new Edit(at, "#")));
    return new Meant(List.of(), upTo);
  }

  // ------------------------------------------------------------------ tokens

  private List<Token> relex(Token token, String text) {
    Span at = Layout.span(source, token);
    return Layout.tokens(new Source("", text)).stream()
        .map(part -> token(part.getType(), part.getText(), at))
        .toList();
  }

  private static Token token(int type, String text, Span at) {
    CommonToken token = new CommonToken(type, text);
    token.setStartIndex(at.start());
    token.setStopIndex(at.end() - 1);
    return token;
  }

  /** What an outlandish character was probably meant to be. */
  private static @Nullable String lookalike(int c) {
    return switch (c) {
      case '×', '·', '⋅', '∗', '∙' -> "*";
      case '÷', '∕' -> "/";
      case '−', '–', '—', '‐', '‑' -> "-";
      case '≤' -> "<=";
      case '≥' -> ">=";
      case '≠' -> "!=";
      case '≈', '≃', '≅' -> "~=";
      case '∼', '～' -> "~";
      case '←', '⟵' -> "<-";
      case '→', '⟶' -> "->";
      case '∧' -> "and";
      case '∨' -> "or";
      case '¬' -> "not";
      case '∞' -> "inf";
      case '′', '’', '‘', '´', '`', 'ᵀ', '⊤' -> "'";
      case '“', '”', '„', '«', '»' -> "\"";
      case '²' -> "^2";
      case '³' -> "^3";
      case '½' -> "(1/2)";
      case '（' -> "(";
      case '）' -> ")";
      case '［' -> "[";
      case '］' -> "]";
      case '，' -> ",";
      case '：' -> ":";
      case '；', ';' -> ";";
      case '＝' -> "=";
      case '＋' -> "+";
      case '…' -> "..";
      case '\u00A0', '\u2002', '\u2003', '\u2009', '\u200A', '\u202F', '\u3000', '\f' -> " ";
      default -> null;
    };
  }
}
