package dlx.pictures;

import dlx.runtime.DlxException;
import dlx.runtime.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * A tensor as pictures side by side: cell {@code (i, j)} begins at {@code i * down + j * right} of
 * the elements, a pixel at {@code y * row + x * column + c * channel} behind that.
 *
 * @param rows of cells
 * @param columns of cells
 * @param count of cells; the last row may be short
 * @param enlarged whether small cells are shown larger
 */
public record Grid(
    Tensor tensor,
    int rows,
    int columns,
    int count,
    int down,
    int right,
    int height,
    int width,
    int channels,
    int row,
    int column,
    int channel,
    boolean enlarged) {
  /** Cells of a grid are enlarged by a whole number until they have so many pixels. */
  private static final int CELL = 24;

  /** Between cells. */
  private static final int GAP = 2;

  /** The brightness of gaps. */
  private static final byte GAP_LEVEL = 64;

  private static final long MOST_PIXELS = 1L << 27;

  /**
   * Finds out how a tensor is pictures: {@code [h, w]} and {@code [h, w, 1 or 3]} are one, {@code
   * [n, h, w]} and {@code [n, h, w, 1 or 3]} a grid of them, {@code [n, h, w, c]} with other
   * channels maps of features, a row for each of n.
   *
   * @param kernel whether four axes are the {@code [h, w, in, out]} of a convolution: a filter is
   *     in colour or grey if {@code in} is 3 or 1, else a row for each {@code out}
   * @throws DlxException R0103 for other shapes and where nothing is to be seen
   */
  public static Grid of(Tensor tensor, boolean kernel, String name) {
    int[] s = tensor.shape();
    if (tensor.size() == 0) throw none(name, tensor, "it is empty");
    return switch (s.length) {
      case 2 -> new Grid(tensor, 1, 1, 1, 0, 0, s[0], s[1], 1, s[1], 1, 0, false);
      case 3 ->
          s[2] == 1 || s[2] == 3
              ? new Grid(tensor, 1, 1, 1, 0, 0, s[0], s[1], s[2], s[1] * s[2], s[2], 1, false)
              : wrapped(tensor, s[0], s[1] * s[2], s[1], s[2], 1, s[2], 1, 0);
      case 4 -> kernel ? filters(tensor, s) : batch(tensor, s);
      default ->
          throw none(
              name, tensor, "pictures are [h, w], [h, w, 1 or 3], [n, h, w] or [n, h, w, c]");
    };
  }

  private static DlxException none(String name, Tensor tensor, String why) {
    return new DlxException(
        "R0103",
        "`%s` is no picture: it is %s".formatted(name, tensor.describe()),
        "",
        why
            + "; `reshape` and `transpose` make others of it, as in"
            + " \"reshape(transpose(w), [128, 28, 28])\"");
  }

  private static Grid batch(Tensor tensor, int[] s) {
    int one = s[1] * s[2] * s[3];
    return s[3] == 1 || s[3] == 3
        ? wrapped(tensor, s[0], one, s[1], s[2], s[3], s[2] * s[3], s[3], 1)
        : new Grid(
            tensor, s[0], s[3], s[0] * s[3], one, 1, s[1], s[2], 1, s[2] * s[3], s[3], 0, true);
  }

  private static Grid filters(Tensor tensor, int[] s) {
    int column = s[2] * s[3];
    return s[2] == 1 || s[2] == 3
        ? wrapped(tensor, s[3], 1, s[0], s[1], s[2], s[1] * column, column, s[3])
        : new Grid(
            tensor, s[3], s[2], column, 1, s[3], s[0], s[1], 1, s[1] * column, column, 0, true);
  }

  /** In as many columns as rows, or one more. */
  private static Grid wrapped(
      Tensor tensor,
      int count,
      int step,
      int height,
      int width,
      int channels,
      int row,
      int column,
      int channel) {
    int columns = (int) Math.ceil(Math.sqrt(count));
    int rows = Math.ceilDiv(count, columns);
    return new Grid(
        tensor,
        rows,
        columns,
        count,
        columns * step,
        step,
        height,
        width,
        channels,
        row,
        column,
        channel,
        true);
  }

  /** By how much it is enlarged if nobody says. */
  private int zoom() {
    return enlarged ? Math.max(1, Math.ceilDiv(CELL, Math.max(height, width))) : 1;
  }

  /**
   * Draws grids under each other.
   *
   * @param looks the brightness of each
   * @param zoom pixels for an element, or 0 for what suits
   * @throws DlxException R0301 if that is too large
   */
  public static Pixels draw(List<Grid> grids, List<Brightness> looks, int zoom) {
    boolean colour = false;
    long high = -GAP;
    long wide = 0;
    for (int g = 0; g < grids.size(); g++) {
      Grid grid = grids.get(g);
      long size = zoom > 0 ? zoom : grid.zoom();
      colour |= grid.channels == 3 || looks.get(g).nan() > 0;
      high += grid.rows * (grid.height * size + GAP);
      wide = Math.max(wide, grid.columns * (grid.width * size + GAP) - GAP);
    }
    int channels = colour ? 3 : 1;
    if (high * wide > MOST_PIXELS) {
      throw new DlxException(
          "R0301",
          "the picture would have %d×%d pixels; %d are the most".formatted(high, wide, MOST_PIXELS),
          "",
          "take a part, as in \"image[:100]\"");
    }
    Pixels sheet = Pixels.empty((int) high, (int) wide, channels);
    Arrays.fill(sheet.data(), GAP_LEVEL);
    int top = 0;
    for (int g = 0; g < grids.size(); g++) {
      Grid grid = grids.get(g);
      int size = zoom > 0 ? zoom : grid.zoom();
      grid.draw(sheet, top, size, looks.get(g));
      top += grid.rows * (grid.height * size + GAP);
    }
    return sheet;
  }

  private void draw(Pixels sheet, int top, int zoom, Brightness look) {
    byte[] pixel = new byte[3];
    for (int cell = 0; cell < count; cell++) {
      int i = cell / columns;
      int j = cell % columns;
      int from = i * down + j * right;
      int y0 = top + i * (height * zoom + GAP);
      int x0 = j * (width * zoom + GAP);
      for (int y = 0; y < height * zoom; y++) {
        for (int x = 0; x < width * zoom; x++) {
          pixel(from + y / zoom * row + x / zoom * column, look, pixel);
          int to = ((y0 + y) * sheet.width() + x0 + x) * sheet.channels();
          System.arraycopy(pixel, 0, sheet.data(), to, sheet.channels());
        }
      }
    }
  }

  private void pixel(int at, Brightness look, byte[] to) {
    for (int c = 0; c < 3; c++) {
      double value = tensor.get(at + Math.min(c, channels - 1) * channel);
      if (Double.isNaN(value)) {
        for (int k = 0; k < 3; k++) to[k] = (byte) Brightness.NAN[k];
        return;
      }
      to[c] = look.level(value);
    }
  }
}
