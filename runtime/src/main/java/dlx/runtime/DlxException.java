package dlx.runtime;

/**
 * The one exception that this project throws for something the user can mend: a wrong program,
 * file, size or number. It carries a code for {@code dlx explain}, a sentence that stands alone,
 * the place and what to do.
 */
public class DlxException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String code;
  private final String place;
  private final String help;

  /**
   * @param code such as {@code R0101}
   * @param message a sentence that stands alone
   * @param place where, such as {@code train.npz} or {@code model.dlx:12:3}; empty if nowhere
   * @param help what to do; empty if there is nothing to say
   */
  public DlxException(String code, String message, String place, String help) {
    this(code, message, place, help, null);
  }

  public DlxException(String code, String message, String place, String help, Throwable cause) {
    super(message, cause);
    this.code = code;
    this.place = place;
    this.help = help;
  }

  public String code() {
    return code;
  }

  public String place() {
    return place;
  }

  public String help() {
    return help;
  }
}
