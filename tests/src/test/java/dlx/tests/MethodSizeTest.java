package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.Dlx;
import dlx.Model;
import dlx.differentiate.Differentiate;
import dlx.elaborate.Program;
import dlx.emit.ClassEmitter;
import dlx.emit.MethodSizes;
import dlx.graph.Contraction;
import dlx.graph.Derivative;
import dlx.graph.Enclose;
import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.graph.Reduction;
import dlx.graph.Type;
import dlx.runtime.CompiledFunction;
import dlx.runtime.DType;
import dlx.runtime.Simd;
import dlx.runtime.Tensor;
import dlx.schedule.Plan;
import dlx.source.ProgramException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * HotSpot never compiles a method of more than 8,000 bytes of bytecode, which makes it some hundred
 * times slower; and the time to compile grows like the program.
 */
class MethodSizeTest {
  private static final int LARGEST = 7_500;

  private static void check(Function function) {
    for (int bits : new int[] {Simd.bits(), 0}) {
      for (byte[] type : ClassEmitter.emit(function, "size.dlx", bits).classes()) {
        MethodSizes.of(type)
            .forEach((method, size) ->
                assertTrue(
                    size <= LARGEST,
                    () -> method + " of " + function.name() + " has " + size + " bytes"));
      }
    }
  }

  // ------------------------------------------------------------------ programs

  static List<Path> examples() throws IOException {
    Path folder = Files.exists(Path.of("examples")) ? Path.of("examples") : Path.of("../examples");
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(p -> p.toString().endsWith(".dlx")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void example(Path file) {
    try {
      everyEntry(Dlx.load(file));
    } catch (ProgramException e) {
      Assumptions.abort(e.getMessage());
    }
  }

  private static void everyEntry(Model model) {
    Program program = model.program();
    for (Program.Entry entry : program.entries()) {
      check(model.stage("simplify", () -> program.entry(List.of(entry.name()), false)));
    }
    for (Program.Step step : program.steps()) {
      check(model.stage("simplify", () -> program.step(step.name(), List.of())));
    }
  }

  @Test
  void randomFunctions() {
    for (int seed = 0; seed < 10; seed++) {
      for (DType dtype : List.of(DType.F32, DType.F64)) {
        Function function = RandomFunctions.wild(seed, 200, dtype).function();
        check(Differentiate.function(function));
      }
    }
  }

  // ------------------------------------------------------------------ families of any length

  /** y = exp(x y + 1), and so on. */
  private static Function chain(int length, Extent... shape) {
    Trial trial = new Trial();
    Node x = trial.input("x", DType.F32, shape);
    Node y = x;
    for (int i = 0; i < length; i++) {
      y = i % 3 == 0 ? y.times(x) : i % 3 == 1 ? y.plus(1 + i) : y.exp();
    }
    return Trial.function(y);
  }

  private static Function vectors(int length) {
    return chain(length, Extent.symbol("n"));
  }

  private static Function numbers(int length) {
    return chain(length);
  }

  /** The sum of different terms, each of the same value. */
  private static Function terms(int length) {
    Trial trial = new Trial();
    Node x = trial.input("x", DType.F32, Extent.symbol("n"));
    Node y = x;
    for (int i = 0; i < length; i++) {
      y = y.plus(x.plus(i).tanh());
    }
    return Trial.function(y);
  }

  /** Many results of one value. */
  private static Function results(int length) {
    Trial trial = new Trial();
    Node x = trial.input("x", DType.F32, Extent.symbol("n"));
    return Trial.function(
        IntStream.range(0, length).mapToObj(i -> x.plus(i).exp()).toList(), List.of());
  }

  /** The sum of many draws, each of which is some hundred instructions. */
  private static Function draws(int length) {
    return Trial.function(sumOfDraws(new Trial(), length, Extent.symbol("n")));
  }

  private static Node sumOfDraws(Trial trial, int length, Extent size) {
    Type type = new Type(DType.F32, List.of(size));
    Node sum = trial.graph.node(new Leaf.Uniform("u0", type));
    for (int i = 1; i < length; i++) {
      sum = sum.plus(trial.graph.node(new Leaf.Uniform("u" + i, type)));
    }
    return sum;
  }

  /** Many parameters with a momentum, and a loss of all of them. */
  private static Function updates(int length) {
    Trial trial = new Trial();
    Node x = trial.input("x", DType.F32, Extent.of(30));
    List<Function.Update> updates = new ArrayList<>();
    Node loss = x.sum();
    for (int i = 0; i < length; i++) {
      Leaf.Slot w = trial.slot("w" + i, Tensor.zeros(DType.F32, 30));
      Leaf.Slot v = trial.slot("v" + i, Tensor.zeros(DType.F32, 30));
      Node parameter = trial.graph.node(w);
      Node momentum = trial.graph.node(v).times(0.9).plus(parameter.times(x));
      updates.add(new Function.Update(v, momentum));
      updates.add(new Function.Update(w, parameter.plus(momentum.times(-0.1))));
      loss = loss.plus(parameter.times(parameter).sum());
    }
    return Trial.function(List.of(loss), updates);
  }

  /** Products with what is done to their rows and columns. */
  private static Function layers(int length) {
    Trial trial = new Trial();
    Node y = trial.input("x", DType.F32, Extent.symbol("b"), Extent.of(16));
    Contraction product = new Contraction(List.of(List.of(0, 1), List.of(1, 2)), List.of(0, 2));
    for (int i = 0; i < length; i++) {
      Node w = trial.input("w" + i, DType.F32, Extent.of(16), Extent.of(16));
      y = trial.graph.node(product, y, w);
      Node largest = y.reduce(Reduction.Kind.MAX, List.of(1));
      y = y.minus(largest.spread(y.type().shape(), List.of(1))).exp();
      y = y.times(y.sum(List.of(0)).spread(y.type().shape(), List.of(0)));
    }
    return Trial.function(y);
  }

  /** A loop with a long body, and its derivative. */
  private static Function turns(int length) {
    Trial trial = new Trial();
    Extent n = Extent.symbol("n");
    Node x = trial.input("x", DType.F32, Extent.symbol("t"), n);
    Node begin = trial.input("h", DType.F32, n);
    Enclose loop = new Enclose(trial.graph, Extent.symbol("t"), false);
    Node h = loop.carry(begin);
    Node each = loop.element(x);
    Node y = h;
    for (int i = 0; i < length; i++) {
      y = i % 3 == 0 ? y.times(each) : i % 3 == 1 ? y.plus(1 + i) : y.tanh();
    }
    Node last = loop.results(List.of(y), List.of()).getFirst().sum();
    Node slope = trial.graph.node(new Derivative(), last, begin);
    return Differentiate.function(Trial.function(last, slope));
  }

  /** A loop with many variables, each of which is made of its neighbour, and their derivatives. */
  private static Function variables(int length) {
    Trial trial = new Trial();
    Extent n = Extent.of(30);
    Enclose loop = new Enclose(trial.graph, Extent.symbol("t"), false);
    Node x = loop.element(trial.input("x", DType.F32, Extent.symbol("t"), n));
    List<Node> begins = new ArrayList<>();
    List<Node> carried = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      begins.add(trial.input("h" + i, DType.F32, n));
      carried.add(loop.carry(begins.getLast()));
    }
    List<Node> next = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      next.add(carried.get(i).times(carried.get((i + 1) % length)).plus(x).tanh());
    }
    Node loss = loop.results(next, List.of()).stream().map(Node::sum).reduce(Node::plus).get();
    List<Node> roots = new ArrayList<>(List.of(loss));
    begins.forEach(b -> roots.add(trial.graph.node(new Derivative(), loss, b)));
    return Differentiate.function(Trial.function(roots, List.of()));
  }

  /** A family and a length at which it has some thousand nodes. */
  record Family(String name, int length, IntFunction<Function> make) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Family> families() {
    return Stream.of(
        new Family("vectors", 2_000, MethodSizeTest::vectors),
        new Family("numbers", 2_000, MethodSizeTest::numbers),
        new Family("terms", 500, MethodSizeTest::terms),
        new Family("results", 500, MethodSizeTest::results),
        new Family("draws", 300, MethodSizeTest::draws),
        new Family("updates", 150, MethodSizeTest::updates),
        new Family("layers", 100, MethodSizeTest::layers),
        new Family("turns", 150, MethodSizeTest::turns),
        new Family("variables", 60, MethodSizeTest::variables));
  }

  @ParameterizedTest
  @MethodSource("families")
  void longProgram(Family family) {
    check(family.make().apply(6 * family.length()));
  }

  /**
   * What is fused into one kernel by its number of operations may be too large even for a class
   * file, which holds methods of less than 65,536 bytes. It is scheduled again, and gives the same.
   */
  @Test
  void tooLargeForAClassFile() {
    Trial trial = new Trial();
    Node sum = sumOfDraws(trial, 96, Extent.of(37));
    Function function = Trial.function(sum);
    assertEquals(1, Plan.function(function).kernels().size());
    ClassEmitter.Emitted emitted = ClassEmitter.emit(function, "draws.dlx", Simd.bits());
    List<Map<String, Integer>> sizes = emitted.classes().stream().map(MethodSizes::of).toList();
    int page = CompiledFunction.PAGE;
    int bytes =
        emitted.program().kernels().stream()
            .mapToInt(k -> sizes.get(k.method() / page).get("kernel" + k.method() % page))
            .sum();
    if (Simd.bits() > 0) { // without vectors a draw is a call
      assertTrue(bytes > 65_536, () -> "the kernels together have only " + bytes + " bytes");
    }
    trial.check(Trial.Tolerance.near(96, 96), sum);
  }

  /**
   * From the graph to loaded classes: eight times the program takes far less than the sixty-four
   * times that a quadratic step would take. The best of several tries counts.
   */
  @ParameterizedTest
  @MethodSource("families")
  void timeGrowsLikeTheProgram(Family family) {
    Function small = family.make().apply(family.length());
    Function large = family.make().apply(8 * family.length());
    double shorter = Double.POSITIVE_INFINITY;
    double longer = Double.POSITIVE_INFINITY;
    for (int tries = 0; tries < 8 && (tries < 3 || longer > 20 * shorter); tries++) {
      shorter = Math.min(shorter, seconds(small));
      shorter = Math.min(shorter, seconds(small));
      longer = Math.min(longer, seconds(large));
    }
    assertTrue(longer < 20 * shorter, family + ": " + shorter + " s become " + longer + " s");
  }

  /** Of the processor: what else the machine does is not in it. */
  private static double seconds(Function function) {
    ThreadMXBean clock = ManagementFactory.getThreadMXBean();
    long start = clock.getCurrentThreadCpuTime();
    ClassEmitter.compile(function, "time.dlx");
    return (clock.getCurrentThreadCpuTime() - start) * 1e-9;
  }
}
