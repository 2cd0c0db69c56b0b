package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.Dlx;
import dlx.Model;
import dlx.Step;
import dlx.TestRun;
import dlx.differentiate.Differentiate;
import dlx.graph.Derivative;
import dlx.graph.Enclose;
import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.graph.Verify;
import dlx.runtime.CompiledFunction;
import dlx.runtime.DType;
import dlx.runtime.Simd;
import dlx.runtime.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Loops that take fewer turns than they have, against the reference evaluator. */
class LoopEndTest {
  private static final Path PROGRAM = Path.of("src/test/resources/programs/until.dlx");
  private static final Extent T = Extent.symbol("t");
  private static final Extent WIDTH = Extent.of(19);

  private final Trial trial = new Trial();
  private final Random random = new Random(5);

  private Tensor numbers(int... shape) {
    return Trial.numbers(random, DType.F64, shape);
  }

  private static Function derived(List<Node> roots) {
    Function function = Trial.function(roots, List.of());
    Verify.withDerivatives(function);
    Function worked = Differentiate.function(function);
    Verify.function(worked);
    return worked;
  }

  private void check(List<Node> roots) {
    trial.check(Trial.Tolerance.near(500, 1), derived(roots).roots().toArray(Node[]::new));
  }

  private Node stop(Enclose loop, Node begin) {
    Node stop = loop.carry(begin);
    Node count = loop.carry(trial.constant(0, DType.I32));
    loop.until(stop, count);
    return count;
  }

  /** Three arrays change places in a circle, two as in Fibonacci's numbers. */
  @ParameterizedTest
  @CsvSource({"7, 0", "7, 1", "7, 2", "7, 3", "7, 4", "7, 6", "7, 7", "7, 9", "0, 3", "1, 0"})
  void arraysAreBackAfterAnyNumberOfTurns(int turns, int last) {
    for (boolean descending : new boolean[] {false, true}) {
      trial.sizes.put("t", (long) turns);
      trial.inputs.put("x", numbers(turns, 19));
      Node x = trial.input("x", DType.F64, T, WIDTH);
      Enclose loop = new Enclose(trial.graph, T, descending);
      Node a = loop.carry(trial.input("a", numbers(19)));
      Node b = loop.carry(trial.input("b", numbers(19)));
      Node c = loop.carry(trial.input("c", numbers(19)));
      Node d = loop.carry(trial.input("d", numbers(19)));
      Node e = loop.carry(trial.input("e", numbers(19)));
      Tensor most = Tensor.scalar(last);
      Node end = trial.input("end", most);
      Node count = stop(loop, end.less(trial.constant(1, DType.I32)));
      Node done = end.less(count.plus(2));
      Node sum = d.plus(loop.element(x)).tanh();
      check(loop.results(List.of(b, c, a, e, sum, done, count.plus(1)), List.of(a, d, sum)));
    }
  }

  @ParameterizedTest
  @CsvSource({"7, -3", "7, 0", "7, 1", "7, 2", "7, 5", "7, 7", "7, 9", "0, 3", "1, 1"})
  void aLimitAndDerivativesToSecondOrder(int turns, int limit) {
    trial.sizes.put("t", (long) turns);
    trial.inputs.put("x", numbers(turns, 19));
    Node x = trial.input("x", DType.F64, T, WIDTH);
    Node a = trial.input("a", numbers(19));
    Node k = trial.input("k", Tensor.scalar(limit));
    Enclose loop = new Enclose(trial.graph, T, false);
    loop.atMost(k);
    Node h = loop.carry(a);
    Node g = loop.carry(a.times(0.5));
    Node next = h.times(loop.element(x)).plus(g).tanh();
    List<Node> results = loop.results(List.of(next, h), List.of(next));
    Node y = results.get(0).sum().plus(results.get(2).times(results.get(2)).sum());
    Node by = trial.graph.node(new Derivative(), y, a);
    Node byX = trial.graph.node(new Derivative(), y, x);
    Node second = trial.graph.node(new Derivative(), by.times(by).sum(), a);
    Node mixed = trial.graph.node(new Derivative(), by.times(by).sum(), x);
    check(List.of(y, by, byX, second, mixed));
  }

  @ParameterizedTest
  @CsvSource({"7, 0.1", "7, 0.3", "7, 0.9", "7, 9", "1, 9", "0, 9"})
  void anEndAndDerivativesToSecondOrder(int turns, double most) {
    trial.sizes.put("t", (long) turns);
    Tensor values = Tensor.zeros(DType.F64, turns, 19);
    for (int i = 0; i < values.size(); i++) {
      values.set(i, 0.2 + 0.01 * (i % 19));
    }
    trial.inputs.put("x", values);
    Node x = trial.input("x", DType.F64, T, WIDTH);
    Node a = trial.input("a", numbers(19));
    Node end = trial.constant(most, DType.F64);
    Enclose loop = new Enclose(trial.graph, T, false);
    Node h = loop.carry(a);
    Node s = loop.carry(trial.constant(0, DType.F64));
    Node count = stop(loop, end.less(trial.constant(0.2, DType.F64)));
    Node next = h.times(loop.element(x)).plus(h.sum().fill(List.of(WIDTH)).times(0.1)).tanh();
    Node sum = s.plus(loop.element(x).sum().times(0.02));
    List<Node> results =
        loop.results(List.of(next, sum, end.less(sum), count.plus(1)), List.of(next));
    Node y = results.get(0).sum().plus(results.get(4).times(results.get(4)).sum());
    Node by = trial.graph.node(new Derivative(), y, a);
    Node byX = trial.graph.node(new Derivative(), y, x);
    Node second = trial.graph.node(new Derivative(), by.times(by).sum(), a);
    check(List.of(y, results.get(3), by, byX, second));
  }

  /** A limit that is a view, a number or a size lies nowhere before it is put somewhere. */
  @ParameterizedTest
  @CsvSource({"0", "2", "9"})
  void limitsThatAreNotInMemory(int limit) {
    trial.sizes.put("t", 7L);
    trial.inputs.put("x", numbers(7, 19));
    Node x = trial.input("x", DType.F64, T, WIDTH);
    Node several = trial.input("k", Tensor.of(new int[] {5, limit, 6}, 3));
    List<Node> all = new ArrayList<>();
    for (Node most :
        List.of(
            trial.constant(limit, DType.I32),
            trial.graph.node(new Leaf.SizeOf(Extent.of(limit))),
            several.slice(0, Extent.ONE, 1, Extent.ONE).reshape(List.of()))) {
      Enclose loop = new Enclose(trial.graph, T, false);
      loop.atMost(most);
      Node h = loop.carry(trial.constant(1, DType.F64));
      all.addAll(loop.results(List.of(h.plus(loop.element(x).sum())), List.of(h)));
    }
    check(all);
  }

  /** One call after the other with other numbers of turns, rows that were written cleared again. */
  @Test
  void turnsThatChangeFromCallToCall() {
    trial.sizes.put("t", 8L);
    trial.inputs.put("x", numbers(8, 19));
    Node x = trial.input("x", DType.F64, T, WIDTH);
    Node k = trial.graph.node(new Leaf.Input("k", dlx.graph.Type.scalar(DType.I32)));
    Node a = trial.input("a", numbers(19));
    Enclose loop = new Enclose(trial.graph, T, false);
    Node h = loop.carry(a);
    Node o = loop.carry(a.times(2));
    Node count = stop(loop, k.less(trial.constant(1, DType.I32)));
    Node next = h.slice(0, Extent.of(18), -1, WIDTH).plus(loop.element(x)).tanh();
    Node[] results =
        loop.results(List.of(next, h.plus(o), k.less(count.plus(2)), count.plus(1)), List.of(next))
            .toArray(Node[]::new);
    CompiledFunction compiled = Trial.compile(Trial.function(results), Simd.bits());
    for (int turns : new int[] {5, 0, 2, 1, 8, 9, 3}) {
      trial.inputs.put("k", Tensor.scalar(turns));
      List<Tensor> actual = trial.call(compiled);
      for (int i = 0; i < results.length; i++) {
        Trial.agree(
            turns + " turns, result " + i,
            trial.judge().values(results[i]),
            actual.get(i),
            Trial.Tolerance.near(200, 1));
      }
    }
  }

  // ------------------------------------------------------------------ in the language

  /** What {@code ProgramsTest} asks of the evaluator, of compiled code. */
  @TestFactory
  Stream<DynamicTest> compiled() {
    return Stream.of(PROGRAM, PROGRAM.resolveSibling("uses_of_loops.dlx"))
        .flatMap(LoopEndTest::compiled);
  }

  private static Stream<DynamicTest> compiled(Path program) {
    Model model = Dlx.load(program);
    return IntStream.range(0, model.program().tests().size())
        .mapToObj(i ->
            DynamicTest.dynamicTest(
                model.program().tests().get(i).name(),
                () -> {
                  TestRun run = TestRun.of(model, i);
                  List<String> failures = new ArrayList<>();
                  run.failures()
                      .forEach(f ->
                          failures.add(
                              f.assertion().span().text() + " " + f.values() + f.reason()));
                  assertEquals(List.of(), failures);
                  assertTrue(run.passed(), String.valueOf(run.error()));
                }));
  }

  @Test
  void aStepWithLoopsThatEnd() {
    Model model = Dlx.load(PROGRAM);
    Step train = model.step("train");
    double first = train.run(Map.of(), Map.of()).number();
    assertEquals(7, model.get("seen").get(0));
    double last = first;
    for (int i = 0; i < 20; i++) {
      last = train.run(Map.of(), Map.of("rate", 0.05)).number();
    }
    assertTrue(last < first, first + " became " + last);
    assertEquals(27, model.get("seen").get(0), "a turn for each of the other steps");
  }
}
