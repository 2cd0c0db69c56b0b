package dlx.cli;

import dlx.source.Suggest;
import java.util.Collection;

/** The command line is wrong: a sentence, and what to do. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String help;

  UsageException(String message, String help) {
    super(message);
    this.help = help;
  }

  /** A name that is not there: with the one that may have been meant, or all if they are few. */
  static UsageException unknown(String kind, String name, Collection<String> names) {
    String near = Suggest.closest(name, names);
    String help =
        near != null
            ? "did you mean `" + near + "`?"
            : names.isEmpty() || names.size() > 24 ? "" : "there is " + String.join(", ", names);
    return new UsageException("there is no " + kind + " `" + name + "`", help);
  }

  String help() {
    return help;
  }
}
