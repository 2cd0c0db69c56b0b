package dlx.emit;

import dlx.graph.Extent;
import dlx.schedule.Kernel;
import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Opcodes;

/**
 * The kernel Sweep: for every part of the rows, which threads share, and in it for every block of
 * rows the steps and then the sums, one behind the other over the same rows.
 */
final class SweepEmitter {
  private final Code code;
  private final int bits;
  private final Kernel.Sweep sweep;
  private final int most;

  private SweepEmitter(Code code, int bits, Kernel.Sweep sweep, int most) {
    this.most = most;
    this.code = code;
    this.bits = bits;
    this.sweep = sweep;
  }

  /**
   * @param most so many rows may be walked together
   */
  static void emit(Code code, int bits, Kernel.Sweep sweep, int most) {
    new SweepEmitter(code, bits, sweep, most).parts();
  }

  /** Simple operations for one part. */
  static Extent work(Kernel.Sweep sweep) {
    Extent work = Extent.ZERO;
    for (Kernel.Loops step : sweep.steps()) {
      Extent values = Extent.of(Kernel.instructions(step.stores()).size());
      work = work.plus(Extent.product(step.axes()).times(values));
    }
    Extent values = Extent.of(Kernel.instructions(sweep.sums().stores()).size());
    work = work.plus(Extent.product(sweep.sums().axes()).times(values));
    return work.floorDivide(Extent.of(sweep.parts()));
  }

  private void parts() {
    int part = code.local(1);
    code.iload(Code.FROM);
    code.istore(part);
    code.loop(part, 1, () -> code.iload(Code.TO), () -> part(part));
  }

  private void part(int part) {
    Nest.Bases bases = new Nest.Bases();
    for (Kernel.Store store : sweep.sums().stores()) {
      int base = code.local(1);
      code.extent(store.access().offset());
      code.iload(part);
      code.extent(sweep.columns());
      code.insn(Opcodes.IMUL);
      code.insn(Opcodes.IADD);
      code.istore(base);
      bases.set(store.access(), base);
      clear(store, base);
    }
    int end = code.local(1);
    row(part, 1);
    code.istore(end);
    // a whole number of blocks may reach over the last row
    code.iload(end);
    code.extent(sweep.rows());
    code.callStatic("java/lang/Math", "min", "(II)I");
    code.istore(end);
    int row = code.local(1);
    row(part, 0);
    code.istore(row);
    code.loop(
        row,
        sweep.block(),
        () -> {
          code.iload(end);
          code.constant(sweep.block() - 1);
          code.insn(Opcodes.IADD);
        },
        () -> block(row, end, bases));
  }

  /** Pushes (part + ahead) * blocks / parts * block: where a part begins. */
  private void row(int part, int ahead) {
    code.iload(part);
    code.constant(ahead);
    code.insn(Opcodes.IADD);
    code.extent(sweep.blocks());
    code.insn(Opcodes.IMUL);
    code.constant(sweep.parts());
    code.insn(Opcodes.IDIV);
    code.constant(sweep.block());
    code.insn(Opcodes.IMUL);
  }

  /** The sums of a part begin with 0. */
  private void clear(Kernel.Store store, int base) {
    String letter = Lane.letter(store.value().dtype());
    code.array(store.access().buffer());
    code.iload(base);
    code.iload(base);
    code.extent(sweep.columns());
    code.insn(Opcodes.IADD);
    code.constant(0, store.value().dtype());
    code.callStatic("java/util/Arrays", "fill", "([" + letter + "II" + letter + ")V");
  }

  private void block(int row, int end, Nest.Bases bases) {
    int to = code.local(1);
    code.iload(row);
    code.constant(sweep.block());
    code.insn(Opcodes.IADD);
    code.iload(end);
    code.callStatic("java/lang/Math", "min", "(II)I");
    code.istore(to);
    LoopEmitter.Window rows = new LoopEmitter.Window(row, to);
    for (Kernel.Loops step : sweep.steps()) {
      List<LoopEmitter.Window> windows = new ArrayList<>(List.of(rows));
      step.axes().stream().skip(1).forEach(axis -> windows.add(whole(axis)));
      LoopEmitter.window(code, bits, step, windows, new Nest.Bases(), most);
    }
    ColumnEmitter.window(code, bits, sweep.sums(), rows, bases);
  }

  private LoopEmitter.Window whole(Extent axis) {
    int from = code.local(1);
    code.constant(0);
    code.istore(from);
    int to = code.local(1);
    code.extent(axis);
    code.istore(to);
    return new LoopEmitter.Window(from, to);
  }
}
