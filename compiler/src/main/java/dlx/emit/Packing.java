package dlx.emit;

import dlx.graph.Extent;
import dlx.runtime.DType;
import dlx.schedule.Access;
import dlx.schedule.Buffer;
import dlx.schedule.Kernel;
import dlx.schedule.Schedule;
import dlx.schedule.Turn;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Decides which operands of products are copied into panels before they are multiplied, for vectors
 * of this machine. A copy costs about as much as {@code 32 / rows} of the product, so it must make
 * up for what the caches would do to the operand as it lies.
 */
final class Packing {
  /**
   * Operands whose neighbours lie this far apart, or a multiple of it, share few lines of a cache.
   */
  private static final int PAGE = 4096;

  /** A kernel of at most so many numbers is packed for at least so many rows. */
  private static final long MOST_PACKED = 4 << 20;

  private static final long MANY_ROWS = 64;

  /** So many lines do not stay in a cache if they lie an eighth of a page apart. */
  private static final long MANY_LINES = 1024;

  private final int bits;
  private final List<Buffer> buffers;

  /** What is written so far, of the function and of every loop around, the innermost last. */
  private final List<Level> levels = new ArrayList<>();

  /**
   * @param loop the loop, -1 for the function
   * @param written what changes from turn to turn
   */
  private record Level(int loop, Set<Buffer> written, List<Kernel> kernels) {}

  private Packing(List<Buffer> buffers, int bits) {
    this.buffers = new ArrayList<>(buffers);
    this.bits = bits;
  }

  /** The same schedule with kernels that pack. */
  static Schedule of(Schedule schedule, int bits) {
    Packing packing = new Packing(schedule.buffers(), bits);
    List<Kernel> kernels = packing.level(-1, Set.of(), schedule.kernels());
    return new Schedule(schedule.function(), packing.buffers, kernels, schedule.commits());
  }

  private List<Kernel> level(int loop, Set<Buffer> written, List<Kernel> kernels) {
    Level level = new Level(loop, written, new ArrayList<>());
    levels.add(level);
    for (Kernel kernel : kernels) {
      switch (kernel) {
        case Kernel.Product product -> product(product);
        case Kernel.Loops loops -> loops(loops);
        case Kernel.Region region -> {
          Set<Buffer> changing = new HashSet<>(region.kept());
          region.writes().forEach(changing::add);
          List<Kernel> body = level(region.loop(), changing, region.body());
          level.kernels().add(region.withBody(body));
        }
        default -> level.kernels().add(kernel);
      }
    }
    levels.removeLast();
    return level.kernels();
  }

  /** Where an operand is packed: outside of all loops in which it stays the same. */
  private Level level(Access operand) {
    int at = levels.size() - 1;
    while (at > 0
        && Turn.loop(operand.offset()) < levels.get(at).loop()
        && !levels.get(at).written().contains(operand.buffer())) {
      at--;
    }
    return levels.get(at);
  }

  private void loops(Kernel.Loops loops) {
    WideRows wide = WideRows.of(loops, buffers.size(), bits);
    if (wide != null) {
      buffers.addAll(wide.tables());
      wide.copies().forEach(copy -> level(copy.from()).kernels().add(copy.kernel()));
    }
    levels.getLast().kernels().add(wide == null ? loops : wide.kernel());
  }

  private void product(Kernel.Product asGiven) {
    Kernel.Product given = FewRows.turned(asGiven, bits);
    Widening widening = Widening.of(given, buffers.size(), bits);
    if (widening != null) {
      buffers.add(widening.sums());
    }
    Kernel.Product product = widening == null ? given : widening.product();
    Joining joining = Joining.of(product, buffers.size(), bits);
    if (joining != null) {
      buffers.add(joining.panels());
      level(product.b().access()).kernels().addAll(joining.copies());
      product = joining.product();
    }
    Choice choice = Choice.of(product, bits);
    Tiling tiling = Tiling.of(product, bits).as(choice);
    FewRows few = FewRows.of(product, bits);
    Kernel.Operand a = product.a();
    Kernel.Operand b = product.b();
    int outside = product.batch().size();
    int columnsFrom = outside + product.rows().size();
    if (tiling.isVector() && choice.packLeft() && !few.isAlways()) {
      int panel = Math.max(tiling.lanes(), tiling.rows());
      a = pack(product, a.access(), columnsFrom - 1, panel, few);
    }
    if (tiling.isVector() && joining == null && choice.packRight() && !few.isAlways()) {
      int column = columnsFrom + product.columns().size() - 1;
      b = pack(product, b.access(), column, tiling.width(), few);
    }
    List<Kernel> kernels = levels.getLast().kernels();
    kernels.add(
        evenly(
            new Kernel.Product(
                product.batch(),
                product.rows(),
                product.columns(),
                product.summed(),
                a,
                b,
                product.stores(),
                product.overlapping(),
                product.order(),
                product.span())));
    if (widening != null) {
      kernels.add(widening.copy());
    }
  }

  /** Of a packed right operand all summed positions lie evenly, so they may of the left one too. */
  private static Kernel.Product evenly(Kernel.Product product) {
    if (product.b().panel() == 0 || product.summed().size() == 1) {
      return product;
    }
    List<Extent> summed = new ArrayList<>(product.summed());
    List<Extent> left = new ArrayList<>(product.a().access().strides());
    List<Extent> right = new ArrayList<>(product.b().access().strides());
    int first = left.size() - summed.size();
    for (int i = summed.size() - 1; i > 0; i--) {
      Extent step = left.get(first + i).times(summed.get(i));
      if (left.get(first + i - 1).equals(step)) {
        summed.set(i - 1, summed.get(i - 1).times(summed.get(i)));
        left.set(first + i - 1, left.get(first + i));
        summed.remove(i);
        left.remove(first + i);
        right.remove(first + i);
      }
    }
    Access a = product.a().access();
    Access b = product.b().access();
    return new Kernel.Product(
        product.batch(),
        product.rows(),
        product.columns(),
        summed,
        new Kernel.Operand(new Access(a.buffer(), a.offset(), left)),
        new Kernel.Operand(new Access(b.buffer(), b.offset(), right), product.b().panel()),
        product.stores(),
        product.overlapping(),
        product.order(),
        product.span());
  }

  /** Numbers of the left operand are read one by one, so it may lie in any way that caches like. */
  static boolean packsLeft(Kernel.Product product, Tiling tiling) {
    Access a = product.a().access();
    int summed = a.strides().size() - 1;
    int row = product.batch().size() + product.rows().size() - 1;
    return product.summed().size() == 1
        && a.strides().get(row).isOne()
        && isFar(a.strides().get(summed), tiling, known(product.summed().getLast()))
        && known(product.rows().getLast()) >= 128
        && known(product.columns().getLast()) >= 128
        && known(product.summed().getLast()) >= 256;
  }

  /** The more lines are read, the fewer of them share a line of a cache if they lie near. */
  private static boolean isFar(Extent stride, Tiling tiling, long lines) {
    return isFar(stride, tiling)
        || lines >= MANY_LINES
            && stride.isConstant()
            && stride.constant().getAsLong() > 0
            && stride.constant().getAsLong() * tiling.dtype().bytes() % (PAGE / 8) == 0;
  }

  static boolean packsRight(Kernel.Product product, Tiling tiling) {
    Access b = product.b().access();
    int summed = b.strides().size() - 1;
    int column = summed - product.summed().size();
    Extent columns = product.columns().getLast();
    if (!b.strides().get(column).isOne()) {
      return true;
    }
    boolean narrow = !columns.isConstant() || columns.constant().getAsLong() < tiling.lanes();
    if (tiling.outside()) {
      return product.summed().size() == 1;
    }
    if (product.summed().size() > 1) {
      return narrow || isUsedOften(product);
    }
    return isFar(b.strides().get(summed), tiling)
        && !isReadByHighTiles(product, tiling.dtype())
        && known(product.rows().getLast()) >= 128
        && known(columns) >= 128
        && known(product.summed().getLast()) >= 256;
  }

  /**
   * Is the right operand, half a page from one summed position to the next, read where it lies by
   * tiles of more rows, each of which reads all of it? For the few rows that there are that costs
   * less than a copy; measured for 128 by 784 by 512.
   */
  static boolean isReadByHighTiles(Kernel.Product product, DType dtype) {
    Access b = product.b().access();
    int summed = b.strides().size() - 1;
    long rows = product.rows().getLast().constant().orElse(0);
    long step = Math.abs(b.strides().get(summed).constant().orElse(0)) * dtype.bytes();
    int row = product.batch().size() + product.rows().size() - 1;
    return product.summed().size() == 1
        && product.a().panel() == 0
        && !product.a().access().strides().get(row).isOne()
        && product.b().panel() == 0
        && b.strides().get(summed - 1).isOne()
        && step > 0
        && step % PAGE == PAGE / 2
        && rows >= 96
        && rows < 256;
  }

  /** Is the right operand a kernel that many positions are multiplied by? */
  private static boolean isUsedOften(Kernel.Product product) {
    long size = known(product.columns().getLast());
    for (Extent extent : product.summed()) {
      size *= known(extent);
    }
    long rows = 1;
    for (Extent extent : product.rows()) {
      rows *= known(extent);
    }
    return rows >= MANY_ROWS && size <= MOST_PACKED;
  }

  private static boolean isFar(Extent stride, Tiling tiling) {
    return stride.isConstant()
        && !stride.isZero()
        && stride.constant().getAsLong() * tiling.dtype().bytes() % (PAGE / 2) == 0;
  }

  /** An extent, or what may be expected of one whose sizes are not known yet. */
  private static long known(Extent extent) {
    return extent.value(size -> 128L);
  }

  /** Adds the kernel that packs an operand along an axis, and gives the operand it makes. */
  private Kernel.Operand pack(
      Kernel.Product product, Access from, int axis, int panel, FewRows few) {
    Extent wanted = Extent.ONE.minus(few.chosen());
    List<Extent> axes = new ArrayList<>(product.batch());
    axes.addAll(product.rows());
    axes.addAll(product.columns());
    List<Extent> outer = new ArrayList<>();
    List<Extent> strides = new ArrayList<>();
    List<Integer> positions = new ArrayList<>();
    for (int i = 0; i < axes.size(); i++) {
      if (i != axis && !from.strides().get(i).isZero()) {
        outer.add(axes.get(i));
        strides.add(from.strides().get(i));
        positions.add(i);
      }
    }
    strides.add(from.strides().get(axis));
    strides.addAll(from.strides().subList(axes.size(), from.strides().size()));
    Extent line = axes.get(axis);
    Extent one = Extent.product(product.summed()).times(panel);
    Extent panels = line.plus(panel - 1).floorDivide(Extent.of(panel));
    Buffer to =
        new Buffer(
            buffers.size(),
            Buffer.Role.TEMPORARY,
            "panels of " + from.buffer().name(),
            from.buffer().dtype(),
            Extent.product(outer).times(panels).times(one).times(wanted),
            null);
    buffers.add(to);
    level(from)
        .kernels()
        .add(
            new Kernel.Pack(
                outer,
                line,
                product.summed(),
                panel,
                new Access(from.buffer(), from.offset(), strides),
                to,
                wanted,
                product.span()));
    List<Extent> packed = new ArrayList<>();
    Extent stride = panels.times(one);
    List<Extent> outerStrides = new ArrayList<>();
    for (int i = outer.size() - 1; i >= 0; i--) {
      outerStrides.addFirst(stride);
      stride = stride.times(outer.get(i));
    }
    for (int i = 0; i < axes.size(); i++) {
      int at = positions.indexOf(i);
      packed.add(i == axis ? one : at >= 0 ? outerStrides.get(at) : Extent.ZERO);
    }
    product.summed().forEach(k -> packed.add(Extent.ZERO));
    Access access = new Access(to, Extent.ZERO, packed);
    return new Kernel.Operand(access, panel, few.isNever() ? access : from, few.chosen());
  }
}
