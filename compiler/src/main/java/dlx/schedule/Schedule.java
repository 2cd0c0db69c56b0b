package dlx.schedule;

import dlx.graph.Function;
import java.util.List;

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

  /** A readable list: what is fused and what is stored can be asserted. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < kernels.size(); i++) {
      Kernel kernel = kernels.get(i);
      text.append("kernel ").append(i).append(": ").append(shape(kernel));
      text.append(" <- ");
      text.append(String.join(", ", kernel.reads().map(Buffer::name).distinct().toList()));
      text.append(" -> ");
      text.append(String.join(", ", kernel.writes().map(Buffer::name).distinct().toList()));
      text.append('\n');
    }
    commits.forEach(c -> text.append("commit ").append(c.slot().name()).append('\n'));
    return text.toString();
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
          case Kernel.Product p -> "" + p.batch() + p.rows() + p.columns() + p.summed();
          case Kernel.Pack p -> p.outer() + "[" + p.line() + "]";
          case Kernel.Scatter s -> "[" + s.positions() + "]";
          case Kernel.Replace r -> "[" + r.inner() + "]";
          case Kernel.Sort s -> "[" + s.rows() + ", " + s.columns() + "]";
        };
  }
}
