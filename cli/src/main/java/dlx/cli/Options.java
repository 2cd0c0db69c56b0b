package dlx.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The options and positional parameters of a command: declared, read from words, and printed.
 * Written for a fast start: reading a command line is part of the answer time of every command.
 */
final class Options {
  private static final int WIDTH = 80;
  private static final int INDENT = 29;

  /**
   * An option.
   *
   * @param names such as {@code -o}, {@code --out}; the last one is long
   * @param label of the value; empty for a flag
   */
  private record Option(List<String> names, String label, String description) {
    String name() {
      return names.getLast();
    }

    boolean isFlag() {
      return label.isEmpty();
    }
  }

  private record Positional(String label, boolean required, boolean many, String description) {}

  /**
   * What a command line says.
   *
   * @param values by the long name of the option, in order; flags have none
   * @param given inputs as {@code NAME=VALUE}, in order
   * @param words the positional parameters
   */
  record Said(Map<String, List<String>> values, List<String> given, List<String> words) {}

  private final String command;
  private final String summary;
  private final Map<String, Option> byName = new LinkedHashMap<>();
  private final List<Option> options = new ArrayList<>();
  private final List<Positional> positionals = new ArrayList<>();

  Options(String command, String summary) {
    this.command = ("dlx " + command).strip();
    this.summary = summary;
  }

  // ------------------------------------------------------------------ declaring

  /** An option with a value, the last one counts; {@code names} with spaces between. */
  Options value(String names, String label, String description) {
    return add(new Option(List.of(names.split(" ", -1)), label, description));
  }

  /** An option with a value that may be given several times. */
  Options values(String names, String label, String description) {
    return value(names, label, description);
  }

  Options flag(String names, String description) {
    return value(names, "", description);
  }

  private Options add(Option option) {
    options.add(option);
    option.names.forEach(name -> byName.put(name, option));
    return this;
  }

  /**
   * A positional parameter.
   *
   * @param arity {@code 1}, {@code 0..1}, or for the last one {@code 0..*} or {@code 1..*}
   */
  Options positional(String label, String arity, String description) {
    positionals.add(
        new Positional(label, !arity.startsWith("0"), arity.endsWith("*"), description));
    return this;
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
        .value("--memory", "SIZE", "at most so much for derivatives of loops, such as 512M")
        .value("--threads", "N", "threads that share the work")
        .flag("--time-passes", "how long each stage took");
  }

  /** All names. */
  List<String> names() {
    return List.copyOf(byName.keySet());
  }

  /** The long name of an option. */
  String longName(String name) {
    return byName.containsKey(name) ? byName.get(name).name() : name;
  }

  // ------------------------------------------------------------------ reading

  /**
   * Reads the words after the command.
   *
   * @param inputs whether {@code --NAME VALUE} with a name that is no option is an input
   * @throws UsageException if an option is unknown or lacks its value, or words are missing or too
   *     many
   */
  Said read(List<String> arguments, boolean inputs) {
    Said said = new Said(new LinkedHashMap<>(), new ArrayList<>(), new ArrayList<>());
    boolean only = false; // words only, after --
    for (int i = 0; i < arguments.size(); i++) {
      String word = arguments.get(i);
      if (only || !word.startsWith("-") || word.equals("-") || word.matches("-[\\d.].*")) {
        said.words.add(word);
      } else if (word.equals("--")) {
        only = true;
      } else {
        i += option(word, i + 1 < arguments.size() ? arguments.get(i + 1) : null, inputs, said);
      }
    }
    if (!said.values.containsKey("--help")) check(said.words);
    return said;
  }

  /** Reads one option; how many further words it took. */
  private int option(String word, String next, boolean inputs, Said said) {
    boolean isLong = word.startsWith("--");
    int equals = word.indexOf('=');
    // -Dn=3 and -ofile: the value of a short option may stand right behind it
    boolean attached = !isLong && word.length() > 2;
    String name = attached ? word.substring(0, 2) : equals > 0 ? word.substring(0, equals) : word;
    String value = attached ? word.substring(2) : equals > 0 ? word.substring(equals + 1) : null;
    Option option = byName.get(name);
    boolean given = option == null && inputs && isLong;
    if (option == null && !given || given && value == null && next == null) {
      throw UsageException.unknown("option", name, byName.keySet());
    }
    if (option != null && option.isFlag()) {
      if (value != null) throw new UsageException(name + " takes no value", help());
      said.values.computeIfAbsent(option.name(), n -> new ArrayList<>());
      return 0;
    }
    String found = value != null ? value : next;
    if (found == null) throw new UsageException(name + " needs a value: " + option.label, help());
    if (given) {
      said.given.add(name.substring(2) + "=" + found);
    } else {
      said.values.computeIfAbsent(option.name(), n -> new ArrayList<>()).add(found);
    }
    return value != null ? 0 : 1;
  }

  private void check(List<String> words) {
    for (int i = words.size(); i < positionals.size(); i++) {
      if (positionals.get(i).required) {
        throw new UsageException("the " + positionals.get(i).label + " is missing", help());
      }
    }
    boolean many = !positionals.isEmpty() && positionals.getLast().many;
    if (words.size() > positionals.size() && !many) {
      throw new UsageException(
          "`" + words.get(positionals.size()) + "` is one argument too many", help());
    }
  }

  private String help() {
    return "`" + command + " --help` says what it takes";
  }

  // ------------------------------------------------------------------ printing

  /** The page of {@code --help}. */
  void print(PrintStream out) {
    StringBuilder usage = new StringBuilder("usage: ").append(command).append(" [OPTIONS]");
    for (Positional p : positionals) {
      String label = p.many ? p.label + "..." : p.label;
      usage.append(' ').append(p.required ? label : "[" + label + "]");
    }
    out.println(usage);
    out.println(summary);
    out.println();
    for (Positional p : positionals) row(out, "  " + p.label, p.description);
    if (!positionals.isEmpty()) out.println();
    List<Option> sorted = new ArrayList<>(options);
    sorted.sort(Comparator.comparing(Option::name));
    for (Option o : sorted) {
      String label = o.isFlag() ? "" : " " + o.label;
      boolean brief = o.names.size() > 1;
      row(out, (brief ? "  " : "      ") + String.join(", ", o.names) + label, o.description);
    }
  }

  private static void row(PrintStream out, String left, String description) {
    StringBuilder line = new StringBuilder(left);
    if (line.length() > INDENT - 2) {
      out.println(line);
      line.setLength(0);
    }
    line.append(" ".repeat(INDENT - line.length()));
    for (String word : description.split(" ", -1)) {
      if (line.length() + word.length() > WIDTH) {
        out.println(line.toString().stripTrailing());
        line = new StringBuilder(" ".repeat(INDENT));
      }
      line.append(word).append(' ');
    }
    out.println(line.toString().stripTrailing());
  }
}
