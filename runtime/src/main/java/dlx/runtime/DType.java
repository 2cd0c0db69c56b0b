package dlx.runtime;

import java.util.Locale;

/** The element types of the language. */
public enum DType {
  F32(4),
  F64(8),
  I32(4),
  BOOL(1);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /** The size of one element in an array, in bytes. */
  public int bytes() {
    return bytes;
  }

  public boolean isFloat() {
    return this == F32 || this == F64;
  }

  /**
   * A new zero-filled array: {@code float[]}, {@code double[]}, {@code int[]} or {@code boolean[]}.
   */
  public Object newArray(int length) {
    return switch (this) {
      case F32 -> new float[length];
      case F64 -> new double[length];
      case I32 -> new int[length];
      case BOOL -> new boolean[length];
    };
  }

  /** The name in the language, such as {@code f32}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
