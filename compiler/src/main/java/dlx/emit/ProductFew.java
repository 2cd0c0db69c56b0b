package dlx.emit;

import dlx.graph.Extent;
import dlx.runtime.DType;
import dlx.schedule.Access;
import java.util.List;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Some rows of a product of few rows times some columns, as a method of its own ({@link FewRows}).
 * Arguments: frame, scratch; the indices of the outer axes; the first row and the one after the
 * last; the first column and the one after the last.
 */
final class ProductFew {
  /** The columns that are added to before the next ones, so that sums stay in the first cache. */
  private static final int BLOCK_COLUMNS = 4096;

  private final Products product;
  private final DType dtype;
  private final int lanes;
  private final Code code;
  private final String owner;
  private final String name;
  private final int from;
  private final int to;
  private final int begin;
  private final int end;

  // the operands: an array, a first index, and for the left one a step from row to row
  private int a;
  private int aAt;
  private int aRow;
  private int bAt;

  // the sums of row i and column j are at start + i * row + j
  private int sums;
  private int sumsStart;
  private int sumsRow;

  private ProductFew(Products product, Code code, String owner, String name) {
    this.product = product;
    this.dtype = product.tiling().dtype();
    this.lanes = product.tiling().lanes();
    this.code = code;
    this.owner = owner;
    this.name = name;
    this.from = 2 + product.outer().size();
    this.to = from + 1;
    this.begin = from + 2;
    this.end = from + 3;
  }

  static String name(String kernel) {
    return kernel + "few";
  }

  static String descriptor(Products product) {
    return "(L"
        + Code.FRAME
        + ";L"
        + Code.SCRATCH
        + ";"
        + "I".repeat(product.outer().size() + 4)
        + ")V";
  }

  static void emit(
      Products product, ClassVisitor cv, String owner, String kernel, int line, Operands operands) {
    if (product.few().dots()) {
      ProductDots.emit(product, cv, kernel, line, operands);
    } else {
      ProductAdded.emit(product, cv, kernel, line, operands);
    }
    Code.method(
        cv,
        name(kernel),
        descriptor(product),
        2 + product.outer().size() + 4,
        line,
        operands,
        code -> new ProductFew(product, code, owner, kernel).emit());
  }

  private void emit() {
    operands();
    sums();
    if (product.few().dots()) {
      rows(ProductDots.HEIGHTS, this::dots);
    } else {
      added();
    }
  }

  // ------------------------------------------------------------------ operands and sums

  private void operands() {
    Access left = product.kernel().a().lying();
    Extent step = left.strides().get(product.row().position());
    a = code.local(1);
    aAt = start(left);
    aRow = code.local(1);
    code.array(left.buffer());
    code.astore(a);
    code.extent(step);
    code.istore(aRow);
    bAt = start(product.kernel().b().lying());
    if (product.few().dots() && !left.strides().getLast().isOne()) {
      copy(left.strides().getLast());
    }
  }

  /** Rows whose numbers do not lie side by side are copied. */
  private void copy(Extent step) {
    Extent depth = product.summed().getLast().extent();
    int copy = code.local(1);
    code.aload(1);
    code.iload(to);
    code.iload(from);
    code.insn(Opcodes.ISUB);
    times(depth);
    code.call(Code.SCRATCH, "panel" + dtype.bytes() * 8, "(I)" + product.array());
    code.astore(copy);
    code.aload(a);
    code.iload(aAt);
    code.iload(from);
    code.iload(aRow);
    code.insn(Opcodes.IMUL);
    code.insn(Opcodes.IADD);
    code.iload(aRow);
    code.extent(step);
    code.iload(to);
    code.iload(from);
    code.insn(Opcodes.ISUB);
    code.extent(depth);
    code.extent(depth);
    code.aload(copy);
    code.constant(0);
    code.callStatic(
        "dlx/runtime/Panels", "pack", "(" + product.array() + "IIIIII" + product.array() + "I)V");
    code.aload(copy);
    code.astore(a);
    code.extent(depth);
    code.istore(aRow);
    code.constant(0);
    code.iload(from);
    code.iload(aRow);
    code.insn(Opcodes.IMUL);
    code.insn(Opcodes.ISUB);
    code.istore(aAt);
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

  private void sums() {
    sums = code.local(1);
    sumsRow = code.local(1);
    if (product.isDirect()) {
      Access c = product.kernel().stores().getFirst().access();
      sumsStart = start(c);
      code.array(c.buffer());
      code.astore(sums);
      code.extent(c.strides().get(product.row().position()));
      code.istore(sumsRow);
      return;
    }
    sumsStart = code.local(1);
    ProductStore.sums(product, code);
    code.astore(sums);
    code.extent(product.sumsRow());
    code.istore(sumsRow);
    code.constant(0);
    code.iload(from);
    code.iload(sumsRow);
    code.insn(Opcodes.IMUL);
    code.insn(Opcodes.ISUB);
    code.istore(sumsStart);
  }

  private void times(Extent factor) {
    if (!factor.isOne()) {
      code.extent(factor);
      code.insn(Opcodes.IMUL);
    }
  }

  /** Pushes base + index * step. */
  private void at(int base, int index, Runnable step) {
    code.iload(base);
    code.iload(index);
    step.run();
    code.insn(Opcodes.IMUL);
    code.insn(Opcodes.IADD);
  }

  // ------------------------------------------------------------------ loops

  private interface Rows {
    void emit(int i, int rows);
  }

  /** All rows, so many at a time. */
  private void rows(List<Integer> heights, Rows some) {
    int i = code.local(1);
    code.iload(from);
    code.istore(i);
    for (int rows : heights) {
      code.loop(i, rows, () -> code.iload(to), () -> some.emit(i, rows));
    }
  }

  /** Vectors of columns, the last of which begins so early that it ends with the last column. */
  private void dots(int i, int rows) {
    int j = code.local(1);
    code.iload(begin);
    code.istore(j);
    code.loop(j, lanes, () -> code.iload(end), () -> dotsOf(i, rows, j));
    code.iload(j);
    code.iload(end);
    code.chooseIfLess(
        () -> {
          code.iload(end);
          code.constant(lanes);
          code.insn(Opcodes.ISUB);
          code.istore(j);
          dotsOf(i, rows, j);
        },
        () -> {});
  }

  private void dotsOf(int i, int rows, int j) {
    Access right = product.kernel().b().lying();
    Extent columnStep = right.strides().get(product.column().position());
    code.aload(0);
    code.aload(1);
    code.aload(a);
    at(aAt, i, () -> code.iload(aRow));
    code.iload(aRow);
    code.array(right.buffer());
    at(bAt, j, () -> code.extent(columnStep));
    code.aload(sums);
    at(sumsStart, i, () -> code.iload(sumsRow));
    code.iload(j);
    code.insn(Opcodes.IADD);
    code.iload(sumsRow);
    code.callStatic(owner, ProductDots.name(name, rows), ProductDots.descriptor(product));
  }

  /**
   * A block of columns, as locals.
   *
   * @param first its first column
   * @param whole how many of its columns fill vectors, which are summed up where they are stored
   * @param rest how many are left
   * @param tail where the last vector of the block is summed up if some are
   */
  private record Block(int first, int whole, int rest, int tail) {}

  /** Row after row of the right operand, times one number for each row. */
  private void added() {
    Block block = new Block(code.local(1), code.local(1), code.local(1), code.local(1));
    code.aload(1);
    code.constant(lanes * ProductAdded.HEIGHTS.getFirst());
    code.call(Code.SCRATCH, "panel" + dtype.bytes() * 8, "(I)" + product.array());
    code.astore(block.tail());
    code.iload(begin);
    code.istore(block.first());
    code.loop(
        block.first(),
        BLOCK_COLUMNS,
        () -> {
          code.iload(end);
          code.constant(BLOCK_COLUMNS - 1);
          code.insn(Opcodes.IADD);
        },
        () -> {
          code.iload(end);
          code.iload(block.first());
          code.insn(Opcodes.ISUB);
          code.constant(BLOCK_COLUMNS);
          code.callStatic("java/lang/Math", "min", "(II)I");
          code.istore(block.whole());
          code.iload(block.whole());
          code.constant(lanes);
          code.insn(Opcodes.IREM);
          code.istore(block.rest());
          code.iload(block.whole());
          code.iload(block.rest());
          code.insn(Opcodes.ISUB);
          code.istore(block.whole());
          rows(ProductAdded.HEIGHTS, (i, rows) -> added(block, i, rows));
        });
  }

  private void added(Block block, int i, int rows) {
    for (int r = 0; r < rows; r++) {
      int row = r;
      clear(sums, () -> sumsOf(block, i, row), () -> code.iload(block.whole()));
    }
    clear(block.tail(), () -> code.constant(0), () -> code.constant(rows * lanes));
    int k = code.local(1);
    code.constant(0);
    code.istore(k);
    for (int positions : ProductAdded.positions(product, rows)) {
      code.loop(
          k,
          positions,
          () -> code.extent(product.summed().getLast().extent()),
          () -> {
            whole(block, i, rows, k, positions);
            ifRest(block, () -> tail(block, i, rows, k, positions));
          });
    }
    ifRest(
        block,
        () -> {
          for (int r = 0; r < rows; r++) {
            copyRest(block, i, r);
          }
        });
  }

  private void clear(int array, Runnable first, Runnable count) {
    code.aload(array);
    first.run();
    first.run();
    count.run();
    code.insn(Opcodes.IADD);
    code.constant(0, dtype);
    code.callStatic(
        "java/util/Arrays", "fill", "(" + product.array() + "II" + Lane.letter(dtype) + ")V");
  }

  private void ifRest(Block block, Runnable then) {
    code.constant(0);
    code.iload(block.rest());
    code.chooseIfLess(then, () -> {});
  }

  /** Pushes where the sum of row i + r and of the first column of a block is. */
  private void sumsOf(Block block, int i, int r) {
    at(sumsStart, i, () -> code.iload(sumsRow));
    code.iload(block.first());
    code.insn(Opcodes.IADD);
    if (r > 0) {
      code.iload(sumsRow);
      code.constant(r);
      code.insn(Opcodes.IMUL);
      code.insn(Opcodes.IADD);
    }
  }

  private void whole(Block block, int i, int rows, int k, int positions) {
    operands(i, k);
    code.iload(block.first());
    code.insn(Opcodes.IADD);
    code.aload(sums);
    sumsOf(block, i, 0);
    code.iload(sumsRow);
    code.iload(block.whole());
    call(rows, positions);
  }

  /** The last vector of a block begins so early that it ends with its last column. */
  private void tail(Block block, int i, int rows, int k, int positions) {
    operands(i, k);
    code.iload(block.first());
    code.iload(block.whole());
    code.insn(Opcodes.IADD);
    code.iload(block.rest());
    code.insn(Opcodes.IADD);
    code.constant(lanes);
    code.insn(Opcodes.ISUB);
    code.insn(Opcodes.IADD);
    code.aload(block.tail());
    code.constant(0);
    code.constant(lanes);
    code.constant(lanes);
    call(rows, positions);
  }

  /** Pushes frame, scratch, and where row i and summed position k, column 0, are. */
  private void operands(int i, int k) {
    Extent left = product.kernel().a().lying().strides().getLast();
    Extent right = product.kernel().b().lying().strides().getLast();
    code.aload(0);
    code.aload(1);
    code.aload(a);
    at(aAt, i, () -> code.iload(aRow));
    code.iload(k);
    times(left);
    code.insn(Opcodes.IADD);
    at(bAt, k, () -> code.extent(right));
  }

  private void call(int rows, int positions) {
    code.callStatic(
        owner, ProductAdded.name(name, rows, positions), ProductAdded.descriptor(product));
  }

  private void copyRest(Block block, int i, int r) {
    code.aload(block.tail());
    code.constant((r + 1) * lanes);
    code.iload(block.rest());
    code.insn(Opcodes.ISUB);
    code.aload(sums);
    sumsOf(block, i, r);
    code.iload(block.whole());
    code.insn(Opcodes.IADD);
    code.iload(block.rest());
    code.callStatic("java/lang/System", "arraycopy", "(Ljava/lang/Object;ILjava/lang/Object;II)V");
  }
}
