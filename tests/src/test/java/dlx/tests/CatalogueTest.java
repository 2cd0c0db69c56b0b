package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.ast.Ast;
import dlx.ast.Parse;
import dlx.elaborate.Elaborate;
import dlx.elaborate.ImportResolver;
import dlx.elaborate.Program;
import dlx.runtime.DlxException;
import dlx.source.Diagnostic;
import dlx.source.Diagnostics;
import dlx.source.ProgramException;
import dlx.source.Render;
import dlx.source.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The catalogue of error messages: for every {@code CODE-what.dlx} in {@code errors/} the file
 * {@code CODE-what.txt} beside it holds what {@code dlx check} prints for it. The first diagnostic
 * has the code that the file is named after.
 *
 * <p>A first line {@code # with: NAME=VALUE} gives the program a {@code -D}, {@code # asked:
 * EXPRESSION} asks it for something; imports are files of {@code errors} too.
 *
 * <p>{@code -Ddlx.golden=write} writes the expected texts anew; read the difference before keeping
 * it.
 */
class CatalogueTest {
  static final Path ERRORS = Path.of("src/test/resources/errors");

  private static final Path COMPILER = Path.of("../compiler/src/main/java/dlx");
  private static final Pattern CODE = Pattern.compile("\"([EWR]0[0-9]{3})\"");

  /**
   * R0302 needs four million nodes, which takes too long; E0122 needs fifty errors and is in {@link
   * ParseLimitsTest}.
   */
  private static final Set<String> ELSEWHERE = Set.of("R0302", "E0122");

  /** Everything that checking a file has to say. */
  static List<Diagnostic> check(Source source) {
    Diagnostics diagnostics = new Diagnostics();
    Ast.File file = Parse.file(source, diagnostics);
    if (!diagnostics.hasErrors()) {
      Elaborate.program(file, Map.of(), ImportResolver.NONE, diagnostics);
    }
    return diagnostics.all();
  }

  /** Everything that a program of the catalogue has to say. */
  private static List<Diagnostic> said(Source source) {
    Map<String, ?> defines = Map.of();
    String with = directive(source, "# with: ");
    if (!with.isEmpty()) {
      int equals = with.indexOf('=');
      defines = Map.of(with.substring(0, equals), with.substring(equals + 1));
    }
    Diagnostics diagnostics = new Diagnostics();
    Ast.File file = Parse.file(source, diagnostics);
    if (diagnostics.hasErrors()) {
      return diagnostics.all();
    }
    Program program = Elaborate.program(file, defines, CatalogueTest::imported, diagnostics);
    String asked = directive(source, "# asked: ");
    if (asked.isEmpty()) {
      return diagnostics.all();
    }
    assertFalse(diagnostics.hasErrors());
    return assertThrows(ProgramException.class, () -> program.entry(asked)).diagnostics();
  }

  private static String directive(Source source, String start) {
    String line = source.lineText(1);
    return line.startsWith(start) ? line.substring(start.length()) : "";
  }

  private static Source imported(Source importer, String path) {
    Path file = ERRORS.resolve(importer.name()).resolveSibling(path).normalize();
    try {
      return new Source(ERRORS.relativize(file).toString(), Files.readString(file));
    } catch (IOException e) {
      throw new DlxException("E0901", "there is no file `" + path + "` to import", path, "");
    }
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

  /** Every code that reading and elaborating can give has a program that gives it. */
  @Test
  void everyCodeHasAProgram() throws IOException {
    Set<String> missing = new TreeSet<>();
    for (String stage : List.of("ast", "elaborate")) {
      try (Stream<Path> files = Files.list(COMPILER.resolve(stage))) {
        for (Path file : files.toList()) {
          CODE.matcher(Files.readString(file)).results().forEach(m -> missing.add(m.group(1)));
        }
      }
    }
    programs().forEach(path -> missing.remove(name(path).substring(0, 5)));
    missing.removeAll(ELSEWHERE);
    assertEquals(Set.of(), missing);
  }

  private static void compare(Path path) throws IOException {
    String name = name(path);
    List<Diagnostic> found = said(new Source(name + ".dlx", Files.readString(path)));
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
