package dlx.cli;

import dlx.Model;
import dlx.TestRun;
import dlx.data.AtomicFile;
import dlx.elaborate.Program;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code dlx test FILE...}: the test blocks, through compiled code. */
final class Tests extends Command {
  Tests() {
    super("test", "run the test blocks", false);
  }

  @Override
  void options(Options options) {
    options
        .value("--filter", "TEXT", "only tests whose name contains this")
        .value("--junit", "FILE", "write the results as JUnit does")
        .flag("--gradcheck", "also compare the derivatives in every step with differences")
        .program()
        .compiler()
        .positional("FILE", "1..*", "programs");
  }

  /** A test that ran. */
  record Ran(String file, String name, double seconds, String failure) {
    boolean passed() {
      return failure.isEmpty();
    }
  }

  @Override
  int run(Invocation invocation) {
    List<Ran> all = new ArrayList<>();
    for (String file : invocation.positionals(0)) {
      Model model = Programs.loadWithTests(invocation, file);
      List<Program.Test> tests = model.program().tests();
      for (int i = 0; i < tests.size(); i++) {
        if (!tests.get(i).name().contains(invocation.value("--filter").orElse(""))) continue;
        tell(invocation, all, run(model, i));
      }
      if (!invocation.flag("--gradcheck")) continue;
      for (Program.Step step : model.program().steps()) {
        tell(invocation, all, StepGradients.check(model, step));
      }
    }
    summary(invocation, all);
    invocation.value("--junit").ifPresent(file -> Junit.write(Path.of(file), all));
    return all.stream().allMatch(Ran::passed) ? Exit.FINE : Exit.PROGRAM;
  }

  private static Ran run(Model model, int index) {
    long begun = System.nanoTime();
    TestRun run = TestRun.of(model, index);
    double seconds = (System.nanoTime() - begun) / 1e9;
    return new Ran(
        run.test().span().source().name() + ":" + run.test().span().line(),
        run.test().name(),
        seconds,
        Picture.of(run));
  }

  private static void tell(Invocation invocation, List<Ran> all, Ran ran) {
    all.add(ran);
    if (invocation.flag("--json")) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("event", "test");
      object.put("place", ran.file());
      object.put("name", ran.name());
      object.put("passed", ran.passed());
      if (!ran.passed()) object.put("failure", ran.failure());
      object.put("seconds", JsonNumber.rounded(ran.seconds()));
      object.put("version", 1);
      invocation.console().out().println(dlx.source.Json.of(object));
    } else {
      String mark = ran.passed() ? "✓ " : "✗ ";
      invocation.console().out().println(mark + ran.file() + " \"" + ran.name() + "\"");
      if (!ran.passed()) invocation.console().out().println(ran.failure().stripTrailing());
    }
  }

  private static void summary(Invocation invocation, List<Ran> all) {
    long failed = all.stream().filter(r -> !r.passed()).count();
    String count = all.size() + (all.size() == 1 ? " test" : " tests");
    invocation
        .console()
        .note(
            all.isEmpty()
                ? "there are no tests"
                    + invocation
                        .value("--filter")
                        .map(f -> " with `" + f + "` in their name")
                        .orElse("")
                : failed == 0 ? count + ", all passed" : count + ", " + failed + " failed");
  }

  /** The file that build servers read. */
  private static final class Junit {
    static void write(Path file, List<Ran> all) {
      StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
      long failed = all.stream().filter(r -> !r.passed()).count();
      xml.append(
          "<testsuite name=\"dlx\" tests=\"%d\" failures=\"%d\">\n".formatted(all.size(), failed));
      for (Ran ran : all) {
        xml.append(
            String.format(
                java.util.Locale.ROOT,
                "  <testcase classname=\"%s\" name=\"%s\" time=\"%.3f\"",
                escaped(ran.file()),
                escaped(ran.name()),
                ran.seconds()));
        if (ran.passed()) {
          xml.append("/>\n");
        } else {
          xml.append(">\n    <failure>")
              .append(escaped(ran.failure()))
              .append("</failure>\n  </testcase>\n");
        }
      }
      xml.append("</testsuite>\n");
      AtomicFile.write(file, out -> out.write(xml.toString().getBytes(StandardCharsets.UTF_8)));
    }

    private static String escaped(String text) {
      StringBuilder out = new StringBuilder();
      text.codePoints()
          .forEach(c -> {
            switch (c) {
              case '<' -> out.append("&lt;");
              case '>' -> out.append("&gt;");
              case '&' -> out.append("&amp;");
              case '"' -> out.append("&quot;");
              default -> {
                // XML 1.0 has no other control characters
                if (c >= 0x20 || c == '\n' || c == '\t') out.appendCodePoint(c);
              }
            }
          });
      return out.toString();
    }
  }
}
