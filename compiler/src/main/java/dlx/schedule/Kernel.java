package dlx.schedule;

import dlx.graph.Contraction;
import dlx.graph.Extent;
import dlx.source.Span;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A piece of work over buffers. Kernels run one after the other; inside one, threads share the
 * work.
 */
public sealed interface Kernel {
  /** Where the work comes from. */
  Span span();

  /** What is read. */
  Stream<Buffer> reads();

  /** What is written. */
  Stream<Buffer> writes();

  /** A value and where it goes. */
  record Store(Access access, Instruction value) {}

  /**
   * Loops over {@code axes}. The last axis is walked once or several times for every turn of the
   * others: as often as folds over it need the results of other folds.
   *
   * @param axes extents, outermost first; empty for numbers
   * @param stores each at the depth of its access
   */
  record Loops(List<Extent> axes, List<Store> stores, Span span) implements Kernel {
    /** The same with values instead of what is read from some buffers, which must be numbers. */
    public Loops withLoads(java.util.Map<Buffer, Instruction> values) {
      Rewriting rewriting =
          new Rewriting() {
            @Override
            public Access access(Access access) {
              return access;
            }

            @Override
            public Instruction load(Instruction.Load load) {
              Instruction value = values.get(load.access().buffer());
              return value == null ? load : value;
            }
          };
      return new Loops(axes, rewriting.stores(stores), span);
    }

    /** The same over other axes. */
    public Loops over(List<Extent> others, java.util.function.UnaryOperator<Access> accesses) {
      Rewriting rewriting = accesses::apply;
      return new Loops(others, rewriting.stores(stores), span);
    }

    @Override
    public Stream<Buffer> reads() {
      return Kernel.loads(stores);
    }

    @Override
    public Stream<Buffer> writes() {
      return stores.stream().map(s -> s.access().buffer());
    }
  }

  /**
   * Folds over an axis that is not the last: {@code axes[reduced]} is walked inside the last one.
   * Accesses of values under a fold have a stride for every axis; accesses of stores and of loads
   * beside the folds have stride 0 for the reduced axis.
   */
  record Columns(List<Extent> axes, int reduced, List<Store> stores, Span span) implements Kernel {
    @Override
    public Stream<Buffer> reads() {
      return Kernel.loads(stores);
    }

    @Override
    public Stream<Buffer> writes() {
      return stores.stream().map(s -> s.access().buffer());
    }
  }

  /**
   * One pass over the rows of matrices, some rows at a time while they are in a near cache: first
   * {@code steps}, which need nothing of other rows, then {@code sums} over these rows, which are
   * added to those of the rows before.
   *
   * <p>The rows are cut into {@code parts}, whatever the number of threads is; each part has sums
   * of its own, the sums of part p at p * columns, and begins with 0.
   *
   * @param rows the first axis of all steps and of the sums
   * @param parts how many parts there are
   * @param block how many rows are taken at a time
   * @param steps loops over the rows and whatever lies inside
   * @param sums over the rows; each store is of a buffer's element plus a fold
   */
  record Sweep(Extent rows, int parts, int block, List<Loops> steps, Columns sums, Span span)
      implements Kernel {
    public Sweep {
      steps = List.copyOf(steps);
    }

    /** How many columns there are. */
    public Extent columns() {
      return sums.axes().getLast();
    }

    /** How many blocks of rows there are, the last one perhaps shorter. */
    public Extent blocks() {
      return rows.plus(block - 1).floorDivide(Extent.of(block));
    }

    /** All that it does, without the order. */
    public List<Kernel> all() {
      List<Kernel> all = new java.util.ArrayList<>(steps);
      all.add(sums);
      return all;
    }

    @Override
    public Stream<Buffer> reads() {
      return all().stream().flatMap(Kernel::reads);
    }

    @Override
    public Stream<Buffer> writes() {
      return all().stream().flatMap(Kernel::writes);
    }
  }

  /**
   * At every point (batch axes, row axes, column axes) the sum over k of a * b, which the stores
   * see as {@link Instruction.Summed}. Accesses of the operands have the strides of (batch axes,
   * row axes, column axes, summed axes), with stride 0 where an operand lacks the axis; those of
   * the stores and of what they load lack the summed axes.
   *
   * @param overlapping do neighbouring rows overlap in the result? Then the one store goes on by
   *     less than there are columns from row to row, and what meets there is added up
   * @param order of the products that are added up; sums that are begun are stored as they are,
   *     where they begin, and their columns fill vectors
   */
  record Product(
      List<Extent> batch,
      List<Extent> rows,
      List<Extent> columns,
      List<Extent> summed,
      Operand a,
      Operand b,
      List<Store> stores,
      boolean overlapping,
      Contraction.Order order,
      Span span)
      implements Kernel {
    /** Do the sums begin with what is stored? */
    public boolean begun() {
      return order == Contraction.Order.BEGUN;
    }

    /** Is the sum itself stored, columns side by side, and nothing else? */
    public boolean isPlain() {
      return !overlapping
          && stores.size() == 1
          && stores.getFirst().value() instanceof Instruction.Summed
          && (columns.getLast().isOne() || stores.getFirst().access().strides().getLast().isOne());
    }

    /** The same sums, of which something else is made. */
    public Product withStores(List<Store> others) {
      return new Product(batch, rows, columns, summed, a, b, others, overlapping, order, span);
    }

    /** The stores with another instruction for the sum. */
    public List<Store> storesOf(Instruction sum) {
      return storesOf(sum, -1);
    }

    /**
     * The stores with another instruction for the sum.
     *
     * @param without an axis that the accesses are not to have any more; -1 for none
     */
    public List<Store> storesOf(Instruction sum, int without) {
      Rewriting rewriting =
          new Rewriting() {
            @Override
            public Access access(Access access) {
              if (without < 0 || without >= access.strides().size()) {
                return access;
              }
              List<Extent> strides = new java.util.ArrayList<>(access.strides());
              strides.remove(without);
              return new Access(access.buffer(), access.offset(), strides);
            }

            @Override
            public Instruction sum(Instruction.Summed summed) {
              return sum;
            }
          };
      return rewriting.stores(stores);
    }

    @Override
    public Stream<Buffer> reads() {
      Stream<Buffer> operands =
          Stream.of(a, b)
              .flatMap(o -> Stream.of(o.access().buffer(), o.lying().buffer()))
              .distinct();
      Stream<Buffer> begin = begun() ? writes() : Stream.empty();
      return Stream.concat(Stream.concat(operands, begin), Kernel.loads(stores));
    }

    @Override
    public Stream<Buffer> writes() {
      return stores.stream().map(s -> s.access().buffer());
    }
  }

  /**
   * What a product multiplies.
   *
   * @param panel 0 if the operand lies as the access says; else how many neighbours of its last row
   *     or column axis lie side by side in a {@link Pack}: along this axis element i is {@code i /
   *     panel * stride + i % panel} from the first, and the summed axes are one
   * @param lying where it lies; the access, if it never lies elsewhere than in panels
   * @param lies 1 for sizes for which it is read where it lies, 0 for those for which it is packed
   */
  record Operand(Access access, int panel, Access lying, Extent lies) {
    /** One that is read where it lies. */
    public Operand(Access access) {
      this(access, 0, access, Extent.ONE);
    }

    /** One that is always packed. */
    public Operand(Access access, int panel) {
      this(access, panel, access, Extent.ZERO);
    }
  }

  /**
   * Copies an operand of a product into the order in which it is read: for every point of the outer
   * axes and every {@code panel} neighbours of the axis {@code line}, one after the other, all
   * summed positions, and of each the neighbours side by side; 0 where the axis has ended.
   *
   * @param from with the strides of (outer axes, line, summed axes)
   * @param wanted 1, or 0 for sizes for which the product reads the operand where it lies
   */
  record Pack(
      List<Extent> outer,
      Extent line,
      List<Extent> summed,
      int panel,
      Access from,
      Buffer to,
      Extent wanted,
      Span span)
      implements Kernel {
    @Override
    public Stream<Buffer> reads() {
      return Stream.of(from.buffer());
    }

    @Override
    public Stream<Buffer> writes() {
      return Stream.of(to);
    }

    /** How many panels there are for one point of the outer axes. */
    public Extent panels() {
      return line.plus(panel - 1).floorDivide(Extent.of(panel));
    }
  }

  /**
   * Links the positions that mean the same row of an axis, in order: links[row] is the first of
   * them, links[extent + position] the one after a position, and -1 none.
   *
   * @param checked is a position outside of the axis an error? If not, it is left out
   */
  record Link(Extent positions, Extent extent, Access ids, Buffer links, boolean checked, Span span)
      implements Kernel {
    @Override
    public Stream<Buffer> reads() {
      return Stream.of(ids.buffer());
    }

    @Override
    public Stream<Buffer> writes() {
      return Stream.of(links);
    }
  }

  /**
   * out[outer, row, inner] = 0 + g[outer, position, inner] + ... over the positions that a {@link
   * Link} has found for the row, in order. g and out lie side by side from their offsets on.
   */
  record Scatter(
      Extent outer,
      Extent positions,
      Extent extent,
      Extent inner,
      Access g,
      Buffer links,
      Access out,
      Span span)
      implements Kernel {
    @Override
    public Stream<Buffer> reads() {
      return Stream.of(g.buffer(), links);
    }

    @Override
    public Stream<Buffer> writes() {
      return Stream.of(out.buffer());
    }

    /** How many rows of {@code inner} elements there are in all. */
    public Extent units() {
      return outer.times(extent);
    }

    /** Additions for one of them, on average. */
    public Extent work() {
      return positions.plus(extent).floorDivide(extent.plus(1)).times(inner);
    }
  }

  /**
   * out[position * stride + i] = value[i] for i below {@code inner}, where position = sum of
   * positions[j] * strides[j]; the rest of out was copied before.
   */
  record Replace(
      Access out,
      Access value,
      List<Access> positions,
      List<Extent> extents,
      List<Extent> strides,
      Extent inner,
      boolean checked,
      Span span)
      implements Kernel {
    @Override
    public Stream<Buffer> reads() {
      return Stream.concat(
          Stream.of(value.buffer(), out.buffer()), positions.stream().map(Access::buffer));
    }

    @Override
    public Stream<Buffer> writes() {
      return Stream.of(out.buffer());
    }
  }

  /** out[row, :] = the positions that sort x[row, :] upwards, stable, NaN last. */
  record Sort(Extent rows, Extent columns, Access x, Access out, Span span) implements Kernel {
    @Override
    public Stream<Buffer> reads() {
      return Stream.of(x.buffer());
    }

    @Override
    public Stream<Buffer> writes() {
      return Stream.of(out.buffer());
    }
  }

  /**
   * A loop in which an element needs nothing of other elements: for every element all turns, with
   * what is carried in registers. Accesses have the strides of (axes, turn).
   *
   * @param stores for each variable where it begins, which is read, and what it becomes; then for
   *     each where it ends, and itself; then what every turn leaves
   */
  record Scan(
      List<Extent> axes,
      Extent turns,
      List<Instruction.Carried> variables,
      List<Store> stores,
      Span span)
      implements Kernel {
    /** Where a variable begins, and what it becomes. */
    public Store next(int variable) {
      return stores.get(variable);
    }

    /** Where a variable ends. */
    public Access end(int variable) {
      return stores.get(variables.size() + variable).access();
    }

    /** What every turn leaves. */
    public List<Store> stacked() {
      return stores.subList(2 * variables.size(), stores.size());
    }

    @Override
    public Stream<Buffer> reads() {
      return Stream.concat(
          Kernel.loads(stores),
          stores.subList(0, variables.size()).stream().map(s -> s.access().buffer()));
    }

    @Override
    public Stream<Buffer> writes() {
      return stores.subList(variables.size(), stores.size()).stream().map(s -> s.access().buffer());
    }
  }

  /**
   * {@code begin}, then {@code body} once per turn. At the end of a turn the arrays of buffers
   * change places, so that what was computed is what the next turn carries; before {@code begin}
   * they change places so often in the other direction that they are back after the last turn.
   *
   * @param loop its number, for {@link Turn}
   * @param turns how often
   * @param descending whether the last turn comes first
   * @param ending what may end it before that
   * @param swaps pairs whose arrays change places, one after the other
   * @param kept what lives from turn to turn: the carried variables and their new values
   */
  record Region(
      int loop,
      Extent turns,
      boolean descending,
      Ending ending,
      List<Kernel> begin,
      List<Kernel> body,
      List<Swap> swaps,
      List<Buffer> kept,
      Span span)
      implements Kernel {
    public Region {
      begin = List.copyOf(begin);
      body = List.copyOf(body);
      swaps = List.copyOf(swaps);
      kept = List.copyOf(kept);
    }

    /** The same loop around other kernels. */
    public Region withBody(List<Kernel> kernels) {
      return new Region(loop, turns, descending, ending, begin, kernels, swaps, kept, span);
    }

    @Override
    public Stream<Buffer> reads() {
      Stream<Buffer> limit = Stream.ofNullable(ending.limit()).map(Location::buffer);
      return Stream.concat(
          limit, Stream.concat(begin.stream(), body.stream()).flatMap(Kernel::reads));
    }

    @Override
    public Stream<Buffer> writes() {
      return Stream.concat(begin.stream(), body.stream()).flatMap(Kernel::writes);
    }
  }

  /**
   * What may end a loop before its last turn.
   *
   * @param stop the truth value that ends it before a turn; null if there is none
   * @param limit the number that says how many turns there are at most; null if there is none
   * @param rows what is 0 where no turn has written
   */
  record Ending(@Nullable Buffer stop, @Nullable Location limit, List<Rows> rows) {
    public Ending {
      rows = List.copyOf(rows);
    }

    public boolean isEarly() {
      return stop != null || limit != null;
    }
  }

  /** Where a loop stacks: a row of {@code size} elements for every turn. */
  record Rows(Location first, Extent size) {}

  /** Two buffers of one type and size. */
  record Swap(Buffer one, Buffer other) {}

  /** Every instruction that the stores need, inputs before users. No recursion. */
  static List<Instruction> instructions(List<Store> stores) {
    java.util.Map<Instruction, Boolean> state = new java.util.IdentityHashMap<>();
    java.util.ArrayDeque<Instruction> stack = new java.util.ArrayDeque<>();
    List<Instruction> order = new java.util.ArrayList<>();
    for (Store store : stores) {
      stack.push(store.value());
      while (!stack.isEmpty()) {
        Instruction top = stack.peek();
        @Nullable Boolean done = state.get(top);
        if (done == null) {
          state.put(top, false);
          for (Instruction input : top.inputs().reversed()) {
            if (!state.containsKey(input)) {
              stack.push(input);
            }
          }
        } else {
          stack.pop();
          if (!done) {
            state.put(top, true);
            order.add(top);
          }
        }
      }
    }
    return order;
  }

  private static Stream<Buffer> loads(List<Store> stores) {
    return instructions(stores).stream()
        .filter(i -> i instanceof Instruction.Load || i instanceof Instruction.Pick)
        .map(i -> i.access().buffer());
  }
}
