package dlx.training;

import dlx.runtime.DlxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where a run stands; kept in the metadata of a checkpoint so that it can go on bit for bit. */
final class Progress {
  /** Epochs that are done. */
  int epoch;

  /** Batches of the next epoch that are done. */
  int batch;

  /** Pieces of the next batch that are done, if examples are cut. */
  int piece;

  double bestValue = Double.NaN;
  int bestEpoch;

  /** Means over the batches of the epoch that has begun. */
  final Means means = new Means();

  /** What is different from the run that is gone on with, a sentence each. */
  final List<String> changes = new ArrayList<>();

  private static final String SETTING = "dlx.settings.";

  Map<String, String> metadata(Settings settings) {
    Map<String, String> map = new LinkedHashMap<>();
    map.put("dlx.epoch", Integer.toString(epoch));
    map.put("dlx.position", Integer.toString(batch));
    map.put("dlx.piece", Integer.toString(piece));
    map.put("dlx.best", Double.toString(bestValue));
    map.put("dlx.best_epoch", Integer.toString(bestEpoch));
    map.put("dlx.means", means.state());
    settings.asMap().forEach((name, value) -> map.put(SETTING + name, value.toString()));
    return map;
  }

  /**
   * @throws DlxException R0102 if the file is no training checkpoint or is of other settings
   */
  static Progress of(Path file, Map<String, String> metadata, Settings settings) {
    Progress progress = new Progress();
    try {
      progress.epoch = Integer.parseInt(required(metadata, "dlx.epoch"));
      progress.batch = Integer.parseInt(required(metadata, "dlx.position"));
      progress.piece = Integer.parseInt(metadata.getOrDefault("dlx.piece", "0"));
      progress.bestValue = Double.parseDouble(required(metadata, "dlx.best"));
      progress.bestEpoch = Integer.parseInt(required(metadata, "dlx.best_epoch"));
      progress.means.restore(required(metadata, "dlx.means"));
    } catch (IllegalArgumentException e) {
      throw new DlxException(
          "R0102",
          "the file does not say where training stood",
          file.toString(),
          "--resume needs the file NAME.last.safetensors that `dlx train` writes",
          e);
    }
    progress.compare(file, metadata, settings.asMap());
    return progress;
  }

  private static String required(Map<String, String> metadata, String key) {
    String value = metadata.get(key);
    if (value == null) throw new IllegalArgumentException(key);
    return value;
  }

  /**
   * A run goes on with one seed, on which the order of the examples and the draws depend together,
   * and an epoch that has begun with one order. Other settings may change, and are told.
   */
  private void compare(Path file, Map<String, String> metadata, Map<String, Object> settings) {
    settings.forEach((name, value) -> {
      String before = metadata.getOrDefault(SETTING + name, "not set");
      if (before.equals(value.toString()) || name.equals("epochs")) return;
      boolean inside = batch + piece > 0 && (name.equals("batch") || name.equals("shuffle"));
      if (!inside && !name.equals("seed")) {
        changes.add("%s is %s, and was %s so far".formatted(name, value, before));
        return;
      }
      throw new DlxException(
          "R0102",
          "training %s with %s %s, and now it is %s"
              .formatted(inside ? "stopped inside an epoch" : "began", name, before, value),
          file.toString(),
          "go on with the same setting");
    });
  }
}
