package dlx.bench;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** What goes along the rows of a matrix of 128 by 1000. */
final class Rows {
  private static final int ROWS = 128;
  private static final int WIDTH = 1000;
  private static final double SIZE = ROWS * (double) WIDTH;

  private Rows() {}

  static void addTo(Workloads table) {
    table.add(
        "softmax",
        w ->
            rows(w, 8, "soft")
                .torch("def step(x):\n  return torch.softmax(x, 1)\n")
                .tensorFlow(f -> List.of(f.tf.nn.softmax(f.<TFloat32>get("x"))))
                .numpy(
                    """
                    y = np.empty((128, 1000), np.float32)

                    def step(x):
                      np.subtract(x, x.max(1, keepdims=True), out=y)
                      np.exp(y, out=y)
                      np.divide(y, y.sum(1, keepdims=True), out=y)
                      return y
                    """));
    table.add(
        "softmax with gradient",
        w ->
            rows(w, 16, "soft", "soft_x")
                .input("g", new Random(22).normal(1, ROWS, WIDTH))
                .torch(
                    """
                    def step(x, g):
                      x = x.detach().requires_grad_(True)
                      y = torch.softmax(x, 1)
                      up: List[Optional[Tensor]] = [g]
                      d = torch.autograd.grad([y], [x], up)[0]
                      assert d is not None
                      return [y.detach(), d]
                    """)
                .tensorFlow(f -> {
                  Operand<TFloat32> y = f.tf.nn.softmax(f.<TFloat32>get("x"));
                  return List.of(y, f.gradient(y, "x", f.get("g")));
                })
                .numpy(
                    """
                    y = np.empty((128, 1000), np.float32)
                    d = np.empty((128, 1000), np.float32)

                    def step(x, g):
                      np.subtract(x, x.max(1, keepdims=True), out=y)
                      np.exp(y, out=y)
                      np.divide(y, y.sum(1, keepdims=True), out=y)
                      np.multiply(y, g, out=d)
                      np.subtract(g, d.sum(1, keepdims=True), out=d)
                      np.multiply(d, y, out=d)
                      return [y, d]
                    """));
    table.add(
        "cross-entropy",
        w ->
            crossEntropy(rows(w, 4, "loss"))
                .torch("def step(x, label):\n  return torch.cross_entropy_loss(x, label)\n")
                .tensorFlow(f -> List.of(loss(f))));
    table.add(
        "cross-entropy with gradient",
        w ->
            crossEntropy(rows(w, 8, "loss", "loss_x"))
                .torch(
                    """
                    def step(x, label):
                      x = x.detach().requires_grad_(True)
                      y = torch.cross_entropy_loss(x, label)
                      d = torch.autograd.grad([y], [x])[0]
                      assert d is not None
                      return [y.detach(), d]
                    """)
                .tensorFlow(f -> {
                  Operand<TFloat32> y = loss(f);
                  return List.of(y, f.gradient(y, "x", null));
                })
                .numpy(
                    """
                    y = np.empty((128, 1000), np.float32)
                    rows = np.arange(128)

                    def step(x, label):
                      np.subtract(x, x.max(1, keepdims=True), out=y)
                      at = y[rows, label]
                      np.exp(y, out=y)
                      s = y.sum(1, keepdims=True)
                      loss = (np.log(s[:, 0]) - at).mean()
                      s *= np.float32(128)
                      np.divide(y, s, out=y)
                      y[rows, label] -= np.float32(1 / 128)
                      return [loss, y]
                    """));
    table.add(
        "layer norm",
        w ->
            scaled(rows(w, 8, "norm"))
                .torch(
                    "def step(x, gamma, beta):\n"
                        + "  return torch.layer_norm(x, [1000], gamma, beta, 1e-5)\n")
                .numpy(
                    """
                    y = np.empty((128, 1000), np.float32)
                    t = np.empty((128, 1000), np.float32)

                    def step(x, gamma, beta):
                      np.subtract(x, x.mean(1, keepdims=True), out=y)
                      np.multiply(y, y, out=t)
                      np.divide(y, np.sqrt(t.mean(1, keepdims=True) + np.float32(1e-5)), out=y)
                      np.multiply(y, gamma, out=y)
                      np.add(y, beta, out=y)
                      return y
                    """));
    table.add(
        "layer norm with gradient",
        w ->
            scaled(rows(w, 16, "norm", "norm_x", "norm_gamma", "norm_beta"))
                .input("g", new Random(22).normal(1, ROWS, WIDTH))
                .torch(
                    """
                    def step(x, gamma, beta, g):
                      x = x.detach().requires_grad_(True)
                      gamma = gamma.detach().requires_grad_(True)
                      beta = beta.detach().requires_grad_(True)
                      y = torch.layer_norm(x, [1000], gamma, beta, 1e-5)
                      all = [y.detach()]
                      up: List[Optional[Tensor]] = [g]
                      for each in torch.autograd.grad([y], [x, gamma, beta], up):
                        assert each is not None
                        all.append(each)
                      return all
                    """));
    reduction(table, "sum of rows", "total", "x.sum(1)", "sum", 1);
    reduction(table, "sum of columns", "columns", "x.sum(0)", "sum", 0);
    table.add(
        "sum of everything",
        w ->
            rows(w, 4, "everything")
                // terms of both signs cancel: the sum is small against what is added
                .tolerance(1e-3)
                .torch("def step(x):\n  return x.sum()\n")
                .tensorFlow(
                    f -> List.of(f.tf.sum(f.<TFloat32>get("x"), f.tf.constant(new int[] {0, 1}))))
                .numpy("def step(x):\n  return x.sum()\n"));
    reduction(table, "max of rows", "top", "torch.amax(x, [1])", "max", 1);
    table.add(
        "argmax of rows",
        w ->
            rows(w, 4, "where_top")
                .torch("def step(x):\n  return torch.argmax(x, 1)\n")
                .tensorFlow(f ->
                    List.of(f.tf.math.argMax(f.<TFloat32>get("x"), f.tf.constant(1), TInt32.class)))
                .numpy("def step(x):\n  return x.argmax(1)\n"));
  }

  private static void reduction(
      Workloads table, String name, String entry, String torch, String which, int axis) {
    table.add(
        name,
        w ->
            rows(w, 4, entry)
                .torch("def step(x):\n  return " + torch + "\n")
                .tensorFlow(f -> {
                  Operand<TFloat32> x = f.get("x");
                  return List.of(
                      which.equals("sum")
                          ? f.tf.sum(x, f.tf.constant(axis))
                          : f.tf.max(x, f.tf.constant(axis)));
                })
                .numpy("def step(x):\n  return x." + which + "(" + axis + ")\n"));
  }

  private static Workload rows(Workload w, int bytes, String... entries) {
    return w.program("rows.dlx")
        .entry(entries)
        .work(0, bytes * SIZE)
        .input("x", new Random(21).normal(1, ROWS, WIDTH));
  }

  private static Workload crossEntropy(Workload w) {
    return w.input("label", new Random(23).whole(WIDTH, ROWS));
  }

  private static Operand<TFloat32> loss(TensorFlow.Flow f) {
    Operand<TInt32> label = f.get("label");
    Operand<TFloat32> each =
        f.tf
            .nn
            .softmaxCrossEntropyWithLogits(
                f.get("x"),
                f.tf.oneHot(label, f.tf.constant(WIDTH), f.tf.constant(1f), f.tf.constant(0f)))
            .loss();
    return f.tf.math.mean(each, f.tf.constant(0));
  }

  private static Workload scaled(Workload w) {
    Random random = new Random(24);
    return w.input("gamma", random.uniform(0.5, 1.5, WIDTH)).input("beta", random.normal(1, WIDTH));
  }
}
