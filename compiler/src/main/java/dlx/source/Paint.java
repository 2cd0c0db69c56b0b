package dlx.source;

import dlx.source.Diagnostic.Severity;

/** Colours of a terminal, or none. */
record Paint(boolean on) {
  private static final String RED = "1;31";
  private static final String YELLOW = "1;33";
  private static final String BLUE = "1;34";
  private static final String CYAN = "1;36";

  private String with(String code, String text) {
    return on && !text.isEmpty() ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }

  String severity(Severity severity, String text) {
    return with(
        switch (severity) {
          case ERROR -> RED;
          case WARNING -> YELLOW;
          case NOTE -> CYAN;
        },
        text);
  }

  String primary(String text) {
    return with(RED, text);
  }

  String secondary(String text) {
    return with(BLUE, text);
  }

  String help(String text) {
    return with(CYAN, text);
  }

  String bold(String text) {
    return with("1", text);
  }

  String faint(String text) {
    return with(BLUE, text);
  }
}
