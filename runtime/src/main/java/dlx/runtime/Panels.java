package dlx.runtime;

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
    for (int n = width; n < padded; n++) {
      for (int k = 0; k < rows; k++) {
        panel[at + k * padded + n] = 0;
      }
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
    for (int n = width; n < padded; n++) {
      for (int k = 0; k < rows; k++) {
        panel[at + k * padded + n] = 0;
      }
    }
  }

  /** c[to + r * stride + n] = tile[r * padded + n] for r below rows and n below width. */
  public static void unpack(
      float[] tile, int rows, int width, int padded, float[] c, int to, int stride) {
    for (int r = 0; r < rows; r++) {
      for (int n = 0; n < width; n++) {
        c[to + r * stride + n] = tile[r * padded + n];
      }
    }
  }

  public static void unpack(
      double[] tile, int rows, int width, int padded, double[] c, int to, int stride) {
    for (int r = 0; r < rows; r++) {
      for (int n = 0; n < width; n++) {
        c[to + r * stride + n] = tile[r * padded + n];
      }
    }
  }
}
