package dlx.cli;

import dlx.data.JsonValues;
import dlx.runtime.Tensor;
import java.util.List;
import java.util.Locale;

/** Tensors as people read them. */
final class Show {
  /** Larger ones are summed up. */
  private static final int LIMIT = 400;

  private Show() {}

  /** One result on standard output. */
  static void result(
      Invocation invocation, String name, Tensor tensor, boolean named, ClassNames classes) {
    List<String> names = classes.of(tensor);
    if (invocation.flag("--json")) {
      invocation.console().out().println(JsonValues.write(name, tensor, names));
      return;
    }
    String start = named ? name + " = " : "";
    String end = names.isEmpty() ? "" : "   " + String.join(", ", names);
    invocation.console().out().println(start + text(tensor, start.length()) + end);
  }

  /**
   * A number, nested lists, or a summary.
   *
   * @param indent columns before the text on its first line
   */
  static String text(Tensor tensor, int indent) {
    if (tensor.size() > LIMIT) return summary(tensor);
    if (tensor.rank() == 0) return element(tensor, 0);
    if (tensor.size() == 0) return tensor.describe() + " (empty)";
    String[] elements = new String[tensor.size()];
    int width = 0;
    for (int i = 0; i < elements.length; i++) {
      elements[i] = element(tensor, i);
      width = Math.max(width, elements[i].length());
    }
    StringBuilder out = new StringBuilder();
    nested(tensor, elements, tensor.rank() > 1 ? width : 0, 0, 0, indent, out);
    return out.toString();
  }

  private static int nested(
      Tensor tensor,
      String[] elements,
      int width,
      int axis,
      int at,
      int indent,
      StringBuilder out) {
    out.append('[');
    int next = at;
    for (int i = 0; i < tensor.extent(axis); i++) {
      boolean last = axis == tensor.rank() - 1;
      if (last) {
        out.append(i == 0 ? "" : ", ");
        out.append(" ".repeat(Math.max(0, width - elements[next].length()))).append(elements[next]);
        next++;
      } else {
        if (i > 0) out.append(",\n").append(" ".repeat(indent + axis + 1));
        next = nested(tensor, elements, width, axis + 1, next, indent, out);
      }
    }
    out.append(']');
    return next;
  }

  private static String summary(Tensor tensor) {
    return brief(tensor) + "   (-o FILE writes all of it)";
  }

  /** Type, range and mean. */
  static String brief(Tensor tensor) {
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    double sum = 0;
    int nan = 0;
    for (int i = 0; i < tensor.size(); i++) {
      double value = tensor.get(i);
      if (Double.isNaN(value)) {
        nan++;
        continue;
      }
      least = Math.min(least, value);
      most = Math.max(most, value);
      sum += value;
    }
    String numbers =
        nan == tensor.size()
            ? ""
            : " · min %s · max %s · mean %s"
                .formatted(number(least), number(most), number(sum / (tensor.size() - nan)));
    return tensor.describe() + numbers + (nan == 0 ? "" : " · " + nan + " are nan");
  }

  /** The shortest form that reads back, without a fraction that says nothing. */
  static String element(Tensor tensor, int index) {
    return plain(tensor.element(index));
  }

  static String plain(String number) {
    return switch (number) {
      case "NaN" -> "nan";
      case "Infinity" -> "inf";
      case "-Infinity" -> "-inf";
      default ->
          number.endsWith(".0")
              ? number.substring(0, number.length() - 2)
              : number.replace(".0E", "e").replace('E', 'e');
    };
  }

  /** Four significant digits. */
  static String number(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) return plain(Double.toString(value));
    if (value == Math.rint(value) && Math.abs(value) < 1e6) return Long.toString((long) value);
    double size = Math.abs(value);
    if (size >= 1e6 || size < 1e-4) return String.format(Locale.ROOT, "%.3e", value);
    int digits = Math.max(0, 3 - (int) Math.floor(Math.log10(size)));
    return String.format(Locale.ROOT, "%." + Math.min(digits, 7) + "f", value);
  }

  /** 62 006: groups of three digits with narrow spaces between. */
  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number).replace(',', ' ');
  }

  /** Bytes in the largest unit that leaves at least one. */
  static String bytes(long bytes) {
    if (bytes < 1024) return bytes + " B";
    if (bytes < 1 << 20) return Math.round(bytes / 1024.0) + " KiB";
    if (bytes < 1L << 30) return String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    return String.format(Locale.ROOT, "%.2f GiB", bytes / 1073741824.0);
  }
}
