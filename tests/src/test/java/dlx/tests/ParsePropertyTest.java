package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.ast.Ast;
import dlx.ast.Format;
import dlx.ast.Parse;
import dlx.ast.Print;
import dlx.source.Diagnostic;
import dlx.source.Diagnostics;
import dlx.source.Fix;
import dlx.source.ProgramException;
import dlx.source.Render;
import dlx.source.Source;
import dlx.source.Span;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Any text can be read, and what is read can be printed and formatted without changing it. */
class ParsePropertyTest {

  // ------------------------------------------------------------------ programs

  /** A random program from the grammar, with random spaces, line ends and comments. */
  @Provide
  Arbitrary<String> programs() {
    return Arbitraries.longs().map(seed -> new RandomSyntax(new Random(seed)).file());
  }

  @Property(tries = 400)
  void formattingKeepsTheSyntax(@ForAll("programs") String text) {
    Ast.File file = SyntaxTest.file(text);
    String formatted = Format.text(new Source("test.dlx", text));
    assertEquals(Same.text(file), Same.text(SyntaxTest.file(formatted)), formatted);
    assertEquals(formatted, Format.text(new Source("test.dlx", formatted)));
    assertFalse(formatted.contains(" \n") || formatted.contains("\n\n\n"), formatted);
    assertEquals(comments(text), comments(formatted));
  }

  private static List<String> comments(String text) {
    return text.lines()
        .filter(line -> line.contains("#"))
        .map(line -> line.substring(line.indexOf('#')).strip())
        .toList();
  }

  @Property(tries = 400)
  void printingKeepsTheSyntax(@ForAll("programs") String text) {
    Ast.File file = SyntaxTest.file(text);
    String printed = Print.file(file);
    assertEquals(Same.text(file), Same.text(SyntaxTest.file(printed)), printed);
    Format.text(new Source("printed.dlx", printed));
  }

  // ------------------------------------------------------------------ any text

  @Provide
  Arbitrary<String> characters() {
    return Arbitraries.strings().all().ofMaxLength(200);
  }

  /** Pieces of the language and what resembles them in any order. */
  @Provide
  Arbitrary<String> pieces() {
    Arbitrary<String> piece =
        Arbitraries.of(
            "import as dim const input param state fn dist layer step recipe test assert if else for in with unroll and or not true false x y f32 3 0.5 ( ) [ ] { } = ~ <- : -> , ; . .. ' ^ * / // % @ + - |> < <= > >= == != ~= \"a\" \" # ## && ** := 1f .5 3. ... /* × “ ” ² let def return then \n \n \n \r \t"
                .split(" "));
    return piece.list().ofMaxSize(60).map(list -> String.join(" ", list));
  }

  @Property(tries = 1000)
  void anyCharactersAreReadOrRefused(@ForAll("characters") String text) {
    readAny(text);
  }

  @Property(tries = 2000)
  void anyPiecesAreReadOrRefused(@ForAll("pieces") String text) {
    readAny(text);
  }

  @Property(tries = 500)
  void anyBytesAreReadOrRefused(@ForAll byte[] bytes) {
    try {
      readAny(Source.decode("bytes.dlx", bytes).text());
    } catch (ProgramException e) {
      assertEquals("E0101", e.code());
    }
  }

  /**
   * Every sample with one stretch cut out: at least no crash, and errors have places in the text.
   */
  @Property(tries = 300)
  void damagedSamplesAreReadOrRefused(@ForAll Random random) throws IOException {
    try (Stream<Path> files = Files.list(Path.of("../examples"))) {
      List<Path> samples = files.filter(f -> f.toString().endsWith(".dlx")).sorted().toList();
      String text = Files.readString(samples.get(random.nextInt(samples.size())));
      int from = random.nextInt(text.length());
      int to = Math.min(text.length(), from + random.nextInt(12));
      readAny(text.substring(0, from) + text.substring(to));
    }
  }

  private static void readAny(String text) {
    Source source = new Source("any.dlx", text);
    Diagnostics diagnostics = new Diagnostics();
    Ast.File file = Parse.file(source, diagnostics);
    for (Diagnostic d : diagnostics.all()) {
      assertFalse(d.places().isEmpty());
      d.places().forEach(place -> requireInside(place.span(), text));
      d.help().forEach(h -> h.edits().forEach(edit -> requireInside(edit.span(), text)));
      assertFalse(d.message().contains("EOF") || d.message().contains("null"), d.message());
    }
    for (Render.Form form : Render.Form.values()) {
      Render.of(form, diagnostics.all(), true);
    }
    if (!diagnostics.hasErrors()) {
      String formatted = Format.text(source);
      assertEquals(Same.text(file), Same.text(SyntaxTest.file(formatted)), formatted);
      assertEquals(formatted, Format.text(new Source("again.dlx", formatted)));
      assertEquals(Same.text(file), Same.text(SyntaxTest.file(Print.file(file))));
    } else {
      readFixed(Fix.apply(source, diagnostics.all()));
      Parse.expression(source, new Diagnostics());
    }
  }

  private static void readFixed(String text) {
    Parse.file(new Source("fixed.dlx", text), new Diagnostics());
  }

  private static void requireInside(Span span, String text) {
    assertTrue(
        0 <= span.start() && span.start() <= span.end() && span.end() <= text.length(),
        () -> span.start() + ".." + span.end() + " in " + text.length());
  }
}
