package dlx.emit;

import dlx.graph.Extent;
import dlx.schedule.Access;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
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
    if (product.isOverlapping()) {
      ProductOverlap.begin(product, code);
    }
    int b = offset(product.kernel().b().access());
    if (product.isCutOutside()) {
      parts(b);
    } else {
      units(b, null);
    }
  }

  private int offset(Access access) {
    int local = code.local(1);
    code.extent(access.offset());
    code.istore(local);
    return local;
  }

  /**
   * A block of summed positions: locals of where it begins in the left operand, of how many
   * positions of the axis that is cut it has, and of its number.
   */
  record Part(int a, int count, int turn) {}

  /** All units for each block of summed positions; once if there are none. */
  private void parts(int b) {
    int turn = code.local(1);
    int rest = code.local(1);
    int a = code.local(1);
    int count = code.local(1);
    int first = code.local(1);
    int at = code.local(1);
    Products.Axis axis = product.summed().get(product.tiling().cut());
    int block = product.tiling().blockSummed();
    code.constant(0);
    code.istore(turn);
    code.loop(
        turn,
        1,
        () -> {
          code.extent(product.turns());
          code.constant(1);
          code.callStatic("java/lang/Math", "max", "(II)I");
        },
        () -> {
          code.iload(turn);
          code.istore(rest);
          split(rest, product.summedBlocks());
          code.constant(block);
          code.insn(Opcodes.IMUL);
          code.istore(first);
          code.extent(axis.extent());
          code.iload(first);
          code.insn(Opcodes.ISUB);
          code.constant(block);
          code.callStatic("java/lang/Math", "min", "(II)I");
          code.extent(product.turns().times(block));
          code.callStatic("java/lang/Math", "min", "(II)I");
          code.istore(count);
          code.constant(0);
          code.istore(a);
          code.iload(b);
          code.istore(at);
          add(a, first, product.leftStep(axis));
          add(at, first, product.rightStep(axis));
          for (int i = product.tiling().cut() - 1; i >= 0; i--) {
            Products.Axis outer = product.summed().get(i);
            split(rest, outer.extent());
            code.istore(first);
            add(a, first, outer.a());
            add(at, first, product.rightStep(outer));
          }
          units(at, new Part(a, count, turn));
        });
  }

  /** Pushes rest % extent; rest becomes rest / extent; 0 if there is nothing. */
  private void split(int rest, Extent extent) {
    Runnable divisor =
        () -> {
          code.extent(extent);
          if (!extent.isConstant() || extent.isZero()) {
            code.constant(1);
            code.callStatic("java/lang/Math", "max", "(II)I");
          }
        };
    code.iload(rest);
    divisor.run();
    code.insn(Opcodes.IREM);
    code.iload(rest);
    divisor.run();
    code.insn(Opcodes.IDIV);
    code.istore(rest);
  }

  /** local += index * stride. */
  private void add(int local, int index, Extent stride) {
    code.iload(local);
    code.iload(index);
    code.extent(stride);
    code.insn(Opcodes.IMUL);
    code.insn(Opcodes.IADD);
    code.istore(local);
  }

  /** What this call has to do. */
  private void units(int b, @Nullable Part part) {
    if (product.outer().isEmpty()) {
      matrix(b, part, -1);
      return;
    }
    int unit = code.local(1);
    int rest = code.local(1);
    int block = code.local(1);
    List<Integer> locals = new ArrayList<>();
    product.outer().forEach(axis -> locals.add(code.local(1)));
    code.iload(Code.FROM);
    code.istore(unit);
    code.loop(
        unit,
        1,
        () -> code.iload(Code.TO),
        () -> {
          code.iload(unit);
          code.istore(rest);
          split(rest, product.rowBlocks());
          code.istore(block);
          int at = b;
          for (int i = product.outer().size() - 1; i >= 0; i--) {
            Products.Axis axis = product.outer().get(i);
            if (i == 0) {
              code.iload(rest);
            } else {
              split(rest, axis.extent());
            }
            code.istore(locals.get(i));
            at = plus(code, at, locals.get(i), axis.b());
          }
          indices.addAll(locals);
          matrix(at, part, block);
          indices.clear();
        });
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
  record Right(int array, int at, int step, @Nullable Part part) {}

  /**
   * @param block the local of the number of the block of rows; -1 for all of this call
   */
  private void matrix(int b, @Nullable Part part, int block) {
    FewRows few = product.few();
    if (few.isAlways()) {
      blocks(null, block);
    } else if (few.isNever()) {
      tiles(b, part, block);
    } else {
      code.constant(0);
      code.extent(few.chosen());
      code.chooseIfLess(() -> blocks(null, block), () -> tiles(b, part, block));
    }
  }

  private void tiles(int b, @Nullable Part part, int block) {
    Right right = new Right(code.local(1), b, code.local(1), part);
    code.array(product.kernel().b().access().buffer());
    code.astore(right.array());
    Extent step = product.rightStep();
    code.extent(step == null ? product.summed().getLast().b() : step);
    code.istore(right.step());
    if (product.isCutOutside() && !product.isRightPacked()) {
      blocks(within(right), block);
    } else if (!product.mayBeNarrow()) {
      blocks(right, block);
    } else if (product.column().extent().isConstant()) {
      blocks(padded(right), block);
    } else {
      code.extent(product.column().extent());
      code.constant(product.tiling().lanes());
      code.chooseIfLess(() -> blocks(padded(right), block), () -> blocks(right, block));
    }
  }

  /**
   * A block of a right operand of which lanes behind the last column are read too: at the end of
   * the array the block is copied.
   */
  private Right within(Right right) {
    Right within = new Right(code.local(1), code.local(1), right.step(), right.part());
    List<Products.Axis> axes = product.summedInTile();
    int lanes = product.tiling().lanes();
    Extent span =
        product.column().extent().plus(lanes - 1).floorDivide(Extent.of(lanes)).times(lanes);
    for (Products.Axis axis : axes) {
      Extent count =
          axis == axes.getFirst() ? Extent.of(product.tiling().blockSummed()) : axis.extent();
      span = span.plus(count.plus(-1).times(axis.b()));
    }
    code.aload(right.array());
    code.iload(right.at());
    code.extent(span);
    code.aload(1);
    code.callStatic(
        "dlx/runtime/Panels",
        "within",
        "(" + product.array() + "IIL" + Code.SCRATCH + ";)" + product.array());
    code.astore(within.array());
    code.iload(right.at());
    code.extent(span);
    code.insn(Opcodes.IADD);
    code.aload(right.array());
    code.insn(Opcodes.ARRAYLENGTH);
    code.insn(Opcodes.ICONST_1);
    code.insn(Opcodes.IADD);
    code.chooseIfLess(() -> code.iload(right.at()), () -> code.constant(0));
    code.istore(within.at());
    return within;
  }

  /**
   * A right operand of fewer columns than lanes: what lies behind them is read with them; only at
   * the end of the array the operand is copied.
   */
  private Right padded(Right right) {
    Right padded = new Right(code.local(1), code.local(1), code.local(1), right.part());
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

  /**
   * One block of rows, or those of this call.
   *
   * @param right null where few rows are not multiplied in tiles
   */
  private void blocks(@Nullable Right right, int block) {
    int from = code.local(1);
    int to = code.local(1);
    if (block >= 0) {
      code.iload(block);
      code.constant(product.tiling().blockRows());
      code.insn(Opcodes.IMUL);
      code.istore(from);
      code.iload(from);
      code.constant(product.tiling().blockRows());
      code.insn(Opcodes.IADD);
      code.extent(product.row().extent());
      code.callStatic("java/lang/Math", "min", "(II)I");
      code.istore(to);
      block(right, from, to);
      return;
    }
    int next = code.local(1);
    code.iload(Code.FROM);
    code.istore(next);
    // one turn for every block: next is where the block after this one begins
    code.loop(
        next,
        product.tiling().blockRows(),
        () -> {
          code.iload(Code.TO);
          code.constant(product.tiling().blockRows() - 1);
          code.insn(Opcodes.IADD);
        },
        () -> {
          code.iload(next);
          code.istore(from);
          code.iload(next);
          code.constant(product.tiling().blockRows());
          code.insn(Opcodes.IADD);
          code.iload(Code.TO);
          code.callStatic("java/lang/Math", "min", "(II)I");
          code.istore(to);
          block(right, from, to);
        });
  }

  private void block(@Nullable Right right, int from, int to) {
    if (right == null) {
      few(from, to);
    } else {
      columns.emit(right, from, to);
    }
    if (product.isOverlapping()) {
      ProductOverlap.call(product, code, owner, name, indices);
    } else if (!product.isDirect()) {
      int sums = code.local(1);
      ProductStore.sums(product, code);
      code.astore(sums);
      int first = code.local(1);
      code.constant(0);
      code.istore(first);
      ProductStore.call(product, code, owner, name, indices, sums, from, to, first);
    }
  }

  private void few(int from, int to) {
    code.aload(0);
    code.aload(1);
    indices.forEach(code::iload);
    code.iload(from);
    code.iload(to);
    if (product.across() == null) {
      code.constant(0);
      code.extent(product.column().extent());
    } else {
      code.shared("begin");
      code.shared("end");
    }
    code.callStatic(owner, ProductFew.name(name), ProductFew.descriptor(product));
  }
}
