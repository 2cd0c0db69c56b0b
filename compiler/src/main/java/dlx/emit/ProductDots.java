package dlx.emit;

import dlx.graph.Extent;
import dlx.runtime.DType;
import java.util.List;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Opcodes;

/**
 * A vector of columns of some rows of a product whose summed positions lie side by side in both
 * operands, as a method of its own: dot products along vectors, a sum for each lane, which are
 * added up in a fixed order. So the bits of a result depend on nothing but its row and its column.
 * Arguments: frame, scratch; array, first index and step per row of the left operand; those of the
 * right one, of which a column is a row here, but for the step; array, first index and step per row
 * of the sums.
 */
final class ProductDots {
  /** How many rows are done at a time. */
  static final List<Integer> HEIGHTS = List.of(4, 2, 1);

  private static final int A = 2;
  private static final int A_AT = 3;
  private static final int A_ROW = 4;
  private static final int B = 5;
  private static final int B_AT = 6;
  private static final int C = 7;
  private static final int C_AT = 8;
  private static final int C_ROW = 9;

  /** Columns that are read at a time: with more, lines of a cache that alias are lost. */
  private static final int MOST_COLUMNS = 8;

  private final Products product;
  private final DType dtype;
  private final Lane lane;
  private final Code code;
  private final int rows;
  private final Body body;
  private final Exchange exchange;
  private final Extent depth;
  private final Extent columnStep;

  /** How many columns are summed up at a time. */
  private final int columns;

  private int[] a;

  /** Where the next column of the right operand begins. */
  private int next;

  private ProductDots(Products product, Code code, int rows) {
    this.product = product;
    this.dtype = product.tiling().dtype();
    this.lane = product.tiling().lane();
    this.code = code;
    this.rows = rows;
    this.body = new Body(code, lane, null);
    this.exchange = new Exchange(code, lane, dtype);
    this.depth = product.summed().getLast().extent();
    this.columnStep = product.kernel().b().lying().strides().get(product.column().position());
    int registers = product.bits() >= 512 ? 16 : 8;
    this.columns = Math.min(lane.lanes(), Math.min(MOST_COLUMNS, registers / rows));
  }

  static String name(String kernel, int rows) {
    return kernel + "dots" + rows;
  }

  static String descriptor(Products product) {
    String array = product.array();
    return "(L"
        + Code.FRAME
        + ";L"
        + Code.SCRATCH
        + ";"
        + array
        + "II"
        + array
        + "I"
        + array
        + "II)V";
  }

  static void emit(Products product, ClassVisitor cv, String kernel, int line, Operands operands) {
    for (int rows : HEIGHTS) {
      Code.method(
          cv,
          name(kernel, rows),
          descriptor(product),
          C_ROW + 1,
          line,
          operands,
          code -> new ProductDots(product, code, rows).emit());
    }
  }

  private void emit() {
    a = new int[rows];
    for (int r = 0; r < rows; r++) {
      a[r] = code.local(1);
      code.iload(r == 0 ? A_AT : a[r - 1]);
      if (r > 0) {
        code.iload(A_ROW);
        code.insn(Opcodes.IADD);
      }
      code.istore(a[r]);
    }
    next = code.local(1);
    code.iload(B_AT);
    code.istore(next);
    int[] results = sums(lane.lanes());
    int c = code.local(1);
    code.iload(C_AT);
    code.istore(c);
    for (int r = 0; r < rows; r++) {
      code.aload(results[r]);
      code.aload(C);
      code.iload(c);
      code.call(Lane.type(dtype), "intoArray", "(" + product.array() + "I)V");
      code.iload(c);
      code.iload(C_ROW);
      code.insn(Opcodes.IADD);
      code.istore(c);
    }
  }

  /**
   * For each row a vector in which lane i belongs to column {@code i % count} of the next ones; the
   * sum over all lanes of a column is that of its products.
   */
  private int[] sums(int count) {
    if (count == columns) {
      int[][] lanes = lanes();
      for (int distance = 1; distance < count; distance *= 2) {
        for (int n = 0; n < count; n += 2 * distance) {
          merge(lanes[n], lanes[n + distance], distance);
        }
      }
      return lanes[0];
    }
    int half = count / 2;
    int[] low = sums(half);
    merge(low, sums(half), half);
    return low;
  }

  /** One vector of two: in lanes with the bit of the distance that of the second one. */
  private void merge(int[] into, int[] other, int distance) {
    for (int r = 0; r < rows; r++) {
      code.aload(into[r]);
      code.aload(other[r]);
      exchange.blend(distance);
      code.aload(other[r]);
      code.aload(into[r]);
      exchange.blend(distance);
      exchange.rearrange(distance);
      code.call(Lane.type(dtype), "add", "(L" + Lane.VECTOR + ";)" + Lane.descriptor(dtype));
      code.astore(into[r]);
    }
  }

  /** For each of the next columns and each row a vector of sums. */
  private int[][] lanes() {
    int[][] sums = new int[columns][rows];
    int[] b = new int[columns];
    for (int n = 0; n < columns; n++) {
      for (int r = 0; r < rows; r++) {
        body.constant(0, dtype);
        sums[n][r] = code.local(1);
        code.astore(sums[n][r]);
      }
      b[n] = code.local(1);
      code.iload(next);
      code.istore(b[n]);
      code.iload(next);
      code.extent(columnStep);
      code.insn(Opcodes.IADD);
      code.istore(next);
    }
    int k = code.local(1);
    code.constant(0);
    code.istore(k);
    code.loop(k, lane.lanes(), () -> code.extent(depth), () -> turn(sums, b, k, -1));
    boolean whole = depth.isConstant() && depth.constant().getAsLong() % lane.lanes() == 0;
    if (!whole) {
      code.iload(k);
      code.extent(depth);
      code.chooseIfLess(() -> rest(sums, b, k), () -> {});
    }
    return sums;
  }

  /** What is left, in a vector that begins earlier: 0 in the lanes that have been counted. */
  private void rest(int[][] sums, int[] b, int k) {
    int counted = code.local(2);
    code.mv().visitLdcInsn(-1L);
    code.constant(lane.lanes());
    code.extent(depth);
    code.iload(k);
    code.insn(Opcodes.ISUB);
    code.insn(Opcodes.ISUB);
    code.insn(Opcodes.LSHL);
    code.mv().visitVarInsn(Opcodes.LSTORE, counted);
    int last = code.local(1);
    code.extent(depth);
    code.constant(lane.lanes());
    code.insn(Opcodes.ISUB);
    code.istore(last);
    turn(sums, b, last, counted);
  }

  /** Some summed positions: a vector of each row times one of each column. */
  private void turn(int[][] sums, int[] b, int k, int counted) {
    int[] left = new int[rows];
    for (int r = 0; r < rows; r++) {
      left[r] = vector(A, a[r], k, counted);
    }
    for (int n = 0; n < columns; n++) {
      int right = vector(B, b[n], k, counted);
      for (int r = 0; r < rows; r++) {
        code.aload(left[r]);
        code.aload(right);
        code.aload(sums[n][r]);
        String vector = "L" + Lane.VECTOR + ";";
        code.call(Lane.type(dtype), "fma", "(" + vector + vector + ")" + Lane.descriptor(dtype));
        code.astore(sums[n][r]);
      }
    }
  }

  /** A new local with the vector at from + k of an array. */
  private int vector(int array, int from, int k, int counted) {
    if (counted >= 0) {
      body.constant(0, dtype);
    }
    body.species(dtype);
    code.aload(array);
    code.iload(from);
    code.iload(k);
    code.insn(Opcodes.IADD);
    code.callStatic(
        Lane.type(dtype),
        "fromArray",
        "(L" + Lane.SPECIES + ";" + product.array() + "I)" + Lane.descriptor(dtype));
    if (counted >= 0) {
      body.species(dtype);
      code.mv().visitVarInsn(Opcodes.LLOAD, counted);
      code.callStatic(Lane.MASK, "fromLong", "(L" + Lane.SPECIES + ";J)L" + Lane.MASK + ";");
      code.call(
          Lane.type(dtype),
          "blend",
          "(L" + Lane.VECTOR + ";L" + Lane.MASK + ";)" + Lane.descriptor(dtype));
    }
    int local = code.local(1);
    code.astore(local);
    return local;
  }
}
