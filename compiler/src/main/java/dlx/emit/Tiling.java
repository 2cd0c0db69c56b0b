package dlx.emit;

import dlx.graph.Extent;
import dlx.runtime.DType;
import dlx.schedule.Kernel;
import java.util.List;

/**
 * How a product is cut: tiles whose sums stay in registers, blocks of rows and of summed positions
 * that stay in a cache.
 *
 * @param rows of a tile
 * @param vectors of a tile, side by side
 * @param blockRows the rows that are multiplied by all columns before the next ones; a multiple of
 *     {@code rows}
 * @param blockSummed the summed positions that are added before the next ones; 0 for all at once
 */
record Tiling(DType dtype, Lane lane, int rows, int vectors, int blockRows, int blockSummed) {
  /** The part of the left operand that should stay in the second cache. */
  private static final long BLOCK_BYTES = 512 << 10;

  /** The sums that should stay in the first cache until something is made of them. */
  private static final long SUMS_BYTES = 32 << 10;

  /** A size that may be expected where it is not known. */
  private static final long UNKNOWN = 128;

  private static final int MOST_ROWS = 128;
  private static final int MOST_SUMMED = 2048;
  private static final int BLOCK_SUMMED = 1024;

  static Tiling of(Kernel.Product product, int bits) {
    DType dtype = product.a().access().buffer().dtype();
    Lane lane = Lane.of(bits, List.of(dtype));
    int rows = bits >= 512 ? 8 : 4;
    boolean one = product.summed().size() == 1;
    Extent summed = Extent.product(product.summed());
    boolean cut = one && summed.constant().orElse(Long.MAX_VALUE) > MOST_SUMMED;
    long depth = cut ? BLOCK_SUMMED : summed.constant().orElse(BLOCK_SUMMED);
    long fit = BLOCK_BYTES / dtype.bytes() / Math.max(1, depth);
    int block = (int) Math.max(32, Math.min(MOST_ROWS, fit)) / rows * rows;
    if (!product.isPlain()) {
      long columns = Math.max(1, product.columns().getLast().constant().orElse(UNKNOWN));
      long stored = SUMS_BYTES / dtype.bytes() / columns / rows * rows;
      block = (int) Math.max(16, Math.min(block, stored));
    }
    return new Tiling(dtype, lane, rows, lane.isVector() ? 2 : 4, block, cut ? BLOCK_SUMMED : 0);
  }

  boolean isVector() {
    return lane.isVector();
  }

  int lanes() {
    return lane.lanes();
  }

  /** The columns of a tile. */
  int width() {
    return vectors * lane.lanes();
  }
}
