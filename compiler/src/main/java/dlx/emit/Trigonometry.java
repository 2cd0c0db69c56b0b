package dlx.emit;

/**
 * Sine and cosine as formulas, as those of {@link Exponentials}: x = n pi/2 + r with |r| at most
 * pi/4, and a polynomial for either function on that interval (f32: Cephes, Moshier; f64: fdlibm,
 * Sun). What is so large that n has too many digits goes through {@link StrictMath}.
 */
final class Trigonometry {
  private static final double TWO_OVER_PI = 0.6366197723675814;

  private Trigonometry() {}

  static void sin(Spell s) {
    int x = s.save();
    // of |x|, so that the sign of zero is kept
    int size = s.get(x).abs().save();
    Quadrant quadrant = reduce(s, size);
    long signs = s.isDouble() ? Long.MIN_VALUE : Integer.MIN_VALUE;
    int sign = s.get(x).toBits().andBits(signs).saveBits();
    int value = atQuadrant(s, quadrant, quadrant.number());
    int result = s.get(value).toBits().getBits(sign).exclusiveOr().fromBits().save();
    s.where(tooLarge(s, size), x, "sin", result);
  }

  /** cos x = sin(x + pi/2): the next quadrant. */
  static void cos(Spell s) {
    int x = s.save();
    int size = s.get(x).abs().save();
    Quadrant quadrant = reduce(s, size);
    int result = atQuadrant(s, quadrant, s.getBits(quadrant.number()).addBits(1).saveBits());
    s.where(tooLarge(s, size), x, "cos", result);
  }

  /** n pi/2 has at most as many digits as three parts of pi/2 provide. */
  private static int tooLarge(Spell s, int size) {
    return s.get(size).number(s.isDouble() ? 1e9 : 1e5).compare("GT");
  }

  /** n in integer bits, and r. */
  private record Quadrant(int number, int r) {}

  private static Quadrant reduce(Spell s, int size) {
    double magic = s.isDouble() ? 0x1.8p52 : 0x1.8p23;
    int m = s.get(size).number(TWO_OVER_PI).number(magic).fma().save();
    int n = s.get(m).number(magic).sub().save();
    // pi/2 in three parts; |x| - n times the first is exact, since it has no digit below those of
    // both
    double[] parts =
        s.isDouble()
            ? new double[] {1.5707963267948966, 6.123233995736766e-17, -1.4973849048591698e-33}
            : new double[] {1.5707963705062866, -4.371138828673793e-08, -1.7151245100058819e-15};
    int r = size;
    for (double part : parts) {
      r = s.get(n).number(-part).get(r).fma().save();
    }
    return new Quadrant(s.get(m).toBits().saveBits(), r);
  }

  /** sin r, cos r, -sin r, -cos r in quadrants 0, 1, 2, 3. */
  private static int atQuadrant(Spell s, Quadrant quadrant, int number) {
    int r = quadrant.r();
    int z = s.get(r).get(r).mul().save();
    int sine = s.isDouble() ? sineDouble(s, r, z) : sineFloat(s, r, z);
    int cosine = s.isDouble() ? cosineDouble(s, z) : cosineFloat(s, z);
    int isOdd = s.getBits(number).andBits(1).toFloat().number(0).compare("GT");
    int value = s.choose(isOdd, cosine, sine).save();
    s.getBits(number).andBits(2).shiftLeft(s.isDouble() ? 62 : 30);
    return s.get(value).toBits().exclusiveOr().fromBits().save();
  }

  private static int sineFloat(Spell s, int r, int z) {
    s.polynomial(z, -1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1).get(z).mul();
    return s.get(r).get(r).fma().save();
  }

  private static int cosineFloat(Spell s, int z) {
    int rest =
        s.polynomial(z, 2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)
            .get(z)
            .mul()
            .save();
    int part = s.get(rest).number(-0.5).add().save();
    return s.get(part).get(z).number(1).fma().save();
  }

  private static int sineDouble(Spell s, int r, int z) {
    s.polynomial(
            z,
            1.58969099521155010221e-10,
            -2.50507602534068634195e-8,
            2.75573137070700676789e-6,
            -1.98412698298579493134e-4,
            8.33333333332248946124e-3,
            -1.66666666666666324348e-1)
        .get(z)
        .mul();
    return s.get(r).get(r).fma().save();
  }

  private static int cosineDouble(Spell s, int z) {
    int rest =
        s.polynomial(
                z,
                -1.13596475577881948265e-11,
                2.08757232129817482790e-9,
                -2.75573143513906633035e-7,
                2.48015872894767294178e-5,
                -1.38888888888741095749e-3,
                4.16666666666666019037e-2)
            .get(z)
            .mul()
            .save();
    int part = s.get(rest).number(-0.5).add().save();
    return s.get(part).get(z).number(1).fma().save();
  }
}
