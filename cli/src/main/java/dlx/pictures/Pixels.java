package dlx.pictures;

/**
 * A picture.
 *
 * @param channels 1 grey, 3 red, green and blue, 4 those and how much they cover
 * @param data a byte from 0 (dark) to 255 for each row from the top, column from the left and
 *     channel, in this order
 */
public record Pixels(int height, int width, int channels, byte[] data) {
  public Pixels {
    if ((long) height * width * channels != data.length) {
      throw new IllegalArgumentException(height + " " + width + " " + channels);
    }
  }

  static Pixels empty(int height, int width, int channels) {
    return new Pixels(height, width, channels, new byte[height * width * channels]);
  }

  /**
   * Sets the pixel at {@code at}: a grey one is as bright as the colour, by the weights of ITU-R
   * BT.601.
   *
   * @param cover how much the pixel covers, 255 for all
   */
  public static void put(byte[] to, int at, int channels, int r, int g, int b, int cover) {
    if (channels == 1) {
      to[at] = (byte) ((299 * r + 587 * g + 114 * b + 500) / 1000);
      return;
    }
    to[at] = (byte) r;
    to[at + 1] = (byte) g;
    to[at + 2] = (byte) b;
    if (channels == 4) to[at + 3] = (byte) cover;
  }

  /** Such as {@code 480×640}: height and width. */
  public String size() {
    return height + "×" + width;
  }
}
