package dlx.emit;

import dlx.graph.Extent;
import dlx.runtime.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Opcodes;

/**
 * One tile of a product as a method of its own: rows by vectors of columns whose sums stay in
 * registers. Its arguments are frame, scratch, then array and first index of the left operand, of
 * the right one and of the result.
 */
final class ProductTile {
  /** The local variables that the arguments take. */
  static final int ARGUMENTS = 8;

  private static final int A = 2;
  private static final int A_AT = 3;
  private static final int B = 4;
  private static final int B_AT = 5;
  private static final int C = 6;
  private static final int C_AT = 7;

  private final DType dtype;
  private final Lane lane;
  private final Products.Axis row;
  private final Products.Axis column;
  private final List<Products.Axis> summed;
  private final Code code;
  private final int rows;
  private final int vectors;
  private final @Nullable Extent packedStep;
  private final boolean tail;
  private final Body body;
  private final int[][] sums;
  private final int[] rowOffsets;

  ProductTile(
      Products product,
      Code code,
      int rows,
      int vectors,
      @Nullable Extent packedStep,
      boolean tail) {
    this.dtype = product.dtype();
    this.lane = product.lane();
    this.row = product.row();
    this.column = product.column();
    this.summed = product.summed();
    this.code = code;
    this.rows = rows;
    this.vectors = vectors;
    this.packedStep = packedStep;
    this.tail = tail;
    this.body = new Body(code, lane, null);
    this.sums = new int[rows][vectors];
    this.rowOffsets = new int[rows];
  }

  /** Writes the body of the method. */
  void emit() {
    for (int r = 0; r < rows; r++) {
      for (int v = 0; v < vectors; v++) {
        if (lane.isVector()) {
          body.constant(0, dtype);
          sums[r][v] = code.local(1);
          code.astore(sums[r][v]);
        } else {
          code.constant(0, dtype);
          sums[r][v] = code.local(dtype);
          code.store(dtype, sums[r][v]);
        }
      }
      if (!row.a().isConstant() && r > 0) {
        rowOffsets[r] = code.local(1);
        code.extent(row.a().times(r));
        code.istore(rowOffsets[r]);
      }
    }
    int b = code.local(1);
    code.iload(B_AT);
    code.istore(b);
    sum(0, A_AT, b);
    for (int r = 0; r < rows; r++) {
      for (int v = 0; v < vectors; v++) {
        store(r, v);
      }
    }
  }

  /** Loops over the summed axes; b is advanced, a and (unpacked) b start anew in every loop. */
  private void sum(int level, int aStart, int bStart) {
    Products.Axis axis = summed.get(level);
    boolean innermost = level == summed.size() - 1;
    int a = copy(aStart);
    int b = packedStep != null ? bStart : copy(bStart);
    code.count(
        axis.extent(),
        k -> {
          if (innermost) {
            turn(a, b);
          } else {
            sum(level + 1, a, b);
          }
          advance(a, axis.a());
          if (packedStep == null) {
            advance(b, axis.b());
          } else if (innermost) {
            advance(b, packedStep);
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
    if (by.isConstant() && by.constant().getAsLong() <= Short.MAX_VALUE) {
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
      if (lane.isVector()) {
        body.species(dtype);
      }
      code.aload(B);
      code.iload(b);
      int ahead = v * lane.lanes();
      if (ahead > 0) {
        Extent columnStep = packedStep != null ? Extent.ONE : column.b();
        code.extent(columnStep.times(ahead));
        code.insn(Opcodes.IADD);
      }
      if (lane.isVector()) {
        code.callStatic(
            Lane.type(dtype),
            "fromArray",
            "(L" + Lane.SPECIES + ";" + "[" + Lane.letter(dtype) + "I)" + Lane.descriptor(dtype));
        right[v] = code.local(1);
        code.astore(right[v]);
      } else {
        code.arrayLoad(dtype);
        right[v] = code.local(dtype);
        code.store(dtype, right[v]);
      }
    }
    int left = code.local(lane.isVector() ? DType.F32 : dtype);
    for (int r = 0; r < rows; r++) {
      if (lane.isVector()) {
        body.species(dtype);
      }
      code.aload(A);
      code.iload(a);
      if (r > 0) {
        if (row.a().isConstant()) {
          code.extent(row.a().times(r));
        } else {
          code.iload(rowOffsets[r]);
        }
        code.insn(Opcodes.IADD);
      }
      code.arrayLoad(dtype);
      if (lane.isVector()) {
        code.callStatic(
            Lane.type(dtype),
            "broadcast",
            "(L" + Lane.SPECIES + ";" + Lane.letter(dtype) + ")" + Lane.descriptor(dtype));
        code.astore(left);
      } else {
        code.store(dtype, left);
      }
      for (int v = 0; v < vectors; v++) {
        multiplyAdd(left, right[v], sums[r][v]);
      }
    }
  }

  private void multiplyAdd(int left, int right, int sum) {
    if (lane.isVector()) {
      code.aload(left);
      code.aload(right);
      code.aload(sum);
      String vector = "L" + Lane.VECTOR + ";";
      code.call(Lane.type(dtype), "fma", "(" + vector + vector + ")" + Lane.descriptor(dtype));
      code.astore(sum);
    } else {
      String letter = Lane.letter(dtype);
      code.load(dtype, left);
      code.load(dtype, right);
      code.load(dtype, sum);
      code.callStatic("java/lang/Math", "fma", "(" + letter + letter + letter + ")" + letter);
      code.store(dtype, sum);
    }
  }

  private void store(int r, int v) {
    int ahead = v * lane.lanes();
    if (lane.isVector()) {
      code.aload(sums[r][v]);
      code.aload(C);
      cIndex(r, ahead);
      code.call(Lane.type(dtype), "intoArray", "(" + "[" + Lane.letter(dtype) + "I)V");
    } else {
      code.aload(C);
      cIndex(r, ahead);
      code.load(dtype, sums[r][v]);
      code.arrayStore(dtype);
    }
  }

  private void cIndex(int r, int ahead) {
    code.iload(C_AT);
    Extent step = tail ? Extent.of((long) r * lane.lanes()) : row.c().times(r);
    Extent offset = step.plus(ahead);
    if (!offset.isZero()) {
      code.extent(offset);
      code.insn(Opcodes.IADD);
    }
  }
}
