import com.google.googlejavaformat.java.Formatter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks ({@code check}) or rewrites ({@code write}) every .java file below the working directory
 * in the one format. Exempt: target/, and files whose first line is {@code // table: aligned by
 * hand}.
 */
final class Format {
  private static final String EXEMPT = "// table: aligned by hand";

  static void main(String[] args) throws Exception {
    boolean write = args[0].equals("write");
    List<String> wrong = new ArrayList<>();
    for (Path file : sources()) {
      String text = Files.readString(file);
      if (text.startsWith(EXEMPT)) continue;
      String formatted;
      try {
        formatted = new Formatter().formatSourceAndFixImports(text);
      } catch (com.google.googlejavaformat.java.FormatterException e) {
        wrong.add(file + ": " + e.getMessage());
        continue;
      }
      if (formatted.equals(text)) continue;
      if (write) {
        Files.writeString(file, formatted);
        IO.println("formatted " + file);
      } else {
        wrong.add(file.toString());
      }
    }
    Path list = Path.of("target", "formatter", "wrong.txt");
    Files.deleteIfExists(list);
    if (wrong.isEmpty()) return;
    Files.write(list, wrong);
    IO.println("not in the one format:");
    wrong.forEach(w -> IO.println("  " + w));
    System.exit(1);
  }

  private static List<Path> sources() throws IOException {
    try (var walk = Files.walk(Path.of(""))) {
      return walk.filter(p -> p.toString().endsWith(".java"))
          .filter(p -> !("/" + p.toString().replace('\\', '/')).contains("/target/"))
          .sorted()
          .toList();
    }
  }
}
