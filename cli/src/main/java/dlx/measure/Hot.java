package dlx.measure;

import dlx.Fn;
import dlx.graph.Extent;
import dlx.runtime.DType;
import dlx.runtime.Profile;
import dlx.schedule.Buffer;
import dlx.schedule.Cost;
import dlx.schedule.Kernel;
import dlx.schedule.Schedule;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the time of a function goes: its kernels, with what they take, do and need at least.
 *
 * @param calls that were measured
 * @param kernels in the order in which they run
 * @param commit seconds per call for copying new values into their places
 */
public record Hot(long calls, List<Row> kernels, double commit) {
  /**
   * A kernel; all numbers are means of a call.
   *
   * @param number of the kernel
   * @param span the expression it comes from
   * @param what its kind and extents
   * @param floor seconds that the machine needs at least
   * @param byMemory whether that is for moving the bytes, not for the operations
   * @param peak operations per second that the machine can do in this element type
   */
  public record Row(
      int number,
      Span span,
      String what,
      double seconds,
      double operations,
      double bytes,
      double floor,
      boolean byMemory,
      double peak) {}

  /**
   * What a profile says.
   *
   * @param profile of at least one call of {@code function}
   * @throws IllegalArgumentException if no call was measured
   */
  public static Hot of(Fn function, Profile profile, Machine machine) {
    return of(function, function.schedule(), profile, machine);
  }

  private static Hot of(Fn function, Schedule schedule, Profile profile, Machine machine) {
    List<String> names = function.compiled().program().symbols();
    long calls = profile.calls().values().stream().mapToLong(n -> n).sum();
    if (calls == 0) throw new IllegalArgumentException("no call was measured");
    List<Schedule.Run> runs = schedule.runs();
    if (runs.size() != function.compiled().kernelCount()) {
      throw new IllegalStateException("the schedule of `" + function.name() + "` has changed");
    }
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      Kernel kernel = runs.get(i).kernel();
      Cost cost = Cost.of(kernel);
      boolean doubles = kernel.writes().map(Buffer::dtype).anyMatch(t -> t == DType.F64);
      double operations = 0;
      double bytes = 0;
      double floor = 0;
      double compute = 0;
      for (Map.Entry<List<Long>, Long> each : profile.calls().entrySet()) {
        Map<String, Long> sizes = new HashMap<>();
        for (int s = 0; s < names.size(); s++) sizes.put(names.get(s), each.getKey().get(s));
        double done = value(cost.operations(), sizes);
        double moved = 0;
        for (Cost.Traffic traffic : cost.bytes()) {
          moved += Math.min(value(traffic.buffer(), sizes), value(traffic.touched(), sizes));
        }
        double times = (double) each.getValue() / calls * value(runs.get(i).times(), sizes);
        operations += times * done;
        bytes += times * moved;
        floor += times * machine.floor(done, moved, doubles);
        compute += times * machine.floor(done, 0, doubles);
      }
      rows.add(
          new Row(
              i,
              kernel.span(),
              Schedule.shape(kernel),
              profile.nanoseconds(i) * 1e-9 / calls,
              operations,
              bytes,
              floor,
              floor > compute,
              doubles ? machine.doubles() : machine.singles()));
    }
    return new Hot(calls, rows, profile.commitNanoseconds() * 1e-9 / calls);
  }

  private static double value(Extent extent, Map<String, Long> sizes) {
    return extent.value(name -> sizes.getOrDefault(name, 1L));
  }

  /** All kernels together, without the copies at the end. */
  public double seconds() {
    return kernels.stream().mapToDouble(Row::seconds).sum();
  }

  public double operations() {
    return kernels.stream().mapToDouble(Row::operations).sum();
  }

  public double bytes() {
    return kernels.stream().mapToDouble(Row::bytes).sum();
  }

  /** The least time if every kernel took its own least time. */
  public double floor() {
    return kernels.stream().mapToDouble(Row::floor).sum();
  }

  /**
   * The median of several profiles of the same calls, kernel by kernel.
   *
   * @throws IllegalArgumentException if one of them measured no call
   */
  public static Hot median(Fn function, List<Profile> profiles, Machine machine) {
    Schedule schedule = function.schedule();
    List<Hot> several = profiles.stream().map(p -> of(function, schedule, p, machine)).toList();
    Hot first = several.getFirst();
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < first.kernels.size(); i++) {
      int number = i;
      Row row = first.kernels.get(i);
      double seconds = median(several, h -> h.kernels.get(number).seconds);
      rows.add(
          new Row(
              i,
              row.span,
              row.what,
              seconds,
              row.operations,
              row.bytes,
              row.floor,
              row.byMemory,
              row.peak));
    }
    long calls = several.stream().mapToLong(Hot::calls).sum();
    return new Hot(calls, rows, median(several, Hot::commit));
  }

  private static double median(List<Hot> several, java.util.function.ToDoubleFunction<Hot> part) {
    return Statistics.of(several.stream().mapToDouble(part).toArray()).median();
  }
}
