package dlx.emit;

import dlx.runtime.DType;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * A formula over floats, written once in postfix order and spelled twice: for vectors and for
 * single numbers, with the same bits. Only operations that IEEE 754 defines to the bit are here, so
 * results do not depend on which compiler of the JVM has compiled them.
 */
final class Spell {
  private static final String MATH = "java/lang/Math";

  private final Body body;
  private final Code code;
  private final DType dtype;
  private final boolean vector;

  Spell(Body body, DType dtype, boolean vector) {
    this.body = body;
    this.code = body.code;
    this.dtype = dtype;
    this.vector = vector;
  }

  boolean isDouble() {
    return dtype == DType.F64;
  }

  // ------------------------------------------------------------------ values

  Spell number(double value) {
    if (vector) {
      body.constant(value, dtype);
    } else {
      code.constant(value, dtype);
    }
    return this;
  }

  /** Pops the value on top into a new local. */
  int save() {
    int local = vector ? code.local(1) : code.local(dtype);
    if (vector) {
      code.astore(local);
    } else {
      code.store(dtype, local);
    }
    return local;
  }

  Spell get(int local) {
    if (vector) {
      code.aload(local);
    } else {
      code.load(dtype, local);
    }
    return this;
  }

  // ------------------------------------------------------------------ arithmetic

  Spell add() {
    return binary("add", Opcodes.FADD, Opcodes.DADD);
  }

  Spell sub() {
    return binary("sub", Opcodes.FSUB, Opcodes.DSUB);
  }

  Spell mul() {
    return binary("mul", Opcodes.FMUL, Opcodes.DMUL);
  }

  Spell div() {
    return binary("div", Opcodes.FDIV, Opcodes.DDIV);
  }

  private Spell binary(String method, int forFloat, int forDouble) {
    if (vector) {
      code.call(type(), method, "(L" + Lane.VECTOR + ";)" + descriptor());
    } else {
      code.insn(isDouble() ? forDouble : forFloat);
    }
    return this;
  }

  /** a, b, c become a * b + c, rounded once. */
  Spell fma() {
    if (vector) {
      String other = "L" + Lane.VECTOR + ";";
      code.call(type(), "fma", "(" + other + other + ")" + descriptor());
    } else {
      String letter = Lane.letter(dtype);
      code.callStatic(MATH, "fma", "(" + letter + letter + letter + ")" + letter);
    }
    return this;
  }

  Spell negate() {
    if (vector) {
      code.call(type(), "neg", "()" + descriptor());
    } else {
      code.insn(isDouble() ? Opcodes.DNEG : Opcodes.FNEG);
    }
    return this;
  }

  Spell abs() {
    if (vector) {
      code.call(type(), "abs", "()" + descriptor());
    } else {
      code.callStatic(MATH, "abs", "(" + Lane.letter(dtype) + ")" + Lane.letter(dtype));
    }
    return this;
  }

  /**
   * A polynomial from the highest coefficient down: Horner's rule in x^2, whose coefficients are
   * pairs a x + b, so that half of the operations do not wait for each other.
   */
  Spell polynomial(int x, double... coefficients) {
    int square = get(x).get(x).mul().save();
    int next = coefficients.length % 2;
    if (next == 1) {
      number(coefficients[0]);
    } else {
      pair(x, coefficients, next);
      next += 2;
    }
    for (; next < coefficients.length; next += 2) {
      get(square);
      pair(x, coefficients, next);
      fma();
    }
    return this;
  }

  private void pair(int x, double[] coefficients, int at) {
    get(x).number(coefficients[at]).number(coefficients[at + 1]).fma();
  }

  /** The size of the value on top with the sign of a local; the value is not negative. */
  Spell withSignOf(int local) {
    int size = toBits().saveBits();
    int sign =
        get(local).toBits().andBits(isDouble() ? Long.MIN_VALUE : Integer.MIN_VALUE).saveBits();
    return getBits(size).getBits(sign).inclusiveOr().fromBits();
  }

  // ------------------------------------------------------------------ conditions

  /** A condition between the two values on top, in a local. False if one is NaN. */
  int compare(String operator) {
    if (vector) {
      return compare(type(), operator);
    }
    boolean less = operator.startsWith("L");
    int whenNan = less ? Opcodes.FCMPG : Opcodes.FCMPL;
    code.insn(isDouble() ? whenNan + (Opcodes.DCMPL - Opcodes.FCMPL) : whenNan);
    Label yes = new Label();
    Label end = new Label();
    code.mv()
        .visitJumpInsn(
            switch (operator) {
              case "LT" -> Opcodes.IFLT;
              case "LE" -> Opcodes.IFLE;
              case "GT" -> Opcodes.IFGT;
              case "EQ" -> Opcodes.IFEQ;
              default -> throw new IllegalArgumentException(operator);
            },
            yes);
    code.constant(0);
    code.mv().visitJumpInsn(Opcodes.GOTO, end);
    code.mv().visitLabel(yes);
    code.constant(1);
    code.mv().visitLabel(end);
    int local = code.local(1);
    code.istore(local);
    return local;
  }

  private int compare(String type, String operator) {
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

  /** Pushes {@code then} where the condition holds, else {@code otherwise}. */
  Spell choose(int condition, int then, int otherwise) {
    if (vector) {
      code.aload(otherwise);
      code.aload(then);
      code.aload(condition);
      code.call(type(), "blend", "(L" + Lane.VECTOR + ";L" + Lane.MASK + ";)" + descriptor());
    } else {
      code.iload(condition);
      body.choose(() -> get(then), () -> get(otherwise));
    }
    return this;
  }

  /**
   * Pushes {@code otherwise}; where the condition holds, the function of {@code x} by the method of
   * {@link dlx.runtime.Lanes} with that name. It is called only if the condition holds somewhere.
   */
  Spell where(int condition, int x, String function, int otherwise) {
    Label done = new Label();
    MethodVisitor mv = code.mv();
    if (vector) {
      code.aload(condition);
      code.call(Lane.MASK, "anyTrue", "()Z");
      mv.visitJumpInsn(Opcodes.IFEQ, done);
      get(otherwise).get(x);
      body.lanes(function, dtype, 1);
      code.aload(condition);
      code.call(type(), "blend", "(L" + Lane.VECTOR + ";L" + Lane.MASK + ";)" + descriptor());
      code.astore(otherwise);
    } else {
      code.iload(condition);
      mv.visitJumpInsn(Opcodes.IFEQ, done);
      get(x);
      String letter = Lane.letter(dtype);
      code.callStatic("dlx/runtime/Lanes", function, "(" + letter + ")" + letter);
      code.store(dtype, otherwise);
    }
    mv.visitLabel(done);
    return get(otherwise);
  }

  // ------------------------------------------------------------------ bits: the value on top as
  // integers

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
    return this;
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
    return this;
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
    return this;
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
    return this;
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
    return this;
  }

  /** Of the two integers on top. */
  Spell inclusiveOr() {
    if (vector) {
      code.call(bitsType(), "or", "(L" + Lane.VECTOR + ";)L" + bitsType() + ";");
    } else {
      code.insn(isDouble() ? Opcodes.LOR : Opcodes.IOR);
    }
    return this;
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
    return this;
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
    return this;
  }

  /** a, b become a - b, as integers. */
  Spell subBits() {
    if (vector) {
      code.call(bitsType(), "sub", "(L" + Lane.VECTOR + ";)L" + bitsType() + ";");
    } else {
      code.insn(isDouble() ? Opcodes.LSUB : Opcodes.ISUB);
    }
    return this;
  }

  // ------------------------------------------------------------------ vectors of integers

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
    return this;
  }

  Spell setBits(int local) {
    code.astore(local);
    return this;
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
    return this;
  }

  /** Adds 0, 1, 2, ... to the lanes. */
  Spell addIndex() {
    code.constant(1);
    code.call(bitsType(), "addIndex", "(I)" + bitsVector());
    return this;
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
    return this;
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
    return this;
  }

  private int bitsOpcode(int forInt, int forLong, int forVector) {
    return vector ? forVector : isDouble() ? forLong : forInt;
  }

  private String type() {
    return Lane.type(dtype);
  }

  private String descriptor() {
    return Lane.descriptor(dtype);
  }
}
