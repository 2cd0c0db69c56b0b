package dlx.bench;

import dlx.emit.Choice;
import dlx.measure.HotTable;
import dlx.runtime.Tensor;
import dlx.runtime.Workers;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A process that compares what the compiler chooses for a product with everything else that it
 * could choose: first all tiles and ways of packing, then for the best ones all blocks. The fastest
 * ones and the compiler's are timed again in turn.
 */
final class Search {
  private static final String FORMAT = "%-36s %-34s %10s  %-34s %10s %6s";
  private static final int[] ROWS = {1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24};
  private static final int[] BLOCK_ROWS = {16, 32, 64, 128, 256, 512};
  private static final int[] BLOCK_SUMMED = {0, 256, 512, 1024, 2048};

  /** Registers for vectors, less those of the operands. */
  private static final int MOST_SUMS = 28;

  private static final int FEWEST_SUMS = 8;

  /** Of the first stage, so many go on; of the second, so many are timed again. */
  private static final int KEPT = 3;

  private static final int FINALISTS = 5;

  /** What takes so much longer than the best one is not timed again. */
  private static final double HOPELESS = 1.3;

  private static final int ROUNDS = 15;

  private final Workload workload;
  private final Path programs;
  private final List<Timed> all = new ArrayList<>();
  private final List<Tensor> expected = new ArrayList<>();
  private double least = Double.MAX_VALUE;
  private final Set<Choice> seen = new HashSet<>();

  /** A choice, the code for it, and the least time of a run. */
  private record Timed(Choice choice, Ours side, double seconds) {}

  private Search(Workload workload, Path programs) {
    this.workload = workload;
    this.programs = programs;
  }

  /** Arguments: threads, seconds (not needed), folder of programs, then names of workloads. */
  static void main(String[] arguments) {
    PrintStream out = System.out;
    Workers.setThreads(Integer.parseInt(arguments[0]));
    Path programs = Path.of(arguments[2]);
    Workloads workloads = new Workloads();
    out.println(String.format(FORMAT, "workload", "chosen", "", "best", "", "ratio"));
    for (String name : List.of(arguments).subList(3, arguments.length)) {
      Workload workload = workloads.get(name);
      if (workload.ours != null || workload.numbers) continue;
      String line = new Search(workload, programs).line();
      if (line != null) out.println(line);
      out.flush();
    }
    out.flush();
    Runtime.getRuntime().halt(0);
  }

  /** Null if nothing is chosen here. */
  private @Nullable String line() {
    Choice model = model();
    if (model == null) return null;
    time(model);
    for (Choice tile : tiles(model)) time(tile);
    for (Choice kept : best(KEPT)) {
      for (Choice block : blocks(kept)) time(block);
    }
    List<Timed> finalists = new ArrayList<>(List.of(all.getFirst()));
    all.stream().skip(1).sorted(FASTEST).limit(FINALISTS).forEach(finalists::add);
    double[] seconds = again(finalists);
    int first = 0;
    for (int i = 1; i < seconds.length; i++) if (seconds[i] < seconds[first]) first = i;
    return String.format(
        FORMAT,
        workload.name,
        model,
        HotTable.time(seconds[0]),
        finalists.get(first).choice(),
        HotTable.time(seconds[first]),
        String.format(Locale.ROOT, "%.2f", seconds[0] / seconds[first]));
  }

  private static final Comparator<Timed> FASTEST = Comparator.comparingDouble(Timed::seconds);

  private List<Choice> best(int count) {
    return all.stream().sorted(FASTEST).limit(count).map(Timed::choice).toList();
  }

  /** What the compiler chooses for the largest product, null if there is none. */
  private @Nullable Choice model() {
    List<Choice> chosen = new ArrayList<>();
    Choice.with(
        c -> {
          chosen.add(c);
          return c;
        },
        () -> new Ours(workload, programs));
    return chosen.isEmpty() ? null : chosen.getFirst();
  }

  private static List<Choice> tiles(Choice model) {
    List<Choice> tiles = new ArrayList<>();
    for (int vectors = 1; vectors <= 4; vectors++) {
      for (int rows : ROWS) {
        int sums = rows * vectors;
        if (sums < FEWEST_SUMS || sums > MOST_SUMS) continue;
        int block = Math.max(1, model.blockRows() / rows) * rows;
        for (int packs = 0; packs < 4; packs++) {
          boolean left = (packs & 1) != 0;
          // a tile must not lie across two panels
          if (left && Integer.bitCount(rows) != 1) continue;
          tiles.add(
              new Choice(
                  rows,
                  vectors,
                  block,
                  model.blockSummed(),
                  model.outside(),
                  left,
                  (packs & 2) != 0));
        }
      }
    }
    return tiles;
  }

  private static List<Choice> blocks(Choice from) {
    List<Choice> blocks = new ArrayList<>();
    for (int blockRows : BLOCK_ROWS) {
      int rows = Math.max(1, blockRows / from.rows()) * from.rows();
      for (int summed : BLOCK_SUMMED) {
        for (boolean outside : summed > 0 ? List.of(false, true) : List.of(false)) {
          blocks.add(
              new Choice(
                  from.rows(),
                  from.vectors(),
                  rows,
                  summed,
                  outside,
                  from.packLeft(),
                  from.packRight()));
        }
      }
    }
    return blocks;
  }

  /**
   * Some choices do not fit some sizes, such as panels that are wider than a vector and a tile that
   * is wider than what is left: what fails or gives something else than the compiler's is left out.
   */
  private void time(Choice choice) {
    if (!seen.add(choice)) return;
    Ours side = Choice.with(model -> choice, () -> new Ours(workload, programs));
    try {
      side.run(2);
    } catch (IndexOutOfBoundsException e) {
      return;
    }
    List<Tensor> results = side.results();
    if (expected.isEmpty()) expected.addAll(results);
    if (Compare.difference(expected, results, "", workload.tolerance) != null) return;
    double once = Math.min(side.seconds(1), side.seconds(1));
    if (once > HOPELESS * least) return;
    int times = (int) Math.clamp(0.002 / once, 1, 10_000);
    if (times > 1) side.run(times);
    double seconds = once;
    for (int i = 0; i < 4; i++) seconds = Math.min(seconds, side.seconds(times) / times);
    all.add(new Timed(choice, side, seconds));
    least = Math.min(least, seconds);
  }

  /** Medians of rounds in which all have their turn. */
  private static double[] again(List<Timed> finalists) {
    double[][] taken = new double[finalists.size()][ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < taken.length; i++) {
        Timed each = finalists.get((i + round) % taken.length);
        int times = (int) Math.clamp(0.004 / each.seconds(), 1, 10_000);
        taken[(i + round) % taken.length][round] = each.side().seconds(times) / times;
      }
    }
    return Arrays.stream(taken)
        .mapToDouble(times -> {
          Arrays.sort(times);
          return times[ROUNDS / 2];
        })
        .toArray();
  }
}
