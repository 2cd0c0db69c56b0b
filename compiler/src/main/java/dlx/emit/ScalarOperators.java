package dlx.emit;

import dlx.graph.Elementwise;
import dlx.runtime.DType;
import dlx.schedule.Instruction;
import java.util.List;
import org.objectweb.asm.Label;
import org.objectweb.asm.Opcodes;

/** How elementwise operators are spelled on single numbers. */
final class ScalarOperators {
  private static final String MATH = "java/lang/Math";
  private static final String SCALARS = "dlx/runtime/Scalars";

  private ScalarOperators() {}

  /** Pushes the result of an operator. */
  static void apply(Body body, Instruction.Apply apply) {
    Code code = body.code;
    List<Instruction> in = Body.needs(apply);
    DType dtype = apply.dtype();
    DType from = in.getFirst().dtype();
    if (apply.operator() == Elementwise.WHERE) {
      body.push(in.get(0), false);
      body.choose(() -> body.push(in.get(1), false), () -> body.push(in.get(2), false));
      return;
    }
    if (Spelling.power(apply) == 2) {
      body.push(in.getFirst(), false);
      body.push(in.getFirst(), false);
      code.arithmetic(dtype, Opcodes.IMUL, Opcodes.FMUL, Opcodes.DMUL);
      return;
    }
    if (Spelling.hasFormula(apply.operator())) {
      body.push(in.getFirst(), false);
      Spelling.formula(apply, new Spell(body, dtype, false));
      return;
    }
    boolean wide = from == DType.F32 && throughDouble(apply.operator());
    for (Instruction input : in) {
      body.push(input, false);
      if (wide) {
        code.insn(Opcodes.F2D);
      }
    }
    operator(code, apply, dtype, from);
    if (wide) {
      code.insn(Opcodes.D2F);
    }
  }

  /** Are the formulas of this operator in f64 only? */
  private static boolean throughDouble(Elementwise operator) {
    return operator.isComposed() || operator == Elementwise.SQRT;
  }

  private static void operator(Code code, Instruction.Apply apply, DType dtype, DType from) {
    switch (apply.operator()) {
      case NEGATE -> code.arithmetic(dtype, Opcodes.INEG, Opcodes.FNEG, Opcodes.DNEG);
      case SQRT -> math(code, "sqrt");
      case ABS -> code.callStatic(MATH, "abs", one(dtype));
      case SIGN ->
          code.callStatic(dtype == DType.I32 ? "java/lang/Integer" : MATH, "signum", one(dtype));
      case ADD ->
          code.arithmetic(
              dtype,
              Body.isDifference(apply) ? Opcodes.ISUB : Opcodes.IADD,
              Body.isDifference(apply) ? Opcodes.FSUB : Opcodes.FADD,
              Body.isDifference(apply) ? Opcodes.DSUB : Opcodes.DADD);
      case MULTIPLY -> code.arithmetic(dtype, Opcodes.IMUL, Opcodes.FMUL, Opcodes.DMUL);
      case DIVIDE -> code.arithmetic(dtype, Opcodes.IDIV, Opcodes.FDIV, Opcodes.DDIV);
      case POWER -> {
        if (dtype == DType.I32) {
          code.callStatic(SCALARS, "power", "(II)I");
        } else {
          code.callStatic(MATH, "pow", "(DD)D");
        }
      }
      case FLOOR_DIVIDE -> floorDivide(code, dtype);
      case REMAINDER -> {
        if (dtype == DType.I32) {
          code.callStatic(SCALARS, "floorRemainder", "(II)I");
        } else {
          code.callStatic(SCALARS, "remainder", "(DD)D");
        }
      }
      case MAX -> code.callStatic(MATH, "max", two(dtype));
      case MIN -> code.callStatic(MATH, "min", two(dtype));
      case LESS -> compare(code, from, Opcodes.FCMPG, Opcodes.IFLT, Opcodes.IF_ICMPLT);
      case LESS_EQUAL -> compare(code, from, Opcodes.FCMPG, Opcodes.IFLE, Opcodes.IF_ICMPLE);
      case EQUAL -> compare(code, from, Opcodes.FCMPL, Opcodes.IFEQ, Opcodes.IF_ICMPEQ);
      case AND -> code.insn(Opcodes.IAND);
      case OR -> code.insn(Opcodes.IOR);
      case NOT -> {
        code.constant(1);
        code.insn(Opcodes.IXOR);
      }
      case TO_F32, TO_F64, TO_I32 -> convert(code, from, dtype);
      case TO_BOOL -> {
        code.constant(0, from);
        compare(code, from, Opcodes.FCMPL, Opcodes.IFNE, Opcodes.IF_ICMPNE);
      }
      case STOP_GRADIENT -> {}
      case WHERE, EXP, LOG, SIN, COS, TANH, ERF, LOG1P, EXPM1, SIGMOID, SOFTPLUS, FLOOR ->
          throw new IllegalStateException("written above");
    }
  }

  private static void math(Code code, String name) {
    code.callStatic(MATH, name, "(D)D");
  }

  private static String one(DType dtype) {
    return "(" + Lane.letter(dtype) + ")" + Lane.letter(dtype);
  }

  private static String two(DType dtype) {
    return "(" + Lane.letter(dtype) + Lane.letter(dtype) + ")" + Lane.letter(dtype);
  }

  private static void floorDivide(Code code, DType dtype) {
    if (dtype == DType.I32) {
      code.callStatic(SCALARS, "floorDivide", "(II)I");
      return;
    }
    // in f64 also for f32: a quotient that is rounded up to an integer has the wrong floor
    code.callStatic(SCALARS, "floorDivide", "(DD)D");
  }

  /** Pushes 1 if the comparison of the two numbers on the stack holds, else 0. */
  private static void compare(Code code, DType dtype, int withNan, int jump, int intJump) {
    Label yes = new Label();
    Label end = new Label();
    if (dtype.isFloat()) {
      int forDouble = withNan == Opcodes.FCMPG ? Opcodes.DCMPG : Opcodes.DCMPL;
      code.insn(dtype == DType.F32 ? withNan : forDouble);
      code.mv().visitJumpInsn(jump, yes);
    } else {
      code.mv().visitJumpInsn(intJump, yes);
    }
    code.constant(0);
    code.mv().visitJumpInsn(Opcodes.GOTO, end);
    code.mv().visitLabel(yes);
    code.constant(1);
    code.mv().visitLabel(end);
  }

  private static void convert(Code code, DType from, DType to) {
    DType source = from == DType.BOOL ? DType.I32 : from;
    if (source == to) {
      return;
    }
    code.insn(
        switch (source) {
          case F32 -> to == DType.F64 ? Opcodes.F2D : Opcodes.F2I;
          case F64 -> to == DType.F32 ? Opcodes.D2F : Opcodes.D2I;
          case I32, BOOL -> to == DType.F32 ? Opcodes.I2F : Opcodes.I2D;
        });
  }
}
