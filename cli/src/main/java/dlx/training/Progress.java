package dlx.training;

import dlx.runtime.DlxException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where a run stands; kept in the metadata of a checkpoint so that it can go on bit for bit. */
final class Progress {
  /** Epochs that are done. */
  int epoch;

  /** Batches of the next epoch that are done. */
  int batch;

  double bestValue = Double.NaN;
  int bestEpoch;

  /** Means over the batches of the epoch that has begun. */
  final Means means = new Means();

  Map<String, String> metadata(Settings settings) {
    Map<String, String> map = new LinkedHashMap<>();
    map.put("dlx.epoch", Integer.toString(epoch));
    map.put("dlx.position", Integer.toString(batch));
    map.put("dlx.batch", Integer.toString(settings.batch()));
    map.put("dlx.shuffle", Boolean.toString(settings.shuffle()));
    map.put("dlx.best", Double.toString(bestValue));
    map.put("dlx.best_epoch", Integer.toString(bestEpoch));
    map.put("dlx.means", means.state());
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
    if (progress.batch > 0) {
      same(file, metadata, "dlx.batch", "--batch", Integer.toString(settings.batch()));
      same(file, metadata, "dlx.shuffle", "shuffling", Boolean.toString(settings.shuffle()));
    }
    return progress;
  }

  private static String required(Map<String, String> metadata, String key) {
    String value = metadata.get(key);
    if (value == null) throw new IllegalArgumentException(key);
    return value;
  }

  private static void same(
      Path file, Map<String, String> metadata, String key, String what, String now) {
    if (now.equals(metadata.get(key))) return;
    throw new DlxException(
        "R0102",
        "training stopped inside an epoch with %s %s, and now it is %s"
            .formatted(what, metadata.get(key), now),
        file.toString(),
        "go on with the same setting");
  }
}
