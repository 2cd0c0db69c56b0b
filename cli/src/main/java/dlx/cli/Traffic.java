package dlx.cli;

import dlx.graph.Extent;
import dlx.schedule.Buffer;
import dlx.schedule.Schedule;
import java.util.stream.Stream;

/** Bytes of a schedule, as numbers or in terms of the sizes of the data. */
final class Traffic {
  private Traffic() {}

  /** What the kernels read and write, each buffer counted once for each time a kernel runs. */
  static String moved(Schedule schedule) {
    Extent bytes = Extent.ZERO;
    for (Schedule.Run run : schedule.runs()) {
      Stream<Buffer> touched =
          Stream.concat(run.kernel().reads().distinct(), run.kernel().writes().distinct());
      bytes = bytes.plus(sum(touched).times(run.times()));
    }
    return text(bytes);
  }

  /** Memory that a call needs besides its arguments and results, if nothing shared it. */
  static String temporaries(Schedule schedule) {
    return text(sum(schedule.buffers().stream().filter(b -> b.role() == Buffer.Role.TEMPORARY)));
  }

  private static Extent sum(Stream<Buffer> buffers) {
    return buffers.map(b -> b.size().times(b.dtype().bytes())).reduce(Extent.ZERO, Extent::plus);
  }

  private static String text(Extent bytes) {
    return bytes.isConstant() ? Show.bytes(bytes.constant().getAsLong()) : bytes + " B";
  }
}
