package dlx.schedule;

import dlx.graph.Extent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Axes that walk evenly through all memory become one; axes of one position go. */
final class Collapse {
  private Collapse() {}

  static Kernel.Loops loops(Kernel.Loops loops) {
    boolean folds =
        Kernel.instructions(loops.stores()).stream().anyMatch(i -> i instanceof Instruction.Folded);
    int last = loops.axes().size() - 1;
    List<List<Extent>> parts =
        folds
            ? List.of(loops.axes().subList(0, last), loops.axes().subList(last, last + 1))
            : List.of(loops.axes());
    List<Axis> axes = axes(parts, folds ? 1 : -1, accesses(loops.stores()).toList());
    return new Kernel.Loops(
        axes.stream().map(Axis::extent).toList(), with(axes).stores(loops.stores()), loops.span());
  }

  /** At least one axis is left of the rows, the columns and the summed axes. */
  static Kernel.Product product(Kernel.Product product) {
    List<Access> accesses =
        Stream.concat(
                Stream.of(product.a().access(), product.b().access()), accesses(product.stores()))
            .toList();
    List<Axis> axes =
        axes(
            List.of(product.batch(), product.rows(), product.columns(), product.summed()),
            1,
            accesses);
    List<List<Extent>> kept = new ArrayList<>();
    for (int part = 0; part < 4; part++) {
      int now = part;
      kept.add(axes.stream().filter(a -> a.part() == now).map(Axis::extent).toList());
    }
    return new Kernel.Product(
        kept.get(0),
        kept.get(1),
        kept.get(2),
        kept.get(3),
        new Kernel.Operand(select(product.a().access(), axes)),
        new Kernel.Operand(select(product.b().access(), axes)),
        with(axes).stores(product.stores()),
        product.overlapping(),
        product.order(),
        product.span());
  }

  /** An axis of which this position of the accesses is left. */
  private record Axis(Extent extent, int position, int part) {}

  /**
   * The axes that are left. Axes of different parts stay apart.
   *
   * @param atLeastOne the first part of which an axis must be left, as of every later one; -1 for
   *     none
   */
  private static List<Axis> axes(List<List<Extent>> parts, int atLeastOne, List<Access> accesses) {
    List<Axis> axes = new ArrayList<>();
    int position = 0;
    for (int part = 0; part < parts.size(); part++) {
      int first = axes.size();
      int end = position + parts.get(part).size();
      for (Extent extent : parts.get(part)) {
        boolean needed =
            atLeastOne >= 0 && part >= atLeastOne && axes.size() == first && position == end - 1;
        if (!extent.isOne() || needed) {
          axes.add(new Axis(extent, position, part));
          while (axes.size() - first > 1 && isEven(axes, accesses)) {
            Axis inner = axes.removeLast();
            Axis outer = axes.removeLast();
            axes.add(new Axis(outer.extent().times(inner.extent()), inner.position(), part));
          }
        }
        position++;
      }
    }
    return axes;
  }

  /** Is the last axis the continuation of the one before it, wherever one goes? */
  private static boolean isEven(List<Axis> axes, List<Access> accesses) {
    Axis inner = axes.getLast();
    Axis outer = axes.get(axes.size() - 2);
    return accesses.stream()
        .allMatch(a -> stride(a, outer).equals(stride(a, inner).times(inner.extent())));
  }

  private static Extent stride(Access access, Axis axis) {
    return axis.position() < access.strides().size()
        ? access.strides().get(axis.position())
        : Extent.ZERO;
  }

  private static Rewriting with(List<Axis> axes) {
    return access -> select(access, axes);
  }

  private static Access select(Access access, List<Axis> axes) {
    return new Access(
        access.buffer(),
        access.offset(),
        axes.stream()
            .filter(axis -> axis.position() < access.strides().size())
            .map(axis -> access.strides().get(axis.position()))
            .toList());
  }

  private static Stream<Access> accesses(List<Kernel.Store> stores) {
    return Stream.concat(
        stores.stream().map(Kernel.Store::access),
        Kernel.instructions(stores).stream().map(Instruction::access).filter(Objects::nonNull));
  }
}
