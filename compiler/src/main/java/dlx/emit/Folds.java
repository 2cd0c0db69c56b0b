package dlx.emit;

import dlx.graph.Reduction;
import dlx.runtime.DType;
import dlx.schedule.Instruction;
import org.objectweb.asm.Label;
import org.objectweb.asm.Opcodes;

/** Accumulators: how a fold begins, goes on and ends, as vectors and as numbers. */
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

  /** A new accumulator. */
  static int begin(Body body, Instruction.Folded fold, boolean vector) {
    Code code = body.code;
    if (vector) {
      body.constant(neutral(fold), fold.dtype());
      int local = code.local(1);
      code.astore(local);
      return local;
    }
    code.constant(neutral(fold), fold.dtype());
    int local = code.local(fold.dtype());
    code.store(fold.dtype(), local);
    return local;
  }

  /** accumulator = accumulator (+) value. */
  static void accumulate(Body body, Instruction.Folded fold, int local, boolean vector) {
    Code code = body.code;
    DType dtype = fold.dtype();
    if (vector) {
      // The value first: a method is called on a vector whose class C2 knows. That of an
      // accumulator
      // it would have to guess from profiles, and where it cannot, each vector becomes an object.
      body.push(fold.value(), true);
      code.aload(local);
      combineVectors(code, fold);
      code.astore(local);
    } else {
      code.load(dtype, local);
      body.push(fold.value(), false);
      combine(code, fold.kind(), dtype);
      code.store(dtype, local);
    }
  }

  /** Adds one vector accumulator to another. */
  static void merge(Body body, Instruction.Folded fold, int into, int from) {
    Code code = body.code;
    settled(body, fold, into);
    code.aload(from);
    combineVectors(code, fold);
    code.astore(into);
  }

  /** An accumulator that methods will be called on, after its loop. */
  static void settle(Body body, Instruction.Folded fold, int local) {
    settled(body, fold, local);
    body.code.astore(local);
  }

  /** Pushes neutral (+) accumulator: the same bits, and a vector whose class C2 knows. */
  private static void settled(Body body, Instruction.Folded fold, int local) {
    body.constant(neutral(fold), fold.dtype());
    body.code.aload(local);
    combineVectors(body.code, fold);
  }

  private static void combineVectors(Code code, Instruction.Folded fold) {
    DType dtype = fold.dtype();
    String method =
        switch (fold.kind()) {
          case SUM -> "add";
          case PRODUCT -> "mul";
          case MAX -> "max";
          case ARGMAX -> throw new IllegalStateException("argmax has no vector form");
        };
    code.call(Lane.type(dtype), method, "(L" + Lane.VECTOR + ";)" + Lane.descriptor(dtype));
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
   * From the lanes of an accumulator to a number: a fixed tree over the lanes, since the order of
   * {@code reduceLanes} is not specified for sums of floats.
   *
   * @return the local of the number
   */
  static int lanes(Body body, Lane lane, Instruction.Folded fold, int vector) {
    Code code = body.code;
    DType dtype = fold.dtype();
    settled(body, fold, vector);
    if (fold.kind() == Reduction.Kind.MAX) {
      code.mv()
          .visitFieldInsn(
              Opcodes.GETSTATIC, Lane.OPERATORS, "MAX", "L" + Lane.OPERATORS + "$Associative;");
      code.call(
          Lane.type(dtype),
          "reduceLanes",
          "(L" + Lane.OPERATORS + "$Associative;)" + Lane.letter(dtype));
    } else {
      code.scratch(dtype);
      code.constant(0);
      code.call(Lane.type(dtype), "intoArray", "([" + Lane.letter(dtype) + "I)V");
      tree(code, fold, 0, lane.lanes());
    }
    int local = code.local(dtype);
    code.store(dtype, local);
    return local;
  }

  private static void tree(Code code, Instruction.Folded fold, int from, int count) {
    if (count == 1) {
      code.scratch(fold.dtype());
      code.constant(from);
      code.arrayLoad(fold.dtype());
      return;
    }
    tree(code, fold, from, count / 2);
    tree(code, fold, from + count / 2, count / 2);
    combine(code, fold.kind(), fold.dtype());
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
