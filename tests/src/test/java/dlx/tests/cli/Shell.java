package dlx.tests.cli;

import dlx.cli.Console;
import dlx.cli.Main;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Command lines in a folder of their own; the folder is {@code DIR} in what they say. */
final class Shell {
  /** What a command line did. */
  record Said(int code, String out, String err) {}

  private final Path folder;

  Shell(Path folder) {
    this.folder = folder;
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  /** Writes a file into the folder. */
  Shell with(String name, String text) {
    try {
      Files.writeString(file(name), text);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs {@code words}, separated by spaces; words in single quotes stay together. */
  Said run(String words) {
    String[] arguments =
        java.util.regex.Pattern.compile("'([^']*)'|(\\S+)")
            .matcher(words)
            .results()
            .map(m -> m.group(1) != null ? m.group(1) : m.group(2))
            .map(w -> w.replace("DIR", folder.toString()))
            .toArray(String[]::new);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            false,
            false);
    int code = Main.run(arguments, console);
    Said said = new Said(code, text(out), text(err));
    if (code == 70) {
      throw new AssertionError(Arrays.toString(arguments) + " met a bug: " + said.err);
    }
    return said;
  }

  private String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8).replace(folder.toString(), "DIR");
  }
}
