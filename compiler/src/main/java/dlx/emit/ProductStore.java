package dlx.emit;

import dlx.graph.Extent;
import dlx.runtime.DType;
import dlx.schedule.Access;
import dlx.schedule.Buffer;
import dlx.schedule.Instruction;
import dlx.schedule.Kernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Opcodes;

/**
 * What becomes of the sums of a product, as a method of loops over a part of the result: some rows
 * just after they were summed, while they are in a cache. Arguments: frame, scratch; the sums and
 * what their index is ahead of that of the result; for every axis the first position and the one
 * after the last.
 */
final class ProductStore {
  private static final int SUMS = 2;
  private static final int AHEAD = 3;
  private static final int WINDOWS = 4;

  private ProductStore() {}

  /** Do sums go through memory of the thread, at least sometimes? */
  static boolean isNeeded(Products product) {
    return !product.isDirect() || !product.few().isAlways() && ProductStrip.mayBePadded(product);
  }

  private static String descriptor(Products product) {
    return "(L"
        + Code.FRAME
        + ";L"
        + Code.SCRATCH
        + ";"
        + product.array()
        + "I"
        + "II".repeat(product.column().position() + 1)
        + ")V";
  }

  /** Pushes the memory of this thread for sums. */
  static void sums(Products product, Code code) {
    code.aload(1);
    code.extent(product.sumsSize());
    code.call(Code.SCRATCH, "sums" + product.tiling().dtype().bytes() * 8, "(I)" + product.array());
  }

  /**
   * Calls the method for some rows and for the columns from {@code first} on, the first of which
   * the sums hold.
   *
   * @param indices the locals of the outer axes
   */
  static void call(
      Products product,
      Code code,
      String owner,
      String kernel,
      List<Integer> indices,
      int sums,
      int from,
      int to,
      int first) {
    code.aload(0);
    code.aload(1);
    code.aload(sums);
    code.iload(from);
    code.extent(product.sumsRow());
    code.insn(Opcodes.IMUL);
    code.iload(first);
    code.insn(Opcodes.IADD);
    int outer = 0;
    for (int position = 0; position <= product.column().position(); position++) {
      if (position == product.row().position()) {
        code.iload(from);
        code.iload(to);
      } else if (position == product.column().position()) {
        code.iload(first);
        code.extent(product.column().extent());
      } else {
        int index = indices.get(outer++);
        code.iload(index);
        code.iload(index);
        code.constant(1);
        code.insn(Opcodes.IADD);
      }
    }
    code.callStatic(owner, kernel + "store", descriptor(product));
  }

  static void emit(Products product, ClassVisitor cv, String kernel, int line, Operands operands) {
    int axes = product.column().position() + 1;
    Code.method(
        cv,
        kernel + "store",
        descriptor(product),
        WINDOWS + 2 * axes,
        line,
        operands,
        code -> loops(product, code));
  }

  private static void loops(Products product, Code code) {
    DType dtype = product.tiling().dtype();
    Kernel.Product kernel = product.kernel();
    List<Extent> extents = new ArrayList<>(kernel.batch());
    extents.addAll(kernel.rows());
    extents.addAll(kernel.columns());
    Buffer sums = new Buffer(-1, Buffer.Role.TEMPORARY, "sums", dtype, Extent.ZERO, null);
    List<Extent> strides = new ArrayList<>();
    List<LoopEmitter.Window> windows = new ArrayList<>();
    for (int position = 0; position < extents.size(); position++) {
      Extent stride =
          position == product.row().position()
              ? product.sumsRow()
              : position == product.column().position() ? Extent.ONE : Extent.ZERO;
      // as in every access: an axis of one position has no stride
      strides.add(extents.get(position).isOne() ? Extent.ZERO : stride);
      windows.add(new LoopEmitter.Window(WINDOWS + 2 * position, WINDOWS + 2 * position + 1));
    }
    int without = isSolid(product) ? product.row().position() : -1;
    if (without >= 0) {
      Extent columns = product.column().extent();
      Extent rowExtent = extents.remove(without);
      extents.set(without, rowExtent.times(columns));
      strides.remove(without);
      LoopEmitter.Window rows = windows.remove(without);
      windows.set(
          without,
          new LoopEmitter.Window(
              times(code, rows.from(), columns), times(code, rows.to(), columns)));
    }
    Access access = new Access(sums, Extent.ZERO, strides);
    code.bind(sums, SUMS);
    int base = code.local(1);
    code.iload(AHEAD);
    code.insn(Opcodes.INEG);
    code.istore(base);
    Nest.Bases bases = new Nest.Bases();
    bases.set(access, base);
    List<Kernel.Store> stores = kernel.storesOf(new Instruction.Load(access), without);
    LoopEmitter.window(
        code, product.bits(), new Kernel.Loops(extents, stores, kernel.span()), windows, bases, 1);
  }

  private static int times(Code code, int index, Extent factor) {
    int local = code.local(1);
    code.iload(index);
    code.extent(factor);
    code.insn(Opcodes.IMUL);
    code.istore(local);
    return local;
  }

  /**
   * Do rows go on where the row before ends, of the sums and of all that is read and written
   * beside? Then all of them are one, if the rows of a tile are whole vectors.
   */
  private static boolean isSolid(Products product) {
    int row = product.row().position();
    Extent columns = product.column().extent();
    return !product.isDirect()
        && product.column().position() == row + 1
        && columns.isConstant()
        && product.knownColumns() * product.tiling().rows() % product.tiling().lanes() == 0
        && !columns.isOne()
        && !product.row().extent().isOne()
        && product.sumsRow().equals(columns)
        && accesses(product.kernel())
            .allMatch(a -> stride(a, row).equals(stride(a, row + 1).times(columns)));
  }

  private static Stream<Access> accesses(Kernel.Product kernel) {
    return Stream.concat(
        kernel.stores().stream().map(Kernel.Store::access),
        Kernel.instructions(kernel.stores()).stream()
            .map(Instruction::access)
            .filter(Objects::nonNull));
  }

  private static Extent stride(Access access, int axis) {
    return axis < access.strides().size() ? access.strides().get(axis) : Extent.ZERO;
  }
}
