package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import dlx.Call;
import dlx.Dlx;
import dlx.Model;
import dlx.Step;
import dlx.elaborate.Program;
import dlx.runtime.CompiledFunction;
import dlx.runtime.DType;
import dlx.runtime.Simd;
import dlx.runtime.Workers;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
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

  /**
   * Whatever ran before: many programs in one process, so that the compiler has much to do when the
   * next one comes, and then each once more.
   */
  @Tag("jit")
  @Test
  void stepsAfterManyOthers() throws IOException {
    if (!isCompiledAtOnce()) {
      return;
    }
    int before = Workers.threads();
    try {
      Map<String, Call> steps = steps();
      for (int threads : new int[] {1, 2}) {
        Workers.setThreads(threads);
        steps.forEach((name, step) ->
            assertEquals(0, bytes(step::run, 20), name + " by " + threads + " threads"));
      }
    } finally {
      Workers.setThreads(before);
    }
  }

  /** The training steps of what is measured against other libraries, in f32 and f64. */
  private static Map<String, Call> steps() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(Path.of("../bench/programs"))) {
      files = all.filter(f -> f.toString().endsWith(".dlx")).sorted().toList();
    }
    Map<String, Call> steps = new LinkedHashMap<>();
    for (Path file : files.reversed()) { // the largest kernel, that of logistic.dlx, comes late
      for (String type : List.of("f32", "f64")) {
        Model model = Dlx.parse(file.toString(), Files.readString(file).replace("f32", type));
        for (Program.Step step : model.program().steps()) {
          Call call = prepare(model.step(step.name()));
          for (int i = 0; i < 5; i++) {
            call.run();
          }
          steps.put(file.getFileName() + " " + step.name() + " " + type, call);
        }
      }
    }
    return steps;
  }

  private static Call prepare(Step step) {
    Map<String, Object> given = new HashMap<>();
    step.inputs().forEach(name -> given.put(name, 0));
    Map<String, Integer> sizes = new HashMap<>();
    step.sizes().forEach(size -> sizes.put(size, 20));
    return step.prepare(given, sizes);
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

  private static long bytes(List<EveryKernel.Ready> calls) {
    return bytes(
        () -> {
          for (int c = 0; c < calls.size(); c++) {
            calls.get(c).run();
          }
        },
        CALLS / 5);
  }

  /**
   * The bytes that calls in turn allocate on this thread, at best: the JVM itself allocates now and
   * then, when it compiles or links what runs.
   */
  private static long bytes(Runnable call, int times) {
    long least = Long.MAX_VALUE;
    for (int tries = 0; tries < 5 && least > 0; tries++) {
      long start = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < times; i++) {
        call.run();
      }
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - start);
    }
    return least;
  }
}
