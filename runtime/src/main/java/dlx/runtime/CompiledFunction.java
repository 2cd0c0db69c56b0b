package dlx.runtime;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A compiled entry. Immutable; any number of threads may call it at once. A call allocates nothing
 * if the caller gives the arrays for the results and the sizes were used before.
 */
public final class CompiledFunction {
  /** Methods per generated class. */
  public static final int PAGE = 128;

  private static final int POOL = 64;

  /**
   * A run over data has a size for its batches and one for the last of them. Who comes with more
   * sizes than that will come with others, so what only some sizes need is compiled then, all of it
   * at once.
   */
  private static final int FEW_SIZES = 2;

  private static final VarHandle SPARE;

  static {
    try {
      SPARE =
          MethodHandles.lookup().findVarHandle(CompiledFunction.class, "spare", Workspace.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Program program;
  private final List<Kernels> pages;
  private final Steps steps;
  private final int buffers;
  private final Signature signature;
  private final Program.Commit[] commits;
  private final long[] draws;

  /** Where kernels are measured; null while they are not. */
  private volatile Profile profile;

  /** Null when it is over. */
  private volatile Ahead ahead;

  /** The sizes of calls so far; null when there is code for all. */
  private volatile Set<List<Long>> sizes;

  /** The workspace of the call that ended last; null while a call has it. */
  private volatile Workspace spare;

  /** Those of calls that ran at the same time. */
  private final Workspace[] pool = new Workspace[POOL];

  private int pooled;

  /**
   * @param pages the generated classes; method i is number i % PAGE of page i / PAGE
   */
  public CompiledFunction(Program program, List<Kernels> pages) {
    this.program = program;
    this.pages = List.copyOf(pages);
    this.steps = new Steps(program, pages);
    int highest = -1;
    for (Program.Variable v : program.arguments()) {
      highest = Math.max(highest, v.buffer());
    }
    for (Program.Variable v : program.outputs()) {
      highest = Math.max(highest, v.buffer());
    }
    for (Program.Slot s : program.slots()) {
      highest = Math.max(highest, s.buffer());
    }
    for (Program.Temporary t : program.temporaries()) {
      highest = Math.max(highest, t.buffer());
    }
    for (Program.Table t : program.tables()) {
      highest = Math.max(highest, t.buffer());
    }
    this.buffers = highest + 1;
    this.signature = new Signature(program);
    this.commits = program.commits().toArray(Program.Commit[]::new);
    this.draws = program.draws().stream().mapToLong(d -> d).toArray();
    this.sizes = pages.stream().anyMatch(p -> p.seldom() > 0) ? new HashSet<>() : null;
    this.ahead = Ahead.of(pages);
  }

  public Program program() {
    return program;
  }

  /** How many kernels there are; those of a loop count once. */
  public int kernelCount() {
    return program.kernels().size();
  }

  /**
   * Calls with arguments by name and returns the results in order.
   *
   * @param arguments every argument and every parameter or state, by name; not changed unless the
   *     function is a step, which writes the new values into the tensors of its slots
   */
  public List<Tensor> call(Map<String, Tensor> arguments) {
    return call(arguments, Map.of(), 0, 0);
  }

  /**
   * @param sizes values of sizes that no argument brings, by name
   * @param seed of the random draws
   * @param step the number of the step, the other half of the address of a draw
   */
  public List<Tensor> call(
      Map<String, Tensor> arguments, Map<String, Integer> sizes, long seed, long step) {
    Tensor[] given = new Tensor[program.arguments().size()];
    Tensor[] slots = new Tensor[program.slots().size()];
    for (int i = 0; i < given.length; i++) {
      given[i] = argument(arguments, program.arguments().get(i).name());
    }
    for (int i = 0; i < slots.length; i++) {
      slots[i] = argument(arguments, program.slots().get(i).path());
    }
    Prepared call = prepare(given, slots, symbols(sizes));
    call.run(seed, step);
    return call.results();
  }

  private Tensor argument(Map<String, Tensor> arguments, String name) {
    Tensor tensor = arguments.get(name);
    if (tensor == null) {
      throw new DlxException(
          "R0103", "`" + program.name() + "` needs `" + name + "`", "", "give it a value");
    }
    return tensor;
  }

  /** The sizes in the order of {@link Program#symbols()}, -1 where {@code named} has none. */
  public int[] symbols(Map<String, Integer> named) {
    return program.symbols().stream().mapToInt(s -> named.getOrDefault(s, -1)).toArray();
  }

  /**
   * Puts everything in place for calls with these very tensors: the arrays behind them may change
   * between calls. Makes the tensors for the results.
   *
   * @param arguments in the order of {@link #program()}
   * @param slots parameters and states in the order of {@link #program()}; a step writes them
   * @param symbols sizes that no argument brings, in the order of {@link Program#symbols()}; -1 for
   *     the others
   * @throws DlxException R0103 or R0105 if types or sizes do not fit
   */
  public Prepared prepare(Tensor[] arguments, Tensor[] slots, int[] symbols) {
    Workspace workspace = take();
    try {
      workspace.placed = null;
      signature.bind(workspace, arguments, slots, symbols);
      return new Prepared(this, arguments, slots, symbols, signature.results(workspace.frame));
    } finally {
      give(workspace);
    }
  }

  /**
   * Waits until the JIT compiler has compiled the methods that most calls need, where the options
   * of the JVM have it do so ahead (README). The first call waits as well.
   */
  public void awaitCode() {
    Ahead waiting = ahead;
    if (waiting != null) {
      waiting.await();
      ahead = null;
    }
  }

  /** Methods that only some sizes need, when it turns out that sizes change. */
  private void meet(long[] wanted) {
    Set<List<Long>> met = sizes;
    if (met == null) {
      return;
    }
    synchronized (met) {
      met.add(Arrays.stream(wanted).boxed().toList());
      if (met.size() > FEW_SIZES && sizes != null) {
        Ahead.ofSeldom(pages).await();
        sizes = null;
      }
    }
  }

  /** Calls with everything in place. Writes the results and, at the end, the slots. */
  void run(Prepared call, long seed, long step) {
    if (ahead != null) {
      awaitCode();
    }
    Workspace workspace = take();
    boolean done = false;
    try {
      Frame frame = workspace.frame;
      if (workspace.placed != call) {
        workspace.placed = null;
        signature.bind(workspace, call.arguments, call.slots, call.symbols);
        signature.place(call.results, frame);
        meet(workspace.wanted);
        workspace.placed = call;
      }
      for (int i = 0; i < frame.keys.length; i++) {
        frame.keys[i] = RandomBits.key(seed, step, draws[i]);
      }
      Profile measured = profile;
      if (measured != null && measured.begins(workspace.wanted)) {
        runMeasured(workspace, measured);
      } else {
        steps.run(workspace, null);
        commit(frame);
      }
      done = true;
    } finally {
      if (!done) {
        workspace.unbind();
      }
      give(workspace);
    }
  }

  private void commit(Frame frame) {
    for (Program.Commit c : commits) {
      Object from = frame.get(c.from(), c.dtype());
      System.arraycopy(from, 0, frame.get(c.to(), c.dtype()), 0, frame.extents[c.size()]);
    }
  }

  private void runMeasured(Workspace workspace, Profile measured) {
    steps.run(workspace, measured);
    long time = System.nanoTime();
    commit(workspace.frame);
    measured.add(kernelCount(), time);
  }

  /**
   * Measures every kernel of the calls that begin from now on; null ends that. Costs some tens of
   * nanoseconds for each kernel, and nothing while it is off.
   *
   * @param into a profile of {@link #kernelCount} kernels
   */
  public void profile(Profile into) {
    profile = into;
  }

  /** The bytes of temporaries that calls keep, once for every call that ran at the same time. */
  public synchronized long workspaceBytes() {
    Workspace last = spare;
    long bytes = last == null ? 0 : last.bytes();
    for (int i = 0; i < pooled; i++) {
      bytes += pool[i].bytes();
    }
    return bytes;
  }

  // ------------------------------------------------------------------ workspaces

  private Workspace take() {
    Workspace workspace = (Workspace) SPARE.getAndSet(this, null);
    return workspace != null ? workspace : takePooled();
  }

  private synchronized Workspace takePooled() {
    return pooled > 0 ? pool[--pooled] : new Workspace(program, buffers);
  }

  private void give(Workspace workspace) {
    if (!SPARE.compareAndSet(this, null, workspace)) {
      givePooled(workspace);
    }
  }

  private synchronized void givePooled(Workspace workspace) {
    if (pooled < POOL) {
      pool[pooled++] = workspace;
    }
  }
}
