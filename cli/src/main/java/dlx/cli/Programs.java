package dlx.cli;

import dlx.Dlx;
import dlx.Entry;
import dlx.Model;
import dlx.Pipeline;
import dlx.runtime.DlxException;
import dlx.source.ProgramException;
import dlx.source.Render;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the program that a command line names, with its options. */
final class Programs {
  private static final Pattern SIZE =
      Pattern.compile("([0-9]+(?:\\.[0-9]+)?)([KMG]?)B?", Pattern.CASE_INSENSITIVE);

  private Programs() {}

  /**
   * The program without its tests, for commands that ask for something else; what is remarked about
   * it goes to standard error.
   *
   * @throws UsageException if there is no such file
   * @throws ProgramException if the program is wrong
   */
  static Model load(Invocation invocation, String file) {
    return load(invocation, file, false);
  }

  /** As {@link #load}, with the tests: what is wrong with them is wrong with the program. */
  static Model loadWithTests(Invocation invocation, String file) {
    return load(invocation, file, true);
  }

  private static Model load(Invocation invocation, String file, boolean tests) {
    PassTimes times = new PassTimes();
    dlx.Options options = options(invocation).withTests(tests);
    Model model = load(file, options, invocation.flag("--time-passes") ? times : null);
    model.reset(invocation.seed());
    if (!model.warnings().isEmpty()) {
      Console console = invocation.console();
      console.err().print(Render.text(model.warnings(), console.colour()));
    }
    if (invocation.flag("--time-passes")) {
      invocation.atEnd(() -> times.print(invocation.console()));
    }
    return model;
  }

  private static Model load(String file, dlx.Options options, PassTimes times) {
    try {
      return Dlx.load(existing(file), options, times == null ? Pipeline.Watch.NONE : times);
    } catch (ProgramException e) {
      if (!isAboutDefines(e, options)) throw e;
      throw new UsageException(e.getMessage(), e.help());
    }
  }

  /** An unknown name behind {@code -D} is the fault of the command line, not of the program. */
  private static boolean isAboutDefines(ProgramException e, dlx.Options options) {
    return !options.defines().isEmpty()
        && e.diagnostics().stream().allMatch(d -> d.places().isEmpty());
  }

  static Path existing(String file) {
    Path path = Path.of(file);
    if (Files.isDirectory(path)) {
      throw new UsageException("`" + file + "` is a folder, not a program", "name its .dlx files");
    }
    if (Files.exists(path)) return path;
    String hint =
        file.endsWith(".dlx") || !Files.exists(Path.of(file + ".dlx"))
            ? ""
            : "did you mean `" + file + ".dlx`?";
    throw new UsageException("there is no file `" + file + "`", hint);
  }

  /** Options of the compiler as the command line gives them. */
  static dlx.Options options(Invocation invocation) {
    return dlx.Options.DEFAULT
        .withDefines(invocation.pairs("-D"))
        .withImportFolders(
            invocation.values("--import-path").stream().map(Programs::folder).toList())
        .withSimplify(!invocation.flag("--no-simplify"))
        .withUnchecked(invocation.flag("--unchecked"))
        .withMemory(invocation.value("--memory").map(Programs::bytes).orElse(dlx.Options.UNLIMITED))
        .withThreads(invocation.whole("--threads", 1).orElse(0))
        .withMathematics(mathematics(invocation.value("--math").orElse("real")));
  }

  /** A number of bytes: {@code 300}, {@code 64K}, {@code 512M}, {@code 1.5G}. */
  static long bytes(String text) {
    Matcher matcher = SIZE.matcher(text);
    if (matcher.matches()) {
      double bytes =
          Double.parseDouble(matcher.group(1)) * (1L << 10 * " KMG".indexOf(unit(matcher)));
      if (bytes >= 1 && bytes < 1L << 53) return (long) bytes;
    }
    throw new UsageException(
        "--memory is a number of bytes, not " + text, "for example 300K, 512M or 1.5G");
  }

  private static String unit(Matcher matcher) {
    return matcher.group(2).isEmpty() ? " " : matcher.group(2).toUpperCase(Locale.ROOT);
  }

  private static dlx.Options.Mathematics mathematics(String text) {
    return switch (text) {
      case "real" -> dlx.Options.Mathematics.REAL;
      case "strict" -> dlx.Options.Mathematics.STRICT;
      default -> throw new UsageException("--math is real or strict, not " + text, "");
    };
  }

  private static Path folder(String text) {
    Path folder = Path.of(text);
    if (!Files.isDirectory(folder))
      throw new UsageException("there is no folder `" + text + "`", "");
    return folder;
  }

  /**
   * Names and expressions of the command line, compiled.
   *
   * @throws UsageException if there is something wrong with them; the diagnostics are printed
   */
  static Entry entry(
      Invocation invocation, Model model, boolean training, List<String> expressions) {
    try {
      return model.entry(expressions, training);
    } catch (ProgramException e) {
      throw new ExpressionException(e);
    }
  }

  /** An expression on the command line that is wrong. */
  static final class ExpressionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ExpressionException(ProgramException cause) {
      super(cause);
    }

    ProgramException program() {
      return (ProgramException) getCause();
    }
  }

  /** The values of {@code NAME=NUMBER} options that name sizes. */
  static Map<String, Integer> sizes(Invocation invocation, String option) {
    Map<String, Integer> sizes = new LinkedHashMap<>();
    invocation
        .pairs(option)
        .forEach((name, value) -> {
          try {
            sizes.put(name, Integer.parseUnsignedInt(value));
          } catch (NumberFormatException e) {
            throw new UsageException(option + " takes NAME=NUMBER, not " + name + "=" + value, "");
          }
        });
    return sizes;
  }

  /** Milliseconds of every stage, summed up over what was compiled. */
  private static final class PassTimes implements Pipeline.Watch {
    private final Map<String, Long> nanoseconds = new LinkedHashMap<>();

    @Override
    public synchronized void after(String stage, Object made, long taken) {
      nanoseconds.merge(stage, taken, Long::sum);
    }

    synchronized void print(Console console) {
      nanoseconds.forEach((stage, taken) ->
          console.note(String.format(Locale.ROOT, "%-14s %8.1f ms", stage, taken / 1e6)));
    }
  }

  /** The code and sentence of an error of data as one exception with a place. */
  static DlxException at(String place, DlxException e) {
    return e.place().isEmpty() ? new DlxException(e.code(), e.getMessage(), place, e.help(), e) : e;
  }
}
