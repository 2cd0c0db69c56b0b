package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.ast.Format;
import dlx.ast.Parse;
import dlx.ast.Print;
import dlx.source.Diagnostic;
import dlx.source.Diagnostics;
import dlx.source.Render;
import dlx.source.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Long and deep texts end in a result or in a diagnostic, on a thread with a stack of 512 KiB. */
class ParseLimitsTest {
  private static final int MANY = 100_000;

  private static void onSmallStack(Runnable body) {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread thread = new Thread(null, body, "small stack", 512 * 1024);
    thread.setUncaughtExceptionHandler((t, e) -> thrown.set(e));
    thread.start();
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    assertNull(thrown.get(), () -> String.valueOf(thrown.get()));
  }

  private static List<Diagnostic> read(String text) {
    List<Diagnostic> found = new ArrayList<>();
    onSmallStack(() -> {
      Diagnostics diagnostics = new Diagnostics();
      Parse.file(new Source("long.dlx", text), diagnostics);
      found.addAll(diagnostics.all());
    });
    return found;
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " ; ",
      quoteCharacter = '`',
      textBlock =
          """
          x = 1 ; ` + y` ; ``
          x = 1 ; ` * y` ; ``
          x = 1 ; ` + y * z^2` ; ``
          x = 1 ; ` |> f` ; ``
          x = 1 ; ` and y` ; ``
          x = f ; `(x)` ; ``
          x = f ; `'` ; ``
          x = f ; `[0]` ; ``
          x = f ; `.g` ; ``
          x = [ ; `1, ` ; `]`
          x = f( ; `a = 1, ` ; `)`
          fn f( ; `a, ` ; `) = 1`
          dim a ; `, a` ; ``
          x = for i in n ; `, i in n` ; ` { 1 }`
          x = if a { 1 } ; ` else if b { 2 }` ; ` else { 3 }`
          """)
  void longChainsAreRead(String start, String link, String end) {
    assertEquals(List.of(), read(start + link.repeat(MANY) + end));
  }

  @Test
  void manyStatementsAreRead() {
    assertEquals(List.of(), read("x = 1\n".repeat(MANY)));
    assertEquals(List.of(), read("step s {\n" + "x <- 1\n".repeat(MANY) + "}"));
    assertEquals(List.of(), read("# comment\n".repeat(MANY) + "## doc\n".repeat(MANY) + "x = 1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"(", "[", "f(", "x[", "{ ", "if a { ", "for i in n { ", "-", "not ", "y^"})
  void whatIsTooDeepIsRefused(String opening) {
    List<Diagnostic> found = read("x = " + opening.repeat(MANY) + "1");
    assertTrue(
        found.stream()
            .anyMatch(d -> d.code().equals("E0106") && d.message().contains("NESTING_LIMIT")),
        found.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " ; ",
      quoteCharacter = '`',
      textBlock =
          """
          `(` ; `)`
          `[` ; `]`
          `f(` ; `)`
          `if a { ` ; ` }`
          `(for i in n { ` ; ` })`
          `-` ; ``
          `not ` ; ``
          `1^` ; ``
          `(1 + ` ; `)`
          """)
  void whatIsDeepIsRead(String opening, String closing) {
    int depth = Parse.NESTING_LIMIT / 2;
    String text = "x = " + opening.repeat(depth) + "y" + closing.repeat(depth);
    assertEquals(List.of(), read(text));
    onSmallStack(() -> {
      Diagnostics diagnostics = new Diagnostics();
      Print.file(Parse.file(new Source("deep.dlx", text), diagnostics));
      Format.text(new Source("deep.dlx", text));
    });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$",
        "$ x ",
        ")\n",
        "x = (1\n",
        "x = \"a\n",
        "' ",
        "“ ",
        "// x\n",
        "....",
        "|| b ",
        "/* x\n",
        "x = = 1\n",
        ",",
        ";",
        "}\n",
        "{\n",
        "x = 1 y\n",
        "else\n",
        "fn\n",
        "\\",
        "#\r",
        "0x1 ",
        "\""
      })
  void manyErrorsAreFewDiagnostics(String part) {
    List<Diagnostic> found = read(part.repeat(20_000));
    assertTrue(found.size() <= Parse.ERROR_LIMIT + 1);
    assertTrue(Render.text(found, true).length() < 200_000);
  }

  @Test
  void moreThanFiftyErrorsAreCutOff() {
    List<Diagnostic> found = read("x = = 1\n".repeat(80));
    assertEquals(51, found.size());
    assertEquals("E0122", found.getLast().code());
  }

  @Test
  void longLinesAreFormattedAndPrinted() {
    for (String link : List.of(" + y", " |> f", ", 3]; x = [1")) {
      String text = "x = [1" + link.repeat(MANY / 5) + "]";
      onSmallStack(() -> {
        String once = Format.text(new Source("long.dlx", text));
        assertEquals(once, Format.text(new Source("long.dlx", once)));
        assertTrue(once.lines().allMatch(line -> line.length() <= 100));
        Print.file(Parse.file(new Source("long.dlx", text), new Diagnostics()));
      });
    }
  }
}
