package dlx.cli;

import dlx.data.Dataset;
import dlx.data.Wanted;
import dlx.elaborate.Program;
import dlx.graph.Extent;
import dlx.training.Feed;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A text, one long example, as a batch of streams that are gone through side by side in windows:
 * each window continues where the one before it ended.
 */
final class Streams {
  /** How many training windows one window of validation holds: no state goes between those. */
  private static final int LONGER = 16;

  /** The window if nobody says. */
  private static final int WINDOW = 50;

  private Streams() {}

  /** The axis that is not the one that counts examples, of each input that the text went to. */
  static Map<String, Integer> axes(List<Wanted> wanted, Dataset data) {
    Map<String, Integer> axes = new LinkedHashMap<>();
    for (Wanted w : wanted) {
      if (w.rank() == 2 && w.batch() >= 0 && data.names().contains(w.name())) {
        axes.put(w.name(), 1 - w.batch());
      }
    }
    return axes;
  }

  /** Windows in which states are carried on. */
  static Feed training(Dataset text, Map<String, Integer> axes, int batch, int window) {
    Dataset streams = text.streams(batch, axes);
    return Feed.cut(streams, batch, axes, streams.extent(axes), window);
  }

  /** Longer windows, as entries carry nothing on; fewer streams where the text is short. */
  static Feed evaluation(Dataset text, Map<String, Integer> axes, int batch, int window) {
    int length = text.extent(axes);
    int count = Math.max(1, Math.min(batch, length / window));
    Dataset streams = text.streams(count, axes);
    return Feed.cut(streams, count, axes, streams.extent(axes), LONGER * window);
  }

  /** The window that the command line or the recipe gives to a size of the inputs. */
  static int window(Map<String, Integer> cut) {
    return cut.isEmpty() ? WINDOW : Math.max(1, cut.values().iterator().next());
  }

  /** The lengths of windows by size. */
  static Map<String, Integer> cut(Invocation invocation, Program program, Recipe recipe) {
    Map<String, Integer> cut = new LinkedHashMap<>();
    String batch = Batch.size(program);
    for (Program.Size size : program.sizes()) {
      boolean open = size.value() == null && !size.name().equals(batch);
      if (open) recipe.whole(size.name()).ifPresent(length -> cut.put(size.name(), length));
    }
    cut.putAll(Programs.sizes(invocation, "--dim"));
    if (cut.size() > 1) {
      throw new UsageException("sequences are cut along one size only, not " + cut.keySet(), "");
    }
    return cut;
  }

  /** Which axis of which input has which size. */
  static Map<String, Map<String, Integer>> axes(Program program) {
    Map<String, Map<String, Integer>> axes = new LinkedHashMap<>();
    for (Program.Argument input : program.inputs()) {
      List<Extent> shape = input.type().type().shape();
      for (int axis = 0; axis < shape.size(); axis++) {
        for (String size : shape.get(axis).symbols()) {
          if (shape.get(axis).equals(Extent.symbol(size))) {
            axes.computeIfAbsent(size, s -> new LinkedHashMap<>()).put(input.name(), axis);
          }
        }
      }
    }
    return axes;
  }
}
