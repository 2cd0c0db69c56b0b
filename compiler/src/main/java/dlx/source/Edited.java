package dlx.source;

import dlx.source.Diagnostic.Edit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * A line as it would be after some edits.
 *
 * @param changes start and end of each changed stretch, in characters of {@code text}
 */
record Edited(int line, String text, List<int[]> changes) {

  int firstChange() {
    return changes.isEmpty() ? 0 : changes.getFirst()[0];
  }

  /**
   * The lines that the edits touch; those of one line together, lines in the order of the edits.
   */
  static List<Edited> of(List<Edit> edits) {
    List<Edited> lines = new ArrayList<>();
    List<Edit> left = new ArrayList<>(edits);
    while (!left.isEmpty()) {
      Span span = left.getFirst().span();
      Source source = span.source();
      int line = span.line();
      List<Edit> here = new ArrayList<>();
      left.removeIf(edit -> {
        Span at = edit.span();
        boolean same = Objects.equals(at.source(), source) && at.line() == line;
        return same && here.add(edit);
      });
      here.sort(Comparator.comparingInt(edit -> edit.span().start()));
      lines.addAll(after(source, line, here));
    }
    return lines;
  }

  private static List<Edited> after(Source source, int line, List<Edit> edits) {
    StringBuilder text = new StringBuilder();
    List<int[]> changes = new ArrayList<>();
    int at = source.start(line);
    for (Edit edit : edits) {
      if (edit.span().start() < at) {
        continue;
      }
      text.append(source.text(), at, edit.span().start());
      int from = text.length();
      text.append(edit.replacement());
      if (text.length() > from) {
        changes.add(new int[] {from, text.length()});
      }
      at = edit.span().end();
    }
    int last = source.line(at);
    text.append(source.text(), at, source.start(last) + source.lineText(last).length());
    return split(line, text.toString(), changes);
  }

  private static List<Edited> split(int line, String text, List<int[]> changes) {
    List<Edited> lines = new ArrayList<>();
    int start = 0;
    while (start <= text.length()) {
      int end = text.indexOf('\n', start);
      end = end < 0 ? text.length() : end;
      List<int[]> here = new ArrayList<>();
      for (int[] change : changes) {
        int from = Math.max(change[0], start);
        int to = Math.min(change[1], end);
        if (from < to) {
          here.add(new int[] {from - start, to - start});
        }
      }
      lines.add(new Edited(line++, text.substring(start, end), here));
      start = end + 1;
    }
    return lines;
  }
}
