package dlx.cli;

import dlx.source.Suggest;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** The command line. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    StandardError.restore();
    // results are UTF-8 whatever the locale says, and are not flushed line by line
    System.setOut(
        new PrintStream(
            new java.io.BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 13),
            false,
            StandardCharsets.UTF_8));
    int code = run(args, Console.ofProcess());
    System.out.flush();
    System.exit(code);
  }

  /** Runs a command line and returns its exit code. Nothing is thrown. */
  public static int run(String[] args, Console console) {
    try {
      int code = dispatch(Arrays.asList(args), console);
      console.out().flush();
      return code;
    } catch (Throwable e) {
      console.out().flush();
      return Failures.report(e, args, console);
    }
  }

  private static int dispatch(List<String> args, Console console) {
    if (args.isEmpty() || List.of("help", "-h", "--help").contains(args.getFirst())) {
      if (args.size() > 1) return run(new String[] {args.get(1), "--help"}, console);
      Usage.print(console.out());
      return args.isEmpty() ? Exit.COMMAND : Exit.FINE;
    }
    String first = args.getFirst();
    if (first.equals("-V") || first.equals("--version")) {
      console.out().println("dlx " + Usage.version());
      return Exit.FINE;
    }
    Supplier<Command> command = Commands.all().get(first);
    if (command != null) {
      return Invocation.of(command.get(), args.subList(1, args.size()), console).run();
    }
    boolean file = args.stream().anyMatch(a -> a.endsWith(".dlx"));
    if (first.endsWith(".dlx") || first.startsWith("-") && file) {
      return Invocation.of(new Describe(), args, console).run();
    }
    String near = Suggest.closest(first, Commands.all().keySet());
    throw new UsageException(
        "there is no command `" + first + "`",
        near != null ? "did you mean `dlx " + near + "`?" : "`dlx --help` lists the commands");
  }
}
