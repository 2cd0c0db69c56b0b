package dlx.tests.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.Dlx;
import dlx.Model;
import dlx.data.Dataset;
import dlx.data.Wanted;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import dlx.training.Epoch;
import dlx.training.Feed;
import dlx.training.Means;
import dlx.training.Output;
import dlx.training.Settings;
import dlx.training.Stop;
import dlx.training.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that is asked to stop does so after the step at hand, also within long sequences. */
class StopTest {
  private static final String PROGRAM =
      """
      dim batch, time
      input x: f32[time, batch, 3]
      param w: f32[3, 4] ~ normal(0, 0.5)
      param u: f32[4, 4] ~ normal(0, 0.5)
      state h: f32[batch, 4] = 0
      hs = for t in time with s = h { s <- tanh(x[t] @ w + s @ u); s }
      loss = mean((hs - 0.3)^2)
      step train(rate: f32 = 0.5) {
        for p in params { p <- p - rate * grad(loss, p) }
        h <- hs[-1]
        loss
      }
      """;

  private static final int PIECES = 10;

  @TempDir private Path folder;

  private Model model() throws IOException {
    return Dlx.load(Files.writeString(folder.resolve("net.dlx"), PROGRAM));
  }

  /** Four sequences of 60 elements in batches of two, in pieces of six. */
  private static Feed feed() {
    Tensor x = Tensor.zeros(DType.F32, 60, 4, 3);
    Random random = new Random(3);
    for (int i = 0; i < x.size(); i++) x.set(i, random.nextGaussian());
    Dataset data =
        Dataset.of(Map.of("x", x), List.of(new Wanted("x", DType.F32, new int[] {-1, -1, 3}, 1)));
    return Feed.cut(data, 2, Map.of("x", 0), 60, 60 / PIECES);
  }

  /** Trains; asks to stop after so many pieces, never if that is 0. */
  private Trainer.Outcome train(Model model, String name, int pieces, boolean resume)
      throws IOException {
    Stop stop = new Stop();
    Trainer.Listener listener =
        new Trainer.Listener() {
          private int count;

          @Override
          public void batch(int epoch, int batch, int batches, int examples, Means means) {
            assertEquals(2 * PIECES, batches);
            if (++count == pieces) stop.request();
          }

          @Override
          public void epoch(Epoch epoch) {}
        };
    Settings settings =
        new Settings(
            List.of("train"),
            Map.of(),
            2,
            2,
            0,
            List.of(),
            null,
            false,
            true,
            Map.of("time", 60 / PIECES),
            Optional.empty(),
            false);
    try (Output output = Output.open(folder.resolve(name))) {
      Trainer trainer =
          new Trainer(model, settings, feed(), Optional.empty(), output, listener, stop, Map.of());
      if (resume) trainer.resume();
      return trainer.run();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 10, 13, 20, 25})
  void stopsWithinASequenceAndGoesOnBitForBit(int pieces) throws IOException {
    Model whole = model();
    assertTrue(!train(whole, "whole.safetensors", 0, false).interrupted());
    Model first = model();
    assertTrue(train(first, "parts.safetensors", pieces, false).interrupted());
    Model second = model();
    assertTrue(!train(second, "parts.safetensors", 0, true).interrupted());
    for (String name : List.of("w", "u")) {
      assertArrayEquals(whole.get(name).floats(), second.get(name).floats(), name);
    }
  }
}
