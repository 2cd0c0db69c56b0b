package dlx.emit;

import dlx.graph.Extent;
import dlx.runtime.DType;
import dlx.schedule.Access;
import dlx.schedule.Instruction;
import dlx.schedule.Kernel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;
import org.objectweb.asm.Opcodes;

/**
 * What loops know of the values in them: on how many loops each depends, which folds come before
 * it, and the part of every index that the loops so far have fixed.
 */
final class Nest {
  private final Code code;
  private final List<Kernel.Store> stores;
  private final int axes;
  private final IntUnaryOperator order;
  private final List<Instruction> instructions;
  private final Map<Instruction, Integer> depths = new IdentityHashMap<>();
  private final Map<Instruction, Integer> phases = new IdentityHashMap<>();
  private final Set<Access> accesses = new LinkedHashSet<>();

  /**
   * @param order the axis of the accesses that is the l-th loop from outside
   * @param foldDepth the number of loops on which the result of a fold depends
   */
  Nest(Code code, List<Kernel.Store> stores, int axes, IntUnaryOperator order, int foldDepth) {
    this.code = code;
    this.stores = stores;
    this.axes = axes;
    this.order = order;
    this.instructions = reachable(stores.stream().map(Kernel.Store::value).toList(), false);
    for (Instruction i : instructions) {
      int depth = i.access() == null ? 0 : depth(i.access());
      if (i instanceof Instruction.Carried) {
        depth = axes;
      }
      int phase = 0;
      for (Instruction input : Body.needs(i)) {
        depth = Math.max(depth, depths.getOrDefault(input, 0));
        phase = Math.max(phase, phases.getOrDefault(input, 0));
      }
      boolean fold = i instanceof Instruction.Folded;
      depths.put(i, fold ? foldDepth : depth);
      phases.put(i, fold ? phase + 1 : phase);
      if (i.access() != null) {
        accesses.add(i.access());
      }
    }
    stores.forEach(s -> accesses.add(s.access()));
  }

  List<Instruction> instructions() {
    return instructions;
  }

  List<Kernel.Store> stores() {
    return stores;
  }

  /** On how many loops, from the outermost on, a value depends. */
  int depth(Instruction instruction) {
    return depths.getOrDefault(instruction, 0);
  }

  /** How many folds, one after the other, come before a value. */
  int phase(Instruction instruction) {
    return phases.getOrDefault(instruction, 0);
  }

  int phases() {
    return phases.values().stream().mapToInt(p -> p).max().orElse(0);
  }

  int depth(Access access) {
    int depth = axes;
    while (depth > 0 && stride(access, depth - 1).isZero()) {
      depth--;
    }
    return depth;
  }

  /** Can a value that changes along a loop be a vector along it? */
  boolean hasVectorForm(Instruction instruction, int loop) {
    return switch (instruction) {
      case Instruction.Load l -> isEven(l.access(), loop);
      case Instruction.Draw d -> d.dtype() == DType.F32 && isEven(d.access(), loop);
      case Instruction.Pick p -> !changes(p.index(), loop) && isEven(p.access(), loop);
      case Instruction.Apply a -> VectorOperators.has(a);
      case Instruction.Position p -> true;
      case Instruction.Number n -> true;
      case Instruction.SizeNumber s -> true;
      case Instruction.Folded f -> true;
      case Instruction.Summed s -> true;
      case Instruction.Carried c -> true;
    };
  }

  private boolean isEven(Access access, int loop) {
    Extent stride = stride(access, loop);
    return stride.isZero() || stride.isOne();
  }

  /** Does a value change along a loop? */
  boolean changes(Instruction instruction, int loop) {
    return reachable(List.of(instruction), false).stream()
        .anyMatch(i -> i.access() != null && !stride(i.access(), loop).isZero());
  }

  /** The stride of an access along the l-th loop. */
  Extent stride(Access access, int loop) {
    return access.strides().get(order.applyAsInt(loop));
  }

  /**
   * What the roots are made of, inputs before users, in the form in which {@link Body} needs it.
   *
   * @param stopAtFolds leave out folds and what only they need
   */
  static List<Instruction> reachable(Collection<Instruction> roots, boolean stopAtFolds) {
    return reachable(
        roots, i -> stopAtFolds && i instanceof Instruction.Folded, instruction -> false);
  }

  /**
   * What the roots are made of, inputs before users, in the form in which {@link Body} needs it.
   *
   * @param left what is left out, with what only it needs
   * @param given what is there already, so that its inputs are not needed
   */
  static List<Instruction> reachable(
      Collection<Instruction> roots, Predicate<Instruction> left, Predicate<Instruction> given) {
    Map<Instruction, Boolean> state = new IdentityHashMap<>();
    Deque<Instruction> stack = new ArrayDeque<>();
    List<Instruction> order = new ArrayList<>();
    for (Instruction root : roots) {
      stack.push(root);
      while (!stack.isEmpty()) {
        Instruction top = stack.peek();
        Boolean done = state.get(top);
        if (done == null) {
          state.put(top, false);
          if (!left.test(top) && !given.test(top)) {
            for (Instruction input : Body.needs(top).reversed()) {
              if (!state.containsKey(input)) {
                stack.push(input);
              }
            }
          }
        } else {
          stack.pop();
          if (!done) {
            state.put(top, true);
            if (!left.test(top)) {
              order.add(top);
            }
          }
        }
      }
    }
    return order;
  }

  /**
   * The fixed parts of the indices, as locals; an access that is not there stands at its offset.
   */
  static final class Bases {
    private final Map<Access, Integer> locals;

    Bases() {
      locals = new HashMap<>();
    }

    /** The fixed part of an access as a local that holds it already. */
    void set(Access access, int local) {
      locals.put(access, local);
    }

    private Bases(Bases outer) {
      locals = new HashMap<>(outer.locals);
    }
  }

  /** Inside one more loop: adds index * stride of every access that changes along it. */
  Bases enter(Bases outer, int loop, int index) {
    Bases inner = new Bases(outer);
    for (Access access : accesses) {
      Extent stride = stride(access, loop);
      if (!stride.isZero()) {
        push(outer, access);
        pushProduct(index, stride);
        code.insn(Opcodes.IADD);
        int local = code.local(1);
        code.istore(local);
        inner.locals.put(access, local);
      }
    }
    return inner;
  }

  /** Pushes the fixed part of an index. */
  void push(Bases bases, Access access) {
    Integer local = bases.locals.get(access);
    if (local == null) {
      code.extent(access.offset());
    } else {
      code.iload(local);
    }
  }

  /** Pushes the whole index: the fixed part, then (index + ahead) * stride along a loop. */
  void push(Bases bases, Access access, int loop, int index, int ahead) {
    push(bases, access);
    Extent stride = stride(access, loop);
    if (stride.isZero()) {
      return;
    }
    if (ahead == 0) {
      pushProduct(index, stride);
    } else {
      code.iload(index);
      code.constant(ahead);
      code.insn(Opcodes.IADD);
      if (!stride.isOne()) {
        code.extent(stride);
        code.insn(Opcodes.IMUL);
      }
    }
    code.insn(Opcodes.IADD);
  }

  private void pushProduct(int index, Extent stride) {
    code.iload(index);
    if (!stride.isOne()) {
      code.extent(stride);
      code.insn(Opcodes.IMUL);
    }
  }
}
