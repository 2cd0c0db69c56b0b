package dlx.cli;

import dlx.Model;
import dlx.data.Csv;
import dlx.data.DataFiles;
import dlx.data.Loaded;
import dlx.data.Reading;
import dlx.data.Wanted;
import dlx.elaborate.Program;
import dlx.graph.Extent;
import dlx.runtime.Tensor;
import dlx.source.Suggest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Values that the command line gives by name: {@code --data NAME=FILE}, {@code --data FILE}, {@code
 * --NAME VALUE} and {@code --set NAME=VALUE}.
 *
 * @param inputs by name
 * @param sizes values of run-time sizes from {@code --dim}
 */
record Given(Map<String, Object> inputs, Map<String, Integer> sizes) {
  private static final Path HERE = Path.of("");

  static Options declare(Options options) {
    return options
        .values(
            "--data",
            "[NAME=]FILE",
            "an input (or parameter, state) by name, or several from a file; also NAME=JSON")
        .values("--dim", "NAME=N", "a size that no input has")
        .values("--columns", "NAME=A,B", "columns of a table for an input")
        .value("--missing", "HOW", "missing values of a table: refuse, drop or mean")
        .value("--bytes", "HOW", "bytes of pictures: unit (0 to 1) or keep (0 to 255)")
        .value("--fit", "HOW", "pictures of another size: refuse, resize or crop");
  }

  /** As below, without arguments of functions and earlier classes. */
  static Given read(Invocation invocation, Model model, Program.@Nullable Step step) {
    return read(invocation, model, step, Set.of(), Map.of());
  }

  /**
   * Reads everything and puts parameters and states into the model.
   *
   * @param step whose arguments may be given too, or null
   * @param arguments names that are arguments of a function that is called
   * @param classes of the data that the parameters come from
   * @throws UsageException for a name that is not there
   * @throws dlx.runtime.DlxException for data that do not fit
   */
  static Given read(
      Invocation invocation,
      Model model,
      Program.@Nullable Step step,
      Set<String> arguments,
      Map<String, List<String>> classes) {
    Reader reader = new Reader(invocation, model, step, classes);
    invocation.values("--data").forEach(reader::data);
    invocation
        .given()
        .forEach((name, value) -> {
          if (!arguments.contains(name)) reader.named("--" + name, name, value);
        });
    invocation.pairs("--set").forEach(reader::argument);
    reader.files();
    return new Given(reader.inputs, Programs.sizes(invocation, "--dim"));
  }

  /**
   * The inputs given as {@code --NAME VALUE} to a command that goes through data: the same for
   * every batch.
   *
   * @throws UsageException for the name of an input that is not there
   */
  static Map<String, Object> constants(Invocation invocation, Model model) {
    Map<String, Object> constants = new LinkedHashMap<>();
    Reading reading = reading(invocation, Map.of(), Recipe.find(model.program(), ""));
    invocation
        .given()
        .forEach((name, value) -> {
          Program.Argument input =
              model.program().inputs().stream()
                  .filter(i -> i.name().equals(name))
                  .findFirst()
                  .orElseThrow(() ->
                      UsageException.unknown("option", "--" + name, invocation.optionNames()));
          constants.put(name, value(name, input.type(), value, reading));
        });
    return constants;
  }

  /**
   * How data are read: by the command line, then the recipe.
   *
   * @param classes of earlier data, so that a text means the same number
   */
  static Reading reading(Invocation invocation, Map<String, List<String>> classes, Recipe recipe) {
    Map<String, List<String>> columns = new LinkedHashMap<>();
    invocation
        .pairs("--columns")
        .forEach((name, list) -> columns.put(name, List.of(list.split(",", -1))));
    Csv.Missing missing =
        chosen(invocation, recipe, "missing", Csv.Missing.values(), Csv.Missing.REFUSE);
    Reading.Bytes bytes =
        chosen(invocation, recipe, "bytes", Reading.Bytes.values(), Reading.Bytes.UNIT);
    Reading.Fit fit = chosen(invocation, recipe, "fit", Reading.Fit.values(), Reading.Fit.REFUSE);
    return new Reading(new Csv.Options(columns, missing, classes), bytes, fit);
  }

  /** One of several words. */
  private static <T extends Enum<T>> T chosen(
      Invocation invocation, Recipe recipe, String name, T[] all, T otherwise) {
    String wish = invocation.value("--" + name).or(() -> recipe.text(name)).orElse("");
    if (wish.isEmpty()) return otherwise;
    List<String> words = new ArrayList<>();
    for (T one : all) {
      String word = one.name().toLowerCase(Locale.ROOT);
      if (word.equals(wish)) return one;
      words.add("`" + word + "`");
    }
    String last = words.removeLast();
    throw new UsageException(
        "--%s is %s or %s, not %s".formatted(name, String.join(", ", words), last, wish), "");
  }

  /**
   * What an argument wants to be given.
   *
   * @param batch the size that counts examples, or empty
   */
  static Wanted wanted(String name, Program.Typed type, String batch) {
    List<Extent> extents = type.type().shape();
    int[] shape = new int[extents.size()];
    int axis = -1;
    for (int i = 0; i < shape.length; i++) {
      Extent extent = extents.get(i);
      shape[i] = extent.isConstant() ? (int) extent.constant().getAsLong() : Wanted.ANY;
      if (axis < 0 && !batch.isEmpty() && extent.equals(Extent.symbol(batch))) axis = i;
    }
    return new Wanted(name, type.type().dtype(), shape, axis);
  }

  /**
   * A file, JSON, or one number, which fills a declared shape as in the language.
   *
   * @throws UsageException if a number is wanted and the text is neither that nor a file
   */
  static Object value(String name, Program.Typed type, String text, Reading reading) {
    boolean scalar = type.type().isScalar();
    if (isNumber(text) && !scalar) return Double.valueOf(text);
    if (scalar && !DataFiles.isSource(text, HERE)) {
      throw new UsageException(
          "`" + name + "` is " + type + ", and `" + text + "` is neither a number nor a file", "");
    }
    return DataFiles.values(text, wanted(name, type, ""), reading, HERE).tensor();
  }

  /** Gives a parameter or state another value: a file, JSON, or one number, which fills it. */
  static void slot(Model model, String name, String text, Path folder) {
    Program.Typed type = model.slot(name).type();
    Wanted wanted = wanted(name, type, "");
    boolean fixed = type.type().shape().stream().allMatch(Extent::isConstant);
    if (!isNumber(text) || type.type().isScalar() || !fixed) {
      model.set(name, DataFiles.value(text, wanted, folder));
      return;
    }
    Tensor one = DataFiles.value(text, new Wanted(name, wanted.dtype(), new int[0], -1), folder);
    Tensor filled = Tensor.zeros(wanted.dtype(), wanted.shape());
    for (int i = 0; i < filled.size(); i++) System.arraycopy(one.data(), 0, filled.data(), i, 1);
    model.set(name, filled);
  }

  private static boolean isNumber(String text) {
    return text.matches("-?\\d+(\\.\\d*)?([eE][+-]?\\d+)?");
  }

  private static final class Reader {
    private final Invocation invocation;
    private final Model model;
    private final Program.@Nullable Step step;
    private final Map<String, Program.Argument> declared = new LinkedHashMap<>();
    private final Map<String, Object> inputs = new LinkedHashMap<>();
    private final List<String> sources = new ArrayList<>();
    private final Set<String> slots = new HashSet<>();
    private final Reading reading;

    Reader(
        Invocation invocation,
        Model model,
        Program.@Nullable Step step,
        Map<String, List<String>> classes) {
      this.invocation = invocation;
      this.model = model;
      this.step = step;
      // here no row is left out in silence
      Recipe recipe = Recipe.find(model.program(), "").without("missing");
      this.reading = reading(invocation, classes, recipe);
      model.program().inputs().forEach(i -> declared.put(i.name(), i));
      if (step != null) step.arguments().forEach(a -> declared.put(a.name(), a));
    }

    void data(String text) {
      int at = text.indexOf('=');
      String name = at > 0 ? text.substring(0, at) : "";
      boolean known = declared.containsKey(name) || model.findSlot(name).isPresent();
      if (known) named("--data", name, text.substring(at + 1));
      else if (at > 0 && !Files.exists(HERE.resolve(text))) throw unknown(name);
      else sources.add(text);
    }

    void named(String option, String name, String value) {
      Program.Argument argument = declared.get(name);
      if (argument != null) {
        give(name, value(name, argument.type(), value, reading));
      } else if (model.findSlot(name).isPresent()) {
        if (!slots.add(name)) throw Invocation.twice(name);
        slot(model, name, value, HERE);
      } else if (option.equals("--data")) {
        throw unknown(name);
      } else {
        List<String> names = new ArrayList<>(invocation.optionNames());
        declared.keySet().forEach(n -> names.add("--" + n));
        String near = Suggest.closest(option, names);
        throw new UsageException(
            "there is no option or input `" + option + "`",
            near == null ? "" : "did you mean `" + near + "`?");
      }
    }

    void argument(String name, String value) {
      List<String> names =
          step == null ? List.of() : step.arguments().stream().map(Program.Argument::name).toList();
      if (!names.contains(name)) throw UsageException.unknown("argument of the step", name, names);
      give(name, value(name, declared.get(name).type(), value, reading));
    }

    private void give(String name, Object value) {
      if (inputs.put(name, value) != null) throw Invocation.twice(name);
    }

    private UsageException unknown(String name) {
      List<String> names = new ArrayList<>(declared.keySet());
      model.program().slots().forEach(s -> names.add(s.path()));
      return UsageException.unknown("input, parameter or state", name, names);
    }

    /** Files with several inputs give those that are not given by name. */
    void files() {
      List<Wanted> open =
          declared.values().stream()
              .filter(a -> !inputs.containsKey(a.name()))
              .map(a -> wanted(a.name(), a.type(), Batch.size(model.program())))
              .toList();
      Loaded loaded = DataFiles.loadAll(sources, open, reading, HERE);
      loaded.notes().forEach(invocation.console()::note);
      inputs.putAll(loaded.tensors());
    }
  }
}
