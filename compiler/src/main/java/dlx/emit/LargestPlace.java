package dlx.emit;

import dlx.runtime.DType;
import dlx.schedule.Instruction;
import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Label;
import org.objectweb.asm.Opcodes;

/**
 * The largest value of each lane and where it was met first, as the position of lane 0 of its
 * vector. Where NaN was met first is kept beside: then the rest does not matter.
 */
final class LargestPlace extends Accumulator {
  /** A place behind all others, so far from the last integer that lanes can be counted from it. */
  private static final long NOWHERE = Integer.MAX_VALUE - 255;

  private final Lane lane;
  private final DType dtype;
  private final int best;
  private final int place;

  /** The place of the first NaN, of floats only. */
  private final int nan;

  LargestPlace(Body body, Lane lane, Instruction.Folded fold) {
    super(body, fold);
    this.lane = lane;
    this.dtype = fold.value().dtype();
    Spell s = new Spell(body, dtype, true);
    body.constant(least(), dtype);
    best = code.local(1);
    code.astore(best);
    place = s.bits(0).saveBits();
    nan = dtype.isFloat() ? s.bits(NOWHERE).saveBits() : -1;
  }

  private double least() {
    return dtype.isFloat() ? Double.NEGATIVE_INFINITY : Integer.MIN_VALUE;
  }

  private String vector() {
    return Lane.type(dtype);
  }

  @Override
  void add(Body body, int index) {
    Spell s = new Spell(body, dtype, true);
    body.pushCounted(fold.value(), least());
    int value = code.local(1);
    code.astore(value);
    code.iload(index);
    if (dtype == DType.F64) {
      code.insn(Opcodes.I2L);
    }
    int here = s.copiesOfBits().saveBits();
    if (nan >= 0) {
      code.aload(value);
      code.aload(value);
      int isNan = s.compare("NE");
      s.bits(NOWHERE).getBits(here).blendBits(isNan).getBits(nan).smallerBits().setBits(nan);
    }
    code.aload(value);
    code.aload(best);
    int keep = s.compare("LE");
    s.choose(keep, best, value);
    code.astore(best);
    s.getBits(here).getBits(place).blendBits(keep).setBits(place);
  }

  @Override
  int lanes(Body body) {
    throw new IllegalStateException("positions are folded along the last axis");
  }

  @Override
  void number(Body body, Lane lane, List<Accumulator> others, int into) {
    Spell s = new Spell(body, dtype, true);
    List<LargestPlace> all = new ArrayList<>(List.of(this));
    others.forEach(o -> all.add((LargestPlace) o));
    int[] keys = new int[all.size()];
    for (int u = 0; u < keys.length; u++) {
      // 0 + x is x, but that -0 becomes 0, and a vector whose class C2 knows
      body.constant(0, dtype);
      code.aload(all.get(u).best);
      code.call(vector(), "add", "(L" + Lane.VECTOR + ";)" + Lane.descriptor(dtype));
      keys[u] = (dtype.isFloat() ? LargestKey.ordered(s.toBits()) : s).saveBits();
    }
    s.getBits(keys[0]);
    for (int u = 1; u < keys.length; u++) {
      s.getBits(keys[u]).largerBits();
    }
    s.largestLane();
    int top = s.copiesOfBits().saveBits();
    for (int u = 0; u < keys.length; u++) {
      int isTop = s.getBits(keys[u]).getBits(top).compareBits("EQ");
      int at = position(s, all.get(u).place, u);
      s.bits(NOWHERE).getBits(at).blendBits(isTop);
      if (u > 0) {
        s.smallerBits();
      }
    }
    s.smallestLane();
    asInt();
    code.istore(into);
    if (nan >= 0) {
      s.bits(NOWHERE);
      all.forEach(a -> s.getBits(a.nan).smallerBits());
      int some = s.getBits(s.bits(NOWHERE).saveBits()).compareBits("LT");
      Label none = new Label();
      code.aload(some);
      code.call(Lane.MASK, "anyTrue", "()Z");
      code.mv().visitJumpInsn(Opcodes.IFEQ, none);
      for (int u = 0; u < keys.length; u++) {
        s.getBits(position(s, all.get(u).nan, u));
        if (u > 0) {
          s.smallerBits();
        }
      }
      s.smallestLane();
      asInt();
      code.istore(into);
      code.mv().visitLabel(none);
    }
  }

  /** From the places of lane 0 to those of each lane, in the u-th accumulator. */
  private int position(Spell s, int places, int u) {
    return s.bits((long) u * lane.lanes()).getBits(places).sumOfBits().addIndex().saveBits();
  }

  private void asInt() {
    if (dtype == DType.F64) {
      code.insn(Opcodes.L2I);
    }
  }
}
