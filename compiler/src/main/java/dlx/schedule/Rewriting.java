package dlx.schedule;

import dlx.graph.Extent;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Copies the values of a kernel and replaces what stands in them. */
interface Rewriting {
  /** What stands for an access; its buffer may be null. */
  Access access(Access access);

  /** What stands for a size that is no part of an access. */
  default Extent extent(Extent extent) {
    return extent;
  }

  /** What stands for the address of a draw. */
  default String address(String address) {
    return address;
  }

  /** What stands for a number. */
  default Instruction number(Instruction.Number number) {
    return number;
  }

  /** What stands for an element of memory. */
  default Instruction load(Instruction.Load load) {
    return new Instruction.Load(access(load.access()));
  }

  /** What stands for the sum of a product. */
  default Instruction sum(Instruction.Summed sum) {
    return sum;
  }

  /**
   * What stands for a fold.
   *
   * @param value what stands for what is folded
   */
  default Instruction fold(Instruction.Folded fold, Instruction value) {
    return new Instruction.Folded(fold.kind(), value);
  }

  /** Copies stores and everything that they need. */
  default List<Kernel.Store> stores(List<Kernel.Store> stores) {
    Map<Instruction, Instruction> changed = new IdentityHashMap<>();
    for (Instruction i : Kernel.instructions(stores)) {
      changed.put(i, copy(i, changed));
    }
    return stores.stream()
        .map(s -> new Kernel.Store(access(s.access()), changed.get(s.value())))
        .toList();
  }

  private Instruction copy(Instruction instruction, Map<Instruction, Instruction> changed) {
    return switch (instruction) {
      case Instruction.Load l -> load(l);
      case Instruction.Position p -> new Instruction.Position(access(p.access()));
      case Instruction.Draw d ->
          new Instruction.Draw(address(d.address()), d.dtype(), access(d.access()));
      case Instruction.Number n -> number(n);
      case Instruction.SizeNumber s -> new Instruction.SizeNumber(extent(s.extent()));
      case Instruction.Apply a ->
          new Instruction.Apply(
              a.operator(), a.inputs().stream().map(changed::get).toList(), a.dtype());
      case Instruction.Pick p ->
          new Instruction.Pick(
              access(p.access()),
              changed.get(p.index()),
              extent(p.stride()),
              extent(p.extent()),
              p.checked(),
              p.span());
      case Instruction.Folded f -> fold(f, changed.get(f.value()));
      case Instruction.Summed s -> sum(s);
      case Instruction.Carried c -> c;
    };
  }
}
