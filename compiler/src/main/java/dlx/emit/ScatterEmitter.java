package dlx.emit;

import dlx.runtime.DType;
import dlx.schedule.Kernel;
import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Label;
import org.objectweb.asm.Opcodes;

/**
 * The kernel Scatter: for every row of the result, strips of some vectors in registers, to which
 * what belongs there is added link by link. So a row is written once, and whoever does it adds in
 * the same order.
 */
final class ScatterEmitter {
  private static final int NEIGHBOURS = 4;

  private final Code code;
  private final Kernel.Scatter kernel;
  private final DType dtype;
  private final Lane lane;
  private final Body body;

  /** Locals of a row: its first link, where its part of g and itself begin. */
  private final int first;

  private final int from;
  private final int to;

  private ScatterEmitter(Code code, int bits, Kernel.Scatter kernel) {
    this.code = code;
    this.kernel = kernel;
    this.dtype = kernel.out().buffer().dtype();
    Lane wide = Lane.of(bits, List.of(dtype));
    long columns = kernel.inner().constant().orElse(Long.MAX_VALUE);
    this.lane = columns < wide.lanes() ? Lane.SINGLE : wide;
    this.body = new Body(code, lane, null);
    this.first = code.local(1);
    this.from = code.local(1);
    this.to = code.local(1);
  }

  static void emit(Code code, int bits, Kernel.Scatter kernel) {
    new ScatterEmitter(code, bits, kernel).rows();
  }

  /** Rows that threads do not share: together at least a line of a cache. */
  static int align(Kernel.Scatter kernel) {
    return kernel.inner().constant().orElse(16) < 16 ? 16 : 1;
  }

  private void rows() {
    int unit = code.local(1);
    code.iload(Code.FROM);
    code.istore(unit);
    code.loop(unit, 1, () -> code.iload(Code.TO), () -> row(unit));
  }

  private void row(int unit) {
    code.array(kernel.links());
    code.iload(unit);
    if (!kernel.outer().isOne()) {
      code.extent(kernel.extent());
      code.insn(Opcodes.IREM);
    }
    code.arrayLoad(DType.I32);
    code.istore(first);
    code.extent(kernel.g().offset());
    if (!kernel.outer().isOne()) {
      code.iload(unit);
      code.extent(kernel.extent());
      code.insn(Opcodes.IDIV);
      code.extent(kernel.positions());
      code.insn(Opcodes.IMUL);
      code.extent(kernel.inner());
      code.insn(Opcodes.IMUL);
      code.insn(Opcodes.IADD);
    }
    code.istore(from);
    code.extent(kernel.out().offset());
    code.iload(unit);
    code.extent(kernel.inner());
    code.insn(Opcodes.IMUL);
    code.insn(Opcodes.IADD);
    code.istore(to);
    int column = code.local(1);
    code.constant(0);
    code.istore(column);
    if (lane.isVector()) {
      strips(column, NEIGHBOURS * lane.lanes(), NEIGHBOURS, true);
      strips(column, lane.lanes(), 1, true);
      last(column);
    }
    strips(column, 1, 1, false);
  }

  private void strips(int column, int step, int neighbours, boolean vector) {
    code.loop(
        column, step, () -> code.extent(kernel.inner()), () -> strip(column, neighbours, vector));
  }

  /** What is left of a row of at least one vector: a vector that begins earlier. */
  private void last(int column) {
    Label none = new Label();
    code.iload(column);
    code.mv().visitJumpInsn(Opcodes.IFEQ, none);
    code.iload(column);
    code.extent(kernel.inner());
    code.mv().visitJumpInsn(Opcodes.IF_ICMPGE, none);
    code.extent(kernel.inner());
    code.constant(lane.lanes());
    code.insn(Opcodes.ISUB);
    code.istore(column);
    strip(column, 1, true);
    code.extent(kernel.inner());
    code.istore(column);
    code.mv().visitLabel(none);
  }

  private void strip(int column, int neighbours, boolean vector) {
    List<Integer> sums = new ArrayList<>();
    for (int n = 0; n < neighbours; n++) {
      zero(vector);
      sums.add(vector ? code.local(1) : code.local(dtype));
      store(sums.getLast(), vector);
    }
    int link = code.local(1);
    code.iload(first);
    code.istore(link);
    Label head = new Label();
    Label end = new Label();
    code.mv().visitLabel(head);
    code.iload(link);
    code.mv().visitJumpInsn(Opcodes.IFLT, end);
    int at = code.local(1);
    code.iload(link);
    code.extent(kernel.inner());
    code.insn(Opcodes.IMUL);
    code.iload(from);
    code.insn(Opcodes.IADD);
    code.iload(column);
    code.insn(Opcodes.IADD);
    code.istore(at);
    for (int n = 0; n < neighbours; n++) {
      add(sums.get(n), at, n * lane.lanes(), vector);
    }
    code.array(kernel.links());
    code.extent(kernel.extent());
    code.iload(link);
    code.insn(Opcodes.IADD);
    code.arrayLoad(DType.I32);
    code.istore(link);
    code.mv().visitJumpInsn(Opcodes.GOTO, head);
    code.mv().visitLabel(end);
    for (int n = 0; n < neighbours; n++) {
      write(sums.get(n), column, n * lane.lanes(), vector);
    }
  }

  private void zero(boolean vector) {
    if (vector) {
      body.constant(0, dtype);
    } else {
      code.constant(0, dtype);
    }
  }

  private void store(int local, boolean vector) {
    if (vector) {
      code.astore(local);
    } else {
      code.store(dtype, local);
    }
  }

  private void add(int sum, int at, int ahead, boolean vector) {
    if (vector) {
      body.species(dtype);
    }
    code.array(kernel.g().buffer());
    index(at, ahead);
    if (vector) {
      code.callStatic(
          Lane.type(dtype),
          "fromArray",
          "(L" + Lane.SPECIES + ";[" + Lane.letter(dtype) + "I)" + Lane.descriptor(dtype));
      code.aload(sum);
      plus();
    } else {
      code.arrayLoad(dtype);
      code.load(dtype, sum);
      code.arithmetic(dtype, Opcodes.IADD, Opcodes.FADD, Opcodes.DADD);
    }
    store(sum, vector);
  }

  private void write(int sum, int column, int ahead, boolean vector) {
    int at = code.local(1);
    code.iload(to);
    code.iload(column);
    code.insn(Opcodes.IADD);
    code.istore(at);
    if (vector) {
      // 0 + sum is the sum to the bit, and a vector whose class C2 knows
      zero(true);
      code.aload(sum);
      plus();
    }
    code.array(kernel.out().buffer());
    index(at, ahead);
    if (vector) {
      code.call(Lane.type(dtype), "intoArray", "([" + Lane.letter(dtype) + "I)V");
    } else {
      code.load(dtype, sum);
      code.arrayStore(dtype);
    }
  }

  private void plus() {
    code.call(Lane.type(dtype), "add", "(L" + Lane.VECTOR + ";)" + Lane.descriptor(dtype));
  }

  private void index(int at, int ahead) {
    code.iload(at);
    if (ahead > 0) {
      code.constant(ahead);
      code.insn(Opcodes.IADD);
    }
  }
}
