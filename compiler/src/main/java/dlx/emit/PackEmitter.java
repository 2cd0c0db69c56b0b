package dlx.emit;

import dlx.graph.Extent;
import dlx.schedule.Kernel;
import java.util.List;
import java.util.function.IntConsumer;
import org.objectweb.asm.Opcodes;

/** The kernel Pack: threads share the panels. */
final class PackEmitter {
  private final Code code;
  private final Kernel.Pack kernel;

  private PackEmitter(Code code, Kernel.Pack kernel) {
    this.code = code;
    this.kernel = kernel;
  }

  static Extent units(Kernel.Pack kernel) {
    return Extent.product(kernel.outer()).times(kernel.panels());
  }

  /** Copied numbers per unit. */
  static Extent work(Kernel.Pack kernel) {
    return Extent.product(kernel.summed()).times(kernel.panel());
  }

  static void emit(Code code, Kernel.Pack kernel) {
    new PackEmitter(code, kernel).emit();
  }

  private void emit() {
    int unit = code.local(1);
    code.iload(Code.FROM);
    code.istore(unit);
    code.loop(unit, 1, () -> code.iload(Code.TO), () -> panel(unit));
  }

  /** Panel number {@code unit}: the last outer axis changes faster than those before it. */
  private void panel(int unit) {
    List<Extent> strides = kernel.from().strides();
    int line = kernel.outer().size();
    int rest = code.local(1);
    int base = code.local(1);
    int first = code.local(1);
    code.iload(unit);
    code.istore(rest);
    split(rest, kernel.panels());
    code.constant(kernel.panel());
    code.insn(Opcodes.IMUL);
    code.istore(first);
    code.extent(kernel.from().offset());
    code.iload(first);
    times(strides.get(line));
    code.insn(Opcodes.IADD);
    code.istore(base);
    for (int axis = line - 1; axis >= 0; axis--) {
      split(rest, kernel.outer().get(axis));
      times(strides.get(axis));
      code.iload(base);
      code.insn(Opcodes.IADD);
      code.istore(base);
    }
    int at = code.local(1);
    code.iload(unit);
    times(work(kernel));
    code.istore(at);
    summed(0, base, from -> copy(from, first, at));
  }

  /** Pushes rest % extent; rest becomes rest / extent. */
  private void split(int rest, Extent extent) {
    code.iload(rest);
    code.extent(extent);
    code.insn(Opcodes.IREM);
    code.iload(rest);
    code.extent(extent);
    code.insn(Opcodes.IDIV);
    code.istore(rest);
  }

  private void times(Extent factor) {
    if (!factor.isOne()) {
      code.extent(factor);
      code.insn(Opcodes.IMUL);
    }
  }

  private void summed(int level, int base, IntConsumer innermost) {
    if (level == kernel.summed().size() - 1) {
      innermost.accept(base);
      return;
    }
    Extent stride = kernel.from().strides().get(kernel.outer().size() + 1 + level);
    code.count(
        kernel.summed().get(level),
        k -> {
          int inner = code.local(1);
          code.iload(k);
          times(stride);
          code.iload(base);
          code.insn(Opcodes.IADD);
          code.istore(inner);
          summed(level + 1, inner, innermost);
        });
  }

  private void copy(int from, int first, int at) {
    Extent summed = kernel.summed().getLast();
    code.array(kernel.from().buffer());
    code.iload(from);
    code.extent(kernel.from().strides().getLast());
    code.extent(kernel.from().strides().get(kernel.outer().size()));
    code.extent(summed);
    code.extent(kernel.line());
    code.iload(first);
    code.insn(Opcodes.ISUB);
    code.constant(kernel.panel());
    code.callStatic("java/lang/Math", "min", "(II)I");
    code.constant(kernel.panel());
    code.array(kernel.to());
    code.iload(at);
    String array = "[" + Lane.letter(kernel.to().dtype());
    code.callStatic("dlx/runtime/Panels", "pack", "(" + array + "IIIIII" + array + "I)V");
    if (kernel.summed().size() > 1) {
      code.iload(at);
      code.extent(summed.times(kernel.panel()));
      code.insn(Opcodes.IADD);
      code.istore(at);
    }
  }
}
