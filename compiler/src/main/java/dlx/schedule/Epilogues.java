package dlx.schedule;

import dlx.graph.Extent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is computed of every sum of a product, element by element, becomes part of its kernel, if
 * nobody else reads the sums: the gradient of a matrix that an optimizer updates is never stored.
 *
 * <p>The product moves to where its reader was, or from there as far back as nobody reads or writes
 * what it overwrites: what is overwritten in place stays as it was planned, and what the product
 * reads need not be kept longer.
 */
final class Epilogues {
  /** Fewer rows are shared by threads along columns, which only plain sums are. */
  private static final long FEWEST_ROWS = 32;

  /** Shorter lines fill no vectors. */
  private static final long FEWEST_COLUMNS = 16;

  /** Some lines of sums should stay in the first cache until something is made of them. */
  private static final long MOST_COLUMNS = 1024;

  private final Map<Buffer, Integer> readers = new HashMap<>();
  private final Map<Buffer, Integer> writers = new HashMap<>();

  /** What is needed by more than kernels. */
  private final Set<Buffer> kept = new HashSet<>();

  private Epilogues() {}

  /** The same kernels, some of them as parts of products. */
  static List<Kernel> of(List<Kernel> kernels, List<Schedule.Commit> commits) {
    Epilogues epilogues = new Epilogues();
    commits.forEach(c -> epilogues.kept.add(c.from()));
    epilogues.count(kernels);
    return epilogues.list(kernels);
  }

  private void count(List<Kernel> kernels) {
    for (Kernel kernel : kernels) {
      if (kernel instanceof Kernel.Region region) {
        kept.addAll(region.kept());
        region.swaps().forEach(s -> kept.addAll(List.of(s.one(), s.other())));
        count(region.begin());
        count(region.body());
      } else {
        kernel.reads().distinct().forEach(b -> readers.merge(b, 1, Integer::sum));
        kernel.writes().forEach(b -> writers.merge(b, 1, Integer::sum));
      }
    }
  }

  private List<Kernel> list(List<Kernel> kernels) {
    List<Kernel> list = new ArrayList<>();
    Map<Buffer, Integer> sums = new HashMap<>();
    for (Kernel kernel : kernels) {
      if (kernel instanceof Kernel.Region region) {
        list.add(region.withBody(list(region.body())));
      } else if (!(kernel instanceof Kernel.Loops loops) || !join(list, sums, loops)) {
        note(kernel, list.size(), sums);
        list.add(kernel);
      }
    }
    return list;
  }

  /** Puts a product with what loops make of its sums at the end of the list, if it can. */
  private boolean join(List<Kernel> list, Map<Buffer, Integer> sums, Kernel.Loops loops) {
    for (Buffer read : loops.reads().distinct().toList()) {
      Integer at = sums.get(read);
      Kernel.Loops numbers = at == null ? null : numbers(loops);
      Kernel.Product joined =
          at == null ? null : joined(list, at, numbers == null ? loops : without(loops));
      if (joined == null
          || numbers != null
              && !Collections.disjoint(numbers.writes().toList(), joined.reads().toList())) {
        continue;
      }
      list.remove((int) at);
      int place = list.size();
      while (place > at
          && mayChange(list.get(place - 1), joined)
          && (numbers == null || mayChange(list.get(place - 1), numbers))) {
        place--;
      }
      list.add(place, joined);
      if (numbers != null) {
        list.add(place, numbers);
      }
      sums.clear(); // places have moved
      for (int i = 0; i < list.size(); i++) {
        note(list.get(i), i, sums);
      }
      return true;
    }
    return false;
  }

  /** May a kernel run before another one that came before it? What fails comes before updates. */
  private static boolean mayChange(Kernel before, Kernel kernel) {
    List<Buffer> writes = kernel.writes().toList();
    return !Independent.mayFail(before)
        && before.writes().noneMatch(writes::contains)
        && before.reads().noneMatch(writes::contains)
        && Collections.disjoint(before.writes().toList(), kernel.reads().toList());
  }

  /** Remembers where a product is whose sums only one kernel reads. */
  private void note(Kernel kernel, int at, Map<Buffer, Integer> sums) {
    if (kernel instanceof Kernel.Product product
        && product.isPlain()
        && !product.begun()
        && fits(product)) {
      Buffer to = product.stores().getFirst().access().buffer();
      if (to.role() == Buffer.Role.TEMPORARY
          && !kept.contains(to)
          && readers.getOrDefault(to, 0) == 1
          && writers.getOrDefault(to, 0) == 1) {
        sums.put(to, at);
      }
    }
  }

  private static boolean fits(Kernel.Product product) {
    Extent rows = Extent.product(product.rows());
    Extent columns = product.columns().getLast();
    return rows.isConstant()
        && rows.constant().getAsLong() >= FEWEST_ROWS
        && columns.isConstant()
        && columns.constant().getAsLong() >= FEWEST_COLUMNS
        && columns.constant().getAsLong() <= MOST_COLUMNS;
  }

  /** The product with what loops make of its sums; null if that cannot be. */
  private static Kernel.@Nullable Product joined(List<Kernel> list, int at, Kernel.Loops loops) {
    Kernel.Product product = (Kernel.Product) list.get(at);
    Set<Buffer> operands = new HashSet<>(product.reads().toList());
    boolean disturbed =
        list.subList(at + 1, list.size()).stream()
                .flatMap(Kernel::writes)
                .anyMatch(operands::contains)
            || loops.writes().anyMatch(operands::contains);
    if (disturbed || !isByElement(loops)) {
      return null;
    }
    List<Extent> axes = new ArrayList<>(product.batch());
    axes.addAll(product.rows());
    axes.addAll(product.columns());
    Kernel.Store sums = product.stores().getFirst();
    List<Integer> parts = parts(loops.axes(), axes);
    if (parts == null) {
      return null;
    }
    boolean[] moved = {false};
    Rewriting rewriting =
        new Rewriting() {
          @Override
          public Access access(Access access) {
            return spread(access, axes, parts);
          }

          @Override
          public Instruction load(Instruction.Load load) {
            Access from = access(load.access());
            if (from.buffer() != sums.access().buffer()) {
              return new Instruction.Load(from);
            }
            moved[0] |= !from.equals(sums.access());
            return new Instruction.Summed(from.buffer().dtype());
          }
        };
    List<Kernel.Store> stores = rewriting.stores(loops.stores());
    boolean each = stores.stream().allMatch(s -> isEach(s.access(), axes));
    return moved[0] || !each ? null : product.withStores(stores);
  }

  /**
   * The stores of numbers, which no element of the sums is needed for, such as a count of steps, as
   * a kernel of their own; null if there are none.
   */
  private static Kernel.@Nullable Loops numbers(Kernel.Loops loops) {
    List<Kernel.Store> numbers = loops.stores().stream().filter(Epilogues::isNumber).toList();
    Rewriting plain = access -> new Access(access.buffer(), access.offset(), List.of());
    return numbers.isEmpty() || numbers.size() == loops.stores().size()
        ? null
        : new Kernel.Loops(List.of(), plain.stores(numbers), loops.span());
  }

  private static Kernel.Loops without(Kernel.Loops loops) {
    return new Kernel.Loops(
        loops.axes(), loops.stores().stream().filter(s -> !isNumber(s)).toList(), loops.span());
  }

  private static boolean isNumber(Kernel.Store store) {
    return store.access().depth() == 0
        && Kernel.instructions(List.of(store)).stream()
            .allMatch(i -> i.access() == null || i.access().depth() == 0);
  }

  /** Is every element computed by itself, without anything that may fail? */
  private static boolean isByElement(Kernel.Loops loops) {
    return Kernel.instructions(loops.stores()).stream()
        .noneMatch(i ->
            i instanceof Instruction.Folded
                || i instanceof Instruction.Pick
                || i instanceof Instruction.Draw
                || i instanceof Instruction.Position);
  }

  /**
   * For each axis of a product the axis of loops that it is a part of: every axis of the loops is
   * some neighbouring ones as one. Null if it is not so.
   */
  private static @Nullable List<Integer> parts(List<Extent> loops, List<Extent> axes) {
    List<Integer> parts = new ArrayList<>();
    int next = 0;
    for (int loop = 0; loop < loops.size(); loop++) {
      Extent extent = Extent.ONE;
      while (!extent.equals(loops.get(loop)) && next < axes.size()) {
        extent = extent.times(axes.get(next++));
        parts.add(loop);
      }
      if (!extent.equals(loops.get(loop))) {
        return null;
      }
    }
    for (; next < axes.size() && axes.get(next).isOne(); next++) {
      parts.add(loops.size() - 1);
    }
    return next == axes.size() && !loops.isEmpty() ? parts : null;
  }

  /** An access of the loops as one of the product. */
  private static Access spread(Access access, List<Extent> axes, List<Integer> parts) {
    List<Extent> strides = new ArrayList<>();
    Extent inner = Extent.ONE;
    for (int axis = axes.size() - 1; axis >= 0; axis--) {
      if (axis < axes.size() - 1 && !parts.get(axis).equals(parts.get(axis + 1))) {
        inner = Extent.ONE;
      }
      int part = parts.get(axis);
      Extent stride =
          part < access.strides().size() ? access.strides().get(part).times(inner) : Extent.ZERO;
      strides.addFirst(axes.get(axis).isOne() ? Extent.ZERO : stride);
      inner = inner.times(axes.get(axis));
    }
    return new Access(access.buffer(), access.offset(), strides);
  }

  /** Has every point an element of its own? */
  private static boolean isEach(Access access, List<Extent> axes) {
    for (int axis = 0; axis < axes.size(); axis++) {
      if (access.strides().get(axis).isZero() && !axes.get(axis).isOne()) {
        return false;
      }
    }
    return true;
  }
}
