package dlx.data;

import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Arrays of elements as bytes, read with conversion and range checks, written as they are. */
final class Elements {
  private static final int CHUNK = 8192;

  private Elements() {}

  /**
   * How many elements an array of a file has.
   *
   * @throws dlx.runtime.DlxException R0301 if they are more than an array of the JVM holds
   */
  static int count(String place, long... shape) {
    double count = 1;
    boolean fits = true;
    for (long extent : shape) {
      count *= extent;
      fits &= extent <= Integer.MAX_VALUE;
    }
    if (!fits || count > Tensor.MOST_ELEMENTS) {
      throw Problem.elements(
          place, "an array of shape %s has too many elements".formatted(Arrays.toString(shape)));
    }
    return (int) count;
  }

  /**
   * Reads {@code count} elements into a new array of type {@code to}.
   *
   * @param place where, for sentences: file and array
   */
  static Object read(
      InputStream in, ElementType type, ByteOrder order, int count, DType to, String place)
      throws IOException {
    Object target = to.newArray(count);
    int chunk = Math.min(count, CHUNK);
    byte[] bytes = new byte[chunk * type.bytes()];
    double[] reals = new double[type.isFloat() ? chunk : 0];
    long[] integers = new long[type.isFloat() ? 0 : chunk];
    for (int done = 0; done < count; ) {
      int n = Math.min(chunk, count - done);
      if (in.readNBytes(bytes, 0, n * type.bytes()) < n * type.bytes()) {
        throw Problem.truncated(place, "its " + count + " elements");
      }
      ByteBuffer buffer = ByteBuffer.wrap(bytes).order(order);
      if (type.isFloat()) {
        type.reals(buffer, reals, n);
        store(reals, n, target, done, to, place);
      } else {
        type.integers(buffer, integers, n);
        store(integers, n, target, done, to, type == ElementType.U64, place);
      }
      done += n;
    }
    return target;
  }

  /** Bytes of pictures as numbers from 0 to 1: those of arrays with at least three axes. */
  static void unit(ElementType type, Object data, DType dtype, int rank, Reading.Bytes bytes) {
    if (type != ElementType.U8 || rank < 3 || bytes == Reading.Bytes.KEEP) return;
    if (dtype == DType.F32) {
      float[] floats = (float[]) data;
      for (int i = 0; i < floats.length; i++) floats[i] /= 255;
    } else if (dtype == DType.F64) {
      double[] doubles = (double[]) data;
      for (int i = 0; i < doubles.length; i++) doubles[i] /= 255;
    }
  }

  private static void store(double[] from, int n, Object target, int at, DType to, String place) {
    switch (to) {
      case F32 -> {
        float[] floats = (float[]) target;
        for (int i = 0; i < n; i++) {
          floats[at + i] = (float) from[i];
          if (Float.isInfinite(floats[at + i]) && Double.isFinite(from[i])) {
            throw doesNotFit(Double.toString(from[i]), at + i, to, place);
          }
        }
      }
      case F64 -> System.arraycopy(from, 0, (double[]) target, at, n);
      case I32 -> {
        int[] ints = (int[]) target;
        for (int i = 0; i < n; i++) {
          ints[at + i] = (int) from[i];
          if (ints[at + i] != from[i]) {
            throw doesNotFit(Double.toString(from[i]), at + i, to, place);
          }
        }
      }
      case BOOL -> {
        boolean[] booleans = (boolean[]) target;
        for (int i = 0; i < n; i++) {
          if (from[i] != 0 && from[i] != 1) {
            throw doesNotFit(Double.toString(from[i]), at + i, to, place);
          }
          booleans[at + i] = from[i] == 1;
        }
      }
    }
  }

  private static void store(
      long[] from, int n, Object target, int at, DType to, boolean unsigned, String place) {
    switch (to) {
      case F32 -> {
        float[] floats = (float[]) target;
        for (int i = 0; i < n; i++) {
          floats[at + i] = unsigned && from[i] < 0 ? (float) big(from[i]) : from[i];
        }
      }
      case F64 -> {
        double[] doubles = (double[]) target;
        for (int i = 0; i < n; i++) {
          doubles[at + i] = unsigned && from[i] < 0 ? big(from[i]) : from[i];
        }
      }
      case I32 -> {
        int[] ints = (int[]) target;
        for (int i = 0; i < n; i++) {
          ints[at + i] = (int) from[i];
          if (ints[at + i] != from[i] || (unsigned && from[i] < 0)) {
            throw doesNotFit(text(from[i], unsigned), at + i, to, place);
          }
        }
      }
      case BOOL -> {
        boolean[] booleans = (boolean[]) target;
        for (int i = 0; i < n; i++) {
          if (from[i] != 0 && from[i] != 1) {
            throw doesNotFit(text(from[i], unsigned), at + i, to, place);
          }
          booleans[at + i] = from[i] == 1;
        }
      }
    }
  }

  /** An unsigned number of 64 bits whose upper bit is set. */
  private static double big(long bits) {
    return (bits >>> 1 | bits & 1) * 2.0;
  }

  private static String text(long value, boolean unsigned) {
    return unsigned ? Long.toUnsignedString(value) : Long.toString(value);
  }

  private static RuntimeException doesNotFit(String value, int index, DType to, String place) {
    return Problem.value(
        place, "element %d is %s, which is not a value of %s".formatted(index, value, to), "");
  }

  /** Writes the elements of {@code tensor}, little endian, {@code bool} as one byte each. */
  static void write(Tensor tensor, OutputStream out) throws IOException {
    int size = tensor.size();
    int width = tensor.dtype().bytes();
    byte[] bytes = new byte[Math.min(size, CHUNK) * width];
    for (int done = 0; done < size; ) {
      int n = Math.min(CHUNK, size - done);
      ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      switch (tensor.dtype()) {
        case F32 -> buffer.asFloatBuffer().put(tensor.floats(), done, n);
        case F64 -> buffer.asDoubleBuffer().put(tensor.doubles(), done, n);
        case I32 -> buffer.asIntBuffer().put(tensor.ints(), done, n);
        case BOOL -> {
          for (int i = 0; i < n; i++) buffer.put((byte) (tensor.booleans()[done + i] ? 1 : 0));
        }
      }
      out.write(bytes, 0, n * width);
      done += n;
    }
  }
}
