package dlx.data;

import dlx.runtime.DType;
import dlx.runtime.DlxException;
import dlx.runtime.Tensor;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * What an input wants to be given.
 *
 * @param name its name in the program
 * @param dtype its element type
 * @param shape its extents; {@link #ANY} where the data decide
 * @param batch the axis that counts examples, or -1 if there is none
 */
public record Wanted(String name, DType dtype, int[] shape, int batch) {
  /** An extent that the data decide. */
  public static final int ANY = -1;

  public Wanted {
    shape = shape.clone();
  }

  /** A copy of the extents. */
  @Override
  public int[] shape() {
    return shape.clone();
  }

  public int rank() {
    return shape.length;
  }

  /** The extents after the first axis. */
  int[] trailing() {
    return shape.length == 0 ? shape : Arrays.copyOfRange(shape, 1, shape.length);
  }

  /** The elements of one example if all extents after the first are fixed, else {@link #ANY}. */
  int width() {
    long width = 1;
    for (int extent : trailing()) {
      if (extent == ANY) return ANY;
      width *= extent;
    }
    return (int) Math.min(width, Integer.MAX_VALUE);
  }

  /**
   * {@code tensor} in this shape. Where only the axes after the examples are cut differently (28×28
   * pixels given for 784), it is reshaped; anything else is an error.
   */
  Tensor fit(Tensor tensor, String place) {
    if (fits(tensor.shape())) return tensor;
    boolean counted = batch == 0 && tensor.rank() > 0 && tensor.rank() != rank();
    if (counted && width() != ANY) {
      int examples = tensor.extent(0);
      if ((long) examples * width() == tensor.size()) {
        int[] cut = shape.clone();
        cut[0] = examples;
        if (fits(cut)) return tensor.reshape(cut);
      }
    }
    throw wrongShape(tensor.shape(), place);
  }

  private boolean fits(int[] given) {
    if (given.length != shape.length) return false;
    for (int i = 0; i < given.length; i++) {
      if (shape[i] != ANY && shape[i] != given[i]) return false;
    }
    return true;
  }

  DlxException wrongShape(int[] given, String place) {
    return Problem.shape(
        place,
        "`%s` is declared %s, the data have the shape %s"
            .formatted(name, describe(), Arrays.toString(given)),
        "");
  }

  /** The declared type with {@code _} for extents that the data decide. */
  public String describe() {
    if (shape.length == 0) return dtype.toString();
    return dtype
        + Arrays.stream(shape)
            .mapToObj(e -> e == ANY ? "_" : Integer.toString(e))
            .collect(Collectors.joining(", ", "[", "]"));
  }
}
