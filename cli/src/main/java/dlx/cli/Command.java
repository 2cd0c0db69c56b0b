package dlx.cli;

/** A subcommand: its options and what it does. */
abstract class Command {
  private final String name;
  private final String summary;
  private final boolean takesInputs;

  /**
   * @param summary one line for the list of commands
   * @param takesInputs whether {@code --NAME VALUE} gives the input NAME of the program
   */
  Command(String name, String summary, boolean takesInputs) {
    this.name = name;
    this.summary = summary;
    this.takesInputs = takesInputs;
  }

  String name() {
    return name;
  }

  String summary() {
    return summary;
  }

  boolean takesInputs() {
    return takesInputs;
  }

  /** Adds the options and positional parameters of this command. */
  abstract void options(Options options);

  /** Runs and returns the exit code. */
  abstract int run(Invocation invocation);
}
