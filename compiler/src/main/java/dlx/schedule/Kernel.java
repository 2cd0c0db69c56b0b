package dlx.schedule;

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
   * c[batch, m, n] = sum over k of a[batch, m, k] * b[batch, k, n]; accesses have the strides of
   * (batch axes, m axes, n axes, k axes), with stride 0 where an operand lacks the axis.
   */
  record Product(
      List<Extent> batch,
      List<Extent> rows,
      List<Extent> columns,
      List<Extent> summed,
      Access a,
      Access b,
      Access c,
      Span span)
      implements Kernel {
    @Override
    public Stream<Buffer> reads() {
      return Stream.of(a.buffer(), b.buffer());
    }

    @Override
    public Stream<Buffer> writes() {
      return Stream.of(c.buffer());
    }
  }

  /**
   * out = 0; then for every (outer, position, inner): out[outer, ids[position], inner] += g[outer,
   * position, inner], positions in order. g and out lie side by side.
   */
  record Scatter(
      Extent outer,
      Extent positions,
      Extent extent,
      Extent inner,
      Buffer g,
      Access ids,
      Buffer out,
      boolean checked,
      Span span)
      implements Kernel {
    @Override
    public Stream<Buffer> reads() {
      return Stream.of(g, ids.buffer());
    }

    @Override
    public Stream<Buffer> writes() {
      return Stream.of(out);
    }
  }

  /**
   * out[position * stride + i] = value[i] for i below {@code inner}, where position = sum of
   * positions[j] * strides[j]; the rest of out was copied before.
   */
  record Replace(
      Buffer out,
      Buffer value,
      List<Access> positions,
      List<Extent> extents,
      List<Extent> strides,
      Extent inner,
      boolean checked,
      Span span)
      implements Kernel {
    @Override
    public Stream<Buffer> reads() {
      return Stream.concat(Stream.of(value, out), positions.stream().map(Access::buffer));
    }

    @Override
    public Stream<Buffer> writes() {
      return Stream.of(out);
    }
  }

  /** out[row, :] = the positions that sort x[row, :] upwards, stable, NaN last. */
  record Sort(Extent rows, Extent columns, Buffer x, Buffer out, Span span) implements Kernel {
    @Override
    public Stream<Buffer> reads() {
      return Stream.of(x);
    }

    @Override
    public Stream<Buffer> writes() {
      return Stream.of(out);
    }
  }

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
