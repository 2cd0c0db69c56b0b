package dlx.tests;

import static org.junit.jupiter.api.Assertions.fail;

import dlx.differentiate.Differentiate;
import dlx.emit.ClassEmitter;
import dlx.graph.Contraction;
import dlx.graph.Evaluate;
import dlx.graph.Function;
import dlx.graph.Graph;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Node;
import dlx.graph.Reduction;
import dlx.runtime.CompiledFunction;
import dlx.runtime.DType;
import dlx.runtime.DlxException;
import dlx.runtime.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Generated classes, vector and scalar, against the reference evaluator on random functions. */
class CompiledContractTest {
  @Property(tries = 300)
  void tame64(
      @ForAll @IntRange(min = 0, max = 1_000_000) int seed,
      @ForAll @IntRange(min = 1, max = 24) int length) {
    check(RandomFunctions.tame(seed, length, DType.F64));
  }

  @Property(tries = 300)
  void tame32(
      @ForAll @IntRange(min = 0, max = 1_000_000) int seed,
      @ForAll @IntRange(min = 1, max = 24) int length) {
    check(RandomFunctions.tame(seed, length, DType.F32));
  }

  @Property(tries = 300)
  void wild64(
      @ForAll @IntRange(min = 0, max = 1_000_000) int seed,
      @ForAll @IntRange(min = 1, max = 24) int length) {
    check(RandomFunctions.wild(seed, length, DType.F64));
  }

  @Property(tries = 300)
  void loops64(
      @ForAll @IntRange(min = 0, max = 1_000_000) int seed,
      @ForAll @IntRange(min = 1, max = 24) int length) {
    check(RandomFunctions.tameLoops(seed, length, DType.F64));
  }

  @Property(tries = 300)
  void loops32(
      @ForAll @IntRange(min = 0, max = 1_000_000) int seed,
      @ForAll @IntRange(min = 1, max = 24) int length) {
    check(RandomFunctions.tameLoops(seed, length, DType.F32));
  }

  /** What became of the outputs that were computed, in words; for {@link Fuzz}. */
  static final Map<String, LongAdder> OUTCOMES = new ConcurrentSkipListMap<>();

  static void check(RandomFunctions.Sample sample) {
    Function function = Differentiate.function(sample.function());
    for (int bits : new int[] {dlx.runtime.Simd.bits(), 0}) {
      compare(function, sample, bits);
    }
  }

  private static void compare(Function function, RandomFunctions.Sample sample, int bits) {
    CompiledFunction compiled = ClassEmitter.compile(function, "random.dlx", bits);
    Map<String, Tensor> values = new HashMap<>(sample.inputs());
    Map<String, Tensor> slots = new HashMap<>();
    sample.slots().forEach((path, t) -> slots.put(path, t.copy()));
    values.putAll(slots);
    Map<String, Integer> sizes = new HashMap<>();
    sample.sizes().forEach((name, size) -> sizes.put(name, Math.toIntExact(size)));
    Evaluate judge = sample.evaluate();
    Map<String, Tensor> expected;
    try {
      expected = judge.function(function);
    } catch (DlxException e) {
      try {
        compiled.call(values, sizes, 7, 3);
        fail("the evaluator says " + e.getMessage());
      } catch (DlxException same) {
        return;
      }
      return;
    }
    List<Tensor> results = compiled.call(values, sizes, 7, 3);
    if (expected.size() != results.size()) {
      fail("as many results as outputs");
    }
    List<Node> nodes = Noise.withBodies(function.roots());
    boolean single = nodes.stream().anyMatch(n -> n.type().dtype() == DType.F32);
    // there is no noise inside of loops, so there is more before them
    boolean loops = nodes.stream().anyMatch(n -> n.op() instanceof Loop);
    Noise noise = new Noise(function, sample, judge, single || loops ? 1e-6 : 1e-12);
    for (int i = 0; i < results.size(); i++) {
      Function.Output output = function.outputs().get(i);
      judge(output.name(), output.value(), results.get(i), function, judge, noise, bits);
    }
    for (Function.Update update : function.updates()) {
      String path = update.slot().path();
      judge(path, update.value(), slots.get(path), function, judge, noise, bits);
    }
  }

  private static void judge(
      String name,
      Node value,
      Tensor actual,
      Function function,
      Evaluate judge,
      Noise noise,
      int bits) {
    Optional<String> excuse =
        leavesF32(value, judge)
            ? Optional.of("a number on the way that f32 does not have")
            : noise.excuse(value);
    String outcome = excuse.map(e -> "spared: " + e).orElse("judged");
    OUTCOMES.computeIfAbsent(outcome, o -> new LongAdder()).increment();
    if (excuse.isEmpty()) {
      agree(name, judge.values(value), noise.moves(value), actual, function, bits);
    }
  }

  /**
   * Is something in it rounded to f32 that f32 does not have? The judge computes in f64, where what
   * was tiny is not 0 and what was large not infinite.
   */
  private static boolean leavesF32(Node root, Evaluate judge) {
    return Graph.topological(List.of(root)).stream()
        .filter(n -> n.type().dtype() == DType.F32 && !(n.op() instanceof Leaf))
        .anyMatch(n ->
            Arrays.stream(judge.values(n))
                .map(Math::abs)
                .anyMatch(v -> v > 1e30 && v < Double.POSITIVE_INFINITY || v > 0 && v < 1e-30));
  }

  /**
   * The distance to the judge is a few roundings of numbers near 1, whose difference may be all
   * that is left, and beyond that it is measured by how far the value itself moves when everything
   * that is rounded is off by some roundings.
   */
  private static void agree(
      String name, double[] expected, double[] moves, Tensor actual, Function function, int bits) {
    List<Node> nodes = Noise.withBodies(function.roots());
    boolean single = nodes.stream().anyMatch(n -> n.type().dtype() == DType.F32);
    double rounding = single ? 1e-5 : 1e-11;
    double largest = 0;
    for (double v : expected) {
      largest = Math.max(largest, Double.isFinite(v) ? Math.abs(v) : 0);
    }
    // products are taken in another order: inf * 0 may come or go
    boolean reordered =
        nodes.stream()
            .anyMatch(n ->
                n.op() instanceof Contraction
                    || n.op() instanceof Reduction r && r.kind() == Reduction.Kind.PRODUCT);
    for (int i = 0; i < expected.length; i++) {
      double want = expected[i];
      double is = actual.get(i);
      double moved = moves[i];
      boolean same = Double.compare(want, is) == 0 || want == is;
      boolean close =
          Math.abs(want - is)
              <= rounding * (Math.abs(want) + largest) + 100 * moved + (single ? 0x1p-20 : 0x1p-49);
      boolean unstable = !Double.isFinite(moved); // comes or goes with rounding
      boolean overflow = single && Math.abs(want) > 1e37;
      boolean early = reordered && !(Double.isFinite(want) && Double.isFinite(is));
      if (!same && !close && !unstable && !overflow && !early) {
        StringBuilder text = new StringBuilder();
        function.nodes().forEach(n -> text.append(n).append('\n'));
        fail(
            name
                + "["
                + i
                + "] is "
                + is
                + " and should be "
                + want
                + " with "
                + bits
                + " bits\n"
                + text
                + "outputs "
                + function.outputs().stream().map(o -> o.name() + "=%" + o.value().id()).toList()
                + " updates "
                + function.updates().stream()
                    .map(o -> o.slot().path() + "=%" + o.value().id())
                    .toList()
                + "\n"
                + dlx.schedule.Plan.function(function));
      }
    }
  }
}
