package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.Dlx;
import dlx.Model;
import dlx.Options;
import dlx.Step;
import dlx.differentiate.Differentiate;
import dlx.graph.Derivative;
import dlx.graph.Enclose;
import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Node;
import dlx.graph.Verify;
import dlx.recompute.Recompute;
import dlx.runtime.DType;
import dlx.runtime.Simd;
import dlx.runtime.Tensor;
import dlx.simplify.Simplify;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Loops whose derivatives compute turns again because memory is short. */
class LoopMemoryTest {
  private static final Extent WIDTH = Extent.of(19);

  private final Trial trial = new Trial();
  private final Random random = new Random(5);

  private Tensor numbers(int... shape) {
    return Trial.numbers(random, DType.F64, shape);
  }

  /** A network with a draw in every turn and something stacked; its loss and derivatives. */
  private List<Node> network(int turns, boolean symbolic, boolean descending) {
    Extent t = symbolic ? Extent.symbol("t") : Extent.of(turns);
    if (symbolic) {
      trial.sizes.put("t", (long) turns);
    }
    trial.inputs.put("x", numbers(turns, 19));
    Node x = trial.input("x", DType.F64, t, WIDTH);
    Node w = trial.input("w", numbers(19));
    Node begin = trial.input("h", numbers(19));
    Enclose loop = new Enclose(trial.graph, t, descending);
    Node h = loop.carry(begin);
    Node c = loop.carry(begin.times(0.5));
    Node noise = loop.element(trial.graph.node(new Leaf.Uniform("noise", x.type())));
    Node number = loop.element(trial.graph.node(new Leaf.Iota(t))).convert(DType.F64);
    Node shift = number.times(0.01).fill(List.of(WIDTH));
    Node next = h.times(w).plus(loop.element(x).times(noise)).plus(shift).tanh();
    Node cell = c.times(next).plus(h.slice(0, Extent.of(18), -1, WIDTH)).sin();
    List<Node> results = loop.results(List.of(cell, next), List.of(next.times(c)));
    Node squares = results.get(2).times(results.get(2)).sum();
    Node loss = squares.plus(results.get(0).sum()).plus(results.get(1).sum());
    List<Node> roots = new ArrayList<>(List.of(loss));
    for (Node by : List.of(x, w, begin)) {
      roots.add(trial.graph.node(new Derivative(), loss, by));
    }
    return roots;
  }

  private static Function derived(List<Node> roots, long memory) {
    Function function = Trial.function(roots, List.of());
    Function worked = Differentiate.function(function);
    Verify.function(worked);
    Function simple = Simplify.function(worked, Simplify.Mode.REAL);
    Verify.function(simple);
    Function cut = Recompute.function(simple, memory);
    Verify.function(cut);
    return cut;
  }

  private static long loops(List<Node> nodes) {
    return nodes.stream()
        .filter(n -> n.op() instanceof Loop.Region)
        .mapToLong(n -> 1 + loops(((Loop.Region) n.op()).nodes()))
        .sum();
  }

  /** The bytes of a turn are about 4 * 19 * 8 = 608, those of the variables 304. */
  @ParameterizedTest
  @CsvSource({
    "50, 12000, false", "50, 3000, false", "50, 900, false", "50, 100, false", "1, 100, false",
    "2, 100, false", "7, 1300, false", "49, 5000, true", "50, 3000, true", "50, 200000, true",
    "0, 3000, true", "1, 3000, true", "3, 100, true"
  })
  void lessMemoryAndTheSameBits(int turns, long memory, boolean symbolic) {
    for (boolean descending : new boolean[] {false, true}) {
      List<Node> roots = network(turns, symbolic, descending);
      Function ample = derived(roots, Recompute.ENOUGH);
      Function cut = derived(roots, memory);
      if (!symbolic && turns > 7) {
        assertTrue(loops(ample.nodes()) == 2, "one forwards and one backwards");
        assertTrue(loops(cut.nodes()) >= 6, "forwards by blocks, the rest, and back");
      }
      Function plain = Differentiate.function(Trial.function(roots, List.of()));
      List<Tensor> whole = trial.call(Trial.compile(ample, Simd.bits()));
      for (int bits : Trial.widths()) {
        List<Tensor> made = trial.call(Trial.compile(cut, bits));
        List<Tensor> same = trial.call(Trial.compile(ample, bits));
        for (int i = 0; i < made.size(); i++) {
          String what = turns + " turns, result " + i + " with " + bits + " bits";
          Trial.agree(what, same.get(i), made.get(i));
          Trial.agree(
              what,
              trial.judge().values(plain.roots().get(i)),
              made.get(i),
              Trial.Tolerance.near(5000, 1));
        }
      }
      assertEquals(roots.size(), whole.size());
    }
  }

  @Test
  void aSecondDerivative() {
    List<Node> roots = network(30, false, false);
    Node slope = roots.get(2);
    Node w = slope.input(1);
    List<Node> second = List.of(trial.graph.node(new Derivative(), slope.times(slope).sum(), w));
    List<Tensor> ample = trial.call(Trial.compile(derived(second, Recompute.ENOUGH), Simd.bits()));
    List<Tensor> cut = trial.call(Trial.compile(derived(second, 4000), Simd.bits()));
    double[] judged =
        trial
            .judge()
            .values(Differentiate.function(Trial.function(second, List.of())).roots().getFirst());
    Trial.agree("second", judged, ample.getFirst(), Trial.Tolerance.near(1e5, 1));
    Trial.agree("second, cut", judged, cut.getFirst(), Trial.Tolerance.near(1e5, 1));
  }

  // ------------------------------------------------------------------ planned and measured

  private static final String PROGRAM =
      """
      dim time = 10000
      dim n = 64
      input x: f32[time, 8]
      param u: f32[8, n] ~ normal(0, 0.3)
      param w: f32[n, n] ~ normal(0, 0.05)
      last = for t in time with h: f32[n] = 0, c: f32[n] = 0 {
        keep: f32[n] ~ bernoulli(0.9)
        g = sigmoid(x[t] @ u + h @ w)
        c <- g * c + (1 - g) * tanh(h @ w)
        h <- keep * tanh(c) * g
      }
      loss = sum(last[0]^2) + sum(last[1])
      step train(rate: f32 = 0.001) {
        for p in params { p <- p - rate * grad(loss, p) }
        loss
      }
      """;

  @TempDir private Path folder;

  private Model model(long memory) throws IOException {
    return model(memory, 10_000);
  }

  private Model model(long memory, int turns) throws IOException {
    String text = PROGRAM.replace("10000", "" + turns);
    Path file = Files.writeString(folder.resolve("memory.dlx"), text);
    return Dlx.load(file, Options.DEFAULT.withMemory(memory));
  }

  /**
   * A turn leaves about 6 vectors of 64 numbers, 1,536 bytes, and variables have 512; sqrt(10,000)
   * of both are 205 kB, where all turns take 15 MB.
   */
  @Test
  void memoryOfTheSquareRootOfTheTurns() throws IOException {
    long budget = 100 * (6 * 64 * 4 + 2 * 64 * 4);
    Tensor x = Tensor.zeros(DType.F32, 10_000, 8);
    for (int i = 0; i < x.size(); i++) {
      x.set(i, random.nextDouble() - 0.5);
    }
    Model ample = model(Recompute.ENOUGH);
    Model small = model(budget);
    Step one = ample.step("train");
    Step other = small.step("train");
    for (int i = 0; i < 2; i++) {
      assertEquals(one.run(Map.of("x", x)).f32(), other.run(Map.of("x", x)).f32());
    }
    for (String name : List.of("u", "w")) {
      Trial.agree(name, ample.get(name), small.get(name));
    }
    long planned = other.compiled().workspaceBytes();
    // beside it the turns of a block and of the rest have gradients of u and w, and next values
    long others = 8 * (64 * 64 + 8 * 64) * 4;
    assertTrue(planned <= budget + others, () -> planned + " bytes planned");
    assertTrue(one.compiled().workspaceBytes() > 10_000_000, "all turns at once take much more");
  }

  private long planned(long memory, int turns) throws IOException {
    Step step = model(memory, turns).step("train");
    step.run(Map.of("x", Tensor.zeros(DType.F32, turns, 8)));
    return step.compiled().workspaceBytes();
  }

  /**
   * For 4 and for 100 times as many turns 2 and 10 times the budget, and what is planned keeps it.
   */
  @Test
  void memoryGrowsWithTheSquareRootOfTheTurns() throws IOException {
    long turn = 6 * 64 * 4 + 2 * 64 * 4;
    long fixed = planned(10 * turn, 100) - 10 * turn;
    for (int root : new int[] {20, 100}) {
      long budget = root * turn;
      long planned = planned(budget, root * root);
      assertTrue(planned - fixed <= 1.1 * budget, () -> planned + " bytes planned of " + budget);
    }
    long all = planned(Options.UNLIMITED, 100);
    assertTrue(planned(Options.UNLIMITED, 2_500) > 20 * all, "without a limit it is the turns");
  }
}
