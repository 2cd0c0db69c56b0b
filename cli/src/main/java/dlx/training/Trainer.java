package dlx.training;

import dlx.Call;
import dlx.Entry;
import dlx.Fn;
import dlx.Model;
import dlx.Results;
import dlx.Step;
import dlx.runtime.DlxException;
import dlx.runtime.Tensor;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs the steps of a model over data, epoch by epoch. A run that stopped goes on bit for bit: the
 * order of the examples and every draw are functions of the seed and of how far the run is.
 */
public final class Trainer {
  /** Hears how it goes. */
  public interface Listener {
    /** After each batch, or, where examples are cut, after each piece of one. */
    void batch(int epoch, int batch, int batches, int examples, Means means);

    void epoch(Epoch epoch);
  }

  /**
   * How a run ended.
   *
   * @param bestEpoch counted from 1; 0 if none was saved
   * @param interrupted whether it was asked to stop before it was done
   * @param early whether there was no better epoch for too long
   */
  public record Outcome(int bestEpoch, boolean interrupted, boolean early) {}

  private final Model model;
  private final Settings settings;
  private final Feed train;
  private final Optional<Feed> valid;
  private final Output output;
  private final Listener listener;
  private final Stop stop;
  private final Map<String, String> metadata;
  private final List<Step> steps = new ArrayList<>();
  private final Map<Map<String, Tensor>, List<Call>> calls = new IdentityHashMap<>();
  private final NanTrap trap;
  private Progress progress = new Progress();

  /**
   * @param metadata what the checkpoints say besides, such as the classes of text columns
   */
  public Trainer(
      Model model,
      Settings settings,
      Feed train,
      Optional<Feed> valid,
      Output output,
      Listener listener,
      Stop stop,
      Map<String, String> metadata) {
    this.model = model;
    this.settings = settings;
    this.train = train;
    this.valid = valid;
    this.output = output;
    this.listener = listener;
    this.stop = stop;
    this.metadata = Map.copyOf(metadata);
    this.trap = new NanTrap(model);
    for (int i = 0; i < settings.steps().size(); i++) {
      // metrics are computed with the last step, so that each is counted once
      boolean last = i == settings.steps().size() - 1;
      steps.add(model.step(settings.steps().get(i), last ? settings.metrics() : List.of()));
    }
  }

  /** Goes on where the checkpoint {@link Output#last} stands. */
  public void resume() {
    if (!Files.exists(output.last())) {
      throw new DlxException(
          "R0101",
          "there is no run to go on with: no file `" + output.last() + "`",
          "",
          "`dlx train` without --resume begins one; --out NAME.safetensors says which one is"
              + " meant");
    }
    Checkpoint checkpoint = Checkpoint.read(output.last(), Map.of());
    progress = Progress.of(output.last(), checkpoint.metadata(), settings);
    String hash = checkpoint.metadata().getOrDefault("dlx.program.sha256", "");
    if (!hash.equals(Checkpoint.hash(model))) {
      progress.changes.addFirst("the text of the program is another one than before");
    }
    try {
      model.reset(Long.parseLong(checkpoint.metadata().getOrDefault("dlx.seed", "")));
      checkpoint.into(model, List.of());
      model.setSteps(Long.parseLong(checkpoint.metadata().getOrDefault("dlx.step", "")));
    } catch (NumberFormatException e) {
      throw new DlxException(
          "R0102", "the file has no seed or step number", output.last().toString(), "", e);
    }
  }

  /** What is different from the run that is gone on with, a sentence each. */
  public List<String> changes() {
    return progress.changes;
  }

  /** What is run for every batch, in order. */
  public List<Step> steps() {
    return List.copyOf(steps);
  }

  /** Epochs that are done. */
  public int epochsDone() {
    return progress.epoch;
  }

  /** Trains until all epochs are done, nothing gets better, or it is asked to stop. */
  public Outcome run() {
    while (progress.epoch < settings.epochs()) {
      long begun = System.nanoTime();
      int seen = epoch();
      if (stop.isWanted() && progress.batch < train.count()) {
        saveLast();
        return new Outcome(progress.bestEpoch, true, false);
      }
      boolean better = finish(seen, begun);
      saveLast();
      if (better) saveBest();
      if (isHopeless()) return new Outcome(progress.bestEpoch, false, true);
      if (stop.isWanted()) return new Outcome(progress.bestEpoch, true, false);
    }
    return new Outcome(progress.bestEpoch, false, false);
  }

  /** The rest of an epoch, or until it should stop; the examples seen. */
  private int epoch() {
    int[] order = train.order(settings.shuffle(), settings.seed(), progress.epoch);
    int pieces = train.pieces();
    if (progress.batch + progress.piece == 0) progress.means.restore("0");
    int seen = 0;
    while (progress.batch < train.count() && !stop.isWanted()) {
      int k = progress.batch;
      // other sequences have other states
      boolean begins = progress.piece == 0 && (k == 0 || pieces > 1);
      if (settings.resetStates() && begins) model.resetStates();
      step(order, k, progress.piece++);
      if (progress.piece == pieces) {
        progress.piece = 0;
        progress.batch++;
        seen += train.size(k);
      }
      int done = progress.batch * pieces + progress.piece;
      listener.batch(progress.epoch + 1, done, train.count() * pieces, seen, progress.means);
    }
    return seen;
  }

  private void step(int[] order, int k, int piece) {
    Map<String, Tensor> batch = train.fill(order, progress.epoch, k, piece);
    List<Call> prepared = calls.get(batch);
    if (prepared == null) {
      prepared = new ArrayList<>();
      for (Step step : steps)
        prepared.add(step.prepare(arguments(step, settings.arguments(), batch)));
      calls.put(batch, prepared);
    }
    for (int i = 0; i < prepared.size(); i++) {
      Call call = prepared.get(i);
      Results results = settings.trap() ? trap.run(call, steps.get(i), batch) : call.run();
      progress.means.add(results.names(), results.tensors(), train.size(k));
    }
    progress.means.count(train.size(k));
  }

  /**
   * Validates, tells the listener and moves on to the next epoch; whether it was the best so far.
   */
  private boolean finish(int seen, long begun) {
    Map<String, Double> results = progress.means.means();
    Map<String, Double> validated = valid.map(this::validated).orElse(Map.of());
    progress.epoch++;
    progress.batch = 0;
    double value = monitored(results, validated);
    Monitor monitor = settings.monitor();
    boolean better = monitor == null || monitor.better(value, progress.bestValue);
    if (better) {
      progress.bestValue = value;
      progress.bestEpoch = progress.epoch;
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    listener.epoch(
        new Epoch(progress.epoch, results, settings.metrics(), validated, seen, seconds, better));
    return better;
  }

  private double monitored(Map<String, Double> results, Map<String, Double> validated) {
    Monitor monitor = settings.monitor();
    if (monitor == null) return Double.NaN;
    Double value = validated.get(monitor.metric());
    if (value == null) value = results.get(monitor.metric());
    return value == null ? Double.NaN : value;
  }

  private boolean isHopeless() {
    Monitor monitor = settings.monitor();
    return monitor != null
        && monitor.patience() > 0
        && progress.epoch - progress.bestEpoch >= monitor.patience();
  }

  // ------------------------------------------------------------------ validation

  private Map<String, Double> validated(Feed data) {
    List<String> names = new ArrayList<>();
    for (Step step : steps) {
      for (String result : step.results()) {
        boolean known = model.program().entries().stream().anyMatch(e -> e.name().equals(result));
        if (known && !names.contains(result)) names.add(result);
      }
    }
    if (names.isEmpty()) return Map.of();
    // states of sequences belong to the training data
    Map<String, Tensor> states = model.openStates();
    Map<String, Double> means = evaluate(model.entry(names, false), data, settings.arguments());
    model.resetStates();
    model.setAll(states);
    return means;
  }

  /**
   * Means of an entry's numbers over data, weighted by the sizes of the batches.
   *
   * @param more inputs that are the same for every batch
   */
  public static Map<String, Double> evaluate(Entry entry, Feed data, Map<String, ?> more) {
    Means means = new Means();
    Map<Map<String, Tensor>, Call> prepared = new IdentityHashMap<>();
    int[] order = data.order(false, 0, 0);
    for (int k = 0; k < data.count(); k++) {
      entry.model().resetStates(); // each batch has its own, of its size
      for (int piece = 0; piece < data.pieces(); piece++) {
        Map<String, Tensor> batch = data.fill(order, 0, k, piece);
        Call call = prepared.get(batch);
        if (call == null) {
          call = entry.prepare(arguments(entry, more, batch));
          prepared.put(batch, call);
        }
        Results results = call.run();
        means.add(results.names(), results.tensors(), data.size(k));
        means.count(data.size(k));
      }
    }
    return means.means();
  }

  /** The inputs of a batch and what is the same for all, as far as the function has them. */
  private static Map<String, Object> arguments(
      Fn function, Map<String, ?> more, Map<String, Tensor> batch) {
    Map<String, Object> given = new LinkedHashMap<>(more);
    given.putAll(batch);
    given.keySet().retainAll(function.accepts());
    return given;
  }

  // ------------------------------------------------------------------ files

  private void saveLast() {
    Map<String, String> all = new LinkedHashMap<>(metadata);
    all.putAll(progress.metadata(settings));
    Checkpoint.write(output.last(), model, model.values(), all);
  }

  private void saveBest() {
    Map<String, String> all = new LinkedHashMap<>(metadata);
    all.put("dlx.epoch", Integer.toString(progress.epoch));
    Checkpoint.write(output.best(), model, Checkpoint.ofModel(model, model.values()), all);
  }
}
