package dlx.source;

import dlx.source.Diagnostic.Edit;
import dlx.source.Diagnostic.Help;
import dlx.source.Diagnostic.Place;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A diagnostic as text with the lines that it is about.
 *
 * <pre>
 * error[E0302]: these shapes cannot be multiplied
 *   --&gt; mnist.dlx:12:14
 *    |
 * 12 | logits = h @ w2
 *    |          -   ^^ f32[10, hidden]
 *    |          |
 *    |          f32[batch, hidden]
 *    |
 *    = a reason
 * help: transpose it
 *    |
 * 12 | logits = h @ w2'
 *    |                ^
 * </pre>
 */
final class Frame {
  private final Diagnostic diagnostic;
  private final Paint paint;
  private final int gutter;
  private final StringBuilder out = new StringBuilder();

  /** A mark under one line; {@code start} and {@code end} are characters of the line. */
  private record Mark(int start, int end, String label, boolean primary) {}

  private Frame(Diagnostic diagnostic, boolean colour) {
    this.diagnostic = diagnostic;
    this.paint = new Paint(colour);
    this.gutter = Math.max(2, String.valueOf(lastLine(diagnostic)).length());
  }

  static String of(Diagnostic diagnostic, boolean colour) {
    return new Frame(diagnostic, colour).draw();
  }

  private static int lastLine(Diagnostic diagnostic) {
    int last = 0;
    for (Place place : diagnostic.places()) {
      last = Math.max(last, place.span().endLine());
    }
    for (Help help : diagnostic.help()) {
      for (Edit edit : all(help)) {
        int added = (int) edit.replacement().chars().filter(c -> c == '\n').count();
        last = Math.max(last, edit.span().endLine() + added);
      }
    }
    return last;
  }

  private static List<Edit> all(Help help) {
    List<Edit> all = new ArrayList<>(help.edits());
    all.addAll(help.otherwise());
    return all;
  }

  private String draw() {
    String kind = diagnostic.severity().name().toLowerCase(Locale.ROOT);
    String head = kind + "[" + diagnostic.code() + "]";
    out.append(paint.severity(diagnostic.severity(), head));
    out.append(paint.bold(": " + diagnostic.message())).append('\n');
    places();
    if (!diagnostic.notes().isEmpty() && !diagnostic.places().isEmpty()) {
      gutter("|").append('\n');
    }
    for (String note : diagnostic.notes()) {
      String indent = "\n" + " ".repeat(gutter + 3);
      gutter("= ").append(wrapped(note).replace("\n", indent)).append('\n');
    }
    diagnostic.help().forEach(this::help);
    for (String remark : diagnostic.remarks()) {
      out.append(paint.help("note")).append(paint.bold(": ")).append(remark).append('\n');
    }
    return out.toString();
  }

  /** Lines of at most 90 characters, broken between words. */
  private static String wrapped(String note) {
    StringBuilder text = new StringBuilder();
    int column = 0;
    for (String word : note.split("(?<= )|(?<=\n)")) {
      if (column > 0 && column + word.stripTrailing().length() > 90) {
        text.setLength(text.length() - (text.charAt(text.length() - 1) == ' ' ? 1 : 0));
        text.append('\n');
        column = 0;
      }
      text.append(word);
      column = word.endsWith("\n") ? 0 : column + word.length();
    }
    return text.toString();
  }

  private StringBuilder gutter(String mark) {
    return out.append(" ".repeat(gutter + 1)).append(paint.faint(mark));
  }

  private StringBuilder line(int number, String text) {
    String padded = " ".repeat(gutter - String.valueOf(number).length()) + number;
    String shown = text.stripTrailing();
    String bar = padded + (shown.isEmpty() ? " |" : " | ");
    return out.append(paint.faint(bar)).append(shown).append('\n');
  }

  // ------------------------------------------------------------------ places

  private void places() {
    Map<Source, TreeMap<Integer, List<Mark>>> files = new LinkedHashMap<>();
    Map<Source, Span> firsts = new LinkedHashMap<>();
    for (Place place : diagnostic.places()) {
      Span span = place.span();
      if (!span.source().name().isEmpty() || !span.source().text().isEmpty()) {
        firsts.putIfAbsent(span.source(), span);
        mark(files.computeIfAbsent(span.source(), s -> new TreeMap<>()), place);
      }
    }
    boolean first = true;
    for (Map.Entry<Source, TreeMap<Integer, List<Mark>>> file : files.entrySet()) {
      String where = firsts.get(file.getKey()).toString();
      out.append(" ".repeat(gutter)).append(paint.faint(first ? "--> " : "::: ")).append(where);
      out.append('\n');
      gutter("|").append('\n');
      lines(file.getKey(), file.getValue());
      first = false;
    }
  }

  /** A place over several lines becomes a mark on its first and one on its last line. */
  private static void mark(TreeMap<Integer, List<Mark>> lines, Place place) {
    Span span = place.span();
    Source source = span.source();
    int first = span.line();
    if (place.mark() == Diagnostic.Mark.NONE) {
      lines.computeIfAbsent(first, k -> new ArrayList<>());
      return;
    }
    boolean primary = place.mark() == Diagnostic.Mark.MAIN;
    int last = span.endLine();
    int start = span.start() - source.start(first);
    if (first == last) {
      int end = Math.min(span.end() - source.start(first), source.lineText(first).length());
      add(lines, first, new Mark(start, Math.max(end, start), place.label(), primary));
      return;
    }
    int end = source.lineText(first).length();
    add(lines, first, new Mark(start, Math.max(end, start), "", primary));
    String text = source.lineText(last);
    int indent = text.length() - text.stripLeading().length();
    int stop = Math.min(span.end() - source.start(last), text.length());
    add(lines, last, new Mark(Math.min(indent, stop), stop, place.label(), primary));
  }

  private static void add(TreeMap<Integer, List<Mark>> lines, int line, Mark mark) {
    lines.computeIfAbsent(line, k -> new ArrayList<>()).add(mark);
  }

  private void lines(Source source, TreeMap<Integer, List<Mark>> marked) {
    int before = 0;
    for (Map.Entry<Integer, List<Mark>> entry : marked.entrySet()) {
      int number = entry.getKey();
      if (before > 0 && number == before + 2) {
        line(before + 1, Columns.of(source.lineText(before + 1), 0).shown());
      } else if (before > 0 && number > before + 2) {
        out.append(" ".repeat(gutter + 1)).append(paint.faint("⋮")).append('\n');
      }
      List<Mark> marks = new ArrayList<>(entry.getValue());
      marks.sort(Comparator.comparingInt(Mark::start).thenComparing(Mark::primary));
      int start = marks.isEmpty() ? 0 : marks.getFirst().start;
      Columns columns = Columns.of(source.lineText(number), start);
      line(number, columns.shown());
      if (!marks.isEmpty()) {
        marks(columns, marks);
      }
      before = number;
    }
  }

  // ------------------------------------------------------------------ marks

  private void marks(Columns columns, List<Mark> marks) {
    Canvas under = new Canvas();
    for (Mark mark : marks) {
      if (!mark.primary) {
        under.fill(columns.at(mark.start), columns.at(mark.end), '-', false);
      }
    }
    for (Mark mark : marks) {
      if (mark.primary) {
        under.fill(columns.at(mark.start), columns.at(mark.end), '^', true);
      }
    }
    Mark last = marks.getLast();
    boolean inline = columns.at(last.end) >= under.width() - 1;
    if (inline && !last.label.isEmpty()) {
      under.write(under.width() + 1, last.label, last.primary);
    }
    row(under);
    List<Mark> hanging = new ArrayList<>(inline ? marks.subList(0, marks.size() - 1) : marks);
    hanging.removeIf(mark -> mark.label.isEmpty());
    if (!hanging.isEmpty()) {
      Canvas bars = new Canvas();
      hanging.forEach(mark -> bars.write(columns.at(mark.start), "|", mark.primary));
      row(bars);
    }
    while (!hanging.isEmpty()) {
      Mark lowest = hanging.removeLast();
      Canvas canvas = new Canvas();
      hanging.forEach(mark -> canvas.write(columns.at(mark.start), "|", mark.primary));
      canvas.write(columns.at(lowest.start), lowest.label, lowest.primary);
      row(canvas);
    }
  }

  private void row(Canvas canvas) {
    gutter("| ").append(canvas.text(paint)).append('\n');
  }

  // ------------------------------------------------------------------ help

  private void help(Help help) {
    out.append(paint.help("help")).append(paint.bold(": ")).append(help.text()).append('\n');
    if (help.edits().isEmpty()) {
      return;
    }
    gutter("|").append('\n');
    edits(help.edits());
    edits(help.otherwise());
  }

  private void edits(List<Edit> edits) {
    for (Edited edited : Edited.of(edits)) {
      Columns columns = Columns.of(edited.text(), edited.firstChange());
      line(edited.line(), columns.shown());
      Canvas under = new Canvas();
      for (int[] change : edited.changes()) {
        under.fill(columns.at(change[0]), columns.at(change[1]), '^', false);
      }
      if (under.width() > 0) {
        gutter("| ").append(paint.help(under.text(new Paint(false)))).append('\n');
      }
    }
  }
}
