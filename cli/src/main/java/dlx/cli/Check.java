package dlx.cli;

import dlx.Dlx;
import dlx.Model;
import dlx.data.AtomicFile;
import dlx.elaborate.Program;
import dlx.graph.Function;
import dlx.source.Diagnostic;
import dlx.source.Fix;
import dlx.source.ProgramException;
import dlx.source.Render;
import dlx.source.Source;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** {@code dlx check FILE...}: names, types and shapes. */
final class Check extends Command {
  /** Where the comments of {@code --shapes} begin. */
  private static final int COLUMN = 49;

  Check() {
    super("check", "check names, types and shapes", false);
  }

  @Override
  void options(Options options) {
    options
        .flag("--shapes", "print the program with the types that were found")
        .flag("--strict", "warnings count, and what is left to check at run time is told")
        .flag("--fix", "write what the first help of each error proposes into the file")
        .program()
        .positional("FILE", "1..*", "programs");
  }

  @Override
  int run(Invocation invocation) {
    List<Diagnostic> all = new ArrayList<>();
    boolean wrong = false;
    for (String file : invocation.positionals(0)) {
      Path path = Programs.existing(file);
      Checked checked = checked(invocation, path);
      if (invocation.flag("--fix") && fix(checked, path)) {
        invocation.console().note(file + ": applied help");
        checked = checked(invocation, path);
      }
      all.addAll(checked.diagnostics);
      wrong |= checked.model == null;
      wrong |=
          invocation.flag("--strict")
              && checked.diagnostics.stream()
                  .anyMatch(d -> d.severity() == Diagnostic.Severity.WARNING);
      if (checked.model != null && invocation.flag("--shapes")) {
        invocation.console().out().print(shapes(checked.model));
      } else if (checked.diagnostics.isEmpty() && invocation.form() == Render.Form.TEXT) {
        invocation.console().note(file + ": ok");
      }
    }
    print(invocation, all);
    return wrong ? Exit.PROGRAM : Exit.FINE;
  }

  private record Checked(
      @org.jspecify.annotations.Nullable Model model, List<Diagnostic> diagnostics) {}

  private static Checked checked(Invocation invocation, Path file) {
    try {
      Model model = Dlx.load(file, Programs.options(invocation));
      List<Diagnostic> found = new ArrayList<>(model.warnings());
      if (invocation.flag("--strict")) found.addAll(leftToRunTime(model));
      return new Checked(model, found);
    } catch (ProgramException e) {
      return new Checked(null, e.diagnostics());
    }
  }

  /** For people on standard error, for tools on standard output. */
  private static void print(Invocation invocation, List<Diagnostic> diagnostics) {
    Console console = invocation.console();
    String text = Render.of(invocation.form(), diagnostics, console.colour());
    (invocation.form() == Render.Form.TEXT ? console.err() : console.out()).print(text);
  }

  private static boolean fix(Checked checked, Path file) {
    Source source =
        checked.diagnostics.stream()
            .flatMap(d -> d.help().stream())
            .flatMap(h -> h.edits().stream())
            .map(e -> e.span().source())
            .filter(s -> s.name().equals(file.toString()))
            .findFirst()
            .orElse(null);
    if (source == null) return false;
    String fixed = Fix.apply(source, checked.diagnostics);
    if (fixed.equals(source.text())) return false;
    AtomicFile.write(file, out -> out.write(fixed.getBytes(StandardCharsets.UTF_8)));
    return true;
  }

  /** Comparisons of sizes that could not be proved, as notes. */
  private static List<Diagnostic> leftToRunTime(Model model) {
    List<Diagnostic> notes = new ArrayList<>();
    Program program = model.program();
    for (Program.Entry entry : program.entries()) notes.addAll(notes(program.entry(entry.name())));
    for (Program.Step step : program.steps()) notes.addAll(notes(program.step(step.name())));
    return notes.stream().distinct().toList();
  }

  private static List<Diagnostic> notes(Function function) {
    return function.checks().stream()
        .map(check ->
            Diagnostic.of(
                    "W0301",
                    Diagnostic.Severity.NOTE,
                    "checked at the start of a call: " + check.message())
                .at(check.span()))
        .toList();
  }

  /** The file with the type of each definition behind it. */
  private static String shapes(Model model) {
    Map<Integer, List<String>> types = new TreeMap<>();
    for (Program.Shown shown : model.program().shown()) {
      if (shown.span().source() != model.source()) continue;
      String text = model.source().lineText(shown.span().line());
      if (text.contains(": " + shown.type())) continue; // declared where it stands
      List<String> line = types.computeIfAbsent(shown.span().line(), l -> new ArrayList<>());
      if (!line.contains(shown.type())) line.add(shown.type());
    }
    StringBuilder out = new StringBuilder();
    for (int line = 1; line <= model.source().lines(); line++) {
      String text = model.source().lineText(line);
      if (line == model.source().lines() && text.isEmpty()) break;
      out.append(text);
      if (types.containsKey(line)) {
        int width = text.codePointCount(0, text.length());
        out.append(" ".repeat(Math.max(2, COLUMN - width)));
        out.append("# ").append(String.join("; ", types.get(line)));
      }
      out.append('\n');
    }
    return out.toString();
  }
}
