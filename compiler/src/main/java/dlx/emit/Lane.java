package dlx.emit;

import dlx.runtime.DType;

/**
 * How vectors of {@code lanes} elements are spelled: the only dictionary of Vector API names. One
 * lane means plain numbers.
 */
record Lane(int lanes) {
  private static final String PACKAGE = "jdk/incubator/vector/";
  static final String MASK = PACKAGE + "VectorMask";
  static final String SPECIES = PACKAGE + "VectorSpecies";
  static final String VECTOR = PACKAGE + "Vector";
  static final String OPERATORS = PACKAGE + "VectorOperators";

  /** The most lanes that vectors of this machine have for all of the element types. */
  static Lane of(int bits, Iterable<DType> dtypes) {
    int bytes = 4;
    for (DType dtype : dtypes) {
      bytes = Math.max(bytes, dtype == DType.BOOL ? 1 : dtype.bytes());
    }
    int lanes = bits / 8 / bytes;
    return new Lane(lanes < 2 ? 1 : lanes);
  }

  boolean isVector() {
    return lanes > 1;
  }

  /** The vector class of an element type; masks are of i32. */
  static String type(DType dtype) {
    return PACKAGE
        + switch (dtype) {
          case F32 -> "FloatVector";
          case F64 -> "DoubleVector";
          case I32, BOOL -> "IntVector";
        };
  }

  static String descriptor(DType dtype) {
    return dtype == DType.BOOL ? "L" + MASK + ";" : "L" + type(dtype) + ";";
  }

  /** The static field of {@link #type} that holds the species for this number of lanes. */
  String species(DType dtype) {
    int bits = lanes * 8 * (dtype == DType.BOOL ? 4 : dtype.bytes());
    return "SPECIES_" + bits;
  }

  /** The letter of an element type in descriptors. */
  static String letter(DType dtype) {
    return switch (dtype) {
      case F32 -> "F";
      case F64 -> "D";
      case I32 -> "I";
      case BOOL -> "Z";
    };
  }

  /** The field of Frame and Scratch that holds arrays of this type. */
  static String field(DType dtype) {
    return dtype.toString();
  }
}
