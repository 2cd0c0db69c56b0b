package dlx.bench;

import dlx.runtime.Tensor;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

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
                TorchText.descent(w, RATE)))
        .tensorFlow(f -> {
          Operand<TFloat32> h = f.tf.math.sigmoid(f.mm(f.get("x"), f.get("w1")));
          Operand<TFloat32> d = f.tf.math.sub(f.mm(h, f.get("w2")), f.get("y"));
          Operand<TFloat32> loss = f.tf.sum(f.tf.math.square(d), f.tf.constant(new int[] {0, 1}));
          f.descent(loss, RATE);
          return List.of(loss);
        })
        .numpy(
            """
            half = np.float32(0.5)
            rate = np.float32(1e-6)
            h = np.empty((64, 100), np.float32)
            g1 = np.empty((1000, 100), np.float32)

            def step(x, y, w1, w2):
              np.matmul(x, w1, out=h)
              np.multiply(h, half, out=h)
              np.tanh(h, out=h)
              np.multiply(h, half, out=h)
              np.add(h, half, out=h)
              d = h @ w2
              d -= y
              loss = np.dot(d.ravel(), d.ravel())
              d += d
              g2 = h.T @ d
              gh = d @ w2.T
              gh *= h
              gh *= 1 - h
              gh *= rate
              np.matmul(x.T, gh, out=g1)
              np.subtract(w1, g1, out=w1)
              g2 *= rate
              np.subtract(w2, g2, out=w2)
              return loss
            """);
  }

  static void mnist(Workload w) {
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
                TorchText.adam(w, RATE)))
        .tensorFlow(f -> {
          Operand<TFloat32> h =
              f.tf.nn.relu(f.tf.nn.biasAdd(f.mm(f.get("image"), f.get("w1")), f.get("b1")));
          Operand<TFloat32> logits = f.tf.nn.biasAdd(f.mm(h, f.get("w2")), f.get("b2"));
          Operand<TInt32> label = f.get("label");
          Operand<TFloat32> each =
              f.tf
                  .nn
                  .softmaxCrossEntropyWithLogits(
                      logits,
                      f.tf.oneHot(label, f.tf.constant(10), f.tf.constant(1f), f.tf.constant(0f)))
                  .loss();
          Operand<TFloat32> loss = f.tf.math.mean(each, f.tf.constant(0));
          f.adam(loss, RATE, w);
          return List.of(loss);
        })
        .numpy(NumpyText.ADAM + NumpyText.MNIST);
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
                TorchText.adam(w, RATE)))
        .tensorFlow(f -> {
          Operand<TFloat32> x = f.get("x");
          Operand<TFloat32> one = f.tf.constant(1f);
          Operand<TFloat32> h = f.tf.nn.relu(affine(f, x, "w1", "b1"));
          Operand<TFloat32> mu = affine(f, h, "wm", "bm");
          Operand<TFloat32> logvar = affine(f, h, "wv", "bv");
          Operand<TFloat32> deviation = f.tf.math.exp(f.tf.math.mul(logvar, f.tf.constant(0.5f)));
          Operand<TFloat32> z = f.tf.math.add(mu, f.tf.math.mul(deviation, f.get("noise")));
          Operand<TFloat32> pixels = affine(f, f.tf.nn.relu(affine(f, z, "w3", "b3")), "w4", "b4");
          Operand<TFloat32> tail =
              f.tf.math.log1p(f.tf.math.exp(f.tf.math.neg(f.tf.math.abs(pixels))));
          Operand<TFloat32> wrong =
              f.tf.math.add(f.tf.math.sub(f.tf.nn.relu(pixels), f.tf.math.mul(pixels, x)), tail);
          Operand<TFloat32> divergence =
              f.tf.math.sub(
                  f.tf.math.sub(f.tf.math.add(logvar, one), f.tf.math.square(mu)),
                  f.tf.math.exp(logvar));
          Operand<TInt32> both = f.tf.constant(new int[] {0, 1});
          Operand<TFloat32> loss =
              f.tf.math.mul(
                  f.tf.math.sub(
                      f.tf.sum(wrong, both),
                      f.tf.math.mul(f.tf.sum(divergence, both), f.tf.constant(0.5f))),
                  f.tf.constant(1 / 128f));
          f.adam(loss, RATE, w);
          return List.of(loss);
        });
  }

  private static Operand<TFloat32> affine(
      TensorFlow.Flow f, Operand<TFloat32> x, String weight, String bias) {
    return f.tf.nn.biasAdd(f.mm(x, f.get(weight)), f.get(bias));
  }

  private static void layer(
      Workload w, Random random, String weight, String bias, int in, int out) {
    Tensor first = random.normal(Math.sqrt(2.0 / (in + out)), in, out);
    w.parameter(weight, first).parameter(bias, random.normal(0.01, out));
  }
}
