package dlx.cli;

import dlx.graph.Extent;
import dlx.schedule.Buffer;
import dlx.schedule.Kernel;
import dlx.schedule.Schedule;
import java.util.stream.Stream;

/** Bytes of a schedule, as numbers or in terms of the sizes of the data. */
final class Traffic {
  private Traffic() {}

  /** What the kernels read and write, each buffer counted once for each kernel. */
  static String moved(Schedule schedule) {
    Extent bytes = Extent.ZERO;
    for (Kernel kernel : schedule.kernels()) {
      bytes = bytes.plus(sum(Stream.concat(kernel.reads().distinct(), kernel.writes().distinct())));
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
