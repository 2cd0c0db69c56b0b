package dlx.emit;

import dlx.graph.Reduction;
import dlx.runtime.DType;
import dlx.schedule.Instruction;
import org.objectweb.asm.Label;
import org.objectweb.asm.Opcodes;

/** How a fold begins and goes on, number by number; in vectors that is an {@link Accumulator}. */
final class Folds {
  private Folds() {}

  /** The value of a fold over nothing. */
  static double neutral(Instruction.Folded fold) {
    return switch (fold.kind()) {
      case SUM, ARGMAX -> 0;
      case PRODUCT -> 1;
      case MAX -> fold.dtype() == DType.I32 ? Integer.MIN_VALUE : Double.NEGATIVE_INFINITY;
    };
  }

  /** The number that a fold begins with, into a local. */
  static void begin(Code code, Instruction.Folded fold, int local) {
    code.constant(neutral(fold), fold.dtype());
    code.store(fold.dtype(), local);
  }

  /** number = number (+) value. */
  static void accumulate(Body body, Instruction.Folded fold, int local) {
    body.code.load(fold.dtype(), local);
    body.push(fold.value(), false);
    combine(body.code, fold.kind(), fold.dtype());
    body.code.store(fold.dtype(), local);
  }

  private static void combine(Code code, Reduction.Kind kind, DType dtype) {
    switch (kind) {
      case SUM -> code.arithmetic(dtype, Opcodes.IADD, Opcodes.FADD, Opcodes.DADD);
      case PRODUCT -> code.arithmetic(dtype, Opcodes.IMUL, Opcodes.FMUL, Opcodes.DMUL);
      case MAX -> {
        String letter = Lane.letter(dtype);
        code.callStatic("java/lang/Math", "max", "(" + letter + letter + ")" + letter);
      }
      case ARGMAX -> throw new IllegalStateException("argmax is folded by position");
    }
  }

  /**
   * The position of the largest, the first of equals, the first NaN if there is one.
   *
   * @param best local of the largest so far, of the value's type
   * @param at local of its position
   */
  static void argmax(Body body, Instruction.Folded fold, int best, int at, int index) {
    Code code = body.code;
    DType dtype = fold.value().dtype();
    Label take = new Label();
    Label leave = new Label();
    // take it if index is 0, or value > best, or value is NaN and best is not
    code.iload(index);
    code.mv().visitJumpInsn(Opcodes.IFEQ, take);
    body.push(fold.value(), false);
    code.load(dtype, best);
    if (dtype == DType.I32) {
      code.mv().visitJumpInsn(Opcodes.IF_ICMPGT, take);
      code.mv().visitJumpInsn(Opcodes.GOTO, leave);
    } else {
      code.insn(dtype == DType.F32 ? Opcodes.FCMPL : Opcodes.DCMPL);
      code.mv().visitJumpInsn(Opcodes.IFGT, take);
      jumpUnlessNan(code, dtype, () -> body.push(fold.value(), false), leave);
      Label bestIsNumber = new Label();
      jumpUnlessNan(code, dtype, () -> code.load(dtype, best), bestIsNumber);
      code.mv().visitJumpInsn(Opcodes.GOTO, leave);
      code.mv().visitLabel(bestIsNumber);
    }
    code.mv().visitLabel(take);
    body.push(fold.value(), false);
    code.store(dtype, best);
    code.iload(index);
    code.istore(at);
    code.mv().visitLabel(leave);
  }

  private static void jumpUnlessNan(Code code, DType dtype, Runnable value, Label target) {
    value.run();
    value.run();
    code.insn(dtype == DType.F32 ? Opcodes.FCMPL : Opcodes.DCMPL);
    code.mv().visitJumpInsn(Opcodes.IFEQ, target);
  }
}
