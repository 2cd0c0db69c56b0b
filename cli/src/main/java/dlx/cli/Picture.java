package dlx.cli;

import dlx.TestRun;
import dlx.elaborate.Program;
import dlx.runtime.Tensor;
import dlx.source.Source;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A failing assertion with the value of each part below it.
 *
 * <pre>
 *     assert grad(area, w) == 37
 *            │             │
 *            37.5          false
 * </pre>
 */
final class Picture {
  private static final String INDENT = "    ";

  private Picture() {}

  /** What failed in a test; empty if nothing did. */
  static String of(TestRun run) {
    if (run.error() != null) {
      return INDENT + "error[" + run.error().code() + "]: " + run.error().getMessage() + "\n";
    }
    StringBuilder out = new StringBuilder();
    for (TestRun.Failure failure : run.failures()) out.append(of(failure));
    return out.toString();
  }

  /** A value and where its bar stands, in code points from the start of the line. */
  private record Bar(int column, String text) {}

  private static String of(TestRun.Failure failure) {
    Span span = failure.assertion().span();
    Source source = span.source();
    int line = span.line();
    String text = source.lineText(line);
    int cut = text.length() - text.stripLeading().length();
    StringBuilder out = new StringBuilder();
    if (!failure.assertion().message().isEmpty()) {
      out.append(INDENT).append(failure.assertion().message()).append('\n');
    }
    for (int next = line; next <= span.endLine(); next++) {
      String shown = source.lineText(next);
      out.append(INDENT).append(shown.substring(Math.min(cut, indent(shown)))).append('\n');
    }
    if (!failure.reason().isEmpty()) out.append(INDENT).append(failure.reason()).append('\n');
    List<Bar> bars = new ArrayList<>();
    List<String> elsewhere = new ArrayList<>();
    for (int i = 0; i < failure.values().size(); i++) {
      Program.Part part = failure.assertion().parts().get(i);
      String value = value(failure.values().get(i));
      int column = column(part.span()) - 1 - cut;
      boolean here = part.span().line() == line && span.endLine() == line && column >= 0;
      if (here) bars.add(new Bar(column, value));
      else elsewhere.add(part.span().text().replaceAll("\\s+", " ") + " = " + value);
    }
    bars.sort(Comparator.comparingInt(Bar::column));
    draw(bars, out);
    elsewhere.forEach(e -> out.append(INDENT).append(e).append('\n'));
    return out.toString();
  }

  private static int indent(String text) {
    return text.length() - text.stripLeading().length();
  }

  /** The value of an operator stands below its sign, as that of a comparison. */
  private static int column(Span span) {
    return span.column();
  }

  private static void draw(List<Bar> bars, StringBuilder out) {
    List<Bar> left = new ArrayList<>(bars);
    if (left.isEmpty()) return;
    out.append(INDENT).append(row(left, List.of())).append('\n');
    while (!left.isEmpty()) {
      // from the right: a value is written where it does not run into the next bar
      List<Bar> written = new ArrayList<>();
      int end = Integer.MAX_VALUE;
      for (int i = left.size() - 1; i >= 0; i--) {
        Bar bar = left.get(i);
        if (bar.column + bar.text.length() + 1 > end && end != Integer.MAX_VALUE) {
          end = bar.column;
          continue;
        }
        if (bar.column + bar.text.length() + 1 <= end || end == Integer.MAX_VALUE) {
          written.add(bar);
          end = bar.column;
        }
      }
      List<Bar> rest = left.stream().filter(b -> !written.contains(b)).toList();
      out.append(INDENT).append(row(rest, written)).append('\n');
      left = new ArrayList<>(rest);
    }
  }

  private static String row(List<Bar> bars, List<Bar> values) {
    StringBuilder row = new StringBuilder();
    List<Bar> all = new ArrayList<>(bars);
    all.addAll(values);
    all.sort(Comparator.comparingInt(Bar::column));
    for (Bar bar : all) {
      if (row.length() > bar.column) continue; // two values of one place
      row.append(" ".repeat(bar.column - row.length()));
      row.append(values.contains(bar) ? bar.text : "│");
    }
    return row.toString();
  }

  /** On one line. */
  private static String value(Tensor tensor) {
    if (tensor.size() > 8) return Show.brief(tensor);
    return Show.text(tensor, 0).replaceAll("\\s*\\n\\s*", " ");
  }
}
