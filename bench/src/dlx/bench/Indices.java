package dlx.bench;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.types.TInt32;

/** Gathers, and their gradients. */
final class Indices {
  private static final int COUNT = 2_500;

  private Indices() {}

  static void addTo(Workloads table) {
    for (int[] each : new int[][] {{96, 64}, {10_000, 256}}) {
      int rows = each[0];
      int width = each[1];
      table.add(
          "gather 2500 rows of " + rows + "x" + width,
          w -> {
            Random random = new Random(31);
            indexed(w, "taken", rows, width)
                .work(0, 4.0 * (COUNT + Math.min(COUNT, rows)) * width)
                .input("table", random.normal(1, rows, width))
                .input("position", random.whole(rows, COUNT))
                .torch(
                    "def step(table, position):\n  return torch.index_select(table, 0, position)\n")
                .tensorFlow(f ->
                    List.of(
                        f.tf.gather(f.get("table"), f.<TInt32>get("position"), f.tf.constant(0))))
                .numpy(
                    """
                    out = np.empty((2500, %d), np.float32)

                    def step(table, position):
                      return np.take(table, position, 0, out=out, mode="clip")
                    """
                        .formatted(width));
          });
      table.add(
          "embedding gradient, 2500 rows into " + rows + "x" + width,
          w -> {
            Random random = new Random(32);
            indexed(w, "gradient", rows, width)
                .work(0, 4.0 * (COUNT + rows) * width)
                .input("position", random.whole(rows, COUNT))
                .input("g", random.normal(1, COUNT, width))
                .torch(
                    """
                    def step(position, g):
                      return torch.embedding_dense_backward(g, position, %d, -1, False)
                    """
                        .formatted(rows))
                .torch(
                    """
                    def step(position, g):
                      return torch.zeros([%d, %d]).index_add_(0, position, g)
                    """
                        .formatted(rows, width))
                .tensorFlow(f -> {
                  Operand<TInt32> position = f.get("position");
                  return List.of(
                      f.tf.math.unsortedSegmentSum(f.get("g"), position, f.tf.constant(rows)));
                })
                .numpy(
                    """
                    out = np.empty((%d, %d), np.float32)

                    def step(position, g):
                      out.fill(0)
                      np.add.at(out, position, g)
                      return out
                    """
                        .formatted(rows, width));
          });
    }
  }

  private static Workload indexed(Workload w, String entry, int rows, int width) {
    return w.program("indexing.dlx").define("rows", rows).define("width", width).entry(entry);
  }
}
