package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import dlx.runtime.CompiledFunction;
import dlx.runtime.DType;
import dlx.runtime.Simd;
import dlx.runtime.Workers;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A call whose arguments, slots and results are in place allocates nothing once its sizes have been
 * used. Vectors are objects until the JIT compiler has seen them, so vector code is measured where
 * it is compiled before its first call.
 */
class AllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final int CALLS = 1_000;

  static Stream<EveryKernel.Kind> kinds() {
    return EveryKernel.kinds();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void numbers(EveryKernel.Kind kind) {
    check(kind, 0);
  }

  @Tag("jit")
  @ParameterizedTest
  @MethodSource("kinds")
  void vectors(EveryKernel.Kind kind) {
    if (isCompiledAtOnce()) {
      check(kind, Simd.bits());
    }
  }

  private static boolean isCompiledAtOnce() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .anyMatch(a -> a.contains("CompileThresholdScaling"));
  }

  private static void check(EveryKernel.Kind kind, int bits) {
    for (DType dtype : List.of(DType.F32, DType.F64)) {
      CompiledFunction compiled = Trial.compile(kind.function(dtype), bits);
      List<EveryKernel.Ready> calls = new ArrayList<>();
      for (int rows : new int[] {7, 40, 300}) {
        calls.add(new EveryKernel.Ready(compiled, rows, 1));
      }
      int before = Workers.threads();
      for (int threads : new int[] {1, 2}) {
        Workers.setThreads(threads);
        // one size again and again, then sizes in turn
        assertEquals(0, bytes(calls.subList(0, 1)), kind + " by " + threads);
        assertEquals(0, bytes(calls), kind + " of alternating sizes by " + threads);
      }
      Workers.setThreads(before);
    }
  }

  /**
   * The bytes that calls in turn allocate on this thread, at best: the JVM itself allocates now and
   * then, when it compiles or links what runs.
   */
  private static long bytes(List<EveryKernel.Ready> calls) {
    long least = Long.MAX_VALUE;
    for (int tries = 0; tries < 5 && least > 0; tries++) {
      long start = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < CALLS / 5; i++) {
        for (int c = 0; c < calls.size(); c++) {
          calls.get(c).run();
        }
      }
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - start);
    }
    return least;
  }
}
