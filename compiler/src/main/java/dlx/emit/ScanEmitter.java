package dlx.emit;

import dlx.graph.Extent;
import dlx.runtime.DType;
import dlx.schedule.Access;
import dlx.schedule.Instruction;
import dlx.schedule.Kernel;
import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Opcodes;

/**
 * The kernel Scan: loops over all axes, vectors along the last; inside, the loop of the turns with
 * the variables in registers. Several neighbouring vectors at a time, so that turns need not wait
 * for each other.
 */
final class ScanEmitter {
  private static final int NEIGHBOURS = 4;

  /** More instructions than this in a turn would fill the registers and the method. */
  private static final int FEW = 12;

  private final Code code;
  private final int bits;
  private final Kernel.Scan kernel;

  /** The loop of the turns; the axes are the loops before. */
  private final int turn;

  private final Nest nest;

  /** What is computed in every turn. */
  private final List<Instruction> inside = new ArrayList<>();

  private ScanEmitter(Code code, int bits, Kernel.Scan kernel) {
    this.code = code;
    this.bits = bits;
    this.kernel = kernel;
    this.turn = kernel.axes().size();
    this.nest = new Nest(code, kernel.stores(), turn + 1, l -> l, turn);
    for (Instruction i : nest.instructions()) {
      if (nest.depth(i) > turn && !(i instanceof Instruction.Carried)) {
        inside.add(i);
      }
    }
  }

  static void emit(Code code, int bits, Kernel.Scan kernel) {
    ScanEmitter emitter = new ScanEmitter(code, bits, kernel);
    Nest.Bases bases = new Nest.Bases();
    Body body = new Body(code, Lane.SINGLE, emitter.indexer(bases, -1, false));
    if (kernel.axes().isEmpty()) {
      emitter.strip(Lane.SINGLE, List.of(bases), List.of(body));
    } else {
      emitter.level(0, bases, body);
    }
  }

  /**
   * @param turnIndex the local of the turn; -1 outside of the turns
   */
  private Body.Indexer indexer(Nest.Bases bases, int turnIndex, boolean vector) {
    return new Body.Indexer() {
      @Override
      public void push(Access access) {
        if (turnIndex < 0) {
          nest.push(bases, access);
        } else {
          nest.push(bases, access, turn, turnIndex, 0);
        }
      }

      @Override
      public Extent stride(Access access) {
        return vector ? nest.stride(access, turn - 1) : Extent.ZERO;
      }
    };
  }

  private void level(int level, Nest.Bases bases, Body body) {
    compute(body, level);
    int index = code.local(1);
    if (level == 0) {
      code.iload(Code.FROM);
    } else {
      code.constant(0);
    }
    code.istore(index);
    Extent extent = kernel.axes().get(level);
    Runnable limit = level == 0 ? () -> code.iload(Code.TO) : () -> code.extent(extent);
    if (level < turn - 1) {
      code.loop(
          index,
          1,
          limit,
          () -> {
            Nest.Bases inner = nest.enter(bases, level, index);
            level(level + 1, inner, body.inner(Lane.SINGLE, indexer(inner, -1, false)));
          });
      return;
    }
    Lane lane = lane();
    if (lane.isVector()) {
      int wide = NEIGHBOURS * lane.lanes();
      if (inside.size() <= FEW) {
        code.loop(index, wide, limit, () -> strip(lane, NEIGHBOURS, bases, body, index));
      }
      code.loop(index, lane.lanes(), limit, () -> strip(lane, 1, bases, body, index));
    }
    boolean whole =
        lane.isVector()
            && extent.isConstant()
            && extent.constant().getAsLong() % lane.lanes() == 0
            && level > 0;
    if (!whole) {
      code.loop(index, 1, limit, () -> strip(Lane.SINGLE, 1, bases, body, index));
    }
  }

  /** Computes what depends on so many loops. */
  private void compute(Body body, int depth) {
    for (Instruction i : nest.instructions()) {
      if (nest.depth(i) <= depth) {
        body.compute(i);
      }
    }
  }

  private Lane lane() {
    List<DType> dtypes = new ArrayList<>();
    boolean possible = true;
    for (Instruction i : nest.instructions()) {
      if (nest.depth(i) > turn - 1) {
        dtypes.add(i.dtype());
        i.inputs().forEach(x -> dtypes.add(x.dtype()));
        possible &= nest.hasVectorForm(i, turn - 1);
      }
    }
    for (Kernel.Store store : kernel.stores()) {
      dtypes.add(store.value().dtype());
      possible &= nest.stride(store.access(), turn - 1).isOne();
    }
    Lane wide = Lane.of(bits, dtypes);
    Extent extent = kernel.axes().getLast();
    boolean narrow =
        wide.isVector() && extent.isConstant() && extent.constant().getAsLong() < wide.lanes();
    return possible && wide.isVector() && !narrow ? wide : Lane.SINGLE;
  }

  /** All turns of some neighbouring vectors, or of one element. */
  private void strip(Lane lane, int neighbours, Nest.Bases outer, Body body, int index) {
    List<Nest.Bases> bases = new ArrayList<>();
    List<Body> bodies = new ArrayList<>();
    for (int n = 0; n < neighbours; n++) {
      int column = index;
      if (n > 0) {
        column = code.local(1);
        code.iload(index);
        code.constant(n * lane.lanes());
        code.insn(Opcodes.IADD);
        code.istore(column);
      }
      Nest.Bases own = nest.enter(outer, turn - 1, column);
      bases.add(own);
      bodies.add(body.inner(lane, indexer(own, -1, lane.isVector())));
    }
    strip(lane, bases, bodies);
  }

  private void strip(Lane lane, List<Nest.Bases> bases, List<Body> bodies) {
    boolean vector = lane.isVector();
    List<List<Integer>> variables = new ArrayList<>();
    for (Body body : bodies) {
      compute(body, turn);
      List<Integer> locals = new ArrayList<>();
      for (int k = 0; k < kernel.variables().size(); k++) {
        Instruction first = new Instruction.Load(kernel.next(k).access());
        body.compute(first);
        body.push(first, vector);
        locals.add(store(first.dtype(), vector, -1));
      }
      variables.add(locals);
    }
    code.count(
        kernel.turns(),
        index -> {
          for (int n = 0; n < bodies.size(); n++) {
            Body body = bodies.get(n).inner(lane, indexer(bases.get(n), index, vector));
            bind(body, variables.get(n), vector);
            inside.forEach(body::compute);
            kernel.stacked().forEach(s -> body.write(s.access(), s.value()));
            // all next values first: a variable may become another one
            for (int k = 0; k < kernel.variables().size(); k++) {
              body.push(kernel.next(k).value(), vector);
            }
            for (int k = kernel.variables().size() - 1; k >= 0; k--) {
              store(kernel.variables().get(k).dtype(), vector, variables.get(n).get(k));
            }
          }
        });
    for (int n = 0; n < bodies.size(); n++) {
      Body body = bodies.get(n).inner(lane, indexer(bases.get(n), -1, vector));
      bind(body, variables.get(n), vector);
      for (int k = 0; k < kernel.variables().size(); k++) {
        body.write(kernel.end(k), kernel.variables().get(k));
      }
    }
  }

  /** Pops a value into a local, a new one if it is -1. */
  private int store(DType dtype, boolean vector, int into) {
    int local = into >= 0 ? into : vector ? code.local(1) : code.local(dtype);
    if (vector) {
      code.astore(local);
    } else {
      code.store(dtype, local);
    }
    return local;
  }

  private void bind(Body body, List<Integer> locals, boolean vector) {
    for (int k = 0; k < locals.size(); k++) {
      Instruction variable = kernel.variables().get(k);
      int local = locals.get(k);
      if (vector) {
        // -0 + x is x to the bit, and a vector whose class C2 knows: that of a variable it would
        // have to guess from profiles, and where it cannot, each vector becomes an object
        DType dtype = variable.dtype();
        body.constant(dtype == DType.I32 ? 0 : -0.0, dtype);
        code.aload(local);
        code.call(Lane.type(dtype), "add", "(L" + Lane.VECTOR + ";)" + Lane.descriptor(dtype));
        local = store(dtype, true, -1);
      }
      body.bind(variable, local, vector);
    }
  }
}
