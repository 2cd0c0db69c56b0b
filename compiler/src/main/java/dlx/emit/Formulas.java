package dlx.emit;

/**
 * Functions as straight-line formulas of exactly rounded operations. Each pops its argument and
 * pushes the result. Coefficients are those of Cephes (Moshier) and fdlibm (Sun), or of Taylor's
 * series.
 */
final class Formulas {
  private static final double LOG2_E = 1.4426950408889634;

  private Formulas() {}

  /** The magic number whose sum with a small number rounds it to an integer in the lowest bits. */
  private static double magic(Spell s) {
    return s.isDouble() ? 0x1.8p52 : 0x1.8p23;
  }

  private static int mantissa(Spell s) {
    return s.isDouble() ? 52 : 23;
  }

  private static long bias(Spell s) {
    return s.isDouble() ? 1023 : 127;
  }

  /** Argument x = n ln2 + r with n whole and |r| at most ln2 / 2. */
  private record Reduced(int x, int magic, int n, int r) {}

  private static Reduced reduce(Spell s, double low, double high) {
    int given = s.save();
    int tooLow = s.get(given).number(low).compare("LT");
    int lowest = s.number(low).save();
    int above = s.choose(tooLow, lowest, given).save();
    int tooHigh = s.get(above).number(high).compare("GT");
    int highest = s.number(high).save();
    int x = s.choose(tooHigh, highest, above).save();
    int m = s.get(x).number(LOG2_E).number(magic(s)).fma().save();
    int n = s.get(m).number(magic(s)).sub().save();
    // ln2 in two parts; the first has few bits, so that n times it is exact
    double first = s.isDouble() ? 6.93147180369123816490e-01 : 0.693359375;
    double second = s.isDouble() ? 1.90821492927058770002e-10 : -2.12194440054690583e-4;
    int part = s.get(n).number(-first).get(x).fma().save();
    int r = s.get(n).number(-second).get(part).fma().save();
    return new Reduced(x, m, n, r);
  }

  /** e^r - 1 for |r| at most ln2 / 2: r + r^2 q(r). */
  private static int expm1Reduced(Spell s, int r) {
    if (s.isDouble()) {
      s.polynomial(
          r,
          1.0 / 6227020800.0,
          1.0 / 479001600.0,
          1.0 / 39916800.0,
          1.0 / 3628800.0,
          1.0 / 362880.0,
          1.0 / 40320.0,
          1.0 / 5040.0,
          1.0 / 720.0,
          1.0 / 120.0,
          1.0 / 24.0,
          1.0 / 6.0,
          0.5);
    } else {
      s.polynomial(
          r,
          1.9875691500e-4,
          1.3981999507e-3,
          8.3334519073e-3,
          4.1665795894e-2,
          1.6666665459e-1,
          5.0000001201e-1);
    }
    int q = s.save();
    int square = s.get(r).get(r).mul().save();
    return s.get(square).get(q).get(r).fma().save();
  }

  /** 2^n in two factors, since 2^n itself may be out of range; pushes value * 2^n. */
  private static void scale(Spell s, Reduced reduced, int value) {
    // a number rounded by the magic number differs from it by n in its lowest bits
    long magicBits = s.isDouble() ? 0x4338000000000000L : 0x4B400000L;
    int whole = s.get(reduced.magic()).toBits().addBits(-magicBits).saveBits();
    int half = s.getBits(whole).shiftRight(1).saveBits();
    s.get(value);
    s.getBits(half).addBits(bias(s)).shiftLeft(mantissa(s)).fromBits().mul();
    s.getBits(whole).getBits(half).subBits();
    s.addBits(bias(s)).shiftLeft(mantissa(s)).fromBits().mul();
  }

  /** e^x: overflows to inf and underflows gradually to 0. */
  static void exp(Spell s) {
    Reduced reduced = s.isDouble() ? reduce(s, -746, 710) : reduce(s, -104, 89);
    int small = expm1Reduced(s, reduced.r());
    int value = s.get(small).number(1).add().save();
    scale(s, reduced, value);
  }

  /** e^x - 1 = 2^n (e^r - 1) + (2^n - 1); where 2^n overflows, e^x. */
  static void expm1(Spell s) {
    int x = s.save();
    double limit = s.isDouble() ? 700 : 80;
    s.get(x);
    Reduced reduced = reduce(s, s.isDouble() ? -50 : -25, limit);
    int small = expm1Reduced(s, reduced.r());
    int one = s.number(1).save();
    scale(s, reduced, one);
    int power = s.save();
    int value = s.get(power).get(small).get(power).number(1).sub().fma().save();
    s.get(x);
    exp(s);
    int large = s.save();
    int overflows = s.get(x).number(limit).compare("GT");
    int result = s.choose(overflows, large, value).save();
    // keep the sign of zero, and the argument where its square is nothing
    double tiny = s.isDouble() ? 1e-17 : 1e-9;
    int isTiny = s.get(x).abs().number(tiny).compare("LT");
    s.choose(isTiny, x, result);
  }

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
    // x = m 2^e with m in [sqrt(1/2), sqrt(2))
    long rootHalf = s.isDouble() ? 0x3FE6A09E667F3BCDL : 0x3F3504F3L;
    int shifted = s.get(x).toBits().addBits(-rootHalf).saveBits();
    int e = s.getBits(shifted).shiftRight(mantissa(s)).toFloat().get(correction).sub().save();
    long fraction = s.isDouble() ? 0x000FFFFFFFFFFFFFL : 0x007FFFFFL;
    int f =
        s.getBits(shifted).andBits(fraction).addBits(rootHalf).fromBits().number(1).sub().save();
    int value = s.isDouble() ? logDouble(s, f, e) : logFloat(s, f, e);
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

  /** Cephes: ln(1 + f) = f - f^2/2 + f^3 P(f), then e ln2 in two parts. */
  private static int logFloat(Spell s, int f, int e) {
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
  private static int logDouble(Spell s, int f, int e) {
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
    int lost = s.get(u).get(w).number(1).sub().sub().get(w).div().save();
    int sum = s.get(main).get(lost).add().save();
    int regular = s.get(main).abs().number(Double.POSITIVE_INFINITY).compare("LT");
    int value = s.choose(regular, sum, main).save();
    double tiny = s.isDouble() ? 1e-17 : 1e-9;
    int isTiny = s.get(u).abs().number(tiny).compare("LT");
    s.choose(isTiny, u, value);
  }

  /** 1 / (1 + e^-x) as e^min(x, 0) / (1 + e^-|x|): no overflow, small results keep their digits. */
  static void sigmoid(Spell s) {
    int x = s.save();
    s.get(x).abs().negate();
    exp(s);
    int e = s.save();
    int one = s.number(1).save();
    int negative = s.get(x).number(0).compare("LT");
    s.choose(negative, e, one);
    s.number(1).get(e).add().div();
  }

  /** max(x, 0) + ln(1 + e^-|x|). */
  static void softplus(Spell s) {
    int x = s.save();
    s.get(x).abs().negate();
    exp(s);
    log1p(s);
    int rest = s.save();
    int zero = s.number(0).save();
    int negative = s.get(x).number(0).compare("LT");
    s.choose(negative, zero, x).get(rest).add();
  }

  /**
   * Near 0 Cephes' polynomial or fraction in x^2; elsewhere 1 - 2 / (e^2|x| + 1) with the sign of
   * x.
   */
  static void tanh(Spell s) {
    int x = s.save();
    int size = s.get(x).abs().save();
    s.get(size).number(2).mul();
    exp(s);
    int large = s.save();
    int magnitude = s.number(1).number(2).get(large).number(1).add().div().sub().save();
    int opposite = s.get(magnitude).negate().save();
    int negative = s.get(x).number(0).compare("LT");
    int far = s.choose(negative, opposite, magnitude).save();
    int z = s.get(x).get(x).mul().save();
    int near = s.isDouble() ? tanhDouble(s, x, z) : tanhFloat(s, x, z);
    int isNear = s.get(size).number(0.625).compare("LT");
    s.choose(isNear, near, far);
  }

  private static int tanhFloat(Spell s, int x, int z) {
    s.polynomial(
        z,
        -5.70498872745e-3,
        2.06390887954e-2,
        -5.37397155531e-2,
        1.33314422036e-1,
        -3.33332819422e-1);
    int p = s.get(z).mul().save();
    return s.get(p).get(x).get(x).fma().save();
  }

  private static int tanhDouble(Spell s, int x, int z) {
    int p =
        s.polynomial(
                z, -9.64399179425052238628e-1, -9.92877231001918586564e1, -1.61468768441708447952e3)
            .save();
    int q =
        s.polynomial(
                z,
                1.0,
                1.12811678491632931402e2,
                2.23548839060100448583e3,
                4.84406305325125486048e3)
            .save();
    int ratio = s.get(p).get(q).div().get(z).mul().save();
    return s.get(ratio).get(x).get(x).fma().save();
  }

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
