package dlx.runtime;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A compiled model with its parameters and states; needs nothing of the compiler. Entries may be
 * called by any number of threads; steps run one after the other and change everything at their
 * end.
 */
public final class CompiledModel {
  /** The name of the part that gives first values of slots whose shapes are known. */
  public static final String INITIAL = "initial values";

  /** What the name of the part begins with that gives the first value of another slot. */
  public static final String OPEN = "first value of ";

  private final ModelFile file;
  private final Map<String, CompiledFunction> functions = new LinkedHashMap<>();
  private final Map<String, ModelFile.Role> roles = new HashMap<>();
  private final Map<String, Tensor> values = new LinkedHashMap<>();
  private final ReadWriteLock lock = new ReentrantReadWriteLock(true);
  private final long seed;
  private long step;

  private CompiledModel(ModelFile file, long seed) {
    this.file = file;
    this.seed = seed;
    for (ModelFile.Part part : file.parts()) {
      List<Kernels> pages = part.classes().stream().map(Loader::load).toList();
      functions.put(part.name(), new CompiledFunction(part.program(), pages));
      roles.put(part.name(), part.role());
    }
    for (ModelFile.Slot slot : file.slots()) {
      if (slot.value().length > 0) values.put(slot.path(), ModelFile.tensor(slot));
    }
    if (functions.containsKey(INITIAL)) fill(functions.get(INITIAL), Map.of());
  }

  /**
   * The model that {@code dlx compile} left beside a class.
   *
   * @param seed of first values and draws
   * @throws DlxException R0101 if it is not there or cannot be read
   */
  public static CompiledModel of(Class<?> home, String resource, long seed) {
    InputStream stream = home.getResourceAsStream(resource);
    if (stream == null) {
      throw new DlxException("R0101", "the compiled model is missing", resource, "");
    }
    return read(stream, resource, seed);
  }

  /** Reads a model and closes the stream. */
  public static CompiledModel read(InputStream stream, String place, long seed) {
    return new CompiledModel(ModelFile.read(stream, place), seed);
  }

  /** The names of entries and steps. */
  public List<String> names() {
    return functions.keySet().stream()
        .filter(n -> roles.get(n) == ModelFile.Role.ENTRY || roles.get(n) == ModelFile.Role.STEP)
        .toList();
  }

  /**
   * Calls an entry, or runs a step once.
   *
   * @param arguments tensors by name; what is left out takes its default
   * @return the results in order
   * @throws DlxException R0105 if something is missing, R0103 if a shape does not fit
   */
  public List<Tensor> call(String name, Map<String, Tensor> arguments) {
    CompiledFunction function = function(name);
    Map<String, Tensor> given = withDefaults(name, function, arguments);
    boolean change = roles.get(name) == ModelFile.Role.STEP;
    makeOpen(function, given);
    var held = change ? lock.writeLock() : lock.readLock();
    held.lock();
    try {
      Map<String, Tensor> all = new HashMap<>(given);
      function.program().slots().forEach(s -> all.put(s.path(), values.get(s.path())));
      List<Tensor> results = function.call(all, Map.of(), seed, step);
      if (change) step++;
      return results;
    } finally {
      held.unlock();
    }
  }

  /**
   * As {@link #call(String, Map)}, for the class that {@code dlx compile} makes.
   *
   * @param values tensors, and boxed numbers and truth values for arguments that are single ones
   */
  public List<Tensor> call(String name, String[] arguments, Object[] values) {
    Map<String, Tensor> given = new HashMap<>();
    for (int i = 0; i < arguments.length; i++) {
      given.put(
          arguments[i],
          switch (values[i]) {
            case Float number -> Tensor.scalar(number.floatValue());
            case Double number -> Tensor.scalar(number.doubleValue());
            case Integer number -> Tensor.scalar(number.intValue());
            case Boolean truth -> Tensor.scalar(truth.booleanValue());
            default -> (Tensor) values[i];
          });
    }
    return call(name, given);
  }

  /** A function by name; its parameters and states are then the caller's. */
  public CompiledFunction function(String name) {
    CompiledFunction function = functions.get(name);
    if (function != null && names().contains(name)) return function;
    throw new DlxException(
        "R0107",
        "there is no entry or step `" + name + "`",
        file.name(),
        "there is " + String.join(", ", names()));
  }

  /** A copy of a parameter or state. */
  public Tensor get(String path) {
    lock.readLock().lock();
    try {
      return slot(path).copy();
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Replaces a parameter or state by another of the same type. */
  public void set(String path, Tensor value) {
    lock.writeLock().lock();
    try {
      Tensor there = slot(path);
      if (!there.describe().equals(value.describe())) {
        throw new DlxException(
            "R0103", "`" + path + "` is " + there.describe() + ", not " + value.describe(), "", "");
      }
      System.arraycopy(value.data(), 0, there.data(), 0, value.size());
    } finally {
      lock.writeLock().unlock();
    }
  }

  private Tensor slot(String path) {
    Tensor value = values.get(path);
    if (value != null) return value;
    throw new DlxException(
        "R0107",
        "there is no parameter or state `" + path + "`, or no value yet",
        file.name(),
        "there is " + String.join(", ", values.keySet()));
  }

  // ------------------------------------------------------------------ first values

  /** States whose shape has sizes of the data are made by the first call that brings these. */
  private void makeOpen(CompiledFunction function, Map<String, Tensor> given) {
    List<String> missing = new ArrayList<>();
    lock.readLock().lock();
    try {
      for (Program.Slot slot : function.program().slots()) {
        if (!values.containsKey(slot.path())) missing.add(slot.path());
      }
    } finally {
      lock.readLock().unlock();
    }
    if (missing.isEmpty()) return;
    Map<String, Integer> sizes = new HashMap<>();
    for (Program.Variable argument : function.program().arguments()) {
      Tensor tensor = given.get(argument.name());
      for (int axis = 0; axis < Math.min(tensor.rank(), argument.shape().size()); axis++) {
        String extent = function.program().extents().get(argument.shape().get(axis));
        if (extent.matches("\\$\\d+")) {
          int symbol = Integer.parseInt(extent, 1, extent.length(), 10);
          sizes.put(function.program().symbols().get(symbol), tensor.extent(axis));
        }
      }
    }
    lock.writeLock().lock();
    try {
      missing.forEach(path -> fill(functions.get(OPEN + path), sizes));
    } finally {
      lock.writeLock().unlock();
    }
  }

  private void fill(CompiledFunction function, Map<String, Integer> sizes) {
    List<Tensor> first = function.call(Map.of(), sizes, seed, 0);
    for (int i = 0; i < first.size(); i++) {
      values.putIfAbsent(function.program().outputs().get(i).name(), first.get(i));
    }
  }

  // ------------------------------------------------------------------ arguments

  private Map<String, Tensor> withDefaults(
      String name, CompiledFunction function, Map<String, Tensor> arguments) {
    Map<String, Tensor> given = new HashMap<>(arguments);
    List<String> known = new ArrayList<>();
    for (Program.Variable argument : function.program().arguments()) {
      known.add(argument.name());
      if (given.containsKey(argument.name())) continue;
      Double value = defaultOf(name, argument.name());
      if (value == null || !argument.shape().isEmpty()) {
        throw new DlxException(
            "R0105", "`" + name + "` needs `" + argument.name() + "`", "", "give it a value");
      }
      Tensor tensor = Tensor.zeros(argument.dtype());
      tensor.set(0, value);
      given.put(argument.name(), tensor);
    }
    given.keySet().retainAll(known);
    return given;
  }

  private Double defaultOf(String part, String argument) {
    Double found = null;
    for (ModelFile.Argument a : file.arguments()) {
      if (!a.name().equals(argument)) continue;
      if (a.part().equals(part)) return a.value();
      if (a.part().isEmpty()) found = a.value();
    }
    return found;
  }
}
