package dlx.data;

import dlx.pictures.Pixels;
import dlx.pictures.Resize;

/** Pictures in the size that an input declares. */
record Fit(PictureInput input, Reading.Fit how) {
  /** The height of a picture that was {@code given} high. */
  int height(int given) {
    return input.height() == Wanted.ANY ? given : input.height();
  }

  int width(int given) {
    return input.width() == Wanted.ANY ? given : input.width();
  }

  /**
   * Whether so many pictures fit into memory.
   *
   * @throws dlx.runtime.DlxException R0303 if they do not
   */
  void check(long count, int height, int width, String place) {
    long bytes = count * height(height) * width(width) * input.channels();
    long most = Runtime.getRuntime().maxMemory();
    if (bytes <= most / 10 * 9) return;
    throw Problem.memory(
        place, "%d pictures take %d MiB of %d".formatted(count, bytes >> 20, most >> 20));
  }

  /**
   * @throws dlx.runtime.DlxException R0103 if the picture has another size and that is refused
   */
  Pixels fit(Pixels pixels, String place) {
    int height = height(pixels.height());
    int width = width(pixels.width());
    if (pixels.height() == height && pixels.width() == width) return pixels;
    return switch (how) {
      case REFUSE ->
          throw Problem.shape(
              place,
              "the picture is %s (height × width), `%s` is %s"
                  .formatted(pixels.size(), input.pictures().name(), input.pictures().describe()),
              "`--fit resize` stretches pictures, `--fit crop` scales them and cuts the middle");
      case RESIZE -> Resize.stretch(pixels, height, width);
      case CROP -> Resize.cut(pixels, height, width);
    };
  }
}
