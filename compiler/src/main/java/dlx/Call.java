package dlx;

import dlx.runtime.CompiledFunction;
import dlx.runtime.Prepared;
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
  private final Memory memory;

  /** Does it need nothing of the memory, which others may change? */
  private final boolean isFree;

  private long generation = -1;
  private Prepared prepared;
  private Results results;

  Call(Fn function, Tensor[] arguments, Map<String, Integer> sizes) {
    this.function = function;
    this.compiled = function.compiled;
    this.arguments = arguments;
    this.sizes = Map.copyOf(sizes);
    this.memory = function.model.memory();
    this.isFree =
        !function.changes()
            && compiled.program().slots().isEmpty()
            && compiled.program().draws().isEmpty();
  }

  /**
   * Calls the entry, or runs the step once.
   *
   * @return the same object each time unless a parameter changed its shape in between
   * @throws dlx.runtime.DlxException if a size does not fit or a position is out of range; nothing
   *     has changed then
   */
  public Results run() {
    if (isFree) {
      if (prepared == null) bind(new Tensor[0], 0);
      execute(0, 0);
    } else if (function.changes()) {
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

  boolean isBoundTo(long wanted) {
    return generation == wanted;
  }

  /**
   * @param slots the tensors of the slots, the same as long as the memory has this generation
   */
  void bind(Tensor[] slots, long ofGeneration) {
    prepared = compiled.prepare(arguments, slots, compiled.symbols(sizes));
    results = new Results(function.outputs, prepared.results());
    generation = ofGeneration;
  }

  void execute(long seed, long step) {
    prepared.run(seed, step);
  }
}
