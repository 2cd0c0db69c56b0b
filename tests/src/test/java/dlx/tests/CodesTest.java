package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.source.Codes;
import dlx.source.Diagnostic;
import dlx.source.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every code that the sources use is explained, and the explanations are true. */
class CodesTest {
  private static final Pattern CODE = Pattern.compile("\"([ERW]\\d{4})\"");
  private static final Pattern EXAMPLE = Pattern.compile("(?ms)^```(bad|good)\\n(.*?)^```$");

  @Test
  void everyCodeInTheSourcesIsExplained() throws IOException {
    List<String> missing = new ArrayList<>();
    for (String code : used()) {
      if (Codes.explain(code) == null) missing.add(code);
    }
    assertEquals(List.of(), missing);
  }

  @Test
  void everyExplainedCodeIsUsed() throws IOException {
    Set<String> used = used();
    List<String> idle = Codes.all().stream().filter(code -> !used.contains(code)).toList();
    assertEquals(List.of(), idle);
  }

  @Test
  void everyCodeBelongsToAFamily() throws IOException {
    for (String code : used()) {
      assertTrue(Codes.FAMILIES.containsKey(code.substring(0, 3)), code);
    }
  }

  @TestFactory
  Stream<DynamicTest> examples() {
    return Codes.all().stream().map(code -> DynamicTest.dynamicTest(code, () -> examples(code)));
  }

  private static void examples(String code) {
    Matcher example = EXAMPLE.matcher(String.valueOf(Codes.explain(code)));
    while (example.find()) {
      Source source = new Source("example.dlx", example.group(2));
      List<Diagnostic> found =
          code.startsWith("E01") ? CatalogueTest.syntax(source) : CatalogueTest.check(source);
      if (example.group(1).equals("bad")) {
        assertTrue(found.stream().anyMatch(d -> d.code().equals(code)), found.toString());
      } else {
        assertEquals(List.of(), found);
      }
    }
  }

  @Test
  void whatIsNoCodeIsNotExplained() {
    assertFalse(Codes.all().isEmpty());
    for (String text : List.of("", "E01", "E9999", "../E01", "hello")) {
      assertEquals(null, Codes.explain(text));
    }
  }

  private static Set<String> used() throws IOException {
    Set<String> codes = new TreeSet<>();
    for (String module : List.of("../compiler", "../runtime", "../cli")) {
      Path sources = Path.of(module, "src/main/java");
      if (!Files.exists(sources)) {
        continue;
      }
      try (Stream<Path> files = Files.walk(sources)) {
        for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
          Matcher code = CODE.matcher(Files.readString(file));
          while (code.find()) {
            codes.add(code.group(1));
          }
        }
      }
    }
    return codes;
  }
}
