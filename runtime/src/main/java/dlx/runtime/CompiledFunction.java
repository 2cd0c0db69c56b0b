package dlx.runtime;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A compiled entry. Immutable; any number of threads may call it at once. A call allocates nothing
 * if the caller gives the arrays for the results and the sizes were used before.
 */
public final class CompiledFunction {
  /** Methods per generated class. */
  public static final int PAGE = 128;

  private static final int POOL = 64;

  private final Program program;
  private final Steps steps;
  private final int buffers;
  private final Program.Variable[] arguments;
  private final Program.Slot[] slots;
  private final Program.Variable[] outputs;
  private final Program.Commit[] commits;
  private final Program.Check[] checks;
  private final long[] draws;

  /** The symbol that an extent is, or -1 if it is a number or an expression. */
  private final int[] bare;

  /** Where kernels are measured; null while they are not. */
  private volatile Profile profile;

  private final Workspace[] pool = new Workspace[POOL];
  private int pooled;

  /**
   * @param pages the generated classes; method i is number i % PAGE of page i / PAGE
   */
  public CompiledFunction(Program program, List<Kernels> pages) {
    this.program = program;
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
    this.arguments = program.arguments().toArray(Program.Variable[]::new);
    this.slots = program.slots().toArray(Program.Slot[]::new);
    this.outputs = program.outputs().toArray(Program.Variable[]::new);
    this.commits = program.commits().toArray(Program.Commit[]::new);
    this.checks = program.checks().toArray(Program.Check[]::new);
    this.draws = program.draws().stream().mapToLong(d -> d).toArray();
    this.bare =
        program.extents().stream()
            .mapToInt(e -> e.matches("\\$\\d+") ? Integer.parseInt(e.substring(1)) : -1)
            .toArray();
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
    int[] symbols = symbols(sizes);
    Tensor[] results = results(given, slots, symbols);
    run(given, slots, results, symbols, seed, step);
    return List.of(results);
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

  /** New tensors for the results of a call with these arguments. */
  public Tensor[] results(Tensor[] arguments, Tensor[] slots, int[] symbols) {
    Workspace workspace = take();
    try {
      bind(workspace, arguments, slots, symbols);
      Tensor[] results = new Tensor[program.outputs().size()];
      for (int i = 0; i < results.length; i++) {
        Program.Variable v = program.outputs().get(i);
        int[] shape = v.shape().stream().mapToInt(e -> workspace.frame.extents[e]).toArray();
        results[i] = Tensor.zeros(v.dtype(), shape);
      }
      return results;
    } finally {
      give(workspace);
    }
  }

  /**
   * Calls with everything in place: arguments, slots and results in the order of {@link
   * #program()}. Writes the results and, at the end, the slots.
   *
   * @param symbols sizes that no argument brings, in the order of {@link Program#symbols()}; -1 for
   *     the others
   */
  public void run(
      Tensor[] arguments, Tensor[] slots, Tensor[] results, int[] symbols, long seed, long step) {
    Workspace workspace = take();
    boolean done = false;
    try {
      Frame frame = workspace.frame;
      bind(workspace, arguments, slots, symbols);
      for (int i = 0; i < results.length; i++) {
        Program.Variable v = outputs[i];
        type(results[i], v.name(), v.dtype());
        matches(results[i], v.name(), v.shape(), frame);
        frame.set(v.buffer(), v.dtype(), results[i].data());
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
    long bytes = 0;
    for (int i = 0; i < pooled; i++) {
      bytes += pool[i].bytes();
    }
    return bytes;
  }

  // ------------------------------------------------------------------ sizes and types

  private void bind(Workspace workspace, Tensor[] given, Tensor[] slots, int[] symbols) {
    long[] sizes = workspace.wanted;
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = symbols[i];
    }
    for (int i = 0; i < given.length; i++) {
      type(given[i], arguments[i].name(), arguments[i].dtype());
      read(given[i], arguments[i].name(), arguments[i].shape(), sizes);
    }
    for (int i = 0; i < slots.length; i++) {
      type(slots[i], this.slots[i].path(), this.slots[i].dtype());
      read(slots[i], this.slots[i].path(), this.slots[i].shape(), sizes);
    }
    for (int i = 0; i < sizes.length; i++) {
      if (sizes[i] < 0) {
        throw new DlxException(
            "R0105",
            "the size `" + program.symbols().get(i) + "` is not known",
            "",
            "no argument of `" + program.name() + "` has it; give it by name");
      }
    }
    workspace.bind(sizes);
    Frame frame = workspace.frame;
    for (Program.Check check : checks) {
      int left = frame.extents[check.left()];
      int right = frame.extents[check.right()];
      if (check.equal() ? left != right : left > right) {
        throw new DlxException(
            "R0103",
            check.message() + ": " + left + (check.equal() ? " is not " : " is more than ") + right,
            check.place(),
            "");
      }
    }
    for (int i = 0; i < given.length; i++) {
      matches(given[i], arguments[i].name(), arguments[i].shape(), frame);
      if (arguments[i].buffer() >= 0) {
        frame.set(arguments[i].buffer(), arguments[i].dtype(), given[i].data());
      }
    }
    for (int i = 0; i < slots.length; i++) {
      matches(slots[i], this.slots[i].path(), this.slots[i].shape(), frame);
      frame.set(this.slots[i].buffer(), this.slots[i].dtype(), slots[i].data());
    }
  }

  /** Sizes that an axis of this tensor is, if it is a bare size name. */
  private void read(Tensor tensor, String name, List<Integer> shape, long[] sizes) {
    if (tensor.rank() != shape.size()) {
      throw mismatch(tensor, name, shape, null);
    }
    for (int axis = 0; axis < shape.size(); axis++) {
      int symbol = bare[shape.get(axis)];
      if (symbol >= 0 && sizes[symbol] < 0) {
        sizes[symbol] = tensor.extent(axis);
      }
    }
  }

  private static void type(Tensor tensor, String name, DType dtype) {
    if (tensor.dtype() != dtype) {
      throw new DlxException(
          "R0103", "`" + name + "` is " + dtype + ", not " + tensor.describe(), "", "convert it");
    }
  }

  private void matches(Tensor tensor, String name, List<Integer> shape, Frame frame) {
    boolean fits = tensor.rank() == shape.size();
    for (int axis = 0; fits && axis < shape.size(); axis++) {
      fits = tensor.extent(axis) == frame.extents[shape.get(axis)];
    }
    if (!fits) {
      throw mismatch(tensor, name, shape, frame);
    }
  }

  private DlxException mismatch(Tensor tensor, String name, List<Integer> shape, Frame frame) {
    StringBuilder wanted = new StringBuilder();
    for (int extent : shape) {
      int symbol = bare[extent];
      wanted.append(wanted.isEmpty() ? "" : ", ");
      if (symbol >= 0) {
        wanted.append(program.symbols().get(symbol));
        wanted.append(frame == null ? "" : " = " + frame.extents[extent]);
      } else {
        wanted.append(frame == null ? program.extents().get(extent) : "" + frame.extents[extent]);
      }
    }
    return new DlxException(
        "R0103",
        "`"
            + name
            + "` must have the shape ["
            + wanted
            + "], not "
            + Arrays.toString(tensor.shape()),
        "",
        "");
  }

  // ------------------------------------------------------------------ workspaces

  private Workspace take() {
    synchronized (this) {
      if (pooled > 0) {
        return pool[--pooled];
      }
    }
    return new Workspace(program, buffers);
  }

  private synchronized void give(Workspace workspace) {
    if (pooled < POOL) {
      pool[pooled++] = workspace;
    }
  }
}
