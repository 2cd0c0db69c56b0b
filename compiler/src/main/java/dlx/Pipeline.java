package dlx;

import dlx.differentiate.Differentiate;
import dlx.emit.ClassEmitter;
import dlx.emit.NumberEmitter;
import dlx.graph.Function;
import dlx.graph.Verify;
import dlx.recompute.Recompute;
import dlx.runtime.CompiledFunction;
import dlx.runtime.NumberFunction;
import dlx.runtime.Simd;
import dlx.schedule.Schedule;
import dlx.schedule.Unchecked;
import dlx.simplify.Simplify;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The way of a function through the compiler. The order of the passes is the list in the
 * constructor; checking, dumping and timing happen in one place, {@link #pass}.
 */
public final class Pipeline {
  /** The names of the stages, in order. */
  public static final List<String> STAGES =
      List.of("elaborate", "recognize", "differentiate", "simplify", "emit");

  /** Sees what each stage made and how long that took. */
  @FunctionalInterface
  public interface Watch {
    Watch NONE = (stage, made, nanoseconds) -> {};

    /**
     * @param made a {@link Function}, or the {@link CompiledFunction} or {@link NumberFunction} of
     *     the last stage
     */
    void after(String stage, Object made, long nanoseconds);
  }

  private record Pass(String name, UnaryOperator<Function> work, Consumer<Function> check) {}

  private final List<Pass> passes;
  private final Options options;
  private final Watch watch;

  public Pipeline(Options options, Watch watch) {
    this.options = options;
    this.watch = watch;
    this.passes =
        List.of(
            new Pass("recognize", this::recognized, Verify::withDerivatives),
            new Pass("differentiate", Differentiate::function, Verify::function),
            new Pass("simplify", this::simplified, Verify::function));
  }

  /**
   * All stages.
   *
   * @param file the name of the source file, for stack traces and profilers
   */
  public CompiledFunction compile(String file, Supplier<Function> elaborate) {
    Function function = ready(elaborate);
    return timed("emit", () -> ClassEmitter.compile(function, file));
  }

  /** All stages, for a function of numbers. */
  public NumberFunction numbers(String file, List<String> arguments, Supplier<Function> elaborate) {
    Function function = ready(elaborate);
    return timed("emit", () -> NumberEmitter.compile(function, arguments, file));
  }

  /**
   * The schedule behind what {@link #compile} returns, made once more: nothing of it is kept, and
   * it is the same every time.
   */
  public Schedule schedule(String file, Supplier<Function> elaborate) {
    return ClassEmitter.emit(ready(elaborate), file, Simd.bits()).schedule();
  }

  private Function ready(Supplier<Function> elaborate) {
    Function function = function("simplify", elaborate);
    return options.unchecked() ? Unchecked.function(function) : function;
  }

  /** The stages on graphs, up to and including {@code last}. */
  public Function function(String last, Supplier<Function> elaborate) {
    Function function = pass("elaborate", elaborate, Verify::withDerivatives);
    for (Pass pass : passes) {
      if (STAGES.indexOf(pass.name) > STAGES.indexOf(last)) break;
      Function before = function;
      function = pass(pass.name, () -> pass.work.apply(before), pass.check);
    }
    return function;
  }

  private Function pass(String name, Supplier<Function> work, Consumer<Function> check) {
    Function made = timed(name, work);
    check.accept(made);
    return made;
  }

  private <T> T timed(String name, Supplier<T> work) {
    long begun = System.nanoTime();
    T made = work.get();
    watch.after(name, made, System.nanoTime() - begun);
    return made;
  }

  /** Formulas that stand for something better are found before their derivatives are taken. */
  private Function recognized(Function function) {
    return options.simplify() ? Simplify.forms(function, mode()) : function;
  }

  private Function simplified(Function function) {
    Function simple = options.simplify() ? Simplify.function(function, mode()) : function;
    return Recompute.function(simple, options.memory());
  }

  private Simplify.Mode mode() {
    return switch (options.mathematics()) {
      case REAL -> Simplify.Mode.REAL;
      case STRICT -> Simplify.Mode.STRICT;
    };
  }
}
