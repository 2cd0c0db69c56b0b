package dlx.emit;

import dlx.graph.Extent;
import dlx.runtime.DType;
import dlx.schedule.Access;
import dlx.schedule.Kernel;
import dlx.source.Span;
import org.objectweb.asm.Opcodes;

/** Kernels that are one call into the runtime. */
final class CallEmitter {
  private static final String POSITIONS = "dlx/runtime/Positions";

  private CallEmitter() {}

  static void scatter(Code code, Kernel.Scatter kernel) {
    String array = "[" + Lane.letter(kernel.out().dtype());
    code.array(kernel.g());
    code.array(kernel.ids().buffer());
    code.extent(kernel.ids().offset());
    code.array(kernel.out());
    code.extent(kernel.outer());
    code.extent(kernel.positions());
    code.extent(kernel.extent());
    code.extent(kernel.inner());
    place(code, kernel.checked(), kernel.span());
    code.callStatic(POSITIONS, "scatter", "(" + array + "[II" + array + "IIIILjava/lang/String;)V");
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
    code.array(kernel.value());
    code.constant(0);
    code.array(kernel.out());
    code.constant(0);
    for (int i = 0; i < kernel.positions().size(); i++) {
      Access position = kernel.positions().get(i);
      code.array(position.buffer());
      code.extent(position.offset());
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
    code.array(kernel.x());
    code.array(kernel.out());
    code.extent(kernel.rows());
    code.extent(kernel.columns());
    code.aload(1);
    code.callStatic(
        POSITIONS,
        "argsort",
        "([" + Lane.letter(kernel.x().dtype()) + "[IIIL" + Code.SCRATCH + ";)V");
  }

  /** The work of such a kernel, in simple operations. */
  static Extent work(Kernel.Scatter kernel) {
    return kernel.outer().times(kernel.positions()).times(kernel.inner());
  }
}
