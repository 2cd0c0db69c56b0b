package dlx.source;

import java.util.ArrayList;
import java.util.List;

/**
 * One sentence about a program: a code for {@code dlx explain}, a headline that stands alone, every
 * place that contributes (the first is where it went wrong), notes that give reasons and help that
 * can be applied.
 */
public record Diagnostic(
    String code,
    Severity severity,
    String message,
    List<Place> places,
    List<String> notes,
    List<Help> help) {

  /** How bad it is. */
  public enum Severity {
    ERROR,
    WARNING,
    NOTE
  }

  /** A marked place; {@code label} stands beside the mark and may be empty. */
  public record Place(Span span, String label) {}

  /** Something to do: a sentence and, if it can be applied, the replacements that do it. */
  public record Help(String text, List<Edit> edits) {}

  /** Replace the text of a place. */
  public record Edit(Span span, String replacement) {}

  public static Diagnostic error(String code, String message) {
    return new Diagnostic(code, Severity.ERROR, message, List.of(), List.of(), List.of());
  }

  public static Diagnostic warning(String code, String message) {
    return new Diagnostic(code, Severity.WARNING, message, List.of(), List.of(), List.of());
  }

  public Diagnostic at(Span span, String label) {
    return new Diagnostic(
        code, severity, message, plus(places, new Place(span, label)), notes, help);
  }

  public Diagnostic at(Span span) {
    return at(span, "");
  }

  /** A reason, printed as {@code = note}. */
  public Diagnostic note(String text) {
    return new Diagnostic(code, severity, message, places, plus(notes, text), help);
  }

  public Diagnostic help(String text, Edit... edits) {
    return new Diagnostic(
        code, severity, message, places, notes, plus(help, new Help(text, List.of(edits))));
  }

  private static <T> List<T> plus(List<T> list, T element) {
    List<T> longer = new ArrayList<>(list);
    longer.add(element);
    return List.copyOf(longer);
  }
}
