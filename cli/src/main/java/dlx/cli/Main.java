package dlx.cli;

/** The command line. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    StandardError.restore();
    System.err.println("dlx: no commands yet");
    System.exit(2);
  }
}
