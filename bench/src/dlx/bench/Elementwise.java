package dlx.bench;

/** Chains of elementwise operations. */
final class Elementwise {
  private Elementwise() {}

  static void addTo(Workloads table) {
    for (int n : new int[] {1_000, 100_000, 10_000_000}) {
      table.add(
          "chain " + n,
          w -> {
            Random random = new Random(5);
            w.program("chain.dlx")
                .entry("y")
                .work(0, 20.0 * n)
                .input("x", random.normal(1, n))
                .input("w", random.normal(1, n))
                .input("b", random.normal(1, n))
                .input("z", random.normal(1, n))
                .torch(
                    """
                    def step(x, w, b, z):
                      return torch.addcmul(b, x, w).sigmoid_().mul_(torch.tanh(z)).add_(x, alpha=0.5)
                    """);
          });
    }
  }
}
