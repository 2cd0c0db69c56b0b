package dlx.emit;

import dlx.graph.Extent;
import dlx.runtime.DType;
import dlx.schedule.Access;
import dlx.schedule.Buffer;
import dlx.schedule.Instruction;
import dlx.schedule.Kernel;
import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Opcodes;

/**
 * A block of rows times a strip of columns, tile by tile, as a method of its own. Arguments: frame,
 * scratch; the indices of the outer axes; array and first index of the right operand and its step
 * per summed position; the first row and the one after the last; the first column, and the first
 * that is not stored yet.
 *
 * <p>The sums go where they are stored, if nothing else is to be done with them and the strip is
 * full; else to memory of the thread, from which a method of loops stores them.
 */
final class ProductStrip {
  private final Products product;
  private final Tiling tiling;
  private final Code code;
  private final String owner;
  private final String name;
  private final int vectors;
  private final int b;
  private final int from;
  private int sums;
  private int sumsStart;
  private int sumsRow;
  private int lowest;

  private ProductStrip(Products product, Code code, String owner, String name, int vectors) {
    this.product = product;
    this.tiling = product.tiling();
    this.code = code;
    this.owner = owner;
    this.name = name;
    this.vectors = vectors;
    this.b = 2 + product.outer().size();
    this.from = b + 3;
  }

  static String name(String kernel, int vectors) {
    return kernel + "strip" + vectors;
  }

  static String descriptor(Products product) {
    return "(L"
        + Code.FRAME
        + ";L"
        + Code.SCRATCH
        + ";"
        + "I".repeat(product.outer().size())
        + product.array()
        + "IIIIII)V";
  }

  /** Writes the methods of strips so many vectors wide, and those of their tiles. */
  static void emit(
      Products product,
      ClassVisitor cv,
      String owner,
      String kernel,
      int vectors,
      int line,
      Operands operands) {
    for (int rows : tileRows(product)) {
      Code.method(
          cv,
          tile(kernel, rows, vectors),
          ProductTile.descriptor(product),
          ProductTile.arguments(product),
          line,
          operands,
          code -> ProductTile.emit(product, code, rows, vectors));
    }
    Code.method(
        cv,
        name(kernel, vectors),
        descriptor(product),
        2 + product.outer().size() + 7,
        line,
        operands,
        code -> new ProductStrip(product, code, owner, kernel, vectors).emit());
  }

  private static String tile(String kernel, int rows, int vectors) {
    return kernel + "tile" + rows + "x" + vectors;
  }

  /** The heights of tiles that are needed, the largest first. */
  private static List<Integer> tileRows(Products product) {
    Extent extent = product.row().extent();
    long known = extent.isConstant() ? extent.constant().getAsLong() : Long.MAX_VALUE;
    int most = product.tiling().rows();
    if (extent.isConstant() && known > 0 && known % most == 0) {
      return List.of(most);
    }
    List<Integer> heights = new ArrayList<>();
    for (int rows = most; rows >= 1; rows /= 2) {
      if (rows <= Math.max(1, known)) {
        heights.add(rows);
      }
    }
    return heights;
  }

  /** Can a strip have fewer columns than it is wide? Only where they are padded. */
  private static boolean mayBePadded(Products product) {
    return product.isRightPacked()
        ? !product.column().extent().isConstant()
            || product.knownColumns() % product.tiling().lanes() != 0
        : product.mayBeNarrow();
  }

  private static boolean isDirect(Products product) {
    return product.isPlain() && !product.isCut();
  }

  // ------------------------------------------------------------------ the strip

  private void emit() {
    int a = start(product.kernel().a().access());
    sums = code.local(1);
    sumsStart = code.local(1);
    sumsRow = code.local(1);
    lowest = code.local(1);
    int stored = code.local(1);
    if (!isDirect(product)) {
      throughMemory(stored);
    } else if (!mayBePadded(product)) {
      direct(stored);
    } else {
      code.extent(product.column().extent());
      code.iload(first());
      code.constant(width());
      code.insn(Opcodes.IADD);
      code.chooseIfLess(() -> throughMemory(stored), () -> direct(stored));
    }
    if (product.isCut()) {
      cut(a);
    } else {
      rows(a, b + 1, -1);
    }
    if (!isDirect(product)) {
      store();
    } else if (mayBePadded(product)) {
      code.iload(stored);
      code.constant(1);
      code.chooseIfLess(this::store, () -> {});
    }
  }

  private int to() {
    return from + 1;
  }

  private int first() {
    return from + 2;
  }

  private int fresh() {
    return from + 3;
  }

  private int width() {
    return vectors * tiling.lanes();
  }

  /** A new local: where an access begins for the outer indices. */
  private int start(Access access) {
    int local = code.local(1);
    code.extent(access.offset());
    for (int i = 0; i < product.outer().size(); i++) {
      Extent stride = access.strides().get(product.outer().get(i).position());
      if (!stride.isZero()) {
        code.iload(2 + i);
        times(stride);
        code.insn(Opcodes.IADD);
      }
    }
    code.istore(local);
    return local;
  }

  private void times(Extent factor) {
    if (!factor.isOne()) {
      code.extent(factor);
      code.insn(Opcodes.IMUL);
    }
  }

  /** The sums of row i and of the first column are at {@code sumsStart + i * sumsRow}. */
  private void direct(int stored) {
    Access c = product.kernel().stores().getFirst().access();
    int base = start(c);
    code.array(c.buffer());
    code.astore(sums);
    code.iload(base);
    code.iload(first());
    code.insn(Opcodes.IADD);
    code.istore(sumsStart);
    code.extent(c.strides().get(product.row().position()));
    code.istore(sumsRow);
    code.constant(0);
    code.istore(lowest);
    code.constant(1);
    code.istore(stored);
  }

  private void throughMemory(int stored) {
    code.aload(1);
    code.constant(tiling.blockRows() * tiling.width());
    code.call(Code.SCRATCH, "sums" + tiling.dtype().bytes() * 8, "(I)" + product.array());
    code.astore(sums);
    code.iload(from);
    code.constant(-tiling.width());
    code.insn(Opcodes.IMUL);
    code.istore(sumsStart);
    code.constant(tiling.width());
    code.istore(sumsRow);
    code.iload(from);
    code.istore(lowest);
    code.constant(0);
    code.istore(stored);
  }

  /** The summed positions in blocks, each added to what the ones before it gave. */
  private void cut(int a) {
    code.aload(sums);
    code.constant(0);
    code.iload(to());
    code.iload(from);
    code.insn(Opcodes.ISUB);
    code.constant(tiling.width());
    code.insn(Opcodes.IMUL);
    code.constant(0, tiling.dtype());
    code.callStatic(
        "java/util/Arrays",
        "fill",
        "(" + product.array() + "II" + Lane.letter(tiling.dtype()) + ")V");
    Products.Axis axis = product.summed().getFirst();
    int next = code.local(1);
    int count = code.local(1);
    int aNow = code.local(1);
    int bNow = code.local(1);
    code.constant(0);
    code.istore(next);
    code.loop(
        next,
        tiling.blockSummed(),
        () -> {
          code.extent(axis.extent());
          code.constant(tiling.blockSummed() - 1);
          code.insn(Opcodes.IADD);
        },
        () -> {
          code.extent(axis.extent());
          code.iload(next);
          code.insn(Opcodes.ISUB);
          code.constant(tiling.blockSummed());
          code.callStatic("java/lang/Math", "min", "(II)I");
          code.istore(count);
          code.iload(a);
          code.iload(next);
          times(product.isLeftPacked() ? Extent.of(product.leftPanel()) : axis.a());
          code.insn(Opcodes.IADD);
          code.istore(aNow);
          code.iload(b + 1);
          code.iload(next);
          code.iload(b + 2);
          code.insn(Opcodes.IMUL);
          code.insn(Opcodes.IADD);
          code.istore(bNow);
          rows(aNow, bNow, count);
        });
  }

  /**
   * All rows of the block, in tiles. More than half a tile that is left over is a tile that begins
   * earlier, unless sums would be added twice.
   */
  private void rows(int a, int bAt, int count) {
    int i = code.local(1);
    code.iload(from);
    code.istore(i);
    boolean again = !product.isCut() && !product.isLeftPacked();
    List<Integer> heights = tileRows(product);
    for (int rows : heights) {
      code.loop(i, rows, () -> code.iload(to()), () -> call(a, bAt, count, i, rows));
      if (again && rows > 1 && heights.size() > 1) {
        int early = code.local(1);
        code.iload(to());
        code.constant(rows);
        code.insn(Opcodes.ISUB);
        code.istore(early);
        // left > rows / 2 and early >= lowest
        code.iload(i);
        code.constant(rows / 2);
        code.insn(Opcodes.IADD);
        code.iload(to());
        code.chooseIfLess(
            () -> {
              code.iload(lowest);
              code.constant(1);
              code.insn(Opcodes.ISUB);
              code.iload(early);
              code.chooseIfLess(
                  () -> {
                    call(a, bAt, count, early, rows);
                    code.iload(to());
                    code.istore(i);
                  },
                  () -> {});
            },
            () -> {});
      }
    }
  }

  private void call(int a, int bAt, int count, int i, int rows) {
    code.aload(0);
    code.aload(1);
    code.array(product.kernel().a().access().buffer());
    code.iload(a);
    if (product.isLeftPacked()) {
      code.iload(i);
      code.constant(product.leftPanel());
      code.insn(Opcodes.IDIV);
      times(product.row().a());
      code.insn(Opcodes.IADD);
      code.iload(i);
      code.constant(product.leftPanel());
      code.insn(Opcodes.IREM);
    } else {
      code.iload(i);
      times(product.row().a());
    }
    code.insn(Opcodes.IADD);
    code.aload(b);
    code.iload(bAt);
    code.iload(b + 2);
    code.aload(sums);
    code.iload(sumsStart);
    code.iload(i);
    code.iload(sumsRow);
    code.insn(Opcodes.IMUL);
    code.insn(Opcodes.IADD);
    code.iload(sumsRow);
    if (product.isCut()) {
      code.iload(count);
    }
    code.callStatic(owner, tile(name, rows, vectors), ProductTile.descriptor(product));
  }

  // ------------------------------------------------------------------ what is done with the sums

  /** Does a method of loops store the sums, at least sometimes? */
  static boolean hasStore(Products product) {
    return !isDirect(product) || mayBePadded(product);
  }

  private static String storeDescriptor(Products product) {
    return "(L"
        + Code.FRAME
        + ";L"
        + Code.SCRATCH
        + ";"
        + product.array()
        + "I"
        + "II".repeat(product.outer().size() + 2)
        + ")V";
  }

  /** Calls the loops for the new columns of this block. */
  private void store() {
    code.aload(0);
    code.aload(1);
    code.aload(sums);
    code.iload(from);
    code.constant(tiling.width());
    code.insn(Opcodes.IMUL);
    code.iload(first());
    code.insn(Opcodes.IADD);
    for (int position = 0; position <= product.column().position(); position++) {
      if (position == product.row().position()) {
        code.iload(from);
        code.iload(to());
      } else if (position == product.column().position()) {
        code.iload(product.isInPlace() ? fresh() : first());
        code.iload(first());
        code.constant(width());
        code.insn(Opcodes.IADD);
        code.extent(product.column().extent());
        code.callStatic("java/lang/Math", "min", "(II)I");
      } else {
        int index = 2 + outerIndex(position);
        code.iload(index);
        code.iload(index);
        code.constant(1);
        code.insn(Opcodes.IADD);
      }
    }
    code.callStatic(owner, name + "store", storeDescriptor(product));
  }

  private int outerIndex(int position) {
    for (int i = 0; i < product.outer().size(); i++) {
      if (product.outer().get(i).position() == position) {
        return i;
      }
    }
    throw new IllegalStateException("no outer axis");
  }

  /** Writes the method that stores what becomes of the sums of a part of the result. */
  static void emitStore(
      Products product, ClassVisitor cv, String kernel, int line, Operands operands) {
    int axes = product.column().position() + 1;
    Code.method(
        cv,
        kernel + "store",
        storeDescriptor(product),
        4 + 2 * axes,
        line,
        operands,
        code -> storeLoops(product, code));
  }

  private static void storeLoops(Products product, Code code) {
    DType dtype = product.tiling().dtype();
    Kernel.Product kernel = product.kernel();
    Buffer sums = new Buffer(-1, Buffer.Role.TEMPORARY, "sums", dtype, Extent.ZERO, null);
    List<Extent> strides = new ArrayList<>();
    List<LoopEmitter.Window> windows = new ArrayList<>();
    for (int position = 0; position <= product.column().position(); position++) {
      strides.add(
          position == product.row().position()
              ? Extent.of(product.tiling().width())
              : position == product.column().position() ? Extent.ONE : Extent.ZERO);
      windows.add(new LoopEmitter.Window(4 + 2 * position, 5 + 2 * position));
    }
    Access access = new Access(sums, Extent.ZERO, strides);
    code.bind(sums, 2);
    int origin = code.local(1);
    code.iload(3);
    code.insn(Opcodes.INEG);
    code.istore(origin);
    Nest.Bases bases = new Nest.Bases();
    bases.set(access, origin);
    List<Extent> extents = new ArrayList<>(kernel.batch());
    extents.addAll(kernel.rows());
    extents.addAll(kernel.columns());
    boolean padded = mayBePadded(product);
    boolean whole =
        !padded
            && product.column().extent().isConstant()
            && (!product.isInPlace() || product.knownColumns() % product.tiling().lanes() == 0);
    LoopEmitter.window(
        code,
        product.bits(),
        new Kernel.Loops(extents, kernel.storesOf(new Instruction.Load(access)), kernel.span()),
        windows,
        bases,
        whole);
  }
}
