package dlx.schedule;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * When each temporary is needed: positions in the order of a call, of which a loop and its end have
 * some of their own. What lives on from turn to turn, or from outside, lives for all of the loop.
 */
public final class Lives {
  /** The first and the last position at which a temporary is needed. */
  public record Life(Buffer buffer, int first, int last) {}

  private record Range(int from, int to) {}

  private final Map<Buffer, TreeSet<Integer>> touches = new LinkedHashMap<>();

  /** The loops, inner ones first. */
  private final List<Range> loops = new ArrayList<>();

  private final Set<Kernel> joining;
  private int position;

  private Lives(Set<Kernel> joining) {
    this.joining = joining;
  }

  public static List<Life> of(Schedule schedule) {
    Lives lives = new Lives(schedule.joining());
    lives.walk(schedule.kernels());
    schedule.commits().forEach(c -> lives.touch(c.from()));
    for (Range loop : lives.loops) {
      lives.touches.values().forEach(t -> lengthen(t, loop));
    }
    List<Life> all = new ArrayList<>();
    lives.touches.forEach((b, t) -> all.add(new Life(b, t.first(), t.last())));
    return all;
  }

  private void walk(List<Kernel> kernels) {
    for (Kernel kernel : kernels) {
      if (kernel instanceof Kernel.Region region) {
        region.kept().forEach(this::touch);
        if (region.ending().limit() != null) {
          touch(region.ending().limit().buffer());
        }
        position++;
        walk(region.begin());
        int from = position++;
        walk(region.body());
        int to = position++;
        region.kept().forEach(b -> touch(b, to));
        loops.add(new Range(from, to));
      } else {
        position -= joining.contains(kernel) ? 1 : 0; // at the same time as the one before
        kernel.writes().forEach(this::touch);
        kernel.reads().forEach(this::touch);
        position++;
      }
    }
  }

  private void touch(Buffer buffer) {
    touch(buffer, position);
  }

  private void touch(Buffer buffer, int at) {
    if (buffer.role() == Buffer.Role.TEMPORARY) {
      touches.computeIfAbsent(buffer, b -> new TreeSet<>()).add(at);
    }
  }

  private static void lengthen(TreeSet<Integer> touches, Range loop) {
    Integer inside = touches.ceiling(loop.from());
    boolean outside = touches.first() < loop.from() || touches.last() > loop.to();
    if (inside != null && inside <= loop.to() && outside) {
      touches.add(loop.from());
      touches.add(loop.to());
    }
  }
}
