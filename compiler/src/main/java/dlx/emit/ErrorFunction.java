package dlx.emit;

/**
 * erf as a straight-line formula, as those of {@link Exponentials}. In f64 the coefficients are
 * those of Cephes (Moshier); in f32 they are least maximal errors, found by Lawson's weights: both
 * parts are within 2.2 units in the last place.
 */
final class ErrorFunction {
  private ErrorFunction() {}

  /** An odd function near 0; from there on 1 - erfc |x| with the sign of x. */
  static void erf(Spell s) {
    int x = s.save();
    int size = s.get(x).abs().save();
    int square = s.get(x).get(x).mul().save();
    int near = s.isDouble() ? nearDouble(s, x, square) : nearFloat(s, x, square);
    int complement = s.isDouble() ? farDouble(s, size) : farFloat(s, size);
    int magnitude = s.number(1).get(complement).sub().save();
    int opposite = s.get(magnitude).negate().save();
    int negative = s.get(x).number(0).compare("LT");
    int far = s.choose(negative, opposite, magnitude).save();
    int isNear = s.get(size).number(s.isDouble() ? 1 : 1.5).compare("LT");
    s.choose(isNear, near, far);
  }

  /** x + x p(x^2). */
  private static int nearFloat(Spell s, int x, int square) {
    s.polynomial(
        square,
        -5.665302523993887e-06,
        9.205019159708172e-05,
        -0.000804615905508399,
        0.005172831937670708,
        -0.026837171986699104,
        0.11282969266176224,
        -0.3761254847049713,
        0.12837915122509003);
    return s.get(x).get(x).fma().save();
  }

  /** erfc x = q(x)^-16, the form of Hastings (1955); from 4 on it is less than half a unit of 1. */
  private static int farFloat(Spell s, int size) {
    int x = atMost(s, size, 4);
    int root =
        s.polynomial(
                x,
                0.0011005338747054338,
                -0.005064008291810751,
                0.025140371173620224,
                0.016686197370290756,
                0.09171386063098907,
                0.9928838014602661)
            .save();
    int second = s.get(root).get(root).mul().save();
    int fourth = s.get(second).get(second).mul().save();
    int eighth = s.get(fourth).get(fourth).mul().save();
    return s.number(1).get(eighth).get(eighth).mul().div().save();
  }

  /** x p(x^2) / q(x^2). */
  private static int nearDouble(Spell s, int x, int square) {
    int p =
        s.polynomial(
                square,
                9.60497373987051638749e0,
                9.00260197203842689217e1,
                2.23200534594684319226e3,
                7.00332514112805075473e3,
                5.55923013010394962768e4)
            .save();
    int q =
        s.polynomial(
                square,
                1.0,
                3.35617141647503099647e1,
                5.21357949780152679795e2,
                4.59432382970980127987e3,
                2.26290000613890934246e4,
                4.92673942608635921086e4)
            .save();
    return s.get(p).get(q).div().get(x).mul().save();
  }

  /** erfc x = e^(-x^2) p(x) / q(x); from 6 on it is less than half a unit of 1. */
  private static int farDouble(Spell s, int size) {
    int x = atMost(s, size, 6);
    s.get(x).get(x).mul().negate();
    Exponentials.expOfNegative(s);
    int power = s.save();
    int p =
        s.polynomial(
                x,
                2.46196981473530512524e-10,
                5.64189564831068821977e-1,
                7.46321056442269912687e0,
                4.86371970985681366614e1,
                1.96520832956077098242e2,
                5.26445194995477358631e2,
                9.34528527171957607540e2,
                1.02755188689515710272e3,
                5.57535335369399327526e2)
            .save();
    int q =
        s.polynomial(
                x,
                1.0,
                1.32281951154744992508e1,
                8.67072140885989742329e1,
                3.54937778887819891062e2,
                9.75708501743205489753e2,
                1.82390916687909736289e3,
                2.24633760818710981792e3,
                1.65666309194161350182e3,
                5.57535340817727675546e2)
            .save();
    return s.get(p).get(q).div().get(power).mul().save();
  }

  /** The lesser one; NaN stays. */
  private static int atMost(Spell s, int x, double limit) {
    int above = s.get(x).number(limit).compare("GT");
    int most = s.number(limit).save();
    return s.choose(above, most, x).save();
  }
}
