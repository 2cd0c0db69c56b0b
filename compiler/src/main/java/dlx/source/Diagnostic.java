package dlx.source;

import java.util.ArrayList;
import java.util.List;

/**
 * One sentence about a program: a code for {@code dlx explain}, a headline that stands alone, every
 * place that contributes (the first is where the expression begins that is wrong), notes that give
 * reasons, help that can be applied, and remarks at the end.
 */
public record Diagnostic(
    String code,
    Severity severity,
    String message,
    List<Place> places,
    List<String> notes,
    List<Help> help,
    List<String> remarks) {

  /** How bad it is. */
  public enum Severity {
    ERROR,
    WARNING,
    NOTE
  }

  /** How a place is marked. */
  public enum Mark {
    /** {@code ^}: where it went wrong. */
    MAIN,
    /** {@code -}: what contributes. */
    OTHER,
    /** Only the line is shown. */
    NONE
  }

  /** A place; {@code label} stands beside the mark and may be empty. */
  public record Place(Span span, String label, Mark mark) {}

  /**
   * Something to do: a sentence and, if it can be applied, the replacements that do it.
   *
   * @param otherwise replacements that would do as well; shown, never applied
   */
  public record Help(String text, List<Edit> edits, List<Edit> otherwise) {}

  /** Replace the text of a place. */
  public record Edit(Span span, String replacement) {}

  public static Diagnostic error(String code, String message) {
    return of(code, Severity.ERROR, message);
  }

  public static Diagnostic warning(String code, String message) {
    return of(code, Severity.WARNING, message);
  }

  public static Diagnostic of(String code, Severity severity, String message) {
    return new Diagnostic(code, severity, message, List.of(), List.of(), List.of(), List.of());
  }

  /** A place that contributes; the first one is where it went wrong. */
  public Diagnostic at(Span span, String label) {
    boolean first = places.stream().noneMatch(p -> p.mark == Mark.MAIN);
    return with(plus(places, new Place(span, label, first ? Mark.MAIN : Mark.OTHER)));
  }

  public Diagnostic at(Span span) {
    return at(span, "");
  }

  /**
   * Another operand of what is wrong: if it stands before the place where it went wrong, the
   * expression begins with it.
   */
  public Diagnostic and(Span span, String label) {
    Span main = places.getFirst().span();
    boolean begins = span.source() == main.source() && span.start() < main.start();
    List<Place> more = new ArrayList<>(places);
    more.add(begins ? 0 : more.size(), new Place(span, label, Mark.OTHER));
    return with(List.copyOf(more));
  }

  /** A line that helps to understand, without a mark. */
  public Diagnostic context(Span span) {
    return with(plus(places, new Place(span, "", Mark.NONE)));
  }

  /** Where a reader has to look first, before all other places. */
  public Diagnostic inside(Span span, String label) {
    List<Place> more = new ArrayList<>();
    more.add(new Place(span, label, Mark.MAIN));
    places.forEach(
        p -> more.add(new Place(p.span, p.label, p.mark == Mark.NONE ? Mark.NONE : Mark.OTHER)));
    return with(List.copyOf(more));
  }

  private Diagnostic with(List<Place> more) {
    return new Diagnostic(code, severity, message, more, notes, help, remarks);
  }

  /** A reason, printed as {@code = note}. */
  public Diagnostic note(String text) {
    return new Diagnostic(code, severity, message, places, plus(notes, text), help, remarks);
  }

  /** Something else to know, printed as {@code note:} after the help. */
  public Diagnostic remark(String text) {
    return new Diagnostic(code, severity, message, places, notes, help, plus(remarks, text));
  }

  public Diagnostic help(String text, Edit... edits) {
    return help(new Help(text, List.of(edits), List.of()));
  }

  public Diagnostic help(Help more) {
    return new Diagnostic(code, severity, message, places, notes, plus(help, more), remarks);
  }

  private static <T> List<T> plus(List<T> list, T element) {
    List<T> longer = new ArrayList<>(list);
    longer.add(element);
    return List.copyOf(longer);
  }
}
