package dlx;

import dlx.runtime.CompiledFunction;
import dlx.runtime.Tensor;
import java.util.Map;

/**
 * An entry or step with arguments, parameters and results in place. Running it again and again
 * allocates nothing; each run overwrites the results of the one before. For one thread at a time.
 */
public final class Call {
  private final Fn function;
  private final CompiledFunction compiled;
  private final Tensor[] arguments;
  private final Map<String, Integer> sizes;
  private final int[] symbols;
  private final Memory memory;

  private Memory.Bound bound;
  private Tensor[] output;
  private Results results;

  Call(Fn function, Tensor[] arguments, Map<String, Integer> sizes) {
    this.function = function;
    this.compiled = function.compiled;
    this.arguments = arguments;
    this.sizes = Map.copyOf(sizes);
    this.symbols = compiled.symbols(sizes);
    this.memory = function.model.memory();
    this.bound = Memory.Bound.NOTHING;
    this.output = new Tensor[0];
    this.results = new Results(java.util.List.of(), output);
  }

  /**
   * Calls the entry, or runs the step once.
   *
   * @return the same object each time unless a parameter changed its shape in between
   * @throws dlx.runtime.DlxException if a size does not fit or a position is out of range; nothing
   *     has changed then
   */
  public Results run() {
    if (function.changes()) {
      memory.change(this);
    } else {
      memory.read(this);
    }
    return results;
  }

  /** The sizes that the arguments have. */
  public Map<String, Integer> sizes() {
    return sizes;
  }

  Fn function() {
    return function;
  }

  boolean isBoundTo(long generation) {
    return bound.generation() == generation;
  }

  void bind(Memory.Bound slots) {
    Tensor[] made = compiled.results(arguments, slots.tensors(), symbols);
    output = made;
    results = new Results(function.outputs, made);
    bound = slots;
  }

  void execute(long seed, long step) {
    compiled.run(arguments, bound.tensors(), output, symbols, seed, step);
  }
}
