package dlx.data;

import dlx.runtime.RandomBits;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How pictures are changed by chance before they are trained on, in this order:
 *
 * <pre>
 *   shift:N        moved by up to N pixels each way; the pixels at the edge are repeated
 *   crop:N         the same, and black comes in: N black pixels around, of which a part is cut
 *   flip           left and right changed, every second time; flip:vertical, flip:both
 *   brightness:S   multiplied by a factor from 1 - S to 1 + S
 *   contrast:S     the distance from the mean grey of the picture, multiplied so
 *   saturation:S   the distance from the grey of the pixel, multiplied so
 *   jitter:S       brightness, contrast and saturation
 * </pre>
 *
 * <p>What is drawn is a function of seed, epoch and the number of the example in the data.
 *
 * @param text as it was asked for
 */
public record Augmentation(
    String text,
    int shift,
    int crop,
    boolean across,
    boolean upright,
    double brightness,
    double contrast,
    double saturation) {
  /** Numbers that are drawn for an example, at most. */
  private static final int DRAWS = 16;

  private static final int MOST_PIXELS = 10_000;

  /**
   * Reads a list such as {@code flip, crop:4}.
   *
   * @throws IllegalArgumentException with a sentence, if there is something else in it
   */
  public static Augmentation of(String text) {
    int shift = 0;
    int crop = 0;
    boolean across = false;
    boolean upright = false;
    double[] colour = new double[3];
    List<String> seen = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      String[] words = part.strip().split("\\s*:\\s*", 2);
      String value = words.length > 1 ? words[1] : "";
      if (seen.contains(words[0])) {
        throw new IllegalArgumentException("`" + words[0] + "` is given twice");
      }
      seen.add(words[0]);
      switch (words[0]) {
        case "shift" -> shift = pixels(words[0], value);
        case "crop" -> crop = pixels(words[0], value);
        case "flip" -> {
          if (!List.of("", "horizontal", "vertical", "both").contains(value)) {
            throw new IllegalArgumentException(
                "flip is `horizontal`, `vertical` or `both`, not " + value);
          }
          across = !value.equals("vertical");
          upright = value.equals("vertical") || value.equals("both");
        }
        case "brightness" -> colour[0] = strength(words[0], value);
        case "contrast" -> colour[1] = strength(words[0], value);
        case "saturation" -> colour[2] = strength(words[0], value);
        case "jitter" -> {
          for (int i = 0; i < 3; i++) colour[i] = strength(words[0], value);
        }
        default ->
            throw new IllegalArgumentException(
                "pictures are changed by flip, crop:N, shift:N, jitter:S, brightness:S, contrast:S"
                    + " and saturation:S, not by `"
                    + part.strip()
                    + "`");
      }
    }
    return new Augmentation(
        text.strip(), shift, crop, across, upright, colour[0], colour[1], colour[2]);
  }

  private static int pixels(String name, String value) {
    try {
      int pixels = Integer.parseInt(value);
      if (pixels >= 1 && pixels <= MOST_PIXELS) return pixels;
    } catch (NumberFormatException e) {
      // said below
    }
    throw new IllegalArgumentException(
        "%s is a number of pixels, such as %s:4, not `%s`".formatted(name, name, value));
  }

  private static double strength(String name, String value) {
    try {
      double strength = Double.parseDouble(value);
      if (strength > 0 && strength <= 1) return strength;
    } catch (NumberFormatException e) {
      // said below
    }
    throw new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "%s is a strength from 0 to 1, such as %s:0.2, not `%s`",
            name,
            name,
            value));
  }

  /** Whether colours are changed, so that numbers have to be from black to white. */
  boolean coloured() {
    return brightness > 0 || contrast > 0 || saturation > 0;
  }

  @Override
  public String toString() {
    return text;
  }

  /** What is drawn in an epoch depends on this. */
  static long key(long seed, int epoch) {
    return RandomBits.key(seed, epoch, RandomBits.address("dlx.data.augment"));
  }

  /**
   * Changes a picture. Its numbers are f64 on the way, whatever they are in the data.
   *
   * @param from the picture, {@code height} by {@code width} by {@code channels}
   * @param to where it goes; another array
   * @param white the number of white
   * @param example its number in the data
   */
  void apply(
      double[] from,
      double[] to,
      int height,
      int width,
      int channels,
      double white,
      long key,
      int example) {
    long draw = (long) example * DRAWS;
    int down = between(key, draw, shift);
    int right = between(key, draw + 1, shift);
    int cutDown = between(key, draw + 2, crop);
    int cutRight = between(key, draw + 3, crop);
    boolean mirrored = across && RandomBits.uniform64(key, draw + 4) < 0.5;
    boolean turned = upright && RandomBits.uniform64(key, draw + 5) < 0.5;
    for (int y = 0; y < height; y++) {
      int row = (turned ? height - 1 - y : y) - cutDown;
      boolean above = row < 0 || row >= height;
      int source = Math.clamp(row - down, 0, height - 1) * width;
      for (int x = 0; x < width; x++) {
        int at = (y * width + x) * channels;
        int column = (mirrored ? width - 1 - x : x) - cutRight;
        if (above || column < 0 || column >= width) {
          for (int c = 0; c < channels; c++) to[at + c] = 0;
        } else {
          int pixel = (source + Math.clamp(column - right, 0, width - 1)) * channels;
          for (int c = 0; c < channels; c++) to[at + c] = from[pixel + c];
        }
      }
    }
    if (coloured()) colours(to, height * width, channels, white, key, draw + 6);
  }

  /** A whole number from -most to most. */
  private static int between(long key, long draw, int most) {
    return most == 0 ? 0 : (int) (RandomBits.uniform64(key, draw) * (2 * most + 1)) - most;
  }

  private static double factor(long key, long draw, double strength) {
    return 1 + strength * (2 * RandomBits.uniform64(key, draw) - 1);
  }

  private void colours(
      double[] picture, int pixels, int channels, double white, long key, long draw) {
    int colours = Math.min(channels, 3); // a fourth channel is how much a pixel covers
    double bright = factor(key, draw, brightness);
    double sum = 0;
    for (int p = 0; p < pixels; p++) {
      int at = p * channels;
      for (int c = 0; c < colours; c++) {
        picture[at + c] = Math.clamp(picture[at + c] * bright, 0, white);
      }
      sum += grey(picture, at, colours);
    }
    double mean = sum / pixels;
    double apart = factor(key, draw + 1, contrast);
    double vivid = factor(key, draw + 2, saturation);
    for (int p = 0; p < pixels; p++) {
      int at = p * channels;
      for (int c = 0; c < colours; c++) {
        picture[at + c] = Math.clamp(mean + (picture[at + c] - mean) * apart, 0, white);
      }
      if (colours < 3) continue;
      double grey = grey(picture, at, colours);
      for (int c = 0; c < 3; c++) {
        picture[at + c] = Math.clamp(grey + (picture[at + c] - grey) * vivid, 0, white);
      }
    }
  }

  private static double grey(double[] picture, int at, int colours) {
    return colours < 3
        ? picture[at]
        : 0.299 * picture[at] + 0.587 * picture[at + 1] + 0.114 * picture[at + 2];
  }
}
