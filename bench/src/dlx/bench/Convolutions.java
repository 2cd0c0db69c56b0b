package dlx.bench;

import dlx.runtime.DType;
import dlx.runtime.Tensor;

/**
 * Convolutions and nets of them. Images lie with the channels last on both sides, which is the
 * faster layout for oneDNN too.
 */
final class Convolutions {
  private static final double RATE = 1e-6;

  /**
   * What one convolution of 3 x 3 from 64 to 64 channels of 56 x 56 positions of 4 images takes.
   */
  private static final double OPERATIONS = 2.0 * 4 * 56 * 56 * 9 * 64 * 64;

  private static final double IMAGE_BYTES = 4.0 * 4 * 56 * 56 * 64;
  private static final double KERNEL_BYTES = 4.0 * 9 * 64 * 64;

  private Convolutions() {}

  static void addTo(Workloads table) {
    table.add(
        "convolution 3x3 64-64 56x56",
        w -> {
          images(w)
              .entry("y")
              .work(OPERATIONS, 2 * IMAGE_BYTES + KERNEL_BYTES)
              .torch(
                  prepared("x, k")
                      + """
                      def step(all: List[Tensor]):
                        return [torch.conv2d(all[0], all[1], None, [1, 1], [1, 1]).permute([0, 2, 3, 1])]
                      """);
        });
    table.add(
        "convolution 3x3 64-64 56x56 with gradient",
        w -> {
          images(w)
              .input("g", new Random(63).normal(1, 4, 56, 56, 64))
              .entry("y", "yx", "yk")
              .work(3 * OPERATIONS, 4 * IMAGE_BYTES + 2 * KERNEL_BYTES)
              .torch(
                  prepared("x, k, g")
                      + """
                      def step(all: List[Tensor]):
                        x = all[0].detach().requires_grad_(True)
                        k = all[1].detach().requires_grad_(True)
                        y = torch.conv2d(x, k, None, [1, 1], [1, 1])
                        up: List[Optional[Tensor]] = [all[2]]
                        gx, gk = torch.autograd.grad([y], [x, k], up)
                        assert gx is not None
                        assert gk is not None
                        return [y.detach().permute([0, 2, 3, 1]), gx.permute([0, 2, 3, 1]), gk.permute([2, 3, 1, 0])]
                      """);
        });
    table.add(
        "residual block 64 56x56 with gradient",
        w -> {
          images(w)
              .input("k2", new Random(64).normal(0.05, 3, 3, 64, 64))
              .input("g", new Random(63).normal(1, 4, 56, 56, 64))
              .entry("z", "zx", "zk", "zk2")
              .work(6 * OPERATIONS, 5 * IMAGE_BYTES + 4 * KERNEL_BYTES)
              .torch(
                  prepared("x, k, k2, g")
                      + """
                      def step(all: List[Tensor]):
                        x = all[0].detach().requires_grad_(True)
                        k = all[1].detach().requires_grad_(True)
                        k2 = all[2].detach().requires_grad_(True)
                        h = torch.relu_(torch.conv2d(x, k, None, [1, 1], [1, 1]))
                        z = torch.relu_(torch.conv2d(h, k2, None, [1, 1], [1, 1]) + x)
                        up: List[Optional[Tensor]] = [all[3]]
                        gx, gk, gk2 = torch.autograd.grad([z], [x, k, k2], up)
                        assert gx is not None
                        assert gk is not None
                        assert gk2 is not None
                        return [z.detach().permute([0, 2, 3, 1]), gx.permute([0, 2, 3, 1]), gk.permute([2, 3, 1, 0]), gk2.permute([2, 3, 1, 0])]
                      """);
        });
    table.add("CIFAR net step, momentum", Convolutions::cifar);
    table.add("LeNet-5 step, adam", Convolutions::lenet);
  }

  private static Workload images(Workload w) {
    return w.program("convolution.dlx")
        .input("x", new Random(61).normal(1, 4, 56, 56, 64))
        .input("k", new Random(62).normal(0.05, 3, 3, 64, 64));
  }

  /** Images and kernels in the layout of oneDNN, made once. */
  private static String prepared(String names) {
    StringBuilder all = new StringBuilder();
    for (String name : names.split(", ")) {
      all.append(all.isEmpty() ? "" : ", ")
          .append(name)
          .append(
              name.startsWith("k")
                  ? ".permute([3, 2, 0, 1]).contiguous(memory_format=2)"
                  : ".permute([0, 3, 1, 2])");
    }
    return "def lists(" + names + "):\n  return [" + all + "]\n\n";
  }

  private static void cifar(Workload w) {
    Random random = new Random(65);
    double dense = 400 * 120 + 120 * 84 + 84 * 10;
    double convolutions = 2 * 28 * 28 * 75 * 6 + 3 * 10 * 10 * 150 * 16;
    w.program("cifar.dlx")
        .step("train")
        .work(2 * 64 * (convolutions + 3 * dense), 4 * (64 * 3072 + 4 * dense))
        .input("image", random.normal(1, 64, 32, 32, 3))
        .input("label", random.whole(10, 64));
    parameters(w, random, 3);
    StringBuilder speeds = new StringBuilder();
    for (String name : w.parameters.keySet()) {
      w.torchState(name + "_v", Tensor.zeros(DType.F32, w.parameters.get(name).shape()));
      speeds.append(speeds.isEmpty() ? "" : ", ").append(name).append("_v");
    }
    w.torch(
        TorchText.step(
            w,
            """
            h = image.permute([0, 3, 1, 2])
            h = torch.max_pool2d(torch.relu_(torch.conv2d(h, k1.permute([3, 2, 0, 1]), b1)), [2, 2])
            h = torch.max_pool2d(torch.relu_(torch.conv2d(h, k2.permute([3, 2, 0, 1]), b2)), [2, 2])
            """
                + dense("relu"),
            "v = ["
                + speeds
                + "]\ntorch._foreach_mul_(v, 0.9)\ntorch._foreach_add_(v, g, alpha=-"
                + RATE
                + ")\ntorch._foreach_add_(p, v)\n"));
  }

  private static void lenet(Workload w) {
    Random random = new Random(66);
    double dense = 400 * 120 + 120 * 84 + 84 * 10;
    double convolutions = 2 * 28 * 28 * 25 * 6 + 3 * 10 * 10 * 150 * 16;
    w.program("lenet.dlx")
        .step("train")
        .work(2 * 64 * (convolutions + 3 * dense), 4 * (64 * 784 + 6 * dense))
        .input("image", random.normal(1, 64, 28, 28, 1))
        .input("label", random.whole(10, 64));
    parameters(w, random, 1);
    w.torch(
        TorchText.step(
            w,
            """
            h = image.permute([0, 3, 1, 2])
            h = torch.avg_pool2d(torch.tanh(torch.conv2d(h, k1.permute([3, 2, 0, 1]), b1, [1, 1], [2, 2])), [2, 2])
            h = torch.avg_pool2d(torch.tanh(torch.conv2d(h, k2.permute([3, 2, 0, 1]), b2)), [2, 2])
            """
                + dense("tanh"),
            TorchText.adam(w, RATE)));
  }

  private static void parameters(Workload w, Random random, int channels) {
    w.parameter("k1", random.normal(0.1, 5, 5, channels, 6))
        .parameter("b1", random.normal(0.01, 6))
        .parameter("k2", random.normal(0.1, 5, 5, 6, 16))
        .parameter("b2", random.normal(0.01, 16))
        .parameter("w3", random.normal(0.05, 400, 120))
        .parameter("b3", random.normal(0.01, 120))
        .parameter("w4", random.normal(0.1, 120, 84))
        .parameter("b4", random.normal(0.01, 84))
        .parameter("w5", random.normal(0.1, 84, 10))
        .parameter("b5", random.normal(0.01, 10))
        .setting("rate", RATE);
  }

  private static String dense(String activation) {
    return """
    h = h.permute([0, 2, 3, 1]).reshape([-1, 400])
    h = torch.ACT(torch.addmm(b3, h, w3))
    h = torch.ACT(torch.addmm(b4, h, w4))
    loss = torch.cross_entropy_loss(torch.addmm(b5, h, w5), label)
    """
        .replace("ACT", activation);
  }
}
