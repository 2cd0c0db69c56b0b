package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.ast.Ast;
import dlx.ast.Format;
import dlx.ast.Parse;
import dlx.ast.Print;
import dlx.source.Diagnostics;
import dlx.source.ProgramException;
import dlx.source.Source;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reading, printing and formatting programs. */
class SyntaxTest {

  static Ast.File file(String text) {
    Diagnostics diagnostics = new Diagnostics();
    Ast.File file = Parse.file(new Source("test.dlx", text), diagnostics);
    assertEquals(List.of(), diagnostics.all());
    return file;
  }

  static Ast.Expression expression(String text) {
    Diagnostics diagnostics = new Diagnostics();
    Ast.Expression expression = Parse.expression(new Source("test", text), diagnostics);
    assertEquals(List.of(), diagnostics.all());
    return present(expression);
  }

  private static Ast.Expression present(Ast.Expression expression) {
    assertNotNull(expression);
    return expression;
  }

  @TestFactory
  Stream<DynamicTest> programsThatCanBeRead() throws IOException {
    List<Path> programs = new ArrayList<>();
    for (String folder : List.of("../examples", "../stdlib/src/main/resources/dlx/stdlib")) {
      try (Stream<Path> files = Files.list(Path.of(folder))) {
        files.filter(f -> f.toString().endsWith(".dlx")).sorted().forEach(programs::add);
      }
    }
    assertTrue(programs.size() >= 23);
    return programs.stream().map(p -> DynamicTest.dynamicTest(p.toString(), () -> roundTrip(p)));
  }

  private static void roundTrip(Path path) throws IOException {
    Source source = Source.read(path);
    Ast.File file = file(source.text());
    assertFalse(file.doc().isEmpty());
    String formatted = Format.text(source);
    assertEquals(formatted, source.text(), () -> "not in the style: dlx fmt " + path);
    assertEquals(Same.text(file), Same.text(file(formatted)));
    assertEquals(formatted, Format.text(new Source("again", formatted)));
    assertEquals(Same.text(file), Same.text(file(Print.file(file))));
    assertTrue(formatted.lines().allMatch(l -> l.length() <= 100 || l.contains("#")), formatted);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      textBlock =
          """
          -x^2 => -x^2
          (-x)^2 => (-x)^2
          2^-x*3 => 2^(-x) * 3
          a^b^c => a^b^c
          (a^b)^c => (a^b)^c
          a - b - c => a - b - c
          a - (b - c) => a - (b - c)
          (a * b) @ c // d => a * b @ c // d
          x @ w + b |> relu => x @ w + b |> relu
          not a == b and c or d => not a == b and c or d
          not (a and b) => not (a and b)
          a * (not b) == c => a * (not b) == c
          a * not b == c => a * (not b == c)
          -x' => -x'
          (-x)' => (-x)'
          f(x)(y)[0].w' => f(x)(y)[0].w'
          (a + b)[1:-1, .., *, ::2] => (a + b)[1:-1, .., *, ::2]
          0..n + 1 => 0..n + 1
          (0..3) == (1..2) => 0..3 == 1..2
          (a < b) == c => (a < b) == c
          ((((x)))) => x
          f(a, b = 1, c = (1, 2),) => f(a, b = 1, c = (1, 2))
          [[1, 2], []] => [[1, 2], []]
          1_000.5e-3 => 1000.5e-3
          (if c { 1 } else { 2 }) + 1 => (if c { 1 } else { 2 }) + 1
          if a {} else if b { 1; 2 } => if a {} else if b { 1; 2 }
          sum(for k in 0..n, j in m with h: f32[..] = 0 { k }) => sum(for k in 0..n, j in m with h: f32[..] = 0 { k })
          einsum("a\\"b", x) => einsum("a\\"b", x)
          """)
  void precedence(String text, String printed) {
    Ast.Expression read = expression(text);
    assertEquals(printed, Print.expression(read));
    assertEquals(Same.text(read), Same.text(expression(printed)));
  }

  @Test
  void placesAreExact() {
    Ast.Bind bind = (Ast.Bind) file("# 𝄞\nσ = (a + b) * f(x)[0]\n").items().getFirst();
    assertEquals("σ = (a + b) * f(x)[0]", bind.span().text());
    assertEquals(2, bind.span().line());
    Ast.Binary product = (Ast.Binary) present(bind.value());
    assertEquals("(a + b) * f(x)[0]", product.span().text());
    assertEquals("*", product.operatorSpan().text());
    assertEquals("(a + b)", product.left().span().text());
    assertEquals("f(x)[0]", product.right().span().text());
  }

  @Test
  void columnsCountCodePoints() {
    Ast.Bind bind = (Ast.Bind) file("𝛼 = \"𝄞\" |> f\n").items().getFirst();
    Ast.Binary pipe = (Ast.Binary) present(bind.value());
    assertEquals("f", pipe.right().span().text());
    assertEquals(12, pipe.right().span().column());
  }

  @Test
  void allLineEndsAndAMarkAtTheStart() {
    for (String end : List.of("\n", "\r\n", "\r")) {
      String text = "\uFEFFa = 1" + end + "b = (2 +" + end + " 3)" + end + "  |> f" + end + end;
      assertEquals(2, file(text).items().size());
      assertEquals(4, file(text).items().getLast().span().endLine());
    }
  }

  @Test
  void aStatementGoesOn() {
    assertEquals(1, file("a = 1 +\n 2").items().size());
    assertEquals(1, file("a = x\n\n # why\n |> f").items().size());
    assertEquals(1, file("a = if c { 1 }\n else { 2 }").items().size());
    assertEquals(1, file("a = f(1,\n 2\n)").items().size());
    assertEquals(1, file("dim a,\n b = 3\n").items().size() - 1);
    assertEquals(2, file("a = 1; b = 2;").items().size());
    assertEquals(1, file("a = sum(for i in n {\n b = 1\n b\n})").items().size());
    assertEquals(2, file("x = elsewhere\nelsewhere = 1").items().size());
  }

  @Test
  void docComments() {
    Ast.File file =
        file(
            """
            #!/usr/bin/env dlx
            ## About
            ##  the file.

            ## One.
            ## Two.
            fn f(x) = x  ## not a doc comment
            a = 1
            ## The loss.

            # not this
            loss = 2
            """);
    assertEquals("About\n the file.", file.doc());
    assertEquals("One.\nTwo.", ((Ast.Function) file.items().get(0)).doc());
    assertEquals("", ((Ast.Bind) file.items().get(1)).doc());
    assertEquals("The loss.", ((Ast.Bind) file.items().get(2)).doc());
  }

  @Test
  void theFirstDocCommentOfAFileDescribesItAndWhatFollows() {
    Ast.File file = file("## Half of it.\nfn half(x) = 0.5 * x\n");
    assertEquals("Half of it.", file.doc());
    assertEquals("Half of it.", ((Ast.Function) file.items().getFirst()).doc());
    assertEquals("", file("x = 1\n\n## Late.\n").doc());
  }

  @Test
  void namesThatLookTheSameAreTheSame() {
    assertEquals(Same.text(expression("é")), Same.text(expression("e\u0301")));
  }

  @Test
  void whatIsNotUtf8() {
    byte[] latin = "a = \"ä\"\nb = 1".getBytes(StandardCharsets.ISO_8859_1);
    ProgramException e =
        assertThrows(ProgramException.class, () -> Source.decode("latin.dlx", latin));
    assertEquals("E0101", e.code());
    assertEquals("latin.dlx:1:6", e.place());
    byte[] cut = {'a', (byte) 0xe2, (byte) 0x82};
    assertThrows(ProgramException.class, () -> Source.decode("cut.dlx", cut));
  }

  @Test
  void aMissingFile() {
    ProgramException e =
        assertThrows(ProgramException.class, () -> Source.read(Path.of("no-such.dlx")));
    assertEquals("R0101", e.code());
  }

  @Test
  void anExpressionAloneIsOneExpression() {
    for (String text : List.of("", "a b", "a = 1", "a\nb", "param w: f32 = 1", "a;")) {
      Diagnostics diagnostics = new Diagnostics();
      assertEquals(null, Parse.expression(new Source("entry", text), diagnostics), text);
      assertTrue(diagnostics.hasErrors(), text);
    }
    expression("\n grad(loss, w) # why\n");
  }
}
