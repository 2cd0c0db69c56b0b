package dlx.cli;

/** A subcommand: its options and what it does. */
interface Command {
  String name();

  /** One line for the list of commands. */
  String summary();

  /** Adds the options and positional parameters of this command. */
  void options(Options options);

  /** Whether {@code --NAME VALUE} gives the input NAME of the program. */
  default boolean takesInputs() {
    return false;
  }

  /** Runs and returns the exit code. */
  int run(Invocation invocation);
}
