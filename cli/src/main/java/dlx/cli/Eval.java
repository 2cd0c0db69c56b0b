package dlx.cli;

import dlx.Entry;
import dlx.Model;
import dlx.data.Dataset;
import dlx.runtime.DlxException;
import dlx.training.Checkpoint;
import dlx.training.Feed;
import dlx.training.Trainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code dlx eval FILE [ENTRY...]}: means over data, in evaluation mode. */
final class Eval extends Command {
  private static final int BATCH = 256;

  Eval() {
    super("eval", "the mean of loss, accuracy ... over data", true);
  }

  @Override
  void options(Options options) {
    Given.declare(options)
        .value("--batch", "N", "examples in a batch; 256 if nobody says")
        .value("--seed", "N", "of draws; 0 if not given")
        .program()
        .compiler();
    Checkpoints.declare(options)
        .positional("FILE", "1", "the program")
        .positional("ENTRY", "0..*", "names or expressions that are numbers");
  }

  @Override
  int run(Invocation invocation) {
    String file = invocation.positional(0).orElseThrow();
    Model model = Programs.load(invocation, file);
    Map<String, List<String>> classes = parameters(invocation, model, file);
    Recipe recipe = Recipe.find(model.program(), "");
    Sources.Named named = Sources.named(invocation, "--data", recipe, model);
    if (invocation.values("--data").isEmpty()) {
      Sources.Named check = Sources.named(invocation, "--valid", recipe, model);
      if (!check.isEmpty() && !isFraction(check)) named = check;
    }
    Map<String, Object> constants = Given.constants(invocation, model);
    Set<String> inputs = new LinkedHashSet<>();
    model.program().inputs().forEach(i -> inputs.add(i.name()));
    List<String> wanted = invocation.positionals(1);
    Entry asked = wanted.isEmpty() ? null : Programs.entry(invocation, model, false, wanted);
    if (asked != null) inputs.retainAll(asked.inputs());
    if (named.isEmpty()) {
      throw new UsageException("there are no data to evaluate on", "say --data FILE");
    }
    Sources sources = Sources.read(invocation, model, named, inputs, classes);
    Set<String> known = new LinkedHashSet<>(sources.values().keySet());
    known.addAll(constants.keySet());
    Entry entry = asked != null ? asked : metrics(invocation, model, known);
    inputs.retainAll(entry.inputs());
    Dataset data = sources.only(inputs).dataset(model, constants.keySet());
    int batch = invocation.whole("--batch", 1).or(() -> recipe.whole("batch")).orElse(BATCH);
    Feed feed =
        sources.text()
            ? Streams.evaluation(
                data,
                Streams.axes(sources.wanted(), data),
                batch,
                Streams.window(Streams.cut(invocation, model.program(), recipe)))
            : Feed.of(data, invocation.whole("--batch", 1).orElse(BATCH));
    if (feed.examples() == 0) {
      throw new DlxException(
          "R0103", "there are no examples", String.join(", ", named.sources()), "");
    }
    Map<String, Double> means = Trainer.evaluate(entry, feed, constants);
    for (String result : entry.results()) {
      if (!means.containsKey(result)) {
        throw new UsageException(
            "`" + result + "` is not a single number in every batch, so it has no mean",
            "make it one, for example \"mean(" + result + ")\", or print it with `dlx run`");
      }
    }
    print(invocation, means, feed.examples());
    return Exit.FINE;
  }

  /** What training left beside, if nothing else is said. */
  private static Map<String, List<String>> parameters(
      Invocation invocation, Model model, String file) {
    Path file0 =
        invocation.value("--load").map(Path::of).orElse(TrainPlan.output(invocation, file));
    if (invocation.value("--load").isEmpty()) {
      if (!Files.exists(file0)) return Map.of();
      invocation.console().note("parameters of " + file0);
    }
    Checkpoint checkpoint = Checkpoint.read(file0, Checkpoints.renames(invocation));
    checkpoint.into(model, Checkpoints.only(invocation));
    return checkpoint.classes();
  }

  private static boolean isFraction(Sources.Named named) {
    return named.sources().size() == 1 && named.sources().getFirst().matches("0?\\.\\d+");
  }

  private static Entry metrics(Invocation invocation, Model model, Set<String> known) {
    List<String> names = new ArrayList<>(Metrics.of(model.program(), known));
    if (names.isEmpty()) {
      throw new UsageException(
          "no definition is a single float number of " + String.join(", ", known),
          "name an entry or an expression, such as \"mean(predict)\"");
    }
    return Programs.entry(invocation, model, false, names);
  }

  private static void print(Invocation invocation, Map<String, Double> means, int examples) {
    if (invocation.flag("--json")) {
      Map<String, Object> object = new LinkedHashMap<>();
      means.forEach((name, value) -> object.put(name, JsonNumber.rounded(value)));
      Map<String, Object> all = new LinkedHashMap<>();
      all.put("event", "eval");
      all.put("metrics", object);
      all.put("examples", examples);
      all.put("version", 1);
      invocation.console().out().println(dlx.source.Json.of(all));
      return;
    }
    means.forEach(
        (name, value) -> invocation.console().out().println(name + " " + Show.number(value)));
    invocation.console().note("over " + Show.count(examples) + " examples");
  }
}
