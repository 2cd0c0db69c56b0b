package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dlx.graph.Contraction;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is made of the sums of a product in its own kernel: updates of slots in place, several of
 * them, with numbers beside; and what must not be done there.
 */
class EpilogueContractTest {
  record Case(DType dtype, boolean leftTurned, boolean rightTurned, int bits) {}

  private static final int[][] SIZES = {
    {32, 16, 1}, {33, 17, 5}, {100, 100, 64}, {64, 33, 70}, {41, 400, 19}, {31, 64, 3}, {64, 15, 3}
  };

  static Stream<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (int bits : Trial.widths()) {
      for (DType dtype : List.of(DType.F32, DType.F64)) {
        for (int form = 0; form < 4; form++) {
          cases.add(new Case(dtype, (form & 1) == 1, (form & 2) == 2, bits));
        }
      }
    }
    return cases.stream();
  }

  /** A product whose summed size is that of the call, slots of the shape of its result. */
  private static final class Step {
    final Trial trial = new Trial();
    final Random random = new Random(11);
    final Case one;
    final int rows;
    final int columns;
    final int summed;
    final Node product;
    final List<Function.Update> updates = new ArrayList<>();
    final List<Node> outputs = new ArrayList<>();

    Step(Case one, int rows, int columns, int summed) {
      this.one = one;
      this.rows = rows;
      this.columns = columns;
      this.summed = summed;
      trial.sizes.put("k", (long) summed);
      Node a = operand("a", one.leftTurned(), rows);
      Node b = operand("b", !one.rightTurned(), columns);
      Contraction contraction =
          new Contraction(
              List.of(
                  one.leftTurned() ? List.of(2, 0) : List.of(0, 2),
                  one.rightTurned() ? List.of(1, 2) : List.of(2, 1)),
              List.of(0, 1));
      product = trial.graph.node(contraction, a, b);
    }

    private Node operand(String name, boolean summedFirst, int wide) {
      int[] shape = summedFirst ? new int[] {summed, wide} : new int[] {wide, summed};
      trial.inputs.put(name, Trial.numbers(random, one.dtype(), shape));
      Extent k = Extent.symbol("k");
      Extent n = Extent.of(wide);
      return trial.input(
          name, one.dtype(), summedFirst ? new Extent[] {k, n} : new Extent[] {n, k});
    }

    Node slot(String name, int... shape) {
      return trial.graph.node(trial.slot(name, Trial.numbers(random, one.dtype(), shape)));
    }

    Node matrix(String name) {
      return slot(name, rows, columns);
    }

    void update(Node slot, Node value) {
      updates.add(new Function.Update((Leaf.Slot) slot.op(), value));
    }

    /**
     * @param joined how many products are to do more than to store their sums
     */
    void check(int joined) {
      Function function = Trial.function(outputs, updates);
      long found =
          Plan.function(function).runs().stream()
              .filter(r -> r.kernel() instanceof Kernel.Product p && !p.isPlain())
              .count();
      assertEquals(joined, found, "products with more than their sums");
      Trial.Tolerance tolerance = Trial.Tolerance.near(8, summed + 2);
      List<double[]> wanted = new ArrayList<>();
      updates.forEach(u -> wanted.add(trial.judge().values(u.value())));
      outputs.forEach(o -> wanted.add(trial.judge().values(o)));
      CompiledFunction compiled = Trial.compile(function, one.bits());
      List<Tensor> before = new ArrayList<>();
      updates.forEach(u -> before.add(trial.slots.get(u.slot().path()).copy()));
      List<List<Tensor>> all = new ArrayList<>();
      int threads = Workers.threads();
      try {
        for (int count : new int[] {1, 2, 3}) {
          Workers.setThreads(count);
          for (int i = 0; i < before.size(); i++) {
            trial.slots.put(updates.get(i).slot().path(), before.get(i).copy());
          }
          List<Tensor> results = trial.call(compiled);
          List<Tensor> now = new ArrayList<>();
          updates.forEach(u -> now.add(trial.slots.get(u.slot().path()).copy()));
          now.addAll(results);
          all.add(now);
        }
      } finally {
        Workers.setThreads(threads);
      }
      for (int i = 0; i < wanted.size(); i++) {
        String what = one + " " + rows + "x" + columns + "x" + summed + " value " + i;
        Trial.agree(what, wanted.get(i), all.getFirst().get(i), tolerance);
        Trial.agree(what + " by 2", all.getFirst().get(i), all.get(1).get(i));
        Trial.agree(what + " by 3", all.getFirst().get(i), all.get(2).get(i));
      }
    }
  }

  /** Threads share rows, and lines fill vectors. */
  private static int joined(int[] size) {
    return size[0] >= 32 && size[1] >= 16 ? 1 : 0;
  }

  /** w <- w - rate g */
  @ParameterizedTest
  @MethodSource("cases")
  void descent(Case one) {
    for (int[] size : SIZES) {
      Step step = new Step(one, size[0], size[1], size[2]);
      Node w = step.matrix("w");
      Node rate = step.slot("rate");
      step.update(w, w.minus(rate.fill(w.type().shape()).times(step.product)));
      step.check(joined(size));
    }
  }

  /** A moment for each element, a count of steps, and a sum that the result shows too. */
  @ParameterizedTest
  @MethodSource("cases")
  void severalUpdates(Case one) {
    for (int[] size : SIZES) {
      Step step = new Step(one, size[0], size[1], size[2]);
      Node w = step.matrix("w");
      Node m = step.matrix("m");
      Node t = step.slot("t");
      Node count = t.times(t).plus(1);
      Node moment = m.times(0.5).plus(step.product);
      step.update(m, moment);
      step.update(t, count);
      step.update(w, w.minus(moment.over(count.fill(w.type().shape()))));
      step.check(joined(size));
    }
  }

  /** relu(x w + bias) scale, a bias for each column and a scale for each row, into a result. */
  @ParameterizedTest
  @MethodSource("cases")
  void rowsAndColumns(Case one) {
    for (int[] size : SIZES) {
      Step step = new Step(one, size[0], size[1], size[2]);
      List<Extent> shape = step.product.type().shape();
      Node moved = step.product.plus(step.slot("bias", size[1]).spread(shape, List.of(0)));
      Node positive = moved.like(0).less(moved).where(moved, moved.like(0));
      step.outputs.add(positive.times(step.slot("scale", size[0]).spread(shape, List.of(1))));
      step.check(joined(size));
    }
  }

  /** Sums that something else reads as well are stored. */
  @ParameterizedTest
  @MethodSource("cases")
  void sumsThatOthersRead(Case one) {
    for (int[] size : SIZES) {
      Step step = new Step(one, size[0], size[1], size[2]);
      Node w = step.matrix("w");
      step.update(w, w.minus(step.product));
      step.outputs.add(step.product);
      step.check(0);
    }
  }

  /** What the product itself reads is not overwritten by it. */
  @ParameterizedTest
  @MethodSource("cases")
  void operandsThatAreOverwritten(Case one) {
    for (int n : new int[] {32, 47}) {
      Step step = new Step(one, n, n, n);
      Node w = step.matrix("w");
      Contraction square = new Contraction(List.of(List.of(0, 2), List.of(2, 1)), List.of(0, 1));
      step.update(w, w.minus(step.trial.graph.node(square, w, w)));
      step.check(0);
    }
  }
}
