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
      text.append("kernel ").append(i).append(": ").append(kernel.getClass().getSimpleName());
      switch (kernel) {
        case Kernel.Loops l ->
            text.append(l.axes())
                .append(" ")
                .append(Kernel.instructions(l.stores()).size())
                .append(" values");
        case Kernel.Columns c ->
            text.append(c.axes())
                .append(" over axis ")
                .append(c.reduced())
                .append(" ")
                .append(Kernel.instructions(c.stores()).size())
                .append(" values");
        case Kernel.Product p ->
            text.append(p.batch()).append(p.rows()).append(p.columns()).append(p.summed());
        case Kernel.Pack p -> text.append(p.outer()).append("[").append(p.line()).append("]");
        case Kernel.Scatter s -> text.append("[").append(s.positions()).append("]");
        case Kernel.Replace r -> text.append("[").append(r.inner()).append("]");
        case Kernel.Sort s ->
            text.append("[").append(s.rows()).append(", ").append(s.columns()).append("]");
      }
      text.append(" <- ");
      text.append(String.join(", ", kernel.reads().map(Buffer::name).distinct().toList()));
      text.append(" -> ");
      text.append(String.join(", ", kernel.writes().map(Buffer::name).distinct().toList()));
      text.append('\n');
    }
    commits.forEach(c -> text.append("commit ").append(c.slot().name()).append('\n'));
    return text.toString();
  }
}
