package dlx.runtime;

import java.util.Arrays;

/** Kernels whose positions are data, called by generated code. */
public final class Positions {
  private Positions() {}

  /**
   * Links the positions that mean the same row, in order: links[row] is the first of them,
   * links[extent + position] the one after a position, -1 none.
   *
   * @param place for the error if an index is out of range; null if indices are not checked, and
   *     then those outside are left out
   */
  public static void link(int[] ids, int at, int[] links, int positions, int extent, String place) {
    Arrays.fill(links, 0, extent, -1);
    int outside = -1;
    for (int p = positions - 1; p >= 0; p--) {
      int index = ids[at + p];
      int row = index < 0 ? index + extent : index;
      if (row >= 0 && row < extent) {
        links[extent + p] = links[row];
        links[row] = p;
      } else {
        outside = p;
      }
    }
    if (outside >= 0 && place != null) {
      Frame.position(ids[at + outside], extent, place);
    }
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
