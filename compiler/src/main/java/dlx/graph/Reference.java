package dlx.graph;

import java.math.BigInteger;

/**
 * Reference formulas for single numbers that the JDK does not have. They judge the ones that
 * generated code calls ({@code dlx.runtime.Scalars}), so they are other formulas.
 */
final class Reference {
  private Reference() {}

  /** 1 / (1 + exp(-x)) without overflow. */
  static double sigmoid(double x) {
    double e = Math.exp(-Math.abs(x));
    return (x < 0 ? e : 1) / (1 + e);
  }

  /** log(1 + exp(x)) without overflow. */
  static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  /** floor(a / b): the quotient has too few digits for f64 to round it to a whole number. */
  static int floorDivide(int a, int b) {
    return b == 0 ? 0 : (int) (long) Math.floor((double) a / b);
  }

  static int floorRemainder(int a, int b) {
    return b == 0 ? 0 : a - b * floorDivide(a, b);
  }

  /** a - b * floor(a / b), with the sign of b. */
  static double remainder(double a, double b) {
    double r = Math.IEEEremainder(a, b); // from the nearest multiple of b, not the one below
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
  }

  private static final BigInteger WORD = BigInteger.TWO.pow(32);

  /** a^b for integers, modulo 2^32; a negative exponent truncates towards zero. */
  static int power(int a, int b) {
    if (b < 0) {
      return Math.abs(a) == 1 ? (int) Math.pow(a, b) : 0;
    }
    return BigInteger.valueOf(a).modPow(BigInteger.valueOf(b), WORD).intValue();
  }

  /** Nodes and weights of the Gauss-Legendre rule of 5 points on [-1, 1]; the middle one is 0. */
  private static final double[] NODES = {
    0, Math.sqrt(5 - 2 * Math.sqrt(10 / 7.0)) / 3, Math.sqrt(5 + 2 * Math.sqrt(10 / 7.0)) / 3
  };

  private static final double[] WEIGHTS = {
    128 / 225.0, (322 + 13 * Math.sqrt(70)) / 900, (322 - 13 * Math.sqrt(70)) / 900
  };

  /**
   * The error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x, as a quadrature:
   * slow, and nothing like the series and fractions by which it is computed elsewhere. The rule is
   * off by less than 1e-8 h^11 on a panel of width h, so h = 0.1 is enough; beyond 6.5 the rest is
   * less than 1e-19. All terms are positive and the small ones come first, so the sum is right to
   * the rounding of f64.
   */
  static double erf(double x) {
    if (Double.isNaN(x) || x == 0) {
      return x;
    }
    double z = Math.min(Math.abs(x), 6.5);
    int panels = (int) Math.ceil(10 * z);
    double h = z / panels;
    double sum = 0;
    for (int panel = panels - 1; panel >= 0; panel--) {
      double middle = (panel + 0.5) * h;
      sum += WEIGHTS[0] * bell(middle);
      for (int i = 1; i < NODES.length; i++) {
        double away = NODES[i] * h / 2;
        sum += WEIGHTS[i] * (bell(middle - away) + bell(middle + away));
      }
    }
    return Math.copySign(Math.min(1, h * sum / Math.sqrt(Math.PI)), x);
  }

  private static double bell(double t) {
    return Math.exp(-t * t);
  }
}
