package dlx.tests.pictures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dlx.pictures.Pixels;
import dlx.pictures.Resize;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ResizeTest {
  /** Red falls to the right, green downwards, blue is 77. */
  private static Pixels ramp(int height, int width) {
    byte[] data = new byte[height * width * 3];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int at = (y * width + x) * 3;
        data[at] = (byte) Math.round(255.0 * (x + 0.5) / width);
        data[at + 1] = (byte) Math.round(255.0 * (y + 0.5) / height);
        data[at + 2] = 77;
      }
    }
    return new Pixels(height, width, 3, data);
  }

  @Property(tries = 100)
  void aRampStaysARamp(
      @ForAll @IntRange(min = 4, max = 40) int height,
      @ForAll @IntRange(min = 4, max = 40) int width,
      @ForAll @IntRange(min = 1, max = 40) int high,
      @ForAll @IntRange(min = 1, max = 40) int wide) {
    Pixels result = Resize.stretch(ramp(height, width), high, wide);
    for (int y = 0; y < high; y++) {
      for (int x = 0; x < wide; x++) {
        int at = (y * wide + x) * 3;
        // at an edge the mean is of pixels on one side only: half a pixel of the coarser raster
        double red = 0.5 * 255 / Math.min(width, wide) + 1;
        double green = 0.5 * 255 / Math.min(height, high) + 1;
        assertEquals(255 * (x + 0.5) / wide, result.data()[at] & 0xff, red);
        assertEquals(255 * (y + 0.5) / high, result.data()[at + 1] & 0xff, green);
        assertEquals(77, result.data()[at + 2]);
      }
    }
  }

  @Property(tries = 50)
  void halfTheSizeWeighsNeighbours(@ForAll byte a, @ForAll byte b) {
    // new pixels lie at 1 and 3; weights of old pixels at 0.5, 1.5, 2.5, 3.5 fall by 1/2 per pixel
    Pixels pair = new Pixels(1, 4, 1, new byte[] {a, a, b, b});
    double first = ((a & 0xff) * 1.5 + (b & 0xff) * 0.25) / 1.75;
    assertEquals(first, Resize.stretch(pair, 1, 2).data()[0] & 0xff, 0.501);
  }

  @Test
  void cuttingTakesTheMiddle() {
    byte[] stripes = new byte[8];
    for (int i = 0; i < 8; i++) stripes[i] = (byte) (i < 2 || i > 5 ? 255 : 9);
    Pixels cut = Resize.cut(new Pixels(1, 8, 1, stripes), 1, 4);
    assertArrayEquals(new byte[] {9, 9, 9, 9}, cut.data());
    Pixels square = Resize.cut(new Pixels(4, 8, 1, rows(stripes, 4)), 4, 4);
    assertArrayEquals(rows(new byte[] {9, 9, 9, 9}, 4), square.data());
  }

  private static byte[] rows(byte[] row, int count) {
    byte[] all = new byte[row.length * count];
    for (int i = 0; i < count; i++) System.arraycopy(row, 0, all, i * row.length, row.length);
    return all;
  }
}
