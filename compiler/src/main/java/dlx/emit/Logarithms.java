package dlx.emit;

/**
 * Natural logarithms as straight-line formulas of exactly rounded operations. Each pops its
 * argument and pushes the result. Coefficients are those of Cephes (Moshier) and fdlibm (Sun).
 */
final class Logarithms {
  private Logarithms() {}

  /** ln x: NaN below 0, -inf at 0; subnormals too. */
  static void log(Spell s) {
    int given = s.save();
    double least = s.isDouble() ? Double.MIN_NORMAL : Float.MIN_NORMAL;
    double up = s.isDouble() ? 0x1p54 : 0x1p25;
    int subnormal = s.get(given).number(least).compare("LT");
    int scaled = s.get(given).number(up).mul().save();
    int x = s.choose(subnormal, scaled, given).save();
    int none = s.number(0).save();
    int less = s.number(s.isDouble() ? 54 : 25).save();
    int correction = s.choose(subnormal, less, none).save();
    int value = normal(s, x, correction);
    int zero = s.get(given).number(0).compare("EQ");
    int minusInfinity = s.number(Double.NEGATIVE_INFINITY).save();
    int notZero = s.choose(zero, minusInfinity, value).save();
    int negative = s.get(given).number(0).compare("LT");
    int nan = s.number(Double.NaN).save();
    int notNegative = s.choose(negative, nan, notZero).save();
    // inf and NaN are their own logarithms
    int finite = s.get(given).number(Double.POSITIVE_INFINITY).compare("LT");
    s.choose(finite, notNegative, given);
  }

  /**
   * ln x for a normal positive number, less ln2 times a whole number.
   *
   * @param correction the local of that number; -1 is none
   */
  private static int normal(Spell s, int x, int correction) {
    // x = m 2^e with m in [sqrt(1/2), sqrt(2))
    long rootHalf = s.isDouble() ? 0x3FE6A09E667F3BCDL : 0x3F3504F3L;
    int shifted = s.get(x).toBits().addBits(-rootHalf).saveBits();
    s.getBits(shifted).shiftRight(s.isDouble() ? 52 : 23).toFloat();
    int e = correction < 0 ? s.save() : s.get(correction).sub().save();
    long fraction = s.isDouble() ? 0x000FFFFFFFFFFFFFL : 0x007FFFFFL;
    int f =
        s.getBits(shifted).andBits(fraction).addBits(rootHalf).fromBits().number(1).sub().save();
    return s.isDouble() ? wide(s, f, e) : narrow(s, f, e);
  }

  /** Cephes: ln(1 + f) = f - f^2/2 + f^3 P(f), then e ln2 in two parts. */
  private static int narrow(Spell s, int f, int e) {
    int z = s.get(f).get(f).mul().save();
    s.polynomial(
        f,
        7.0376836292e-2,
        -1.1514610310e-1,
        1.1676998740e-1,
        -1.2420140846e-1,
        1.4249322787e-1,
        -1.6668057665e-1,
        2.0000714765e-1,
        -2.4999993993e-1,
        3.3333331174e-1);
    int y = s.get(f).mul().get(z).mul().save();
    int low = s.get(e).number(-2.12194440e-4).get(y).fma().save();
    int half = s.get(z).number(-0.5).get(low).fma().save();
    return s.get(e).number(0.693359375).get(f).get(half).add().fma().save();
  }

  /** fdlibm: with t = f / (2 + f), ln(1 + f) = f - (f^2/2 - t (f^2/2 + R(t^2))). */
  private static int wide(Spell s, int f, int e) {
    int t = s.get(f).number(2).get(f).add().div().save();
    int z = s.get(t).get(t).mul().save();
    s.polynomial(
        z,
        1.479819860511658591e-01,
        1.531383769920937332e-01,
        1.818357216161805012e-01,
        2.222219843214978396e-01,
        2.857142874366239149e-01,
        3.999999999940941908e-01,
        6.666666666666735130e-01);
    int r = s.get(z).mul().save();
    int half = s.get(f).get(f).mul().number(0.5).mul().save();
    int low = s.get(half).get(r).add().get(t).mul().save();
    int rest = s.get(e).number(1.90821492927058770002e-10).get(low).fma().save();
    int inner = s.get(half).get(rest).sub().get(f).sub().save();
    return s.get(e).number(6.93147180369123816490e-01).mul().get(inner).sub().save();
  }

  /** ln(1 + u) = ln w + (u - (w - 1)) / w with w = 1 + u rounded (Kahan). */
  static void log1p(Spell s) {
    int u = s.save();
    int w = s.number(1).get(u).add().save();
    s.get(w);
    log(s);
    int main = s.save();
    int sum = corrected(s, u, w, main);
    int regular = s.get(main).abs().number(Double.POSITIVE_INFINITY).compare("LT");
    int value = s.choose(regular, sum, main).save();
    double tiny = s.isDouble() ? 1e-17 : 1e-9;
    int isTiny = s.get(u).abs().number(tiny).compare("LT");
    s.choose(isTiny, u, value);
  }

  /** The same for u from 0 to 1, or NaN. */
  static void log1pOfFraction(Spell s) {
    int u = s.save();
    int w = s.number(1).get(u).add().save();
    s.get(corrected(s, u, w, normal(s, w, -1)));
  }

  private static int corrected(Spell s, int u, int w, int main) {
    int lost = s.get(u).get(w).number(1).sub().sub().get(w).div().save();
    return s.get(main).get(lost).add().save();
  }
}
