package dlx.emit;

import dlx.schedule.Instruction;
import java.util.List;

/**
 * The largest float of each lane, as an integer whose order is that of {@link Math#max}: -0 below
 * 0, every NaN above infinity. One comparison of integers takes the place of the six instructions
 * that a maximum of floats with these rules takes.
 */
final class LargestKey extends Accumulator {
  private final Spell spell;
  private final int local;

  LargestKey(Body body, Instruction.Folded fold) {
    super(body, fold);
    spell = new Spell(body, fold.dtype(), true);
    local = spell.bits(least()).saveBits();
  }

  /** The key of -inf. */
  private long least() {
    return spell.isDouble() ? Long.MIN_VALUE : Integer.MIN_VALUE;
  }

  /** The bits behind those of the sign and the exponent. */
  private static long mantissa(Spell s) {
    return s.isDouble() ? 0x000FFFFFFFFFFFFFL : 0x007FFFFFL;
  }

  /**
   * From bits to bits: those of a negative number but the sign are turned over, so that the order
   * is that of integers. This undoes itself.
   */
  static Spell ordered(Spell s) {
    int bits = s.saveBits();
    s.getBits(bits).shiftRight(s.isDouble() ? 63 : 31);
    s.andBits(s.isDouble() ? Long.MAX_VALUE : Integer.MAX_VALUE);
    return s.getBits(bits).exclusiveOr();
  }

  /** From a float to its key. What lies below -inf, NaN with a sign, wraps around to the top. */
  private static Spell key(Spell s) {
    return ordered(s.toBits()).addBits(-mantissa(s));
  }

  private static Spell value(Spell s) {
    return ordered(s.addBits(mantissa(s))).fromBits();
  }

  @Override
  void add(Body body, int index) {
    body.pushCounted(fold.value(), Double.NEGATIVE_INFINITY);
    key(new Spell(body, fold.dtype(), true)).getBits(local).largerBits();
    spell.setBits(local);
  }

  /** Pushes the accumulator as a vector whose class C2 knows. */
  private Spell settled() {
    return spell.bits(least()).getBits(local).largerBits();
  }

  @Override
  int lanes(Body body) {
    settled();
    return value(spell).save();
  }

  @Override
  void number(Body body, Lane lane, List<Accumulator> others, int into) {
    settled();
    others.forEach(o -> spell.getBits(((LargestKey) o).local).largerBits());
    spell.largestLane();
    value(new Spell(body, fold.dtype(), false));
    code.store(fold.dtype(), into);
  }
}
