package dlx.cli;

import dlx.data.AtomicFile;
import dlx.source.Source;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code dlx fmt FILE...}: the one style. */
final class Format extends Command {
  Format() {
    super("fmt", "write programs in the one style", false);
  }

  @Override
  void options(Options options) {
    options
        .flag("--check", "change nothing; the exit code is 1 if a file is not in the style")
        .positional("FILE", "1..*", "programs; - reads standard input and prints");
  }

  @Override
  int run(Invocation invocation) {
    boolean check = invocation.flag("--check");
    boolean differs = false;
    for (String file : invocation.positionals(0)) {
      boolean stream = file.equals("-");
      Source source = stream ? standardInput() : Source.read(Programs.existing(file));
      String formatted = dlx.ast.Format.text(source);
      boolean same = formatted.equals(source.text());
      differs |= !same;
      if (invocation.flag("--json") && !stream) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("file", file);
        object.put("in_style", same);
        object.put("version", 1);
        invocation.console().out().println(dlx.source.Json.of(object));
      }
      if (stream && !check) {
        invocation.console().out().print(formatted);
      } else if (!same && check && !invocation.flag("--json")) {
        invocation.console().note((stream ? "standard input" : file) + ": not in the style");
      } else if (!same && !check) {
        AtomicFile.write(
            Path.of(file), out -> out.write(formatted.getBytes(StandardCharsets.UTF_8)));
      }
    }
    return check && differs ? Exit.PROGRAM : Exit.FINE;
  }

  private static Source standardInput() {
    try {
      return Source.decode("standard input", System.in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
