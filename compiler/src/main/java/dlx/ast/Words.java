package dlx.ast;

import dlx.grammar.DlxParser;
import dlx.source.Diagnostic;
import dlx.source.Diagnostic.Edit;
import dlx.source.Source;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.misc.IntervalSet;
import org.jspecify.annotations.Nullable;

/** Words: the keywords of the language, words of other languages, and names for what could come. */
final class Words {
  private Words() {}

  /** What stands for a word of another language; {@code replacement} is null if it takes more. */
  private record Other(String help, @Nullable String replacement) {}

  private static final Map<String, Other> BEFORE_A_NAME =
      Map.ofEntries(
          Map.entry("let", new Other("a definition is just `name = value`", "")),
          Map.entry("var", new Other("a definition is just `name = value`", "")),
          Map.entry("val", new Other("a definition is just `name = value`", "")),
          Map.entry("auto", new Other("a definition is just `name = value`", "")),
          Map.entry("final", new Other("a definition is just `name = value`", "")),
          Map.entry("def", new Other("a function starts with `fn`", "fn")),
          Map.entry("function", new Other("a function starts with `fn`", "fn")),
          Map.entry("func", new Other("a function starts with `fn`", "fn")),
          Map.entry("fun", new Other("a function starts with `fn`", "fn")),
          Map.entry("class", new Other("a part with parameters is a `layer`", null)),
          Map.entry("return", new Other("the last line of a block is its value", "")),
          Map.entry("elif", new Other("write `else if`", "else if")),
          Map.entry("elseif", new Other("write `else if`", "else if")),
          Map.entry("elsif", new Other("write `else if`", "else if")),
          Map.entry(
              "while", new Other("there are only loops with a bound: `for i in 0..n { … }`", null)),
          Map.entry("lambda", new Other("define a function with a name: `fn name(x) = …`", null)),
          Map.entry("from", new Other("write `import \"file.dlx\"`", null)),
          Map.entry("data", new Other("what is given is an `input`", "input")),
          Map.entry("parameter", new Other("what is learned is a `param`", "param")),
          Map.entry("update", new Other("a new value is just `name <- value`", "")));

  private static final Map<String, Other> AFTER_A_VALUE =
      Map.of(
          "then", new Other("what follows the condition stands in braces: `if c { a }`", null),
          "do", new Other("the body of a loop stands in braces: `for i in n { … }`", null),
          "where", new Other("what is used is defined on lines of its own, in any order", null),
          "xor", new Other("on truth values, write `!=`", "!="),
          "mod", new Other("write `%`", "%"),
          "div", new Other("write `//`", "//"),
          "is", new Other("write `==`", "=="),
          "extends", new Other("there are no classes; a `layer` is made of layers", null));

  /** Complains about a word of another language at or before the token where the parser stopped. */
  static @Nullable Diagnostic complain(Source source, Token before, Token token) {
    Other first = before.getType() == DlxParser.ID ? BEFORE_A_NAME.get(before.getText()) : null;
    if (first != null && token.getType() != DlxParser.NL && token.getType() != Token.EOF) {
      return complain(source, before, first);
    }
    Other second = token.getType() == DlxParser.ID ? AFTER_A_VALUE.get(token.getText()) : null;
    return second == null ? null : complain(source, token, second);
  }

  private static Diagnostic complain(Source source, Token word, Other other) {
    Span at = Layout.span(source, word);
    Diagnostic error =
        Diagnostic.error("E0109", "`" + word.getText() + "` is not a word of this language").at(at);
    if (other.replacement == null) {
      return error.help(other.help);
    }
    int end = at.end();
    String text = source.text();
    while (other.replacement.isEmpty() && end < text.length() && text.charAt(end) == ' ') {
      end++;
    }
    return error.help(other.help, new Edit(new Span(source, at.start(), end), other.replacement));
  }

  static boolean isKeyword(int type) {
    return type >= DlxParser.IMPORT && type <= DlxParser.FALSE;
  }

  /** What could have come, in words, or nothing if it is too much to be of help. */
  static String list(IntervalSet expected) {
    List<String> words = new ArrayList<>();
    boolean operator = false;
    boolean end = false;
    for (int type : expected.toList()) {
      if (Operators.infix(type) > 0 || isSuffix(type)) {
        operator = true;
      } else if (Sentences.isEnd(type)) {
        end = true;
      } else {
        words.add(name(type));
      }
    }
    if (end) {
      words.add("the end of the line");
    }
    if (operator && words.isEmpty()) {
      words.add("an operator");
    }
    if (words.isEmpty() || words.size() > 4) {
      return "";
    }
    String last = words.removeLast();
    return "here belongs " + (words.isEmpty() ? last : String.join(", ", words) + " or " + last);
  }

  private static boolean isSuffix(int type) {
    return type == DlxParser.LP
        || type == DlxParser.LB
        || type == DlxParser.DOT
        || type == DlxParser.TICK;
  }

  private static String name(int type) {
    return switch (type) {
      case DlxParser.ID -> "a name";
      case DlxParser.NUMBER -> "a number";
      case DlxParser.STRING -> "a text in double quotes";
      default -> DlxParser.VOCABULARY.getDisplayName(type).replaceAll("^'|'$", "`");
    };
  }
}
