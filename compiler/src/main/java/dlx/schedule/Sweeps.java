package dlx.schedule;

import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.graph.Reduction;
import dlx.runtime.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One pass over a matrix instead of two: where rows are folded, numbers made of the results, and
 * these go with the same rows into sums over all rows, as the prediction, the loss and the gradient
 * of a regression,
 *
 * <pre>
 *   r = f(x w), g = x' r
 * </pre>
 *
 * <p>becomes a {@link Kernel.Sweep}: some rows at a time, which are still in a near cache when they
 * are needed again. Folds over the numbers of all rows, such as the loss, stay behind it; the sums
 * of its parts are added up by the kernel that had summed over the rows.
 */
final class Sweeps {
  /** Rows are cut into so many parts, which threads share. */
  private static final int PARTS = 4;

  /** So many bytes of a matrix at a time; about a cache of the first level. */
  private static final long NEAR = 64 << 10;

  /** With longer rows, sums would be moved more often than a matrix is spared. */
  private static final long LONGEST_ROW = 16 << 10;

  /** Shorter rows are not worth loops of their own. */
  private static final long LEAST_COLUMNS = 32;

  /** Bytes of the longest vectors there are. */
  private static final int VECTOR = 64;

  private final Storage storage;
  private final int capacity;
  private final List<Kernel> kernels;

  private Sweeps(List<Kernel> kernels, Storage storage, int capacity) {
    this.kernels = new ArrayList<>(kernels);
    this.storage = storage;
    this.capacity = capacity;
  }

  /**
   * @param kernels in the order in which they run
   * @param capacity how much may be in one kernel
   */
  static List<Kernel> of(List<Kernel> kernels, Storage storage, int capacity) {
    Sweeps sweeps = new Sweeps(kernels, storage, capacity);
    for (int i = 0; i < sweeps.kernels.size(); i++) {
      if (sweeps.kernels.get(i) instanceof Kernel.Columns sums) {
        sweeps.tryColumns(sums, i);
      }
    }
    return sweeps.kernels;
  }

  /**
   * A pass that is found.
   *
   * @param first the kernel that folds rows
   * @param middle those that make numbers of the results, and where they stand
   * @param last where the sums stand
   */
  private record Found(int first, List<Integer> middle, int last) {}

  private void tryColumns(Kernel.Columns sums, int last) {
    if (sums.axes().size() != 2 || sums.reduced() != 0 || !haveGoodSize(sums)) {
      return;
    }
    Set<Instruction> under = underFolds(sums.stores());
    if (!areSums(sums, under)) {
      return;
    }
    Found found = find(sums, under, last);
    if (found != null) {
      replace(sums, found);
    }
  }

  private static boolean haveGoodSize(Kernel.Columns sums) {
    Extent rows = sums.axes().get(0);
    Extent columns = sums.axes().get(1);
    int bytes = bytes(sums);
    if (!columns.isConstant() || bytes == 0) {
      return false;
    }
    long length = columns.constant().getAsLong();
    return length >= LEAST_COLUMNS
        && length * bytes <= LONGEST_ROW
        && (!rows.isConstant() || rows.constant().getAsLong() >= (long) PARTS * block(sums));
  }

  /** Bytes of an element of the matrices; 0 if they are of several types or not of floats. */
  private static int bytes(Kernel.Columns sums) {
    Set<DType> dtypes = new HashSet<>();
    Kernel.instructions(sums.stores()).forEach(i -> dtypes.add(i.dtype()));
    return dtypes.size() == 1 && dtypes.iterator().next().isFloat()
        ? dtypes.iterator().next().bytes()
        : 0;
  }

  /** How many rows at a time: as many as are near, some whole vectors of numbers. */
  private static int block(Kernel.Columns sums) {
    int lanes = VECTOR / bytes(sums);
    long row = sums.axes().get(1).constant().getAsLong() * bytes(sums);
    return Math.clamp(NEAR / row / lanes, 1, 4) * lanes;
  }

  private static Set<Instruction> underFolds(List<Kernel.Store> stores) {
    Set<Instruction> under = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Instruction i : Kernel.instructions(stores).reversed()) {
      if (i instanceof Instruction.Folded || under.contains(i)) {
        under.addAll(i.inputs());
      }
    }
    return under;
  }

  /** Is everything that is folded summed, and nothing stored for every row? */
  private static boolean areSums(Kernel.Columns sums, Set<Instruction> under) {
    return sums.stores().stream().allMatch(s -> s.access().strides().getFirst().isZero())
        && Kernel.instructions(sums.stores()).stream()
            .allMatch(i ->
                !(i instanceof Instruction.Folded f)
                    || f.kind() == Reduction.Kind.SUM && !under.contains(f));
  }

  // ------------------------------------------------------------------ what belongs together

  /**
   * The kernel before the sums that folds the rows of one of their matrices, and what lies between.
   */
  private @Nullable Found find(Kernel.Columns sums, Set<Instruction> under, int last) {
    Set<Buffer> matrices = new HashSet<>();
    Set<Buffer> needed = new HashSet<>();
    for (Instruction i : under) {
      if (i.access() != null && i.access().buffer() != null) {
        needed.add(i.access().buffer());
        if (isMatrix(i.access())) {
          matrices.add(i.access().buffer());
        }
      }
    }
    List<Integer> middle = new ArrayList<>();
    for (int at = last - 1; at >= 0; at--) {
      if (kernels.get(at).writes().noneMatch(needed::contains)) {
        continue;
      }
      if (!(kernels.get(at) instanceof Kernel.Loops loops)
          || loops.axes().isEmpty()
          || !loops.axes().getFirst().equals(sums.axes().getFirst())) {
        return null;
      }
      if (loops.axes().size() == 1) {
        middle.addFirst(at);
        loops.reads().forEach(needed::add);
      } else {
        Found found = new Found(at, middle, last);
        return foldsRows(loops, sums, matrices) && isLegal(found, sums, under) ? found : null;
      }
    }
    return null;
  }

  private static boolean isMatrix(Access access) {
    return access.strides().size() == 2 && access.strides().stream().noneMatch(Extent::isZero);
  }

  /** Does a kernel fold rows of the matrices, and store something for every row? */
  private static boolean foldsRows(Kernel.Loops loops, Kernel.Columns sums, Set<Buffer> matrices) {
    List<Instruction> all = Kernel.instructions(loops.stores());
    return loops.axes().equals(sums.axes())
        && all.stream().anyMatch(i -> i instanceof Instruction.Folded)
        && loops.stores().stream().noneMatch(s -> s.access().strides().getFirst().isZero())
        && Stream.concat(
                all.stream().map(Instruction::access),
                loops.stores().stream().map(Kernel.Store::access))
            .anyMatch(a -> a != null && isMatrix(a) && matrices.contains(a.buffer()));
  }

  /** May all of it run where the first kernel stands? */
  private boolean isLegal(Found found, Kernel.Columns sums, Set<Instruction> under) {
    List<Kernel.Loops> steps = steps(found);
    int size = Kernel.instructions(sums.stores()).size();
    Set<Buffer> reads = new HashSet<>();
    Set<Buffer> writes = new HashSet<>();
    for (Kernel.Loops step : steps) {
      size += Kernel.instructions(step.stores()).size();
      step.reads().forEach(reads::add);
      step.writes().forEach(writes::add);
    }
    under.stream()
        .filter(i -> i.access() != null && i.access().buffer() != null)
        .forEach(i -> reads.add(i.access().buffer()));
    if (size > capacity) {
      return false;
    }
    for (int at = found.first() + 1; at < found.last(); at++) {
      Kernel between = kernels.get(at);
      Stream<Buffer> written = between.writes();
      if (found.middle().contains(at)) {
        Kernel.Loops loops = (Kernel.Loops) between;
        // what needs all rows stays where it is
        written = behind(loops).stream().map(s -> s.access().buffer());
      } else if (between.reads().anyMatch(writes::contains) && readsEarly(found, between, at)) {
        return false;
      }
      if (written.anyMatch(b -> reads.contains(b) || writes.contains(b))) {
        return false;
      }
    }
    return true;
  }

  /** Does a kernel read what a later one of the steps writes? */
  private boolean readsEarly(Found found, Kernel between, int at) {
    Set<Buffer> later = new HashSet<>();
    found.middle().stream()
        .filter(m -> m > at)
        .forEach(m -> kernels.get(m).writes().forEach(later::add));
    return between.reads().anyMatch(later::contains);
  }

  private List<Kernel.Loops> steps(Found found) {
    List<Kernel.Loops> steps = new ArrayList<>();
    steps.add((Kernel.Loops) kernels.get(found.first()));
    for (int at : found.middle()) {
      Kernel.Loops loops = (Kernel.Loops) kernels.get(at);
      steps.add(new Kernel.Loops(loops.axes(), ofRows(loops), loops.span()));
    }
    return steps;
  }

  // ------------------------------------------------------------------ kernels in the middle

  /** What is stored for every row and needs no other row. */
  private static List<Kernel.Store> ofRows(Kernel.Loops loops) {
    Set<Instruction> after = afterFolds(loops);
    return loops.stores().stream()
        .filter(s -> s.access().depth() == 1 && !after.contains(s.value()))
        .toList();
  }

  private static List<Kernel.Store> behind(Kernel.Loops loops) {
    List<Kernel.Store> stores = new ArrayList<>(loops.stores());
    stores.removeAll(ofRows(loops));
    return stores;
  }

  private static Set<Instruction> afterFolds(Kernel.Loops loops) {
    Set<Instruction> after = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Instruction i : Kernel.instructions(loops.stores())) {
      if (i instanceof Instruction.Folded || i.inputs().stream().anyMatch(after::contains)) {
        after.add(i);
      }
    }
    return after;
  }

  /** What the steps store, and what is left of a kernel behind them. */
  private record Split(List<Kernel.Store> ofRows, List<Kernel.Store> behind) {}

  /** What is folded over all rows is left in memory by the step, so that nothing is done twice. */
  private Split split(Kernel.Loops loops) {
    List<Kernel.Store> ofRows = new ArrayList<>(ofRows(loops));
    Set<Instruction> after = afterFolds(loops);
    List<Kernel.Store> behind =
        new Rewriting() {
          @Override
          public Access access(Access access) {
            return access;
          }

          @Override
          public Instruction fold(Instruction.Folded fold, Instruction value) {
            boolean kept =
                fold.value() instanceof Instruction.Load
                    || after.contains(fold.value())
                    || fold.value().dtype() == DType.BOOL;
            if (kept) {
              return Rewriting.super.fold(fold, value);
            }
            Extent rows = loops.axes().getFirst();
            DType dtype = fold.value().dtype();
            Access row =
                new Access(
                    storage.temporary("rows of a fold", dtype, rows),
                    Extent.ZERO,
                    List.of(Extent.ONE));
            ofRows.add(new Kernel.Store(row, fold.value()));
            return new Instruction.Folded(fold.kind(), new Instruction.Load(row));
          }
        }.stores(behind(loops));
    return new Split(ofRows, behind);
  }

  // ------------------------------------------------------------------ the new kernels

  private void replace(Kernel.Columns sums, Found found) {
    List<Kernel.Loops> steps = new ArrayList<>();
    steps.add((Kernel.Loops) kernels.get(found.first()));
    List<Integer> gone = new ArrayList<>();
    for (int at : found.middle()) {
      Kernel.Loops loops = (Kernel.Loops) kernels.get(at);
      Split split = split(loops);
      steps.add(new Kernel.Loops(loops.axes(), split.ofRows(), loops.span()));
      if (split.behind().isEmpty()) {
        gone.add(at);
      } else {
        kernels.set(at, new Kernel.Loops(loops.axes(), split.behind(), loops.span()));
      }
    }
    Extent columns = sums.axes().get(1);
    List<Kernel.Store> partial = new ArrayList<>();
    List<Kernel.Store> total =
        new Rewriting() {
          @Override
          public Access access(Access access) {
            return access;
          }

          @Override
          public Instruction fold(Instruction.Folded fold, Instruction value) {
            Buffer parts = storage.temporary("sums of parts", fold.dtype(), columns.times(PARTS));
            Access part = new Access(parts, Extent.ZERO, List.of(Extent.ZERO, Extent.ONE));
            List<Instruction> both = List.of(new Instruction.Load(part), fold);
            partial.add(
                new Kernel.Store(part, new Instruction.Apply(Elementwise.ADD, both, fold.dtype())));
            Access all = new Access(parts, Extent.ZERO, List.of(columns, Extent.ONE));
            return new Instruction.Folded(fold.kind(), new Instruction.Load(all));
          }
        }.stores(sums.stores());
    List<Extent> parts = List.of(Extent.of(PARTS), columns);
    kernels.set(found.last(), new Kernel.Columns(parts, 0, total, sums.span()));
    kernels.set(
        found.first(),
        new Kernel.Sweep(
            sums.axes().getFirst(),
            PARTS,
            block(sums),
            steps,
            new Kernel.Columns(sums.axes(), 0, partial, sums.span()),
            sums.span()));
    gone.reversed().forEach(at -> kernels.remove((int) at));
  }
}
