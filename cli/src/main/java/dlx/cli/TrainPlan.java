package dlx.cli;

import dlx.Model;
import dlx.data.Augmentation;
import dlx.data.Dataset;
import dlx.data.Reading;
import dlx.elaborate.Program;
import dlx.training.Changes;
import dlx.training.Feed;
import dlx.training.Monitor;
import dlx.training.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Command line and recipe put together: what is trained, on which data and how.
 *
 * @param classes of text columns, by input
 * @param sources where the data come from, for the record
 */
record TrainPlan(
    Settings settings,
    Recipe recipe,
    Feed train,
    Optional<Feed> valid,
    Map<String, List<String>> classes,
    Map<String, Object> sources) {
  private static final int EPOCHS = 10;
  private static final int BATCH = 64;
  private static final int MOST_LOADERS = 4;

  static TrainPlan of(Invocation invocation, Model model, String named) {
    Program program = model.program();
    List<Program.Step> steps = program.steps();
    if (steps.isEmpty()) {
      throw new dlx.runtime.DlxException(
          "E0605", "`" + program.name() + "` has no step to train with", "", "declare a `step`");
    }
    boolean isStep = steps.stream().anyMatch(s -> s.name().equals(named));
    boolean isRecipe = program.recipes().stream().anyMatch(r -> r.name().equals(named));
    if (!named.isEmpty() && !isStep && !isRecipe) {
      Set<String> names = new LinkedHashSet<>();
      steps.forEach(s -> names.add(s.name()));
      program.recipes().forEach(r -> names.add(r.name()));
      throw UsageException.unknown("step", named, names);
    }
    Recipe recipe = Recipe.find(program, named);
    List<Program.Step> chosen = steps(program, recipe, isStep ? named : "");
    return new Builder(invocation, model, recipe, chosen).plan();
  }

  /** Ends what prepares data. */
  void close() {
    train.close();
    valid.ifPresent(Feed::close);
  }

  private static List<Program.Step> steps(Program program, Recipe recipe, String named) {
    List<String> names = new ArrayList<>(recipe.texts("steps"));
    if (names.isEmpty() && !named.isEmpty()) names.add(named);
    List<String> all = program.steps().stream().map(Program.Step::name).toList();
    if (names.isEmpty()) {
      if (all.contains(recipe.name())) names.add(recipe.name());
      else if (all.contains("train")) names.add("train");
      else if (all.size() == 1) names.add(all.getFirst());
      else
        throw new UsageException("there are several steps", "say which: " + String.join(", ", all));
    }
    List<Program.Step> steps = new ArrayList<>();
    for (String name : names) {
      if (!all.contains(name)) throw UsageException.unknown("step", name, all);
      steps.add(program.steps().get(all.indexOf(name)));
    }
    return steps;
  }

  private record Builder(
      Invocation invocation, Model model, Recipe recipe, List<Program.Step> steps) {

    TrainPlan plan() {
      Sources.Named named = Sources.named(invocation, "--data", recipe, model);
      Map<String, Object> arguments = arguments();
      Set<String> inputs = new LinkedHashSet<>();
      steps.forEach(s -> inputs.addAll(s.inputs()));
      List<String> metrics = metrics(inputs);
      model.program().entries().stream()
          .filter(e -> metrics.contains(e.name()))
          .forEach(e -> inputs.addAll(e.inputs()));
      boolean dataless =
          model.program().inputs().stream()
              .filter(i -> inputs.contains(i.name()))
              .allMatch(i -> i.value() != null || arguments.containsKey(i.name()));
      if (named.isEmpty() && !dataless) {
        throw new UsageException(
            "there are no data to train on",
            "say --data FILE, or put `data = \"FILE\"` into a recipe; demo:digits is always there");
      }
      model.reset(seed());
      ahead(metrics);
      Sources sources = Sources.read(invocation, model, named, inputs, Map.of());
      Dataset data = sources.dataset(model, arguments.keySet());
      Sources.Named check = Sources.named(invocation, "--valid", recipe, model);
      Map<String, Object> from = new LinkedHashMap<>();
      from.put("data", named.sources());
      from.put("valid", check.sources());
      Settings settings = settings(arguments, metrics);
      Optional<Sources> validSources = Optional.empty();
      Optional<Dataset> valid = Optional.empty();
      Optional<Double> fraction = fraction(check);
      if (fraction.isPresent()) {
        Dataset.Split split =
            sources.text()
                ? data.tail(fraction.get(), Streams.axes(sources.wanted(), data))
                : data.split(fraction.get(), settings.seed());
        data = split.train();
        valid = Optional.of(split.valid());
        validSources = Optional.of(sources);
      } else if (!check.isEmpty()) {
        Sources read = Sources.read(invocation, model, check, inputs, sources.classes());
        // what is the same for every batch is the same here
        sources.wanted().stream()
            .filter(w -> w.batch() < 0 && sources.values().containsKey(w.name()))
            .forEach(w -> read.values().putIfAbsent(w.name(), sources.values().get(w.name())));
        valid = Optional.of(read.dataset(model, arguments.keySet()));
        validSources = Optional.of(read);
      }
      Optional<Sources> of = validSources;
      Feed feed = feed(data, sources, settings, true);
      if (feed.examples() == 0) {
        throw new dlx.runtime.DlxException(
            "R0103", "there are no examples to train on", String.join(", ", named.sources()), "");
      }
      return new TrainPlan(
          settings,
          recipe,
          feed,
          valid.map(v -> feed(v, of.orElseThrow(), settings, false)),
          sources.classes(),
          from);
    }

    /**
     * While data are read, other threads compile what the trainer asks for afterwards, and compute
     * the first values of the seed.
     */
    private void ahead(List<String> metrics) {
      inBackground(
          "dlx-steps",
          () -> {
            for (Program.Step step : steps) {
              model.step(step.name(), step == steps.getLast() ? metrics : List.of());
            }
          });
      if (!invocation.flag("--resume")) inBackground("dlx-values", model::values);
    }

    private static void inBackground(String name, Runnable work) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  work.run();
                } catch (RuntimeException e) {
                  // the trainer meets it again, and says so
                }
              },
              name);
      thread.setDaemon(true);
      thread.start();
    }

    private Feed feed(Dataset data, Sources sources, Settings settings, boolean training) {
      if (!sources.text()) {
        Map<String, Map<String, Integer>> axes = Streams.axes(model.program());
        boolean whole = settings.cut().isEmpty();
        Optional<Changes> changes = training ? settings.changes() : Optional.empty();
        if (whole && (changes.isPresent() || data.hasPictures())) {
          return Feed.ahead(data, settings.batch(), changes, settings.seed(), loaders());
        }
        if (changes.isPresent()) {
          throw new UsageException("sequences that are cut cannot be changed by --augment", "");
        }
        return Feed.of(data, settings.batch(), settings.cut(), axes, sources.values());
      }
      if (settings.changes().isPresent()) {
        throw new UsageException("a text cannot be changed by --augment", "");
      }
      Map<String, Integer> axes = Streams.axes(sources.wanted(), data);
      int window = Streams.window(settings.cut());
      return training
          ? Streams.training(data, axes, settings.batch(), window)
          : Streams.evaluation(data, axes, settings.batch(), window);
    }

    /** Threads that prepare batches; the other half of the cores is busy with the steps. */
    private int loaders() {
      int half = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, MOST_LOADERS);
      return invocation.whole("--loaders", 0).orElse(half);
    }

    /** Of the command line, or of the recipe; {@code none} is none. */
    private Optional<Changes> changes() {
      List<String> parts =
          invocation.value("--augment").map(List::of).orElseGet(() -> recipe.texts("augment"));
      String text = String.join(",", parts).strip();
      if (text.isEmpty() || text.equals("none")) return Optional.empty();
      int at = text.indexOf('=');
      try {
        return Optional.of(
            new Changes(
                at < 0 ? "" : text.substring(0, at).strip(),
                Augmentation.of(text.substring(at + 1))));
      } catch (IllegalArgumentException e) {
        throw new UsageException("--augment: " + e.getMessage(), "such as --augment flip,crop:4");
      }
    }

    /** Of the recipe, then of the command line. */
    private Map<String, Object> arguments() {
      Map<String, Object> arguments = new LinkedHashMap<>();
      Map<String, Program.Argument> declared = new LinkedHashMap<>();
      steps.forEach(s -> s.arguments().forEach(a -> declared.put(a.name(), a)));
      declared.keySet().forEach(name -> recipe.number(name).ifPresent(v -> arguments.put(name, v)));
      invocation
          .pairs("--set")
          .forEach((name, value) -> {
            Program.Argument argument = declared.get(name);
            if (argument == null) {
              throw UsageException.unknown("argument of the step", name, declared.keySet());
            }
            arguments.put(name, Given.value(name, argument.type(), value, Reading.DEFAULT));
          });
      arguments.putAll(Given.constants(invocation, model));
      return arguments;
    }

    private List<String> metrics(Set<String> inputs) {
      Program program = model.program();
      List<String> named = new ArrayList<>();
      invocation.values("--metrics").forEach(list -> named.addAll(List.of(list.split(",", -1))));
      if (named.isEmpty()) named.addAll(recipe.texts("metrics"));
      if (!named.isEmpty()) return Metrics.named(program, named);
      Set<String> returned = new LinkedHashSet<>();
      steps.forEach(s ->
          returned.addAll(
              model.program().step(s.name()).outputs().stream().map(o -> o.name()).toList()));
      return Metrics.of(program, inputs).stream().filter(m -> !returned.contains(m)).toList();
    }

    private Settings settings(Map<String, Object> arguments, List<String> metrics) {
      Map<String, Integer> cut = Streams.cut(invocation, model.program(), recipe);
      return new Settings(
          steps.stream().map(Program.Step::name).toList(),
          arguments,
          invocation.whole("--epochs", 0).or(() -> recipe.whole("epochs")).orElse(EPOCHS),
          invocation.whole("--batch", 1).or(() -> recipe.whole("batch")).orElse(BATCH),
          seed(),
          metrics,
          monitor(metrics),
          !invocation.flag("--no-shuffle") && recipe.truth("shuffle").orElse(true),
          isReset(),
          cut,
          changes(),
          invocation.flag("--trap-nan"));
    }

    private long seed() {
      return invocation.value("--seed").isPresent()
          ? invocation.seed()
          : recipe.whole("seed").orElse(0);
    }

    private boolean isReset() {
      String reset = invocation.value("--reset").or(() -> recipe.text("reset")).orElse("never");
      return switch (reset) {
        case "epoch" -> true;
        case "never" -> false;
        default ->
            throw new UsageException("states are reset `epoch` or `never`, not " + reset, "");
      };
    }

    private @Nullable Monitor monitor(List<String> metrics) {
      List<String> known = new ArrayList<>();
      steps.forEach(s ->
          model.program().step(s.name()).outputs().stream()
              .filter(o -> o.value().type().isScalar())
              .forEach(o -> known.add(o.name())));
      known.addAll(metrics);
      String stop = invocation.value("--stop").orElse("");
      String[] parts = stop.split(":", -1);
      int patience = recipe.whole("patience").orElse(0);
      if (parts.length > 1) {
        try {
          patience = Integer.parseUnsignedInt(parts[1]);
        } catch (NumberFormatException e) {
          throw new UsageException("--stop takes METRIC:EPOCHS, such as accuracy:3", "");
        }
      }
      if (!stop.isEmpty() && parts.length == 1) patience = 1;
      if (known.isEmpty()) {
        if (stop.isEmpty()) return null;
        throw new UsageException("the step returns no number that could be watched", "");
      }
      String metric = stop.isEmpty() ? recipe.text("monitor").orElse(known.getFirst()) : parts[0];
      if (!known.contains(metric)) throw UsageException.unknown("metric", metric, known);
      Monitor monitor = Monitor.of(metric, patience);
      if (parts.length < 3) return monitor;
      return switch (parts[2]) {
        case "max" -> new Monitor(metric, patience, true);
        case "min" -> new Monitor(metric, patience, false);
        default ->
            throw new UsageException("--stop METRIC:EPOCHS:max or :min, not " + parts[2], "");
      };
    }

    /** {@code --valid 0.1} splits examples off. */
    private static Optional<Double> fraction(Sources.Named named) {
      if (named.sources().size() != 1) return Optional.empty();
      try {
        double fraction = Double.parseDouble(named.sources().getFirst());
        if (fraction > 0 && fraction < 1) return Optional.of(fraction);
        throw new UsageException("a part for validation lies between 0 and 1, not " + fraction, "");
      } catch (NumberFormatException e) {
        return Optional.empty();
      }
    }
  }

  /** The name of the output if none is given: that of the program, where the command runs. */
  static Path output(Invocation invocation, String file) {
    String name = Path.of(file).getFileName().toString().replaceFirst("\\.dlx$", "");
    Path out = Path.of(invocation.value("--out").orElse(name + ".safetensors"));
    if (out.getFileName().toString().endsWith(".safetensors")) return out;
    throw new UsageException("--out names a .safetensors file", "");
  }
}
