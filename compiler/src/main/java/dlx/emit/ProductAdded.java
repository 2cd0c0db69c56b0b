package dlx.emit;

import dlx.graph.Extent;
import dlx.runtime.DType;
import dlx.schedule.Access;
import java.util.List;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Some summed positions of a product of few rows, as a method of its own:
 *
 * <pre>
 * c[r, j] += a[r, 0] b[0, j] + a[r, 1] b[1, j] + ...     for all columns j, a vector at a time
 * </pre>
 *
 * one position after the other, so that the bits are those of a tile. The numbers of a stay in
 * registers. Arguments: frame, scratch; array and first index of the left operand; first index of
 * the right one; array, first index and step per row of the sums; how many columns, a multiple of
 * the lanes.
 */
final class ProductAdded {
  /** How many rows are done at a time. */
  static final List<Integer> HEIGHTS = List.of(2, 1);

  private static final int A = 2;
  private static final int A_AT = 3;
  private static final int B_AT = 4;
  private static final int C = 5;
  private static final int C_AT = 6;
  private static final int C_ROW = 7;
  private static final int COUNT = 8;

  private final Products product;
  private final DType dtype;
  private final Lane lane;
  private final Code code;
  private final int rows;
  private final int positions;
  private final Body body;

  private ProductAdded(Products product, Code code, int rows, int positions) {
    this.product = product;
    this.dtype = product.tiling().dtype();
    this.lane = product.tiling().lane();
    this.code = code;
    this.rows = rows;
    this.positions = positions;
    this.body = new Body(code, lane, null);
  }

  /** How many positions are added at a time: as many numbers of a as registers hold, then one. */
  static List<Integer> positions(Products product, int rows) {
    return List.of(product.bits() >= 512 ? 8 : 8 / rows, 1);
  }

  static String name(String kernel, int rows, int positions) {
    return kernel + "added" + rows + "x" + positions;
  }

  static String descriptor(Products product) {
    String array = product.array();
    return "(L" + Code.FRAME + ";L" + Code.SCRATCH + ";" + array + "II" + array + "III)V";
  }

  static void emit(Products product, ClassVisitor cv, String kernel, int line, Operands operands) {
    for (int rows : HEIGHTS) {
      for (int positions : positions(product, rows)) {
        Code.method(
            cv,
            name(kernel, rows, positions),
            descriptor(product),
            COUNT + 1,
            line,
            operands,
            code -> new ProductAdded(product, code, rows, positions).emit());
      }
    }
  }

  private void emit() {
    Access left = product.kernel().a().lying();
    Access right = product.kernel().b().lying();
    Extent rowStep = left.strides().get(product.row().position());
    int[][] numbers = new int[rows][positions];
    int[] first = series(rows, A_AT, () -> code.extent(rowStep));
    for (int r = 0; r < rows; r++) {
      int[] at = series(positions, first[r], () -> code.extent(left.strides().getLast()));
      for (int p = 0; p < positions; p++) {
        body.species(dtype);
        code.aload(A);
        code.iload(at[p]);
        code.arrayLoad(dtype);
        code.callStatic(
            Lane.type(dtype),
            "broadcast",
            "(L" + Lane.SPECIES + ";" + Lane.letter(dtype) + ")" + Lane.descriptor(dtype));
        numbers[r][p] = code.local(1);
        code.astore(numbers[r][p]);
      }
    }
    int[] b = series(positions, B_AT, () -> code.extent(right.strides().getLast()));
    int[] c = series(rows, C_AT, () -> code.iload(C_ROW));
    int j = code.local(1);
    code.constant(0);
    code.istore(j);
    code.loop(j, lane.lanes(), () -> code.iload(COUNT), () -> columns(numbers, b, c, j));
  }

  /** New locals: a first index and those that follow it, a step from each other. */
  private int[] series(int count, int first, Runnable step) {
    int[] series = new int[count];
    for (int i = 0; i < count; i++) {
      series[i] = code.local(1);
      code.iload(i == 0 ? first : series[i - 1]);
      if (i > 0) {
        step.run();
        code.insn(Opcodes.IADD);
      }
      code.istore(series[i]);
    }
    return series;
  }

  private void columns(int[][] numbers, int[] b, int[] c, int j) {
    int[] sums = new int[rows];
    for (int r = 0; r < rows; r++) {
      sums[r] = vector(() -> code.aload(C), c[r], j);
    }
    for (int p = 0; p < positions; p++) {
      int right = vector(() -> code.array(product.kernel().b().lying().buffer()), b[p], j);
      for (int r = 0; r < rows; r++) {
        code.aload(numbers[r][p]);
        code.aload(right);
        code.aload(sums[r]);
        String vector = "L" + Lane.VECTOR + ";";
        code.call(Lane.type(dtype), "fma", "(" + vector + vector + ")" + Lane.descriptor(dtype));
        code.astore(sums[r]);
      }
    }
    for (int r = 0; r < rows; r++) {
      code.aload(sums[r]);
      code.aload(C);
      index(c[r], j);
      code.call(Lane.type(dtype), "intoArray", "(" + product.array() + "I)V");
    }
  }

  /** A new local with the vector at an index of an array. */
  private int vector(Runnable array, int from, int j) {
    body.species(dtype);
    array.run();
    index(from, j);
    code.callStatic(
        Lane.type(dtype),
        "fromArray",
        "(L" + Lane.SPECIES + ";" + product.array() + "I)" + Lane.descriptor(dtype));
    int local = code.local(1);
    code.astore(local);
    return local;
  }

  private void index(int from, int j) {
    code.iload(from);
    code.iload(j);
    code.insn(Opcodes.IADD);
  }
}
