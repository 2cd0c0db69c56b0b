package dlx.data;

import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tables as inputs. A row is an example; a column goes to the input of its name.
 *
 * <p>An input that no column is named after takes, in this order: the columns given for it with
 * {@code columns}; if it is a single {@code i32} or {@code bool} a row, the only text column left;
 * all numeric columns left, if their number is its width. What was chosen without being asked for
 * is told in {@link Loaded#notes}.
 */
public final class Csv {
  /** What to do with a row in which a value is missing. */
  public enum Missing {
    /** An error that names row and column. */
    REFUSE,
    /** Leave out rows in which a value of any selected column is missing. */
    DROP,
    /** The mean of the column; an error for text. */
    MEAN
  }

  /**
   * How to read.
   *
   * @param columns the columns of an input, by its name
   * @param missing what to do where a value is missing
   * @param classes the class names of earlier data, by input: other names are then an error
   */
  public record Options(
      Map<String, List<String>> columns, Missing missing, Map<String, List<String>> classes) {
    public static final Options DEFAULT = new Options(Map.of(), Missing.REFUSE, Map.of());

    Options with(Map<String, List<String>> others) {
      return new Options(columns, missing, others);
    }
  }

  private final CsvTable table;
  private final Options options;
  private final Map<Wanted, List<CsvColumn>> chosen = new LinkedHashMap<>();
  private final Map<String, List<String>> classes = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();

  private Csv(CsvTable table, Options options) {
    this.table = table;
    this.options = options;
  }

  /**
   * Reads the inputs of {@code wanted} that have a column; inputs that are numbers are left out.
   */
  public static Loaded read(Path file, List<Wanted> wanted, Options options) {
    Csv csv = new Csv(CsvTable.read(file), options);
    csv.choose(wanted.stream().filter(w -> w.rank() > 0).toList());
    int[] rows = csv.rows();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    csv.chosen.forEach((w, columns) -> tensors.put(w.name(), csv.tensor(w, columns, rows)));
    return Loaded.of(tensors, csv.classes, csv.notes, false);
  }

  // ---------------------------------------------------------------- which columns

  private void choose(List<Wanted> wanted) {
    for (String name : options.columns.keySet()) {
      if (wanted.stream().noneMatch(w -> w.name().equals(name))) {
        throw Problem.name(table.place, "columns are given for `" + name + "`, not an input", "");
      }
    }
    List<Wanted> open = new ArrayList<>();
    Set<CsvColumn> claimed = new HashSet<>();
    for (Wanted w : wanted) {
      List<String> names = options.columns.getOrDefault(w.name(), List.of(w.name()));
      boolean asked = options.columns.containsKey(w.name());
      if (!asked && table.find(w.name()).isEmpty()) {
        open.add(w);
        continue;
      }
      chosen.put(w, names.stream().map(table::column).toList());
      claimed.addAll(chosen.get(w));
    }
    // labels first, so that what is left over is features
    open.sort((a, b) -> Boolean.compare(!takesText(a), !takesText(b)));
    for (Wanted w : open) {
      List<CsvColumn> columns =
          guess(w, table.columns.stream().filter(c -> !claimed.contains(c)).toList());
      chosen.put(w, columns);
      claimed.addAll(columns);
      notes.add("`%s` takes %s".formatted(w.name(), list(columns)));
    }
  }

  private static boolean takesText(Wanted w) {
    return w.rank() == 1 && !w.dtype().isFloat();
  }

  private List<CsvColumn> guess(Wanted w, List<CsvColumn> left) {
    List<CsvColumn> text = left.stream().filter(c -> !c.isNumeric()).toList();
    List<CsvColumn> numeric = left.stream().filter(CsvColumn::isNumeric).toList();
    if (takesText(w) && text.size() == 1) return text;
    if (!numeric.isEmpty() && (w.width() == Wanted.ANY || w.width() == numeric.size())) {
      return numeric;
    }
    throw Problem.name(
        table.place,
        "no column is named `%s`, and %d numeric columns are left over for %s"
            .formatted(w.name(), numeric.size(), w.describe()),
        "name its columns: --columns %s=%s".formatted(w.name(), example(w, numeric)));
  }

  private String example(Wanted w, List<CsvColumn> numeric) {
    List<String> names =
        (numeric.isEmpty() ? table.columns : numeric).stream().map(c -> c.name).toList();
    int count = w.width() == Wanted.ANY ? names.size() : Math.min(w.width(), names.size());
    return String.join(",", names.subList(0, count));
  }

  private static String list(List<CsvColumn> columns) {
    return String.join(", ", columns.stream().map(c -> c.name).toList());
  }

  // ---------------------------------------------------------------- which rows

  private int[] rows() {
    int[] rows = new int[table.rows()];
    int count = 0;
    for (int row = 0; row < rows.length; row++) if (keeps(row)) rows[count++] = row;
    if (count < table.rows()) {
      notes.add(
          "%d of %d rows are left out, a value is missing"
              .formatted(table.rows() - count, table.rows()));
    }
    return java.util.Arrays.copyOf(rows, count);
  }

  private boolean keeps(int row) {
    for (List<CsvColumn> columns : chosen.values()) {
      for (CsvColumn column : columns) {
        if (!column.isMissing(row)) continue;
        switch (options.missing) {
          case REFUSE ->
              throw missing(
                  column,
                  row,
                  "--missing drop leaves such rows out, --missing mean fills in the mean");
          case DROP -> {
            return false;
          }
          case MEAN -> {
            if (!column.isNumeric())
              throw missing(column, row, "text has no mean: --missing drop leaves such rows out");
          }
        }
      }
    }
    return true;
  }

  private RuntimeException missing(CsvColumn column, int row, String help) {
    return Problem.missing(
        table.place(row),
        "row %d has no value in column `%s`".formatted(table.line(row), column.name),
        help);
  }

  // ---------------------------------------------------------------- values

  private Tensor tensor(Wanted w, List<CsvColumn> columns, int[] rows) {
    if (w.batch() > 0) {
      throw Problem.shape(
          table.place,
          "a row of a table is an example, and `%s` counts examples on axis %d"
              .formatted(w.name(), w.batch()),
          "give it as .npy or .npz");
    }
    Tensor result = Tensor.zeros(w.dtype(), rows.length, columns.size());
    for (int c = 0; c < columns.size(); c++) fill(result, c, columns.get(c), w, rows);
    if (w.rank() == 1 && columns.size() == 1)
      return w.fit(result.reshape(rows.length), table.place);
    return w.fit(result, table.place);
  }

  private void fill(Tensor to, int c, CsvColumn column, Wanted w, int[] rows) {
    int width = to.extent(1);
    List<String> names = names(column, w);
    double mean = options.missing == Missing.MEAN && column.isNumeric() ? column.mean() : 0;
    for (int i = 0; i < rows.length; i++) {
      int at = i * width + c;
      if (column.isMissing(rows[i])) {
        to.set(at, w.dtype() == DType.I32 ? Math.rint(mean) : mean);
      } else if (names.isEmpty()) {
        number(to, at, column, w, rows[i]);
      } else {
        to.set(at, indexOf(names, column, w, rows[i]));
      }
    }
  }

  /** The class names of a text column, empty for numbers. */
  private List<String> names(CsvColumn column, Wanted w) {
    if (w.dtype() != DType.I32) return List.of();
    List<String> earlier = options.classes.getOrDefault(w.name(), List.of());
    if (earlier.isEmpty() && column.isNumeric()) return List.of();
    List<String> names = earlier.isEmpty() ? column.classes() : earlier;
    if (chosen.get(w).size() > 1) {
      throw Problem.value(
          table.place,
          "column `%s` is text; only an input of one column can have classes"
              .formatted(column.name),
          "");
    }
    classes.put(w.name(), names);
    return names;
  }

  private int indexOf(List<String> names, CsvColumn column, Wanted w, int row) {
    int index = names.indexOf(column.text(row));
    if (index >= 0) return index;
    throw Problem.value(
        table.place(row),
        "row %d, column `%s`: \"%s\" is not one of the classes of `%s`"
            .formatted(table.line(row), column.name, column.text(row), w.name()),
        "they are " + String.join(", ", names));
  }

  private void number(Tensor to, int at, CsvColumn column, Wanted w, int row) {
    String text = column.text(row);
    try {
      switch (w.dtype()) {
        case F32 -> to.floats()[at] = Float.parseFloat(checked(text));
        case F64 -> to.doubles()[at] = Double.parseDouble(checked(text));
        case I32 ->
            to.ints()[at] =
                Integer.parseInt(text.endsWith(".0") ? text.substring(0, text.length() - 2) : text);
        case BOOL -> to.booleans()[at] = truth(text);
      }
    } catch (NumberFormatException e) {
      throw Problem.value(
          table.place(row),
          "row %d, column `%s`: \"%s\" is not a value of %s, which `%s` wants"
              .formatted(table.line(row), column.name, text, w.dtype(), w.name()),
          w.dtype().isFloat() ? "text columns can only be given to an i32 input" : "");
    }
  }

  private static String checked(String text) {
    if (!CsvColumn.isNumber(text)) throw new NumberFormatException(text);
    return CsvColumn.javaNumber(text);
  }

  private static boolean truth(String text) {
    return switch (text.toLowerCase(java.util.Locale.ROOT)) {
      case "1", "true", "yes" -> true;
      case "0", "false", "no" -> false;
      default -> throw new NumberFormatException(text);
    };
  }
}
