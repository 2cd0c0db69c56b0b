package dlx.emit;

/**
 * e^x and what is made of it, as straight-line formulas of exactly rounded operations. Each pops
 * its argument and pushes the result.
 *
 * <p>The argument is n ln2 + r with n whole and |r| at most ln2 / 2. A sum with a magic number
 * leaves n, and something added to it, in its lowest bits, so that one shift makes a power of two
 * of it. What lies out of range is replaced at the end, off the long way of the operations.
 */
final class Exponentials {
  private static final double LOG2_E = 1.4426950408889634;

  private Exponentials() {}

  private static int bias(Spell s) {
    return s.isDouble() ? 1023 : 127;
  }

  /** A sum with this has the number that was added, rounded, in its lowest bits. */
  private static double magic(Spell s) {
    return s.isDouble() ? 0x1.8p52 : 0x1.8p23;
  }

  private static int mantissa(Spell s) {
    return s.isDouble() ? 52 : 23;
  }

  /** Locals: the integer n + {@code ahead} in the lowest bits, and r. */
  private record Reduced(int whole, int r) {}

  private static Reduced reduce(Spell s, int x, int ahead) {
    double magic = magic(s) + ahead;
    int rounded = s.get(x).number(LOG2_E).number(magic).fma().save();
    int n = s.get(rounded).number(magic).sub().save();
    // ln2 in two parts; the first has few bits, so that n times it is exact
    double first = s.isDouble() ? 6.93147180369123816490e-01 : 0.693359375;
    double second = s.isDouble() ? 1.90821492927058770002e-10 : -2.12194440054690583e-4;
    int part = s.get(n).number(-first).get(x).fma().save();
    int r = s.get(n).number(-second).get(part).fma().save();
    return new Reduced(s.get(rounded).toBits().saveBits(), r);
  }

  /** 2^k from k + bias in the lowest bits. */
  private static int power(Spell s, int whole) {
    return s.getBits(whole).shiftLeft(mantissa(s)).fromBits().save();
  }

  /** e^r - 1 = r + r^2 q(r). */
  private static int expm1Reduced(Spell s, int r) {
    s.get(r).get(r).mul().polynomial(r, expm1Coefficients(s)).get(r).fma();
    return s.save();
  }

  /**
   * q for |r| at most ln2 / 2, from the highest power down: it interpolates at Chebyshev's points,
   * off by 2^-62 of e^r in f64 and by 2^-26 in f32.
   */
  private static double[] expm1Coefficients(Spell s) {
    return s.isDouble()
        ? new double[] {
          2.0914686968086876e-09,
          2.5105217004720745e-08,
          2.75572736431103e-07,
          2.7557255400206422e-06,
          2.4801587325547743e-05,
          0.00019841269874820627,
          0.0013888888888883748,
          0.008333333333326136,
          0.04166666666666667,
          0.1666666666666667,
          0.5
        }
        : new double[] {
          0.0013926183587713494,
          0.008363179052722578,
          0.041666554617204574,
          0.16666576989698775,
          0.5
        };
  }

  /** e^x: overflows to inf and underflows gradually to 0. */
  static void exp(Spell s) {
    int x = s.save();
    Reduced reduced = reduce(s, x, 2 * bias(s));
    int small = expm1Reduced(s, reduced.r());
    // 2^n in two factors, since 2^n itself may be out of range
    int half = s.getBits(reduced.whole()).shiftRightUnsigned(1).saveBits();
    int lower = power(s, half);
    int rest = s.getBits(reduced.whole()).getBits(half).subBits().saveBits();
    int upper = power(s, rest);
    int value = s.get(small).get(lower).get(lower).fma().get(upper).mul().save();
    int infinity = s.number(Double.POSITIVE_INFINITY).save();
    int above = s.get(x).number(s.isDouble() ? 710 : 89).compare("GT");
    int bounded = s.choose(above, infinity, value).save();
    atLeast(s, x, s.number(0).save(), bounded);
  }

  /** Chooses {@code limit} where x is so small that e^x is nothing. */
  private static void atLeast(Spell s, int x, int limit, int value) {
    int below = s.get(x).number(s.isDouble() ? -746 : -104).compare("LT");
    s.choose(below, limit, value);
  }

  /** e^x for x that is not positive: the same bits, and fewer operations. */
  static void expOfNegative(Spell s) {
    int x = s.save();
    // 2^(n + up) is in range for every n that matters
    int up = s.isDouble() ? 512 : 64;
    Reduced reduced = reduce(s, x, bias(s) + up);
    int small = expm1Reduced(s, reduced.r());
    int scale = power(s, reduced.whole());
    double down = s.isDouble() ? 0x1p-512 : 0x1p-64;
    int value = s.get(small).get(scale).get(scale).fma().number(down).mul().save();
    atLeast(s, x, s.number(0).save(), value);
  }

  /** e^x - 1 = 2 (h (e^r - 1) + (h - 1/2)) with h = 2^(n-1). */
  static void expm1(Spell s) {
    int x = s.save();
    Reduced reduced = reduce(s, x, bias(s) - 1);
    int small = expm1Reduced(s, reduced.r());
    int h = power(s, reduced.whole());
    s.get(small).get(h).get(h).number(0.5).sub().fma();
    int value = s.number(2).mul().save();
    int infinity = s.number(Double.POSITIVE_INFINITY).save();
    int above = s.get(x).number(s.isDouble() ? 710 : 89).compare("GT");
    int bounded = s.choose(above, infinity, value).save();
    int minusOne = s.number(-1).save();
    int below = s.get(x).number(s.isDouble() ? -40 : -20).compare("LT");
    int result = s.choose(below, minusOne, bounded).save();
    // keep the sign of zero, and the argument where its square is nothing
    double tiny = s.isDouble() ? 1e-17 : 1e-9;
    int isTiny = s.get(x).abs().number(tiny).compare("LT");
    s.choose(isTiny, x, result);
  }

  /**
   * h / (h + 1) with h = (e^2|x| - 1) / 2, and the sign of x; 1 where h is so large that 1 is
   * nothing. With |x| = n ln2/2 + r, and e^2r - 1 = 2 (r + r^2 p(r)), h = 2^n (r + r^2 p(r)) + (2^n
   * - 1) / 2. Where n is not 0, 1 / h is so small that ln2 needs no second part.
   */
  static void tanh(Spell s) {
    int x = s.save();
    int size = s.get(x).abs().save();
    int most = s.number(s.isDouble() ? 20 : 10).save();
    int isFar = s.get(size).get(most).compare("GT");
    int z = s.choose(isFar, most, size).save();
    double magic = magic(s) + bias(s);
    int rounded = s.get(z).number(2 * LOG2_E).number(magic).fma().save();
    int n = s.get(rounded).number(magic).sub().save();
    int r = s.get(n).number(-Math.log(2) / 2).get(z).fma().save();
    double[] p = expm1Coefficients(s);
    for (int i = 0; i < p.length; i++) {
      p[i] *= Math.scalb(2.0, p.length - 1 - i);
    }
    s.get(r).get(r).mul().polynomial(r, p).get(r).fma();
    int small = s.save();
    int power = power(s, s.get(rounded).toBits().saveBits());
    int half = s.get(power).number(0.5).number(-0.5).fma().save();
    int h = s.get(small).get(power).get(half).fma().save();
    s.get(h).get(h).number(1).add().div().withSignOf(x);
  }

  /** e^-|x|. */
  private static int decay(Spell s, int x) {
    s.get(x).toBits().orBits(s.isDouble() ? Long.MIN_VALUE : Integer.MIN_VALUE).fromBits();
    expOfNegative(s);
    return s.save();
  }

  /** 1 / (1 + e^-x) as e^min(x, 0) / (1 + e^-|x|): no overflow, small results keep their digits. */
  static void sigmoid(Spell s) {
    int x = s.save();
    int e = decay(s, x);
    int one = s.number(1).save();
    int negative = s.get(x).number(0).compare("LT");
    s.choose(negative, e, one);
    s.number(1).get(e).add().div();
  }

  /** max(x, 0) + ln(1 + e^-|x|). */
  static void softplus(Spell s) {
    int x = s.save();
    s.get(decay(s, x));
    Logarithms.log1pOfFraction(s);
    int rest = s.save();
    int zero = s.number(0).save();
    int negative = s.get(x).number(0).compare("LT");
    s.choose(negative, zero, x).get(rest).add();
  }
}
