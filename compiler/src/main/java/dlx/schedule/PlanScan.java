package dlx.schedule;

import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.runtime.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A loop whose body is one pass over the elements of its variables, without folds, needs no pass
 * per turn: every element takes all of its turns at once, and its variables stay in registers.
 */
final class PlanScan implements Rewriting {
  private final Kernel.Region region;
  private final Kernel.Loops pass;
  private final Map<Buffer, Instruction.Carried> variables = new HashMap<>();

  private PlanScan(Kernel.Region region, Kernel.Loops pass) {
    this.region = region;
    this.pass = pass;
  }

  /**
   * @param carried the array of each variable
   * @param sources the array that has its next value at the end of a turn
   * @param initial where its first value is
   * @return null if the loop is not of this kind
   */
  static Kernel.@Nullable Scan of(
      Kernel.Region region, List<Buffer> carried, List<Buffer> sources, List<Location> initial) {
    if (region.ending().isEarly()
        || region.body().size() != 1
        || !(region.body().getFirst() instanceof Kernel.Loops pass)
        || carried.stream().anyMatch(b -> b.dtype() == DType.BOOL || !fills(b, pass.axes()))) {
      return null;
    }
    Set<Buffer> own = new HashSet<>(carried);
    own.addAll(sources);
    PlanScan plan = new PlanScan(region, pass);
    return plan.isElementByElement(own) ? plan.scan(carried, sources, initial) : null;
  }

  /** Has the buffer an element for every point? */
  private static boolean fills(Buffer buffer, List<Extent> axes) {
    return buffer.size().equals(Extent.product(axes));
  }

  /**
   * Is every value of a turn at one point, those of the loop read and written at that very point?
   * What costs much and is the same for many points would be computed for each of them.
   */
  private boolean isElementByElement(Set<Buffer> own) {
    List<Extent> order = View.contiguous(pass.axes());
    Map<Instruction, Integer> depths = new IdentityHashMap<>();
    Map<Instruction, Boolean> changing = new IdentityHashMap<>();
    for (Instruction i : Kernel.instructions(pass.stores())) {
      Access access = i.access();
      int depth = access == null ? 0 : access.depth();
      boolean changes = access != null && Turn.loop(access.offset()) == region.loop();
      for (Instruction input : i.inputs()) {
        depth = Math.max(depth, depths.get(input));
        changes |= changing.get(input);
      }
      if (access != null && own.contains(access.buffer())) {
        if (!(i instanceof Instruction.Load)
            || !access.offset().isZero()
            || !access.strides().equals(order)) {
          return false;
        }
        changes = true;
      }
      boolean costly =
          switch (i) {
            case Instruction.Apply a -> a.operator().isComposed() || isCall(a.operator());
            case Instruction.Draw d -> true;
            default -> false;
          };
      if (i instanceof Instruction.Folded || costly && changes && depth < pass.axes().size()) {
        return false;
      }
      depths.put(i, depth);
      changing.put(i, changes);
    }
    for (Kernel.Store store : pass.stores()) {
      Access access = store.access();
      if (access.strides().stream().anyMatch(Extent::isZero)
          || own.contains(access.buffer())
              && !(access.offset().isZero() && access.strides().equals(order))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isCall(Elementwise operator) {
    return operator == Elementwise.POWER;
  }

  private Kernel.Scan scan(List<Buffer> carried, List<Buffer> sources, List<Location> initial) {
    carried.forEach(b -> variables.put(b, new Instruction.Carried(b.dtype())));
    List<Kernel.Store> made = stores(pass.stores());
    Map<Buffer, Instruction> written = new HashMap<>();
    List<Kernel.Store> stacked = new ArrayList<>();
    for (int i = 0; i < made.size(); i++) {
      Buffer to = pass.stores().get(i).access().buffer();
      if (sources.contains(to)) {
        written.put(to, made.get(i).value());
      } else {
        stacked.add(made.get(i));
      }
    }
    List<Extent> order = new ArrayList<>(View.contiguous(pass.axes()));
    order.add(Extent.ZERO);
    List<Kernel.Store> all = new ArrayList<>();
    for (int i = 0; i < carried.size(); i++) {
      Buffer source = sources.get(i);
      Instruction next = written.get(source);
      Location from = initial.get(i);
      all.add(
          new Kernel.Store(
              new Access(from.buffer(), from.offset(), order),
              next != null ? next : variables.get(source)));
    }
    List<Instruction.Carried> ordered = carried.stream().map(variables::get).toList();
    for (int i = 0; i < carried.size(); i++) {
      all.add(new Kernel.Store(new Access(carried.get(i), Extent.ZERO, order), ordered.get(i)));
    }
    all.addAll(stacked);
    return new Kernel.Scan(pass.axes(), region.turns(), ordered, all, pass.span());
  }

  @Override
  public Instruction load(Instruction.Load load) {
    Instruction variable = variables.get(load.access().buffer());
    return variable != null ? variable : new Instruction.Load(access(load.access()));
  }

  /** The turn becomes the last axis. */
  @Override
  public Access access(Access access) {
    Extent step = Turn.step(access.offset(), region.loop());
    Extent first = Turn.first(access.offset(), region.loop());
    List<Extent> strides = new ArrayList<>(access.strides());
    strides.add(region.descending() ? step.times(-1) : step);
    return new Access(
        access.buffer(),
        region.descending() ? first.plus(step.times(region.turns().plus(-1))) : first,
        strides);
  }
}
