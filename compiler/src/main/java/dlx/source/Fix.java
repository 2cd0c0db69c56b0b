package dlx.source;

import dlx.source.Diagnostic.Edit;
import dlx.source.Diagnostic.Help;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Applies the edits that help proposes. */
public final class Fix {
  private Fix() {}

  /**
   * The text of {@code source} after the first help of each diagnostic that has edits. A help is
   * applied as a whole or not at all: not if it overlaps one before it or touches another file.
   */
  public static String apply(Source source, List<Diagnostic> diagnostics) {
    List<Edit> chosen = new ArrayList<>();
    for (Diagnostic diagnostic : diagnostics) {
      for (Help help : diagnostic.help()) {
        if (!help.edits().isEmpty()) {
          if (help.edits().stream().allMatch(edit -> fits(edit, source, chosen))) {
            chosen.addAll(help.edits());
          }
          break;
        }
      }
    }
    chosen.sort(Comparator.comparingInt(edit -> edit.span().start()));
    StringBuilder text = new StringBuilder();
    int at = 0;
    for (Edit edit : chosen) {
      text.append(source.text(), at, edit.span().start()).append(edit.replacement());
      at = edit.span().end();
    }
    return text.append(source.text().substring(at)).toString();
  }

  private static boolean fits(Edit edit, Source source, List<Edit> chosen) {
    Span span = edit.span();
    return span.source() == source
        && chosen.stream()
            .map(Edit::span)
            .noneMatch(other ->
                span.start() < other.end() && other.start() < span.end()
                    || span.start() == other.start());
  }
}
