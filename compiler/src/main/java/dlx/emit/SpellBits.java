package dlx.emit;

import dlx.runtime.DType;
import org.objectweb.asm.Opcodes;

/**
 * What a formula does with the bits of its floats: integers of the same size, in vectors or as
 * single numbers.
 */
abstract sealed class SpellBits permits Spell {
  final Body body;
  final Code code;
  final DType dtype;
  final boolean vector;

  SpellBits(Body body, DType dtype, boolean vector) {
    this.body = body;
    this.code = body.code;
    this.dtype = dtype;
    this.vector = vector;
  }

  /** So that operations can stand one behind the other. */
  abstract Spell spell();

  boolean isDouble() {
    return dtype == DType.F64;
  }

  String type() {
    return Lane.type(dtype);
  }

  String descriptor() {
    return Lane.descriptor(dtype);
  }

  private String bitsType() {
    return "jdk/incubator/vector/" + (isDouble() ? "LongVector" : "IntVector");
  }

  private String bitsLetter() {
    return isDouble() ? "J" : "I";
  }

  /** A float becomes the integer with its bits. */
  Spell toBits() {
    if (vector) {
      String name = isDouble() ? "reinterpretAsLongs" : "reinterpretAsInts";
      code.call(type(), name, "()L" + bitsType() + ";");
    } else if (isDouble()) {
      code.callStatic("java/lang/Double", "doubleToRawLongBits", "(D)J");
    } else {
      code.callStatic("java/lang/Float", "floatToRawIntBits", "(F)I");
    }
    return spell();
  }

  Spell fromBits() {
    if (vector) {
      String name = isDouble() ? "reinterpretAsDoubles" : "reinterpretAsFloats";
      code.call(bitsType(), name, "()" + descriptor());
    } else if (isDouble()) {
      code.callStatic("java/lang/Double", "longBitsToDouble", "(J)D");
    } else {
      code.callStatic("java/lang/Float", "intBitsToFloat", "(I)F");
    }
    return spell();
  }

  /** An integer becomes the float of its value. */
  Spell toFloat() {
    if (vector) {
      code.mv()
          .visitFieldInsn(
              Opcodes.GETSTATIC,
              Lane.OPERATORS,
              isDouble() ? "L2D" : "I2F",
              "L" + Lane.OPERATORS + "$Conversion;");
      body.species(dtype);
      code.constant(0);
      code.call(
          Lane.VECTOR,
          "convertShape",
          "(L" + Lane.OPERATORS + "$Conversion;L" + Lane.SPECIES + ";I)L" + Lane.VECTOR + ";");
      code.mv().visitTypeInsn(Opcodes.CHECKCAST, type());
    } else {
      code.insn(isDouble() ? Opcodes.L2D : Opcodes.I2F);
    }
    return spell();
  }

  Spell addBits(long value) {
    return withConstant(value, "add", Opcodes.LADD, Opcodes.IADD);
  }

  Spell andBits(long value) {
    return withConstant(value, "and", Opcodes.LAND, Opcodes.IAND);
  }

  Spell orBits(long value) {
    return withConstant(value, "or", Opcodes.LOR, Opcodes.IOR);
  }

  private Spell withConstant(long value, String method, int forLong, int forInt) {
    bitsConstant(value);
    if (vector) {
      code.call(bitsType(), method, "(" + bitsLetter() + ")L" + bitsType() + ";");
    } else {
      code.insn(isDouble() ? forLong : forInt);
    }
    return spell();
  }

  /** Of the two integers on top. */
  Spell exclusiveOr() {
    if (vector) {
      code.mv()
          .visitFieldInsn(
              Opcodes.GETSTATIC, Lane.OPERATORS, "XOR", "L" + Lane.OPERATORS + "$Associative;");
      code.insn(Opcodes.SWAP);
      code.call(
          bitsType(),
          "lanewise",
          "(L" + Lane.OPERATORS + "$Binary;L" + Lane.VECTOR + ";)L" + bitsType() + ";");
    } else {
      code.insn(isDouble() ? Opcodes.LXOR : Opcodes.IXOR);
    }
    return spell();
  }

  /** Of the two integers on top. */
  Spell inclusiveOr() {
    if (vector) {
      code.call(bitsType(), "or", "(L" + Lane.VECTOR + ";)L" + bitsType() + ";");
    } else {
      code.insn(isDouble() ? Opcodes.LOR : Opcodes.IOR);
    }
    return spell();
  }

  Spell shiftLeft(int by) {
    return shift("LSHL", Opcodes.LSHL, Opcodes.ISHL, by);
  }

  /** With copies of the sign. */
  Spell shiftRight(int by) {
    return shift("ASHR", Opcodes.LSHR, Opcodes.ISHR, by);
  }

  /** With zeros. */
  Spell shiftRightUnsigned(int by) {
    return shift("LSHR", Opcodes.LUSHR, Opcodes.IUSHR, by);
  }

  private Spell shift(String operator, int forLong, int forInt, int by) {
    if (vector) {
      code.mv()
          .visitFieldInsn(
              Opcodes.GETSTATIC, Lane.OPERATORS, operator, "L" + Lane.OPERATORS + "$Binary;");
      bitsConstant(by);
      code.call(
          bitsType(),
          "lanewise",
          "(L" + Lane.OPERATORS + "$Binary;" + bitsLetter() + ")L" + bitsType() + ";");
    } else {
      code.constant(by);
      code.insn(isDouble() ? forLong : forInt);
    }
    return spell();
  }

  private void bitsConstant(long value) {
    if (isDouble()) {
      code.mv().visitLdcInsn(value);
    } else {
      code.constant((int) value);
    }
  }

  /** Pops the integer on top into a new local. */
  int saveBits() {
    int local = code.local(!vector && isDouble() ? 2 : 1);
    code.mv().visitVarInsn(bitsOpcode(Opcodes.ISTORE, Opcodes.LSTORE, Opcodes.ASTORE), local);
    return local;
  }

  Spell getBits(int local) {
    code.mv().visitVarInsn(bitsOpcode(Opcodes.ILOAD, Opcodes.LLOAD, Opcodes.ALOAD), local);
    return spell();
  }

  /** a, b become a - b, as integers. */
  Spell subBits() {
    if (vector) {
      code.call(bitsType(), "sub", "(L" + Lane.VECTOR + ";)L" + bitsType() + ";");
    } else {
      code.insn(isDouble() ? Opcodes.LSUB : Opcodes.ISUB);
    }
    return spell();
  }

  private String bitsVector() {
    return "L" + bitsType() + ";";
  }

  private void bitsSpecies() {
    code.mv()
        .visitFieldInsn(
            Opcodes.GETSTATIC, bitsType(), body.bitsSpecies(dtype), "L" + Lane.SPECIES + ";");
  }

  /** Pushes an integer in all lanes. */
  Spell bits(long value) {
    bitsConstant(value);
    return copiesOfBits();
  }

  /** The integer on top (a long for f64) in all lanes. */
  Spell copiesOfBits() {
    int number = code.local(isDouble() ? 2 : 1);
    code.mv().visitVarInsn(isDouble() ? Opcodes.LSTORE : Opcodes.ISTORE, number);
    bitsSpecies();
    code.mv().visitVarInsn(isDouble() ? Opcodes.LLOAD : Opcodes.ILOAD, number);
    code.callStatic(
        bitsType(), "broadcast", "(L" + Lane.SPECIES + ";" + bitsLetter() + ")" + bitsVector());
    return spell();
  }

  Spell setBits(int local) {
    code.astore(local);
    return spell();
  }

  /** The larger one of the integers in each lane of the two vectors on top. */
  Spell largerBits() {
    return ofTwo("max");
  }

  Spell smallerBits() {
    return ofTwo("min");
  }

  Spell sumOfBits() {
    return ofTwo("add");
  }

  private Spell ofTwo(String method) {
    code.call(bitsType(), method, "(L" + Lane.VECTOR + ";)" + bitsVector());
    return spell();
  }

  /** Adds 0, 1, 2, ... to the lanes. */
  Spell addIndex() {
    code.constant(1);
    code.call(bitsType(), "addIndex", "(I)" + bitsVector());
    return spell();
  }

  int compareBits(String operator) {
    return compare(bitsType(), operator);
  }

  /** The upper one of two vectors of integers where a condition holds, else the lower one. */
  Spell blendBits(int condition) {
    code.aload(condition);
    bitsSpecies();
    code.call(Lane.MASK, "cast", "(L" + Lane.SPECIES + ";)L" + Lane.MASK + ";");
    code.call(bitsType(), "blend", "(L" + Lane.VECTOR + ";L" + Lane.MASK + ";)" + bitsVector());
    return spell();
  }

  /** From a vector of integers to the largest of its lanes, as a number. */
  Spell largestLane() {
    return reduceLanes("MAX");
  }

  Spell smallestLane() {
    return reduceLanes("MIN");
  }

  private Spell reduceLanes(String operator) {
    code.mv()
        .visitFieldInsn(
            Opcodes.GETSTATIC, Lane.OPERATORS, operator, "L" + Lane.OPERATORS + "$Associative;");
    code.call(bitsType(), "reduceLanes", "(L" + Lane.OPERATORS + "$Associative;)" + bitsLetter());
    return spell();
  }

  /** Compares vectors of a type: the mask in a local. */
  int compare(String type, String operator) {
    code.mv()
        .visitFieldInsn(
            Opcodes.GETSTATIC, Lane.OPERATORS, operator, "L" + Lane.OPERATORS + "$Comparison;");
    code.insn(Opcodes.SWAP);
    code.call(
        type,
        "compare",
        "(L" + Lane.OPERATORS + "$Comparison;L" + Lane.VECTOR + ";)L" + Lane.MASK + ";");
    int local = code.local(1);
    code.astore(local);
    return local;
  }

  private int bitsOpcode(int forInt, int forLong, int forVector) {
    return vector ? forVector : isDouble() ? forLong : forInt;
  }
}
