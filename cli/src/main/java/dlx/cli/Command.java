package dlx.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A subcommand: its options and what it does. */
interface Command {
  String name();

  /** One line for the list of commands. */
  String summary();

  /** Adds the options and positional parameters of this command. */
  void options(Options options);

  /** Whether {@code --NAME VALUE} gives the input NAME of the program. */
  default boolean takesInputs() {
    return false;
  }

  /** Runs and returns the exit code. */
  int run(Invocation invocation);

  /** The options of a command while they are declared. */
  final class Options {
    private final CommandSpec spec;
    private final List<String> names = new ArrayList<>();
    private final List<String> least = new ArrayList<>();
    private final StringBuilder synopsis = new StringBuilder();
    private int most;

    Options(CommandSpec spec) {
      this.spec = spec;
    }

    /** An option with a value, the last one counts; {@code names} with spaces between. */
    Options value(String names, String label, String description) {
      return add(OptionSpec.builder(split(names)).paramLabel(label).arity("1"), description);
    }

    /** An option with a value that may be given several times. */
    Options values(String names, String label, String description) {
      return add(
          OptionSpec.builder(split(names))
              .paramLabel(label)
              .arity("1")
              .type(List.class)
              .auxiliaryTypes(String.class),
          description);
    }

    Options flag(String names, String description) {
      return add(OptionSpec.builder(split(names)).type(boolean.class).arity("0"), description);
    }

    /** An option with a value that may be left out. */
    Options optional(String names, String label, String otherwise, String description) {
      return add(
          OptionSpec.builder(split(names)).paramLabel(label).arity("0..1").fallbackValue(otherwise),
          description);
    }

    /**
     * A positional parameter.
     *
     * @param arity {@code 1}, {@code 0..1}, or for the last one {@code 0..*} or {@code 1..*}
     */
    Options positional(String label, String arity, String description) {
      int index = spec.positionalParameters().size();
      boolean many = arity.endsWith("*");
      if (!arity.startsWith("0")) least.add(label);
      String shown = many ? label + "..." : label;
      synopsis.append(' ').append(arity.startsWith("0") ? "[" + shown + "]" : shown);
      spec.usageMessage().customSynopsis(spec.name() + " [OPTIONS]" + synopsis);
      most = many ? Integer.MAX_VALUE : index + 1;
      spec.addPositional(
          PositionalParamSpec.builder()
              .paramLabel(label)
              .hideParamSyntax(true)
              .arity(many ? "0..*" : "0..1")
              .index(index + (many ? "..*" : ""))
              .type(many ? List.class : String.class)
              .auxiliaryTypes(String.class)
              .description(description.replace("%", "%%"))
              .build());
      return this;
    }

    /**
     * @throws UsageException if words are missing or too many
     */
    void check(List<String> words) {
      if (words.size() < least.size()) {
        throw new UsageException(
            "the " + least.get(words.size()) + " is missing",
            "`" + spec.name() + " --help` says what it takes");
      }
      if (words.size() > most) {
        throw new UsageException(
            "`" + words.get(most) + "` is one argument too many",
            "`" + spec.name() + " --help` says what it takes");
      }
    }

    /** What every command that reads a program has. */
    Options program() {
      return values("-D --define", "NAME=VALUE", "a value for a `dim` or `const`")
          .values("--import-path", "FOLDER", "another folder that may be imported from")
          .value("--format", "FORM", "of diagnostics: text, short, github, sarif or json");
    }

    /** What every command that compiles has. */
    Options compiler() {
      return value("--math", "RULES", "what rewriting keeps: real (numbers) or strict (every bit)")
          .flag("--no-simplify", "compile the graph as it is written")
          .flag("--unchecked", "no check of positions in gathers")
          .value("--threads", "N", "threads that share the work")
          .flag("--time-passes", "how long each stage took");
    }

    private Options add(OptionSpec.Builder option, String description) {
      OptionSpec built = option.description(description.replace("%", "%%")).build();
      names.addAll(List.of(built.names()));
      spec.addOption(built);
      return this;
    }

    private static String[] split(String names) {
      return names.split(" ", -1);
    }

    List<String> names() {
      return names;
    }
  }
}
