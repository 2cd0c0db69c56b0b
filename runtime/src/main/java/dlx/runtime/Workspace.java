package dlx.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The memory of one call at a time: temporaries share arrays when their lives do not meet. Binding
 * to other sizes keeps the arrays that are large enough, so sizes that come back cost nothing.
 */
final class Workspace {
  private final Program program;
  private final Extents extents;
  final Frame frame;
  final Scratch scratch = new Scratch();
  private final long[] symbols;

  /** Where the caller collects sizes before binding to them. */
  final long[] wanted;

  private boolean bound;
  private final List<Slab> slabs = new ArrayList<>();
  private final int[] slabOf;

  /** An array that temporaries take in turn; from kernel {@code free} on nobody needs it. */
  private static final class Slab {
    final DType dtype;
    int size;
    int free;
    Object array;

    Slab(DType dtype) {
      this.dtype = dtype;
    }
  }

  Workspace(Program program, int buffers) {
    this.program = program;
    this.extents = new Extents(program.extents());
    this.frame = new Frame(buffers, program.extents().size(), program.draws().size());
    this.symbols = new long[program.symbols().size()];
    this.wanted = new long[program.symbols().size()];
    this.slabOf = new int[program.temporaries().size()];
    for (Program.Table table : program.tables()) {
      Tensor values = Tensor.zeros(table.dtype(), table.values().size());
      for (int i = 0; i < values.size(); i++) {
        values.set(i, table.values().get(i));
      }
      frame.set(table.buffer(), table.dtype(), values.data());
    }
  }

  boolean isBoundTo(long[] sizes) {
    return bound && Arrays.equals(symbols, sizes);
  }

  /** The bytes of all temporaries. */
  long bytes() {
    return slabs.stream().mapToLong(s -> (long) s.size * s.dtype.bytes()).sum();
  }

  void bind(long[] sizes) {
    if (isBoundTo(sizes)) {
      return;
    }
    bound = false;
    System.arraycopy(sizes, 0, symbols, 0, sizes.length);
    for (int i = 0; i < frame.extents.length; i++) {
      frame.extents[i] = extents.value(i, symbols);
    }
    assignSlabs();
    bound = true;
  }

  /** In the order of their first use, each into the free slab whose size is closest. */
  private void assignSlabs() {
    List<Program.Temporary> temporaries = program.temporaries();
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < temporaries.size(); i++) {
      order.add(i);
    }
    order.sort(Comparator.comparingInt(i -> temporaries.get(i).first()));
    for (Slab slab : slabs) {
      slab.free = -1;
      slab.size = 0;
    }
    for (int i : order) {
      Program.Temporary t = temporaries.get(i);
      int size = frame.extents[t.size()];
      Slab best = null;
      for (Slab slab : slabs) {
        if (slab.dtype == t.dtype()
            && slab.free < t.first()
            && (best == null || closer(slab, best, size))) {
          best = slab;
        }
      }
      if (best == null) {
        best = new Slab(t.dtype());
        slabs.add(best);
      }
      best.free = t.last();
      best.size = Math.max(best.size, size);
      slabOf[i] = slabs.indexOf(best);
    }
    for (Slab slab : slabs) {
      if (slab.array == null || java.lang.reflect.Array.getLength(slab.array) < slab.size) {
        slab.array = slab.dtype.newArray(slab.size);
      }
    }
    for (int i = 0; i < temporaries.size(); i++) {
      Program.Temporary t = temporaries.get(i);
      frame.set(t.buffer(), t.dtype(), slabs.get(slabOf[i]).array);
    }
  }

  /** Does {@code slab} waste less than {@code best} when it holds {@code size} elements? */
  private static boolean closer(Slab slab, Slab best, int size) {
    return Math.abs((long) slab.size - size) < Math.abs((long) best.size - size);
  }
}
