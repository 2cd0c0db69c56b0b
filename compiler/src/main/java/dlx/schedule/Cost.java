package dlx.schedule;

import dlx.graph.Extent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a kernel has to do at least, in terms of the sizes of the data.
 *
 * @param operations arithmetic: two for each term of a product, one for every elementwise operator
 *     and every element of a fold, whatever the operator costs
 * @param bytes what is read and written, each buffer once, and of a buffer whose elements are
 *     picked at most so many as are picked
 */
public record Cost(Extent operations, List<Traffic> bytes) {
  /** Bytes that are moved: the smaller of two. */
  public record Traffic(Extent buffer, Extent touched) {}

  public static Cost of(Kernel kernel) {
    return switch (kernel) {
      case Kernel.Loops loops -> along(loops, loops.axes(), loops.stores(), Extent.ZERO);
      case Kernel.Columns columns -> columns(columns);
      case Kernel.Product p -> {
        List<Extent> axes = new ArrayList<>(p.batch());
        axes.addAll(p.rows());
        axes.addAll(p.columns());
        Extent terms = Extent.product(axes).times(Extent.product(p.summed()));
        yield along(p, axes, p.stores(), terms.times(2));
      }
      case Kernel.Pack p -> whole(p, Extent.ZERO);
      case Kernel.Scatter s -> whole(s, s.outer().times(s.positions()).times(s.inner()));
      case Kernel.Replace r -> whole(r, Extent.ZERO);
      case Kernel.Sort s -> whole(s, Extent.ZERO);
      case Kernel.Region r ->
          throw new IllegalStateException("the cost of a loop is that of its kernels");
    };
  }

  private static Cost whole(Kernel kernel, Extent operations) {
    return new Cost(operations, traffic(kernel, Map.of()));
  }

  /** Every instruction is done as often as the loops turn on which it depends. */
  private static Cost along(
      Kernel kernel, List<Extent> axes, List<Kernel.Store> stores, Extent before) {
    Map<Instruction, Integer> depths = new IdentityHashMap<>();
    Map<Buffer, Extent> picked = new HashMap<>();
    Extent operations = before;
    for (Instruction i : Kernel.instructions(stores)) {
      int depth = i.access() == null ? 0 : i.access().depth();
      for (Instruction input : i.inputs()) depth = Math.max(depth, depths.get(input));
      Extent turns = Extent.product(axes.subList(0, depth));
      switch (i) {
        case Instruction.Folded f -> {
          operations = operations.plus(Extent.product(axes));
          depth = Math.min(depth, axes.size() - 1);
        }
        case Instruction.Summed s -> depth = axes.size();
        case Instruction.Apply a -> operations = operations.plus(turns);
        case Instruction.Pick p -> picked.merge(p.access().buffer(), turns, Extent::plus);
        default -> {}
      }
      depths.put(i, depth);
    }
    return new Cost(operations, traffic(kernel, picked));
  }

  /** What is under a fold is done for every element, what is not for every result. */
  private static Cost columns(Kernel.Columns columns) {
    Extent every = Extent.product(columns.axes());
    List<Extent> others = new ArrayList<>(columns.axes());
    others.remove(columns.reduced());
    Extent results = Extent.product(others);
    List<Instruction> instructions = Kernel.instructions(columns.stores());
    Set<Instruction> folded = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Instruction i : instructions.reversed()) {
      if (i instanceof Instruction.Folded || folded.contains(i)) folded.addAll(i.inputs());
    }
    Map<Buffer, Extent> picked = new HashMap<>();
    Extent operations = Extent.ZERO;
    for (Instruction i : instructions) {
      Extent turns = i instanceof Instruction.Folded || folded.contains(i) ? every : results;
      if (i instanceof Instruction.Apply || i instanceof Instruction.Folded) {
        operations = operations.plus(turns);
      } else if (i instanceof Instruction.Pick) {
        picked.merge(i.access().buffer(), turns, Extent::plus);
      }
    }
    return new Cost(operations, traffic(columns, picked));
  }

  private static List<Traffic> traffic(Kernel kernel, Map<Buffer, Extent> picked) {
    return Stream.concat(kernel.reads().distinct(), kernel.writes().distinct())
        .map(b -> {
          Extent size = b.size().times(b.dtype().bytes());
          Extent touched = picked.get(b);
          return new Traffic(size, touched == null ? size : touched.times(b.dtype().bytes()));
        })
        .toList();
  }
}
