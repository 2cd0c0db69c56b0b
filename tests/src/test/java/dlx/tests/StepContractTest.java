package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dlx.graph.Contraction;
import dlx.graph.Evaluate;
import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.graph.Indexing;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.graph.Reduction;
import dlx.runtime.CompiledFunction;
import dlx.runtime.DType;
import dlx.runtime.DlxException;
import dlx.runtime.Tensor;
import dlx.runtime.Workers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Updates see the old values, however they are scheduled, and a step that fails changes nothing.
 * The slots are a[n, n], b[n, n], v[n] and s.
 */
class StepContractTest {
  /** A new value for a[n, n] of the old values. */
  record Value(String name, BiFunction<Slots, Node, Node> of) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** The old values. */
  private static final class Slots {
    final Trial trial = new Trial();
    final Map<String, Leaf.Slot> leaves = new HashMap<>();
    final Node a;
    final Node b;
    final Node v;
    final Node s;
    final List<Extent> square;

    Slots(int n) {
      a = slot("a", n, n);
      b = slot("b", n, n);
      v = slot("v", n);
      s = slot("s");
      square = a.type().shape();
    }

    private Node slot(String name, int... shape) {
      Tensor value = Tensor.zeros(DType.F32, shape);
      Random random = new Random(name.hashCode());
      for (int i = 0; i < value.size(); i++) {
        value.set(i, random.nextInt(9) - 4);
      }
      Leaf.Slot leaf = trial.slot(name, value);
      leaves.put(name, leaf);
      return trial.graph.node(leaf);
    }

    Node rows(Node vector) {
      return vector.spread(square, List.of(1));
    }

    Node columns(Node vector) {
      return vector.spread(square, List.of(0));
    }

    Node all(Node number) {
      return number.fill(square);
    }
  }

  static Stream<Value> values() {
    return Stream.of(
        new Value("itself", (o, a) -> a),
        new Value("the other", (o, a) -> o.b),
        new Value("elements", (o, a) -> a.plus(o.b)),
        new Value("turned", (o, a) -> a.transpose(List.of(1, 0))),
        new Value("turned and added", (o, a) -> a.plus(a.transpose(List.of(1, 0)))),
        new Value("backwards", (o, a) -> a.slice(0, size(o).plus(-1), -1, size(o))),
        new Value("a row of it", (o, a) -> a.plus(o.columns(row(o, a)))),
        new Value("a column of it", (o, a) -> a.plus(o.rows(column(o, a)))),
        new Value("its number", (o, a) -> a.plus(o.all(number(o, a)))),
        new Value("its sum", (o, a) -> a.plus(o.all(a.sum()))),
        new Value("its row sums", (o, a) -> a.plus(o.rows(a.sum(List.of(1))))),
        new Value("its column sums", (o, a) -> a.plus(o.columns(a.sum(List.of(0))))),
        new Value(
            "its largest", (o, a) -> a.minus(o.rows(a.reduce(Reduction.Kind.MAX, List.of(1))))),
        new Value("a vector", (o, a) -> a.plus(o.rows(o.v)).plus(o.columns(o.v))),
        new Value("a product", (o, a) -> product(a, o.b)),
        new Value("a product with itself", (o, a) -> product(a, a)),
        new Value("a number", (o, a) -> o.all(o.s)),
        new Value("a constant", (o, a) -> a.like(3)),
        new Value("one row replaced", (o, a) -> replaced(o, a)),
        new Value("gathered", (o, a) -> gathered(o, a)));
  }

  private static Extent size(Slots o) {
    return o.square.getFirst();
  }

  private static Node row(Slots o, Node a) {
    return a.slice(0, Extent.ZERO, 1, Extent.ONE).reshape(List.of(size(o)));
  }

  private static Node column(Slots o, Node a) {
    return a.slice(1, Extent.ONE, 1, Extent.ONE).reshape(List.of(size(o)));
  }

  private static Node number(Slots o, Node a) {
    return row(o, a).slice(0, Extent.ONE, 1, Extent.ONE).reshape(List.of());
  }

  private static Node product(Node a, Node b) {
    Contraction matmul = new Contraction(List.of(List.of(0, 1), List.of(1, 2)), List.of(0, 2));
    return a.graph().node(matmul, a, b).times(1.0 / 64);
  }

  private static Node replaced(Slots o, Node a) {
    return a.graph().node(new Indexing.Update(true), a, o.v, o.trial.constant(-1, DType.I32));
  }

  private static Node gathered(Slots o, Node a) {
    Node ids = o.trial.graph.node(new Leaf.Iota(size(o))).negate().plus(-1);
    return a.graph().node(new Indexing.Gather(0, true), a, ids);
  }

  // ------------------------------------------------------------------ old values

  /** a and b get any two of the values at once; v, s and the results see the old ones too. */
  @ParameterizedTest
  @MethodSource("values")
  void oldValues(Value forA) {
    for (Value forB : values().toList()) {
      Slots o = new Slots(5);
      Node newA = forA.of().apply(o, o.a);
      Node newB = forB.of().apply(o, o.a.equals(newA) ? o.a : newA);
      check(
          o,
          5,
          List.of(newB.sum(), o.a.plus(o.b), newA),
          Map.of(
              "a", newA, "b", newB, "v", o.a.sum(List.of(0)).plus(o.v), "s", o.s.plus(o.a.sum())));
      check(o, 5, List.of(), Map.of("a", newA, "b", o.a));
      check(o, 5, List.of(o.a), Map.of("a", newA, "b", newA, "v", o.v.plus(1)));
      check(o, 5, List.of(), Map.of("a", newA, "v", row(o, newA), "s", number(o, newA)));
    }
  }

  /** Large enough for several threads. */
  @ParameterizedTest
  @MethodSource("values")
  void oldValuesByManyThreads(Value value) {
    int before = Workers.threads();
    Workers.setThreads(3);
    try {
      Slots o = new Slots(300);
      Node newA = value.of().apply(o, o.a);
      Map<String, Node> updates = new HashMap<>();
      updates.put("a", newA);
      updates.put("b", o.b.times(0.5).plus(newA));
      updates.put("v", o.v.plus(newA.sum(List.of(1))));
      updates.put("s", o.s.plus(o.v.sum()));
      Function function = function(o, List.of(o.b.sum(List.of(0))), updates);
      run(o, function, dlx.runtime.Simd.bits(), 1e6);
    } finally {
      Workers.setThreads(before);
    }
  }

  @Test
  void threeInACircle() {
    Slots o = new Slots(4);
    Node third = o.trial.graph.node(o.trial.slot("c", Tensor.of(new float[16], 4, 4)));
    o.leaves.put("c", (Leaf.Slot) third.op());
    check(o, 4, List.of(), Map.of("a", o.b, "b", third, "c", o.a));
  }

  private static Function function(Slots o, List<Node> outputs, Map<String, Node> updates) {
    List<Function.Update> list = new ArrayList<>();
    updates.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(e -> list.add(new Function.Update(o.leaves.get(e.getKey()), e.getValue())));
    return Trial.function(outputs, list);
  }

  private static void check(Slots o, int n, List<Node> outputs, Map<String, Node> updates) {
    Function function = function(o, outputs, updates);
    for (int bits : Trial.widths()) {
      run(o, function, bits, n * n * 100);
    }
  }

  private static void run(Slots o, Function function, int bits, double scale) {
    Evaluate judge = o.trial.judge();
    function.roots().forEach(judge::values); // before the slots change
    Map<String, Tensor> kept = new HashMap<>();
    o.trial.slots.forEach((path, t) -> kept.put(path, t.copy()));
    List<Tensor> results = o.trial.call(Trial.compile(function, bits));
    Trial.Tolerance tolerance = Trial.Tolerance.near(4, scale);
    String what = function.nodes() + "\n" + dlx.schedule.Plan.function(function);
    for (int i = 0; i < results.size(); i++) {
      double[] want = judge.values(function.outputs().get(i).value());
      Trial.agree("result " + i + " of " + what, want, results.get(i), tolerance);
    }
    for (Function.Update update : function.updates()) {
      Tensor is = o.trial.slots.get(update.slot().path());
      Trial.agree(
          update.slot().path() + " of " + what, judge.values(update.value()), is, tolerance);
    }
    kept.forEach((path, old) -> {
      Tensor slot = o.trial.slots.get(path);
      System.arraycopy(old.data(), 0, slot.data(), 0, old.size());
    });
  }

  // ------------------------------------------------------------------ all or nothing

  /** What fails stands beside the updates, before one, before several, or behind a new value. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void nothingChangesWhenItFails(int where) {
    for (int operator = 0; operator < 3; operator++) {
      for (int bits : Trial.widths()) {
        Slots o = new Slots(40);
        Node ids = o.trial.input("ids", Tensor.of(positions(40, 39), 40));
        Node plain = o.a.times(0.5);
        Node source = where == 3 ? plain : o.b.plus(o.a);
        Node failing =
            switch (operator) {
              case 0 -> o.trial.graph.node(new Indexing.Gather(0, true), source, ids);
              case 1 -> o.trial.graph.node(new Indexing.ScatterAdd(0, size(o), true), source, ids);
              default ->
                  o.trial.graph.node(
                      new Indexing.Update(true),
                      source,
                      o.v,
                      ids.slice(0, Extent.of(39), 1, Extent.ONE).reshape(List.of()));
            };
        Map<String, Node> updates = new HashMap<>();
        updates.put("a", where % 3 == 0 ? plain : plain.plus(failing));
        updates.put("b", where == 2 ? failing.exp() : o.b.plus(1));
        updates.put("v", o.v.plus(1));
        updates.put("s", where == 2 ? o.s.plus(failing.sum()) : o.s.plus(1));
        Function function = function(o, where == 2 ? List.of() : List.of(failing), updates);
        Map<String, Tensor> kept = new HashMap<>();
        o.trial.slots.forEach((path, t) -> kept.put(path, t.copy()));
        CompiledFunction compiled = Trial.compile(function, bits);
        assertThrows(DlxException.class, () -> o.trial.call(compiled));
        kept.forEach((path, old) ->
            Trial.agree(
                path + " of\n" + dlx.schedule.Plan.function(function),
                old,
                o.trial.slots.get(path)));
      }
    }
  }

  /** 0, 1, 2, ..., but one of them is outside. */
  private static int[] positions(int extent, int wrong) {
    return IntStream.range(0, extent).map(i -> i == wrong ? extent : i).toArray();
  }
}
