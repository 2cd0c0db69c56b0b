package dlx.data;

import dlx.runtime.DType;
import java.nio.ByteBuffer;

/** The element types that files have, more than the language has. */
enum ElementType {
  F16(2),
  BF16(2),
  F32(4),
  F64(8),
  I8(1),
  I16(2),
  I32(4),
  I64(8),
  U8(1),
  U16(2),
  U32(4),
  U64(8),
  BOOL(1);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  int bytes() {
    return bytes;
  }

  boolean isFloat() {
    return switch (this) {
      case F16, BF16, F32, F64 -> true;
      case I8, I16, I32, I64, U8, U16, U32, U64, BOOL -> false;
    };
  }

  /** The element type of the language that takes these numbers when nothing else is declared. */
  DType natural() {
    return switch (this) {
      case F16, BF16, F32 -> DType.F32;
      case F64 -> DType.F64;
      case I8, I16, I32, I64, U8, U16, U32, U64 -> DType.I32;
      case BOOL -> DType.BOOL;
    };
  }

  /** Reads {@code count} elements of a float type. */
  void reals(ByteBuffer from, double[] to, int count) {
    switch (this) {
      case F16 -> {
        for (int i = 0; i < count; i++) to[i] = Float.float16ToFloat(from.getShort());
      }
      case BF16 -> {
        for (int i = 0; i < count; i++) to[i] = Float.intBitsToFloat(from.getShort() << 16);
      }
      case F32 -> {
        for (int i = 0; i < count; i++) to[i] = from.getFloat();
      }
      case F64 -> {
        for (int i = 0; i < count; i++) to[i] = from.getDouble();
      }
      default -> throw new AssertionError(this);
    }
  }

  /** Reads {@code count} elements of an integer type; {@code U64} above 2^63 comes out negative. */
  void integers(ByteBuffer from, long[] to, int count) {
    switch (this) {
      case I8 -> {
        for (int i = 0; i < count; i++) to[i] = from.get();
      }
      case U8 -> {
        for (int i = 0; i < count; i++) to[i] = from.get() & 0xff;
      }
      case I16 -> {
        for (int i = 0; i < count; i++) to[i] = from.getShort();
      }
      case U16 -> {
        for (int i = 0; i < count; i++) to[i] = from.getShort() & 0xffff;
      }
      case I32 -> {
        for (int i = 0; i < count; i++) to[i] = from.getInt();
      }
      case U32 -> {
        for (int i = 0; i < count; i++) to[i] = from.getInt() & 0xffffffffL;
      }
      case I64, U64 -> {
        for (int i = 0; i < count; i++) to[i] = from.getLong();
      }
      case BOOL -> {
        for (int i = 0; i < count; i++) to[i] = from.get() != 0 ? 1 : 0;
      }
      default -> throw new AssertionError(this);
    }
  }
}
