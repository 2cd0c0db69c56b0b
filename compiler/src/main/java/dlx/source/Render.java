package dlx.source;

import dlx.source.Diagnostic.Edit;
import dlx.source.Diagnostic.Help;
import dlx.source.Diagnostic.Place;
import dlx.source.Diagnostic.Severity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Diagnostics as text, for people and for tools. */
public final class Render {
  private Render() {}

  /** The forms that diagnostics can be printed in. */
  public enum Form {
    /** With the lines that they are about. */
    TEXT,
    /** One line each: {@code file:line:column: error[E0110]: message}. */
    SHORT,
    /** Workflow commands that annotate a change. */
    GITHUB,
    /** One SARIF 2.1.0 document. */
    SARIF,
    /** One object per line. */
    JSON
  }

  /** All of {@code diagnostics}; the text ends with a line end, or is empty if there are none. */
  public static String of(Form form, List<Diagnostic> diagnostics, boolean colour) {
    return switch (form) {
      case TEXT -> text(diagnostics, colour);
      case SHORT -> lines(diagnostics, Render::shortLine);
      case GITHUB -> lines(diagnostics, Render::github);
      case SARIF -> Sarif.of(diagnostics) + "\n";
      case JSON -> lines(diagnostics, Render::json);
    };
  }

  /** With the lines that they are about, an empty line between two. */
  public static String text(List<Diagnostic> diagnostics, boolean colour) {
    return String.join("\n", diagnostics.stream().map(d -> Frame.of(d, colour)).toList());
  }

  private static String lines(
      List<Diagnostic> diagnostics, java.util.function.Function<Diagnostic, String> line) {
    StringBuilder out = new StringBuilder();
    diagnostics.forEach(d -> out.append(line.apply(d)).append('\n'));
    return out.toString();
  }

  private static String shortLine(Diagnostic d) {
    String where = d.places().isEmpty() ? "" : d.places().getFirst().span() + ": ";
    return where + severity(d) + "[" + d.code() + "]: " + d.message().replace('\n', ' ');
  }

  static String severity(Diagnostic d) {
    return d.severity().name().toLowerCase(Locale.ROOT);
  }

  // ------------------------------------------------------------------ github

  private static String github(Diagnostic d) {
    StringBuilder out = new StringBuilder("::");
    out.append(d.severity() == Severity.NOTE ? "notice" : severity(d)).append(' ');
    if (!d.places().isEmpty()) {
      Span at = d.places().getFirst().span();
      out.append("file=").append(property(at.source().name()));
      out.append(",line=").append(at.line()).append(",endLine=").append(at.endLine());
      out.append(",col=").append(at.column()).append(",endColumn=").append(at.endColumn());
      out.append(',');
    }
    StringBuilder message = new StringBuilder(d.message());
    d.notes().forEach(note -> message.append('\n').append(note));
    d.help().forEach(help -> message.append("\nhelp: ").append(help.text()));
    d.remarks().forEach(remark -> message.append('\n').append(remark));
    return out.append("title=")
        .append(d.code())
        .append("::")
        .append(escaped(message.toString()))
        .toString();
  }

  private static String escaped(String text) {
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A");
  }

  private static String property(String text) {
    return escaped(text).replace(":", "%3A").replace(",", "%2C");
  }

  // ------------------------------------------------------------------ json

  private static String json(Diagnostic d) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("code", d.code());
    object.put("severity", severity(d));
    object.put("message", d.message());
    List<Object> places = new ArrayList<>();
    for (Place place : d.places()) {
      Map<String, Object> one = place(place.span());
      one.put("label", place.label());
      places.add(one);
    }
    object.put("places", places);
    List<String> notes = new ArrayList<>(d.notes());
    notes.addAll(d.remarks());
    object.put("notes", notes);
    object.put("help", String.join("\n", d.help().stream().map(Help::text).toList()));
    List<Object> edits = new ArrayList<>();
    for (Help help : d.help()) {
      for (Edit edit : help.edits()) {
        Map<String, Object> one = place(edit.span());
        one.put("replacement", edit.replacement());
        edits.add(one);
      }
    }
    object.put("edits", edits);
    object.put("version", 1);
    return Json.of(object);
  }

  private static Map<String, Object> place(Span span) {
    Map<String, Object> place = new LinkedHashMap<>();
    place.put("file", span.source().name());
    place.put("line", span.line());
    place.put("column", span.column());
    place.put("end_line", span.endLine());
    place.put("end_column", span.endColumn());
    return place;
  }
}
