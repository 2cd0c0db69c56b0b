package dlx.bench;

import dlx.Dlx;
import dlx.runtime.Tensor;
import java.util.List;

/** From the text of a program to loaded classes, in a process that has done it before. */
final class Compilation implements Side {
  private final String text;
  private long kernels;

  private Compilation(String text) {
    this.text = text;
  }

  static void addTo(Workloads table) {
    for (int nodes : new int[] {10, 500, 10_000}) {
      table.add(
          "compile " + nodes + " nodes", w -> w.ours(() -> new Compilation(text(nodes))).warm(3));
    }
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
    for (int i = 0; i < times; i++) {
      kernels = Dlx.parse("text", text).entry("y").compiled().kernelCount();
    }
  }

  /** Nothing to compare; that something was compiled is checked. */
  @Override
  public List<Tensor> results() {
    if (kernels == 0) throw new IllegalStateException("nothing was compiled");
    return List.of();
  }
}
