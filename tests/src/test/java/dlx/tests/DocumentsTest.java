package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.Dlx;
import dlx.Model;
import dlx.TestRun;
import dlx.cli.Console;
import dlx.cli.Main;
import dlx.source.ProgramException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the documents show is true. A block that begins with {@code ```dlx} is a program: it is read
 * without a remark, and its tests hold; after {@code ```dlx bad E0301} it has that error. Links
 * lead to files. The program of README is trained, and its Java example runs.
 */
class DocumentsTest {
  private static final Path TOP = Path.of("..");

  private static final Pattern BLOCK =
      Pattern.compile("(?ms)^```(dlx|java)(?: bad (\\w+))?\\n(.*?)^```$");

  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");

  /** A block of code: its place, its language, the code of its error or empty, its text. */
  private record Block(String place, String language, String code, String text) {}

  @TestFactory
  Stream<DynamicTest> programs() throws IOException {
    return documents().stream()
        .flatMap(file -> blocks(file).stream())
        .filter(b -> b.language.equals("dlx"))
        .map(b -> DynamicTest.dynamicTest(b.place, () -> program(b)));
  }

  private static void program(Block block) {
    try {
      Model model = Dlx.parse(block.place, block.text);
      assertEquals(List.of(), model.warnings());
      assertEquals("", block.code, "there is no error");
      for (int i = 0; i < model.program().tests().size(); i++) {
        TestRun run = TestRun.of(model, i);
        assertTrue(run.passed(), run::toString);
      }
    } catch (ProgramException e) {
      assertTrue(e.diagnostics().stream().anyMatch(d -> d.code().equals(block.code)), e.toString());
    }
  }

  @Test
  void linksLeadSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path file : documents()) {
      Matcher link = LINK.matcher(Files.readString(file));
      while (link.find()) {
        if (!Files.exists(file.resolveSibling(link.group(1)))) {
          broken.add(file + ": " + link.group(1));
        }
      }
    }
    assertEquals(List.of(), broken);
  }

  @Test
  void theExamplesOfReadmeRun(@TempDir Path folder) throws Exception {
    String program = readme("dlx");
    Path source = folder.resolve("regression.dlx");
    Files.writeString(source, program);
    assertTrue(train(source, 1).contains("valid accuracy"));

    String java = readme("java").replace("\"regression.dlx\"", "\"" + source + "\"");
    Path example = folder.resolve("Example.java");
    Files.writeString(example, java);
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    int code =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                messages,
                messages,
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                folder.toString(),
                example.toString());
    assertEquals(0, code, messages::toString);
    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
      Class<?> type = loader.loadClass("Example");
      var constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      var main = type.getDeclaredMethod("main");
      main.setAccessible(true);
      PrintStream before = System.out;
      ByteArrayOutputStream printed = new ByteArrayOutputStream();
      System.setOut(print(printed));
      try {
        main.invoke(constructor.newInstance());
      } finally {
        System.setOut(before);
      }
      assertTrue(printed.toString(StandardCharsets.UTF_8).contains("i32[2]"), printed::toString);
    }
  }

  private static String train(Path source, int epochs) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console = new Console(print(out), print(err), false, false, false);
    String name = source.toString();
    String to = name.replace(".dlx", ".safetensors");
    String[] arguments = {"train", name, "--epochs", String.valueOf(epochs), "--out", to};
    assertEquals(0, Main.run(arguments, console), () -> err.toString(StandardCharsets.UTF_8));
    assertTrue(Files.exists(Path.of(to)));
    return out.toString(StandardCharsets.UTF_8);
  }

  private static PrintStream print(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private static String readme(String language) {
    List<Block> found =
        blocks(TOP.resolve("README.md")).stream().filter(b -> b.language.equals(language)).toList();
    assertEquals(1, found.size(), "blocks of " + language + " in README.md");
    return found.getFirst().text;
  }

  private static List<Path> documents() throws IOException {
    List<Path> documents = new ArrayList<>(List.of(TOP.resolve("README.md")));
    Path folder = TOP.resolve("docs");
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        files.filter(f -> f.toString().endsWith(".md")).sorted().forEach(documents::add);
      }
    }
    return documents;
  }

  private static List<Block> blocks(Path file) {
    try {
      String text = Files.readString(file);
      List<Block> blocks = new ArrayList<>();
      Matcher block = BLOCK.matcher(text);
      while (block.find()) {
        long line = 1 + text.substring(0, block.start()).lines().count();
        String code = block.group(2) == null ? "" : block.group(2);
        String place = file.getFileName() + ":" + line;
        blocks.add(new Block(place, block.group(1), code, block.group(3)));
      }
      return blocks;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
