package dlx.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** One column of a table: every different text once, and which one each row has. */
final class CsvColumn {
  private static final Set<String> MISSING =
      Set.of("", "NA", "N/A", "NaN", "nan", "NAN", "null", "NULL", "?");
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?|[+-]?inf");

  final String name;
  private final Map<String, Integer> numberOf = new HashMap<>();
  private final List<String> texts = new ArrayList<>();
  private int[] rows = new int[256];
  private int count;

  CsvColumn(String name) {
    this.name = name;
  }

  void add(String cell) {
    String text = cell.strip();
    Integer number = numberOf.get(text);
    if (number == null) {
      number = texts.size();
      texts.add(text);
      numberOf.put(text, number);
    }
    if (count == rows.length) rows = Arrays.copyOf(rows, 2 * count);
    rows[count++] = number;
  }

  int count() {
    return count;
  }

  String text(int row) {
    return texts.get(rows[row]);
  }

  boolean isMissing(int row) {
    return MISSING.contains(text(row));
  }

  static boolean isNumber(String text) {
    return NUMBER.matcher(text).matches();
  }

  /** The number that a text of {@link #isNumber} stands for. */
  static String javaNumber(String text) {
    return text.endsWith("inf") ? text.replace("inf", "Infinity") : text;
  }

  /** True if everything that is there is a number, and something is there. */
  boolean isNumeric() {
    boolean some = false;
    for (String text : texts) {
      if (MISSING.contains(text)) continue;
      if (!isNumber(text)) return false;
      some = true;
    }
    return some || count == 0;
  }

  /** The different texts that are there, in sorted order. */
  List<String> classes() {
    return texts.stream().filter(t -> !MISSING.contains(t)).sorted().toList();
  }

  /** The mean of what is there. */
  double mean() {
    double sum = 0;
    int present = 0;
    for (int row = 0; row < count; row++) {
      if (isMissing(row)) continue;
      sum += Double.parseDouble(javaNumber(text(row)));
      present++;
    }
    return sum / present;
  }
}
