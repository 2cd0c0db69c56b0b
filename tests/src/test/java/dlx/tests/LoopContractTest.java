package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.graph.Contraction;
import dlx.graph.Elementwise;
import dlx.graph.Enclose;
import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.graph.Indexing;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.runtime.CompiledFunction;
import dlx.runtime.DType;
import dlx.runtime.DlxException;
import dlx.runtime.Simd;
import dlx.runtime.Tensor;
import dlx.schedule.Plan;
import dlx.schedule.Schedule;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Loops at run time against the reference evaluator. */
class LoopContractTest {
  private static final Extent T = Extent.symbol("t");
  private static final Extent WIDTH = Extent.of(19);

  private final Trial trial = new Trial();
  private final Random random = new Random(5);

  private Tensor numbers(DType dtype, int... shape) {
    return Trial.numbers(random, dtype, shape);
  }

  private Node sequence(String name, DType dtype, int turns, int... element) {
    List<Extent> shape = new ArrayList<>(List.of(T));
    int[] sizes = new int[element.length + 1];
    sizes[0] = turns;
    for (int i = 0; i < element.length; i++) {
      shape.add(Extent.of(element[i]));
      sizes[i + 1] = element[i];
    }
    trial.sizes.put("t", (long) turns);
    trial.inputs.put(name, numbers(dtype, sizes));
    return trial.input(name, dtype, shape.toArray(Extent[]::new));
  }

  private void check(List<Node> results) {
    trial.check(Trial.Tolerance.near(200, 1), results.toArray(Node[]::new));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 7, 50})
  void numbersThatAreCarried(int turns) {
    for (boolean descending : new boolean[] {false, true}) {
      Node x = sequence("x", DType.F64, turns);
      Enclose loop = new Enclose(trial.graph, T, descending);
      Node h = loop.carry(trial.constant(0.5, DType.F64));
      Node next = h.times(0.9).plus(loop.element(x));
      check(loop.results(List.of(next), List.of(next, h)));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 7, 50})
  void variablesThatChangePlaces(int turns) {
    Node x = sequence("x", DType.F32, turns, 19);
    Enclose loop = new Enclose(trial.graph, T, false);
    Node a = loop.carry(trial.input("a", numbers(DType.F32, 19)));
    Node b = loop.carry(trial.input("b", numbers(DType.F32, 19)));
    Node c = loop.carry(trial.input("c", numbers(DType.F32, 19)));
    Node d = loop.carry(trial.input("d", numbers(DType.F32, 19)));
    Node e = loop.carry(trial.input("e", numbers(DType.F32, 19)));
    Node sum = d.plus(loop.element(x)).tanh();
    // a, b, c in a circle; d and e as in Fibonacci's numbers
    check(loop.results(List.of(b, c, a, e, sum), List.of(a, d, sum)));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 7})
  void oneValueForTwoVariables(int turns) {
    Node x = sequence("x", DType.F32, turns, 19);
    Enclose loop = new Enclose(trial.graph, T, true);
    Node a = loop.carry(trial.input("a", numbers(DType.F32, 19)));
    Node b = loop.carry(trial.input("b", numbers(DType.F32, 19)));
    Node c = loop.carry(trial.input("c", numbers(DType.F32, 19)));
    Node d = loop.carry(trial.input("d", numbers(DType.F32, 19)));
    Node e = loop.carry(trial.input("e", numbers(DType.F32, 19)));
    Node sum = a.plus(loop.element(x)).times(c).plus(d).plus(e);
    check(loop.results(List.of(sum, sum, b, b, e), List.of(sum, sum)));
  }

  /** Each reads the other elsewhere than where it is written. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 7})
  void newValuesThatMayNotBeWrittenOverOldOnes(int turns) {
    sequence("x", DType.F32, turns);
    Enclose loop = new Enclose(trial.graph, T, false);
    Node a = loop.carry(trial.input("a", numbers(DType.F32, 19)));
    Node b = loop.carry(trial.input("b", numbers(DType.F32, 19)));
    Node turned = a.slice(0, Extent.of(18), -1, WIDTH);
    check(
        loop.results(
            List.of(turned.plus(b).times(0.5), b.times(0.5).plus(a.sum().fill(List.of(WIDTH)))),
            List.of()));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void sequencesAreViews(int turns) {
    Node x = sequence("x", DType.F32, turns, 19);
    Node wide = trial.input("y", DType.F32, WIDTH, T);
    trial.inputs.put("y", numbers(DType.F32, 19, turns));
    Enclose loop = new Enclose(trial.graph, T, false);
    Node h = loop.carry(trial.constant(0, DType.F32).fill(List.of(WIDTH)));
    Node reversed = loop.element(x.slice(0, T.plus(-1), -1, T));
    Node column = loop.element(wide.transpose(List.of(1, 0)));
    Node position = loop.element(trial.graph.node(new Leaf.Iota(T))).convert(DType.F32);
    Node noise = loop.element(trial.graph.node(new Leaf.Uniform("noise", x.type())));
    Node next =
        h.times(0.5)
            .plus(reversed.times(column))
            .plus(position.fill(List.of(WIDTH)))
            .plus(noise.less(noise.like(0.5)).where(noise, noise.like(0)));
    check(loop.results(List.of(next), List.of(column.sum(), noise)));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 7})
  void loopsInLoops(int turns) {
    Node x = sequence("x", DType.F64, turns, 3);
    Enclose outer = new Enclose(trial.graph, T, true);
    Node s = outer.carry(trial.input("s", numbers(DType.F64, 3)));
    Node element = outer.element(x);
    Enclose inner = new Enclose(trial.graph, T, false);
    Node p = inner.carry(s);
    Node q = inner.carry(element);
    List<Node> results =
        inner.results(
            List.of(q.plus(inner.element(x)).times(0.5), p.times(0.25).plus(element)), List.of(p));
    check(
        outer.results(
            List.of(results.get(0).plus(results.get(1))),
            List.of(results.get(2), results.get(1), element)));
  }

  /** h' = tanh(x W + h U + b): two products and one pass. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 7})
  void recurrentNetwork(int turns) {
    Node x = sequence("x", DType.F32, turns, 5, 19);
    Node w = trial.input("w", numbers(DType.F32, 19, 23));
    Node u = trial.input("u", numbers(DType.F32, 23, 23));
    Contraction matmul = new Contraction(List.of(List.of(0, 1), List.of(1, 2)), List.of(0, 2));
    List<Extent> shape = List.of(Extent.of(5), Extent.of(23));
    Enclose loop = new Enclose(trial.graph, T, false);
    Node h = loop.carry(trial.constant(0, DType.F32).fill(shape));
    Node next =
        trial.graph.node(matmul, loop.element(x), w).plus(trial.graph.node(matmul, h, u)).tanh();
    check(loop.results(List.of(next), List.of(next)));
  }

  /** What fails in a turn changes nothing, and the next call is right. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void positionsThatAreOutside(int turns) {
    trial.sizes.put("t", (long) turns);
    Tensor positions = Tensor.zeros(DType.I32, turns);
    trial.inputs.put("ids", positions);
    Node ids = trial.input("ids", DType.I32, T);
    Leaf.Slot slot = trial.slot("w", numbers(DType.F32, 19));
    Node w = trial.graph.node(slot);
    Enclose loop = new Enclose(trial.graph, T, false);
    Node a = loop.carry(w);
    Node b = loop.carry(w.times(2));
    Node row = trial.graph.node(new Indexing.Gather(0, true), a, loop.element(ids));
    List<Node> results =
        loop.results(List.of(b, a.times(0.5).plus(row.fill(List.of(WIDTH)))), List.of(row));
    Function function =
        Trial.function(results, List.of(new Function.Update(slot, results.getFirst())));
    CompiledFunction compiled = Trial.compile(function, Simd.bits());
    Tensor before = trial.slots.get("w").copy();
    positions.set(turns - 1, 19);
    DlxException error = assertThrows(DlxException.class, () -> trial.call(compiled));
    assertEquals("position 19 is outside of an axis of 19", error.getMessage());
    assertArrayEquals(before.floats(), trial.slots.get("w").floats());
    positions.set(turns - 1, -1);
    List<double[]> expected = results.stream().map(trial.judge()::values).toList();
    List<Tensor> actual = trial.call(compiled);
    for (int i = 0; i < expected.size(); i++) {
      Trial.agree("result " + i, expected.get(i), actual.get(i), Trial.Tolerance.near(200, 1));
    }
    Trial.agree("w", expected.getFirst(), trial.slots.get("w"), Trial.Tolerance.near(200, 1));
  }

  /** A loop by itself is the number of its turns. */
  @ParameterizedTest
  @ValueSource(ints = {0, 7})
  void turns(int turns) {
    Node x = sequence("x", DType.F32, turns);
    Enclose loop = new Enclose(trial.graph, T, false);
    Node all = loop.results(List.of(), List.of(loop.element(x).exp())).getFirst();
    Node count = all.input(0);
    check(List.of(all, count, trial.graph.node(Elementwise.TO_F32, count)));
  }

  /** One class for every number of turns, in any order. */
  @Test
  void turnsThatChange() {
    Node x = trial.input("x", DType.F32, T, WIDTH);
    Enclose loop = new Enclose(trial.graph, T, false);
    Node a = loop.carry(trial.input("a", numbers(DType.F32, 19)));
    Node next = a.slice(0, Extent.of(18), -1, WIDTH).plus(loop.element(x)).tanh();
    Node[] results = loop.results(List.of(next), List.of(next)).toArray(Node[]::new);
    CompiledFunction compiled = Trial.compile(Trial.function(results), Simd.bits());
    for (int turns : new int[] {5, 0, 2, 1, 5, 8}) {
      trial.sizes.put("t", (long) turns);
      trial.inputs.put("x", numbers(DType.F32, turns, 19));
      List<Tensor> actual = trial.call(compiled);
      for (int i = 0; i < results.length; i++) {
        Trial.agree(
            turns + " turns",
            trial.judge().values(results[i]),
            actual.get(i),
            Trial.Tolerance.near(200, 1));
      }
    }
  }

  /** What is needed within a turn only shares memory; what is carried has its own. */
  @Test
  void temporariesOfATurnShareMemory() {
    int n = 64;
    Node x = trial.input("x", DType.F32, T, Extent.of(n), Extent.of(n));
    trial.sizes.put("t", 3L);
    trial.inputs.put("x", numbers(DType.F32, 3, n, n));
    Contraction matmul = new Contraction(List.of(List.of(0, 1), List.of(1, 2)), List.of(0, 2));
    Enclose loop = new Enclose(trial.graph, T, false);
    Node h = loop.carry(trial.input("h", numbers(DType.F32, n, n)));
    Node product = h;
    for (int i = 0; i < 6; i++) {
      product = trial.graph.node(matmul, product, loop.element(x)).times(0.1);
    }
    Node sum = loop.results(List.of(product.tanh()), List.of()).getFirst().sum();
    CompiledFunction compiled = Trial.compile(Trial.function(sum), Simd.bits());
    double expected = trial.judge().values(sum)[0];
    Trial.agree(
        "sum",
        new double[] {expected},
        trial.call(compiled).getFirst(),
        Trial.Tolerance.near(200, 1));
    // the carried array, its next value, and two of the chain at a time
    assertTrue(
        compiled.workspaceBytes() <= 4 * 4 * n * n + 256,
        () -> compiled.workspaceBytes() + " bytes");
  }

  /** A recurrence element by element is one kernel; one whose elements meet is not. */
  @Test
  void scans() {
    Node x = sequence("x", DType.F32, 7, 19);
    Enclose loop = new Enclose(trial.graph, T, false);
    Node a = loop.carry(trial.input("a", numbers(DType.F32, 19)));
    Node b = loop.carry(trial.input("b", numbers(DType.F32, 19)));
    Node next = a.times(b).plus(loop.element(x)).tanh();
    List<Node> alone = loop.results(List.of(b, next), List.of(next));
    assertEquals(
        "kernel 0: Scan[19] of t turns 6 values <- x, a, b -> y0, y1, y2\n",
        Plan.function(Trial.function(alone.toArray(Node[]::new))).toString());
    check(alone);
    Enclose meeting = new Enclose(trial.graph, T, false);
    Node h = meeting.carry(trial.input("h", numbers(DType.F32, 19)));
    Node turned = h.slice(0, Extent.of(18), -1, WIDTH).plus(meeting.element(x)).tanh();
    Node last = meeting.results(List.of(turned), List.of()).getFirst();
    assertEquals(
        """
        loop t
          begin kernel 0: Loops[19] 1 values <- h -> y0
          kernel 1: Loops[19] 4 values <- y0, x -> next
          swap y0, next
        """,
        Plan.function(Trial.function(last)).toString().replaceAll("next [0-9.]+", "next"));
    check(List.of(last));
  }

  /**
   * h and c of a recurrent network with gates: one product and one pass per turn, where z is the
   * part that does not depend on h.
   */
  @Test
  void gates() {
    Extent batch = Extent.of(5);
    Extent hidden = Extent.of(19);
    Node z = sequence("z", DType.F32, 7, 5, 4 * 19);
    Node w = trial.input("w", numbers(DType.F32, 19, 4 * 19));
    Contraction matmul = new Contraction(List.of(List.of(0, 1), List.of(1, 2)), List.of(0, 2));
    Enclose loop = new Enclose(trial.graph, T, false);
    Node zero = trial.constant(0, DType.F32).fill(List.of(batch, hidden));
    Node h = loop.carry(zero);
    Node c = loop.carry(zero);
    Node product = trial.graph.node(matmul, h, w);
    Node element = loop.element(z);
    List<Node> parts = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Extent from = hidden.times(i);
      parts.add(product.slice(1, from, 1, hidden).plus(element.slice(1, from, 1, hidden)));
    }
    Node nextC =
        parts.get(0).sigmoid().times(c).plus(parts.get(1).sigmoid().times(parts.get(2).tanh()));
    Node nextH = parts.get(3).sigmoid().times(nextC.tanh());
    List<Node> results = loop.results(List.of(nextH, nextC), List.of(nextH));
    Schedule schedule = Plan.function(Trial.function(results.toArray(Node[]::new)));
    List<String> lines = schedule.toString().lines().filter(l -> l.startsWith("  kernel")).toList();
    assertEquals(2, lines.size(), schedule::toString);
    assertTrue(lines.get(0).contains("Product[][5][76][19]"), schedule::toString);
    assertTrue(lines.get(1).endsWith("-> y1, y0, y2"), schedule::toString);
    check(results);
  }
}
