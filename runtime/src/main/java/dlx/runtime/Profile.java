package dlx.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How long each kernel of a function took, summed up over calls; see {@link
 * CompiledFunction#profile}. May be filled by any number of threads at once.
 */
public final class Profile {
  private final long[] nanoseconds;
  private final Map<List<Long>, Long> calls = new LinkedHashMap<>();
  private long skip;

  /**
   * @param kernels how many kernels the function has
   * @param skip how many calls are left out first, in which code is compiled
   */
  public Profile(int kernels, long skip) {
    nanoseconds = new long[kernels + 1];
    this.skip = skip;
  }

  /** Nanoseconds of a kernel, by its number. */
  public synchronized long nanoseconds(int kernel) {
    return nanoseconds[kernel];
  }

  /** Nanoseconds of copying new parameters and states into their places, at the end of steps. */
  public synchronized long commitNanoseconds() {
    return nanoseconds[nanoseconds.length - 1];
  }

  /** How many calls there were, by the sizes in the order of {@link Program#symbols()}. */
  public synchronized Map<List<Long>, Long> calls() {
    return new LinkedHashMap<>(calls);
  }

  /** Whether a call that begins now is measured. */
  synchronized boolean begins(long[] sizes) {
    if (skip > 0) {
      skip--;
      return false;
    }
    List<Long> key = new ArrayList<>();
    Arrays.stream(sizes).forEach(key::add);
    calls.merge(key, 1L, Long::sum);
    return true;
  }

  /** Adds what has passed since {@code begun}. */
  synchronized void add(int kernel, long begun) {
    nanoseconds[kernel] += System.nanoTime() - begun;
  }
}
