package dlx.emit;

/**
 * Functions as straight-line formulas of exactly rounded operations: here those that are neither
 * {@link Exponentials} nor {@link Logarithms}. Each pops its argument and pushes the result.
 */
final class Formulas {
  private Formulas() {}

  /** The largest whole number not above x. */
  static void floor(Spell s) {
    int x = s.save();
    double whole = s.isDouble() ? 0x1p52 : 0x1p23;
    // adding 2^23 to a positive number rounds it; for negative ones the other sign
    int size = s.get(x).abs().save();
    int rounded = s.get(size).number(whole).add().number(whole).sub().save();
    int opposite = s.get(rounded).negate().save();
    int negative = s.get(x).number(0).compare("LT");
    int nearest = s.choose(negative, opposite, rounded).save();
    int lower = s.get(nearest).number(1).sub().save();
    int above = s.get(nearest).get(x).compare("GT");
    int down = s.choose(above, lower, nearest).save();
    int isWhole = s.get(down).get(x).compare("EQ");
    int kept = s.choose(isWhole, x, down).save();
    int hasFraction = s.get(size).number(whole).compare("LT");
    s.choose(hasFraction, kept, x);
  }
}
