package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.Dlx;
import dlx.Model;
import dlx.schedule.Buffer;
import dlx.schedule.Kernel;
import dlx.schedule.Schedule;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many kernels a turn of a recurrent network takes, forwards and backwards. */
class LoopKernelsTest {
  private static final String TRAIN =
      """
      loss = mean(y^2)
      step train(rate: f32 = 0.1) {
        for p in params { p <- p - rate * grad(loss, p) }
        loss
      }
      """;

  private static List<Kernel.Region> loops(Schedule schedule) {
    return schedule.kernels().stream()
        .filter(k -> k instanceof Kernel.Region)
        .map(k -> (Kernel.Region) k)
        .toList();
  }

  private static Schedule train(String text) {
    Model model = Dlx.parse("cells.dlx", text + TRAIN);
    return model.step("train").schedule();
  }

  /**
   * Products and passes of a turn: what a cell has as matrices of the state that wait for each
   * other, and one pass behind each product.
   */
  @ParameterizedTest
  @CsvSource({"rnn, 2, 2", "lstm, 2, 2", "gru, 4, 5"})
  void kernelsOfATurn(String layer, int forwards, int backwards) {
    String text =
        """
        dim batch, time
        input x: f32[time, batch, 24]
        net = LAYER(16)
        y = net(x)
        """;
    check(train(text.replace("LAYER", layer)), forwards, backwards);
  }

  @Test
  void kernelsOfATurnOfMut1() {
    String text =
        """
        dim batch, time
        input x: f32[time, batch, 16]
        cell = mut1_cell(16)
        y = recurrent(16, cell)(x)
        """;
    check(train(text), 4, 5);
  }

  private static void check(Schedule schedule, int forwards, int backwards) {
    List<Kernel.Region> loops = loops(schedule);
    assertEquals(2, loops.size(), schedule::toString);
    assertEquals(forwards, loops.getFirst().body().size(), schedule::toString);
    assertEquals(backwards, loops.get(1).body().size(), schedule::toString);
  }

  /** Without a gradient nothing is stored that is not asked for. */
  @Test
  void aStepOfAnLstmIsTwoKernels() {
    Model model =
        Dlx.parse(
            "lstm.dlx",
            """
            dim batch, time
            input x: f32[time, batch, 24]
            net = lstm(16)
            y = net(x)
            """);
    Kernel.Region loop = loops(model.entry("y").schedule()).getFirst();
    assertEquals(2, loop.body().size(), loop::toString);
  }

  /** What is looked up in a table and multiplied is multiplied in the table, and so backwards. */
  @Test
  void productsOfEmbeddingsAreThoseOfTheTable() {
    Schedule schedule =
        train(
            """
            dim batch, time
            input text: i32[time, batch]
            embed = embedding(40, 24)
            cell = lstm_cell(16)
            y = for t in time with h: f32[batch, 16] = 0, c: f32[batch, 16] = 0 {
              (h, c) <- cell(embed(text[t]), h, c)
              h
            }
            """);
    check(schedule, 2, 2);
    Map<String, Long> sizes = Map.of("batch", 50L, "time", 50L);
    for (Kernel kernel : schedule.kernels()) {
      if (kernel instanceof Kernel.Product product) {
        boolean all =
            product.summed().getFirst().value(sizes::get) == 2500
                || product.rows().getFirst().value(sizes::get) == 2500;
        assertTrue(!all || product.columns().getFirst().value(sizes::get) == 64, product::toString);
      }
    }
  }

  /** All values of a variable are left where they are: no copies from turn to turn. */
  @Test
  void whatTheDerivativeNeedsOfTheStateIsNotCopied() {
    Schedule schedule =
        train(
            """
            dim batch, time
            input x: f32[time, batch, 24]
            net = lstm(16)
            y = net(x)
            """);
    Kernel.Region forwards = loops(schedule).getFirst();
    assertEquals(List.of(), forwards.swaps());
    long stored =
        forwards.body().stream()
            .flatMap(Kernel::writes)
            .filter(b -> b.role() == Buffer.Role.TEMPORARY)
            .distinct()
            .count();
    assertEquals(8, stored, "a product, four gates, tanh(c), all of h and all of c");
  }
}
