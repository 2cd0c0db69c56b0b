package dlx.tests.pictures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.pictures.Brightness;
import dlx.pictures.Grid;
import dlx.pictures.Pixels;
import dlx.pictures.Png;
import dlx.runtime.DType;
import dlx.runtime.DlxException;
import dlx.runtime.Tensor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tensors as pictures; what is in a file is read by the JDK. */
class GridTest {
  private static final int GAP = 0x404040;
  private static final int MAGENTA = 0xff00ff;

  /** Element i is i / 255, so that a pixel tells which element it shows. */
  private static Tensor numbered(int... shape) {
    Tensor tensor = Tensor.zeros(DType.F32, shape);
    for (int i = 0; i < tensor.size(); i++) tensor.set(i, i / 255.0);
    return tensor;
  }

  private static BufferedImage draw(Tensor tensor, boolean kernel, int zoom) throws IOException {
    Pixels pixels =
        Grid.draw(List.of(Grid.of(tensor, kernel, "x")), List.of(Brightness.of(tensor)), zoom);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Png.write(pixels, bytes);
    return ImageIO.read(new ByteArrayInputStream(bytes.toByteArray()));
  }

  private static int grey(BufferedImage image, int y, int x) {
    assertEquals(1, image.getRaster().getNumBands());
    return image.getRaster().getSample(x, y, 0);
  }

  private static int colour(BufferedImage image, int y, int x) {
    assertEquals(3, image.getRaster().getNumBands());
    return image.getRGB(x, y) & 0xffffff;
  }

  @Test
  void aMatrixIsAGreyPicture() throws IOException {
    BufferedImage image = draw(numbered(3, 5), false, 0);
    assertEquals(3, image.getHeight());
    assertEquals(5, image.getWidth());
    for (int i = 0; i < 15; i++) assertEquals(i, grey(image, i / 5, i % 5));
  }

  @Test
  void threeChannelsAreColours() throws IOException {
    BufferedImage image = draw(numbered(2, 4, 3), false, 0);
    assertEquals(4, image.getWidth());
    assertEquals(0x0f1011, colour(image, 1, 1));
    assertEquals(7, grey(draw(numbered(2, 4, 1), false, 0), 1, 3));
  }

  @Test
  void zoomRepeatsPixels() throws IOException {
    BufferedImage image = draw(numbered(3, 5), false, 4);
    assertEquals(12, image.getHeight());
    for (int y = 0; y < 12; y++) {
      for (int x = 0; x < 20; x++) assertEquals(y / 4 * 5 + x / 4, grey(image, y, x));
    }
  }

  @Test
  void severalPicturesAreAGrid() throws IOException {
    BufferedImage image = draw(numbered(5, 2, 2), false, 1);
    assertEquals(2 + 2 + 2, image.getHeight()); // two rows, a gap
    assertEquals(3 * 2 + 2 * 2, image.getWidth());
    assertEquals(0, grey(image, 0, 0));
    assertEquals(4, grey(image, 0, 4));
    assertEquals(12, grey(image, 4, 0));
    assertEquals(19, grey(image, 5, 5));
    assertEquals(0x40, grey(image, 5, 9)); // there is no sixth
    assertEquals(0x40, grey(image, 2, 0));
    BufferedImage colours = draw(numbered(2, 2, 2, 3), false, 1);
    assertEquals(0x0c0d0e, colour(colours, 0, 4));
    assertEquals(GAP, colour(colours, 0, 2));
  }

  @Test
  void smallOnesAreEnlarged() throws IOException {
    assertEquals(5 * 5, draw(numbered(1, 5, 5), false, 0).getHeight());
    assertEquals(28, draw(Tensor.zeros(DType.F32, 1, 28, 28), false, 0).getHeight());
  }

  @Test
  void featureMapsAreARowForEachExample() throws IOException {
    BufferedImage image = draw(numbered(2, 1, 2, 4), false, 1);
    assertEquals(2 + 2, image.getHeight());
    assertEquals(4 * 2 + 3 * 2, image.getWidth());
    // example 1, channel 2, pixel (0, 1)
    assertEquals(8 + 4 + 2, grey(image, 3, 2 * 4 + 1));
  }

  @Test
  void kernelsAreFilters() throws IOException {
    // element (y, x, c, o) of [2, 2, 3, 4] is ((2 y + x) 3 + c) 4 + o
    BufferedImage colours = draw(numbered(2, 2, 3, 4), true, 1);
    assertEquals(2 * 2 + 2, colours.getWidth());
    int o = 3;
    int at = ((1 * 2 + 0) * 3 + 0) * 4 + o;
    int expected = at << 16 | at + 4 << 8 | at + 8;
    assertEquals(expected, colour(colours, 2 + 2 + 1, 2 + 2 + 0));
    BufferedImage many = draw(numbered(2, 2, 5, 3), true, 1);
    assertEquals(3 * 2 + 2 * 2, many.getHeight()); // a row for each filter
    assertEquals(5 * 2 + 4 * 2, many.getWidth());
    assertEquals(((0 * 2 + 1) * 5 + 4) * 3 + 2, grey(many, 2 * 4, 4 * 4 + 1));
  }

  @Test
  void numbersBeyondOneAreScaledFromTheLeastToTheGreatest() throws IOException {
    Tensor tensor = Tensor.of(new float[] {-2, -1, 0, 2}, 1, 4);
    BufferedImage image = draw(tensor, false, 0);
    int[] expected = {0, 64, 128, 255};
    for (int i = 0; i < 4; i++) assertEquals(expected[i], grey(image, 0, i));
    assertTrue(Brightness.of(tensor).told());
    Brightness told = Brightness.between(2, -2, tensor);
    Pixels turned = Grid.draw(List.of(Grid.of(tensor, false, "x")), List.of(told), 1);
    assertEquals(-1, turned.data()[0]);
    assertEquals(0, turned.data()[3]);
  }

  @Test
  void wholeNumbersAreBytesAndTruthIsWhite() throws IOException {
    assertEquals(200, grey(draw(Tensor.of(new int[] {0, 200}, 1, 2), false, 0), 0, 1));
    assertEquals(255, grey(draw(Tensor.of(new boolean[] {false, true}, 1, 2), false, 0), 0, 1));
  }

  @Test
  void noNumbersAreMagentaAndInfinitiesTheEnds() throws IOException {
    float[] data = {0.5f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0, 1};
    Tensor tensor = Tensor.of(data, 1, 6);
    assertEquals(1, Brightness.of(tensor).nan());
    assertTrue(Brightness.of(tensor).told());
    BufferedImage image = draw(tensor, false, 0);
    assertEquals(MAGENTA, colour(image, 0, 1));
    assertEquals(0x808080, colour(image, 0, 0));
    assertEquals(0xffffff, colour(image, 0, 2));
    assertEquals(0, colour(image, 0, 3));
    Tensor same = Tensor.of(new float[] {3, 3}, 1, 2);
    assertEquals(128, grey(draw(same, false, 0), 0, 0));
    Tensor none = Tensor.of(new float[] {Float.NaN, Float.NaN}, 1, 2);
    assertEquals(MAGENTA, colour(draw(none, false, 0), 0, 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "7", "0,3", "1,2,3,4,5", "2,0,3,3"})
  void otherShapesAreNoPictures(String shape) {
    int[] extents =
        shape.isEmpty()
            ? new int[0]
            : java.util.Arrays.stream(shape.split(",")).mapToInt(Integer::parseInt).toArray();
    DlxException e =
        assertThrows(
            DlxException.class, () -> Grid.of(Tensor.zeros(DType.F32, extents), false, "x"));
    assertEquals("R0103", e.code());
    assertTrue(e.getMessage().contains("`x` is no picture: it is f32"), e.getMessage());
  }

  @Test
  void aPictureThatIsTooLargeIsToldBeforeItIsDrawn() {
    Grid grid = Grid.of(Tensor.zeros(DType.F32, 100, 100), false, "x");
    Brightness look = new Brightness(0, 1, 0, false);
    DlxException e =
        assertThrows(DlxException.class, () -> Grid.draw(List.of(grid), List.of(look), 1000));
    assertEquals("R0301", e.code());
  }
}
