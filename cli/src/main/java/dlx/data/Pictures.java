package dlx.data;

import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Pictures of one size as their bytes, a quarter of what they take as f32. They become numbers
 * where a batch is filled.
 */
public final class Pictures implements Values {
  private final DType dtype;
  private final int[] shape;
  private final int height;
  private final int width;
  private final int channels;
  private final List<byte[]> pixels;
  private final float[] numbers = new float[256];

  /** What 255 is divided by. */
  private final double full;

  /**
   * @param shape as declared, examples first
   * @param pixels of each, row by row, channels last
   */
  Pictures(
      DType dtype,
      int[] shape,
      int height,
      int width,
      int channels,
      List<byte[]> pixels,
      Reading.Bytes bytes) {
    this.dtype = dtype;
    this.shape = shape.clone();
    this.height = height;
    this.width = width;
    this.channels = channels;
    this.pixels = List.copyOf(pixels);
    boolean unit = bytes == Reading.Bytes.UNIT && dtype.isFloat();
    this.full = unit ? 255 : 1;
    for (int i = 0; i < numbers.length; i++) numbers[i] = (float) (i / full);
  }

  Pictures and(Pictures others) {
    List<byte[]> all = new ArrayList<>(pixels);
    all.addAll(others.pixels);
    int[] longer = shape.clone();
    longer[0] = all.size();
    Reading.Bytes bytes = full == 1 ? Reading.Bytes.KEEP : Reading.Bytes.UNIT;
    return new Pictures(dtype, longer, height, width, channels, all, bytes);
  }

  /** The number that 255 becomes. */
  float white() {
    return numbers[255];
  }

  @Override
  public DType dtype() {
    return dtype;
  }

  @Override
  public int[] shape() {
    return shape.clone();
  }

  @Override
  public int extent(int axis) {
    return shape[axis];
  }

  @Override
  public Tensor tensor() {
    int count = pixels.size();
    long size = (long) count * height * width * channels;
    if (size > Tensor.MOST_ELEMENTS) {
      throw Problem.elements("", count + " pictures in one tensor have too many elements");
    }
    Tensor all = Tensor.zeros(dtype, shape);
    int[] order = new int[count];
    for (int i = 0; i < count; i++) order[i] = i;
    gather(0, order, 0, all, 0, count);
    return all;
  }

  @Override
  public void gather(int axis, int[] order, int from, Tensor target, int begin, int end) {
    int each = height * width * channels;
    for (int i = begin; i < end; i++) {
      byte[] bytes = pixels.get(order[from + i]);
      int to = i * each;
      switch (dtype) {
        case F32 -> {
          float[] floats = target.floats();
          for (int k = 0; k < each; k++) floats[to + k] = numbers[bytes[k] & 0xff];
        }
        case F64 -> {
          double[] doubles = target.doubles();
          for (int k = 0; k < each; k++) doubles[to + k] = (bytes[k] & 0xff) / full;
        }
        case I32 -> {
          int[] ints = target.ints();
          for (int k = 0; k < each; k++) ints[to + k] = bytes[k] & 0xff;
        }
        case BOOL -> throw new AssertionError("pictures are numbers");
      }
    }
  }
}
