package dlx.cli;

import dlx.Model;
import dlx.elaborate.Program;
import dlx.source.Codes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code dlx explain CODE} and {@code dlx explain FILE:LINE}. */
final class Explain extends Command {
  Explain() {
    super("explain", "the long text for a code, or what is at FILE:LINE", false);
  }

  @Override
  void options(Options options) {
    options.program().positional("CODE", "1", "such as E0301, or FILE:LINE");
  }

  @Override
  int run(Invocation invocation) {
    String word = invocation.positional(0).orElseThrow();
    if (word.matches(".+:\\d+")) return place(invocation, word);
    String code = word.toUpperCase(Locale.ROOT);
    String text = Codes.explain(code);
    if (text == null) throw UsageException.unknown("code", word, Codes.all());
    if (invocation.flag("--json")) {
      int line = text.indexOf('\n');
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("code", code);
      object.put("title", text.substring(0, line).replaceFirst("^# \\S+ ", ""));
      object.put("text", text.substring(line).strip());
      print(invocation, object);
    } else {
      invocation.console().out().println(text.strip());
    }
    return Exit.FINE;
  }

  private static int place(Invocation invocation, String word) {
    int colon = word.lastIndexOf(':');
    Model model = Programs.load(invocation, word.substring(0, colon));
    int line = Integer.parseInt(word.substring(colon + 1));
    if (line < 1 || line > model.source().lines()) {
      throw new UsageException(
          "`%s` has %d lines".formatted(model.source(), model.source().lines()), "");
    }
    List<Program.Shown> shown =
        model.program().shown().stream()
            .filter(s -> s.span().source() == model.source())
            .filter(s -> s.span().line() <= line && line <= s.span().endLine())
            .toList();
    if (invocation.flag("--json")) {
      for (Program.Shown s : shown) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("file", model.source().name());
        object.put("line", line);
        object.put("name", s.name());
        object.put("type", s.type());
        object.put("lines", Origins.explain(model, s));
        print(invocation, object);
      }
      return Exit.FINE;
    }
    var out = invocation.console().out();
    out.println(model.source().lineText(line));
    if (shown.isEmpty()) out.println("# nothing is defined here");
    for (Program.Shown s : shown) {
      out.printf("# `%s` is %s%n", s.name(), s.type());
      Origins.explain(model, s).forEach(text -> out.println("#   " + text));
    }
    return Exit.FINE;
  }

  private static void print(Invocation invocation, Map<String, Object> object) {
    object.put("version", 1);
    invocation.console().out().println(dlx.source.Json.of(object));
  }
}
