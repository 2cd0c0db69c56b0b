package dlx.data;

import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The input that takes pictures and the one that takes their classes. Names do not matter: pictures
 * go to the first float input that counts examples and has the axes {@code [n, h, w, c]} or {@code
 * [n, h, w]}, or else to the first such i32 input, classes to the one input left that is one number
 * for each example.
 *
 * @param height of a picture as declared, or {@link Wanted#ANY}
 * @param width as {@code height}
 * @param channels 1, 3 or 4
 * @param one whether the input is one picture and counts no examples
 */
record PictureInput(
    Wanted pictures, int height, int width, int channels, boolean one, Optional<Wanted> label) {

  /**
   * @throws dlx.runtime.DlxException R0103 if no input takes pictures, R0107 if several might take
   *     the classes
   */
  static PictureInput of(String place, List<Wanted> wanted) {
    List<Wanted> able = new ArrayList<>();
    wanted.stream().filter(w -> w.dtype().isFloat() && isAble(w)).forEach(able::add);
    wanted.stream().filter(w -> w.dtype() == DType.I32 && isAble(w)).forEach(able::add);
    if (able.isEmpty() && wanted.size() == 1 && isOne(wanted.getFirst())) {
      return input(place, wanted.getFirst(), true, Optional.empty());
    }
    if (able.isEmpty()) {
      throw Problem.shape(
          place,
          wanted.size() == 1
              ? "`%s` is %s, which takes no pictures"
                  .formatted(wanted.getFirst().name(), wanted.getFirst().describe())
              : "no input takes pictures",
          "an input of pictures is such as `image: f32[batch, 32, 32, 3]`, or `f32[batch, 28, 28]`"
              + " for grey ones");
    }
    Wanted pictures = able.getFirst();
    return input(place, pictures, false, label(place, wanted, pictures));
  }

  private static boolean isAble(Wanted w) {
    if (w.rank() != 3 && w.rank() != 4) return false;
    if (w.batch() >= 0) return w.batch() == 0;
    // an input given by its name, of which it is not told what counts examples
    int last = w.shape()[2];
    return w.shape()[0] < 0 && (w.rank() == 4 || last != 1 && last != 3 && last != 4);
  }

  private static boolean isOne(Wanted w) {
    boolean number = w.dtype().isFloat() || w.dtype() == DType.I32;
    return number && w.batch() < 0 && (w.rank() == 2 || w.rank() == 3);
  }

  private static Optional<Wanted> label(String place, List<Wanted> wanted, Wanted pictures) {
    List<Wanted> able =
        wanted.stream()
            .filter(w -> w != pictures && w.batch() == 0 && w.rank() == 1)
            .filter(w -> w.dtype().isFloat() || w.dtype() == DType.I32)
            .toList();
    if (able.size() < 2) return able.stream().findFirst();
    throw Problem.name(
        place,
        "several inputs might take the classes of pictures: "
            + String.join(", ", able.stream().map(Wanted::name).toList()),
        "give the others by name, with --data NAME=...");
  }

  private static PictureInput input(String place, Wanted w, boolean one, Optional<Wanted> label) {
    int[] shape = w.shape();
    int first = one ? 0 : 1;
    int channels = shape.length == first + 2 ? 1 : shape[first + 2];
    if (channels == Wanted.ANY) channels = 3;
    if (channels != 1 && channels != 3 && channels != 4) {
      throw Problem.shape(
          place,
          "`%s` is %s, and pictures have 1, 3 or 4 channels".formatted(w.name(), w.describe()),
          "");
    }
    return new PictureInput(w, shape[first], shape[first + 1], channels, one, label);
  }

  /**
   * Everything put together.
   *
   * @param pixels of each picture; all of the size {@code high} by {@code wide}
   * @param labels of each, or null if there are none
   * @param names of the classes; empty if they have none
   */
  Loaded loaded(
      String place,
      List<byte[]> pixels,
      int high,
      int wide,
      int[] labels,
      List<String> names,
      List<String> notes,
      Reading.Bytes bytes) {
    Map<String, Values> values = new LinkedHashMap<>();
    Map<String, List<String>> classes = new LinkedHashMap<>();
    int[] given = {pixels.size(), high, wide, channels};
    values.put(
        pictures.name(),
        new Pictures(pictures.dtype(), shape(given, place), high, wide, channels, pixels, bytes));
    if (labels != null && label.isPresent()) {
      Wanted w = label.get();
      values.put(w.name(), Values.of(Tensor.of(labels, labels.length).convert(w.dtype())));
      if (!names.isEmpty()) classes.put(w.name(), names);
    }
    return new Loaded(values, classes, notes, false);
  }

  /** The shape as declared. */
  private int[] shape(int[] given, String place) {
    int[] declared = pictures.shape();
    int[] shape = declared.clone();
    int first = one ? 0 : 1;
    if (one && given[0] != 1) {
      throw Problem.shape(
          place,
          "`%s` is one picture, and there are %d".formatted(pictures.name(), given[0]),
          "name one file");
    }
    if (!one) shape[0] = given[0];
    for (int axis = first; axis < shape.length; axis++) shape[axis] = given[axis - first + 1];
    for (int axis = 0; axis < shape.length; axis++) {
      if (declared[axis] != Wanted.ANY && declared[axis] != shape[axis]) {
        throw pictures.wrongShape(shape, place);
      }
    }
    return shape;
  }
}
