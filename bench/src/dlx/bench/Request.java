package dlx.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What is asked for on the command line. */
record Request(
    List<String> only,
    int threads,
    double seconds,
    boolean json,
    @Nullable Path out,
    List<Path> report,
    boolean markdown,
    boolean list,
    boolean search,
    boolean weigh,
    boolean help) {

  static Request of(String[] arguments) throws UsageException {
    List<String> only = new ArrayList<>();
    List<Path> report = new ArrayList<>();
    int threads = 1;
    double seconds = 1.5;
    boolean json = false;
    boolean markdown = false;
    boolean list = false;
    boolean search = false;
    boolean weigh = false;
    boolean help = false;
    Path out = null;
    for (int i = 0; i < arguments.length; i++) {
      String option = arguments[i];
      switch (option) {
        case "--only" -> only.add(value(arguments, ++i, option));
        case "--threads" -> {
          String value = value(arguments, ++i, option);
          if (!value.matches("[12]")) {
            throw new UsageException("--threads is 1 or 2, not `" + value + "`");
          }
          threads = Integer.parseInt(value);
        }
        case "--seconds" -> seconds = seconds(value(arguments, ++i, option));
        case "--json" -> json = true;
        case "--out" -> out = Path.of(value(arguments, ++i, option));
        case "--report" -> {
          while (++i < arguments.length) report.add(Path.of(arguments[i]));
          if (report.isEmpty()) throw new UsageException("--report needs files of results");
        }
        case "--markdown" -> markdown = true;
        case "--list" -> list = true;
        case "--search" -> search = true;
        case "--memory" -> weigh = true;
        case "--help", "-h" -> help = true;
        default -> throw new UsageException("unknown: `" + option + "`; --help lists the options");
      }
    }
    return new Request(
        only, threads, seconds, json, out, report, markdown, list, search, weigh, help);
  }

  private static String value(String[] arguments, int i, String option) throws UsageException {
    if (i >= arguments.length) throw new UsageException(option + " needs a value");
    return arguments[i];
  }

  private static double seconds(String value) throws UsageException {
    try {
      double seconds = Double.parseDouble(value);
      if (seconds > 0 && seconds <= 3600) return seconds;
    } catch (NumberFormatException e) {
      // said below
    }
    throw new UsageException("--seconds is a number above 0, not `" + value + "`");
  }

  /** The workloads that are meant. */
  List<String> names(Collection<String> all) throws UsageException {
    if (only.isEmpty()) return List.copyOf(all);
    List<String> names =
        all.stream().filter(n -> only.stream().anyMatch(o -> contains(n, o))).toList();
    for (String each : only) {
      if (all.stream().noneMatch(n -> contains(n, each))) {
        throw new UsageException("no workload's name contains `" + each + "`; --list lists them");
      }
    }
    return names;
  }

  private static boolean contains(String name, String part) {
    return name.toLowerCase(Locale.ROOT).contains(part.toLowerCase(Locale.ROOT));
  }
}
