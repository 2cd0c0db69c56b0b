package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.runtime.CompiledFunction;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import dlx.runtime.Workers;
import dlx.schedule.Kernel;
import dlx.schedule.Plan;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One pass over rows that are folded and then summed with what was made of the folds. */
class SweepContractTest {
  private static final List<Integer> ROW = List.of(1);
  private static final List<Integer> ALL_ROWS = List.of(0);
  private static final double[] SPECIAL = {
    Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0, 0.0
  };

  record Case(DType dtype, int columns, boolean special) {}

  static Stream<Case> cases() {
    return Stream.of(DType.F32, DType.F64)
        .flatMap(dtype ->
            IntStream.of(32, 33, 39, 40, 41, 47, 63, 64, 65, 71, 784)
                .boxed()
                .flatMap(n -> Stream.of(true, false).map(s -> new Case(dtype, n, s))));
  }

  /** The functions that are tried, over x[b, n], w[n] and y[b]. */
  private static final class Regression {
    final Trial trial = new Trial();
    final Leaf.Slot slot;
    final Node w;
    final Node x;
    final Node y;
    final List<Extent> shape;

    Regression(Case one, int rows) {
      Random random = new Random(one.hashCode() + rows);
      Tensor matrix = Trial.numbers(random, one.dtype(), rows, one.columns());
      if (one.special()) {
        for (int i = 0; i < matrix.size(); i++) {
          if (random.nextInt(300) == 0) {
            matrix.set(i, SPECIAL[random.nextInt(SPECIAL.length)]);
          }
        }
      }
      trial.inputs.put("x", matrix);
      trial.inputs.put("y", Trial.numbers(random, one.dtype(), rows));
      trial.sizes.put("b", (long) rows);
      Extent b = Extent.symbol("b");
      slot = trial.slot("w", Trial.numbers(random, one.dtype(), one.columns()));
      w = trial.graph.node(slot);
      x = trial.input("x", one.dtype(), b, Extent.of(one.columns()));
      y = trial.input("y", one.dtype(), b);
      shape = x.type().shape();
    }

    Node product() {
      return x.times(w.spread(shape, ALL_ROWS)).sum(ROW);
    }

    Node sums(Node ofRow) {
      return x.times(ofRow.spread(shape, ROW)).sum(ALL_ROWS);
    }

    /** The gradient of w is put in its place; besides, errors, their squares' sum and sigmoids. */
    Function logistic() {
      Node p = product().times(0.1).sigmoid();
      Node error = p.minus(y);
      Node next = w.minus(sums(error).times(0.5));
      return Trial.function(
          List.of(error.times(error).sum(ALL_ROWS), p, error),
          List.of(new Function.Update(slot, next)));
    }

    /** Rows less their mean, stored, and sums of what is stored. */
    Function centred() {
      Node mean = x.sum(ROW).over(y.like((double) shape.get(1).constant().getAsLong()));
      Node rest = x.minus(mean.spread(shape, ROW));
      Node size = rest.times(rest).sum(ROW);
      Node sums = rest.times(size.spread(shape, ROW)).sum(ALL_ROWS);
      return Trial.function(rest, sums, size);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void likeTheJudge(Case one) {
    for (int rows : new int[] {0, 1, 7, 8, 9, 15, 16, 17, 33, 64, 131}) {
      for (boolean update : new boolean[] {true, false}) {
        Regression judged = new Regression(one, rows);
        Function function = update ? judged.logistic() : judged.centred();
        assertSweeps(function);
        List<Node> roots = function.roots();
        List<double[]> want = roots.stream().map(judged.trial.judge()::values).toList();
        // every term of a sum, of at most 2 and three factors, is rounded, and every addition
        double roundings = one.columns() + rows + 16.0;
        Trial.Tolerance close = Trial.Tolerance.near(roundings, 8.0 * one.columns());
        for (int bits : Trial.widths()) {
          Regression run = new Regression(one, rows);
          List<Tensor> results =
              run.trial.call(Trial.compile(update ? run.logistic() : run.centred(), bits));
          for (int i = 0; i < results.size(); i++) {
            String what = "result " + i + " of " + rows + " rows with " + bits + " bits";
            Trial.agree(what, want.get(i), results.get(i), close);
          }
          if (update) {
            Trial.agree("w of " + rows, want.getLast(), run.trial.slots.get("w"), close);
          }
        }
      }
    }
  }

  @Test
  void theSameBitsByAnyNumberOfThreads() {
    Case one = new Case(DType.F32, 65, false);
    int rows = 5_003;
    int before = Workers.threads();
    try {
      List<Tensor> alone = null;
      for (int threads : new int[] {1, 2, 3, 5}) {
        Workers.setThreads(threads);
        for (int again = 0; again < 4; again++) {
          Regression run = new Regression(one, rows);
          CompiledFunction compiled = Trial.compile(run.centred(), dlx.runtime.Simd.bits());
          List<Tensor> results = run.trial.call(compiled);
          for (int i = 0; alone != null && i < results.size(); i++) {
            Trial.agree("by " + threads + " threads", alone.get(i), results.get(i));
          }
          alone = results;
        }
      }
    } finally {
      Workers.setThreads(before);
    }
  }

  /**
   * Rows that other kernels change in between, or sums that are needed for the rows, are no pass.
   */
  @Test
  void notWhereItWouldBeWrong() {
    Regression some = new Regression(new Case(DType.F32, 64, false), 40);
    Node p = some.product();
    Node scaled = p.times(p.sum(ALL_ROWS).spread(p.type().shape(), ALL_ROWS));
    assertEquals(0, sweeps(Trial.function(some.sums(scaled))));
  }

  private static void assertSweeps(Function function) {
    assertEquals(1, sweeps(function), () -> Plan.function(function).toString());
  }

  private static long sweeps(Function function) {
    return Plan.function(function).kernels().stream()
        .filter(k -> k instanceof Kernel.Sweep)
        .count();
  }
}
