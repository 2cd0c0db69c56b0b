package dlx.source;

/**
 * A line of a text as a terminal shows it: tabs become spaces, wide characters take two columns,
 * combining ones none. Long lines are cut to a window around what is marked.
 */
final class Columns {
  private static final int TAB = 4;
  private static final int WIDTH = 100;
  private static final int BEFORE = 40;

  private final String shown;
  private final int[] columns;
  private final int from;

  private Columns(String shown, int[] columns, int from) {
    this.shown = shown;
    this.columns = columns;
    this.from = from;
  }

  /** {@code line} with a window that shows what starts at the character {@code marked}. */
  static Columns of(String line, int marked) {
    int from = 0;
    int to = line.length();
    if (to > WIDTH) {
      from = Math.clamp(marked - BEFORE, 0, to - WIDTH + BEFORE);
      to = Math.min(to, from + WIDTH);
    }
    StringBuilder shown = new StringBuilder();
    int[] columns = new int[to - from + 1];
    int column = 0;
    if (from > 0) {
      shown.append('…');
      column = 1;
    }
    for (int i = from; i < to; ) {
      int c = line.codePointAt(i);
      int size = Math.min(Character.charCount(c), to - i);
      columns[i - from] = column;
      if (size == 2) {
        columns[i + 1 - from] = column;
      }
      if (c == '\t') {
        int spaces = TAB - column % TAB;
        shown.repeat(' ', spaces);
        column += spaces;
      } else if (Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE) {
        shown.append('\uFFFD');
        column++;
      } else if (isHidden(c)) {
        // zero-width and direction characters would shift or turn the line
      } else {
        shown.appendCodePoint(c);
        column += width(c);
      }
      i += size;
    }
    columns[to - from] = column;
    if (to < line.length()) {
      shown.append('…');
    }
    return new Columns(shown.toString(), columns, from);
  }

  /** The line as it is printed. */
  String shown() {
    return shown;
  }

  /** The column (from 0) at which the character at {@code index} is printed. */
  int at(int index) {
    return columns[Math.clamp(index - from, 0, columns.length - 1)];
  }

  private static boolean isHidden(int c) {
    return Character.getType(c) == Character.FORMAT;
  }

  private static int width(int c) {
    int type = Character.getType(c);
    if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK) {
      return 0;
    }
    boolean wide =
        c >= 0x1100
            && (c <= 0x115F
                || c >= 0x2E80 && c <= 0x303E
                || c >= 0x3041 && c <= 0xA4CF
                || c >= 0xAC00 && c <= 0xD7A3
                || c >= 0xF900 && c <= 0xFAFF
                || c >= 0xFE30 && c <= 0xFE6F
                || c >= 0xFF00 && c <= 0xFF60
                || c >= 0xFFE0 && c <= 0xFFE6
                || c >= 0x1F300 && c <= 0x1FAFF
                || c >= 0x20000 && c <= 0x3FFFD);
    return wide ? 2 : 1;
  }
}
