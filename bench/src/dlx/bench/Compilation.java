package dlx.bench;

import dlx.Dlx;
import dlx.Fn;
import dlx.Model;
import dlx.runtime.CompiledFunction;
import dlx.runtime.Tensor;
import java.util.List;
import java.util.function.Function;

/**
 * From the text of a program to loaded classes, or to machine code, in a process that has done it
 * before. What the JIT compiler makes of one program is waited for before the next one begins: a
 * process that compiles the same program again and again gives it more than it can do, and neither
 * our compiler nor anything else would be compiled meanwhile.
 */
final class Compilation implements Side {
  private final String text;
  private final Function<Model, Fn> function;
  private final boolean toMachineCode;
  private long kernels;

  private Compilation(String text, Function<Model, Fn> function, boolean toMachineCode) {
    this.text = text;
    this.function = function;
    this.toMachineCode = toMachineCode;
  }

  static void addTo(Workloads table) {
    for (int nodes : new int[] {10, 500, 10_000}) {
      table.add(
          "compile " + nodes + " nodes",
          w -> w.ours(() -> new Compilation(text(nodes), m -> m.entry("y"), false)).warm(6));
    }
    table.add(
        "compile 500 nodes to machine code",
        w -> w.ours(() -> new Compilation(text(500), m -> m.entry("y"), true)).warm(6));
    for (int turns : new int[] {10, 10_000}) {
      table.add(
          "compile LSTM step of " + turns + " turns",
          w ->
              w.ours(() -> new Compilation(recurrent(turns), m -> m.step("train"), false)).warm(6));
    }
  }

  /** A loop with its gradient, in which the number of turns is a number. */
  private static String recurrent(int turns) {
    return """
    dim batch
    input x: f32[%d, batch, 64]
    loss = mean((x |> lstm(128))^2)
    step train(rate: f32 = 0.1) {
      for p in params { p <- p - rate * grad(loss, p) }
      loss
    }
    """
        .formatted(turns);
  }

  /** A network of about so many nodes: three for each elementwise line, two for each product. */
  private static String text(int nodes) {
    StringBuilder text = new StringBuilder("dim batch\ninput x0: f32[batch, 32]\n");
    int made = 0;
    int line = 0;
    for (; made < nodes; line++) {
      String next = "x" + (line + 1) + " = ";
      if (line % 8 == 7) {
        text.append("param w%d: f32[32, 32] ~ glorot()\n".formatted(line));
        text.append(next).append("x%d @ w%d\n".formatted(line, line));
        made += 2;
      } else {
        text.append(next).append("tanh(x%d * %d + 0.5)\n".formatted(line, line % 5 + 2));
        made += 3;
      }
    }
    return text.append("y = x").append(line).append('\n').toString();
  }

  @Override
  public String name() {
    return "dlx";
  }

  @Override
  public void run(int times) {
    seconds(times);
  }

  @Override
  public double seconds(int times) {
    long taken = 0;
    for (int i = 0; i < times; i++) {
      long begun = System.nanoTime();
      CompiledFunction compiled = function.apply(Dlx.parse("text", text)).compiled();
      long loaded = System.nanoTime();
      compiled.awaitCode();
      taken += (toMachineCode ? System.nanoTime() : loaded) - begun;
      kernels = compiled.kernelCount();
    }
    return taken * 1e-9;
  }

  /** Nothing to compare; that something was compiled is checked. */
  @Override
  public List<Tensor> results() {
    if (kernels == 0) throw new IllegalStateException("nothing was compiled");
    return List.of();
  }
}
