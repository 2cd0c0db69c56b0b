package dlx.schedule;

import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Which kernels may run at the same time: neighbours in order of which none writes what another one
 * reads or writes. Threads then share them all at once, by work, and not one after the other.
 */
final class Independent {
  private final Set<Kernel> joining = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<Buffer> read = new HashSet<>();
  private final Set<Buffer> written = new HashSet<>();
  private boolean open;

  private Independent() {}

  /** The kernels of a list, and of loops in it, that may run together with the one before. */
  static Set<Kernel> joining(List<Kernel> kernels) {
    Independent independent = new Independent();
    independent.walk(kernels);
    return independent.joining;
  }

  private void walk(List<Kernel> kernels) {
    close();
    for (Kernel kernel : kernels) {
      if (kernel instanceof Kernel.Region region) {
        walk(region.begin());
        walk(region.body());
      } else if (kernel instanceof Kernel.Product || mayFail(kernel)) {
        // products have two axes that threads share; and what another kernel overwrites while one
        // fails could not be undone
        close();
      } else {
        place(kernel);
      }
    }
    close();
  }

  private void close() {
    read.clear();
    written.clear();
    open = false;
  }

  private void place(Kernel kernel) {
    List<Buffer> reads = kernel.reads().toList();
    List<Buffer> writes = kernel.writes().toList();
    boolean joins =
        open
            && Collections.disjoint(reads, written)
            && Collections.disjoint(writes, written)
            && Collections.disjoint(writes, read);
    if (joins) {
      joining.add(kernel);
    } else {
      close();
    }
    open = true;
    read.addAll(reads);
    written.addAll(writes);
  }

  /** Can this end a call before its end? */
  static boolean mayFail(Kernel kernel) {
    return switch (kernel) {
      case Kernel.Loops loops -> mayFail(loops.stores());
      case Kernel.Columns columns -> mayFail(columns.stores());
      case Kernel.Sweep sweep -> sweep.all().stream().anyMatch(Independent::mayFail);
      case Kernel.Product product -> mayFail(product.stores());
      case Kernel.Link link -> link.checked();
      case Kernel.Scatter scatter -> false;
      case Kernel.Replace replace -> replace.checked();
      case Kernel.Pack pack -> false;
      case Kernel.Sort sort -> false;
      case Kernel.Scan scan -> mayFail(scan.stores());
      case Kernel.Region region -> true;
    };
  }

  private static boolean mayFail(List<Kernel.Store> stores) {
    return Kernel.instructions(stores).stream()
        .anyMatch(i -> i instanceof Instruction.Pick pick && pick.checked());
  }
}
