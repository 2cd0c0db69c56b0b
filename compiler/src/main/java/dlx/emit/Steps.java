package dlx.emit;

import dlx.graph.Extent;
import dlx.runtime.Program;
import dlx.schedule.Kernel;
import dlx.schedule.Turn;
import java.util.ArrayList;
import java.util.List;

/** The order of kernels and loops for {@link Program}; kernels are numbered as they come. */
final class Steps {
  private final Context context;
  private final List<Program.Loop> loops = new ArrayList<>();
  private int kernels;

  Steps(Context context) {
    this.context = context;
  }

  /** The loops that were found, by their numbers in the steps. */
  List<Program.Loop> loops() {
    return loops;
  }

  /** The steps of {@link Program#steps()}. Every method must have been written before. */
  List<Integer> of(List<Kernel> list) {
    List<Integer> steps = new ArrayList<>();
    for (Kernel kernel : list) {
      if (kernel instanceof Kernel.Region region) {
        List<Integer> begin = of(region.begin());
        List<Integer> body = of(region.body());
        steps.add(~loops.size());
        loops.add(loop(region, begin, body));
      } else {
        steps.add(kernels++);
      }
    }
    return steps;
  }

  private Program.Loop loop(Kernel.Region region, List<Integer> begin, List<Integer> body) {
    List<Program.Moving> moving = new ArrayList<>();
    for (Extent extent : context.moving(region.loop())) {
      moving.add(
          new Program.Moving(
              context.extent(extent),
              context.extent(Turn.first(extent, region.loop())),
              context.extent(Turn.step(extent, region.loop()))));
    }
    List<Program.Swap> swaps =
        region.swaps().stream()
            .map(s ->
                new Program.Swap(
                    s.one().dtype(), s.one().id(), s.other().id(), context.extent(s.one().size())))
            .toList();
    return new Program.Loop(
        context.extent(region.turns()),
        region.descending(),
        ending(region.ending()),
        begin,
        body,
        moving,
        swaps);
  }

  private Program.Ending ending(Kernel.Ending ending) {
    List<Program.Rows> rows =
        ending.rows().stream()
            .map(r ->
                new Program.Rows(
                    r.first().buffer().dtype(),
                    r.first().buffer().id(),
                    context.extent(r.first().offset()),
                    context.extent(r.size())))
            .toList();
    return new Program.Ending(
        ending.stop() == null ? -1 : ending.stop().id(),
        ending.limit() == null ? -1 : ending.limit().buffer().id(),
        context.extent(ending.limit() == null ? Extent.ZERO : ending.limit().offset()),
        rows);
  }
}
