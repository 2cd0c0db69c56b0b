package dlx.cli;

/** Exit codes. */
final class Exit {
  static final int FINE = 0;

  /** The program, one of its tests or something it imports is wrong. */
  static final int PROGRAM = 1;

  /** The command line is wrong. */
  static final int COMMAND = 2;

  /** Data or files. */
  static final int DATA = 3;

  /** A numeric trap. */
  static final int NUMBER = 4;

  /** A bug of the compiler. */
  static final int BUG = 70;

  /** After Ctrl-C; everything is saved. */
  static final int INTERRUPTED = 130;

  private Exit() {}
}
