package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dlx.graph.Extent;
import dlx.graph.Indexing;
import dlx.graph.Node;
import dlx.runtime.CompiledFunction;
import dlx.runtime.DType;
import dlx.runtime.DlxException;
import dlx.runtime.Simd;
import dlx.runtime.Tensor;
import dlx.runtime.Workers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A compiled function is re-entrant, and its results do not depend on threads or on other rows. */
class ConcurrencyTest {
  /** Enough rows that kernels are shared by threads, and not a multiple of anything. */
  private static final int MANY = 4_001;

  private int threads;

  @BeforeEach
  void remember() {
    threads = Workers.threads();
  }

  @AfterEach
  void restore() {
    Workers.setThreads(threads);
  }

  static Stream<EveryKernel.Kind> kinds() {
    return EveryKernel.kinds();
  }

  private static Map<String, Tensor> run(CompiledFunction compiled, int rows, long seed) {
    EveryKernel.Ready call = new EveryKernel.Ready(compiled, rows, seed);
    call.run();
    return call.values();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void manyCallsAtOnce(EveryKernel.Kind kind) throws Exception {
    CompiledFunction compiled = EveryKernel.compile(kind, DType.F32);
    int[] rows = {1, 2, 3, 17, 64, 200, 500, 2_000};
    List<Map<String, Tensor>> alone = new ArrayList<>();
    for (int n : rows) {
      alone.add(run(compiled, n, n));
    }
    Workers.setThreads(3);
    try (ExecutorService pool = Executors.newFixedThreadPool(32)) {
      List<Callable<Void>> tasks = new ArrayList<>();
      for (int task = 0; task < 32; task++) {
        int first = task;
        tasks.add(() -> {
          for (int i = 0; i < 2 * rows.length; i++) {
            int which = (first + i) % rows.length;
            Map<String, Tensor> mine = run(compiled, rows[which], rows[which]);
            EveryKernel.same(kind + " of " + rows[which] + " rows", alone.get(which), mine);
          }
          return null;
        });
      }
      for (Future<Void> done : pool.invokeAll(tasks)) {
        done.get();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void anyNumberOfThreads(EveryKernel.Kind kind) {
    for (DType dtype : List.of(DType.F32, DType.F64)) {
      CompiledFunction compiled = EveryKernel.compile(kind, dtype);
      Workers.setThreads(1);
      Map<String, Tensor> alone = run(compiled, MANY, 1);
      for (int count : new int[] {2, 3, 5}) {
        Workers.setThreads(count);
        for (int again = 0; again < 3; again++) {
          EveryKernel.same(kind + " by " + count + " threads", alone, run(compiled, MANY, 1));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void anyNumberOfRows(EveryKernel.Kind kind) {
    if (!kind.byRow()) {
      return;
    }
    for (DType dtype : List.of(DType.F32, DType.F64)) {
      CompiledFunction compiled = EveryKernel.compile(kind, dtype);
      Map<String, Tensor> all = run(compiled, MANY, 1);
      for (int rows : new int[] {1, 2, 3, 5, 8, 13, 16, 31, 64, 100, 1_000}) {
        Map<String, Tensor> some = run(compiled, rows, 1);
        some.forEach((name, tensor) -> {
          Tensor first = Tensor.zeros(tensor.dtype(), tensor.shape());
          System.arraycopy(all.get(name).data(), 0, first.data(), 0, first.size());
          Trial.agree(kind + " of " + rows + " rows: " + name, first, tensor);
        });
      }
    }
  }

  /** The exception of a thread reaches the caller, and the threads go on. */
  @Test
  void failure() {
    Trial trial = new Trial();
    Node x = trial.input("x", DType.F32, Extent.of(10), Extent.of(64));
    Node ids = trial.input("ids", DType.I32, Extent.symbol("b"));
    Node y = trial.graph.node(new Indexing.Gather(0, true), x, ids).exp();
    CompiledFunction compiled = Trial.compile(Trial.function(y), Simd.bits());
    Map<String, Tensor> given = new HashMap<>();
    given.put("x", Tensor.zeros(DType.F32, 10, 64));
    Tensor positions = Tensor.zeros(DType.I32, 10_000);
    given.put("ids", positions);
    for (int count : new int[] {1, 2, 3}) {
      Workers.setThreads(count);
      for (int wrong : new int[] {0, 4_999, 5_001, 9_999}) {
        positions.set(wrong, 10);
        DlxException error = assertThrows(DlxException.class, () -> compiled.call(given));
        assertEquals("position 10 is outside of an axis of 10", error.getMessage());
        positions.set(wrong, 0);
        assertEquals(1, compiled.call(given).getFirst().get(639_999));
      }
    }
  }

  /** Calls go on while the number of threads changes between their kernels. */
  @Test
  void threadsChangeWhileCallsRun() {
    CompiledFunction compiled =
        EveryKernel.compile(EveryKernel.kinds().reduce((a, b) -> b).orElseThrow(), DType.F32);
    Map<String, Tensor> alone = run(compiled, MANY, 1);
    AtomicBoolean stop = new AtomicBoolean();
    assertTimeoutPreemptively(
        Duration.ofSeconds(60),
        () -> {
          try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
            List<Future<?>> callers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
              callers.add(
                  pool.submit(() -> {
                    while (!stop.get()) {
                      EveryKernel.same("call", alone, run(compiled, MANY, 1));
                    }
                  }));
            }
            for (int i = 0; i < 400; i++) {
              Workers.setThreads(1 + i % 4);
              Thread.sleep(1);
            }
            stop.set(true);
            for (Future<?> caller : callers) {
              caller.get();
            }
          }
        });
  }
}
