package dlx.bench;

import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/** Regression, attention, optimizers, and a number with its gradient. */
final class Steps {
  private static final double RATE = 1e-6;

  private Steps() {}

  static void addTo(Workloads table) {
    for (DType dtype : List.of(DType.F32, DType.F64)) {
      table.add("logistic regression step " + dtype, w -> logistic(w, dtype));
    }
    table.add(
        "attention head",
        w ->
            attention(w, false)
                .torch("def step(q, k, v):\n  return torch.scaled_dot_product_attention(q, k, v)\n")
                .torch(
                    """
                    def step(q, k, v):
                      return torch.bmm(torch.softmax(torch.bmm(q, k.transpose(1, 2)) / 8.0, 2), v)
                    """));
    table.add(
        "attention head with gradient",
        w ->
            attention(w, true)
                .torch(attentionText("torch.scaled_dot_product_attention(q, k, v)"))
                .torch(
                    attentionText(
                        "torch.bmm(torch.softmax(torch.bmm(q, k.transpose(1, 2)) / 8.0, 2), v)"))
                .tensorFlow(f -> {
                  Operand<TFloat32> score =
                      f.tf.train.batchMatMul(
                          f.<TFloat32>get("q"),
                          f.<TFloat32>get("k"),
                          TFloat32.class,
                          org.tensorflow.op.train.BatchMatMul.adjY(true));
                  Operand<TFloat32> share =
                      f.tf.nn.softmax(f.tf.math.mul(score, f.tf.constant(0.125f)));
                  Operand<TFloat32> out =
                      f.tf.train.batchMatMul(share, f.<TFloat32>get("v"), TFloat32.class);
                  List<Operand<?>> all = new ArrayList<>(List.of(out));
                  for (String each : List.of("q", "k", "v"))
                    all.add(f.gradient(out, each, f.get("g")));
                  return all;
                }));
    for (int count : new int[] {1, 100, 467}) {
      table.add("adam on " + count + " parameters, 1 M numbers", w -> adam(w, count));
    }
  }

  private static void logistic(Workload w, DType dtype) {
    Random random = new Random(41);
    boolean doubles = dtype == DType.F64;
    Tensor y = Tensor.zeros(dtype, 400);
    for (int i = 0; i < 400; i++) y.set(i, i % 2);
    w.program("logistic.dlx")
        .step("train")
        .work(2 * 2 * 400 * 784, (doubles ? 8 : 4) * 400 * 784)
        .input("x", random.normal(dtype, 1, 400, 784))
        .input("y", y)
        .parameter("w", random.normal(dtype, 0.05, 784))
        .parameter("b", Tensor.zeros(dtype))
        .setting("rate", doubles ? Tensor.scalar(RATE) : Tensor.scalar((float) RATE));
    if (doubles) {
      w.doubles();
    } else {
      w.tensorFlow(f -> List.of(logistic(f)));
    }
    w.torch(
            TorchText.step(
                    w,
                    """
                    z = torch.mv(x, w) + b
                    xent = torch.binary_cross_entropy_with_logits(z, y)
                    loss = xent + 0.01 * torch.dot(w, w)
                    """,
                    TorchText.descent(w, RATE))
                .replace("return loss.detach()", "return xent.detach()"))
        .numpy(
            """
            def step(x, y, w, b):
              one = x.dtype.type(1)
              z = x @ w
              z += b
              p = one / (one + np.exp(-z))
              xent = -(y * np.log(p) + (one - y) * np.log(one - p)).mean()
              p -= y
              p *= x.dtype.type(1 / 400)
              g = p @ x
              g += x.dtype.type(0.02) * w
              g *= x.dtype.type(1e-6)
              w -= g
              b -= x.dtype.type(1e-6) * p.sum()
              return xent
            """);
  }

  /** In f32: the mean cross-entropy before the step. */
  private static Operand<TFloat32> logistic(TensorFlow.Flow f) {
    Operand<TFloat32> w = f.get("w");
    Operand<TFloat32> y = f.get("y");
    Operand<TFloat32> column = f.tf.reshape(w, f.tf.constant(new int[] {784, 1}));
    Operand<TFloat32> z =
        f.tf.math.add(
            f.tf.reshape(f.mm(f.get("x"), column), f.tf.constant(new int[] {400})), f.get("b"));
    Operand<TFloat32> tail = f.tf.math.log1p(f.tf.math.exp(f.tf.math.neg(f.tf.math.abs(z))));
    Operand<TFloat32> each =
        f.tf.math.add(f.tf.math.sub(f.tf.nn.relu(z), f.tf.math.mul(z, y)), tail);
    Operand<TFloat32> xent = f.tf.math.mean(each, f.tf.constant(0));
    Operand<TFloat32> penalty =
        f.tf.math.mul(f.tf.sum(f.tf.math.square(w), f.tf.constant(0)), f.tf.constant(0.01f));
    f.descent(f.tf.math.add(xent, penalty), RATE);
    return xent;
  }

  private static Workload attention(Workload w, boolean gradient) {
    Random random = new Random(42);
    double product = 2.0 * 8 * 128 * 128 * 64;
    double size = 4.0 * 8 * 128 * 64;
    w.program("attention.dlx")
        .entry(gradient ? new String[] {"out", "dq", "dk", "dv"} : new String[] {"out"})
        .work(gradient ? 6 * product : 2 * product, gradient ? 8 * size : 4 * size)
        .input("q", random.normal(1, 8, 128, 64))
        .input("k", random.normal(1, 8, 128, 64))
        .input("v", random.normal(1, 8, 128, 64));
    if (gradient) w.input("g", random.normal(1, 8, 128, 64));
    return w;
  }

  private static String attentionText(String formula) {
    return """
    def step(q, k, v, g):
      q = q.detach().requires_grad_(True)
      k = k.detach().requires_grad_(True)
      v = v.detach().requires_grad_(True)
      y = %s
      all = [y.detach()]
      up: List[Optional[Tensor]] = [g]
      for each in torch.autograd.grad([y], [q, k, v], up):
        assert each is not None
        all.append(each)
      return all
    """
        .formatted(formula);
  }

  /** Parameters of about equal sizes, a million numbers in all, whose gradients are inputs. */
  private static void adam(Workload w, int count) {
    Random random = new Random(43);
    int size = 1_000_000 / count;
    StringBuilder text = new StringBuilder("## Adam for given gradients.\n\n");
    StringBuilder step = new StringBuilder("\nstep train(rate: f32 = 1e-3) {\n");
    for (int i = 0; i < count; i++) {
      text.append("input g%d: f32[%d]\nparam p%d: f32[%d] = 0\n".formatted(i, size, i, size));
      step.append("  p%d <- adam(rate)(p%d, g%d)\n".formatted(i, i, i));
      w.input("g" + i, random.normal(1, size));
    }
    for (int i = 0; i < count; i++) w.parameter("p" + i, random.normal(1, size));
    w.text(text + step.toString() + "  p0[0]\n}\n")
        .step("train")
        .work(0, 28.0 * size * count)
        .setting("rate", RATE)
        .torch(TorchText.adamOfLists(w, RATE))
        .numpy(
            NumpyText.ADAM
                + """
                names = [n for n in arrays if n[0] == "p"]
                ps = [arrays[n] for n in names]
                gs = [arrays["g" + n[1:]] for n in names]

                def step(*unused):
                  adam(names, ps, gs)
                  return ps[0][0]
                """);
  }
}
