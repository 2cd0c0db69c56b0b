package dlx.emit;

import dlx.graph.Extent;
import dlx.schedule.Access;
import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Opcodes;

/**
 * A block of rows times a strip of columns, tile by tile, as a method of its own. Arguments: frame,
 * scratch; the indices of the outer axes; array and first index of the right operand and its step
 * per summed position; the first row and the one after the last; the first column.
 *
 * <p>The sums go where they are stored, if nothing else is to be done with them and the strip is
 * full; else to memory of the thread, from which {@link ProductStore} takes them.
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
        + "IIIII"
        + (product.isCutOutside() ? "III" : "")
        + ")V";
  }

  /**
   * Writes the methods of strips so many vectors wide, and those of their tiles.
   *
   * @param seldom where methods are written that most calls do not need: tiles for rows that are
   *     left over
   */
  static void emit(
      Products product,
      ClassVisitor cv,
      ClassVisitor seldom,
      String owner,
      String kernel,
      int vectors,
      int line,
      Operands operands) {
    int highest = tileRows(product).getFirst();
    for (int rows : tileRows(product)) {
      boolean begun = product.kernel().begun();
      for (boolean goesOn : product.isCut() && !begun ? List.of(false, true) : List.of(begun)) {
        Code.method(
            rows == highest ? cv : seldom,
            tile(kernel, rows, vectors, goesOn),
            ProductTile.descriptor(product),
            ProductTile.arguments(product),
            line,
            operands,
            code -> ProductTile.emit(product, code, rows, vectors, goesOn));
      }
    }
    Code.method(
        cv,
        name(kernel, vectors),
        descriptor(product),
        2 + product.outer().size() + (product.isCutOutside() ? 9 : 6),
        line,
        operands,
        code -> new ProductStrip(product, code, owner, kernel, vectors).emit());
  }

  private static String tile(String kernel, int rows, int vectors, boolean goesOn) {
    return kernel + (goesOn ? "more" : "tile") + rows + "x" + vectors;
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
  static boolean mayBePadded(Products product) {
    if (product.isCutOutside() || product.spills()) {
      return false;
    }
    return product.isRightPacked()
        ? !product.column().extent().isConstant()
            || product.knownColumns() % product.tiling().lanes() != 0
        : product.mayBeNarrow();
  }

  // ------------------------------------------------------------------ the strip

  private void emit() {
    int a = start(product.kernel().a().access());
    sums = code.local(1);
    sumsStart = code.local(1);
    sumsRow = code.local(1);
    lowest = code.local(1);
    int inMemory = code.local(1);
    if (!product.isDirect()) {
      throughMemory(inMemory);
    } else if (!mayBePadded(product)) {
      direct(inMemory);
    } else {
      code.extent(product.column().extent());
      code.iload(first());
      code.constant(width());
      code.insn(Opcodes.IADD);
      code.chooseIfLess(() -> throughMemory(inMemory), () -> direct(inMemory));
    }
    if (product.isCutOutside()) {
      part(a);
    } else if (product.isCut()) {
      cut(a);
    } else {
      rows(a, b + 1, -1, product.kernel().begun());
      if (product.spills()) {
        lastRow();
      }
    }
    if (product.isDirect() && mayBePadded(product)) {
      code.constant(0);
      code.iload(inMemory);
      code.chooseIfLess(
          () -> {
            List<Integer> indices = new ArrayList<>();
            for (int i = 0; i < product.outer().size(); i++) {
              indices.add(2 + i);
            }
            ProductStore.call(product, code, owner, name, indices, sums, from, to(), first());
          },
          () -> {});
    }
  }

  private int to() {
    return from + 1;
  }

  private int first() {
    return from + 2;
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
  private void direct(int inMemory) {
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
    code.constant(0);
    code.istore(inMemory);
  }

  private void throughMemory(int inMemory) {
    ProductStore.sums(product, code);
    code.astore(sums);
    code.extent(product.sumsRow());
    code.istore(sumsRow);
    if (product.isDirect()) {
      code.constant(0);
    } else {
      code.iload(first());
    }
    code.iload(from);
    code.iload(sumsRow);
    code.insn(Opcodes.IMUL);
    code.insn(Opcodes.ISUB);
    if (product.isOverlapping()) {
      code.constant(ProductOverlap.firstRow(product));
      code.insn(Opcodes.IADD);
    }
    code.istore(sumsStart);
    code.iload(from);
    code.istore(lowest);
    code.constant(1);
    code.istore(inMemory);
  }

  /** Pushes where the sums of a row begin. */
  private void sumsOf(int row) {
    code.iload(sumsStart);
    code.iload(row);
    code.iload(sumsRow);
    code.insn(Opcodes.IMUL);
    code.insn(Opcodes.IADD);
  }

  /** Copies the last row of the block to its place. */
  private void lastRow() {
    code.iload(from);
    code.iload(to());
    code.chooseIfLess(
        () -> {
          int last = code.local(1);
          code.iload(to());
          code.constant(1);
          code.insn(Opcodes.ISUB);
          code.istore(last);
          code.scratch(tiling.dtype());
          code.constant(0);
          code.aload(sums);
          sumsOf(last);
          code.extent(product.column().extent());
          code.callStatic(
              "java/lang/System", "arraycopy", "(Ljava/lang/Object;ILjava/lang/Object;II)V");
        },
        () -> {});
  }

  /** One block of summed positions, added to what the ones before it gave. */
  private void part(int a) {
    code.iload(a);
    code.iload(first() + 1);
    code.insn(Opcodes.IADD);
    code.istore(a);
    int count = first() + 2;
    // a tile that begins earlier would be added to its first rows twice
    code.iload(to());
    code.istore(lowest);
    code.iload(first() + 3);
    code.constant(1);
    boolean begun = product.kernel().begun();
    code.chooseIfLess(() -> rows(a, b + 1, count, begun), () -> rows(a, b + 1, count, true));
  }

  /** The summed positions in blocks, each added to what the ones before it gave. */
  private void cut(int a) {
    Products.Axis axis = product.summed().getFirst();
    Extent aStep = product.leftStep(axis);
    int block = tiling.blockSummed();
    int count = code.local(1);
    code.extent(axis.extent());
    code.constant(block);
    code.callStatic("java/lang/Math", "min", "(II)I");
    code.istore(count);
    // a tile that begins earlier would add to its first rows twice
    code.constant(block);
    code.extent(axis.extent());
    code.chooseIfLess(
        () -> {
          code.iload(to());
          code.istore(lowest);
        },
        () -> {});
    rows(a, b + 1, count, product.kernel().begun());
    int next = code.local(1);
    int aNow = code.local(1);
    int bNow = code.local(1);
    code.constant(block);
    code.istore(next);
    code.loop(
        next,
        block,
        () -> {
          code.extent(axis.extent());
          code.constant(block - 1);
          code.insn(Opcodes.IADD);
        },
        () -> {
          code.extent(axis.extent());
          code.iload(next);
          code.insn(Opcodes.ISUB);
          code.constant(block);
          code.callStatic("java/lang/Math", "min", "(II)I");
          code.istore(count);
          code.iload(a);
          code.iload(next);
          times(aStep);
          code.insn(Opcodes.IADD);
          code.istore(aNow);
          code.iload(b + 1);
          code.iload(next);
          code.iload(b + 2);
          code.insn(Opcodes.IMUL);
          code.insn(Opcodes.IADD);
          code.istore(bNow);
          rows(aNow, bNow, count, true);
        });
  }

  /**
   * All rows of the block, in tiles. More than half a tile that is left over is a tile that begins
   * earlier, unless sums would be added twice.
   */
  private void rows(int a, int bAt, int count, boolean goesOn) {
    int i = code.local(1);
    code.iload(from);
    code.istore(i);
    boolean again = !goesOn && !product.isLeftPacked();
    List<Integer> heights = tileRows(product);
    for (int rows : heights) {
      code.loop(i, rows, () -> code.iload(to()), () -> call(a, bAt, count, i, rows, goesOn));
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
                    call(a, bAt, count, early, rows, goesOn);
                    code.iload(to());
                    code.istore(i);
                  },
                  () -> {});
            },
            () -> {});
      }
    }
  }

  private void call(int a, int bAt, int count, int i, int rows, boolean goesOn) {
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
    sumsOf(i);
    code.iload(sumsRow);
    if (product.isCut()) {
      code.iload(count);
    } else if (product.spills()) {
      // the last row of the block, or one that the next tile stores its first row over
      code.iload(i);
      code.constant(rows);
      code.insn(Opcodes.IADD);
      code.iload(to());
      code.chooseIfLess(
          () -> {
            code.aload(sums);
            sumsOf(i);
            code.constant(rows - 1);
            code.iload(sumsRow);
            code.insn(Opcodes.IMUL);
            code.insn(Opcodes.IADD);
          },
          () -> {
            code.scratch(tiling.dtype());
            code.constant(0);
          });
    }
    code.callStatic(owner, tile(name, rows, vectors, goesOn), ProductTile.descriptor(product));
  }
}
