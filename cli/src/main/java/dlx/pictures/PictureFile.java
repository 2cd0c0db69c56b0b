package dlx.pictures;

import dlx.runtime.DlxException;
import dlx.runtime.Tensor;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import javax.imageio.stream.ImageInputStream;

/** Picture files, recognized by what is in them. */
public final class PictureFile {
  private static final List<String> ENDINGS = List.of(".png", ".jpg", ".jpeg", ".gif", ".bmp");

  static {
    System.setProperty("java.awt.headless", "true");
    ImageIO.setUseCache(false);
  }

  private PictureFile() {}

  /** Whether a file is named like a picture. */
  public static boolean isNamed(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return ENDINGS.stream().anyMatch(name::endsWith);
  }

  /**
   * Reads a picture; of a file with several, the first.
   *
   * @param channels that are wanted: grey is made of colours as 0.299 r + 0.587 g + 0.114 b,
   *     colours of grey are equal; how much a pixel covers is left out, or full where the file does
   *     not say it
   * @throws DlxException R0101 if it cannot be read, is damaged, or is no picture; R0301 if it is
   *     too large
   */
  public static Pixels read(Path file, int channels) {
    String place = file.toString();
    try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
      if (in == null || !Files.isReadable(file)) throw damaged(place, "it may not be read");
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw Files.size(file) == 0
            ? new DlxException("R0101", "the file is empty", place, "")
            : damaged(place, "its first bytes are those of no kind that is known");
      }
      ImageReader reader = readers.next();
      try {
        return read(reader, in, channels, place);
      } finally {
        reader.dispose();
      }
    } catch (EOFException e) {
      throw damaged(place, "it ends too early");
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      // readers of the JDK meet damaged headers with any of these
      String reason = e.getMessage();
      throw damaged(place, reason == null ? "its header is wrong" : reason);
    }
  }

  private static Pixels read(ImageReader reader, ImageInputStream in, int channels, String place)
      throws IOException {
    reader.setInput(in, true, true);
    int height = reader.getHeight(0);
    int width = reader.getWidth(0);
    if ((long) height * width * Math.max(channels, 4) > Tensor.MOST_ELEMENTS) {
      throw new DlxException(
          "R0301",
          "the picture has %d×%d pixels, which are too many".formatted(height, width),
          place,
          "make it smaller");
    }
    String[] told = {""};
    // a JPEG file that ends too early is a warning to the JDK, and grey where it ends
    reader.addIIOReadWarningListener(warnings(told));
    BufferedImage image = reader.read(0);
    if (!told[0].isEmpty()) throw damaged(place, told[0]);
    return pixels(image, channels);
  }

  private static IIOReadWarningListener warnings(String[] told) {
    return (source, warning) -> {
      String text = warning.toLowerCase(Locale.ROOT);
      if (text.contains("premature")) told[0] = "it ends too early";
      else if (text.contains("corrupt")) told[0] = warning;
    };
  }

  private static DlxException damaged(String place, String reason) {
    String end = reason.endsWith(".") ? reason.substring(0, reason.length() - 1) : reason;
    return new DlxException(
        "R0101",
        "this is no whole picture: " + end,
        place,
        "pictures are PNG, JPEG, GIF or BMP files; copy or convert it again, or take it out of the"
            + " folder");
  }

  private static Pixels pixels(BufferedImage image, int channels) {
    Raster raster = image.getRaster();
    int samples = image.getColorModel().getNumComponents();
    // the colour space of grey pictures in Java is not that of files: their samples are read as
    // they are
    boolean grey = image.getColorModel().getColorSpace().getNumComponents() == 1;
    int height = image.getHeight();
    int width = image.getWidth();
    Pixels pixels = Pixels.empty(height, width, channels);
    int[] row = new int[width * (grey ? raster.getNumBands() : 1)];
    int most = grey ? (1 << image.getColorModel().getComponentSize(0)) - 1 : 255;
    for (int y = 0; y < height; y++) {
      if (grey) raster.getPixels(0, y, width, 1, row);
      else image.getRGB(0, y, width, 1, row, 0, width);
      for (int x = 0; x < width; x++) {
        int at = (y * width + x) * channels;
        if (grey) {
          int bands = raster.getNumBands();
          int level = Math.round(row[x * bands] * 255f / most);
          int cover = samples > 1 && bands > 1 ? Math.round(row[x * bands + 1] * 255f / most) : 255;
          Pixels.put(pixels.data(), at, channels, level, level, level, cover);
        } else {
          int argb = row[x];
          Pixels.put(
              pixels.data(),
              at,
              channels,
              argb >> 16 & 0xff,
              argb >> 8 & 0xff,
              argb & 0xff,
              argb >>> 24);
        }
      }
    }
    return pixels;
  }
}
