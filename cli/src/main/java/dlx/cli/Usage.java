package dlx.cli;

import java.io.PrintStream;

/** The page that {@code dlx --help} prints. */
final class Usage {
  private Usage() {}

  static String version() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "(development)" : version;
  }

  static void print(PrintStream out) {
    out.println("dlx compiles and runs programs in a small language for machine learning.");
    out.println();
    out.println("  dlx FILE                  describe a program");
    Commands.all()
        .forEach((name, command) ->
            out.printf("  dlx %-21s %s%n", name + " ...", command.get().summary()));
    out.println();
    out.println("`dlx COMMAND --help` lists the options of a command.");
    out.println(
        "Exit codes: 0 fine, 1 the program or a test is wrong, 2 the command line is wrong,");
    out.println("3 data or files, 4 a numeric trap, 70 a bug of dlx, 130 after Ctrl-C.");
  }
}
