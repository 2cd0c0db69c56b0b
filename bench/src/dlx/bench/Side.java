package dlx.bench;

import dlx.runtime.Tensor;
import java.util.List;

/** One library with a workload in place. For one thread at a time. */
interface Side extends AutoCloseable {
  /** Which library, and which way of using it. */
  String name();

  /** Computes it again and again; what is returned or updated is that of the last time. */
  void run(int times);

  /**
   * How long {@code times} runs take, in seconds: by the clock of this process, unless the library
   * runs in another one.
   */
  default double seconds(int times) {
    long begun = System.nanoTime();
    run(times);
    return (System.nanoTime() - begun) * 1e-9;
  }

  /** The results of the last run, then the parameters that it changes, in the workload's order. */
  List<Tensor> results();

  @Override
  default void close() {}
}
