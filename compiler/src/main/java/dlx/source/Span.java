package dlx.source;

/** A place in a source: the characters from {@code start} to before {@code end}. */
public record Span(Source source, int start, int end) {
  /** The place of what has no text of its own, such as an expression built in Java. */
  public static final Span NONE = new Span(new Source("", ""), 0, 0);

  @Override
  public boolean equals(Object other) {
    return other instanceof Span span
        && start == span.start
        && end == span.end
        && source.equals(span.source);
  }

  @Override
  public int hashCode() {
    return source.name().hashCode() * 961 + start * 31 + end;
  }

  public int line() {
    return source.line(start);
  }

  public int column() {
    return source.column(start);
  }

  public int endLine() {
    return source.line(Math.max(start, end - 1));
  }

  /** The column after the last character, counted from 1; for an empty place its own column. */
  public int endColumn() {
    return end <= start ? column() : source.column(end - 1) + 1;
  }

  public String text() {
    return source.text().substring(start, end);
  }

  /** From the start of this to the end of {@code other}. */
  public Span to(Span other) {
    return new Span(source, start, Math.max(end, other.end));
  }

  /** {@code file:line:column}. */
  @Override
  public String toString() {
    return source.name() + ":" + line() + ":" + column();
  }
}
