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
  private final Extents extents;
  final Frame frame;
  final Scratch scratch = new Scratch();
  final Pace pace = new Pace();
  private final long[] symbols;

  /** Where the caller collects sizes before binding to them. */
  final long[] wanted;

  /** The call whose arrays are in the frame; null if it may be any. */
  Prepared placed;

  private boolean bound;
  private final List<Slab> slabs = new ArrayList<>();

  /** In the order of their first use. */
  private final Program.Temporary[] temporaries;

  private final Slab[] slabOf;

  /** An array that temporaries take in turn; behind position {@code free} nobody needs it. */
  private static final class Slab {
    final DType dtype;
    int size;
    int free;
    int length;
    Object array;

    Slab(DType dtype) {
      this.dtype = dtype;
    }
  }

  Workspace(Program program, int buffers) {
    this.extents = new Extents(program.extents());
    this.frame = new Frame(buffers, program.extents().size(), program.draws().size());
    this.symbols = new long[program.symbols().size()];
    this.wanted = new long[program.symbols().size()];
    this.temporaries = program.temporaries().toArray(Program.Temporary[]::new);
    Arrays.sort(temporaries, Comparator.comparingInt(Program.Temporary::first));
    this.slabOf = new Slab[temporaries.length];
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

  /** Forgets where arrays are: a call that fails in a loop leaves them anywhere. */
  void unbind() {
    bound = false;
    placed = null;
  }

  /** The bytes of the arrays of all temporaries. */
  long bytes() {
    return slabs.stream().mapToLong(s -> (long) s.length * s.dtype.bytes()).sum();
  }

  void bind(long[] sizes) {
    if (isBoundTo(sizes)) {
      return;
    }
    bound = false;
    pace.interrupt();
    System.arraycopy(sizes, 0, symbols, 0, sizes.length);
    for (int i = 0; i < frame.extents.length; i++) {
      frame.extents[i] = extents.value(i, symbols);
    }
    assignSlabs();
    bound = true;
  }

  /** In the order of their first use, each into the free slab whose size is closest. */
  private void assignSlabs() {
    for (int s = 0; s < slabs.size(); s++) {
      slabs.get(s).free = -1;
      slabs.get(s).size = 0;
    }
    for (int i = 0; i < temporaries.length; i++) {
      Program.Temporary t = temporaries[i];
      int size = frame.extents[t.size()];
      Slab best = null;
      for (int s = 0; s < slabs.size(); s++) {
        Slab slab = slabs.get(s);
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
      slabOf[i] = best;
    }
    for (int s = 0; s < slabs.size(); s++) {
      Slab slab = slabs.get(s);
      if (slab.length < slab.size || slab.array == null) {
        slab.array = slab.dtype.newArray(slab.size);
        slab.length = slab.size;
      }
    }
    for (int i = 0; i < temporaries.length; i++) {
      frame.set(temporaries[i].buffer(), temporaries[i].dtype(), slabOf[i].array);
    }
  }

  /** Does {@code slab} waste less than {@code best} when it holds {@code size} elements? */
  private static boolean closer(Slab slab, Slab best, int size) {
    return Math.abs((long) slab.size - size) < Math.abs((long) best.size - size);
  }
}
