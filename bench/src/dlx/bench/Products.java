package dlx.bench;

import dlx.runtime.DType;
import java.util.List;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/** Products of matrices. */
final class Products {
  private Products() {}

  static void addTo(Workloads table) {
    for (int n : new int[] {64, 128, 256, 512, 1024, 2048}) plain(table, n, n, n, DType.F32);
    plain(table, 64, 1000, 100, DType.F32);
    plain(table, 128, 784, 512, DType.F32);
    for (int n : new int[] {64, 256, 1024}) plain(table, n, n, n, DType.F64);
    for (int n : new int[] {128, 512}) {
      table.add("product of transposed left " + n + " f32", w -> square(w, n, true, false));
      table.add("product with transposed right " + n + " f32", w -> square(w, n, false, true));
    }
    for (int n : new int[] {128, 1000, 4096}) {
      table.add("row times matrix " + n + " f32", w -> row(w, n, false));
      table.add("row times transposed matrix " + n + " f32", w -> row(w, n, true));
    }
    batched(table, 256, 16);
    batched(table, 64, 64);
  }

  private static void plain(Workloads table, int m, int k, int n, DType dtype) {
    table.add(
        "product " + m + "x" + k + "x" + n + " " + dtype,
        w -> product(w, m, k, n, dtype, false, false));
  }

  private static void row(Workload w, int n, boolean right) {
    product(w, 1, n, n, DType.F32, false, right);
  }

  private static void square(Workload w, int n, boolean left, boolean right) {
    product(w, n, n, n, DType.F32, left, right);
  }

  /** A product of an m by k and a k by n matrix, of which one may lie transposed. */
  private static void product(
      Workload w, int m, int k, int n, DType dtype, boolean left, boolean right) {
    Random random = new Random(1);
    String a = left ? "at" : "a";
    String b = right ? "bt" : "b";
    sizes(w, m, k, n)
        .work(2.0 * m * k * n, dtype.bytes() * ((double) m * k + (double) k * n + (double) m * n))
        .entry(left ? "left" : right ? "right" : "plain")
        .input(a, left ? random.normal(dtype, 1, k, m) : random.normal(dtype, 1, m, k))
        .input(b, right ? random.normal(dtype, 1, n, k) : random.normal(dtype, 1, k, n))
        .torch(
            "def step(%s, %s):\n  return torch.mm(%s, %s)\n"
                .formatted(a, b, left ? "at.t()" : "a", right ? "bt.t()" : "b"))
        .blas(m, k, n, left, right)
        .tensorFlow(f ->
            List.of(
                f.tf.linalg.matMul(
                    f.<TNumber>get(a),
                    f.<TNumber>get(b),
                    MatMul.transposeA(left),
                    MatMul.transposeB(right))));
    if (dtype == DType.F64) w.doubles();
  }

  private static void batched(Workloads table, int count, int n) {
    table.add(
        "products " + count + " of " + n + "x" + n + "x" + n + " f32",
        w -> {
          Random random = new Random(4);
          sizes(w, n, n, n)
              .define("count", count)
              .entry("batched")
              .work(2.0 * count * n * n * n, 12.0 * count * n * n)
              .input("many", random.normal(1, count, n, n))
              .input("others", random.normal(1, count, n, n))
              .torch("def step(many, others):\n  return torch.bmm(many, others)\n")
              .tensorFlow(f ->
                  List.of(
                      f.tf.train.batchMatMul(
                          f.<TFloat32>get("many"),
                          f.<TFloat32>get("others"),
                          TFloat32.class,
                          new BatchMatMul.Options[0])))
              .numpy(
                  """
                  out = np.empty((%d, %d, %d), np.float32)

                  def step(many, others):
                    return np.matmul(many, others, out=out)
                  """
                      .formatted(count, n, n));
        });
  }

  private static Workload sizes(Workload w, int m, int k, int n) {
    return w.program("product.dlx").define("m", m).define("k", k).define("n", n);
  }
}
