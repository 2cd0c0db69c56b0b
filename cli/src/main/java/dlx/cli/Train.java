package dlx.cli;

import dlx.Model;
import dlx.elaborate.Program;
import dlx.training.Classes;
import dlx.training.Epoch;
import dlx.training.Means;
import dlx.training.Output;
import dlx.training.RunRecord;
import dlx.training.Stop;
import dlx.training.Trainer;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code dlx train FILE [STEP]}: runs steps over data. */
final class Train extends Command {
  /** How long a process that was asked to end waits for a batch to be finished and saved. */
  private static final int SAVING_SECONDS = 120;

  Train() {
    super("train", "run a step over data, epoch by epoch", true);
  }

  @Override
  void options(Options options) {
    Given.declare(options)
        .values("--valid", "[NAME=]FILE", "data for validation, or a part of the data such as 0.1")
        .value("--epochs", "N", "in total, also with --resume; 10 if nobody says")
        .value("--batch", "N", "examples in a batch; 64 if nobody says")
        .values("--set", "NAME=VALUE", "an argument of the step, such as rate=0.01")
        .value("--stop", "METRIC:N", "stop after N epochs that are not better")
        .values("--metrics", "A,B", "definitions to tell beside the loss")
        .value("-o --out", "FILE", "where the best parameters go; NAME.safetensors if not given")
        .value("--augment", "[NAME=]HOW", "change pictures by chance, such as flip,crop:4; or none")
        .value("--loaders", "N", "threads that prepare pictures ahead; half of the cores")
        .flag("--resume", "go on where NAME.last.safetensors stands")
        .value("--reset", "WHEN", "states with sizes of the data start again: epoch or never")
        .flag("--no-shuffle", "examples in the order of the file")
        .flag("--trap-nan", "stop where a number is no number any more (slow)")
        .flag("--profile", "tell at the end where the time of the steps went")
        .value("--seed", "N", "of first values, draws and order; 0 if not given")
        .program()
        .compiler();
    Checkpoints.declare(options)
        .positional("FILE", "1", "the program")
        .positional("STEP", "0..1", "a step or recipe");
  }

  @Override
  int run(Invocation invocation) {
    String file = invocation.positional(0).orElseThrow();
    Model model = Programs.load(invocation, file);
    TrainPlan plan = TrainPlan.of(invocation, model, invocation.positional(1).orElse(""));
    Checkpoints.load(invocation, model);
    try (Output output = Output.open(TrainPlan.output(invocation, file))) {
      return train(invocation, model, plan, output);
    }
  }

  private static int train(Invocation invocation, Model model, TrainPlan plan, Output output) {
    Console console = invocation.console();
    Stop stop = new Stop();
    Thread hook = new Thread(() -> onEnd(stop), "dlx-save");
    Screen screen = new Screen(invocation, plan);
    long begun = System.nanoTime();
    Trainer trainer =
        new Trainer(
            model,
            plan.settings(),
            plan.train(),
            plan.valid(),
            output,
            screen,
            stop,
            Classes.metadata(plan.classes()));
    if (invocation.flag("--resume")) trainer.resume();
    double compiled = (System.nanoTime() - begun) / 1e9;
    console.note(headline(model, plan, compiled));
    if (trainer.epochsDone() > 0) console.note("going on after epoch " + trainer.epochsDone());
    trainer.changes().forEach(console::note);
    RunRecord record = RunRecord.of(model, plan.settings(), invocation.arguments());
    record.put("sources", plan.sources());
    if (!plan.classes().isEmpty()) record.put("classes", plan.classes());
    record.write(output.record());
    Profiles profiles = invocation.flag("--profile") ? Profiles.of(trainer.steps()) : null;
    Runtime.getRuntime().addShutdownHook(hook);
    Trainer.Outcome outcome;
    try {
      outcome = trainer.run();
    } finally {
      plan.close();
      screen.clear();
      if (!stop.isWanted()) Runtime.getRuntime().removeShutdownHook(hook);
    }
    record.put("best_epoch", outcome.bestEpoch());
    record.put("epochs_done", trainer.epochsDone());
    record.write(output.record());
    if (profiles != null) profiles.print(invocation);
    say(invocation, outcome, output);
    console.out().flush();
    stop.finished();
    return outcome.interrupted() ? Exit.INTERRUPTED : Exit.FINE;
  }

  /** The system wants the process to end: the trainer finishes its batch and saves. */
  private static void onEnd(Stop stop) {
    stop.request();
    stop.await(SAVING_SECONDS);
  }

  /** Such as {@code cifar.dlx:19 train · 50 000 examples in batches of 64 · seed 0}. */
  private static String headline(Model model, TrainPlan plan, double seconds) {
    List<String> names = plan.settings().steps();
    Program.Step first =
        model.program().steps().stream()
            .filter(s -> s.name().equals(names.getFirst()))
            .findFirst()
            .orElseThrow();
    return String.format(
        Locale.ROOT,
        "%s:%d %s · %s in batches of %d · seed %d · compiled in %.1f s",
        model.program().name(),
        first.span().line(),
        String.join(", ", names),
        Show.count(plan.train().examples())
            + (plan.train().examples() == 1 ? " example" : " examples"),
        plan.settings().batch(),
        plan.settings().seed(),
        seconds);
  }

  private static void say(Invocation invocation, Trainer.Outcome outcome, Output output) {
    if (invocation.flag("--json")) {
      Map<String, Object> done = new LinkedHashMap<>();
      done.put("event", outcome.interrupted() ? "interrupted" : "done");
      done.put("best_epoch", outcome.bestEpoch());
      done.put("saved", (outcome.bestEpoch() > 0 ? output.best() : output.last()).toString());
      done.put("version", 1);
      invocation.console().out().println(dlx.source.Json.of(done));
      return;
    }
    Console console = invocation.console();
    if (outcome.interrupted()) {
      console.note("stopped; saved " + output.last() + ", --resume goes on");
    } else if (outcome.bestEpoch() > 0 && Files.exists(output.best())) {
      String early = outcome.early() ? "nothing got better; " : "";
      console.note(early + "saved " + output.best() + " (best: epoch " + outcome.bestEpoch() + ")");
    }
  }

  /** Epochs on standard output, progress on a terminal. */
  private static final class Screen implements Trainer.Listener {
    private static final long REFRESH = 100_000_000;

    private final Invocation invocation;
    private final TrainPlan plan;
    private final long begun = System.nanoTime();
    private long shown;
    private int width;
    private long batches;

    Screen(Invocation invocation, TrainPlan plan) {
      this.invocation = invocation;
      this.plan = plan;
    }

    @Override
    public void batch(int epoch, int batch, int of, int examples, Means means) {
      batches++;
      long now = System.nanoTime();
      if (!invocation.console().errTerminal() || now - shown < REFRESH) return;
      shown = now;
      double each = (now - begun) / 1e9 / batches;
      long left = Math.round(each * ((long) (plan.settings().epochs() - epoch) * of + of - batch));
      StringBuilder line = new StringBuilder();
      line.append("epoch ").append(epoch).append("   ").append(batch).append('/').append(of);
      means
          .means()
          .forEach((name, value) ->
              line.append("   ").append(name).append(' ').append(Show.number(value)));
      line.append("   ")
          .append(Show.count(Math.round(plan.settings().batch() / each / plan.train().pieces())));
      line.append(" examples/s   ").append(clock(left)).append(" left");
      overwrite(line.toString());
    }

    private static String clock(long seconds) {
      return seconds < 3600
          ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
          : String.format(
              Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }

    private void overwrite(String line) {
      invocation
          .console()
          .err()
          .print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
      if (line.isEmpty()) invocation.console().err().print("\r");
      invocation.console().err().flush();
      width = line.length();
    }

    void clear() {
      if (width > 0) overwrite("");
    }

    @Override
    public void epoch(Epoch epoch) {
      clear();
      String line = invocation.flag("--json") ? json(epoch) : text(epoch);
      invocation.console().out().println(line);
      invocation.console().out().flush();
    }

    private static String text(Epoch epoch) {
      StringBuilder line = new StringBuilder("epoch ").append(epoch.number());
      epoch
          .results()
          .forEach((name, value) ->
              line.append("   ").append(name).append(' ').append(Show.number(value)));
      epoch
          .valid()
          .forEach((name, value) ->
              line.append("   valid ").append(name).append(' ').append(Show.number(value)));
      line.append(
          String.format(
              Locale.ROOT, epoch.seconds() < 10 ? "   %.1f s" : "   %.0f s", epoch.seconds()));
      return line.toString();
    }

    private static String json(Epoch epoch) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("event", "epoch");
      object.put("epoch", epoch.number());
      if (epoch.loss() != null) object.put("loss", JsonNumber.rounded(epoch.loss()));
      object.put("metrics", numbers(epoch.others()));
      if (!epoch.valid().isEmpty()) {
        Map<String, Object> valid = new LinkedHashMap<>();
        epoch
            .valid()
            .forEach((name, value) ->
                valid.put(
                    name.equals(epoch.lossName()) ? "loss" : name, JsonNumber.rounded(value)));
        object.put("valid", valid);
      }
      object.put("examples_per_second", Math.round(epoch.examplesPerSecond()));
      object.put("version", 1);
      return dlx.source.Json.of(object);
    }

    private static Map<String, Object> numbers(Map<String, Double> values) {
      Map<String, Object> numbers = new LinkedHashMap<>();
      values.forEach((name, value) -> numbers.put(name, JsonNumber.rounded(value)));
      return numbers;
    }
  }
}
