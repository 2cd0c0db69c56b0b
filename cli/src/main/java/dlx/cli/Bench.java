package dlx.cli;

import dlx.Call;
import dlx.Fn;
import dlx.Model;
import dlx.elaborate.Program;
import dlx.measure.Hot;
import dlx.measure.HotTable;
import dlx.measure.Machine;
import dlx.measure.Statistics;
import dlx.runtime.Profile;
import dlx.runtime.Workers;
import dlx.source.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code dlx bench FILE ENTRY}: how long it takes, and where the time goes. */
final class Bench extends Command {
  private static final double SECONDS = 2;
  private static final double WARM = 0.5;
  private static final int FEWEST_ROUNDS = 9;
  private static final int MOST_ROUNDS = 101;

  /** A round is long against the resolution of the clock. */
  private static final double ROUND = 0.004;

  Bench() {
    super("bench", "how long an entry or step takes, and where the time goes", true);
  }

  @Override
  void options(Options options) {
    Given.declare(options)
        .values("--set", "NAME=VALUE", "an argument of the step")
        .value("--seconds", "S", "how long to measure; 2 if nobody says")
        .value("--seed", "N", "of first values, draws and drawn inputs; 0 if not given")
        .program()
        .compiler();
    Checkpoints.declare(options)
        .positional("FILE", "1", "the program")
        .positional("ENTRY", "1..*", "a step, or names and expressions, computed together");
  }

  @Override
  int run(Invocation invocation) {
    double seconds = seconds(invocation);
    Model model = Programs.load(invocation, invocation.positional(0).orElseThrow());
    List<String> wanted = invocation.positionals(1);
    Program.Step step =
        model.program().steps().stream()
            .filter(s -> wanted.contains(s.name()))
            .findFirst()
            .orElse(null);
    if (step != null && wanted.size() > 1) {
      throw new UsageException("a step is measured alone", "name only `" + step.name() + "`");
    }
    if (step == null && !invocation.values("--set").isEmpty()) {
      throw new UsageException("--set is for steps, and none is asked for", "");
    }
    model.reset(invocation.seed());
    Checkpoints.load(invocation, model);
    Given given = Given.read(invocation, model, step);
    Fn function =
        step != null ? model.step(step.name()) : Programs.entry(invocation, model, false, wanted);
    Drawn drawn = Drawn.of(invocation, model, step, function, given);
    Call call = function.prepare(drawn.inputs(), given.sizes());
    Machine machine = Machine.measure(Workers.threads());
    Measured measured = measure(call, seconds);
    Hot hot = profile(function, call, measured, machine);
    if (invocation.flag("--json")) {
      invocation.console().out().println(json(function, call, measured, hot, machine, drawn));
    } else {
      if (!drawn.names().isEmpty()) {
        invocation.console().note("drawn inputs: " + String.join(", ", drawn.names()));
      }
      print(invocation, function, call, measured, hot, machine);
    }
    return Exit.FINE;
  }

  private static double seconds(Invocation invocation) {
    String text = invocation.value("--seconds").orElse("");
    if (text.isEmpty()) return SECONDS;
    try {
      double seconds = Double.parseDouble(text);
      if (seconds > 0 && seconds <= 86_400) return seconds;
    } catch (NumberFormatException e) {
      // said below
    }
    throw new UsageException("--seconds is a number above 0, not " + text, "");
  }

  // ------------------------------------------------------------------ measuring

  /**
   * @param time of a run in seconds, over all rounds
   * @param times how many runs a round has
   */
  private record Measured(Statistics time, int times, int rounds) {}

  private static Measured measure(Call call, double seconds) {
    double warm = 0;
    int times = 1;
    // the fastest: the first runs are compiled, and others may want the processor
    double once = Double.POSITIVE_INFINITY;
    while (warm < WARM) {
      double took = time(call, times);
      warm += took;
      once = Math.min(once, took / times);
      if (took < ROUND) times *= 2;
    }
    times = (int) Math.max(1, Math.min(Math.ceil(ROUND / once), 1 << 24));
    int rounds = (int) Math.max(FEWEST_ROUNDS, Math.min(seconds / (times * once), MOST_ROUNDS));
    double[] taken = new double[rounds];
    for (int i = 0; i < rounds; i++) taken[i] = time(call, times) / times;
    return new Measured(Statistics.of(taken), times, rounds);
  }

  private static double time(Call call, int times) {
    long begun = System.nanoTime();
    for (int i = 0; i < times; i++) call.run();
    return (System.nanoTime() - begun) * 1e-9;
  }

  /** After the whole was timed: measuring kernel by kernel takes time, too. */
  private static Hot profile(Fn function, Call call, Measured measured, Machine machine) {
    int kernels = function.compiled().kernelCount();
    List<Profile> profiles = new ArrayList<>();
    for (int i = 0; i < FEWEST_ROUNDS; i++) {
      Profile profile = new Profile(kernels, 0);
      function.compiled().profile(profile);
      time(call, measured.times);
      profiles.add(profile);
    }
    function.compiled().profile(null);
    return Hot.median(function, profiles, machine);
  }

  // ------------------------------------------------------------------ telling

  static String threads(int count) {
    return count + (count == 1 ? " thread" : " threads");
  }

  private static void print(
      Invocation invocation, Fn function, Call call, Measured measured, Hot hot, Machine machine) {
    var out = invocation.console().out();
    Statistics time = measured.time;
    out.printf(
        "%s: %s (%s to %s in half of %d rounds of %s), %s%n",
        function.name(),
        HotTable.time(time.median()),
        HotTable.time(time.low()),
        HotTable.time(time.high()),
        measured.rounds,
        measured.times == 1 ? "1 run" : Show.count(measured.times) + " runs",
        threads(machine.threads()));
    if (!call.sizes().isEmpty()) out.println("sizes: " + sizes(call));
    out.printf(
        "%s operations, %s GFLOP/s of %s; %s moved, %s GB/s; at least %s, so %s times that%n",
        Show.count(Math.round(hot.operations())),
        HotTable.number(hot.operations() / time.median() * 1e-9),
        HotTable.number(machine.singles() * 1e-9),
        Show.bytes(Math.round(hot.bytes())),
        HotTable.number(hot.bytes() / time.median() * 1e-9),
        HotTable.time(hot.floor()),
        hot.floor() > 0 ? HotTable.number(time.median() / hot.floor()) : "-");
    out.println();
    out.print(HotTable.text(hot, machine));
  }

  private static String sizes(Call call) {
    return String.join(
        ", ",
        call.sizes().entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(e -> e.getKey() + " = " + e.getValue())
            .toList());
  }

  private static String json(
      Fn function, Call call, Measured measured, Hot hot, Machine machine, Drawn drawn) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("event", "bench");
    object.put("entry", function.name());
    object.put("sizes", new java.util.TreeMap<>(call.sizes()));
    object.put("drawn", drawn.names());
    object.put("threads", machine.threads());
    object.put("seconds", measured.time.json());
    object.put("rounds", measured.rounds);
    object.put("runs_per_round", measured.times);
    object.put("operations", hot.operations());
    object.put("bytes", hot.bytes());
    object.put("floor", hot.floor());
    Map<String, Object> peak = new LinkedHashMap<>();
    peak.put("f32", machine.singles());
    peak.put("f64", machine.doubles());
    Map<String, Object> bandwidth = new LinkedHashMap<>();
    machine.bandwidth().forEach((size, rate) -> bandwidth.put(size.toString(), rate));
    peak.put("bandwidth", bandwidth);
    object.put("machine", peak);
    object.putAll(HotTable.json(hot));
    object.put("version", 1);
    return Json.of(object);
  }
}
