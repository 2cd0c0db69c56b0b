package dlx.runtime;

import java.util.Arrays;

/**
 * Copies of parts of a matrix in the order in which a product reads them; called by generated code.
 */
public final class Panels {
  private Panels() {}

  /**
   * panel[at + k * padded + n] = b[offset + k * rowStride + n * columnStride] for k below rows and
   * n below width; 0 for n from width to padded.
   */
  public static void pack(
      float[] b,
      int offset,
      int rowStride,
      int columnStride,
      int rows,
      int width,
      int padded,
      float[] panel,
      int at) {
    if (columnStride == 1) {
      for (int k = 0; k < rows; k++) {
        System.arraycopy(b, offset + k * rowStride, panel, at + k * padded, width);
      }
    } else {
      for (int n = 0; n < width; n++) {
        for (int k = 0; k < rows; k++) {
          panel[at + k * padded + n] = b[offset + k * rowStride + n * columnStride];
        }
      }
    }
    if (width < padded) {
      clear(panel, at, rows, width, padded);
    }
  }

  public static void pack(
      double[] b,
      int offset,
      int rowStride,
      int columnStride,
      int rows,
      int width,
      int padded,
      double[] panel,
      int at) {
    if (columnStride == 1) {
      for (int k = 0; k < rows; k++) {
        System.arraycopy(b, offset + k * rowStride, panel, at + k * padded, width);
      }
    } else {
      for (int n = 0; n < width; n++) {
        for (int k = 0; k < rows; k++) {
          panel[at + k * padded + n] = b[offset + k * rowStride + n * columnStride];
        }
      }
    }
    if (width < padded) {
      clear(panel, at, rows, width, padded);
    }
  }

  /** panel[at + k * padded + n] = 0 for k below rows and n from width to padded. */
  public static void clear(float[] panel, int at, int rows, int width, int padded) {
    for (int k = 0; k < rows; k++) {
      Arrays.fill(panel, at + k * padded + width, at + (k + 1) * padded, 0);
    }
  }

  public static void clear(double[] panel, int at, int rows, int width, int padded) {
    for (int k = 0; k < rows; k++) {
      Arrays.fill(panel, at + k * padded + width, at + (k + 1) * padded, 0);
    }
  }

  /**
   * The array, if it has {@code span} elements from {@code at} on; else a copy of what it has
   * there, with anything behind.
   */
  public static float[] within(float[] b, int at, int span, Scratch scratch) {
    if (at + span <= b.length) {
      return b;
    }
    float[] panel = scratch.panel32(span);
    int count = Math.max(0, Math.min(span, b.length - at));
    System.arraycopy(b, Math.min(at, b.length), panel, 0, count);
    return panel;
  }

  public static double[] within(double[] b, int at, int span, Scratch scratch) {
    if (at + span <= b.length) {
      return b;
    }
    double[] panel = scratch.panel64(span);
    int count = Math.max(0, Math.min(span, b.length - at));
    System.arraycopy(b, Math.min(at, b.length), panel, 0, count);
    return panel;
  }
}
