package dlx.cli;

import dlx.Model;
import dlx.elaborate.Program;
import dlx.source.Codes;
import java.util.List;
import java.util.Locale;

/** {@code dlx explain CODE} and {@code dlx explain FILE:LINE}. */
final class Explain implements Command {
  @Override
  public String name() {
    return "explain";
  }

  @Override
  public String summary() {
    return "the long text for a code, or what is at FILE:LINE";
  }

  @Override
  public void options(Options options) {
    options.program().positional("CODE", "1", "such as E0301, or FILE:LINE");
  }

  @Override
  public int run(Invocation invocation) {
    String word = invocation.positional(0).orElseThrow();
    if (word.matches(".+:\\d+")) return place(invocation, word);
    String code = word.toUpperCase(Locale.ROOT);
    String text = Codes.explain(code);
    if (text == null) throw UsageException.unknown("code", word, Codes.all());
    invocation.console().out().println(text.strip());
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
    var out = invocation.console().out();
    out.println(model.source().lineText(line));
    if (shown.isEmpty()) out.println("# nothing is defined here");
    for (Program.Shown s : shown) {
      out.printf("# `%s` is %s%n", s.name(), s.type());
      Origins.explain(model, s, out);
    }
    return Exit.FINE;
  }
}
