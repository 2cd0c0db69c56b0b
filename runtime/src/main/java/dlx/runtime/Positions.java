package dlx.runtime;

import java.util.Arrays;

/** Kernels whose positions are data, called by generated code. */
public final class Positions {
  private Positions() {}

  /**
   * out[o, ids[p], i] += g[o, p, i] for every position p in order, after filling out with zeros;
   * each array from its offset on.
   *
   * @param place for the error if a position is out of range; null if positions are not checked,
   *     and then those outside are left out
   */
  public static void scatter(
      float[] g,
      int gOffset,
      int[] ids,
      int idsOffset,
      float[] out,
      int outOffset,
      int outer,
      int positions,
      int extent,
      int inner,
      String place) {
    Arrays.fill(out, outOffset, outOffset + outer * extent * inner, 0f);
    for (int o = 0; o < outer; o++) {
      for (int p = 0; p < positions; p++) {
        int position = position(ids[idsOffset + p], extent, place);
        if (position >= 0) {
          int to = outOffset + (o * extent + position) * inner;
          int from = gOffset + (o * positions + p) * inner;
          for (int i = 0; i < inner; i++) {
            out[to + i] += g[from + i];
          }
        }
      }
    }
  }

  public static void scatter(
      double[] g,
      int gOffset,
      int[] ids,
      int idsOffset,
      double[] out,
      int outOffset,
      int outer,
      int positions,
      int extent,
      int inner,
      String place) {
    Arrays.fill(out, outOffset, outOffset + outer * extent * inner, 0.0);
    for (int o = 0; o < outer; o++) {
      for (int p = 0; p < positions; p++) {
        int position = position(ids[idsOffset + p], extent, place);
        if (position >= 0) {
          int to = outOffset + (o * extent + position) * inner;
          int from = gOffset + (o * positions + p) * inner;
          for (int i = 0; i < inner; i++) {
            out[to + i] += g[from + i];
          }
        }
      }
    }
  }

  public static void scatter(
      int[] g,
      int gOffset,
      int[] ids,
      int idsOffset,
      int[] out,
      int outOffset,
      int outer,
      int positions,
      int extent,
      int inner,
      String place) {
    Arrays.fill(out, outOffset, outOffset + outer * extent * inner, 0);
    for (int o = 0; o < outer; o++) {
      for (int p = 0; p < positions; p++) {
        int position = position(ids[idsOffset + p], extent, place);
        if (position >= 0) {
          int to = outOffset + (o * extent + position) * inner;
          int from = gOffset + (o * positions + p) * inner;
          for (int i = 0; i < inner; i++) {
            out[to + i] += g[from + i];
          }
        }
      }
    }
  }

  private static int position(int index, int extent, String place) {
    if (place != null) {
      return Frame.position(index, extent, place);
    }
    int position = index < 0 ? index + extent : index;
    return position < extent ? position : -1;
  }

  /** out[row, :] = the positions that sort x[row, :] upwards; stable, NaN last. */
  public static void argsort(
      float[] x, int at, int[] out, int to, int rows, int columns, Scratch scratch) {
    double[] keys = scratch.panel64(columns);
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        keys[c] = x[at + r * columns + c];
      }
      argsort(keys, columns, out, to + r * columns, scratch);
    }
  }

  public static void argsort(
      double[] x, int at, int[] out, int to, int rows, int columns, Scratch scratch) {
    double[] keys = scratch.panel64(columns);
    for (int r = 0; r < rows; r++) {
      System.arraycopy(x, at + r * columns, keys, 0, columns);
      argsort(keys, columns, out, to + r * columns, scratch);
    }
  }

  public static void argsort(
      int[] x, int at, int[] out, int to, int rows, int columns, Scratch scratch) {
    double[] keys = scratch.panel64(columns);
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        keys[c] = x[at + r * columns + c];
      }
      argsort(keys, columns, out, to + r * columns, scratch);
    }
  }

  /** Bottom-up merge sort of the positions of n keys; -0 and 0 are equal. */
  private static void argsort(double[] keys, int n, int[] out, int offset, Scratch scratch) {
    int[] from = scratch.positions(n);
    int[] to = scratch.otherPositions(n);
    for (int i = 0; i < n; i++) {
      from[i] = i;
    }
    for (long width = 1; width < n; width *= 2) {
      for (long low = 0; low < n; low += 2 * width) {
        int middle = (int) Math.min(low + width, n);
        int high = (int) Math.min(low + 2 * width, n);
        int left = (int) low;
        int right = middle;
        for (int i = left; i < high; i++) {
          boolean takeRight =
              left >= middle || right < high && isBelow(keys[from[right]], keys[from[left]]);
          to[i] = takeRight ? from[right++] : from[left++];
        }
      }
      int[] swap = from;
      from = to;
      to = swap;
    }
    System.arraycopy(from, 0, out, offset, n);
  }

  private static boolean isBelow(double a, double b) {
    return a < b || Double.isNaN(b) && !Double.isNaN(a);
  }
}
