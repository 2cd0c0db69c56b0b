package dlx.ast;

import org.antlr.v4.runtime.CharStream;
import org.antlr.v4.runtime.misc.Interval;

/** A text as ANTLR reads it: code points, but positions are those of {@link String}. */
final class Characters implements CharStream {
  private final String name;
  private final String text;
  private int at;

  Characters(String name, String text) {
    this.name = name;
    this.text = text;
  }

  @Override
  public void consume() {
    at += Character.charCount(text.codePointAt(at));
  }

  @Override
  public int LA(int distance) {
    int position = at;
    if (distance < 0) {
      for (int i = distance; i < 0; i++) {
        if (position <= 0) {
          return EOF;
        }
        position -= Character.charCount(text.codePointBefore(position));
      }
      return text.codePointAt(position);
    }
    for (int i = 1; i < distance && position < text.length(); i++) {
      position += Character.charCount(text.codePointAt(position));
    }
    return position < text.length() ? text.codePointAt(position) : EOF;
  }

  @Override
  public int mark() {
    return -1;
  }

  @Override
  public void release(int marker) {}

  @Override
  public int index() {
    return at;
  }

  @Override
  public void seek(int index) {
    at = index;
  }

  @Override
  public int size() {
    return text.length();
  }

  @Override
  public String getSourceName() {
    return name;
  }

  @Override
  public String getText(Interval interval) {
    return text.substring(interval.a, Math.min(interval.b + 1, text.length()));
  }

  @Override
  public String toString() {
    return text;
  }
}
