package dlx.runtime;

import java.util.List;

/**
 * A function with arguments, slots and results in place, made by {@link CompiledFunction#prepare}.
 * Each run overwrites the results of the one before and allocates nothing. For one thread at a
 * time.
 */
public final class Prepared {
  private final CompiledFunction function;
  final Tensor[] arguments;
  final Tensor[] slots;
  final int[] symbols;
  final Tensor[] results;

  Prepared(
      CompiledFunction function,
      Tensor[] arguments,
      Tensor[] slots,
      int[] symbols,
      Tensor[] results) {
    this.function = function;
    this.arguments = arguments.clone();
    this.slots = slots.clone();
    this.symbols = symbols.clone();
    this.results = results;
  }

  /**
   * Writes the results and, if the function is a step, the slots at the end.
   *
   * @param seed of the random draws
   * @param step the number of the step, the other half of the address of a draw
   * @throws DlxException if a position is out of range; no slot has changed then
   */
  public void run(long seed, long step) {
    function.run(this, seed, step);
  }

  /** The results, in the order of the program. */
  public List<Tensor> results() {
    return List.of(results);
  }
}
