package dlx.bench;

import com.sun.management.ThreadMXBean;
import dlx.measure.Machine;
import dlx.measure.Statistics;
import dlx.runtime.Tensor;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Measures one workload: all sides in turn, after their results have been compared. */
final class Contest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Runs before results are compared; a step has moved its parameters by then. */
  private static final int COMPARED = 3;

  private static final double BATCH = 0.004;

  private final Workload workload;
  private final Path programs;
  private final double seconds;
  private final Map<String, Object> json = new LinkedHashMap<>();
  private final List<Side> sides = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();

  /**
   * @param seconds to spend on measuring, beside warming up
   */
  Contest(Workload workload, Path programs, double seconds) {
    this.workload = workload;
    this.programs = programs;
    this.seconds = seconds;
  }

  /** What was found, for the results file. */
  Map<String, Object> run(Machine machine, List<Supplier<Side>> peers) {
    json.put("workload", workload.name);
    json.put("flops", workload.flops);
    json.put("bytes", workload.bytes);
    json.put("floor", machine.floor(workload.flops, workload.bytes, workload.doubles));
    try {
      Supplier<Side> special = workload.ours;
      Side ours = special != null ? special.get() : ours();
      ours.run(special != null ? 1 : COMPARED);
      sides.add(ours);
      List<Tensor> expected = copies(ours.results());
      for (Supplier<Side> peer : peers) join(peer, expected);
      sides.forEach(this::warm);
      if (special == null) json.put("allocated", allocated(ours));
      if (ours instanceof Ours program) json.put("temporaries", program.temporaries());
      measure();
    } catch (RuntimeException e) {
      problems.add("dlx: " + e);
    } finally {
      sides.forEach(Side::close);
    }
    json.put("problems", problems);
    return json;
  }

  private Side ours() {
    return workload.numbers ? new Numbers.Direct(workload, programs) : new Ours(workload, programs);
  }

  private void join(Supplier<Side> peer, List<Tensor> expected) {
    Side side;
    try {
      side = peer.get();
      side.run(workload.ours != null ? 1 : COMPARED);
    } catch (RuntimeException e) {
      problems.add(firstLines(e));
      return;
    }
    String difference =
        Compare.difference(expected, side.results(), side.name(), workload.tolerance);
    if (difference == null) {
      sides.add(side);
    } else {
      problems.add(difference);
      side.close();
    }
  }

  private static String firstLines(RuntimeException e) {
    String text = String.valueOf(e.getMessage());
    return text.lines().limit(12).reduce((a, b) -> a + "\n" + b).orElse(e.toString());
  }

  private static List<Tensor> copies(List<Tensor> tensors) {
    return tensors.stream().map(Tensor::copy).toList();
  }

  private void warm(Side side) {
    Rest.untilIdle();
    double spent = 0;
    int times = 1;
    while (spent < workload.warm) {
      double took = side.seconds(times);
      spent += took;
      if (took < BATCH) times *= 2;
    }
  }

  /** The bytes that a run of ours allocates in Java, at best: the JVM allocates now and then. */
  private static long allocated(Side ours) {
    long least = Long.MAX_VALUE;
    for (int tries = 0; tries < 5 && least > 0; tries++) {
      long begun = THREADS.getCurrentThreadAllocatedBytes();
      ours.run(20);
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - begun);
    }
    return least / 20;
  }

  /** After a rest the first run finds cold caches and parked threads; it is not counted. */
  private static double turn(Side side, int times) {
    Rest.untilIdle();
    side.run(1);
    return side.seconds(times) / times;
  }

  private void measure() {
    int[] times = new int[sides.size()];
    double round = 0;
    for (int i = 0; i < times.length; i++) {
      double once = sides.get(i).seconds(1);
      if (once < BATCH) {
        int guess = (int) Math.max(1, Math.min(BATCH / once, 1e6));
        once = Math.max(1e-9, sides.get(i).seconds(guess) / guess);
      }
      times[i] = (int) Math.max(1, Math.min(Math.ceil(BATCH / once), 4e6));
      round += times[i] * once;
    }
    int rounds = (int) Math.max(9, Math.min(seconds / round, 101));
    double[][] taken = new double[times.length][rounds];
    for (int r = 0; r < rounds; r++) {
      for (int turn = 0; turn < times.length; turn++) {
        int i = (turn + r) % times.length;
        taken[i][r] = turn(sides.get(i), times[i]);
      }
    }
    json.put("rounds", rounds);
    json.put("ours", Statistics.of(taken[0]).json());
    List<Object> peers = new ArrayList<>();
    for (int i = 1; i < times.length; i++) {
      double[] ratios = new double[rounds];
      for (int r = 0; r < rounds; r++) ratios[r] = taken[i][r] / taken[0][r];
      Map<String, Object> peer = new LinkedHashMap<>();
      peer.put("name", sides.get(i).name());
      peer.put("time", Statistics.of(taken[i]).json());
      peer.put("ratio", Statistics.of(ratios).json());
      peers.add(peer);
    }
    json.put("peers", peers);
  }
}
