package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.Dlx;
import dlx.Model;
import dlx.Options;
import dlx.Step;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** States that a layer changes inside of a loop: running statistics go from turn to turn. */
class LoopStateTest {
  private static final String PROGRAM =
      """
      dim batch
      input x: f64[5, batch, 4]
      param w: f64[4, 4] ~ normal(0, 0.5)
      norm = batch_norm()
      last = KIND t in 0..5 with h: f64[batch, 4] = 0 { h <- tanh(norm(x[t] + h) @ w + h) }
      loss = sum(last^2)
      step train(rate: f64 = 0.05) {
        for p in params { p <- p - rate * grad(loss, p) }
        loss
      }
      """;

  private final Tensor x = Trial.numbers(new Random(8), DType.F64, 5, 6, 4);

  private Model trained(String kind, long memory) {
    Model model =
        Dlx.parse(kind, PROGRAM.replace("KIND", kind), Options.DEFAULT.withMemory(memory));
    Step train = model.step("train");
    for (int i = 0; i < 3; i++) {
      train.run(Map.of("x", x));
    }
    return model;
  }

  /** The judge is the same program with its turns written out. */
  @ParameterizedTest
  @ValueSource(longs = {Options.UNLIMITED, 100})
  void batchNormInALoop(long memory) {
    Map<String, Tensor> written = trained("unroll for", Options.UNLIMITED).values();
    Map<String, Tensor> looped = trained("for", memory).values();
    assertEquals(written.keySet(), looped.keySet());
    written.forEach((name, value) -> {
      double[] expected = new double[value.size()];
      for (int i = 0; i < expected.length; i++) {
        expected[i] = value.get(i);
      }
      // sums of 30 terms in another order, three steps long
      Trial.agree(name, expected, looped.get(name), Trial.Tolerance.near(1e4, 1));
    });
  }

  /** Five turns of a momentum of 0.1 forget 0.9^5 of what was there, in each of three steps. */
  @Test
  void runningStatisticsPassFromTurnToTurn() {
    Model model = trained("for", Options.UNLIMITED);
    String path =
        model.values().keySet().stream().filter(n -> n.endsWith("var")).findFirst().orElseThrow();
    Tensor variance = model.get(path);
    for (int i = 0; i < variance.size(); i++) {
      double kept = Math.pow(0.9, 15);
      assertTrue(variance.get(i) > kept && variance.get(i) < 4, path + " " + variance.get(i));
    }
  }
}
