package dlx.source;

import java.util.ArrayList;
import java.util.List;

/** A text with a name. CR, LF and CRLF all end lines. */
public final class Source {
  private final String name;
  private final String text;
  private final int[] starts;

  public Source(String name, String text) {
    this.name = name;
    this.text = text;
    List<Integer> found = new ArrayList<>();
    found.add(0);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n' || c == '\r' && (i + 1 == text.length() || text.charAt(i + 1) != '\n')) {
        found.add(i + 1);
      }
    }
    this.starts = found.stream().mapToInt(Integer::intValue).toArray();
  }

  public String name() {
    return name;
  }

  public String text() {
    return text;
  }

  public int lines() {
    return starts.length;
  }

  /** The line of an offset, counted from 1. */
  public int line(int offset) {
    int at = java.util.Arrays.binarySearch(starts, offset);
    return at >= 0 ? at + 1 : -at - 1;
  }

  /** The column of an offset in code points, counted from 1. */
  public int column(int offset) {
    return text.codePointCount(starts[line(offset) - 1], offset) + 1;
  }

  /** The text of a line (counted from 1) without its end. */
  public String lineText(int line) {
    int end = line < starts.length ? starts[line] : text.length();
    int start = starts[line - 1];
    while (end > start && (text.charAt(end - 1) == '\n' || text.charAt(end - 1) == '\r')) {
      end--;
    }
    return text.substring(start, end);
  }

  @Override
  public String toString() {
    return name;
  }
}
