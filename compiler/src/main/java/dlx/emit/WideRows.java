package dlx.emit;

import dlx.graph.Extent;
import dlx.runtime.DType;
import dlx.schedule.Access;
import dlx.schedule.Buffer;
import dlx.schedule.Instruction;
import dlx.schedule.Kernel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Several short rows as one that fills vectors: 8 rows of 6 channels are 3 vectors of 16. What is
 * the same in every row, such as a bias, is copied so often into a table first.
 *
 * @param kernel over the wide rows
 * @param tables what holds the copies
 * @param copies what writes them, each read from the access in its place
 */
record WideRows(Kernel.Loops kernel, List<Buffer> tables, List<Copy> copies) {
  /** A kernel that fills a table, and what it reads. */
  record Copy(Kernel.Loops kernel, Access from) {}

  /** Fewer wide rows than these do not pay for tables. */
  private static final long FEW = 8;

  /**
   * Null if nothing is gained.
   *
   * @param number that of the first table
   */
  static @Nullable WideRows of(Kernel.Loops loops, int number, int bits) {
    int last = loops.axes().size() - 1;
    long columns = last < 1 ? 0 : loops.axes().get(last).constant().orElse(0);
    int lanes = lanes(loops, bits);
    if (columns < 2 || columns >= lanes) {
      return null;
    }
    long joined = lanes / Long.lowestOneBit(columns);
    Extent rows = loops.axes().get(last - 1);
    boolean many = !rows.isConstant() || rows.constant().getAsLong() >= FEW * joined;
    if (!rows.remainder(Extent.of(joined)).isZero() || !many) {
      return null;
    }
    Map<Access, Buffer> tables = new LinkedHashMap<>();
    for (Instruction i : Kernel.instructions(loops.stores())) {
      if (i instanceof Instruction.Folded || i instanceof Instruction.Pick) {
        return null;
      }
      if (i.access() == null || goesOn(i.access(), last, columns) || isSame(i.access(), last)) {
        continue;
      }
      if (!(i instanceof Instruction.Load load) || !repeats(load.access(), last)) {
        return null;
      }
      tables.computeIfAbsent(
          load.access(),
          from ->
              new Buffer(
                  number + tables.size(),
                  Buffer.Role.TEMPORARY,
                  "rows of " + from.buffer().name(),
                  load.dtype(),
                  Extent.of(joined * columns),
                  null));
    }
    Set<Buffer> written = new HashSet<>();
    for (Kernel.Store store : loops.stores()) {
      if (!goesOn(store.access(), last, columns)) {
        return null;
      }
      written.add(store.access().buffer());
    }
    return tables.keySet().stream().anyMatch(a -> written.contains(a.buffer()))
        ? null
        : made(loops, tables, joined, columns);
  }

  private static int lanes(Kernel.Loops loops, int bits) {
    Set<DType> dtypes = new HashSet<>();
    Kernel.instructions(loops.stores()).forEach(i -> dtypes.add(i.dtype()));
    return dtypes.contains(DType.BOOL) && dtypes.size() == 1 ? 1 : Lane.of(bits, dtypes).lanes();
  }

  /** Does each row begin where the one before it ends? */
  private static boolean goesOn(Access access, int last, long columns) {
    return access.strides().get(last).isOne()
        && access.strides().get(last - 1).equals(Extent.of(columns));
  }

  private static boolean isSame(Access access, int last) {
    return access.strides().get(last).isZero() && access.strides().get(last - 1).isZero();
  }

  /** Is every row the same one, all numbers side by side? */
  private static boolean repeats(Access access, int last) {
    return access.strides().get(last).isOne()
        && access.strides().subList(0, last).stream().allMatch(Extent::isZero);
  }

  private static WideRows made(
      Kernel.Loops loops, Map<Access, Buffer> tables, long joined, long columns) {
    int last = loops.axes().size() - 1;
    Extent wide = Extent.of(joined * columns);
    List<Copy> copies = new ArrayList<>();
    tables.forEach((from, table) -> {
      Access repeated = new Access(from.buffer(), from.offset(), List.of(Extent.ZERO, Extent.ONE));
      Access to = new Access(table, Extent.ZERO, List.of(Extent.of(columns), Extent.ONE));
      Kernel.Store store = new Kernel.Store(to, new Instruction.Load(repeated));
      List<Extent> axes = List.of(Extent.of(joined), Extent.of(columns));
      copies.add(new Copy(new Kernel.Loops(axes, List.of(store), loops.span()), from));
    });
    List<Extent> axes = new ArrayList<>(loops.axes());
    axes.set(last - 1, axes.get(last - 1).floorDivide(Extent.of(joined)));
    axes.set(last, wide);
    Kernel.Loops kernel =
        loops.over(
            axes,
            access -> {
              Buffer table = tables.get(access);
              List<Extent> strides = new ArrayList<>(access.strides());
              strides.set(last - 1, strides.get(last - 1).times(joined));
              return table == null
                  ? new Access(access.buffer(), access.offset(), strides)
                  : new Access(table, Extent.ZERO, strides);
            });
    return new WideRows(kernel, List.copyOf(tables.values()), copies);
  }
}
