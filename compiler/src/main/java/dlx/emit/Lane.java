package dlx.emit;

import dlx.runtime.DType;
import java.util.Collection;

/**
 * How vectors of {@code lanes} elements are spelled: the only dictionary of Vector API names. One
 * lane means plain numbers.
 *
 * <p>Vectors of an element type always have the preferred width of the machine: the JIT compiler
 * knows the class of a vector from what it has seen in the Vector API, so a second width would make
 * loops of the whole process many times slower.
 *
 * @param maskType the element type of the vectors for which conditions are made
 */
record Lane(int lanes, DType maskType) {
  /** Plain numbers. */
  static final Lane SINGLE = new Lane(1, DType.I32);

  private static final String PACKAGE = "jdk/incubator/vector/";
  static final String MASK = PACKAGE + "VectorMask";
  static final String SPECIES = PACKAGE + "VectorSpecies";
  static final String VECTOR = PACKAGE + "Vector";
  static final String OPERATORS = PACKAGE + "VectorOperators";

  /**
   * The lanes for loops over these element types; numbers if their vectors have different lengths.
   */
  static Lane of(int bits, Collection<DType> dtypes) {
    boolean wide = dtypes.contains(DType.F64);
    boolean narrow = dtypes.contains(DType.F32) || dtypes.contains(DType.I32);
    int lanes = bits / 8 / (wide ? 8 : 4);
    if (wide && narrow || lanes < 2) {
      return SINGLE;
    }
    return new Lane(lanes, wide ? DType.F64 : DType.I32);
  }

  boolean isVector() {
    return lanes > 1;
  }

  /** The vector class of an element type. */
  static String type(DType dtype) {
    return PACKAGE
        + switch (dtype) {
          case F32 -> "FloatVector";
          case F64 -> "DoubleVector";
          case I32 -> "IntVector";
          case BOOL -> throw new IllegalArgumentException("conditions are masks");
        };
  }

  static String descriptor(DType dtype) {
    return dtype == DType.BOOL ? "L" + MASK + ";" : "L" + type(dtype) + ";";
  }

  /** The static field of {@link #type} that holds the species for this number of lanes. */
  String species(DType dtype) {
    return "SPECIES_" + lanes * 8 * dtype.bytes();
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
