package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.Dlx;
import dlx.Model;
import dlx.emit.ClassEmitter;
import dlx.graph.Function;
import dlx.graph.Loop;
import dlx.graph.Node;
import dlx.runtime.Simd;
import dlx.schedule.Schedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A loop is compiled once: what is made of it and of its derivative does not grow with its turns.
 */
class LoopCompileTest {
  private static final String PROGRAM =
      """
      dim time = 10
      input x: f32[time, 4, 12]
      hs = x |> lstm(16)
      loss = mean(hs[-1]^2)
      step train(rate: f32 = 0.1) {
        for p in params { p <- p - rate * grad(loss, p) }
        loss
      }
      """;

  @TempDir private Path folder;

  private static long nodes(List<Node> nodes) {
    return nodes.stream()
        .mapToLong(n -> n.op() instanceof Loop.Region r ? 1 + nodes(r.nodes()) : 1)
        .sum();
  }

  /** What is made for so many turns. */
  private record Made(long nodes, List<String> kernels, int methods, long bytes) {}

  private Made made(int turns) throws IOException {
    Path file = Files.writeString(folder.resolve("lstm.dlx"), PROGRAM);
    Model model = Dlx.load(file, Map.of("time", turns));
    Function function = model.stage("simplify", () -> model.program().step("train", List.of()));
    ClassEmitter.Emitted emitted = ClassEmitter.emit(function, "lstm.dlx", Simd.bits());
    return new Made(
        nodes(function.nodes()),
        emitted.schedule().runs().stream()
            .map(r -> Schedule.shape(r.kernel()).replaceAll("\\b\\d+\\b", "n"))
            .toList(),
        emitted.program().kernels().stream().mapToInt(k -> k.method()).max().orElse(0),
        emitted.classes().stream().mapToLong(c -> c.length).sum());
  }

  @Test
  void tenTurnsAndTenThousand() throws IOException {
    Made few = made(1_000);
    Made many = made(10_000);
    assertEquals(few.nodes(), many.nodes());
    assertEquals(few.kernels(), many.kernels());
    assertEquals(few.methods(), many.methods());
    // a number in the code may be a byte longer
    assertTrue(
        Math.abs(few.bytes() - many.bytes()) <= 16,
        () -> few.bytes() + " and " + many.bytes() + " bytes");
    // a sum over 40 rows is one block, where one over 40,000 is several
    Made least = made(10);
    assertEquals(least.nodes(), many.nodes());
    assertEquals(least.kernels().size(), many.kernels().size());
    assertTrue(
        least.bytes() <= many.bytes() && least.bytes() > many.bytes() / 2,
        () -> least.bytes() + " and " + many.bytes() + " bytes");
  }
}
