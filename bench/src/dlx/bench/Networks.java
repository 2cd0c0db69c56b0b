package dlx.bench;

import dlx.runtime.Tensor;

/** Steps of training. The rates are small, so that gradients do not vanish into denormals. */
final class Networks {
  private static final double RATE = 1e-6;

  private Networks() {}

  static void addTo(Workloads table) {
    table.add("two-layer step, sgd", Networks::twoLayer);
    table.add("MNIST MLP step, adam", Networks::mnist);
    table.add("VAE step, adam", Networks::vae);
  }

  private static void twoLayer(Workload w) {
    Random random = new Random(11);
    double parameters = 1000 * 100 + 100 * 10;
    w.program("two_layer.dlx")
        .step("train")
        .work(
            2 * 64 * (2 * 1000 * 100 + 3 * 100 * 10),
            4 * (2 * 64 * 1000 + 64 * 10 + 2 * parameters))
        .input("x", random.normal(1, 64, 1000))
        .input("y", random.normal(1, 64, 10))
        .parameter("w1", random.normal(0.02, 1000, 100))
        .parameter("w2", random.normal(0.1, 100, 10))
        .setting("rate", RATE)
        .torch(
            TorchText.step(
                w,
                """
                loss = torch.sub(torch.mm(torch.sigmoid(torch.mm(x, w1)), w2), y).square().sum()
                """,
                TorchText.descent(w, RATE)));
  }

  private static void mnist(Workload w) {
    Random random = new Random(12);
    double parameters = 784 * 128 + 128 + 128 * 10 + 10;
    w.program("mnist.dlx")
        .step("train")
        .work(2 * 64 * (2 * 784 * 128 + 3 * 128 * 10), 4 * (2 * 64 * 784 + 6 * parameters))
        .input("image", random.uniform(0, 1, 64, 784))
        .input("label", random.whole(10, 64))
        .parameter("w1", random.normal(0.05, 784, 128))
        .parameter("b1", random.normal(0.01, 128))
        .parameter("w2", random.normal(0.1, 128, 10))
        .parameter("b2", random.normal(0.01, 10))
        .setting("rate", RATE)
        .torch(
            TorchText.step(
                w,
                """
                h = torch.relu(torch.addmm(b1, image, w1))
                loss = torch.cross_entropy_loss(torch.addmm(b2, h, w2), label)
                """,
                TorchText.adam(w, RATE)));
  }

  private static void vae(Workload w) {
    Random random = new Random(13);
    int batch = 128;
    double products = 784 * 400 + 2 * 400 * 20 + 20 * 400 + 400 * 784;
    double parameters = products + 400 + 20 + 20 + 400 + 784;
    w.program("vae.dlx")
        .step("train")
        .work(2 * batch * (3 * products - 784 * 400), 4 * (2 * batch * 784 + 6 * parameters))
        .input("x", random.uniform(0, 1, batch, 784))
        .input("noise", random.normal(1, batch, 20));
    layer(w, random, "w1", "b1", 784, 400);
    layer(w, random, "wm", "bm", 400, 20);
    layer(w, random, "wv", "bv", 400, 20);
    layer(w, random, "w3", "b3", 20, 400);
    layer(w, random, "w4", "b4", 400, 784);
    w.setting("rate", RATE)
        .torch(
            TorchText.step(
                w,
                """
                h = torch.relu(torch.addmm(b1, x, w1))
                mu = torch.addmm(bm, h, wm)
                logvar = torch.addmm(bv, h, wv)
                z = mu + torch.exp(0.5 * logvar) * noise
                pixels = torch.addmm(b4, torch.relu(torch.addmm(b3, z, w3)), w4)
                wrong = torch.binary_cross_entropy_with_logits(pixels, x, None, None, 2)
                kl = -0.5 * (1 + logvar - mu * mu - torch.exp(logvar)).sum()
                loss = (wrong + kl) / 128.0
                """,
                TorchText.adam(w, RATE)));
  }

  private static void layer(
      Workload w, Random random, String weight, String bias, int in, int out) {
    Tensor first = random.normal(Math.sqrt(2.0 / (in + out)), in, out);
    w.parameter(weight, first).parameter(bias, random.normal(0.01, out));
  }
}
