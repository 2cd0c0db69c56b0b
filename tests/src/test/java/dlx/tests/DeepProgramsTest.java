package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.Dlx;
import dlx.Model;
import dlx.emit.ClassEmitter;
import dlx.graph.Evaluate;
import dlx.graph.Function;
import dlx.runtime.CompiledFunction;
import dlx.runtime.Program;
import dlx.runtime.Simd;
import dlx.runtime.Tensor;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Long chains end in a result, with a stack that has no room for a frame per link; kernels of one
 * form share a few methods however long they are. With {@code -Dtests.jvm=-Ddeep.links=100000} they
 * are as long as one may wish; that takes some minutes.
 */
class DeepProgramsTest {
  /**
   * @param links how long the value is; its gradient has some nodes for each link
   */
  record Chain(String name, String text, int links, String entry) {
    @Override
    public String toString() {
      return name + " " + entry;
    }
  }

  private static Stream<Chain> chain(String name, int links, String text) {
    String all = "input x: f32[8]\n" + text + "\ng = grad(sum(y), x)\n";
    return Stream.of(new Chain(name, all, links, "y"), new Chain(name, all, links / 5, "g"));
  }

  private static String definitions(int links) {
    return IntStream.rangeClosed(1, links)
        .mapToObj(i -> "a" + i + " = tanh(a" + (i - 1) + ")\n")
        .collect(Collectors.joining("", "a0 = x\n", "y = a" + links));
  }

  private static String terms(int links) {
    return IntStream.rangeClosed(1, links)
        .mapToObj(i -> " + tanh(x * " + i + ")")
        .collect(Collectors.joining("", "y = x", ""));
  }

  static Stream<Chain> chains() {
    int links = Integer.getInteger("deep.links", 5_000);
    return Stream.of(
            chain("definitions", links, definitions(links)),
            chain("pipeline", links, "y = x" + " |> tanh".repeat(links)),
            chain("terms", links / 2, terms(links / 2)))
        .flatMap(s -> s);
  }

  @ParameterizedTest
  @MethodSource("chains")
  void aLongChainHasAResult(Chain chain) throws InterruptedException {
    Throwable[] thrown = new Throwable[1];
    Thread thread = new Thread(null, () -> run(chain), "small stack", 512 << 10);
    thread.setUncaughtExceptionHandler((t, e) -> thrown[0] = e);
    thread.start();
    thread.join();
    if (thrown[0] != null) {
      throw new AssertionError(chain.toString(), thrown[0]);
    }
  }

  private static void run(Chain chain) {
    Model model = Dlx.parse("deep.dlx", chain.text());
    Function function =
        model.stage("simplify", () -> model.program().entry(List.of(chain.entry()), false));
    assertTrue(function.nodes().size() >= chain.links(), "it was simplified away");
    ClassEmitter.Emitted emitted = ClassEmitter.emit(function, "deep.dlx", Simd.bits());
    long methods =
        emitted.program().kernels().stream().map(Program.Kernel::method).distinct().count();
    assertTrue(methods <= 40, () -> methods + " methods");
    CompiledFunction compiled = ClassEmitter.load(emitted);
    Tensor x = Tensor.of(new float[] {0, 0.25f, -0.5f, 1, -1, 2, 1e-3f, -7}, 8);
    Map<String, Tensor> inputs = Map.of("x", x);
    List<Tensor> results = compiled.call(inputs);
    double[] want =
        new Evaluate(Map.of(), inputs, Map.of(), 0, 0)
            .values(function.outputs().getFirst().value());
    assertEquals(8, results.getFirst().size());
    // every link rounds once or twice; tanh pulls together what it is given
    Trial.agree(
        chain.toString(), want, results.getFirst(), Trial.Tolerance.near(4.0 * chain.links(), 1));
  }
}
