package dlx.bench;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

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
                    """)
                .tensorFlow(f -> {
                  Operand<TFloat32> x = f.get("x");
                  Operand<TFloat32> w0 = f.get("w");
                  Operand<TFloat32> b = f.get("b");
                  Operand<TFloat32> z = f.get("z");
                  return List.of(
                      f.tf.math.add(
                          f.tf.math.mul(
                              f.tf.math.sigmoid(f.tf.math.add(f.tf.math.mul(x, w0), b)),
                              f.tf.math.tanh(z)),
                          f.tf.math.mul(x, f.tf.constant(0.5f))));
                })
                .numpy(
                    """
                    y = np.empty(%d, np.float32)
                    t = np.empty(%d, np.float32)

                    def step(x, w, b, z):
                      # sigmoid(a) = 0.5 * tanh(0.5 * a) + 0.5 is the fastest form
                      np.multiply(x, w, out=y)
                      np.add(y, b, out=y)
                      np.multiply(y, np.float32(0.5), out=y)
                      np.tanh(y, out=y)
                      np.multiply(y, np.float32(0.5), out=y)
                      np.add(y, np.float32(0.5), out=y)
                      np.tanh(z, out=t)
                      np.multiply(y, t, out=y)
                      np.multiply(x, np.float32(0.5), out=t)
                      np.add(y, t, out=y)
                      return y
                    """
                        .formatted(n, n));
          });
    }
  }
}
