package dlx;

import dlx.elaborate.Program;
import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The parameters and states of a model. A slot gets its first value when a call first needs it, or
 * when it is set. Readers share a lock, a step has it alone; it is fair, so a training loop cannot
 * keep readers out.
 */
final class Memory {
  private final Model model;
  private final ReadWriteLock lock = new ReentrantReadWriteLock(true);
  private final Map<String, Tensor> values = new LinkedHashMap<>();
  private long generation;
  private long seed;
  private long step;

  Memory(Model model) {
    this.model = model;
  }

  // ------------------------------------------------------------------ calls

  void read(Call call) {
    while (!readIfBound(call)) prepare(call);
  }

  private boolean readIfBound(Call call) {
    lock.readLock().lock();
    try {
      if (!call.isBoundTo(generation)) return false;
      call.execute(seed, step);
      return true;
    } finally {
      lock.readLock().unlock();
    }
  }

  void change(Call call) {
    lock.writeLock().lock();
    try {
      if (!call.isBoundTo(generation)) bind(call);
      call.execute(seed, step);
      step++;
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Makes the slots that the call needs and that are not there yet. */
  void prepare(Call call) {
    lock.writeLock().lock();
    try {
      bind(call);
    } finally {
      lock.writeLock().unlock();
    }
  }

  private void bind(Call call) {
    List<String> paths = call.function().slots();
    fill(paths, call.sizes());
    Tensor[] tensors = paths.stream().map(values::get).toArray(Tensor[]::new);
    call.bind(tensors, generation);
  }

  /** First values do not move what is there, so the generation stays. */
  private void fill(List<String> paths, Map<String, Integer> sizes) {
    List<String> missing = paths.stream().filter(p -> !values.containsKey(p)).toList();
    if (!missing.isEmpty()) values.putAll(model.initial(missing, sizes, seed));
  }

  // ------------------------------------------------------------------ values

  /** A copy of a slot, which gets its first value if it has none. */
  Tensor get(Program.Slot slot) {
    lock.writeLock().lock();
    try {
      fill(List.of(slot.path()), Map.of());
      return values.get(slot.path()).copy();
    } finally {
      lock.writeLock().unlock();
    }
  }

  void set(Map<String, Tensor> given) {
    lock.writeLock().lock();
    try {
      given.forEach(this::put);
    } finally {
      lock.writeLock().unlock();
    }
  }

  /**
   * Into the array that is there if the shape is the same, so that prepared calls stay as they are.
   */
  private void put(String path, Tensor tensor) {
    Tensor there = values.get(path);
    if (there != null && Arrays.equals(there.shape(), tensor.shape())) {
      System.arraycopy(tensor.data(), 0, there.data(), 0, tensor.size());
    } else {
      values.put(path, tensor.copy());
      generation++;
    }
  }

  /**
   * Copies of all slots that have a value or can have one without knowing sizes, in their order.
   */
  Map<String, Tensor> snapshot() {
    lock.writeLock().lock();
    try {
      List<String> fixed = new ArrayList<>();
      for (Program.Slot slot : model.program().slots()) {
        if (!Model.hasRuntimeSize(slot.type())) fixed.add(slot.path());
      }
      fill(fixed, Map.of());
      Map<String, Tensor> copies = new LinkedHashMap<>();
      for (Program.Slot slot : model.program().slots()) {
        Tensor value = values.get(slot.path());
        if (value != null) copies.put(slot.path(), value.copy());
      }
      return copies;
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Forgets all values. */
  void reset(long newSeed) {
    lock.writeLock().lock();
    try {
      values.clear();
      generation++;
      seed = newSeed;
      step = 0;
    } finally {
      lock.writeLock().unlock();
    }
  }

  void forget(List<String> paths) {
    lock.writeLock().lock();
    try {
      if (values.keySet().removeAll(paths)) generation++;
    } finally {
      lock.writeLock().unlock();
    }
  }

  long seed() {
    lock.readLock().lock();
    try {
      return seed;
    } finally {
      lock.readLock().unlock();
    }
  }

  long step() {
    lock.readLock().lock();
    try {
      return step;
    } finally {
      lock.readLock().unlock();
    }
  }

  void step(long number) {
    lock.writeLock().lock();
    try {
      step = number;
    } finally {
      lock.writeLock().unlock();
    }
  }
}
