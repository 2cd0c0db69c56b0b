package dlx.emit;

import dlx.graph.Extent;
import dlx.runtime.DType;
import dlx.schedule.Access;
import dlx.schedule.Buffer;
import dlx.schedule.Instruction;
import dlx.schedule.Kernel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.objectweb.asm.Label;
import org.objectweb.asm.Opcodes;

/**
 * Rows that are shorter than a vector, such as the 6 channels of a position or the 10 logits of a
 * picture, one vector each.
 *
 * <p>Without folds, what the lanes behind the end of a row store is overwritten by the rows that
 * follow; the last rows of a thread, and those behind which an operand ends, are done number by
 * number. With folds, lanes behind the end do not count; the last rows go through memory of the
 * thread, so that every row is folded in the same order.
 */
final class ShortRows {
  /** Shorter rows are done number by number. */
  private static final int LEAST = 3;

  private final Code code;
  private final Kernel.Loops kernel;
  private final Lane lane;
  private final int last;
  private final boolean possible;
  private final boolean folds;

  /** The operands that are the same for all rows, and those that are read row by row. */
  private final List<Instruction> same = new ArrayList<>();

  private final List<Access> read = new ArrayList<>();

  /** The locals of the vectors of operands that are the same for all rows. */
  private final Map<Instruction, Integer> vectors = new IdentityHashMap<>();

  /** What is stored for every element, and the locals with the end of what this call stores. */
  private final Map<Access, Integer> ends = new LinkedHashMap<>();

  /**
   * @param whole are the loops over all of the axes, or the part of a thread of the first one?
   */
  ShortRows(Code code, int bits, Kernel.Loops kernel, Nest nest, boolean whole) {
    this.code = code;
    this.kernel = kernel;
    this.last = kernel.axes().size() - 1;
    this.folds = nest.phases() > 0;
    List<DType> dtypes = new ArrayList<>();
    boolean all = whole && last > 0;
    for (Instruction i : nest.instructions()) {
      dtypes.add(i.dtype());
      i.inputs().forEach(x -> dtypes.add(x.dtype()));
      boolean inside = nest.depth(i) > last;
      all &= !(i instanceof Instruction.Pick) || folds && !inside;
      all &= !(i instanceof Instruction.Draw);
      if (all && inside) {
        all = nest.hasVectorForm(i, last);
        all &= !folds || !(i instanceof Instruction.Load) || i.dtype() != DType.BOOL;
      }
      if (all && i instanceof Instruction.Load load && nest.stride(load.access(), last).isOne()) {
        if (load.access().strides().subList(0, last).stream().allMatch(Extent::isZero)) {
          same.add(i);
        } else {
          read.add(load.access());
        }
      }
    }
    this.lane = Lane.of(bits, dtypes);
    this.possible = all && lane.isVector() && isShort() && areInOrder();
  }

  private boolean isShort() {
    Extent extent = kernel.axes().getLast();
    long length = extent.isConstant() ? extent.constant().getAsLong() : Long.MAX_VALUE;
    return length >= LEAST && length < lane.lanes();
  }

  /** Do all rows that are stored lie one behind the other, and is nothing read from there? */
  private boolean areInOrder() {
    Set<Buffer> written = new HashSet<>();
    for (Kernel.Store store : kernel.stores()) {
      written.add(store.access().buffer());
      if (!isOfElements(store)) {
        continue;
      }
      Extent stride = Extent.ONE;
      for (int axis = last; axis >= 0; axis--) {
        Extent extent = kernel.axes().get(axis);
        if (!extent.isOne() && !store.access().strides().get(axis).equals(stride)) {
          return false;
        }
        stride = stride.times(extent);
      }
      if (store.value().dtype() == DType.BOOL) {
        return false;
      }
    }
    return kernel.reads().noneMatch(written::contains);
  }

  /** Is something stored for every element of a row? Not if only for folds, once per row. */
  private boolean isOfElements(Kernel.Store store) {
    return !folds || store.access().depth() > last;
  }

  /** May rows without folds be vectors? */
  boolean arePossible() {
    return possible && !folds;
  }

  /** May rows with folds be vectors? */
  boolean areFolded() {
    return possible && folds;
  }

  /** How many elements a row has. */
  int length() {
    return Math.toIntExact(kernel.axes().getLast().constant().getAsLong());
  }

  Lane lane() {
    return lane;
  }

  /** Before all loops. */
  void begin(boolean serial) {
    if (!possible) {
      return;
    }
    for (Kernel.Store store : kernel.stores()) {
      if (!isOfElements(store)) {
        continue;
      }
      code.extent(store.access().offset());
      if (serial) {
        code.extent(Extent.product(kernel.axes()));
      } else {
        code.iload(Code.TO);
        code.extent(Extent.product(kernel.axes().subList(1, last + 1)));
        code.insn(Opcodes.IMUL);
      }
      code.insn(Opcodes.IADD);
      int end = code.local(1);
      code.istore(end);
      ends.put(store.access(), end);
    }
    Body body = new Body(code, lane, null);
    for (Instruction load : same) {
      DType dtype = load.dtype();
      if (dtype == DType.F32 || dtype == DType.F64) {
        vectors.put(load, vector(body, load.access(), dtype));
      }
    }
  }

  /** A local with a vector from an access on, even where the array ends. */
  private int vector(Body body, Access access, DType dtype) {
    String array = "[" + Lane.letter(dtype);
    int within = code.local(1);
    code.array(access.buffer());
    code.extent(access.offset());
    code.constant(lane.lanes());
    code.aload(1);
    code.callStatic(
        "dlx/runtime/Panels", "within", "(" + array + "IIL" + Code.SCRATCH + ";)" + array);
    code.astore(within);
    int at = code.local(1);
    code.extent(access.offset());
    code.constant(lane.lanes());
    code.insn(Opcodes.IADD);
    code.array(access.buffer());
    code.insn(Opcodes.ARRAYLENGTH);
    code.insn(Opcodes.ICONST_1);
    code.insn(Opcodes.IADD);
    code.chooseIfLess(() -> code.extent(access.offset()), () -> code.constant(0));
    code.istore(at);
    body.species(dtype);
    code.aload(within);
    code.iload(at);
    code.callStatic(
        Lane.type(dtype),
        "fromArray",
        "(L" + Lane.SPECIES + ";" + array + "I)" + Lane.descriptor(dtype));
    int local = code.local(1);
    code.astore(local);
    return local;
  }

  /** Says what is in registers for all rows. */
  void bind(Body body) {
    vectors.forEach((instruction, local) -> body.bind(instruction, local, true));
  }

  /** Can one look whether there is room for all rows of the loops from this one on at once? */
  boolean canLookAhead(int level) {
    return possible
        && level < last
        && accesses()
            .allMatch(access ->
                access.strides().subList(level, last).stream()
                    .allMatch(e -> e.isConstant() && e.constant().getAsLong() >= 0));
  }

  private Stream<Access> accesses() {
    return Stream.concat(kernel.stores().stream().map(Kernel.Store::access), checked().stream());
  }

  /** What is read so far behind the end of a row that its array must go on. */
  private List<Access> checked() {
    List<Access> checked = new ArrayList<>(read);
    same.stream().filter(i -> !vectors.containsKey(i)).forEach(i -> checked.add(i.access()));
    return checked;
  }

  /**
   * All rows of the loops from one on, as vectors if there is room for the last of them.
   *
   * @param push pushes the index of the first element of the first row
   */
  void choose(int level, Consumer<Access> push, Runnable vectors, Runnable others) {
    choose(
        access -> {
          push.accept(access);
          Extent reach = Extent.ZERO;
          for (int axis = level; axis < last; axis++) {
            Extent turns = kernel.axes().get(axis).plus(-1);
            reach = reach.plus(turns.times(access.strides().get(axis)));
          }
          code.extent(reach);
          code.insn(Opcodes.IADD);
        },
        vectors,
        others);
  }

  /**
   * One row, as a vector if there is room.
   *
   * @param push pushes the index of the first element of this row
   */
  void choose(Consumer<Access> push, Runnable vector, Runnable singles) {
    Label few = new Label();
    Label end = new Label();
    jumpIfFew(push, few);
    vector.run();
    code.mv().visitJumpInsn(Opcodes.GOTO, end);
    code.mv().visitLabel(few);
    singles.run();
    code.mv().visitLabel(end);
  }

  /**
   * Jumps if there is no room for a vector.
   *
   * @param push pushes the index of the first element of a row
   */
  void jumpIfFew(Consumer<Access> push, Label few) {
    ends.forEach((access, end) -> {
      push.accept(access);
      code.constant(lane.lanes());
      code.insn(Opcodes.IADD);
      code.iload(end);
      code.mv().visitJumpInsn(Opcodes.IF_ICMPGT, few);
    });
    List<Access> checked = new ArrayList<>(read);
    same.stream().filter(i -> !vectors.containsKey(i)).forEach(i -> checked.add(i.access()));
    for (Access access : checked) {
      push.accept(access);
      code.constant(lane.lanes());
      code.insn(Opcodes.IADD);
      code.array(access.buffer());
      code.insn(Opcodes.ARRAYLENGTH);
      code.mv().visitJumpInsn(Opcodes.IF_ICMPGT, few);
    }
  }
}
