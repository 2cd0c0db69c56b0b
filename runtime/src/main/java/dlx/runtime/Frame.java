package dlx.runtime;

import java.util.Arrays;

/**
 * What the kernels of one call work on. Arrays are numbered by buffer; only the list of the
 * buffer's own element type has an entry for it.
 */
public final class Frame {
  public final float[][] f32;
  public final double[][] f64;
  public final int[][] i32;
  public final boolean[][] bool;

  /** The values of the extents of {@link Program#extents()}, for the sizes of this call. */
  public final int[] extents;

  /** The keys of the draws of {@link Program#draws()}. */
  public final long[] keys;

  /** Where each kernel of a {@link Together} begins in its units, for the sizes of this call. */
  int[] starts = {};

  Frame(int buffers, int extents, int draws) {
    f32 = new float[buffers][];
    f64 = new double[buffers][];
    i32 = new int[buffers][];
    bool = new boolean[buffers][];
    this.extents = new int[extents];
    this.keys = new long[draws];
  }

  void set(int buffer, DType dtype, Object array) {
    switch (dtype) {
      case F32 -> f32[buffer] = (float[]) array;
      case F64 -> f64[buffer] = (double[]) array;
      case I32 -> i32[buffer] = (int[]) array;
      case BOOL -> bool[buffer] = (boolean[]) array;
    }
  }

  /** The arrays of two buffers change places. */
  void swap(Program.Swap swap) {
    Object one = get(swap.one(), swap.dtype());
    set(swap.one(), swap.dtype(), get(swap.other(), swap.dtype()));
    set(swap.other(), swap.dtype(), one);
  }

  /** The arrays of two buffers change places, and what is in them does so too. */
  void exchange(Program.Swap swap) {
    int one = swap.one();
    int other = swap.other();
    for (int i = extents[swap.size()] - 1; i >= 0; i--) {
      switch (swap.dtype()) {
        case F32 -> {
          float kept = f32[one][i];
          f32[one][i] = f32[other][i];
          f32[other][i] = kept;
        }
        case F64 -> {
          double kept = f64[one][i];
          f64[one][i] = f64[other][i];
          f64[other][i] = kept;
        }
        case I32 -> {
          int kept = i32[one][i];
          i32[one][i] = i32[other][i];
          i32[other][i] = kept;
        }
        case BOOL -> {
          boolean kept = bool[one][i];
          bool[one][i] = bool[other][i];
          bool[other][i] = kept;
        }
      }
    }
    swap(swap);
  }

  /** Makes rows 0, from one up to before another. */
  void clear(Program.Rows rows, int from, int to) {
    int size = extents[rows.size()];
    int first = extents[rows.offset()] + from * size;
    int last = extents[rows.offset()] + to * size;
    switch (rows.dtype()) {
      case F32 -> Arrays.fill(f32[rows.buffer()], first, last, 0);
      case F64 -> Arrays.fill(f64[rows.buffer()], first, last, 0);
      case I32 -> Arrays.fill(i32[rows.buffer()], first, last, 0);
      case BOOL -> Arrays.fill(bool[rows.buffer()], first, last, false);
    }
  }

  Object get(int buffer, DType dtype) {
    return switch (dtype) {
      case F32 -> f32[buffer];
      case F64 -> f64[buffer];
      case I32 -> i32[buffer];
      case BOOL -> bool[buffer];
    };
  }

  /**
   * The position that an index means: negative ones count from the end.
   *
   * @param place file, line and column, for the error
   */
  public static int position(int index, int extent, String place) {
    int position = index < 0 ? index + extent : index;
    if (position < 0 || position >= extent) {
      throw outOfRange(index, extent, place);
    }
    return position;
  }

  /** The position that an unchecked index means; outside it is the nearest one. */
  public static int nearest(int index, int extent) {
    return Math.max(0, Math.min(index < 0 ? index + extent : index, extent - 1));
  }

  private static DlxException outOfRange(int index, int extent, String place) {
    return new DlxException(
        "R0104",
        "position " + index + " is outside of an axis of " + extent,
        place,
        extent == 0
            ? "the axis is empty"
            : "positions go from 0 to " + (extent - 1) + ", or from -1 (the last) to " + -extent);
  }
}
