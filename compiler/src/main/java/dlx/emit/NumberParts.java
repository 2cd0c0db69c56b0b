package dlx.emit;

import dlx.schedule.Instruction;
import dlx.schedule.Kernel;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The instructions of a function of numbers, cut into methods. */
final class NumberParts {
  /**
   * @param needed arguments, and what earlier parts computed
   * @param computed inputs before users
   * @param left what later parts need
   * @param stores the results that are computed here
   */
  record Part(
      List<Instruction> needed,
      List<Instruction> computed,
      List<Instruction> left,
      List<Kernel.Store> stores) {}

  private final List<Part> parts = new ArrayList<>();
  private final Map<Instruction, Integer> places = new IdentityHashMap<>();

  private NumberParts() {}

  /**
   * @param all inputs before users
   * @param count into how many parts, at most
   */
  static NumberParts of(List<Instruction> all, List<Kernel.Store> stores, int count) {
    List<Instruction> computed = all.stream().filter(NumberParts::isComputed).toList();
    int size = Math.max(1, (computed.size() + count - 1) / count);
    Map<Instruction, Integer> partOf = new IdentityHashMap<>();
    for (int i = 0; i < computed.size(); i++) {
      partOf.put(computed.get(i), i / size);
    }
    NumberParts made = new NumberParts();
    for (int from = 0, part = 0; part == 0 || from < computed.size(); from += size, part++) {
      List<Instruction> inside = computed.subList(from, Math.min(computed.size(), from + size));
      Set<Instruction> read = new LinkedHashSet<>();
      inside.forEach(i -> read.addAll(Body.needs(i)));
      List<Kernel.Store> here = new ArrayList<>();
      for (Kernel.Store store : stores) {
        if (partOf.getOrDefault(store.value(), 0) == part) {
          here.add(store);
          read.add(store.value());
        }
      }
      int number = part;
      read.removeIf(i -> i instanceof Instruction.Number || partOf.getOrDefault(i, -1) == number);
      read.stream()
          .filter(NumberParts::isComputed)
          .forEach(i -> made.places.putIfAbsent(i, made.places.size()));
      made.parts.add(new Part(List.copyOf(read), inside, new ArrayList<>(), here));
    }
    for (Instruction i : computed) {
      if (made.places.containsKey(i)) {
        made.parts.get(partOf.get(i)).left().add(i);
      }
    }
    return made;
  }

  private static boolean isComputed(Instruction instruction) {
    return !(instruction instanceof Instruction.Load)
        && !(instruction instanceof Instruction.Number);
  }

  int count() {
    return parts.size();
  }

  Part part(int number) {
    return parts.get(number);
  }

  /** How many values lie between parts. */
  int between() {
    return places.size();
  }

  /** Where a value lies that parts leave to others. */
  int place(Instruction instruction) {
    return places.get(instruction);
  }
}
