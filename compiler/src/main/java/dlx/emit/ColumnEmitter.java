package dlx.emit;

import dlx.graph.Extent;
import dlx.runtime.DType;
import dlx.schedule.Access;
import dlx.schedule.Instruction;
import dlx.schedule.Kernel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Label;
import org.objectweb.asm.Opcodes;

/**
 * The kernel Columns: loops over all axes but the reduced one, vectors along the last; inside, the
 * loop over the reduced axis with an accumulator per lane. Several neighbouring vectors at a time,
 * so that additions need not wait for each other.
 */
final class ColumnEmitter {
  private static final int NEIGHBOURS = 4;

  /** So many rows of a window are written out, if what is folded is not more than this. */
  private static final int ROWS = 8;

  private static final int MOST_UNROLLED = 12;

  private final Code code;
  private final int bits;
  private final Kernel.Columns kernel;
  private final List<Integer> order;
  private final int columns;
  private final Nest nest;
  private final List<Instruction.Folded> folds = new ArrayList<>();
  private final List<Instruction> folded;

  /** The part of the reduced axis that is walked; all of it if null. */
  private final LoopEmitter.@Nullable Window window;

  private ColumnEmitter(
      Code code, int bits, Kernel.Columns kernel, LoopEmitter.@Nullable Window window) {
    this.code = code;
    this.bits = bits;
    this.window = window;
    this.kernel = kernel;
    int axes = kernel.axes().size();
    this.order = new ArrayList<>();
    for (int axis = 0; axis < axes - 1; axis++) {
      if (axis != kernel.reduced()) {
        order.add(axis);
      }
    }
    this.columns = order.size();
    order.add(axes - 1);
    order.add(kernel.reduced());
    this.nest = new Nest(code, kernel.stores(), axes, order::get, columns + 1);
    for (Instruction i : nest.instructions()) {
      if (i instanceof Instruction.Folded fold) {
        folds.add(fold);
      }
    }
    List<Instruction> roots = new ArrayList<>();
    folds.forEach(f -> roots.add(f.value()));
    for (Kernel.Store store : nest.stores()) {
      if (level(store) > columns + 1) {
        roots.add(store.value());
      }
    }
    this.folded = Nest.reachable(roots, true);
  }

  static void emit(Code code, int bits, Kernel.Columns kernel) {
    begin(new ColumnEmitter(code, bits, kernel, null), new Nest.Bases());
  }

  /**
   * Folds over a part of the reduced axis, for all columns.
   *
   * @param bases the fixed part of accesses whose offset is not known to the compiler
   */
  static void window(
      Code code, int bits, Kernel.Columns kernel, LoopEmitter.Window window, Nest.Bases bases) {
    ColumnEmitter emitter = new ColumnEmitter(code, bits, kernel, window);
    Lane lane = emitter.lane();
    if (!lane.isVector() || emitter.folded.size() > MOST_UNROLLED) {
      begin(emitter, bases);
      return;
    }
    int row = code.local(1);
    code.iload(window.from());
    code.istore(row);
    code.loop(row, ROWS, () -> code.iload(window.to()), () -> emitter.group(lane, row, bases));
    Label none = new Label();
    code.iload(row);
    code.iload(window.to());
    code.mv().visitJumpInsn(Opcodes.IF_ICMPGE, none);
    LoopEmitter.Window left = new LoopEmitter.Window(row, window.to());
    begin(new ColumnEmitter(code, bits, kernel, left), bases);
    code.mv().visitLabel(none);
  }

  /** Some rows written out, for one vector of columns after the other. */
  private void group(Lane lane, int first, Nest.Bases bases) {
    List<Nest.Bases> places = new ArrayList<>();
    List<Body> rows = new ArrayList<>();
    for (int r = 0; r < ROWS; r++) {
      int row = code.local(1);
      code.iload(first);
      code.constant(r);
      code.insn(Opcodes.IADD);
      code.istore(row);
      Nest.Bases place = nest.enter(bases, columns + 1, row);
      Body body = new Body(code, Lane.SINGLE, outside(place));
      folded.stream().filter(i -> !nest.changes(i, columns)).forEach(body::compute);
      places.add(place);
      rows.add(body);
    }
    int column = code.local(1);
    code.constant(0);
    code.istore(column);
    Runnable limit = () -> code.extent(extent(columns));
    code.loop(column, lane.lanes(), limit, () -> vector(lane, column, bases, places, rows, -1));
    if (!isWhole(lane)) {
      // what is left, in a vector that begins earlier; what it does again does not count
      int counted = code.local(2);
      code.mv().visitLdcInsn(-1L);
      code.constant(lane.lanes());
      limit.run();
      code.iload(column);
      code.insn(Opcodes.ISUB);
      code.insn(Opcodes.ISUB);
      code.insn(Opcodes.LSHL);
      code.mv().visitVarInsn(Opcodes.LSTORE, counted);
      limit.run();
      code.constant(lane.lanes());
      code.insn(Opcodes.ISUB);
      code.istore(column);
      vector(lane, column, bases, places, rows, counted);
    }
  }

  /** One vector of columns of some rows. */
  private void vector(
      Lane lane,
      int column,
      Nest.Bases bases,
      List<Nest.Bases> places,
      List<Body> rows,
      int counted) {
    Body sums = new Body(code, lane, across(lane, bases, column)).counting(counted);
    for (Instruction i : nest.instructions()) {
      if (nest.depth(i) <= columns + 1 && nest.phase(i) == 0) {
        sums.compute(i);
      }
    }
    List<Accumulator> accumulators = new ArrayList<>();
    folds.forEach(f -> accumulators.add(Accumulator.begin(sums, lane, f)));
    for (int r = 0; r < ROWS; r++) {
      Body body = rows.get(r).inner(lane, across(lane, places.get(r), column));
      for (Instruction i : folded) {
        if (!body.has(i) && nest.depth(i) <= columns + 1) {
          body.share(i, sums);
        }
        body.compute(i);
      }
      accumulators.forEach(a -> a.add(body, column));
    }
    for (int k = 0; k < folds.size(); k++) {
      sums.bind(folds.get(k), accumulators.get(k).lanes(sums), true);
    }
    nest.instructions().stream().filter(i -> nest.phase(i) > 0).forEach(sums::compute);
    nest.stores().forEach(store -> sums.write(store.access(), store.value()));
  }

  private Body.Indexer across(Lane lane, Nest.Bases bases, int column) {
    return new Body.Indexer() {
      @Override
      public void push(Access access) {
        nest.push(bases, access, columns, column, 0);
      }

      @Override
      public Extent stride(Access access) {
        return lane.isVector() ? nest.stride(access, columns) : Extent.ZERO;
      }
    };
  }

  private boolean isWhole(Lane lane) {
    return extent(columns).isConstant()
        && extent(columns).constant().getAsLong() % lane.lanes() == 0;
  }

  private static void begin(ColumnEmitter emitter, Nest.Bases bases) {
    emitter.level(0, bases, new Body(emitter.code, Lane.SINGLE, emitter.outside(bases)));
  }

  /** The axis that threads share. */
  static int shared(Kernel.Columns kernel) {
    int last = kernel.axes().size() - 1;
    return last < 2 ? last : kernel.reduced() == 0 ? 1 : 0;
  }

  private Extent extent(int loop) {
    return kernel.axes().get(order.get(loop));
  }

  private Body.Indexer outside(Nest.Bases bases) {
    return new Body.Indexer() {
      @Override
      public void push(Access access) {
        nest.push(bases, access);
      }

      @Override
      public Extent stride(Access access) {
        return Extent.ZERO;
      }
    };
  }

  private void level(int level, Nest.Bases bases, Body body) {
    for (Instruction i : nest.instructions()) {
      if (nest.depth(i) <= level && nest.phase(i) == 0) {
        body.compute(i);
      }
    }
    for (Kernel.Store store : nest.stores()) {
      if (level(store) == level) {
        body.write(store.access(), store.value());
      }
    }
    int index = code.local(1);
    boolean shared = level == 0 && window == null;
    if (shared) {
      code.iload(Code.FROM);
    } else {
      code.constant(0);
    }
    code.istore(index);
    Runnable limit = shared ? () -> code.iload(Code.TO) : () -> code.extent(extent(level));
    if (level < columns) {
      code.loop(
          index,
          1,
          limit,
          () -> {
            Nest.Bases inner = nest.enter(bases, level, index);
            level(level + 1, inner, body.inner(Lane.SINGLE, outside(inner)));
          });
      return;
    }
    Lane lane = lane();
    if (lane.isVector()) {
      if (folded.size() <= 12 && folds.size() <= 2) {
        code.loop(
            index,
            NEIGHBOURS * lane.lanes(),
            limit,
            () -> new Strip(lane, NEIGHBOURS, bases, body, index).emit());
      }
      code.loop(index, lane.lanes(), limit, () -> new Strip(lane, 1, bases, body, index).emit());
    }
    if (!lane.isVector() || !isWhole(lane)) {
      code.loop(index, 1, limit, () -> new Strip(Lane.SINGLE, 1, bases, body, index).emit());
    }
  }

  /** The number of loops inside which a store stands. */
  private int level(Kernel.Store store) {
    boolean folded = nest.phase(store.value()) > 0;
    int depth = Math.max(nest.depth(store.access()), nest.depth(store.value()));
    return folded ? columns + 1 : depth;
  }

  private Lane lane() {
    List<DType> dtypes = new ArrayList<>();
    boolean possible = true;
    for (Instruction i : nest.instructions()) {
      if (nest.depth(i) > columns) {
        dtypes.add(i.dtype());
        i.inputs().forEach(x -> dtypes.add(x.dtype()));
        possible &= nest.hasVectorForm(i, columns);
      }
    }
    for (Kernel.Store store : nest.stores()) {
      Extent stride = nest.stride(store.access(), columns);
      possible &= level(store) <= columns || stride.isOne();
    }
    Lane wide = Lane.of(bits, dtypes);
    if (!possible || !wide.isVector()) {
      return Lane.SINGLE;
    }
    long width =
        extent(columns).isConstant() ? extent(columns).constant().getAsLong() : Long.MAX_VALUE;
    return wide.lanes() > width ? Lane.SINGLE : wide;
  }

  /** Some neighbouring vectors of columns, or one column. */
  private final class Strip {
    private final Lane lane;
    private final int neighbours;
    private final Nest.Bases outer;
    private final List<Body> bodies = new ArrayList<>();
    private final List<Nest.Bases> bases = new ArrayList<>();

    Strip(Lane lane, int neighbours, Nest.Bases outer, Body body, int index) {
      this.lane = lane;
      this.neighbours = neighbours;
      this.outer = outer;
      for (int n = 0; n < neighbours; n++) {
        int column = index;
        if (n > 0) {
          column = code.local(1);
          code.iload(index);
          code.constant(n * lane.lanes());
          code.insn(Opcodes.IADD);
          code.istore(column);
        }
        Nest.Bases own = nest.enter(this.outer, columns, column);
        bases.add(own);
        bodies.add(body.inner(lane, along(own, -1)));
      }
    }

    private Body.Indexer along(Nest.Bases own, int row) {
      return new Body.Indexer() {
        @Override
        public void push(Access access) {
          if (row < 0) {
            nest.push(own, access);
          } else {
            nest.push(own, access, columns + 1, row, 0);
          }
        }

        @Override
        public Extent stride(Access access) {
          return lane.isVector() ? nest.stride(access, columns) : Extent.ZERO;
        }
      };
    }

    private void emit() {
      List<Map<Instruction.Folded, Accumulator>> vectors = new ArrayList<>();
      List<Map<Instruction.Folded, Integer>> numbers = new ArrayList<>();
      for (Body body : bodies) {
        for (Instruction i : nest.instructions()) {
          if (nest.depth(i) <= columns + 1 && nest.phase(i) == 0) {
            body.compute(i);
          }
        }
        vectors.add(new LinkedHashMap<>());
        numbers.add(new LinkedHashMap<>());
        for (Instruction.Folded f : folds) {
          if (isVector(body, f)) {
            vectors.getLast().put(f, Accumulator.begin(body, lane, f));
          } else {
            int local = code.local(f.dtype());
            Folds.begin(code, f, local);
            numbers.getLast().put(f, local);
          }
        }
      }
      reduce(row -> {
        for (int n = 0; n < neighbours; n++) {
          Body body = bodies.get(n).inner(lane, along(bases.get(n), row));
          folded.forEach(body::compute);
          vectors.get(n).values().forEach(a -> a.add(body, row));
          numbers.get(n).forEach((f, local) -> Folds.accumulate(body, f, local));
          for (Kernel.Store store : nest.stores()) {
            if (level(store) > columns + 1) {
              body.write(store.access(), store.value());
            }
          }
        }
      });
      for (int n = 0; n < neighbours; n++) {
        Body body = bodies.get(n);
        vectors.get(n).forEach((f, a) -> body.bind(f, a.lanes(body), true));
        numbers.get(n).forEach((f, local) -> body.bind(f, local, false));
        for (Instruction i : nest.instructions()) {
          if (nest.phase(i) > 0) {
            body.compute(i);
          }
        }
        for (Kernel.Store store : nest.stores()) {
          if (level(store) == columns + 1) {
            body.write(store.access(), store.value());
          }
        }
      }
    }

    /** The loop over the reduced axis, or over the window of it. */
    private void reduce(IntConsumer turn) {
      if (window == null) {
        code.count(kernel.axes().get(kernel.reduced()), turn);
      } else {
        int row = code.local(1);
        code.iload(window.from());
        code.istore(row);
        code.loop(row, 1, () -> code.iload(window.to()), () -> turn.accept(row));
      }
    }

    private boolean isVector(Body body, Instruction.Folded fold) {
      return body.isVector(fold.value());
    }
  }
}
