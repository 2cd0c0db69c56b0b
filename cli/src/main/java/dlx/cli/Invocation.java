package dlx.cli;

import dlx.source.Render;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** One call of a command: its options, and the streams. */
final class Invocation {
  /** The hidden option that {@code --NAME VALUE} is rewritten to. */
  private static final String GIVEN = "--given";

  private final Command command;
  private final CommandSpec spec;
  private final List<String> names;
  private final List<String> arguments;
  private final ParseResult parsed;
  private final Console console;
  private final List<Runnable> last = new ArrayList<>();

  private Invocation(
      Command command,
      CommandSpec spec,
      List<String> names,
      List<String> arguments,
      ParseResult parsed,
      Console console) {
    this.command = command;
    this.spec = spec;
    this.names = names;
    this.arguments = arguments;
    this.parsed = parsed;
    this.console = console;
  }

  /**
   * @throws UsageException if the options are not those of the command
   */
  static Invocation of(Command command, List<String> arguments, Console console) {
    CommandSpec spec = CommandSpec.create().name(("dlx " + command.name()).strip());
    spec.usageMessage().description(command.summary().replace("%", "%%")).abbreviateSynopsis(true);
    Command.Options options = new Command.Options(spec);
    command.options(options);
    options
        .flag("--json", "print for tools: one object per line")
        .value("--color", "WHEN", "auto, always or never")
        .flag("-h --help", "print this page");
    List<String> names = List.copyOf(options.names());
    if (command.takesInputs()) options.values(GIVEN, "NAME=VALUE", "");
    List<String> words = new Inputs(command, names).rewritten(arguments, "--help", "-h", GIVEN);
    try {
      ParseResult parsed =
          new CommandLine(spec)
              .setOptionsCaseInsensitive(false)
              .setOverwrittenOptionsAllowed(true)
              .setUnmatchedOptionsArePositionalParams(false)
              .setExpandAtFiles(false)
              .parseArgs(words.toArray(String[]::new));
      Console out =
          console.withColour(colour(parsed.matchedOptionValue("--color", "auto"), console));
      Invocation invocation = new Invocation(command, spec, names, arguments, parsed, out);
      if (!invocation.flag("--help")) options.check(invocation.words());
      return invocation;
    } catch (CommandLine.UnmatchedArgumentException e) {
      String word = e.getUnmatched().getFirst();
      if (!word.startsWith("-")) {
        throw new UsageException("`" + word + "` is one argument too many", synopsis(command));
      }
      throw UsageException.unknown("option", word.replaceFirst("=.*", ""), names);
    } catch (CommandLine.ParameterException e) {
      if (arguments.contains("--help") || arguments.contains("-h")) {
        return new Invocation(command, spec, names, arguments, null, console);
      }
      String message = e.getMessage().replaceFirst("\\.$", "");
      throw new UsageException(lower(message), synopsis(command));
    }
  }

  private static String lower(String sentence) {
    return sentence.isEmpty()
        ? sentence
        : sentence.substring(0, 1).toLowerCase(Locale.ROOT) + sentence.substring(1);
  }

  private static String synopsis(Command command) {
    return "`dlx " + command.name() + " --help` lists what it takes";
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
    if (parsed == null || flag("--help")) {
      spec.optionsMap().values().stream()
          .filter(o -> List.of(o.names()).contains(GIVEN))
          .findFirst()
          .ifPresent(spec::remove);
      console.out().print(new CommandLine(spec).getUsageMessage());
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

  Command command() {
    return command;
  }

  /** The words after the command. */
  List<String> arguments() {
    return arguments;
  }

  /** The options of this command. */
  List<String> optionNames() {
    return names;
  }

  boolean flag(String option) {
    return parsed.matchedOptionValue(option, false);
  }

  Optional<String> value(String option) {
    return Optional.ofNullable(parsed.matchedOptionValue(option, null));
  }

  List<String> values(String option) {
    List<String> found = parsed.matchedOptionValue(option, List.of());
    return found;
  }

  /** Inputs given as {@code --NAME VALUE}, in the form NAME=VALUE. */
  List<String> given() {
    return values(GIVEN);
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

  /** The name and the value of {@code NAME=VALUE}. */
  static List<String> pair(String option, String text) {
    int at = text.indexOf('=');
    if (at <= 0) throw new UsageException(option + " takes NAME=VALUE, not " + text, "");
    return List.of(text.substring(0, at), text.substring(at + 1));
  }

  /** All positional parameters. */
  private List<String> words() {
    List<String> words = new ArrayList<>();
    parsed.matchedPositionals().forEach(p -> words.addAll(p.stringValues()));
    return words;
  }

  /** Positional parameter {@code index}. */
  Optional<String> positional(int index) {
    return words().stream().skip(index).findFirst();
  }

  /** Positional parameters from {@code index} on. */
  List<String> positionals(int index) {
    return words().stream().skip(index).toList();
  }

  Render.Form form() {
    String wish = value("--format").orElse(flag("--json") ? "json" : "text");
    for (Render.Form form : Render.Form.values()) {
      if (form.name().toLowerCase(Locale.ROOT).equals(wish)) return form;
    }
    throw new UsageException("--format is text, short, github, sarif or json, not " + wish, "");
  }

  // ------------------------------------------------------------------ inputs as options

  /** Rewrites {@code --NAME VALUE} where NAME is no option to {@code --given NAME=VALUE}. */
  private record Inputs(Command command, List<String> names) {
    List<String> rewritten(List<String> words, String help, String shortHelp, String given) {
      if (!command.takesInputs() || words.contains(help) || words.contains(shortHelp)) return words;
      List<String> result = new ArrayList<>();
      for (int i = 0; i < words.size(); i++) {
        String word = words.get(i);
        String name = word.replaceFirst("=.*", "");
        boolean unknown = word.startsWith("--") && word.length() > 2 && !names.contains(name);
        if (!unknown) {
          result.add(word);
          continue;
        }
        boolean joined = word.contains("=");
        if (!joined && i + 1 == words.size()) {
          throw UsageException.unknown("option", word, names);
        }
        String value = joined ? word.substring(word.indexOf('=') + 1) : words.get(++i);
        result.add(given);
        result.add(name.substring(2) + "=" + value);
      }
      return result;
    }
  }
}
