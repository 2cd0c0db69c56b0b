package dlx.data;

import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The inputs of a data set that are changed by chance: float inputs that are pictures, {@code [n,
 * h, w, c]} or {@code [n, h, w]}. All pictures of an example are changed alike.
 */
final class Augmented {
  /** An input; its number in the data set, and what white is. */
  private record Picture(int column, int height, int width, int channels, double white) {
    int size() {
      return height * width * channels;
    }
  }

  private final Augmentation how;
  private final List<Picture> pictures = new ArrayList<>();

  /**
   * @param name of the only input that is meant, or empty
   * @throws dlx.runtime.DlxException R0103 if the inputs are no pictures, R0104 if colours are
   *     changed and the numbers are not from 0 to 1 or 255
   */
  Augmented(Dataset data, String name, Augmentation how) {
    this.how = how;
    for (int i = 0; i < data.columns().size(); i++) {
      Dataset.Column c = data.columns().get(i);
      int[] shape = c.values().shape();
      boolean able = c.axis() == 0 && c.values().dtype().isFloat();
      if (!able || shape.length < 3 || shape.length > 4) continue;
      if (!name.isEmpty() && !name.equals(c.name())) continue;
      int channels = shape.length == 3 ? 1 : shape[3];
      pictures.add(
          new Picture(i, shape[1], shape[2], channels, how.coloured() ? white(c, channels) : 1));
    }
    if (!pictures.isEmpty()) return;
    throw Problem.shape(
        "",
        name.isEmpty()
            ? "no input is pictures that could be changed by chance"
            : "`" + name + "` is no input of pictures that could be changed by chance",
        "that is a float input [batch, height, width, channels] or [batch, height, width]");
  }

  private static double white(Dataset.Column c, int channels) {
    if (channels != 1 && channels != 3 && channels != 4) {
      throw Problem.shape(
          "",
          "`%s` has %d channels, and colours are changed of 1, 3 or 4"
              .formatted(c.name(), channels),
          "");
    }
    return switch (c.values()) {
      case Pictures pictures -> pictures.white();
      case Values.Numbers numbers -> white(c.name(), numbers.tensor());
    };
  }

  private static double white(String name, Tensor tensor) {
    double most = 0;
    for (int i = 0; i < tensor.size(); i++) {
      double value = tensor.get(i);
      if (!(value >= 0 && value <= 255)) {
        throw Problem.value(
            "",
            "`%s` has the number %s, and colours are changed of pictures from 0 to 1 or 255"
                .formatted(name, tensor.element(i)),
            "leave out jitter, brightness, contrast and saturation");
      }
      most = Math.max(most, value);
    }
    return most <= 1 ? 1 : 255;
  }

  /** Changes examples of a batch in place. Not for several threads at once. */
  final class Hand {
    private final double[] from;
    private final double[] to;

    Hand() {
      int most = pictures.stream().mapToInt(Picture::size).max().orElse(0);
      from = new double[most];
      to = new double[most];
    }

    /**
     * @param targets the batch, by the number of the input
     * @param order which example of the data is {@code order[start + i]}
     */
    void apply(Tensor[] targets, int[] order, int start, int begin, int end, long key) {
      for (int p = 0; p < pictures.size(); p++) {
        Picture picture = pictures.get(p);
        Tensor target = targets[picture.column];
        for (int i = begin; i < end; i++) apply(picture, target, i, key, order[start + i]);
      }
    }

    private void apply(Picture picture, Tensor target, int slot, long key, int example) {
      int size = picture.size();
      int at = slot * size;
      boolean single = target.dtype() == DType.F32;
      if (single) for (int k = 0; k < size; k++) from[k] = target.floats()[at + k];
      else System.arraycopy(target.doubles(), at, from, 0, size);
      how.apply(
          from, to, picture.height, picture.width, picture.channels, picture.white, key, example);
      if (single) for (int k = 0; k < size; k++) target.floats()[at + k] = (float) to[k];
      else System.arraycopy(to, 0, target.doubles(), at, size);
    }
  }
}
