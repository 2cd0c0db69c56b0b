package dlx.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The command line of the benchmark. */
final class Main {
  private static final String HELP =
      """
      usage: ./bench/run [options]

      Measures dlx against libtorch, TensorFlow and NumPy in one run: same inputs, results compared
      before times are taken, all in turn. Prints a table; `ratio` is our speed divided by that of
      the fastest other library, as the median of all rounds with quartiles; `floor` is what the
      machine needs at least, and `x floor` how many times longer we take; `memory` is what a run of
      ours needs beside inputs, parameters and results, `alloc` what it allocates in Java.

        --only NAME      workloads whose name contains NAME; may be repeated
        --threads 1|2    how many threads everybody may use (1)
        --seconds S      time to measure each workload, beside warming up (1.5)
        --json           print the results as JSON instead of the table
        --out FILE       write the results there (bench/results/DATE.json)
        --markdown       print the table as Markdown
        --report FILE... print the table of results that were written before, and measure nothing
        --list           the names of the workloads
        --search         time every way in which the products of the workloads could be computed, and
                         print what the compiler chooses beside the best one
        --memory         the peak of memory of a run, beside inputs, parameters and results: of ours
                         and of libtorch (Linux)
        --help

      exit codes: 0 measured; 1 results differ or a side failed; 2 wrong use; 3 files or processes
      """;

  private Main() {}

  static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  private static int run(String[] arguments) {
    try {
      Request request = Request.of(arguments);
      if (request.help()) {
        IO.print(HELP);
        return 0;
      }
      List<String> names = request.names(new Workloads().names());
      if (request.list()) {
        names.forEach(IO::println);
        return 0;
      }
      if (!request.report().isEmpty()) {
        List<Map<String, Object>> all = new ArrayList<>();
        for (Path file : request.report()) all.addAll(Results.read(file).workloads());
        Report.print(all, request.markdown());
        return 0;
      }
      Path bench = Path.of(System.getProperty("dlx.bench"));
      if (request.search()) return Results.shown(bench, Search.class, request, names, List.of());
      if (request.weigh()) {
        return Results.shown(bench, Weigh.class, request, names, Weigh.ENVIRONMENT);
      }
      return measure(bench, request, names);
    } catch (UsageException e) {
      System.err.println("bench: " + e.getMessage());
      return 2;
    } catch (IOException e) {
      System.err.println("bench: " + e.getMessage());
      return 3;
    }
  }

  private static String write(Path file, Results results) throws IOException {
    String json =
        JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build()
            .writeValueAsString(results);
    Files.writeString(file, json + "\n");
    return json;
  }

  private static int measure(Path bench, Request request, List<String> names) throws IOException {
    Path out = request.out();
    if (out == null) {
      String now =
          LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT));
      out = bench.resolve("results").resolve(now + ".json");
    }
    if (out.toAbsolutePath().getParent() != null) {
      Files.createDirectories(out.toAbsolutePath().getParent());
    }
    Path file = out;
    // written after every workload, so that a run that is stopped has not been for nothing
    Results results = Results.measure(bench, request, names, r -> write(file, r));
    String json = write(out, results);
    if (request.json()) {
      IO.println(json);
    } else {
      Report.print(results.workloads(), request.markdown());
      IO.println("written to " + out);
    }
    boolean bad =
        results.workloads().stream().anyMatch(w -> !((List<?>) w.get("problems")).isEmpty());
    return bad ? 1 : 0;
  }
}
