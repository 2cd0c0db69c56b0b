package dlx.emit;

import dlx.graph.Elementwise;
import dlx.schedule.Access;
import dlx.schedule.Instruction;
import dlx.schedule.Kernel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What several passes over one row need and is dear is computed in the first of them and kept in
 * memory where a later pass will write its result: the exponentials of a softmax are summed, kept
 * in its rows, and divided there.
 */
final class Recall {
  /**
   * What a store and a load cost, in simple operations, and something for the room in the cache.
   */
  private static final int WORTH = 8;

  /** One walk along a row: what it must compute, and what it stores for every element. */
  record Pass(List<Instruction> roots, List<Kernel.Store> stores) {}

  private final List<Pass> passes;
  private final List<Map<Instruction, Access>> writes = new ArrayList<>();
  private final List<Map<Instruction, Access>> reads = new ArrayList<>();

  /**
   * @param all every store of the kernel, also outside of the row
   */
  Recall(List<Pass> passes, List<Kernel.Store> all) {
    this.passes = passes;
    for (int i = 0; i < passes.size(); i++) {
      writes.add(new LinkedHashMap<>());
      reads.add(new LinkedHashMap<>());
    }
    for (int last = passes.size() - 1; last > 0; last--) {
      for (Kernel.Store store : passes.get(last).stores()) {
        if (isAlone(store.access(), all)) {
          keep(store, last);
        }
      }
    }
  }

  /** What a pass leaves, and where. */
  Map<Instruction, Access> writes(int pass) {
    return writes.get(pass);
  }

  /** What a pass finds, and where. */
  Map<Instruction, Access> reads(int pass) {
    return reads.get(pass);
  }

  /** What a pass computes or finds, inputs before users. */
  List<Instruction> inside(int pass) {
    return Nest.reachable(
        passes.get(pass).roots(),
        i -> i instanceof Instruction.Folded,
        reads.get(pass).keySet()::contains);
  }

  /** Does nothing else in the kernel touch the memory? */
  private static boolean isAlone(Access access, List<Kernel.Store> all) {
    return all.stream().filter(s -> s.access().buffer().equals(access.buffer())).count() == 1
        && Kernel.instructions(all).stream()
            .map(Instruction::access)
            .noneMatch(a -> a != null && a.buffer() != null && a.buffer().equals(access.buffer()));
  }

  /** Keeps the dearest value that fits where a pass will store. */
  private void keep(Kernel.Store store, int last) {
    for (int first = 0; first < last; first++) {
      List<Instruction> inside = inside(first);
      Set<Instruction> later = Collections.newSetFromMap(new LinkedHashMap<>());
      for (int pass = first + 1; pass <= last; pass++) {
        later.addAll(inside(pass));
      }
      int now = first;
      Instruction dearest =
          inside.stream()
              .filter(i -> i.dtype() == store.access().buffer().dtype())
              .filter(i -> i.dtype().isFloat() && later.contains(i))
              .filter(i -> !reads.get(now).containsKey(i) && !writes.get(now).containsKey(i))
              .max(Comparator.comparingInt(i -> cost(i, now)))
              .orElse(null);
      if (dearest != null && cost(dearest, first) >= WORTH) {
        writes.get(first).put(dearest, store.access());
        for (int pass = first + 1; pass <= last; pass++) {
          reads.get(pass).put(dearest, store.access());
        }
        return;
      }
    }
  }

  /** What it takes to compute a value in a pass, in simple operations. */
  private int cost(Instruction value, int pass) {
    return Nest.reachable(
            List.of(value),
            i -> i instanceof Instruction.Folded,
            reads.get(pass).keySet()::contains)
        .stream()
        .mapToInt(Recall::cost)
        .sum();
  }

  /** What it takes to compute a value from its inputs, in simple operations. */
  static int cost(Instruction instruction) {
    return switch (instruction) {
      case Instruction.Apply apply -> cost(apply.operator());
      case Instruction.Draw draw -> 20;
      default -> 0;
    };
  }

  private static int cost(Elementwise operator) {
    return switch (operator) {
      case EXP, LOG, LOG1P, EXPM1, TANH, SIGMOID, SOFTPLUS, SIN, COS, ERF, POWER -> 10;
      case DIVIDE, SQRT, FLOOR_DIVIDE, REMAINDER -> 4;
      default -> 1;
    };
  }
}
