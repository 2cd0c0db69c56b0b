package dlx.schedule;

import dlx.graph.Extent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
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
  /** Bytes that are moved: all of a buffer, or what is touched of it if that is less. */
  public record Traffic(Extent buffer, Extent touched) {}

  public static Cost of(Kernel kernel) {
    return switch (kernel) {
      case Kernel.Loops loops -> new Along(loops.axes(), loops.stores()).cost();
      case Kernel.Columns columns -> columns(columns);
      case Kernel.Sweep sweep -> sweep(sweep);
      case Kernel.Product product -> product(product);
      case Kernel.Pack p -> {
        List<Extent> axes = new ArrayList<>(p.outer());
        axes.add(p.line());
        axes.addAll(p.summed());
        Touched touched = new Touched();
        touched.add(p.from(), axes, p.wanted());
        touched.whole(p.to());
        yield new Cost(Extent.ZERO, touched.traffic());
      }
      case Kernel.Link l -> whole(l, Extent.ZERO);
      case Kernel.Scatter s -> whole(s, s.outer().times(s.positions()).times(s.inner()));
      case Kernel.Replace r -> {
        Touched touched = new Touched();
        touched.put(r.value().buffer(), r.inner());
        touched.put(r.out().buffer(), r.inner());
        yield new Cost(Extent.ZERO, touched.traffic());
      }
      case Kernel.Sort s -> whole(s, Extent.ZERO);
      case Kernel.Scan s -> {
        List<Extent> axes = new ArrayList<>(s.axes());
        axes.add(s.turns());
        yield new Along(axes, s.stores()).cost();
      }
      case Kernel.Region r ->
          throw new IllegalStateException("the cost of a loop is that of its kernels");
    };
  }

  private static Cost whole(Kernel kernel, Extent operations) {
    Touched touched = new Touched();
    Stream.concat(kernel.reads(), kernel.writes()).forEach(touched::whole);
    return new Cost(operations, touched.traffic());
  }

  /** What lies in memory is read once, whichever step reads it. */
  private static Cost sweep(Kernel.Sweep sweep) {
    Extent operations = Extent.ZERO;
    Touched touched = new Touched();
    for (Kernel kernel : sweep.all()) {
      operations = operations.plus(of(kernel).operations());
    }
    Stream.concat(sweep.reads(), sweep.writes()).distinct().forEach(touched::whole);
    return new Cost(operations, touched.traffic());
  }

  /** Its terms, then what is done with every sum. */
  private static Cost product(Kernel.Product p) {
    List<Extent> axes = new ArrayList<>(p.batch());
    axes.addAll(p.rows());
    axes.addAll(p.columns());
    List<Extent> all = new ArrayList<>(axes);
    all.addAll(p.summed());
    Along after = new Along(axes, p.stores());
    after.operations = after.operations.plus(Extent.product(all).times(2));
    after.touched.add(p.a(), all);
    after.touched.add(p.b(), all);
    return after.cost();
  }

  /** Every instruction is done as often as the loops turn on which it depends. */
  private static final class Along {
    private final Touched touched = new Touched();
    private Extent operations = Extent.ZERO;

    Along(List<Extent> axes, List<Kernel.Store> stores) {
      Map<Instruction, Integer> depths = new IdentityHashMap<>();
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
          case Instruction.Carried c -> depth = axes.size();
          case Instruction.Apply a -> operations = operations.plus(turns);
          case Instruction.Pick p -> touched.put(p.access().buffer(), turns);
          case Instruction.Load load -> touched.add(load.access(), axes);
          default -> {}
        }
        depths.put(i, depth);
      }
      stores.forEach(store -> touched.add(store.access(), axes));
    }

    Cost cost() {
      return new Cost(operations, touched.traffic());
    }
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
    Touched touched = new Touched();
    Extent operations = Extent.ZERO;
    for (Instruction i : instructions) {
      Extent turns = i instanceof Instruction.Folded || folded.contains(i) ? every : results;
      switch (i) {
        case Instruction.Apply a -> operations = operations.plus(turns);
        case Instruction.Folded f -> operations = operations.plus(turns);
        case Instruction.Pick p -> touched.put(p.access().buffer(), turns);
        case Instruction.Load load -> touched.add(load.access(), columns.axes());
        default -> {}
      }
    }
    columns.stores().forEach(store -> touched.add(store.access(), columns.axes()));
    return new Cost(operations, touched.traffic());
  }

  /** How many elements of each buffer a kernel meets, if it met none twice. */
  private static final class Touched {
    private final Map<Buffer, Extent> elements = new LinkedHashMap<>();

    /** Those at an access: one for every turn of the loops along which it moves. */
    void add(Access access, List<Extent> axes) {
      add(access, axes, Extent.ONE);
    }

    /** An operand where it lies or where it is packed. */
    void add(Kernel.Operand operand, List<Extent> axes) {
      add(operand.lying(), axes, operand.lies());
      add(operand.access(), axes, Extent.ONE.minus(operand.lies()));
    }

    private void add(Access access, List<Extent> axes, Extent times) {
      Extent points = times;
      for (int i = 0; i < access.strides().size(); i++) {
        if (!access.strides().get(i).isZero()) points = points.times(axes.get(i));
      }
      put(access.buffer(), points);
    }

    void whole(Buffer buffer) {
      put(buffer, buffer.size());
    }

    void put(Buffer buffer, Extent count) {
      elements.merge(buffer, count, Extent::plus);
    }

    List<Traffic> traffic() {
      List<Traffic> traffic = new ArrayList<>();
      elements.forEach((buffer, count) -> {
        int bytes = buffer.dtype().bytes();
        traffic.add(new Traffic(buffer.size().times(bytes), count.times(bytes)));
      });
      return traffic;
    }
  }
}
