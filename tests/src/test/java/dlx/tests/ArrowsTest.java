package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The arrows of the house: which package may know which. Reads the source text, so that a full name
 * in an expression counts like an import.
 */
class ArrowsTest {
  /** The stages of the compiler. Each may know itself and those before it, and the runtime. */
  private static final List<String> STAGES =
      List.of(
          "dlx.source",
          "dlx.ast",
          "dlx.graph",
          "dlx.elaborate",
          "dlx.differentiate",
          "dlx.simplify",
          "dlx.recompute",
          "dlx.schedule",
          "dlx.emit",
          "dlx");

  /** Beyond its place in the order: the graph stands beside the syntax, not on top of it. */
  private static final Map<String, List<String>> NEVER = Map.of("dlx.graph", List.of("dlx.ast"));

  private static final List<String> COMMAND_LINE =
      List.of("dlx.cli", "dlx.training", "dlx.data", "dlx.pictures", "dlx.measure");

  private static final Map<String, List<String>> ONLY_IN =
      Map.of(
          "org.objectweb.asm",
          List.of("dlx.emit"),
          "org.antlr",
          List.of("dlx.ast"),
          "dlx.grammar",
          List.of("dlx.ast"),
          "de.siegmar.fastcsv",
          COMMAND_LINE,
          "tools.jackson",
          COMMAND_LINE);

  private static final Pattern IMPORT =
      Pattern.compile("(?m)^import\\s+(?:static\\s+)?([\\w.*]+)\\s*;");

  /** A type named in full in the text, such as {@code dlx.graph.Node}. */
  private static final Pattern FULL_NAME =
      Pattern.compile("(?<![\\w.\"])(dlx(?:\\.[a-z]\\w*)*)\\.[A-Z]\\w*");

  private static final Pattern COMMENT = Pattern.compile("(?s)/\\*.*?\\*/|//[^\\n]*");
  private static final Pattern STRING =
      Pattern.compile("(?s)\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\n])*\"");

  @Test
  void everyArrowPointsDownTheHouse() {
    List<String> wrong = new ArrayList<>();
    int files = 0;
    for (String module : List.of("runtime", "compiler", "stdlib", "cli")) {
      for (Path file : sources(module)) {
        files++;
        check(file, wrong);
      }
    }
    assertFalse(files == 0, "no sources found");
    assertEquals(List.of(), wrong);
  }

  @Test
  void theTestSeesAWrongArrow() {
    assertFalse(allowed("dlx.graph", "dlx.ast"));
    assertFalse(allowed("dlx.graph", "dlx.emit"));
    assertFalse(allowed("dlx.runtime", "dlx.graph"));
    assertFalse(allowed("dlx.runtime", "org.objectweb.asm"));
    assertFalse(allowed("dlx.schedule", "org.objectweb.asm"));
    assertFalse(allowed("dlx", "dlx.cli"));
    assertFalse(allowed("dlx", "tools.jackson.core"));
    assertFalse(allowed("dlx.simplify", "org.antlr.v4.runtime"));
  }

  private static void check(Path file, List<String> wrong) {
    String text = STRING.matcher(read(file)).replaceAll("\"\"");
    text = COMMENT.matcher(text).replaceAll("");
    String home = packageOf(file);
    List<String> known = new ArrayList<>();
    for (Matcher m = IMPORT.matcher(text); m.find(); ) known.add(packageIn(m.group(1)));
    for (Matcher m = FULL_NAME.matcher(IMPORT.matcher(text).replaceAll("")); m.find(); ) {
      known.add(m.group(1));
    }
    for (String other : known) {
      if (!allowed(home, other)) wrong.add(file.getFileName() + ": " + home + " knows " + other);
    }
  }

  private static boolean allowed(String home, String other) {
    if (home.equals(other)) return true;
    if (home.equals("dlx.runtime")) {
      return other.startsWith("java.")
          || other.startsWith("jdk.incubator.vector")
          || other.equals("dlx.generated");
    }
    for (var rule : ONLY_IN.entrySet()) {
      if (within(other, rule.getKey())) return rule.getValue().contains(home);
    }
    if (!within(other, "dlx") || other.equals("dlx.runtime")) return true;
    if (COMMAND_LINE.contains(home)) return true;
    if (NEVER.getOrDefault(home, List.of()).contains(other)) return false;
    int from = STAGES.indexOf(home);
    int to = STAGES.indexOf(other);
    return from >= 0 && to >= 0 && to < from;
  }

  private static boolean within(String name, String outer) {
    return name.equals(outer) || name.startsWith(outer + ".");
  }

  /** The package part of an imported name: everything before the first capital. */
  private static String packageIn(String name) {
    List<String> parts = new ArrayList<>();
    for (String part : name.split("\\.")) {
      if (part.equals("*") || Character.isUpperCase(part.charAt(0))) break;
      parts.add(part);
    }
    return String.join(".", parts);
  }

  private static String packageOf(Path file) {
    Matcher m = Pattern.compile("(?m)^package\\s+([\\w.]+);").matcher(read(file));
    if (!m.find()) throw new AssertionError(file + " has no package");
    return m.group(1);
  }

  private static List<Path> sources(String module) {
    Path root = Path.of("..", module, "src", "main", "java");
    if (!Files.isDirectory(root)) return List.of();
    try (var walk = Files.walk(root)) {
      return walk.filter(p -> p.toString().endsWith(".java")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
