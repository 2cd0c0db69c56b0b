package dlx.cli;

import java.io.PrintStream;

/**
 * Where the command line writes: results to {@code out}, messages and progress to {@code err}.
 *
 * @param outTerminal whether {@code out} is a terminal, so that what is printed is read by a person
 * @param errTerminal whether {@code err} is a terminal, so that progress may overwrite itself
 * @param colour whether messages may be coloured
 */
public record Console(
    PrintStream out, PrintStream err, boolean outTerminal, boolean errTerminal, boolean colour) {

  /** The streams of the process; the launcher says which of them are terminals. */
  static Console ofProcess() {
    boolean out = Boolean.getBoolean("dlx.terminal.out");
    boolean err = Boolean.getBoolean("dlx.terminal.err");
    boolean colour = err && System.getenv("NO_COLOR") == null;
    return new Console(System.out, System.err, out, err, colour);
  }

  Console withColour(boolean wanted) {
    return new Console(out, err, outTerminal, errTerminal, wanted);
  }

  /** A sentence for the user that is no result. */
  void note(String sentence) {
    err.println(sentence);
  }
}
