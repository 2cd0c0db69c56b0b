package dlx.emit;

import dlx.runtime.DType;
import dlx.schedule.Access;
import dlx.schedule.Kernel;
import dlx.source.Span;
import org.objectweb.asm.Opcodes;

/** Kernels that are one call into the runtime. */
final class CallEmitter {
  private static final String POSITIONS = "dlx/runtime/Positions";

  private CallEmitter() {}

  static void link(Code code, Kernel.Link kernel) {
    at(code, kernel.ids());
    code.array(kernel.links());
    code.extent(kernel.positions());
    code.extent(kernel.extent());
    place(code, kernel.checked(), kernel.span());
    code.callStatic(POSITIONS, "link", "([II[IIILjava/lang/String;)V");
  }

  /** Pushes an array and where in it something begins. */
  private static void at(Code code, Access access) {
    code.array(access.buffer());
    code.extent(access.offset());
  }

  private static void place(Code code, boolean checked, Span span) {
    if (checked) {
      code.mv().visitLdcInsn(span.toString());
    } else {
      code.insn(Opcodes.ACONST_NULL);
    }
  }

  /** Copies value into out, from the position that the indices mean. */
  static void replace(Code code, Kernel.Replace kernel) {
    at(code, kernel.value());
    at(code, kernel.out());
    for (int i = 0; i < kernel.positions().size(); i++) {
      Access position = kernel.positions().get(i);
      at(code, position);
      code.arrayLoad(DType.I32);
      code.extent(kernel.extents().get(i));
      if (kernel.checked()) {
        place(code, true, kernel.span());
        code.callStatic(Code.FRAME, "position", "(IILjava/lang/String;)I");
      } else {
        code.callStatic(Code.FRAME, "nearest", "(II)I");
      }
      code.extent(kernel.strides().get(i));
      code.insn(Opcodes.IMUL);
      code.insn(Opcodes.IADD);
    }
    code.extent(kernel.inner());
    code.callStatic("java/lang/System", "arraycopy", "(Ljava/lang/Object;ILjava/lang/Object;II)V");
  }

  static void sort(Code code, Kernel.Sort kernel) {
    at(code, kernel.x());
    at(code, kernel.out());
    code.extent(kernel.rows());
    code.extent(kernel.columns());
    code.aload(1);
    code.callStatic(
        POSITIONS,
        "argsort",
        "([" + Lane.letter(kernel.x().buffer().dtype()) + "I[IIIIL" + Code.SCRATCH + ";)V");
  }
}
