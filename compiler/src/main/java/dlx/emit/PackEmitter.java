package dlx.emit;

import dlx.graph.Extent;
import dlx.runtime.DType;
import dlx.schedule.Kernel;
import java.util.List;
import java.util.function.IntConsumer;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Opcodes;

/**
 * The kernel Pack: threads share the panels. Where the panel has whole vectors, they are copied as
 * vectors, for some summed positions all panels before the next ones, so that lines are read as
 * they lie; if it is the summed positions that lie side by side, squares of them are turned.
 */
final class PackEmitter {
  /** Lines that are read at a time. */
  private static final int LINES = 16;

  private final Code code;
  private final Kernel.Pack kernel;
  private final String owner;
  private final String name;
  private final Lane lane;
  private final boolean lies;
  private final boolean turns;

  private PackEmitter(Code code, Kernel.Pack kernel, String owner, String name, int bits) {
    this.code = code;
    this.kernel = kernel;
    this.owner = owner;
    this.name = name;
    this.lane = Lane.of(bits, List.of(kernel.to().dtype()));
    this.lies =
        kernel.from().strides().get(kernel.outer().size()).isOne()
            && kernel.panel() % lane.lanes() == 0;
    this.turns =
        !lies
            && kernel.panel() % lane.lanes() == 0
            && kernel.from().strides().getLast().isOne()
            && !isBelow(kernel.summed().getLast(), lane.lanes())
            && !isBelow(kernel.line(), lane.lanes());
  }

  private static boolean isBelow(Extent extent, int count) {
    return extent.isConstant() && extent.constant().getAsLong() < count;
  }

  /** Writes the method of the kernel, and that of a square if it needs it. */
  static void emit(
      ClassVisitor cv,
      Kernel.Pack kernel,
      String owner,
      String name,
      int line,
      int bits,
      Operands operands) {
    boolean[] turns = new boolean[1];
    Code.kernel(
        cv,
        name,
        line,
        operands,
        code -> {
          PackEmitter emitter = new PackEmitter(code, kernel, owner, name, bits);
          turns[0] = emitter.turns;
          emitter.emit();
        });
    if (turns[0]) {
      SquareEmitter.emit(cv, kernel.to().dtype(), kernel.panel(), name, line, bits, operands);
    }
  }

  static Extent units(Kernel.Pack kernel) {
    return Extent.product(kernel.outer()).times(kernel.panels()).times(kernel.wanted());
  }

  /** Copied numbers per unit. */
  static Extent work(Kernel.Pack kernel) {
    return Extent.product(kernel.summed()).times(kernel.panel());
  }

  private void emit() {
    int unit = code.local(1);
    code.iload(Code.FROM);
    code.istore(unit);
    if (lies && kernel.outer().isEmpty() && kernel.summed().size() == 1) {
      lines(unit);
    } else {
      code.loop(unit, 1, () -> code.iload(Code.TO), () -> panel(unit));
    }
  }

  /** Some summed positions of all panels, then the next ones. */
  private void lines(int unit) {
    Extent summed = kernel.summed().getLast();
    int k = code.local(1);
    int count = code.local(1);
    int from = code.local(1);
    int first = code.local(1);
    int at = code.local(1);
    code.constant(0);
    code.istore(k);
    code.loop(
        k,
        LINES,
        () -> {
          code.extent(summed);
          code.constant(LINES - 1);
          code.insn(Opcodes.IADD);
        },
        () -> {
          code.extent(summed);
          code.iload(k);
          code.insn(Opcodes.ISUB);
          code.constant(LINES);
          code.callStatic("java/lang/Math", "min", "(II)I");
          code.istore(count);
          code.iload(Code.FROM);
          code.istore(unit);
          code.loop(
              unit,
              1,
              () -> code.iload(Code.TO),
              () -> {
                code.iload(unit);
                code.constant(kernel.panel());
                code.insn(Opcodes.IMUL);
                code.istore(first);
                code.extent(kernel.from().offset());
                code.iload(first);
                code.insn(Opcodes.IADD);
                code.iload(k);
                times(kernel.from().strides().getLast());
                code.insn(Opcodes.IADD);
                code.istore(from);
                code.iload(first);
                times(summed);
                code.iload(k);
                code.constant(kernel.panel());
                code.insn(Opcodes.IMUL);
                code.insn(Opcodes.IADD);
                code.istore(at);
                copy(from, first, at, () -> code.iload(count));
              });
        });
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
    Runnable positions = () -> code.extent(kernel.summed().getLast());
    summed(0, base, from -> copy(from, first, at, positions));
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

  /** Innermost summed positions of a panel, as many as are pushed. */
  private void copy(int from, int first, int at, Runnable positions) {
    Extent summed = kernel.summed().getLast();
    int width = code.local(1);
    code.extent(kernel.line());
    code.iload(first);
    code.insn(Opcodes.ISUB);
    code.constant(kernel.panel());
    code.callStatic("java/lang/Math", "min", "(II)I");
    code.istore(width);
    if (lies) {
      code.iload(width);
      code.constant(kernel.panel());
      code.chooseIfLess(
          () -> single(from, width, at, positions), () -> vectors(from, at, positions));
    } else if (turns) {
      code.iload(width);
      code.constant(lane.lanes());
      code.chooseIfLess(
          () -> single(from, width, at, positions),
          () -> {
            code.extent(summed);
            code.constant(lane.lanes());
            code.chooseIfLess(
                () -> single(from, width, at, positions), () -> squares(from, width, at));
          });
    } else {
      single(from, width, at, positions);
    }
    if (kernel.summed().size() > 1) {
      code.iload(at);
      code.extent(summed.times(kernel.panel()));
      code.insn(Opcodes.IADD);
      code.istore(at);
    }
  }

  /** Number by number; 0 behind the last. */
  private void single(int from, int width, int at, Runnable positions) {
    code.array(kernel.from().buffer());
    code.iload(from);
    code.extent(kernel.from().strides().getLast());
    code.extent(kernel.from().strides().get(kernel.outer().size()));
    positions.run();
    code.iload(width);
    code.constant(kernel.panel());
    code.array(kernel.to());
    code.iload(at);
    String array = "[" + Lane.letter(kernel.to().dtype());
    code.callStatic("dlx/runtime/Panels", "pack", "(" + array + "IIIIII" + array + "I)V");
  }

  /** A full panel whose neighbours lie side by side. */
  private void vectors(int from, int at, Runnable positions) {
    DType dtype = kernel.to().dtype();
    Body body = new Body(code, lane, null);
    int source = copyOf(from);
    int target = copyOf(at);
    int k = code.local(1);
    code.constant(0);
    code.istore(k);
    code.loop(
        k,
        1,
        positions,
        () -> {
          for (int lanes = 0; lanes < kernel.panel(); lanes += lane.lanes()) {
            body.species(dtype);
            code.array(kernel.from().buffer());
            code.iload(source);
            code.constant(lanes);
            code.insn(Opcodes.IADD);
            code.callStatic(
                Lane.type(dtype),
                "fromArray",
                "(L" + Lane.SPECIES + ";[" + Lane.letter(dtype) + "I)" + Lane.descriptor(dtype));
            code.array(kernel.to());
            code.iload(target);
            code.constant(lanes);
            code.insn(Opcodes.IADD);
            code.call(Lane.type(dtype), "intoArray", "([" + Lane.letter(dtype) + "I)V");
          }
          code.iload(source);
          code.extent(kernel.from().strides().getLast());
          code.insn(Opcodes.IADD);
          code.istore(source);
          code.iload(target);
          code.constant(kernel.panel());
          code.insn(Opcodes.IADD);
          code.istore(target);
        });
  }

  private int copyOf(int local) {
    int copy = code.local(1);
    code.iload(local);
    code.istore(copy);
    return copy;
  }

  /**
   * Squares of as many neighbours and summed positions as a vector has lanes. The last ones begin
   * so early that they end with the panel.
   */
  private void squares(int from, int width, int at) {
    Extent lineStride = kernel.from().strides().get(kernel.outer().size());
    String array = "[" + Lane.letter(kernel.to().dtype());
    code.iload(width);
    code.constant(kernel.panel());
    code.chooseIfLess(
        () -> {
          code.array(kernel.to());
          code.iload(at);
          code.extent(kernel.summed().getLast());
          code.iload(width);
          code.constant(kernel.panel());
          code.callStatic("dlx/runtime/Panels", "clear", "(" + array + "IIII)V");
        },
        () -> {});
    inSteps(
        () -> code.extent(kernel.summed().getLast()),
        k ->
            inSteps(
                () -> code.iload(width),
                n -> {
                  code.aload(0);
                  code.aload(1);
                  code.array(kernel.from().buffer());
                  code.iload(n);
                  times(lineStride);
                  code.iload(from);
                  code.insn(Opcodes.IADD);
                  code.iload(k);
                  code.insn(Opcodes.IADD);
                  code.extent(lineStride);
                  code.array(kernel.to());
                  code.iload(k);
                  code.constant(kernel.panel());
                  code.insn(Opcodes.IMUL);
                  code.iload(at);
                  code.insn(Opcodes.IADD);
                  code.iload(n);
                  code.insn(Opcodes.IADD);
                  code.callStatic(owner, SquareEmitter.name(name), SquareEmitter.descriptor(array));
                }));
  }

  /** From 0 in steps of the lanes; the last step ends at the limit. */
  private void inSteps(Runnable limit, IntConsumer turn) {
    int next = code.local(1);
    int now = code.local(1);
    code.constant(0);
    code.istore(next);
    code.loop(
        next,
        lane.lanes(),
        () -> {
          limit.run();
          code.constant(lane.lanes() - 1);
          code.insn(Opcodes.IADD);
        },
        () -> {
          code.iload(next);
          limit.run();
          code.constant(lane.lanes());
          code.insn(Opcodes.ISUB);
          code.callStatic("java/lang/Math", "min", "(II)I");
          code.istore(now);
          turn.accept(now);
        });
  }
}
