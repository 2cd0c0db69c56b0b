package dlx.tests;

import static org.junit.jupiter.api.Assertions.fail;

import dlx.differentiate.Differentiate;
import dlx.emit.ClassEmitter;
import dlx.graph.Contraction;
import dlx.graph.Elementwise;
import dlx.graph.Evaluate;
import dlx.graph.Function;
import dlx.graph.Graph;
import dlx.graph.Indexing;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Node;
import dlx.graph.Reduction;
import dlx.runtime.CompiledFunction;
import dlx.runtime.DType;
import dlx.runtime.DlxException;
import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
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
    checkWild(RandomFunctions.wild(seed, length, DType.F64));
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

  static void check(RandomFunctions.Sample sample) {
    check(sample, CompiledContractTest::jumpsByRounding);
  }

  /** Numbers that f32 does not have are zeros and infinities there, so only f64 is judged. */
  static void checkWild(RandomFunctions.Sample sample) {
    check(sample, CompiledContractTest::isRounded);
  }

  private static void check(RandomFunctions.Sample sample, Predicate<Node> spared) {
    Function function = Differentiate.function(sample.function());
    for (int bits : new int[] {dlx.runtime.Simd.bits(), 0}) {
      compare(function, sample, bits, spared);
    }
  }

  private static void compare(
      Function function, RandomFunctions.Sample sample, int bits, Predicate<Node> spared) {
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
    Evaluate nearby = sample.nearby();
    Map<Node, Node> moved = moved(function);
    for (int i = 0; i < results.size(); i++) {
      Function.Output output = function.outputs().get(i);
      if (spared.test(output.value()) || isChaotic(output.value(), judge)) {
        continue;
      }
      agree(
          output.name(),
          judge.values(output.value()),
          nearby.values(moved.get(output.value())),
          results.get(i),
          function,
          bits);
    }
    for (Function.Update update : function.updates()) {
      if (spared.test(update.value()) || isChaotic(update.value(), judge)) {
        continue;
      }
      agree(
          update.slot().path(),
          judge.values(update.value()),
          nearby.values(moved.get(update.value())),
          slots.get(update.slot().path()),
          function,
          bits);
    }
    if (expected.size() != results.size()) {
      fail("as many results as outputs");
    }
  }

  /**
   * The nodes of a function over constants and draws that are moved a little, as the inputs are.
   */
  private static Map<Node, Node> moved(Function function) {
    Map<Node, Node> moved = new HashMap<>();
    for (Node node : function.nodes()) {
      List<Node> inputs = node.inputs().stream().map(moved::get).toList();
      moved.put(
          node,
          switch (node.op()) {
            case Leaf.Constant c when c.dtype().isFloat() -> node.like(c.value() * (1 + 1e-6));
            case Leaf.Uniform u -> node.times(1 + 1e-6);
            default -> node.graph().node(node.op(), inputs);
          });
    }
    return moved;
  }

  /**
   * Is there a periodic function of so large a number that one rounding is a large part of a turn?
   */
  private static boolean isChaotic(Node root, Evaluate judge) {
    return Graph.topological(List.of(root)).stream()
        .filter(n ->
            n.op() == Elementwise.SIN
                || n.op() == Elementwise.COS
                || n.op() == Elementwise.REMAINDER && n.type().dtype().isFloat())
        .anyMatch(n ->
            java.util.Arrays.stream(judge.values(n.input(0))).anyMatch(x -> Math.abs(x) > 1e6));
  }

  /** Is something in it rounded to f32, where what was tiny is 0 and what was large is infinite? */
  private static boolean isRounded(Node root) {
    return jumpsByRounding(root)
        || withBodies(List.of(root)).stream()
            .anyMatch(n -> n.type().dtype() == DType.F32 && !(n.op() instanceof Leaf));
  }

  /**
   * Does an operator that jumps stand behind one that rounds otherwise than the judge does? That is
   * everything in f32, where erf(4) is 1 and its floor too; sums and products, which are taken in
   * another order; and formulas of many steps.
   */
  private static boolean jumpsByRounding(Node root) {
    List<Node> nodes = withBodies(List.of(root));
    boolean inexact =
        nodes.stream()
            .anyMatch(n ->
                n.op() instanceof Contraction
                    || n.op() instanceof Reduction
                    || n.op() == Elementwise.TO_F32
                    || n.op() instanceof Elementwise e && e.isComposed());
    return nodes.stream().anyMatch(n -> jumps(n, DType.F32) || inexact && jumps(n, DType.F64));
  }

  /** What the roots need, with what is in loops. */
  private static List<Node> withBodies(List<Node> roots) {
    List<Node> nodes = new ArrayList<>(Graph.topological(roots));
    for (Node node : List.copyOf(nodes)) {
      if (node.op() instanceof Loop.Region region) {
        nodes.addAll(withBodies(region.roots()));
      }
    }
    return nodes;
  }

  /** Does this jump at some values of an input of this type that was computed? */
  private static boolean jumps(Node n, DType dtype) {
    return n.inputs().stream().anyMatch(x -> x.type().dtype() == dtype && !(x.op() instanceof Leaf))
        && switch (n.op()) {
          case Elementwise e ->
              e == Elementwise.FLOOR
                  || e == Elementwise.FLOOR_DIVIDE
                  || e == Elementwise.REMAINDER
                  || e == Elementwise.SIGN
                  || !n.type().dtype().isFloat();
          case Reduction r -> r.kind() == Reduction.Kind.ARGMAX;
          case Indexing.Argsort a -> true;
          default -> false;
        };
  }

  /**
   * The distance to the judge is a few roundings of numbers near 1, whose difference may be all
   * that is left, and beyond that it is measured by how far the value itself moves when inputs move
   * by rounding, since sums are taken in another order.
   */
  private static void agree(
      String name, double[] expected, double[] nearby, Tensor actual, Function function, int bits) {
    List<Node> nodes = withBodies(function.roots());
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
      double moved = Math.abs(nearby[i] - want);
      boolean same = Double.compare(want, is) == 0 || want == is;
      boolean close =
          Math.abs(want - is)
              <= rounding * (Math.abs(want) + largest) + 100 * moved + (single ? 0x1p-20 : 0x1p-49);
      boolean unstable =
          Double.isNaN(nearby[i]) != Double.isNaN(want)
              || Double.isInfinite(moved)
              || Double.isNaN(moved) && !Double.isNaN(want);
      boolean overflow = single && Math.abs(want) > 1e37;
      boolean early = reordered && !(Double.isFinite(want) && Double.isFinite(is));
      if (!same && !close && !unstable && !overflow && !early) {
        StringBuilder text = new StringBuilder();
        nodes.forEach(n -> text.append(n).append('\n'));
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
