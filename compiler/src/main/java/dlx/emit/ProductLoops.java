package dlx.emit;

import dlx.graph.Extent;
import dlx.schedule.Access;
import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Opcodes;

/**
 * The loops of a product outside of its strips: over the outer axes and over blocks of rows, each
 * of which {@link ProductColumns} multiplies by all columns.
 */
final class ProductLoops {
  private final Products product;
  private final Code code;
  private final String owner;
  private final String name;
  private final List<Integer> indices = new ArrayList<>();
  private final ProductColumns columns;

  ProductLoops(Products product, Code code, String owner, String name) {
    this.product = product;
    this.code = code;
    this.owner = owner;
    this.name = name;
    this.columns = new ProductColumns(product, code, owner, name, indices);
  }

  void emit() {
    columns.begin();
    loops(0, offset(product.kernel().b().access()));
  }

  private int offset(Access access) {
    int local = code.local(1);
    code.extent(access.offset());
    code.istore(local);
    return local;
  }

  private void loops(int level, int b) {
    if (level == product.outer().size()) {
      matrix(b);
      return;
    }
    Products.Axis axis = product.outer().get(level);
    int index = code.local(1);
    if (level == 0) {
      code.iload(Code.FROM);
    } else {
      code.constant(0);
    }
    code.istore(index);
    indices.add(index);
    Runnable limit = level == 0 ? () -> code.iload(Code.TO) : () -> code.extent(axis.extent());
    code.loop(index, 1, limit, () -> loops(level + 1, plus(code, b, index, axis.b())));
    indices.removeLast();
  }

  /** A new local: base + index * stride. */
  static int plus(Code code, int base, int index, Extent stride) {
    if (stride.isZero()) {
      return base;
    }
    int local = code.local(1);
    code.iload(base);
    code.iload(index);
    if (!stride.isOne()) {
      code.extent(stride);
      code.insn(Opcodes.IMUL);
    }
    code.insn(Opcodes.IADD);
    code.istore(local);
    return local;
  }

  /** The right operand: an array, a first index and a step per summed position. */
  record Right(int array, int at, int step) {}

  private void matrix(int b) {
    Right right = new Right(code.local(1), b, code.local(1));
    code.array(product.kernel().b().access().buffer());
    code.astore(right.array());
    Extent step = product.rightStep();
    code.extent(step == null ? product.summed().getLast().b() : step);
    code.istore(right.step());
    if (!product.mayBeNarrow()) {
      blocks(right);
    } else if (product.column().extent().isConstant()) {
      blocks(padded(right));
    } else {
      code.extent(product.column().extent());
      code.constant(product.tiling().lanes());
      code.chooseIfLess(() -> blocks(padded(right)), () -> blocks(right));
    }
  }

  /**
   * A right operand of fewer columns than lanes: what lies behind them is read with them; only at
   * the end of the array the operand is copied.
   */
  private Right padded(Right right) {
    Right padded = new Right(code.local(1), code.local(1), code.local(1));
    Extent positions = product.summed().getLast().extent();
    code.iload(right.at());
    code.extent(positions.minus(Extent.ONE).times(product.summed().getLast().b()));
    code.constant(0);
    code.callStatic("java/lang/Math", "max", "(II)I");
    code.insn(Opcodes.IADD);
    code.constant(product.tiling().lanes());
    code.insn(Opcodes.IADD);
    code.aload(right.array());
    code.insn(Opcodes.ARRAYLENGTH);
    code.insn(Opcodes.ICONST_1);
    code.insn(Opcodes.IADD);
    code.chooseIfLess(
        () -> {
          code.aload(right.array());
          code.astore(padded.array());
          code.iload(right.at());
          code.istore(padded.at());
          code.iload(right.step());
          code.istore(padded.step());
        },
        () -> {
          code.aload(1);
          code.extent(positions.times(product.tiling().lanes()));
          code.call(
              Code.SCRATCH,
              "panel" + product.tiling().dtype().bytes() * 8,
              "(I)" + product.array());
          code.astore(padded.array());
          code.constant(0);
          code.istore(padded.at());
          code.constant(product.tiling().lanes());
          code.istore(padded.step());
          code.aload(right.array());
          code.iload(right.at());
          code.iload(right.step());
          code.constant(1);
          code.extent(positions);
          code.extent(product.column().extent());
          code.constant(product.tiling().lanes());
          code.aload(padded.array());
          code.constant(0);
          code.callStatic(
              "dlx/runtime/Panels",
              "pack",
              "(" + product.array() + "IIIIII" + product.array() + "I)V");
        });
    return padded;
  }

  /** Blocks of rows. */
  private void blocks(Right right) {
    int from = code.local(1);
    int to = code.local(1);
    if (!product.outer().isEmpty()
        && product.row().extent().constant().orElse(Long.MAX_VALUE)
            <= product.tiling().blockRows()) {
      code.constant(0);
      code.istore(from);
      code.extent(product.row().extent());
      code.istore(to);
      block(right, from, to);
      return;
    }
    int next = code.local(1);
    if (product.outer().isEmpty()) {
      code.iload(Code.FROM);
    } else {
      code.constant(0);
    }
    code.istore(next);
    // one turn for every block: next is where the block after this one begins
    code.loop(
        next,
        product.tiling().blockRows(),
        () -> {
          rowLimit();
          code.constant(product.tiling().blockRows() - 1);
          code.insn(Opcodes.IADD);
        },
        () -> {
          code.iload(next);
          code.istore(from);
          code.iload(next);
          code.constant(product.tiling().blockRows());
          code.insn(Opcodes.IADD);
          rowLimit();
          code.callStatic("java/lang/Math", "min", "(II)I");
          code.istore(to);
          block(right, from, to);
        });
  }

  private void rowLimit() {
    if (product.outer().isEmpty()) {
      code.iload(Code.TO);
    } else {
      code.extent(product.row().extent());
    }
  }

  private void block(Right right, int from, int to) {
    columns.emit(right, from, to);
    if (!product.isDirect()) {
      int sums = code.local(1);
      ProductStore.sums(product, code);
      code.astore(sums);
      int first = code.local(1);
      code.constant(0);
      code.istore(first);
      ProductStore.call(product, code, owner, name, indices, sums, from, to, first);
    }
  }
}
