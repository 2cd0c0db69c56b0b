package dlx.pictures;

/**
 * Other sizes. A new pixel is the mean of the old ones around its place with weights that fall
 * linearly to 0 one pixel away, of the coarser of the two rasters: linear interpolation where a
 * picture grows, and no pixel is jumped over where it shrinks.
 */
public final class Resize {
  private Resize() {}

  /** Stretched to {@code height} by {@code width}. */
  public static Pixels stretch(Pixels from, int height, int width) {
    return resample(from, height, width, 0, 0, from.height(), from.width());
  }

  /** The largest part in the middle that has the proportions of {@code height} by {@code width}. */
  public static Pixels cut(Pixels from, int height, int width) {
    double scale = Math.min((double) from.height() / height, (double) from.width() / width);
    double high = height * scale;
    double wide = width * scale;
    double top = (from.height() - high) / 2;
    double left = (from.width() - wide) / 2;
    return resample(from, height, width, top, left, high, wide);
  }

  private static Pixels resample(
      Pixels from, int height, int width, double top, double left, double high, double wide) {
    if (from.height() == height && from.width() == width) return from;
    int channels = from.channels();
    Weights rows = new Weights(from.height(), height, top, high);
    Weights columns = new Weights(from.width(), width, left, wide);
    float[] narrow = new float[from.height() * width * channels];
    for (int y = 0; y < from.height(); y++) {
      for (int x = 0; x < width; x++) {
        int to = (y * width + x) * channels;
        for (int k = 0; k < columns.count[x]; k++) {
          float weight = columns.weight[x][k];
          int at = (y * from.width() + columns.first[x] + k) * channels;
          for (int c = 0; c < channels; c++)
            narrow[to + c] += weight * (from.data()[at + c] & 0xff);
        }
      }
    }
    Pixels result = Pixels.empty(height, width, channels);
    float[] row = new float[width * channels];
    for (int y = 0; y < height; y++) {
      java.util.Arrays.fill(row, 0);
      for (int k = 0; k < rows.count[y]; k++) {
        int at = (rows.first[y] + k) * row.length;
        for (int i = 0; i < row.length; i++) row[i] += rows.weight[y][k] * narrow[at + i];
      }
      for (int i = 0; i < row.length; i++) {
        result.data()[y * row.length + i] = (byte) Math.clamp(Math.round(row[i]), 0, 255);
      }
    }
    return result;
  }

  /** For each new position along an axis: the first old one, how many, and their weights. */
  private static final class Weights {
    final int[] first;
    final int[] count;
    final float[][] weight;

    Weights(int old, int now, double begin, double length) {
      first = new int[now];
      count = new int[now];
      weight = new float[now][];
      double scale = length / now;
      double reach = Math.max(scale, 1);
      for (int i = 0; i < now; i++) {
        double centre = begin + (i + 0.5) * scale;
        first[i] = Math.clamp((long) Math.floor(centre - reach), 0, old - 1);
        int last = Math.clamp((long) Math.ceil(centre + reach), first[i] + 1, old);
        count[i] = last - first[i];
        weight[i] = new float[count[i]];
        double sum = 0;
        for (int k = 0; k < count[i]; k++) {
          double away = Math.abs(first[i] + k + 0.5 - centre) / reach;
          weight[i][k] = (float) Math.max(0, 1 - away);
          sum += weight[i][k];
        }
        for (int k = 0; k < count[i]; k++) weight[i][k] = (float) (weight[i][k] / sum);
      }
    }
  }
}
