package dlx.cli;

import dlx.runtime.DlxException;
import dlx.source.Diagnostic;
import dlx.source.ProgramException;
import dlx.source.Render;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** What the user reads when something went wrong, and the exit code. Never a stack trace. */
final class Failures {
  private Failures() {}

  static int report(Throwable failure, String[] arguments, Console console) {
    return switch (failure) {
      case UsageException e -> {
        console.note("dlx: " + e.getMessage());
        if (!e.help().isEmpty()) console.note("     " + e.help());
        yield Exit.COMMAND;
      }
      case Programs.ExpressionException e -> {
        console.err().print(Render.text(e.program().diagnostics(), console.colour()));
        yield Exit.COMMAND;
      }
      case ProgramException e -> {
        console.err().print(Render.text(e.diagnostics(), console.colour()));
        yield code(e);
      }
      case DlxException e -> {
        console.err().print(text(e, console.colour()));
        yield code(e);
      }
      case OutOfMemoryError e -> {
        String memory = Runtime.getRuntime().maxMemory() / (1 << 20) + " MiB";
        DlxException limit =
            new DlxException(
                "R0303",
                "the memory of " + memory + " is not enough",
                "",
                "make batches or sizes smaller, or raise it with DLX_JAVA_OPTS=-Xmx8g");
        console.err().print(text(limit, console.colour()));
        yield Exit.DATA;
      }
      case StackOverflowError e -> {
        DlxException limit =
            new DlxException(
                "R0307",
                "the program is nested too deeply for a stack of 32 MiB",
                "",
                "name parts of it, or raise the limit with DLX_JAVA_OPTS=-Xss128m");
        console.err().print(text(limit, console.colour()));
        yield Exit.PROGRAM;
      }
      default -> bug(failure, arguments, console);
    };
  }

  /** The exit code that belongs to the code of an error. */
  static int code(DlxException e) {
    String code = e.code();
    if (e instanceof ProgramException) return Exit.PROGRAM;
    if (code.startsWith("R02")) return Exit.NUMBER;
    return code.startsWith("R") ? Exit.DATA : Exit.PROGRAM;
  }

  /** In the manner of the compiler: headline, place, help. */
  static String text(DlxException e, boolean colour) {
    Diagnostic headline = Diagnostic.error(e.code(), e.getMessage());
    StringBuilder text = new StringBuilder(Render.text(List.of(headline), colour));
    if (!e.place().isEmpty() && !e.getMessage().contains(e.place())) {
      text.append("  --> ").append(e.place()).append('\n');
    }
    if (!e.help().isEmpty()) text.append("help: ").append(e.help()).append('\n');
    return text.toString();
  }

  private static int bug(Throwable failure, String[] arguments, Console console) {
    StringWriter trace = new StringWriter();
    trace.append("dlx ").append(Usage.version()).append(" on Java ");
    trace.append(Runtime.version().toString()).append(", ");
    trace.append(System.getProperty("os.name")).append(' ').append(System.getProperty("os.arch"));
    trace.append("\narguments: ").append(Arrays.toString(arguments)).append("\n\n");
    failure.printStackTrace(new PrintWriter(trace, true));
    String where;
    try {
      Path report = Files.createTempFile("dlx-report-", ".txt");
      Files.writeString(report, trace.toString());
      where = "; please send " + report;
    } catch (IOException e) {
      where = "; a report could not be written: " + e.getMessage();
    }
    console.note("dlx: this is a bug of dlx (" + failure.getClass().getSimpleName() + ")" + where);
    return Exit.BUG;
  }
}
