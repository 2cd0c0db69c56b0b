package dlx.bench;

import dlx.runtime.DType;

/** Products of matrices. */
final class Products {
  private Products() {}

  static void addTo(Workloads table) {
    for (int n : new int[] {64, 128, 256, 512, 1024, 2048}) product(table, n, n, n, false);
    product(table, 64, 1000, 100, false);
    product(table, 128, 784, 512, false);
    for (int n : new int[] {64, 256, 1024}) product(table, n, n, n, true);
    for (int n : new int[] {128, 512}) {
      transposed(table, n);
    }
    batched(table, 256, 16);
    batched(table, 64, 64);
  }

  private static void product(Workloads table, int m, int k, int n, boolean doubles) {
    DType dtype = doubles ? DType.F64 : DType.F32;
    table.add(
        "product " + m + "x" + k + "x" + n + " " + dtype,
        w -> {
          Random random = new Random(1);
          sizes(w, m, k, n)
              .entry("plain")
              .input("a", random.normal(dtype, 1, m, k))
              .input("b", random.normal(dtype, 1, k, n))
              .torch("def step(a, b):\n  return torch.mm(a, b)\n")
              .blas(m, k, n, false, false);
          if (doubles) w.doubles();
        });
  }

  private static void transposed(Workloads table, int n) {
    table.add(
        "product of transposed left " + n + " f32",
        w -> {
          Random random = new Random(2);
          sizes(w, n, n, n)
              .entry("left")
              .input("at", random.normal(1, n, n))
              .input("b", random.normal(1, n, n))
              .torch("def step(at, b):\n  return torch.mm(at.t(), b)\n")
              .blas(n, n, n, true, false);
        });
    table.add(
        "product with transposed right " + n + " f32",
        w -> {
          Random random = new Random(3);
          sizes(w, n, n, n)
              .entry("right")
              .input("a", random.normal(1, n, n))
              .input("bt", random.normal(1, n, n))
              .torch("def step(a, bt):\n  return torch.mm(a, bt.t())\n")
              .blas(n, n, n, false, true);
        });
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
              .torch("def step(many, others):\n  return torch.bmm(many, others)\n");
        });
  }

  private static Workload sizes(Workload w, int m, int k, int n) {
    double bytes = 4.0 * ((double) m * k + (double) k * n + (double) m * n);
    return w.program("product.dlx")
        .define("m", m)
        .define("k", k)
        .define("n", n)
        .work(2.0 * m * k * n, bytes);
  }
}
