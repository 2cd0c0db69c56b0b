package dlx;

import dlx.ast.Ast;
import dlx.ast.Parse;
import dlx.elaborate.Elaborate;
import dlx.elaborate.ImportResolver;
import dlx.elaborate.Program;
import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.runtime.CompiledFunction;
import dlx.runtime.DlxException;
import dlx.runtime.NumberFunction;
import dlx.runtime.Tensor;
import dlx.runtime.Workers;
import dlx.schedule.Schedule;
import dlx.source.Diagnostic;
import dlx.source.Diagnostics;
import dlx.source.Source;
import dlx.source.Suggest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A program with its parameters and states. May be used by any number of threads; what is compiled
 * is compiled once. Parameters get their first values from the seed when they are first needed.
 */
public final class Model {
  /** Expressions of a model, to be compiled together: see {@link Compiler#compile}. */
  public record Expression(Model model, String text) {}

  /** Values of inputs by name, and the run-time sizes that they have. */
  public record Inputs(Map<String, Tensor> tensors, Map<String, Integer> sizes) {}

  private record Asked(List<String> expressions, boolean training) {}

  private final Source source;
  private final Options options;
  private final Program program;
  private final List<Diagnostic> warnings;
  private final Pipeline pipeline;
  private final Memory memory = new Memory(this);
  private final Map<Asked, Entry> entries = new ConcurrentHashMap<>();
  private final Map<List<String>, Step> steps = new ConcurrentHashMap<>();
  private final Map<Set<String>, CompiledFunction> initials = new ConcurrentHashMap<>();
  private final Map<String, CompiledFunction> defaults = new ConcurrentHashMap<>();

  private Model(
      Source source,
      Options options,
      Program program,
      List<Diagnostic> warnings,
      Pipeline.Watch watch) {
    this.source = source;
    this.options = options;
    this.program = program;
    this.warnings = warnings;
    this.pipeline = new Pipeline(options, watch);
  }

  /**
   * Reads a program.
   *
   * @throws dlx.source.ProgramException if it is wrong; it holds everything found
   */
  public static Model of(Source source, Options options, ImportResolver imports) {
    return of(source, options, imports, Pipeline.Watch.NONE);
  }

  /**
   * @param watch sees every stage of everything that is compiled, on the thread that needs it
   */
  public static Model of(
      Source source, Options options, ImportResolver imports, Pipeline.Watch watch) {
    Diagnostics diagnostics = new Diagnostics();
    Ast.File file = Parse.file(source, diagnostics);
    diagnostics.throwIfErrors();
    if (!options.tests()) file = file.withoutTests();
    Program program = Elaborate.program(file, options.defines(), imports, diagnostics);
    diagnostics.throwIfErrors();
    if (options.threads() > 0) Workers.setThreads(options.threads());
    return new Model(source, options, program, diagnostics.all(), watch);
  }

  // ------------------------------------------------------------------ what it is

  /** What the program needs, holds, answers and changes. */
  public Program program() {
    return program;
  }

  public Source source() {
    return source;
  }

  public Options options() {
    return options;
  }

  /** What was remarked about the program that is no error. */
  public List<Diagnostic> warnings() {
    return warnings;
  }

  // ------------------------------------------------------------------ what can be called

  /**
   * Names or any expressions of the language over the names of the file, compiled together, as they
   * are outside training.
   *
   * @throws dlx.source.ProgramException if an expression is wrong
   */
  public Entry entry(String... expressions) {
    return entry(List.of(expressions), false);
  }

  /**
   * @param training whether {@code training} is true in them, as inside a step
   * @throws dlx.source.ProgramException if an expression is wrong
   */
  public Entry entry(List<String> expressions, boolean training) {
    if (expressions.isEmpty()) throw new IllegalArgumentException("no expression");
    return entries.computeIfAbsent(
        new Asked(List.copyOf(expressions), training),
        k ->
            new Entry(
                this,
                String.join(", ", k.expressions),
                () -> program.entry(k.expressions, training)));
  }

  /**
   * A step by its name.
   *
   * @throws DlxException R0107 if there is none of that name
   */
  public Step step(String name) {
    return step(name, List.of());
  }

  /**
   * A step that also returns values of definitions, after its own results: those that they have
   * when the step begins. Computed together, so that what they share with the step is done once.
   *
   * @throws DlxException R0107 if there is no step of that name
   */
  public Step step(String name, List<String> also) {
    Program.Step step =
        program.steps().stream()
            .filter(s -> s.name().equals(name))
            .findFirst()
            .orElseThrow(() ->
                unknown("step", name, program.steps().stream().map(Program.Step::name).toList()));
    List<String> key = new ArrayList<>(also);
    key.addFirst(name);
    return steps.computeIfAbsent(key, k -> new Step(this, step, () -> program.step(name, also)));
  }

  /** An expression over the names of the file, for {@link Compiler#compile}. */
  public Expression expr(String text) {
    return new Expression(this, text);
  }

  /**
   * Values for inputs: given ones, or their defaults.
   *
   * @param names of the inputs that are needed
   * @param given tensors, or numbers, which fill the declared shape
   * @param sizes values of run-time sizes that no given tensor has
   * @throws DlxException if something is missing, unknown or of another type
   */
  public Inputs inputs(Collection<String> names, Map<String, ?> given, Map<String, Integer> sizes) {
    return Arguments.inputs(this, names, given, sizes);
  }

  /** A function of this program after the stage {@code last} of {@link Pipeline#STAGES}. */
  public Function stage(String last, Supplier<Function> elaborate) {
    return pipeline.function(last, elaborate);
  }

  // ------------------------------------------------------------------ parameters and states

  /**
   * A copy of a parameter or state, by its path such as {@code fc1.w}.
   *
   * @throws DlxException if there is none (R0107), or it has run-time sizes and no value yet
   *     (R0105)
   */
  public Tensor get(String path) {
    return memory.get(slot(path));
  }

  /**
   * Replaces a parameter or state.
   *
   * @throws DlxException if there is none (R0107) or the type does not fit (R0103, R0104)
   */
  public void set(String path, Tensor value) {
    setAll(Map.of(path, value));
  }

  /** Replaces several at once; if one does not fit, none. */
  public void setAll(Map<String, Tensor> values) {
    values.forEach((path, tensor) -> {
      Program.Slot slot = slot(path);
      Arguments.check(path, slot.type(), tensor, new LinkedHashMap<>());
    });
    memory.set(values);
  }

  /** Copies of all parameters and states that have a value or get one from the seed, in order. */
  public Map<String, Tensor> values() {
    return memory.snapshot();
  }

  /** Forgets all values: they start again from the seed. */
  public void reset(long seed) {
    memory.reset(seed);
  }

  public void reset() {
    reset(seed());
  }

  /** Forgets the states whose shape has run-time sizes, such as those of a recurrent net. */
  public void resetStates() {
    memory.forget(openStatePaths());
  }

  /** Copies of the states whose shape has run-time sizes, as far as they have a value. */
  public Map<String, Tensor> openStates() {
    List<String> open = openStatePaths();
    if (open.isEmpty()) return Map.of();
    Map<String, Tensor> values = new LinkedHashMap<>(values());
    values.keySet().retainAll(open);
    return values;
  }

  private List<String> openStatePaths() {
    return program.slots().stream()
        .filter(s -> !s.param() && hasRuntimeSize(s.type()))
        .map(Program.Slot::path)
        .toList();
  }

  public long seed() {
    return memory.seed();
  }

  /** How many steps have run; the other half of the address of a random draw. */
  public long steps() {
    return memory.step();
  }

  /** Goes on as if that many steps had run. */
  public void setSteps(long number) {
    memory.step(number);
  }

  /** A parameter or state by its path. */
  public Program.Slot slot(String path) {
    return findSlot(path)
        .orElseThrow(() ->
            unknown(
                "parameter or state",
                path,
                program.slots().stream().map(Program.Slot::path).toList()));
  }

  public Optional<Program.Slot> findSlot(String path) {
    return program.slots().stream().filter(s -> s.path().equals(path)).findFirst();
  }

  static DlxException unknown(String kind, String name, Collection<String> names) {
    String near = Suggest.closest(name, names);
    return new DlxException(
        "R0107",
        "there is no " + kind + " `" + name + "`",
        "",
        near != null
            ? "did you mean `" + near + "`?"
            : names.isEmpty() || names.size() > 20 ? "" : "there is " + String.join(", ", names));
  }

  // ------------------------------------------------------------------ for the classes of this
  // package

  Memory memory() {
    return memory;
  }

  Pipeline pipeline() {
    return pipeline;
  }

  CompiledFunction compile(Supplier<Function> function) {
    return pipeline.compile(source.name(), function);
  }

  NumberFunction numbers(List<String> arguments, Supplier<Function> function) {
    return pipeline.numbers(source.name(), arguments, function);
  }

  Schedule schedule(Supplier<Function> function) {
    return pipeline.schedule(source.name(), function);
  }

  static boolean hasRuntimeSize(Program.Typed type) {
    return type.type().shape().stream().anyMatch(e -> !e.isConstant());
  }

  /** First values of slots, by path. */
  Map<String, Tensor> initial(List<String> paths, Map<String, Integer> sizes, long seed) {
    for (String path : paths) {
      for (Extent extent : slot(path).type().type().shape()) {
        for (String size : extent.symbols()) {
          if (!sizes.containsKey(size)) {
            throw new DlxException(
                "R0105",
                "`" + path + "` is " + slot(path).type() + ", and `" + size + "` is not known yet",
                "",
                "it is made by the first call that has an input with this size");
          }
        }
      }
    }
    // by whomever they are wanted and in whatever order, the same slots are the same code
    Set<String> wanted = Set.copyOf(paths);
    CompiledFunction compiled =
        initials.computeIfAbsent(
            wanted, key -> compile(() -> part("initial", program.initial(), key)));
    List<Tensor> tensors = compiled.call(Map.of(), sizes, seed, 0);
    Map<String, Tensor> values = new LinkedHashMap<>();
    for (int i = 0; i < tensors.size(); i++) {
      values.put(compiled.program().outputs().get(i).name(), tensors.get(i));
    }
    return values;
  }

  /** The value of an input's default that is not one number; null if it has no such default. */
  @Nullable Tensor defaultOf(String input, Map<String, Integer> sizes) {
    CompiledFunction compiled =
        defaults.computeIfAbsent(
            input, name -> compile(() -> part(name, program.defaults(), Set.of(name))));
    return compiled.call(Map.of(), sizes, seed(), 0).getFirst();
  }

  /** A function of some of the outputs. */
  static Function part(String name, Function whole, Set<String> outputs) {
    List<Function.Output> kept =
        whole.outputs().stream().filter(o -> outputs.contains(o.name())).toList();
    if (kept.size() != outputs.size()) {
      throw new IllegalStateException(whole.name() + " lacks some of " + outputs);
    }
    return new Function(name, kept, List.of(), whole.checks());
  }
}
