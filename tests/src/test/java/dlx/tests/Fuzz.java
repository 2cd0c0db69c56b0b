package dlx.tests;

import dlx.runtime.DType;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random functions, compiled, against the judge until the time is over. Runs in the profile {@code
 * fuzz} only; every failure is shown with the smallest length of its seed that fails.
 */
class Fuzz {
  private enum Kind {
    TAME,
    WILD,
    LOOPS
  }

  private record Try(int seed, int length, DType dtype, Kind kind) {
    void check() {
      switch (kind) {
        case TAME -> CompiledContractTest.check(RandomFunctions.tame(seed, length, dtype));
        case WILD -> CompiledContractTest.check(RandomFunctions.wild(seed, length, dtype));
        case LOOPS -> CompiledContractTest.check(RandomFunctions.tameLoops(seed, length, dtype));
      }
    }
  }

  /** Only this kind, or all. */
  private static List<Kind> kinds() {
    String wish = System.getProperty("fuzz.kind", "");
    return wish.isEmpty() ? List.of(Kind.values()) : List.of(Kind.valueOf(wish));
  }

  @Test
  void compiledFunctions() {
    double seconds = Double.parseDouble(System.getProperty("fuzz.seconds", "1"));
    String wish = System.getProperty("fuzz.seed", "");
    long first = wish.isEmpty() ? System.nanoTime() : Long.parseLong(wish);
    System.out.println("fuzz.seed=" + first);
    Random random = new Random(first);
    long end = System.nanoTime() + (long) (seconds * 1e9);
    int count = 0;
    while (System.nanoTime() < end) {
      int length = 1 + random.nextInt(random.nextInt(10) == 0 ? 120 : 30);
      Kind kind = kinds().get(random.nextInt(kinds().size()));
      // a wild f32 overflows where f64 does not, so only f64 is judged
      DType dtype = kind != Kind.WILD && random.nextBoolean() ? DType.F32 : DType.F64;
      Try one = new Try(random.nextInt(Integer.MAX_VALUE), length, dtype, kind);
      try {
        one.check();
      } catch (RuntimeException | Error e) {
        throw smallest(one, e);
      }
      count++;
    }
    System.out.println(count + " functions agree");
    CompiledContractTest.OUTCOMES.forEach((what, n) -> System.out.println(n + " outputs " + what));
  }

  private static AssertionError smallest(Try found, Throwable thrown) {
    for (int length = 1; length < found.length(); length++) {
      Try shorter = new Try(found.seed(), length, found.dtype(), found.kind());
      try {
        shorter.check();
      } catch (RuntimeException | Error e) {
        return new AssertionError(shorter + " fails", e);
      }
    }
    return new AssertionError(found + " fails", thrown);
  }
}
