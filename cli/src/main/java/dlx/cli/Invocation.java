package dlx.cli;

import dlx.source.Render;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** One call of a command: its options, and the streams. */
final class Invocation {
  private final Command command;
  private final Options options;
  private final List<String> arguments;
  private final Options.Said said;
  private final Console console;
  private final List<Runnable> last = new ArrayList<>();

  private Invocation(
      Command command,
      Options options,
      List<String> arguments,
      Options.Said said,
      Console console) {
    this.command = command;
    this.options = options;
    this.arguments = arguments;
    this.said = said;
    this.console = console;
  }

  /**
   * @throws UsageException if the options are not those of the command
   */
  static Invocation of(Command command, List<String> arguments, Console console) {
    Options options = new Options(command.name(), command.summary());
    command.options(options);
    options
        .flag("--json", "print for tools: one object per line")
        .value("--color", "WHEN", "auto, always or never")
        .flag("-h --help", "print this page");
    Options.Said said = options.read(arguments, command.takesInputs());
    List<String> wish = said.values().getOrDefault("--color", List.of("auto"));
    Console coloured = console.withColour(colour(wish.getLast(), console));
    return new Invocation(command, options, arguments, said, coloured);
  }

  private static boolean colour(String wish, Console console) {
    return switch (wish) {
      case "auto" -> console.colour();
      case "always" -> true;
      case "never" -> false;
      default -> throw new UsageException("--color is auto, always or never, not " + wish, "");
    };
  }

  int run() {
    if (flag("--help")) {
      options.print(console.out());
      return Exit.FINE;
    }
    form(); // a form that is none is told before anything is done
    int code = command.run(this);
    last.forEach(Runnable::run);
    return code;
  }

  /** Something to do when the command is done. */
  void atEnd(Runnable action) {
    last.add(action);
  }

  // ------------------------------------------------------------------ options

  Console console() {
    return console;
  }

  /** The words after the command. */
  List<String> arguments() {
    return arguments;
  }

  /** The options of this command. */
  List<String> optionNames() {
    return options.names();
  }

  boolean flag(String option) {
    return said.values().containsKey(option);
  }

  Optional<String> value(String option) {
    List<String> values = values(option);
    return values.isEmpty() ? Optional.empty() : Optional.of(values.getLast());
  }

  List<String> values(String option) {
    return said.values().getOrDefault(options.longName(option), List.of());
  }

  /** An option that is a whole number of at least {@code least}. */
  Optional<Integer> whole(String option, int least) {
    return value(option)
        .map(text -> {
          try {
            int number = Integer.parseInt(text.replace("_", ""));
            if (number >= least) return number;
          } catch (NumberFormatException e) {
            // said below
          }
          throw new UsageException(
              option + " is a whole number from " + least + " on, not " + text, "");
        });
  }

  long seed() {
    return value("--seed")
        .map(text -> {
          try {
            return Long.parseLong(text);
          } catch (NumberFormatException e) {
            throw new UsageException("--seed is a whole number, not " + text, "");
          }
        })
        .orElse(0L);
  }

  /**
   * The values of an option {@code NAME=VALUE} by name, in their order.
   *
   * @throws UsageException if a text has another form or a name is given twice
   */
  Map<String, String> pairs(String option) {
    return pairs(option, values(option));
  }

  /** Inputs given as {@code --NAME VALUE}, as {@link #pairs(String)}. */
  Map<String, String> given() {
    return pairs("--NAME", said.given());
  }

  private static Map<String, String> pairs(String option, List<String> texts) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String text : texts) {
      int at = text.indexOf('=');
      if (at <= 0) throw new UsageException(option + " takes NAME=VALUE, not " + text, "");
      String name = text.substring(0, at);
      if (pairs.put(name, text.substring(at + 1)) != null) throw twice(name);
    }
    return pairs;
  }

  static UsageException twice(String name) {
    return new UsageException("`" + name + "` is given twice", "say one of the two");
  }

  /** Positional parameter {@code index}. */
  Optional<String> positional(int index) {
    return said.words().stream().skip(index).findFirst();
  }

  /** Positional parameters from {@code index} on. */
  List<String> positionals(int index) {
    return said.words().stream().skip(index).toList();
  }

  Render.Form form() {
    String wish = value("--format").orElse(flag("--json") ? "json" : "text");
    for (Render.Form form : Render.Form.values()) {
      if (form.name().toLowerCase(Locale.ROOT).equals(wish)) return form;
    }
    throw new UsageException("--format is text, short, github, sarif or json, not " + wish, "");
  }
}
