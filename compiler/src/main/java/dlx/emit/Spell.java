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
final class Spell extends SpellBits {
  private static final String MATH = "java/lang/Math";

  Spell(Body body, DType dtype, boolean vector) {
    super(body, dtype, vector);
  }

  @Override
  Spell spell() {
    return this;
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
}
