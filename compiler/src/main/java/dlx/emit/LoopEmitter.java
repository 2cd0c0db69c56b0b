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

  /** So many rows are walked together at most. */
  static final int TOGETHER = 4;

  /** So many rows of one vector each are done together at most. */
  private static final int SHORT_TOGETHER = 2;

  /** Rows with so few values are walked four together, since those of all fit into registers. */
  private static final int MOST_FOR_FOUR = 8;

  /** Rows of so many operations are walked two together. */
  private static final int MOST_FOR_TWO = 48;

  /** With more operations, neighbours along the row do not fit into registers beside other rows. */
  private static final int MOST_FOR_NEIGHBOURS = 8;

  /** So many rows may be walked together. */
  private final int most;

  private final Code code;
  private final int bits;
  private final Kernel.Loops kernel;
  private final Nest nest;
  private final int last;
  private final List<Window> windows;
  private final ShortRows shortRows;

  /** Is it known of the rows that are written now that each may be a vector? */
  private boolean hasRoom;

  private final List<Recall.Pass> walks = new ArrayList<>();
  private final Recall recall;

  /** Locals with the first position of an axis and the one after the last. */
  record Window(int from, int to) {}

  private LoopEmitter(Code code, int bits, Kernel.Loops kernel, List<Window> windows, int most) {
    this.most = most;
    this.code = code;
    this.bits = bits;
    this.kernel = kernel;
    this.windows = windows;
    this.last = kernel.axes().size() - 1;
    this.nest = new Nest(code, kernel.stores(), last + 1, l -> l, Math.max(0, last));
    this.shortRows = new ShortRows(code, bits, kernel, nest, windows.isEmpty());
    for (int phase = 0; phase <= nest.phases(); phase++) {
      List<Instruction> roots = new ArrayList<>();
      folds(phase).forEach(f -> roots.add(f.value()));
      List<Kernel.Store> stores = stores(phase);
      stores.forEach(s -> roots.add(s.value()));
      walks.add(new Recall.Pass(roots, stores));
    }
    this.recall = new Recall(walks, nest.stores());
  }

  /**
   * @param most so many rows may be walked together
   */
  static void emit(Code code, int bits, Kernel.Loops kernel, int most) {
    window(code, bits, kernel, List.of(), new Nest.Bases(), most);
  }

  /**
   * Loops over a part of the axes; folds need all of theirs.
   *
   * @param windows one for each axis; that of the last ends with it and begins with it or at a
   *     vector
   * @param bases the fixed part of accesses whose offset is not known to the compiler
   * @param most so many rows may be walked together
   */
  static void window(
      Code code, int bits, Kernel.Loops kernel, List<Window> windows, Nest.Bases bases, int most) {
    LoopEmitter emitter = new LoopEmitter(code, bits, kernel, windows, most);
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
      rows(List.of(new Row(bases, body)), Walk.LONG);
      return;
    }
    hoist(body, level, 0);
    storesAt(body, level, 0);
    if (level == last - 1) {
      rowLoops(level, bases, body);
      return;
    }
    loop(
        level,
        1,
        index -> {
          Row row = row(level, bases, body, index);
          if (level > 0 || !shortRows.canLookAhead(level + 1)) {
            level(level + 1, row.bases(), row.body());
            return;
          }
          shortRows.choose(
              level + 1,
              access -> nest.push(row.bases(), access),
              () -> {
                hasRoom = true;
                level(level + 1, row.bases(), row.body().inner(Lane.SINGLE, indexer(row.bases())));
                hasRoom = false;
              },
              () -> level(level + 1, row.bases(), row.body()));
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

  /** A row: where it is, and what is known before it is walked. */
  private record Row(Nest.Bases bases, Body body) {}

  private Row row(int axis, Nest.Bases bases, Body body, int index) {
    Nest.Bases inner = nest.enter(bases, axis, index);
    return new Row(inner, body.inner(Lane.SINGLE, indexer(inner)));
  }

  /**
   * Loops over the rows, some together; where too few are left, the last one is done twice at the
   * same time, step by step with itself.
   */
  private void rowLoops(int axis, Nest.Bases bases, Body body) {
    int index = code.local(1);
    start(axis, index);
    if (areShort()) {
      shortRowLoops(axis, bases, body, index);
      return;
    }
    int together = together();
    if (together == 1) {
      loop(axis, 1, i -> rows(List.of(row(axis, bases, body, i)), Walk.LONG), index);
      return;
    }
    Label few = new Label();
    Label done = new Label();
    boolean mayBeFew = !kernel.axes().get(last).isConstant();
    if (mayBeFew) {
      code.extent(kernel.axes().get(last));
      code.constant(longestLane());
      code.mv().visitJumpInsn(Opcodes.IF_ICMPLT, few);
    }
    int end = code.local(1);
    limit(axis);
    code.istore(end);
    code.loop(
        index,
        together,
        () -> {
          code.iload(end);
          code.constant(together - 1);
          code.insn(Opcodes.IADD);
        },
        () -> {
          rows(neighbours(axis, bases, body, index, end, together), Walk.LONG);
        });
    if (mayBeFew) {
      code.mv().visitJumpInsn(Opcodes.GOTO, done);
      code.mv().visitLabel(few);
      loop(axis, 1, i -> rows(List.of(row(axis, bases, body, i)), Walk.FEW), index);
      code.mv().visitLabel(done);
    }
  }

  /** Some rows from an index on; those behind the end are the last one. */
  private List<Row> neighbours(
      int axis, Nest.Bases bases, Body body, int index, int end, int count) {
    List<Row> rows = new ArrayList<>();
    for (int r = 0; r < count; r++) {
      int at = code.local(1);
      code.iload(index);
      code.constant(r);
      code.insn(Opcodes.IADD);
      code.iload(end);
      code.constant(1);
      code.insn(Opcodes.ISUB);
      code.callStatic("java/lang/Math", "min", "(II)I");
      code.istore(at);
      rows.add(row(axis, bases, body, at));
    }
    return rows;
  }

  /** Are rows with folds shorter than a vector, and still done as vectors? */
  private boolean areShort() {
    return shortRows.areFolded() && most > 0;
  }

  /**
   * Rows of one vector each, some together; through memory of the thread where there is no room.
   */
  private void shortRowLoops(int axis, Nest.Bases bases, Body body, int index) {
    int together = Math.min(most, SHORT_TOGETHER);
    int end = code.local(1);
    limit(axis);
    code.istore(end);
    code.loop(
        index,
        together,
        () -> {
          code.iload(end);
          code.constant(together - 1);
          code.insn(Opcodes.IADD);
        },
        () -> {
          Label few = new Label();
          Label done = new Label();
          List<Row> rows = neighbours(axis, bases, body, index, end, together);
          rows.forEach(row -> shortRows.jumpIfFew(access -> nest.push(row.bases(), access), few));
          rows(rows, Walk.SHORT);
          code.mv().visitJumpInsn(Opcodes.GOTO, done);
          code.mv().visitLabel(few);
          int at = code.local(1);
          code.iload(index);
          code.istore(at);
          code.loop(
              at,
              1,
              () -> {
                code.iload(index);
                code.constant(together);
                code.insn(Opcodes.IADD);
                code.iload(end);
                code.callStatic("java/lang/Math", "min", "(II)I");
              },
              () -> rows(List.of(row(axis, bases, body, at)), Walk.EDGE));
          code.mv().visitLabel(done);
        });
  }

  /** How rows are walked. */
  private enum Walk {
    /** As their length says, which may have to be asked. */
    LONG,
    /** They are shorter than a vector, and done number by number. */
    FEW,
    /** They are shorter than a vector, and one each. */
    SHORT,
    /** So too, where memory ends. */
    EDGE
  }

  /**
   * How many rows are walked together, so that one need not wait for the ends of the folds of
   * another, and what is the same for all is loaded once.
   */
  private int together() {
    int values = 0;
    int weight = 0;
    boolean vectors = nest.phases() > 0;
    for (int phase = 0; phase < walks.size(); phase++) {
      List<Instruction> inside = inside(phase);
      values += inside.size();
      weight += weight(inside);
      vectors &= walks.get(phase).roots().isEmpty() || choose(walks.get(phase), inside).isVector();
    }
    int wanted = values <= MOST_FOR_FOUR ? TOGETHER : weight <= MOST_FOR_TWO ? 2 : 1;
    return vectors ? Math.clamp(wanted, 1, Math.max(1, most)) : 1;
  }

  /** What instructions cost for every element, in simple operations. */
  private static int weight(List<Instruction> instructions) {
    return instructions.stream().mapToInt(i -> 1 + Recall.cost(i)).sum();
  }

  private int longestLane() {
    int longest = 1;
    for (int phase = 0; phase < walks.size(); phase++) {
      if (!walks.get(phase).roots().isEmpty()) {
        longest = Math.max(longest, choose(walks.get(phase), inside(phase)).lanes());
      }
    }
    return longest;
  }

  /**
   * All that is done with some rows. What they load comes before what they store, since it may be
   * one row several times, and a result may lie over an argument.
   *
   * @param walk how they are walked
   */
  private void rows(List<Row> rows, Walk walk) {
    for (int phase = 0; phase < walks.size(); phase++) {
      for (Row row : rows) {
        hoist(row.body(), last, phase);
        locate(row.body(), phase);
      }
      for (Row row : rows) {
        storesAt(row.body(), last, phase);
      }
      if (!walks.get(phase).roots().isEmpty()) {
        new Pass(rows, phase, walk).emit();
      }
    }
  }

  /**
   * Checks the positions of picks that are the same for all of a row before it is walked, if it is
   * known to have elements: what nobody reads may be out of range.
   */
  private void locate(Body body, int phase) {
    Extent extent = kernel.axes().get(last);
    if (!extent.isConstant() || extent.isZero() || !windows.isEmpty()) {
      return;
    }
    for (Instruction i : inside(phase)) {
      if (i instanceof Instruction.Pick pick && !nest.changes(pick.index(), last)) {
        body.locate(pick);
      }
    }
  }

  /** What a pass computes or finds for every element. */
  private List<Instruction> inside(int phase) {
    return recall.inside(phase).stream().filter(i -> nest.depth(i) > last).toList();
  }

  /** Vectors if everything in a pass has a vector form, not wider than the row. */
  private Lane choose(Recall.Pass walk, List<Instruction> inside) {
    List<DType> dtypes = new ArrayList<>();
    boolean possible = true;
    for (Instruction i : inside) {
      dtypes.add(i.dtype());
      i.inputs().forEach(x -> dtypes.add(x.dtype()));
      possible &= nest.hasVectorForm(i, last);
    }
    walk.roots().forEach(i -> dtypes.add(i.dtype()));
    for (Kernel.Store store : walk.stores()) {
      possible &= nest.stride(store.access(), last).isOne();
    }
    Lane wide = Lane.of(bits, dtypes);
    if (!possible || !wide.isVector()) {
      return Lane.SINGLE;
    }
    Extent extent = kernel.axes().get(last);
    long width = extent.isConstant() ? extent.constant().getAsLong() : Long.MAX_VALUE;
    return wide.lanes() > width ? Lane.SINGLE : wide;
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

  /** One walk along the last axis, of one row or of several together. */
  private final class Pass {
    private final List<Row> rows;
    private final Walk walk;
    private final List<Instruction.Folded> folds;
    private final List<Kernel.Store> stores;
    private final Map<Instruction, Access> found;
    private final Map<Instruction, Access> left;
    private final List<Instruction> inside;
    private final Lane lane;
    private final Extent extent = kernel.axes().get(last);

    Pass(List<Row> rows, int phase, Walk walk) {
      this.rows = rows;
      this.walk = walk;
      this.folds = folds(phase);
      this.stores = walks.get(phase).stores();
      this.found = recall.reads(phase);
      this.left = recall.writes(phase);
      this.inside = inside(phase);
      this.lane =
          switch (walk) {
            case LONG -> choose(walks.get(phase), inside);
            case FEW -> Lane.SINGLE;
            case SHORT, EDGE -> shortRows.lane();
          };
    }

    private void emit() {
      List<Map<Instruction.Folded, Integer>> numbers = new ArrayList<>();
      for (int r = 0; r < rows.size(); r++) {
        Map<Instruction.Folded, Integer> own = new LinkedHashMap<>();
        folds.forEach(f -> own.put(f, code.local(f.dtype())));
        numbers.add(own);
      }
      int index = code.local(1);
      start(last, index);
      if (walk == Walk.SHORT || walk == Walk.EDGE) {
        alone(index, numbers);
      } else if (!lane.isVector() && shortRows.arePossible()) {
        Row row = rows.getFirst();
        Runnable vector =
            () -> {
              Body body = row.body().inner(shortRows.lane(), along(row, index, 0, true));
              shortRows.bind(body);
              work(body);
              leave(body);
            };
        if (hasRoom) {
          vector.run();
        } else {
          shortRows.choose(
              access -> nest.push(row.bases(), access),
              vector,
              () -> singles(index, numbers.getFirst()));
        }
      } else if (!lane.isVector()) {
        singles(index, numbers.getFirst());
      } else if (isWhole() || isRow() || rows.size() > 1) {
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
        singles(index, numbers.getFirst());
        code.mv().visitLabel(end);
      }
      for (int r = 0; r < rows.size(); r++) {
        Body body = rows.get(r).body();
        numbers.get(r).forEach((fold, local) -> body.bind(fold, local, false));
      }
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
    private void vectors(int index, List<Map<Instruction.Folded, Integer>> numbers) {
      int unroll = unroll();
      // of every row and every one of the neighbouring vectors
      List<List<List<Accumulator>>> accumulators = new ArrayList<>();
      List<Body> plain = new ArrayList<>();
      for (Row row : rows) {
        Body body = row.body().inner(lane, indexer(row.bases()));
        List<List<Accumulator>> own = new ArrayList<>();
        for (int u = 0; u < unroll; u++) {
          List<Accumulator> one = new ArrayList<>();
          folds.forEach(f -> one.add(Accumulator.begin(body, lane, f)));
          own.add(one);
        }
        plain.add(body);
        accumulators.add(own);
      }
      if (unroll > 1) {
        loop(
            last,
            unroll * lane.lanes(),
            i -> {
              for (int u = 0; u < unroll; u++) {
                turn(i, u * lane.lanes(), nth(accumulators, u), -1);
              }
            },
            index);
      }
      loop(last, lane.lanes(), i -> turn(i, 0, nth(accumulators, 0), -1), index);
      if (!isWhole()) {
        rest(index, nth(accumulators, 0));
      }
      for (int r = 0; r < rows.size(); r++) {
        for (int k = 0; k < folds.size(); k++) {
          int fold = k;
          List<Accumulator> all = accumulators.get(r).stream().map(a -> a.get(fold)).toList();
          int into = numbers.get(r).get(folds.get(k));
          all.getFirst().number(plain.get(r), lane, all.subList(1, all.size()), into);
        }
      }
    }

    /** Rows of one vector each; lanes behind the end of a row do not count. */
    private void alone(int index, List<Map<Instruction.Folded, Integer>> numbers) {
      int counted = code.local(2);
      code.mv().visitLdcInsn((1L << shortRows.length()) - 1);
      code.mv().visitVarInsn(Opcodes.LSTORE, counted);
      List<List<Accumulator>> accumulators = new ArrayList<>();
      List<Body> plain = new ArrayList<>();
      for (Row row : rows) {
        Body body = row.body().inner(lane, indexer(row.bases()));
        accumulators.add(folds.stream().map(f -> Accumulator.begin(body, lane, f)).toList());
        plain.add(body);
      }
      turn(index, 0, accumulators, counted);
      for (int r = 0; r < rows.size(); r++) {
        for (int k = 0; k < folds.size(); k++) {
          int into = numbers.get(r).get(folds.get(k));
          accumulators.get(r).get(k).number(plain.get(r), lane, List.of(), into);
        }
      }
    }

    /** Of every row the accumulators of one of the neighbouring vectors. */
    private static List<List<Accumulator>> nth(List<List<List<Accumulator>>> rows, int u) {
      return rows.stream().map(own -> own.get(u)).toList();
    }

    /**
     * What is left at the end of a row, in one vector that begins earlier. What it does again
     * counts neither for folds nor in memory, which may hold results already where the arguments
     * were.
     */
    private void rest(int index, List<List<Accumulator>> accumulators) {
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
      if (folds.isEmpty() || Form.isShort(extent)) {
        return 1;
      }
      if (rows.size() > 1) {
        return weight(inside) <= MOST_FOR_NEIGHBOURS ? Math.max(1, ACCUMULATORS / rows.size()) : 1;
      }
      return inside.size() <= 12 ? ACCUMULATORS : 1;
    }

    /**
     * @param accumulators of every row
     * @param counted the local with a bit for each lane that counts; -1 if all do
     */
    private void turn(int index, int ahead, List<List<Accumulator>> accumulators, int counted) {
      List<Body> bodies = new ArrayList<>();
      for (Row row : rows) {
        Body body = row.body().inner(lane, along(row, index, ahead, true)).counting(counted);
        body.through(walk == Walk.EDGE ? shortRows.length() : 0);
        if (walk == Walk.SHORT || walk == Walk.EDGE) {
          shortRows.bind(body);
        }
        if (!bodies.isEmpty()) {
          inside.stream().filter(this::isSame).forEach(i -> body.share(i, bodies.getFirst()));
        }
        work(body);
        bodies.add(body);
      }
      for (int r = 0; r < rows.size(); r++) {
        Body body = bodies.get(r);
        accumulators.get(r).forEach(a -> a.add(body, index));
        leave(body);
      }
    }

    /** Is a value the same in all rows that are walked together? */
    private boolean isSame(Instruction instruction) {
      return !found.containsKey(instruction) && !nest.changes(instruction, last - 1);
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
            Row row = rows.getFirst();
            Body body = row.body().inner(Lane.SINGLE, along(row, i, 0, false));
            work(body);
            for (Instruction.Folded f : folds) {
              if (f.kind() == Reduction.Kind.ARGMAX) {
                Folds.argmax(body, f, best.get(f), numbers.get(f), i);
              } else {
                Folds.accumulate(body, f, numbers.get(f));
              }
            }
            leave(body);
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
    }

    private void leave(Body body) {
      left.forEach((value, place) -> body.write(place, value));
      stores.forEach(s -> body.write(s.access(), s.value()));
    }

    private Body.Indexer along(Row row, int index, int ahead, boolean vector) {
      return new Body.Indexer() {
        @Override
        public void push(Access access) {
          nest.push(row.bases(), access, last, index, ahead);
        }

        @Override
        public Extent stride(Access access) {
          return vector ? nest.stride(access, last) : Extent.ZERO;
        }
      };
    }
  }
}
