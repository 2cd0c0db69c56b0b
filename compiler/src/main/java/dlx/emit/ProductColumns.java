package dlx.emit;

import java.util.List;
import org.objectweb.asm.Opcodes;

/**
 * A block of rows times all columns, strip by strip. The last strip begins so early that it ends
 * with the last column, or is one vector wide.
 */
final class ProductColumns {
  private final Products product;
  private final Code code;
  private final String owner;
  private final String name;
  private final List<Integer> indices;
  private final int begin;
  private final int end;

  /**
   * @param indices the locals of the outer axes, where they are needed
   */
  ProductColumns(Products product, Code code, String owner, String name, List<Integer> indices) {
    this.product = product;
    this.code = code;
    this.owner = owner;
    this.name = name;
    this.indices = indices;
    this.begin = code.local(1);
    this.end = code.local(1);
  }

  /** Asks which columns this thread has, if threads share them. */
  void begin() {
    if (product.sharesColumns()) {
      part("begin", begin);
      part("end", end);
    }
  }

  private void part(String field, int local) {
    code.shared(field);
    code.istore(local);
  }

  /** All columns of a block of rows. */
  void emit(ProductLoops.Right right, int from, int to) {
    int j = code.local(1);
    if (!product.sharesColumns()) {
      code.constant(0);
    } else {
      code.iload(begin);
    }
    code.istore(j);
    if (product.widths().contains(product.tiling().vectors())) {
      code.loop(
          j,
          product.tiling().width(),
          this::columnLimit,
          () -> strip(right, from, to, j, product.tiling().vectors()));
    }
    if (product.widths().contains(1)) {
      // only the part that has the last column ends between multiples of the width
      code.iload(j);
      columnLimit();
      code.chooseIfLess(() -> rest(right, from, to, j), () -> {});
    }
  }

  private void columnLimit() {
    if (!product.sharesColumns()) {
      code.extent(product.column().extent());
    } else {
      code.iload(end);
    }
  }

  /** Fewer columns than a tile has. */
  private void rest(ProductLoops.Right right, int from, int to, int j) {
    Runnable wide = () -> strip(right, from, to, j, product.tiling().vectors());
    if (product.isRightPacked()) {
      // panels are padded
      ifLeft(j, product.tiling().lanes(), () -> strip(right, from, to, j, 1), wide);
      return;
    }
    Runnable narrow =
        () -> {
          code.loop(
              j,
              product.tiling().lanes(),
              () -> code.extent(product.column().extent()),
              () -> strip(right, from, to, j, 1));
          code.iload(j);
          code.extent(product.column().extent());
          code.chooseIfLess(() -> last(right, from, to, j, 1), () -> {});
        };
    // a strip that begins earlier would be added to its first columns twice
    if (!product.widths().contains(product.tiling().vectors()) || product.isCutOutside()) {
      narrow.run();
      return;
    }
    ifLeft(
        j,
        product.tiling().lanes(),
        narrow,
        () ->
            ifColumns(
                product.tiling().width(),
                () -> last(right, from, to, j, product.tiling().vectors()),
                narrow));
  }

  /** Runs one if at most so many columns are left from j on. */
  private void ifLeft(int j, int count, Runnable then, Runnable otherwise) {
    if (product.column().extent().isConstant()) {
      long left = product.knownColumns() % product.tiling().width();
      (left <= count ? then : otherwise).run();
      return;
    }
    code.extent(product.column().extent());
    code.iload(j);
    code.constant(count + 1);
    code.insn(Opcodes.IADD);
    code.chooseIfLess(then, otherwise);
  }

  /** Runs one if there are at least so many columns. */
  private void ifColumns(int count, Runnable then, Runnable otherwise) {
    if (product.column().extent().isConstant()) {
      (product.knownColumns() >= count ? then : otherwise).run();
      return;
    }
    code.constant(count - 1);
    code.extent(product.column().extent());
    code.chooseIfLess(then, otherwise);
  }

  /** The last strip: it begins so early that it ends with the last column, if it can. */
  private void last(ProductLoops.Right right, int from, int to, int j, int vectors) {
    int first = code.local(1);
    int width = vectors * product.tiling().lanes();
    ifColumns(
        width,
        () -> {
          code.extent(product.column().extent());
          code.constant(width);
          code.insn(Opcodes.ISUB);
          code.istore(first);
        },
        () -> {
          code.iload(j);
          code.istore(first);
        });
    strip(right, from, to, first, vectors);
  }

  private void strip(ProductLoops.Right right, int from, int to, int first, int vectors) {
    code.aload(0);
    code.aload(1);
    indices.forEach(code::iload);
    code.aload(right.array());
    if (product.isRightPacked()) {
      code.iload(right.at());
      code.iload(first);
      code.constant(product.tiling().width());
      code.insn(Opcodes.IDIV);
      code.extent(product.column().b());
      code.insn(Opcodes.IMUL);
      code.insn(Opcodes.IADD);
    } else {
      code.iload(ProductLoops.plus(code, right.at(), first, product.column().b()));
    }
    code.iload(right.step());
    code.iload(from);
    code.iload(to);
    code.iload(first);
    if (right.part() != null) {
      code.iload(right.part().a());
      code.iload(right.part().count());
      code.iload(right.part().turn());
    }
    code.callStatic(owner, ProductStrip.name(name, vectors), ProductStrip.descriptor(product));
  }
}
