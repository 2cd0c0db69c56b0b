package dlx.source;

/** One row of marks and labels, filled in any order. */
final class Canvas {
  private final StringBuilder row = new StringBuilder();
  private final StringBuilder strong = new StringBuilder();

  /** Repeats {@code mark} over the columns; at least one. */
  void fill(int from, int to, char mark, boolean primary) {
    write(from, String.valueOf(mark).repeat(Math.max(1, to - from)), primary);
  }

  void write(int column, String text, boolean primary) {
    while (row.length() < column + text.length()) {
      row.append(' ');
      strong.append(' ');
    }
    row.replace(column, column + text.length(), text);
    strong.replace(column, column + text.length(), (primary ? "p" : "s").repeat(text.length()));
  }

  int width() {
    return row.length();
  }

  String text(Paint paint) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < row.length(); ) {
      int end = i;
      while (end < row.length() && strong.charAt(end) == strong.charAt(i)) {
        end++;
      }
      String part = row.substring(i, end);
      text.append(
          switch (strong.charAt(i)) {
            case 'p' -> paint.primary(part);
            case 's' -> paint.secondary(part);
            default -> part;
          });
      i = end;
    }
    return text.toString();
  }
}
