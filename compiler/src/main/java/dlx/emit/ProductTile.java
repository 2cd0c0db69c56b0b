package dlx.emit;

import dlx.graph.Extent;
import dlx.runtime.DType;
import java.util.List;
import org.objectweb.asm.Opcodes;

/**
 * One tile of a product as a method of its own: rows by vectors of columns whose sums stay in
 * registers, one summed position per turn. Arguments: frame, scratch; array and first index of the
 * left operand; those of the right one and its step per summed position; array, first index and
 * step per row of the sums; how many positions are summed, if that is not always all; array and
 * index of the last row of sums, if rows spill.
 */
final class ProductTile {
  private static final int A = 2;
  private static final int A_AT = 3;
  private static final int B = 4;
  private static final int B_AT = 5;
  private static final int B_STEP = 6;
  private static final int C = 7;
  private static final int C_AT = 8;
  private static final int C_ROW = 9;
  private static final int COUNT = 10;

  /** Where the last row of sums goes, if rows spill. */
  private static final int LAST = 10;

  private static final int LAST_AT = 11;

  private final Products product;
  private final DType dtype;
  private final Lane lane;
  private final List<Products.Axis> summed;
  private final Code code;
  private final int rows;
  private final int vectors;
  private final boolean goesOn;
  private final Vectors lanes;
  private final int[][] sums;
  private final int[] rowOffsets;

  private ProductTile(Products product, Code code, int rows, int vectors, boolean goesOn) {
    this.product = product;
    this.dtype = product.tiling().dtype();
    this.lane = product.tiling().lane();
    this.summed = product.summedInTile();
    this.code = code;
    this.rows = rows;
    this.vectors = vectors;
    this.goesOn = goesOn;
    this.lanes = new Vectors(code, lane, dtype);
    this.sums = new int[rows][vectors];
    this.rowOffsets = new int[rows];
  }

  static String descriptor(Products product) {
    String array = product.array();
    return "(L"
        + Code.FRAME
        + ";L"
        + Code.SCRATCH
        + ";"
        + array
        + "I"
        + array
        + "II"
        + array
        + "II"
        + (product.isCut() ? "I" : product.spills() ? array + "I" : "")
        + ")V";
  }

  /** The local variables that the arguments take. */
  static int arguments(Products product) {
    return product.isCut() ? COUNT + 1 : product.spills() ? LAST_AT + 1 : COUNT;
  }

  /**
   * Writes the body of the method.
   *
   * @param goesOn are the products added to what is there?
   */
  static void emit(Products product, Code code, int rows, int vectors, boolean goesOn) {
    new ProductTile(product, code, rows, vectors, goesOn).emit();
  }

  private void emit() {
    int c = code.local(1);
    code.iload(C_AT);
    code.istore(c);
    for (int r = 0; r < rows; r++) {
      for (int v = 0; v < vectors; v++) {
        begin(r, v, c);
      }
      if (goesOn) {
        nextRow(c);
      }
      if (r > 0 && !product.rowStep().isConstant()) {
        rowOffsets[r] = code.local(1);
        code.extent(product.rowStep().times(r));
        code.istore(rowOffsets[r]);
      }
    }
    int b = code.local(1);
    code.iload(B_AT);
    code.istore(b);
    sum(0, A_AT, b);
    code.iload(C_AT);
    code.istore(c);
    for (int r = 0; r < rows; r++) {
      for (int v = 0; v < vectors; v++) {
        store(r, v, c);
      }
      nextRow(c);
    }
  }

  private void nextRow(int c) {
    code.iload(c);
    code.iload(C_ROW);
    code.insn(Opcodes.IADD);
    code.istore(c);
  }

  /** The first value of a sum: 0, or what was summed up before. */
  private void begin(int r, int v, int c) {
    sums[r][v] = lanes.local();
    if (goesOn) {
      lanes.load(C, () -> index(c, v * lane.lanes()));
    } else {
      lanes.zero();
    }
    lanes.keep(sums[r][v]);
  }

  private void index(int local, int ahead) {
    code.iload(local);
    if (ahead > 0) {
      code.constant(ahead);
      code.insn(Opcodes.IADD);
    }
  }

  /** Loops over the summed axes; of a packed operand all together are one. */
  private void sum(int level, int aStart, int bStart) {
    Products.Axis axis = summed.get(level);
    boolean innermost = level == summed.size() - 1;
    int a = copy(aStart);
    int b = product.isRightPacked() ? bStart : copy(bStart);
    int k = code.local(1);
    code.constant(0);
    code.istore(k);
    Runnable limit =
        product.isCut() && level == 0 ? () -> code.iload(COUNT) : () -> code.extent(axis.extent());
    code.loop(
        k,
        1,
        limit,
        () -> {
          if (innermost) {
            turn(a, b);
          } else {
            sum(level + 1, a, b);
          }
          advance(a, product.leftStep(axis));
          if (product.rightStep() != null) {
            if (innermost || !product.isRightPacked()) {
              advance(b, product.isRightPacked() ? product.rightStep() : axis.b());
            }
          } else {
            code.iload(b);
            code.iload(B_STEP);
            code.insn(Opcodes.IADD);
            code.istore(b);
          }
        });
  }

  private int copy(int from) {
    int local = code.local(1);
    code.iload(from);
    code.istore(local);
    return local;
  }

  private void advance(int local, Extent by) {
    if (by.isConstant() && Math.abs(by.constant().getAsLong()) <= Short.MAX_VALUE) {
      code.mv().visitIincInsn(local, (int) by.constant().getAsLong());
    } else {
      code.iload(local);
      code.extent(by);
      code.insn(Opcodes.IADD);
      code.istore(local);
    }
  }

  /** One summed position: sums[r][v] += a[r] * b[v]. */
  private void turn(int a, int b) {
    int[] right = new int[vectors];
    for (int v = 0; v < vectors; v++) {
      int ahead = v * lane.lanes();
      lanes.load(B, () -> rightIndex(b, ahead));
      right[v] = lanes.local();
      lanes.keep(right[v]);
    }
    int left = lanes.local();
    for (int r = 0; r < rows; r++) {
      int row = r;
      lanes.broadcast(A, () -> leftIndex(a, row));
      lanes.keep(left);
      for (int v = 0; v < vectors; v++) {
        lanes.multiplyAdd(left, right[v], sums[r][v]);
      }
    }
  }

  private void rightIndex(int b, int ahead) {
    if (lane.isVector() || product.column().b().isOne()) {
      index(b, ahead);
      return;
    }
    code.iload(b);
    if (ahead > 0) {
      code.extent(product.column().b().times(ahead));
      code.insn(Opcodes.IADD);
    }
  }

  private void leftIndex(int a, int row) {
    code.iload(a);
    if (row > 0) {
      if (product.rowStep().isConstant()) {
        code.extent(product.rowStep().times(row));
      } else {
        code.iload(rowOffsets[row]);
      }
      code.insn(Opcodes.IADD);
    }
  }

  private void store(int r, int v, int c) {
    boolean spilled = product.spills() && r == rows - 1;
    int at = spilled ? LAST_AT : c;
    lanes.store(sums[r][v], spilled ? LAST : C, () -> index(at, v * lane.lanes()));
  }
}
