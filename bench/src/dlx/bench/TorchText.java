package dlx.bench;

import dlx.runtime.Tensor;
import java.util.List;
import java.util.stream.Collectors;

/** Steps of training in TorchScript. */
final class TorchText {
  private TorchText() {}

  /**
   * A step that returns {@code loss}.
   *
   * @param forward lines that compute it from the inputs and parameters
   * @param update lines that change the parameters; their gradients are {@code g}
   */
  static String step(Workload w, String forward, String update) {
    String arguments = String.join(", ", w.torchArguments());
    String parameters = String.join(", ", w.parameters.keySet());
    String detached =
        w.parameters.keySet().stream().map(n -> n + ".detach()").collect(Collectors.joining(", "));
    return """
    def sure(g: List[Optional[Tensor]]) -> List[Tensor]:
      all: List[Tensor] = []
      for each in g:
        assert each is not None
        all.append(each)
      return all

    def step(%s):
    %s  p = [%s]
      g = sure(torch.autograd.grad([loss], p))
      p = [%s]
    %s  return loss.detach()
    """
        .formatted(arguments, indent(2, forward), parameters, detached, indent(2, update));
  }

  private static String indent(int by, String lines) {
    return lines.indent(by);
  }

  static String descent(Workload w, double rate) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < w.parameters.size(); i++) {
      text.append("p[%d].sub_(g[%d], alpha=%s)\n".formatted(i, i, rate));
    }
    return text.toString();
  }

  /** ATen's fused Adam; its state are arguments of the step. */
  static String adam(Workload w, double rate) {
    List<String> names = List.copyOf(w.parameters.keySet());
    w.parameters.forEach((name, first) -> {
      w.torchState(name + "_m", Tensor.zeros(first.dtype(), first.shape()));
      w.torchState(name + "_v", Tensor.zeros(first.dtype(), first.shape()));
      w.torchState(name + "_t", Tensor.scalar(0f));
    });
    return "t = ["
        + list(names, "_t")
        + "]\n"
        + "torch._foreach_add_(t, 1)\n"
        + "torch._fused_adam_(p, g, ["
        + list(names, "_m")
        + "], ["
        + list(names, "_v")
        + "], [], t,"
        + " lr="
        + rate
        + ", beta1=0.9, beta2=0.999, weight_decay=0.0, eps=1e-8, amsgrad=False,"
        + " maximize=False)\n";
  }

  /**
   * Fused Adam for given gradients, with all tensors in lists that are made once: thousands of
   * arguments would take longer than the work.
   */
  static String adamOfLists(Workload w, double rate) {
    String update = adam(w, rate);
    List<String> names = List.copyOf(w.parameters.keySet());
    return "def lists("
        + String.join(", ", w.torchArguments())
        + "):\n"
        + "  return [["
        + list(names, ".detach()")
        + "], ["
        + String.join(", ", w.inputs.keySet())
        + "], ["
        + list(names, "_m")
        + "], ["
        + list(names, "_v")
        + "], ["
        + list(names, "_t")
        + "]]\n\n"
        + "def step(all: List[List[Tensor]]):\n"
        + "  p = all[0]\n  g = all[1]\n  t = all[4]\n"
        + update
            .substring(update.indexOf('\n') + 1)
            .replace("[" + list(names, "_m") + "]", "all[2]")
            .replace("[" + list(names, "_v") + "]", "all[3]")
            .indent(2)
        + "  return p[0][0]\n";
  }

  private static String list(List<String> names, String suffix) {
    return names.stream().map(n -> n + suffix).collect(Collectors.joining(", "));
  }
}
