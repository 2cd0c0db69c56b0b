package dlx.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which methods are entered before there is data for them, and when. */
@Timeout(60)
class AheadTest {
  /** Notes what is entered. */
  private static class Page extends Kernels {
    final List<Integer> entered;

    Page(List<Integer> entered) {
      this.entered = entered;
    }

    @Override
    public int entries() {
      return 2;
    }

    @Override
    public int seldom() {
      return 3;
    }

    @Override
    public void enter(int entry) {
      entered.add(entry);
    }

    @Override
    public void run(int method, Frame frame, Scratch scratch, int from, int to) {
      throw new AssertionError("there are no kernels");
    }
  }

  /** A function of a row of n numbers that computes nothing. */
  private static CompiledFunction function(Kernels page) {
    Program program =
        new Program(
            "nothing",
            List.of("n"),
            List.of("$0"),
            List.of(new Program.Variable("x", DType.F32, List.of(0), 0)),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of());
    return new CompiledFunction(program, List.of(page));
  }

  private static List<Integer> notes() {
    return Collections.synchronizedList(new ArrayList<>());
  }

  private static void call(CompiledFunction function, int size) {
    function.call(Map.of("x", Tensor.zeros(DType.F32, size)));
  }

  private static List<Integer> sorted(List<Integer> entered) {
    return entered.stream().sorted().toList();
  }

  @Test
  void methodsForSomeSizesAreEnteredWithTheThirdSize() {
    List<Integer> entered = notes();
    CompiledFunction function = function(new Page(entered));
    function.awaitCode();
    assertEquals(List.of(-1, 0, 1), sorted(entered));
    for (int size : new int[] {64, 16, 64, 16, 64}) call(function, size);
    assertEquals(List.of(-1, 0, 1), sorted(entered));
    call(function, 5);
    assertEquals(List.of(-1, 0, 1, 2, 3, 4), sorted(entered), "before the call goes on");
    for (int size : new int[] {64, 7, 8}) call(function, size);
    assertEquals(6, entered.size(), "once");
  }

  @Test
  void whatNobodyHoldsAnyMoreIsNotEntered() throws InterruptedException {
    CountDownLatch gate = new CountDownLatch(1);
    CountDownLatch busy = new CountDownLatch(4);
    List<CompiledFunction> blocking = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      blocking.add(
          function(
              new Page(new ArrayList<>()) {
                @Override
                public void touch() {
                  busy.countDown();
                  try {
                    gate.await();
                  } catch (InterruptedException e) {
                    throw new AssertionError(e);
                  }
                }

                @Override
                public void enter(int entry) {}
              }));
    }
    busy.await(); // all threads have something to do, so what comes now waits
    List<Integer> entered = notes();
    List<Integer> held = notes();
    CompiledFunction kept = function(new Page(held));
    WeakReference<Kernels> forgotten = forgotten(entered);
    while (!forgotten.refersTo(null)) {
      System.gc();
      Thread.sleep(1);
    }
    gate.countDown();
    blocking.forEach(CompiledFunction::awaitCode);
    kept.awaitCode();
    assertEquals(List.of(-1, 0, 1), sorted(held));
    CompiledFunction last = function(new Page(new ArrayList<>()));
    last.awaitCode(); // behind everything that was waiting
    assertTrue(entered.isEmpty(), () -> "entered " + entered);
  }

  /** A function that nobody holds when this is over. */
  private static WeakReference<Kernels> forgotten(List<Integer> entered) {
    Kernels page = new Page(entered);
    function(page);
    return new WeakReference<>(page);
  }
}
