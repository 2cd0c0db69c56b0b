package dlx.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a run found: the machine, versions, and a map for each workload as {@link Contest} makes
 * them, of the setting in which the fastest peer was fastest, with our time of that in which we
 * are.
 */
record Results(
    String date,
    int threads,
    Map<String, Object> machine,
    Map<String, Object> versions,
    List<Map<String, Object>> workloads) {

  private static final JsonMapper JSON = new JsonMapper();

  static Results read(Path file) throws IOException {
    try {
      return JSON.readValue(Files.readString(file), Results.class);
    } catch (JacksonException e) {
      throw new IOException(file + " is no file of results: " + e.getOriginalMessage(), e);
    }
  }

  /** Gets what was found so far. */
  interface Progress {
    void found(Results results) throws IOException;
  }

  /** Measures in processes of their own, one for each setting. */
  static Results measure(Path bench, Request request, List<String> names, Progress progress)
      throws IOException {
    Map<String, Object> machine = new LinkedHashMap<>(Versions.machine());
    Map<String, Map<String, Object>> best = new LinkedHashMap<>();
    Progress show =
        r -> {
          progress.found(r);
          if (System.console() != null) System.err.println(Report.line(r.workloads().getLast()));
        };
    for (Setting setting : Setting.all(request.threads())) {
      List<String> left = new ArrayList<>(names);
      while (!left.isEmpty()) {
        String failed = measure(bench, request, setting, left, machine, best, show);
        if (failed == null) break;
        left = left.subList(left.indexOf(failed) + 1, left.size());
      }
    }
    return of(request, machine, best);
  }

  private static Results of(
      Request request, Map<String, Object> machine, Map<String, Map<String, Object>> best) {
    return new Results(
        LocalDate.now().toString(),
        request.threads(),
        machine,
        Versions.libraries(),
        List.copyOf(best.values()));
  }

  /** Returns the workload in which the process ended, null if all went well. */
  private static String measure(
      Path bench,
      Request request,
      Setting setting,
      List<String> names,
      Map<String, Object> machine,
      Map<String, Map<String, Object>> best,
      Progress progress)
      throws IOException {
    List<String> command = command(bench, Round.class, request, names);
    Path errors = bench.resolve("target/errors.log");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
    setting.apply(builder.environment());
    Process process = builder.start();
    Thread end = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(end);
    List<String> waiting = new ArrayList<>(names);
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.startsWith(Round.MARK)) continue;
        @SuppressWarnings("unchecked")
        Map<String, Object> found =
            JSON.readValue(line.substring(Round.MARK.length()), LinkedHashMap.class);
        if (found.containsKey("machine")) {
          machine.put("measured", found.get("machine"));
          machine.put("numpy", found.get("numpy"));
          continue;
        }
        found.put("setting", setting.name());
        found.put("threads", request.threads());
        waiting.remove((String) found.get("workload"));
        best.merge((String) found.get("workload"), found, Report::better);
        progress.found(of(request, machine, best));
      }
    }
    Runtime.getRuntime().removeShutdownHook(end);
    if (waiting.isEmpty()) return null;
    String failed = waiting.getFirst();
    String said = Files.readString(errors).lines().limit(20).reduce("", (a, b) -> a + "\n" + b);
    if (failed.equals(names.getFirst()) && said.contains("Error: ")) {
      throw new IOException("the process that measures could not be started:" + said);
    }
    Map<String, Object> crash = new LinkedHashMap<>();
    crash.put("workload", failed);
    crash.put("setting", setting.name());
    crash.put("threads", request.threads());
    crash.put("problems", List.of("the process ended while measuring this:" + said));
    best.merge(failed, crash, Report::better);
    return failed;
  }

  private static List<String> command(
      Path bench, Class<?> main, Request request, List<String> names) throws IOException {
    List<String> command = new ArrayList<>(Files.readAllLines(bench.resolve("target/command")));
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-Ddlx.bench=" + bench,
            "-Dorg.bytedeco.javacpp.nopointergc=true",
            "-Dorg.bytedeco.javacpp.maxbytes=0",
            "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
            "-cp",
            System.getProperty("java.class.path"),
            main.getName(),
            Integer.toString(request.threads()),
            Double.toString(request.seconds()),
            bench.resolve("programs").toString()));
    command.addAll(names);
    return command;
  }

  /**
   * Something else in a process of its own that prints what it finds.
   *
   * @param more names and values for its environment
   */
  static int shown(
      Path bench, Class<?> main, Request request, List<String> names, List<String> more)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command(bench, main, request, names)).inheritIO();
    Map<String, String> environment = builder.environment();
    Setting.all(request.threads()).getFirst().apply(environment);
    for (int i = 0; i < more.size(); i += 2) environment.put(more.get(i), more.get(i + 1));
    Process process = builder.start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    try {
      return process.waitFor() == 0 ? 0 : 3;
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      return 3;
    }
  }
}
