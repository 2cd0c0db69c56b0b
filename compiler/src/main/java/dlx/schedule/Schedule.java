package dlx.schedule;

import dlx.graph.Extent;
import dlx.graph.Function;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The plan of an entry: kernels in order over buffers.
 *
 * @param function what is computed
 * @param buffers every buffer, by id
 * @param kernels in the order in which they run
 * @param commits temporaries that become the value of a slot when all kernels are done
 */
public record Schedule(
    Function function, List<Buffer> buffers, List<Kernel> kernels, List<Commit> commits) {

  /** Copy {@code from} into {@code slot} at the end, so that a step that fails changes nothing. */
  public record Commit(Buffer from, Buffer slot) {}

  public Schedule {
    buffers = List.copyOf(buffers);
    kernels = List.copyOf(kernels);
    commits = List.copyOf(commits);
  }

  /** The kernels that may run at the same time as the one before, and as those that this joins. */
  public Set<Kernel> joining() {
    return Independent.joining(kernels);
  }

  /** A kernel that is a method, and how often a call runs it. */
  public record Run(Kernel kernel, Extent times) {}

  /** The kernels that are methods, by number: those of loops in the order of a turn. */
  public List<Run> runs() {
    List<Run> runs = new ArrayList<>();
    collect(kernels, Extent.ONE, runs);
    return runs;
  }

  private static void collect(List<Kernel> kernels, Extent times, List<Run> runs) {
    for (Kernel kernel : kernels) {
      if (kernel instanceof Kernel.Region region) {
        collect(region.begin(), times, runs);
        collect(region.body(), times.times(region.turns()), runs);
      } else {
        runs.add(new Run(kernel, times));
      }
    }
  }

  /** A readable list: what is fused and what is stored can be asserted. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    print(kernels, "", 0, text);
    commits.forEach(c -> text.append("commit ").append(c.slot().name()).append('\n'));
    return text.toString();
  }

  /**
   * @param first the number of the first kernel
   * @return the number of the next kernel
   */
  private static int print(List<Kernel> kernels, String indent, int first, StringBuilder text) {
    int number = first;
    for (Kernel kernel : kernels) {
      text.append(indent);
      if (kernel instanceof Kernel.Region region) {
        text.append("loop ").append(region.turns());
        text.append(region.descending() ? " descending" : "");
        Kernel.Ending ending = region.ending();
        if (ending.limit() != null) {
          text.append(" at most ").append(ending.limit().buffer().name());
        }
        if (ending.stop() != null) {
          text.append(" until ").append(ending.stop().name());
        }
        text.append('\n');
        number = print(region.begin(), indent + "  begin ", number, text);
        number = print(region.body(), indent + "  ", number, text);
        for (Kernel.Swap swap : region.swaps()) {
          text.append(indent).append("  swap ").append(swap.one().name());
          text.append(", ").append(swap.other().name()).append('\n');
        }
      } else {
        text.append("kernel ").append(number++).append(": ").append(shape(kernel)).append(" <- ");
        text.append(String.join(", ", kernel.reads().map(Buffer::name).distinct().toList()));
        text.append(" -> ");
        text.append(String.join(", ", kernel.writes().map(Buffer::name).distinct().toList()));
        text.append('\n');
      }
    }
    return number;
  }

  /** The kind of a kernel with its extents, such as {@code Loops[batch, 10] 20 values}. */
  public static String shape(Kernel kernel) {
    return kernel.getClass().getSimpleName()
        + switch (kernel) {
          case Kernel.Loops l ->
              l.axes() + " " + Kernel.instructions(l.stores()).size() + " values";
          case Kernel.Columns c ->
              c.axes()
                  + " over axis "
                  + c.reduced()
                  + " "
                  + Kernel.instructions(c.stores()).size()
                  + " values";
          case Kernel.Sweep s ->
              List.of(s.rows(), s.columns())
                  + " by "
                  + s.block()
                  + " rows "
                  + s.all().stream().map(Schedule::shape).toList();
          case Kernel.Product p ->
              ""
                  + p.batch()
                  + p.rows()
                  + p.columns()
                  + p.summed()
                  + (p.overlapping() ? " overlapping" : "")
                  + (p.begun() ? " begun" : "");
          case Kernel.Pack p -> p.outer() + "[" + p.line() + "]";
          case Kernel.Link l -> "[" + l.positions() + "]";
          case Kernel.Scatter s -> "[" + s.units() + ", " + s.inner() + "]";
          case Kernel.Replace r -> "[" + r.inner() + "]";
          case Kernel.Sort s -> "[" + s.rows() + ", " + s.columns() + "]";
          case Kernel.Scan s ->
              s.axes()
                  + " of "
                  + s.turns()
                  + " turns "
                  + Kernel.instructions(s.stores()).size()
                  + " values";
          case Kernel.Region r -> "[" + r.turns() + "]";
        };
  }
}
