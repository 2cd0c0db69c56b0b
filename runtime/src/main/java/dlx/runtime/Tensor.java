package dlx.runtime;

import java.util.Arrays;

/**
 * An array with a shape: row-major, the last axis lies side by side. Wraps an array without
 * copying, so the owner of the array may change it.
 *
 * <p>A tensor of shape {@code []} is a number. Extents may be 0.
 */
public final class Tensor {
  /** Arrays of the JVM have no more elements, less what some virtual machines keep. */
  public static final int MOST_ELEMENTS = Integer.MAX_VALUE - 64;

  private final DType dtype;
  private final int[] shape;
  private final Object data;

  private Tensor(DType dtype, Object data, int length, int[] shape) {
    int size = size(shape);
    if (size != length) {
      throw new DlxException(
          "R0103",
          "an array of " + length + " elements cannot have the shape " + Arrays.toString(shape),
          "",
          "the product of the extents must be the length of the array");
    }
    this.dtype = dtype;
    this.data = data;
    this.shape = shape.clone();
  }

  public static Tensor of(float[] data, int... shape) {
    return new Tensor(DType.F32, data, data.length, shape);
  }

  public static Tensor of(double[] data, int... shape) {
    return new Tensor(DType.F64, data, data.length, shape);
  }

  public static Tensor of(int[] data, int... shape) {
    return new Tensor(DType.I32, data, data.length, shape);
  }

  public static Tensor of(boolean[] data, int... shape) {
    return new Tensor(DType.BOOL, data, data.length, shape);
  }

  public static Tensor scalar(float value) {
    return of(new float[] {value});
  }

  public static Tensor scalar(double value) {
    return of(new double[] {value});
  }

  public static Tensor scalar(int value) {
    return of(new int[] {value});
  }

  public static Tensor scalar(boolean value) {
    return of(new boolean[] {value});
  }

  /** A zero-filled tensor. */
  public static Tensor zeros(DType dtype, int... shape) {
    return wrap(dtype, dtype.newArray(size(shape)), shape);
  }

  /**
   * Wraps {@code float[]}, {@code double[]}, {@code int[]} or {@code boolean[]}, as {@code dtype}
   * says.
   */
  public static Tensor wrap(DType dtype, Object data, int... shape) {
    return switch (dtype) {
      case F32 -> of((float[]) data, shape);
      case F64 -> of((double[]) data, shape);
      case I32 -> of((int[]) data, shape);
      case BOOL -> of((boolean[]) data, shape);
    };
  }

  /** The number of elements of a shape; an error if it is more than an array holds. */
  public static int size(int... shape) {
    long size = 1;
    for (int extent : shape) {
      if (extent < 0) {
        throw new DlxException("R0103", "an extent is negative: " + Arrays.toString(shape), "", "");
      }
      size = Math.multiplyExact(size, extent);
      if (size > MOST_ELEMENTS) {
        throw new DlxException(
            "R0301",
            "a tensor of shape "
                + Arrays.toString(shape)
                + " has more than "
                + MOST_ELEMENTS
                + " elements",
            "",
            "make it smaller, for example with a smaller batch");
      }
    }
    return (int) size;
  }

  public DType dtype() {
    return dtype;
  }

  /** A copy of the shape. */
  public int[] shape() {
    return shape.clone();
  }

  public int rank() {
    return shape.length;
  }

  public int extent(int axis) {
    return shape[axis];
  }

  /** The number of elements. */
  public int size() {
    return size(shape);
  }

  /** The array behind, not a copy. */
  public Object data() {
    return data;
  }

  /** The array behind, not a copy; for {@code f32}. */
  public float[] floats() {
    return (float[]) data;
  }

  /** The array behind, not a copy; for {@code f64}. */
  public double[] doubles() {
    return (double[]) data;
  }

  /** The array behind, not a copy; for {@code i32}. */
  public int[] ints() {
    return (int[]) data;
  }

  /** The array behind, not a copy; for {@code bool}. */
  public boolean[] booleans() {
    return (boolean[]) data;
  }

  /** Element {@code index} in row-major order, as a double; {@code bool} is 0 or 1. */
  public double get(int index) {
    return switch (dtype) {
      case F32 -> floats()[index];
      case F64 -> doubles()[index];
      case I32 -> ints()[index];
      case BOOL -> booleans()[index] ? 1 : 0;
    };
  }

  /** Sets element {@code index} in row-major order, rounded to the element type. */
  public void set(int index, double value) {
    switch (dtype) {
      case F32 -> floats()[index] = (float) value;
      case F64 -> doubles()[index] = value;
      case I32 -> ints()[index] = (int) value;
      case BOOL -> booleans()[index] = value != 0;
    }
  }

  /** The only element of a tensor of one element, as a double. */
  public double number() {
    if (size() != 1) {
      throw new DlxException("R0103", "not a single number but " + describe(), "", "");
    }
    return get(0);
  }

  /** The only element, as a float. */
  public float f32() {
    return (float) number();
  }

  /** The same elements under another shape of the same size, without copying. */
  public Tensor reshape(int... newShape) {
    return wrap(dtype, data, newShape);
  }

  /** The same numbers with another element type; this tensor itself if it has that type. */
  public Tensor convert(DType to) {
    if (to == dtype) {
      return this;
    }
    Tensor result = zeros(to, shape);
    for (int i = 0; i < size(); i++) {
      result.set(i, get(i));
    }
    return result;
  }

  public Tensor copy() {
    Tensor result = zeros(dtype, shape);
    System.arraycopy(data, 0, result.data, 0, size());
    return result;
  }

  /** The type, such as {@code f32[64, 784]}. */
  public String describe() {
    return shape.length == 0 ? dtype.toString() : dtype + Arrays.toString(shape);
  }

  @Override
  public String toString() {
    int size = size();
    StringBuilder text = new StringBuilder(describe()).append(" [");
    for (int i = 0; i < Math.min(size, 16); i++) {
      text.append(i == 0 ? "" : ", ").append(element(i));
    }
    return text.append(size > 16 ? ", ...]" : "]").toString();
  }

  /** Element {@code index} in the shortest form that reads back to the same value. */
  public String element(int index) {
    return switch (dtype) {
      case F32 -> Float.toString(floats()[index]);
      case F64 -> Double.toString(doubles()[index]);
      case I32 -> Integer.toString(ints()[index]);
      case BOOL -> Boolean.toString(booleans()[index]);
    };
  }
}
