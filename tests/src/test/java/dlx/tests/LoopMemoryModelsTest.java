package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.Dlx;
import dlx.Model;
import dlx.Options;
import dlx.Step;
import dlx.graph.Function;
import dlx.graph.Loop;
import dlx.graph.Node;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Training with little memory for loops gives the bits of training with as much as it takes: the
 * loss and every parameter after two steps, for limits from one byte on, by one and two threads.
 */
class LoopMemoryModelsTest {
  private static final String STEP =
      """
      step train(rate: FLOAT = 0.05) {
        for p in params { p <- p - rate * grad(loss, p) }
        loss
      }
      """;

  /** Each has an input x: [23, 8, 16], perhaps an input k, and a loss. */
  private static final Map<String, String> MODELS = new LinkedHashMap<>();

  static {
    MODELS.put("lstm, every state", "loss = mean((x |> lstm(32))^2)");
    MODELS.put("lstm, a loss that is squared", "loss = mean((x |> lstm(32))^2)^2");
    MODELS.put("lstm of a width that fills no vector", "loss = mean((x |> lstm(19))[-1]^2)");
    MODELS.put("gru behind a layer", "loss = mean((x |> dense(24) |> gru(48))[-1]^2)");
    MODELS.put("two layers", "loss = mean((x |> multilayer(lstm, [32, 16]))^2)");
    MODELS.put("both directions", "loss = mean((x |> bidirectional(gru, 16))^2)");
    MODELS.put(
        "looked up, with a readout",
        """
        param table: FLOAT[20, 16] ~ normal(0, 1)
        readout = dense(20)
        loss = mean(cross_entropy(readout(table[k] |> lstm(32)), k))
        """);
    MODELS.put(
        "one row",
        """
        param w: FLOAT[16, 16] ~ normal(0, 0.2)
        param u: FLOAT[16, 16] ~ normal(0, 0.2)
        param b: FLOAT[16] = 0.1
        row = x[:, 0]
        h = for t in 23 with h: FLOAT[16] = 0 { h <- tanh(row[t] @ u + h @ w + b) }
        loss = sum(h^2)
        """);
    MODELS.put(
        "draws, positions and a scale",
        """
        param w: FLOAT[16, 16] ~ normal(0, 0.2)
        param scale: FLOAT = 0.5
        h = for t in 23 with h: FLOAT[8, 16] = 0 {
          keep: FLOAT[8, 16] ~ bernoulli(0.8)
          h <- keep * tanh(x[t] * scale + h @ w) + 0.01 * t
        }
        loss = sum(h^2)
        """);
    MODELS.put(
        "a loop in a loop",
        """
        param w: FLOAT[16, 16] ~ normal(0, 0.2)
        param v: FLOAT[16, 16] ~ normal(0, 0.2)
        h = for t in 23 with h: FLOAT[8, 16] = 0 {
          g = for i in 3 with g = h { g <- tanh(g @ v + x[t]) }
          h <- tanh(g @ w + h)
        }
        loss = sum(h^2)
        """);
    MODELS.put(
        "truncated",
        """
        cell = gru_cell(32)
        h = for t in 23 with h: FLOAT[8, 32] = 0 truncate = 6 { h <- cell(x[t], h) }
        loss = mean(h^2)
        """);
    MODELS.put(
        "backwards",
        """
        cell = gru_cell(16)
        hs = for t in 23 with h: FLOAT[8, 16] = 0 { h <- cell(x[-1 - t], h); h }
        loss = mean(hs^2) + sum(hs[-1])
        """);
    MODELS.put(
        "an early end",
        """
        param w: FLOAT[16, 16] ~ normal(0, 0.2)
        (h, n) = for t in 23 with h: FLOAT[8, 16] = 0, n = 0 until n > 16 {
          h <- tanh(x[t] + h @ w)
          n <- n + 1
        }
        loss = sum(h^2)
        """);
    MODELS.put(
        "a number of turns that is data",
        """
        param w: FLOAT[16, 16] ~ normal(0, 0.2)
        h = for t in min(k[0, 0] + 2, 23) with h: FLOAT[8, 16] = 0 { h <- tanh(x[t] + h @ w) }
        loss = sum(h^2)
        """);
  }

  @TempDir private Path folder;

  private static Tensor numbers(DType dtype, int... shape) {
    return Trial.numbers(new Random(3), dtype, shape);
  }

  private Model model(String text, long memory, int threads) throws IOException {
    Path file = Files.writeString(folder.resolve("model.dlx"), text);
    return Dlx.load(file, Options.DEFAULT.withMemory(memory).withThreads(threads));
  }

  /** What two steps leave: losses and parameters. */
  private record Trained(Map<String, Tensor> values, long loops) {}

  private static long loops(List<Node> nodes) {
    return nodes.stream()
        .filter(n -> n.op() instanceof Loop.Region)
        .mapToLong(n -> 1 + loops(((Loop.Region) n.op()).nodes()))
        .sum();
  }

  private Trained trained(String text, long memory, int threads, DType dtype, int turns)
      throws IOException {
    Model model = model(text, memory, threads);
    Step step = model.step("train");
    Map<String, Tensor> inputs = new HashMap<>();
    inputs.put("x", numbers(dtype, turns, 8, 16));
    if (text.contains("k: i32")) {
      Tensor k = Tensor.zeros(DType.I32, turns, 8);
      for (int i = 0; i < k.size(); i++) {
        k.set(i, (7 * i + 12) % 20);
      }
      inputs.put("k", k);
    }
    Map<String, Tensor> values = new LinkedHashMap<>();
    for (int i = 0; i < 2; i++) {
      values.put("loss " + i, step.run(inputs).tensor().copy());
    }
    values.putAll(model.values());
    Function function = model.stage("simplify", () -> model.program().step("train", List.of()));
    return new Trained(values, loops(function.nodes()));
  }

  private static String text(String model, DType dtype, String time) {
    String inputs = "dim time = " + time + "\ninput x: FLOAT[time, 8, 16]\n";
    boolean ids = model.matches("(?s).*\\bk\\b.*");
    return (inputs + (ids ? "input k: i32[time, 8]\n" : "") + model + "\n" + STEP)
        .replace("FLOAT", dtype == DType.F32 ? "f32" : "f64");
  }

  private void check(String model, DType dtype, String time) throws IOException {
    String text = text(model, dtype, time);
    Trained ample = trained(text, Options.UNLIMITED, 1, dtype, 23);
    for (long memory : new long[] {1, 20_000, 60_000}) {
      for (int threads = 1; threads <= (memory == 20_000 ? 2 : 1); threads++) {
        Trained little = trained(text, memory, threads, dtype, 23);
        assertEquals(ample.values().keySet(), little.values().keySet());
        String what = memory + " bytes, " + threads + " threads, ";
        ample
            .values()
            .forEach((name, value) -> Trial.agree(what + name, value, little.values().get(name)));
        assertTrue(memory > 1 || little.loops() >= ample.loops() + 4, what + "nothing is cut");
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> theSameBits() {
    return MODELS.entrySet().stream()
        .flatMap(model ->
            Stream.of(DType.F32, DType.F64)
                .map(dtype ->
                    DynamicTest.dynamicTest(
                        model.getKey() + ", " + dtype,
                        () -> check(model.getValue(), dtype, "23"))));
  }
}
