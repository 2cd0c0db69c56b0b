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
 * @param cut the summed axis that is cut
 * @param blockSummed the positions of this axis that are added before the next ones; 0 for all at
 *     once
 * @param outside is the whole result added to for one block before the next one?
 */
record Tiling(
    DType dtype,
    Lane lane,
    int rows,
    int vectors,
    int blockRows,
    int cut,
    int blockSummed,
    boolean outside) {
  /** The part of the left operand that should stay in the second cache. */
  private static final long BLOCK_BYTES = 512 << 10;

  /** The sums that should stay in the first cache until something is made of them. */
  private static final long SUMS_BYTES = 32 << 10;

  /** A size that may be expected where it is not known. */
  private static final long UNKNOWN = 128;

  private static final int MOST_ROWS = 128;
  private static final int MOST_SUMMED = 2048;
  private static final int BLOCK_SUMMED = 1024;

  /** The rows and summed positions of a block of a product that no cache holds. */
  private static final int LARGE_ROWS = 128;

  private static final int LARGE_SUMMED = 512;

  /** The rows of a tile whose right operand lies unfavourably: 24 of 32 registers are sums. */
  private static final int HIGH = 12;

  /** Sums over more axes than one are cut into about so many positions. */
  private static final int BLOCK_POSITIONS = 256;

  /** The largest result that stays in the second cache while all blocks are added to it. */
  private static final long MOST_SUMS = 1 << 18;

  /** Rows of a tile whose loops over lines of images are short: 14 % faster than 8 of them. */
  private static final int TALL = 12;

  /** The most vectors of sums of a tile. */
  private static final int SUMS = 28;

  /** Into so many parts a result that is added to in blocks is cut for threads, or more. */
  private static final int PARTS = 6;

  static Tiling of(Kernel.Product product, int bits) {
    DType dtype = product.a().access().buffer().dtype();
    Lane lane = Lane.of(bits, List.of(dtype));
    int vectors = lane.isVector() ? 2 : 4;
    int rows = rows(product, lane, bits);
    if (product.summed().size() > 1) {
      return ofPositions(product, dtype, lane, rows, vectors);
    }
    Extent summed = product.summed().getFirst();
    if (lane.isVector() && isLarge(product, lane)) {
      int block = LARGE_ROWS / rows * rows;
      return new Tiling(dtype, lane, rows, vectors, block, 0, LARGE_SUMMED, true);
    }
    boolean cut = summed.constant().orElse(Long.MAX_VALUE) > MOST_SUMMED;
    long depth = cut ? BLOCK_SUMMED : summed.constant().orElse(BLOCK_SUMMED);
    int block = block(product, dtype, rows, depth);
    return new Tiling(dtype, lane, rows, vectors, block, 0, cut ? BLOCK_SUMMED : 0, false);
  }

  /**
   * Is neither operand held by the second cache? Then a block of rows by some summed positions is,
   * while it is multiplied by all columns, and the whole result is added to before the next
   * positions. The last columns must fill a vector: sums that are interrupted cannot be padded.
   */
  private static boolean isLarge(Kernel.Product product, Lane lane) {
    Extent columns = product.columns().getLast();
    return product.isPlain()
        && isAtLeast(product.summed().getFirst(), 2 * LARGE_SUMMED)
        && isAtLeast(product.rows().getLast(), 2 * LARGE_ROWS)
        && isAtLeast(columns, LARGE_SUMMED)
        && known(columns) % lane.lanes() == 0;
  }

  private static boolean isAtLeast(Extent extent, int least) {
    return extent.constant().orElse(0) >= least;
  }

  private static int block(Kernel.Product product, DType dtype, int rows, long depth) {
    if (product.overlapping()) {
      // a line is made when all of its rows are summed
      long line = product.rows().getLast().constant().orElseThrow();
      return Math.toIntExact((line + rows - 1) / rows * rows);
    }
    long fit = BLOCK_BYTES / dtype.bytes() / Math.max(1, depth);
    int block = (int) Math.max(32, Math.min(MOST_ROWS, fit)) / rows * rows;
    if (!product.isPlain()) {
      long columns = Math.max(1, known(product.columns().getLast()));
      long stored = SUMS_BYTES / dtype.bytes() / columns / rows * rows;
      block = (int) Math.max(16, Math.min(block, stored)) / rows * rows;
    }
    return Math.max(rows, block);
  }

  /**
   * Sums over positions of images: many of few results, as in the derivative by the kernel of a
   * convolution, are added up in blocks of lines of the images.
   */
  private static Tiling ofPositions(
      Kernel.Product product, DType dtype, Lane lane, int rows, int vectors) {
    List<Extent> summed = product.summed();
    long depth = 1;
    for (Extent extent : summed) {
      depth *= Math.max(1, known(extent));
    }
    long sums = 1;
    for (List<Extent> part : List.of(product.batch(), product.rows(), product.columns())) {
      for (Extent extent : part) {
        sums *= Math.max(1, extent.constant().orElse(MOST_SUMS + 1));
      }
    }
    boolean outside =
        product.isPlain()
            && depth > 2 * BLOCK_POSITIONS
            && sums <= MOST_SUMS
            && known(product.columns().getLast()) % lane.lanes() == 0
            && goesUp(product);
    if (!outside) {
      int block = block(product, dtype, rows, Math.min(depth, BLOCK_SUMMED));
      return new Tiling(dtype, lane, rows, vectors, block, 0, 0, false);
    }
    int cut = summed.size() - 1;
    long inner = 1;
    while (cut > 0 && inner * known(summed.get(cut)) <= BLOCK_POSITIONS) {
      inner *= Math.max(1, known(summed.get(cut)));
      cut--;
    }
    long most = Math.max(1, BLOCK_POSITIONS / inner);
    long extent = known(summed.get(cut));
    long blocks = Math.max(1, (extent + most - 1) / most);
    int positions = (int) Math.max(1, Math.min(most, (extent + blocks - 1) / blocks));
    long outer = sums / Math.max(1, known(product.rows().getLast()));
    outer /= Math.max(1, known(product.columns().getLast()));
    long parts = Math.max(1, PARTS / Math.max(1, outer));
    long part = (known(product.rows().getLast()) + parts - 1) / parts;
    int block = (int) Math.max(1, (part + rows - 1) / rows) * rows;
    return new Tiling(dtype, lane, rows, vectors, block, cut, positions, true);
  }

  /** Does the right operand lie upwards? */
  private static boolean goesUp(Kernel.Product product) {
    List<Extent> strides = product.b().access().strides();
    return strides.subList(strides.size() - product.summed().size(), strides.size()).stream()
        .allMatch(e -> e.value(name -> 1) >= 0);
  }

  /** An extent, or what may be expected of one that is not known. */
  private static long known(Extent extent) {
    return extent.constant().orElse(UNKNOWN);
  }

  /**
   * The rows of a tile. Of few rows, as of a line of an image, all tiles should have the same
   * number: for every summed position a tile takes a cycle for two vectors of sums, or for two
   * loads, and at least the four that one multiply-add takes.
   */
  private static int rows(Kernel.Product product, Lane lane, int bits) {
    int usual = bits >= 512 ? 8 : 4;
    long known = product.rows().getLast().constant().orElse(0);
    boolean lines = product.rows().size() > 1 || product.summed().size() > 1;
    DType dtype = product.a().access().buffer().dtype();
    if (lane.isVector() && bits >= 512 && Packing.isReadByHighTiles(product, dtype)) {
      return HIGH;
    }
    if (lane.isVector()
        && bits >= 512
        && product.summed().size() > 1
        && known > 0
        && known % TALL == 0) {
      return TALL;
    }
    if (!lane.isVector() || bits < 512 || !lines || known == 0 || known > 64 || known % 8 == 0) {
      return usual;
    }
    long columns = product.columns().getLast().constant().orElse(Long.MAX_VALUE);
    int wide = columns <= lane.lanes() ? 1 : 2;
    int best = usual;
    double least = Double.MAX_VALUE;
    for (int rows = 1; rows <= Math.min(known, SUMS / wide); rows++) {
      double cycles = cycles(known, rows, wide);
      if (cycles <= least) {
        least = cycles;
        best = rows;
      }
    }
    return best;
  }

  /** The cycles of all tiles of so many rows, one below the other, for every summed position. */
  private static double cycles(long known, int rows, int wide) {
    double turn = Math.max(4, Math.max(rows * wide, rows + 2 * wide) / 2.0);
    return (known + rows - 1) / rows * turn;
  }

  /** The cycles that tiles of the best height take for all rows and columns. */
  static double cycles(long known, long columns, int lanes) {
    int wide = columns <= lanes ? 1 : 2;
    double least = Double.MAX_VALUE;
    for (int rows = 1; rows <= Math.min(known, SUMS / wide); rows++) {
      least = Math.min(least, cycles(known, rows, wide));
    }
    long strip = (long) wide * lanes;
    return least * ((columns + strip - 1) / strip);
  }

  /** The same with what was chosen. */
  Tiling as(Choice choice) {
    return new Tiling(
        dtype,
        lane,
        choice.rows(),
        choice.vectors(),
        choice.blockRows(),
        cut,
        choice.blockSummed(),
        choice.outside());
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
