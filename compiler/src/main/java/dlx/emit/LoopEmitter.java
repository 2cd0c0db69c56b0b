package dlx.emit;

import dlx.graph.Extent;
import dlx.graph.Reduction;
import dlx.runtime.DType;
import dlx.schedule.Access;
import dlx.schedule.Form;
import dlx.schedule.Instruction;
import dlx.schedule.Kernel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.Label;
import org.objectweb.asm.Opcodes;

/**
 * The kernel Loops: loops over all axes; along the last one vectors, as often as folds need it.
 * What does not change along a loop is computed before it.
 */
final class LoopEmitter {
  /**
   * Accumulators that a fold of a long row uses, so that additions need not wait for each other.
   */
  private static final int ACCUMULATORS = 4;

  private final Code code;
  private final int bits;
  private final Kernel.Loops kernel;
  private final Nest nest;
  private final int last;
  private final List<Window> windows;
  private final ShortRows shortRows;

  /** Locals with the first position of an axis and the one after the last. */
  record Window(int from, int to) {}

  private LoopEmitter(Code code, int bits, Kernel.Loops kernel, List<Window> windows) {
    this.code = code;
    this.bits = bits;
    this.kernel = kernel;
    this.windows = windows;
    this.last = kernel.axes().size() - 1;
    this.nest = new Nest(code, kernel.stores(), last + 1, l -> l, Math.max(0, last));
    this.shortRows = new ShortRows(code, bits, kernel, nest, windows.isEmpty());
  }

  static void emit(Code code, int bits, Kernel.Loops kernel) {
    window(code, bits, kernel, List.of(), new Nest.Bases());
  }

  /**
   * Loops over a part of the axes, without folds.
   *
   * @param windows one for each axis; that of the last ends with it and begins with it or at a
   *     vector
   * @param bases the fixed part of accesses whose offset is not known to the compiler
   */
  static void window(
      Code code, int bits, Kernel.Loops kernel, List<Window> windows, Nest.Bases bases) {
    LoopEmitter emitter = new LoopEmitter(code, bits, kernel, windows);
    Body body = emitter.numbers(bases);
    if (emitter.last < 0) {
      emitter.hoist(body, 0, 0);
      emitter.storesAt(body, 0, 0);
    } else {
      emitter.shortRows.begin(emitter.serial());
      emitter.level(0, bases, body);
    }
  }

  /** Can threads share the first axis? Not if it is the axis of a fold. */
  static boolean isSerial(Kernel.Loops kernel) {
    return kernel.axes().isEmpty()
        || kernel.axes().size() == 1
            && Kernel.instructions(kernel.stores()).stream()
                .anyMatch(i -> i instanceof Instruction.Folded);
  }

  private boolean serial() {
    return isSerial(kernel);
  }

  /** A body of plain numbers outside of the last loop. */
  private Body numbers(Nest.Bases bases) {
    return new Body(code, Lane.SINGLE, indexer(bases));
  }

  private Body.Indexer indexer(Nest.Bases bases) {
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

  /** Inside {@code level} loops. */
  private void level(int level, Nest.Bases bases, Body body) {
    if (level == last) {
      rows(bases, body);
      return;
    }
    hoist(body, level, 0);
    storesAt(body, level, 0);
    loop(
        level,
        1,
        index -> {
          Nest.Bases inner = nest.enter(bases, level, index);
          level(level + 1, inner, body.inner(Lane.SINGLE, indexer(inner)));
        },
        null);
  }

  /** A loop over an axis; the first axis is the part of this thread. */
  private int loop(int axis, int step, java.util.function.IntConsumer turn, Integer index) {
    int local = index == null ? code.local(1) : index;
    if (index == null) {
      start(axis, local);
    }
    code.loop(local, step, () -> limit(axis), () -> turn.accept(local));
    return local;
  }

  private void limit(int axis) {
    if (!windows.isEmpty()) {
      code.iload(windows.get(axis).to());
    } else if (axis == 0 && !isSerial(kernel)) {
      code.iload(Code.TO);
    } else {
      code.extent(kernel.axes().get(axis));
    }
  }

  private void start(int axis, int local) {
    if (!windows.isEmpty()) {
      code.iload(windows.get(axis).from());
    } else if (axis == 0 && !isSerial(kernel)) {
      code.iload(Code.FROM);
    } else {
      code.constant(0);
    }
    code.istore(local);
  }

  /** Computes what depends on so many loops and so many folds. */
  private void hoist(Body body, int depth, int phase) {
    for (Instruction i : nest.instructions()) {
      boolean here = nest.depth(i) <= depth && nest.phase(i) == phase;
      if (here && !(i instanceof Instruction.Folded)) {
        body.compute(i);
      }
    }
  }

  private void storesAt(Body body, int depth, int phase) {
    for (Kernel.Store store : nest.stores()) {
      boolean outer = last < 0 || nest.depth(store.access()) <= last;
      int at = Math.max(nest.depth(store.access()), nest.depth(store.value()));
      if (outer && at == depth && nest.phase(store.value()) == phase) {
        body.write(store.access(), store.value());
      }
    }
  }

  // ------------------------------------------------------------------ the last axis

  private void rows(Nest.Bases bases, Body body) {
    List<Recall.Pass> walks = new ArrayList<>();
    List<List<Instruction.Folded>> folds = new ArrayList<>();
    for (int phase = 0; phase <= nest.phases(); phase++) {
      List<Instruction> roots = new ArrayList<>();
      folds.add(folds(phase));
      folds.getLast().forEach(f -> roots.add(f.value()));
      List<Kernel.Store> stores = stores(phase);
      stores.forEach(s -> roots.add(s.value()));
      walks.add(new Recall.Pass(roots, stores));
    }
    Recall recall = new Recall(walks, nest.stores());
    for (int phase = 0; phase < walks.size(); phase++) {
      hoist(body, last, phase);
      storesAt(body, last, phase);
      if (!walks.get(phase).roots().isEmpty()) {
        new Pass(bases, body, folds.get(phase), walks.get(phase), recall, phase).emit();
      }
    }
  }

  /** The folds that a pass works out. */
  private List<Instruction.Folded> folds(int phase) {
    List<Instruction.Folded> folds = new ArrayList<>();
    for (Instruction i : nest.instructions()) {
      if (i instanceof Instruction.Folded fold && nest.phase(fold.value()) == phase) {
        folds.add(fold);
      }
    }
    return folds;
  }

  /** What a pass stores for every element of the row. */
  private List<Kernel.Store> stores(int phase) {
    return nest.stores().stream()
        .filter(s -> nest.depth(s.access()) > last && nest.phase(s.value()) == phase)
        .toList();
  }

  /** One walk along the last axis. */
  private final class Pass {
    private final Nest.Bases bases;
    private final Body outer;
    private final List<Instruction.Folded> folds;
    private final List<Kernel.Store> stores;
    private final Map<Instruction, Access> found;
    private final Map<Instruction, Access> left;
    private final List<Instruction> inside;
    private final Lane lane;
    private final Extent extent = kernel.axes().get(last);

    Pass(
        Nest.Bases bases,
        Body outer,
        List<Instruction.Folded> folds,
        Recall.Pass walk,
        Recall recall,
        int phase) {
      this.bases = bases;
      this.outer = outer;
      this.folds = folds;
      this.stores = walk.stores();
      this.found = recall.reads(phase);
      this.left = recall.writes(phase);
      this.inside = recall.inside(phase).stream().filter(i -> nest.depth(i) > last).toList();
      this.lane = choose(walk.roots());
    }

    /** Vectors if everything here has a vector form, not wider than the row. */
    private Lane choose(List<Instruction> roots) {
      List<DType> dtypes = new ArrayList<>();
      boolean possible = true;
      for (Instruction i : inside) {
        dtypes.add(i.dtype());
        i.inputs().forEach(x -> dtypes.add(x.dtype()));
        possible &= nest.hasVectorForm(i, last);
      }
      roots.forEach(i -> dtypes.add(i.dtype()));
      for (Kernel.Store store : stores) {
        possible &= nest.stride(store.access(), last).isOne();
      }
      Lane wide = Lane.of(bits, dtypes);
      if (!possible || !wide.isVector()) {
        return Lane.SINGLE;
      }
      long width = extent.isConstant() ? extent.constant().getAsLong() : Long.MAX_VALUE;
      return wide.lanes() > width ? Lane.SINGLE : wide;
    }

    private void emit() {
      Map<Instruction.Folded, Integer> numbers = new LinkedHashMap<>();
      folds.forEach(f -> numbers.put(f, code.local(f.dtype())));
      int index = code.local(1);
      start(last, index);
      if (!lane.isVector() && shortRows.arePossible()) {
        shortRows.choose(
            access -> nest.push(bases, access),
            () -> {
              Body body = outer.inner(shortRows.lane(), along(index, 0, true));
              shortRows.bind(body);
              work(body);
              stores.forEach(s -> body.write(s.access(), s.value()));
            },
            () -> singles(index, numbers));
      } else if (!lane.isVector()) {
        singles(index, numbers);
      } else if (isWhole() || isRow()) {
        vectors(index, numbers);
      } else {
        Label few = new Label();
        Label end = new Label();
        limit(last);
        code.iload(index);
        code.insn(Opcodes.ISUB);
        code.constant(lane.lanes());
        code.mv().visitJumpInsn(Opcodes.IF_ICMPLT, few);
        vectors(index, numbers);
        code.mv().visitJumpInsn(Opcodes.GOTO, end);
        code.mv().visitLabel(few);
        singles(index, numbers);
        code.mv().visitLabel(end);
      }
      numbers.forEach((fold, local) -> outer.bind(fold, local, false));
    }

    /** Is what is walked always some whole vectors? */
    private boolean isWhole() {
      return extent.isConstant() && extent.constant().getAsLong() % lane.lanes() == 0;
    }

    /** Is what is walked always a row of known length, that is, of at least one vector? */
    private boolean isRow() {
      return extent.isConstant() && windows.isEmpty() && (last > 0 || isSerial(kernel));
    }

    /** All of at least one vector. */
    private void vectors(int index, Map<Instruction.Folded, Integer> numbers) {
      int unroll = unroll();
      List<List<Accumulator>> accumulators = new ArrayList<>();
      Body plain = outer.inner(lane, indexer(bases));
      for (int u = 0; u < unroll; u++) {
        List<Accumulator> one = new ArrayList<>();
        folds.forEach(f -> one.add(Accumulator.begin(plain, lane, f)));
        accumulators.add(one);
      }
      if (unroll > 1) {
        loop(
            last,
            unroll * lane.lanes(),
            i -> {
              for (int u = 0; u < unroll; u++) {
                turn(i, u * lane.lanes(), accumulators.get(u), -1);
              }
            },
            index);
      }
      loop(last, lane.lanes(), i -> turn(i, 0, accumulators.getFirst(), -1), index);
      if (!isWhole()) {
        rest(index, accumulators.getFirst());
      }
      for (int k = 0; k < folds.size(); k++) {
        int fold = k;
        List<Accumulator> all = accumulators.stream().map(a -> a.get(fold)).toList();
        all.getFirst().number(plain, lane, all.subList(1, all.size()), numbers.get(folds.get(k)));
      }
    }

    /**
     * What is left at the end of a row, in one vector that begins earlier. What it does again
     * counts neither for folds nor in memory, which may hold results already where the arguments
     * were.
     */
    private void rest(int index, List<Accumulator> accumulators) {
      Label none = new Label();
      int left = code.local(1);
      limit(last);
      code.iload(index);
      code.insn(Opcodes.ISUB);
      code.istore(left);
      if (!isRow()) {
        code.iload(left);
        code.mv().visitJumpInsn(Opcodes.IFLE, none);
      }
      limit(last);
      code.constant(lane.lanes());
      code.insn(Opcodes.ISUB);
      code.istore(index);
      code.mv().visitLdcInsn(-1L);
      code.constant(lane.lanes());
      code.iload(left);
      code.insn(Opcodes.ISUB);
      code.insn(Opcodes.LSHL);
      int counted = code.local(2);
      code.mv().visitVarInsn(Opcodes.LSTORE, counted);
      turn(index, 0, accumulators, counted);
      code.mv().visitLabel(none);
    }

    /** Folds over long rows of few operations take several accumulators. */
    private int unroll() {
      return !folds.isEmpty() && !Form.isShort(extent) && inside.size() <= 12 ? ACCUMULATORS : 1;
    }

    /**
     * @param counted the local with a bit for each lane that counts; -1 if all do
     */
    private void turn(int index, int ahead, List<Accumulator> accumulators, int counted) {
      Body body = outer.inner(lane, along(index, ahead, true)).counting(counted);
      work(body);
      accumulators.forEach(a -> a.add(body, index));
      stores.forEach(s -> body.write(s.access(), s.value()));
    }

    private void singles(int index, Map<Instruction.Folded, Integer> numbers) {
      Map<Instruction.Folded, Integer> best = new LinkedHashMap<>();
      for (Instruction.Folded f : folds) {
        Folds.begin(code, f, numbers.get(f));
        if (f.kind() == Reduction.Kind.ARGMAX) {
          DType dtype = f.value().dtype();
          int local = code.local(dtype);
          code.constant(0, dtype);
          code.store(dtype, local);
          best.put(f, local);
        }
      }
      loop(
          last,
          1,
          i -> {
            Body body = outer.inner(Lane.SINGLE, along(i, 0, false));
            work(body);
            for (Instruction.Folded f : folds) {
              if (f.kind() == Reduction.Kind.ARGMAX) {
                Folds.argmax(body, f, best.get(f), numbers.get(f), i);
              } else {
                Folds.accumulate(body, f, numbers.get(f));
              }
            }
            stores.forEach(s -> body.write(s.access(), s.value()));
          },
          index);
    }

    private void work(Body body) {
      for (Instruction i : inside) {
        if (found.containsKey(i)) {
          body.recall(i, found.get(i));
        } else {
          body.compute(i);
        }
      }
      left.forEach((value, place) -> body.write(place, value));
    }

    private Body.Indexer along(int index, int ahead, boolean vector) {
      return new Body.Indexer() {
        @Override
        public void push(Access access) {
          nest.push(bases, access, last, index, ahead);
        }

        @Override
        public Extent stride(Access access) {
          return vector ? nest.stride(access, last) : Extent.ZERO;
        }
      };
    }
  }
}
