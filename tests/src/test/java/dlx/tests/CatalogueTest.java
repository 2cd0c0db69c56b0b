package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.ast.Ast;
import dlx.ast.Parse;
import dlx.elaborate.Elaborate;
import dlx.elaborate.ImportResolver;
import dlx.source.Diagnostic;
import dlx.source.Diagnostics;
import dlx.source.Render;
import dlx.source.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The catalogue of error messages: for every {@code CODE-what.dlx} in {@code errors/} the file
 * {@code CODE-what.txt} beside it holds what {@code dlx check} prints for it. The first diagnostic
 * has the code that the file is named after.
 *
 * <p>{@code -Ddlx.golden=write} writes the expected texts anew; read the difference before keeping
 * it.
 */
class CatalogueTest {
  static final Path ERRORS = Path.of("src/test/resources/errors");

  /** Everything that checking a file has to say. */
  static List<Diagnostic> check(Source source) {
    Diagnostics diagnostics = new Diagnostics();
    Ast.File file = Parse.file(source, diagnostics);
    if (!diagnostics.hasErrors()) {
      Elaborate.program(file, Map.of(), ImportResolver.NONE, diagnostics);
    }
    return diagnostics.all();
  }

  /** What reading a file has to say. */
  static List<Diagnostic> syntax(Source source) {
    Diagnostics diagnostics = new Diagnostics();
    Parse.file(source, diagnostics);
    return diagnostics.all();
  }

  @TestFactory
  Stream<DynamicTest> catalogue() throws IOException {
    return programs().map(path -> DynamicTest.dynamicTest(name(path), () -> compare(path)));
  }

  @Test
  void everyTextHasItsProgram() throws IOException {
    try (Stream<Path> files = Files.list(ERRORS)) {
      for (Path text : files.filter(f -> f.toString().endsWith(".txt")).toList()) {
        assertTrue(Files.exists(ERRORS.resolve(name(text) + ".dlx")), text.toString());
      }
    }
  }

  private static void compare(Path path) throws IOException {
    String name = name(path);
    List<Diagnostic> found = check(new Source(name + ".dlx", Files.readString(path)));
    assertTrue(
        found.stream().anyMatch(d -> d.code().equals(name.substring(0, 5))),
        () -> "no " + name.substring(0, 5) + " among " + found);
    String actual = Render.text(found, false);
    Path expected = ERRORS.resolve(name + ".txt");
    if ("write".equals(System.getProperty("dlx.golden"))) {
      Files.writeString(expected, actual);
    }
    assertEquals(Files.readString(expected), actual);
  }

  private static Stream<Path> programs() throws IOException {
    try (Stream<Path> files = Files.list(ERRORS)) {
      return files.filter(f -> f.toString().endsWith(".dlx")).sorted().toList().stream();
    }
  }

  private static String name(Path path) {
    return path.getFileName().toString().replaceAll("\\.\\w+$", "");
  }
}
