package dlx.measure;

import dlx.source.Source;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A {@link Hot} as tables: kernels by time, then lines of the sources by time. */
public final class HotTable {
  /** The column of places is as wide as it has to be. */
  private static final String FORMAT = "%6s %10s %6s %10s %6s %9s %6s %6s  %-#s  %s%n";

  private static final String LINES = "%-#s %10s %6s  %s%n";
  private static final int KERNELS = 30;

  private HotTable() {}

  /** A line of a source with its kernels. */
  private record Line(Source source, int number, double seconds, List<Integer> kernels) {}

  /** The tables as text. */
  public static String text(Hot hot, Machine machine) {
    StringBuilder out = new StringBuilder();
    int width = 5;
    for (Hot.Row row : hot.kernels()) {
      width = Math.max(width, place(row.span().source(), row.span().line()).length());
    }
    String format = FORMAT.replace("#", Integer.toString(width));
    String lines = LINES.replace("#", Integer.toString(width));
    double all = hot.seconds() + hot.commit();
    line(
        out, format, "kernel", "time", "share", "GFLOP/s", "peak", "GB/s", "limit", "x", "place",
        "what");
    List<Hot.Row> rows =
        hot.kernels().stream()
            .sorted(Comparator.comparingDouble(Hot.Row::seconds).reversed())
            .toList();
    for (Hot.Row row : rows.subList(0, Math.min(KERNELS, rows.size()))) {
      double rate = row.bytes() / row.seconds();
      line(
          out,
          format,
          Integer.toString(row.number()),
          time(row.seconds()),
          percent(row.seconds() / all),
          row.operations() == 0 ? "-" : number(row.operations() / row.seconds() * 1e-9),
          row.operations() == 0 ? "-" : percent(row.operations() / row.seconds() / row.peak()),
          number(rate * 1e-9),
          percent(rate / machine.bandwidth(row.bytes())),
          row.floor() > 0 ? number(row.seconds() / row.floor()) : "-",
          place(row.span().source(), row.span().line()),
          row.what());
    }
    if (rows.size() > KERNELS) {
      double rest = rows.subList(KERNELS, rows.size()).stream().mapToDouble(Hot.Row::seconds).sum();
      line(
          out,
          format,
          "others",
          time(rest),
          percent(rest / all),
          "",
          "",
          "",
          "",
          "",
          "",
          rows.size() - KERNELS + " more kernels");
    }
    if (hot.commit() > 0.001 * all) {
      line(
          out,
          format,
          "copies",
          time(hot.commit()),
          percent(hot.commit() / all),
          "",
          "",
          "",
          "",
          "",
          "",
          "new values into their places");
    }
    out.append('\n');
    line(out, lines, "line", "time", "share", "source");
    for (Line line : lines(hot)) {
      line(
          out,
          lines,
          place(line.source, line.number),
          time(line.seconds),
          percent(line.seconds / all),
          line.source.text().isEmpty() ? "" : line.source.lineText(line.number).strip());
    }
    return out.toString().replaceAll(" +(?=\\n)", "");
  }

  @SuppressWarnings("AnnotateFormatMethod") // how wide columns are is known at run time only
  private static void line(StringBuilder out, String format, Object... cells) {
    out.append(String.format(format, cells));
  }

  private static List<Line> lines(Hot hot) {
    Map<List<Object>, Line> lines = new LinkedHashMap<>();
    for (Hot.Row row : hot.kernels()) {
      Source source = row.span().source();
      int number = row.span().line();
      lines.merge(
          List.of(source.name(), number),
          new Line(source, number, row.seconds(), List.of(row.number())),
          (a, b) -> {
            List<Integer> kernels = new ArrayList<>(a.kernels);
            kernels.addAll(b.kernels);
            return new Line(source, number, a.seconds + b.seconds, kernels);
          });
    }
    return lines.values().stream()
        .sorted(Comparator.comparingDouble(Line::seconds).reversed())
        .toList();
  }

  private static String place(Source source, int line) {
    return source.text().isEmpty() ? "-" : source.name() + ":" + line;
  }

  /** The tables for tools: {@code kernels} and {@code lines}, in seconds, operations and bytes. */
  public static Map<String, Object> json(Hot hot) {
    List<Object> kernels = new ArrayList<>();
    for (Hot.Row row : hot.kernels()) {
      Map<String, Object> kernel = new LinkedHashMap<>();
      kernel.put("kernel", row.number());
      kernel.put("place", row.span().toString());
      kernel.put("what", row.what());
      kernel.put("seconds", row.seconds());
      kernel.put("operations", row.operations());
      kernel.put("bytes", row.bytes());
      kernel.put("floor", row.floor());
      kernel.put("bound", row.byMemory() ? "memory" : "arithmetic");
      kernels.add(kernel);
    }
    List<Object> lines = new ArrayList<>();
    for (Line each : lines(hot)) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("place", place(each.source, each.number));
      line.put("seconds", each.seconds);
      line.put("kernels", each.kernels);
      lines.add(line);
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("calls", hot.calls());
    json.put("kernels", kernels);
    json.put("copies", hot.commit());
    json.put("lines", lines);
    return json;
  }

  // ------------------------------------------------------------------ numbers

  /** Seconds with three digits and a unit. */
  public static String time(double seconds) {
    if (seconds < 1e-6) return number(seconds * 1e9) + " ns";
    if (seconds < 1e-3) return number(seconds * 1e6) + " us";
    if (seconds < 1) return number(seconds * 1e3) + " ms";
    return number(seconds) + " s";
  }

  /** About three digits. */
  public static String number(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, share < 0.0995 ? "%.1f%%" : "%.0f%%", 100 * share);
  }
}
