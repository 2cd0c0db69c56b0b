package dlx.emit;

import dlx.graph.Extent;
import dlx.runtime.DType;
import dlx.schedule.Access;
import java.util.List;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Opcodes;

/**
 * What becomes of the sums of a product whose rows overlap in the result, as a method of its own:
 * with n columns, of which s are new in each row, position q s + e of a line is
 *
 * <pre>
 * sum over t below n / s of sums[q - t, t s + e]
 * </pre>
 *
 * All rows of a line are in memory of the thread, with n / s - 1 rows of zeros before and behind.
 * Arguments: frame, scratch; the indices of the outer axes.
 */
final class ProductOverlap {
  private ProductOverlap() {}

  private static int known(Extent extent) {
    return Math.toIntExact(extent.constant().orElseThrow());
  }

  /** How many columns are new in each row. */
  private static int step(Products product) {
    Access to = product.kernel().stores().getFirst().access();
    return known(to.strides().get(product.row().position()));
  }

  /** How many rows of zeros there are before the first row, and behind the last one. */
  private static int around(Products product) {
    return known(product.column().extent()) / step(product) - 1;
  }

  /** Where the sums of the first row are. */
  static int firstRow(Products product) {
    return around(product) * known(product.sumsRow());
  }

  /** Where the zeros behind the last row begin. */
  private static int behind(Products product) {
    return firstRow(product) + known(product.row().extent()) * known(product.sumsRow());
  }

  /** Where a line is made; before it vectors may reach over the end of the zeros. */
  private static int lineStart(Products product) {
    return behind(product) + firstRow(product) + product.tiling().lanes();
  }

  /** The elements of a line. */
  private static int line(Products product) {
    return (known(product.row().extent()) + around(product)) * step(product);
  }

  /** How many elements all that takes. */
  static int size(Products product) {
    return lineStart(product) + line(product) + product.tiling().lanes();
  }

  private static String descriptor(Products product) {
    return "(L"
        + Code.FRAME
        + ";L"
        + Code.SCRATCH
        + ";"
        + "I".repeat(product.outer().size())
        + ")V";
  }

  /** Writes the zeros, once for all lines of a call. */
  static void begin(Products product, Code code) {
    zeros(product, code, 0, firstRow(product));
    zeros(product, code, behind(product), lineStart(product));
  }

  private static void zeros(Products product, Code code, int from, int to) {
    ProductStore.sums(product, code);
    code.constant(from);
    code.constant(to);
    code.constant(0, product.tiling().dtype());
    String letter = Lane.letter(product.tiling().dtype());
    code.callStatic("java/util/Arrays", "fill", "([" + letter + "II" + letter + ")V");
  }

  /**
   * Calls the method for one line.
   *
   * @param indices the locals of the outer axes
   */
  static void call(
      Products product, Code code, String owner, String kernel, List<Integer> indices) {
    code.aload(0);
    code.aload(1);
    indices.forEach(code::iload);
    code.callStatic(owner, kernel + "overlap", descriptor(product));
  }

  static void emit(Products product, ClassVisitor cv, String kernel, int line, Operands operands) {
    Code.method(
        cv,
        kernel + "overlap",
        descriptor(product),
        2 + product.outer().size(),
        line,
        operands,
        code -> {
          int sums = code.local(1);
          ProductStore.sums(product, code);
          code.astore(sums);
          add(product, code, sums);
          copy(product, code, sums);
        });
  }

  /** Makes the line, position by position; what a vector stores behind one is replaced. */
  private static void add(Products product, Code code, int sums) {
    int step = step(product);
    int row = known(product.sumsRow());
    int q = code.local(1);
    int at = code.local(1);
    int to = code.local(1);
    code.constant(0);
    code.istore(q);
    code.loop(
        q,
        1,
        () -> code.constant(line(product) / step),
        () -> {
          start(code, q, row, firstRow(product), at);
          start(code, q, step, lineStart(product), to);
          if (step <= product.tiling().lanes()) {
            element(product, code, sums, at, to);
            return;
          }
          int e = code.local(1);
          code.constant(0);
          code.istore(e);
          int lanes = product.tiling().lanes();
          code.loop(
              e,
              lanes,
              () -> code.constant(step + lanes - 1),
              () -> {
                element(product, code, sums, at, to);
                code.mv().visitIincInsn(at, lanes);
                code.mv().visitIincInsn(to, lanes);
              });
        });
  }

  /** local = q * stride + first. */
  private static void start(Code code, int q, int stride, int first, int local) {
    code.iload(q);
    code.constant(stride);
    code.insn(Opcodes.IMUL);
    code.constant(first);
    code.insn(Opcodes.IADD);
    code.istore(local);
  }

  /** One vector of the line, or one number. */
  private static void element(Products product, Code code, int sums, int at, int to) {
    DType dtype = product.tiling().dtype();
    Vectors vectors = new Vectors(code, product.tiling().lane(), dtype);
    int apart = step(product) - known(product.sumsRow());
    vectors.load(sums, () -> code.iload(at));
    for (int t = 1; t <= around(product); t++) {
      int ahead = t * apart;
      vectors.load(
          sums,
          () -> {
            code.iload(at);
            code.constant(ahead);
            code.insn(Opcodes.IADD);
          });
      vectors.add();
    }
    int value = vectors.local();
    vectors.keep(value);
    vectors.store(value, sums, () -> code.iload(to));
  }

  private static void copy(Products product, Code code, int sums) {
    Access to = product.kernel().stores().getFirst().access();
    code.aload(sums);
    code.constant(lineStart(product));
    code.array(to.buffer());
    code.extent(to.offset());
    for (int i = 0; i < product.outer().size(); i++) {
      Extent stride = to.strides().get(product.outer().get(i).position());
      if (!stride.isZero()) {
        code.iload(2 + i);
        code.extent(stride);
        code.insn(Opcodes.IMUL);
        code.insn(Opcodes.IADD);
      }
    }
    code.constant(line(product));
    code.callStatic("java/lang/System", "arraycopy", "(Ljava/lang/Object;ILjava/lang/Object;II)V");
  }
}
