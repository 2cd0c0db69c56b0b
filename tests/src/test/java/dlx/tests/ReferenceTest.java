package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What the documents list is what the compiler has. {@code -Ddlx.golden=write} writes the lists
 * anew; read the difference before keeping it.
 */
class ReferenceTest {
  private static final Path DOCS = Path.of("../docs");

  @Test
  void operations() throws IOException {
    compare("operations.md", Reference.operations());
  }

  @Test
  void rules() throws IOException {
    compare("rules.md", Reference.rules());
  }

  @Test
  void commands() throws IOException {
    compare("commands.md", Reference.commands(Files.readString(DOCS.resolve("commands.md"))));
  }

  @Test
  void everyCommandHasItsPage() throws IOException {
    String text = Files.readString(DOCS.resolve("commands.md"));
    for (String command : Reference.commandNames()) {
      assertTrue(text.contains("<!-- " + command + " --help -->"), command);
    }
  }

  private static void compare(String name, String actual) throws IOException {
    Path file = DOCS.resolve(name);
    if ("write".equals(System.getProperty("dlx.golden"))) Files.writeString(file, actual);
    String expected = Files.exists(file) ? Files.readString(file) : "";
    List<String> wanted = actual.lines().toList();
    List<String> found = expected.lines().toList();
    String what = "docs/" + name + " is stale; -Dtest=ReferenceTest -Ddlx.golden=write";
    for (int i = 0; i < Math.min(wanted.size(), found.size()); i++) {
      assertEquals(wanted.get(i), found.get(i), what);
    }
    assertEquals(wanted.size(), found.size(), what);
  }
}
