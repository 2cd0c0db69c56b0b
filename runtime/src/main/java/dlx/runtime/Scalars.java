package dlx.runtime;

/** Operators on single numbers that are more than an instruction, called by generated code. */
public final class Scalars {
  private Scalars() {}

  /** floor(a / b); 0 where b is 0. */
  public static int floorDivide(int a, int b) {
    return b == 0 ? 0 : Math.floorDiv(a, b);
  }

  /** a - b * floor(a / b); 0 where b is 0. */
  public static int floorRemainder(int a, int b) {
    return b == 0 ? 0 : Math.floorMod(a, b);
  }

  /** a^b, wrapping around; a negative exponent truncates towards zero. */
  public static int power(int a, int b) {
    if (b < 0) {
      return a == 1 ? 1 : a == -1 ? ((b & 1) == 0 ? 1 : -1) : 0;
    }
    int result = 1;
    int square = a;
    for (int n = b; n > 0; n >>= 1) {
      result = (n & 1) == 1 ? result * square : result;
      square *= square;
    }
    return result;
  }

  /** a - b * floor(a / b), with the sign of b. */
  public static double remainder(double a, double b) {
    double r = a % b;
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
  }

  /** floor(a / b). */
  public static double floorDivide(double a, double b) {
    return Math.floor(a / b);
  }

  /**
   * The error function: the Maclaurin series below 2.5 and the continued fraction of erfc above
   * (Abramowitz and Stegun 7.1.6 and 7.1.14).
   */
  public static double erf(double x) {
    double z = Math.abs(x);
    if (Double.isNaN(x)) {
      return x;
    }
    double value;
    if (z < 2.5) {
      double term = z;
      double sum = z;
      for (int n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
        term *= 2 * z * z / (2 * n + 1);
        sum += term;
      }
      value = 2 / Math.sqrt(Math.PI) * Math.exp(-z * z) * sum;
    } else if (z < 6.5) {
      double fraction = z;
      for (int n = 60; n > 0; n--) {
        fraction = z + n / 2.0 / fraction;
      }
      value = 1 - Math.exp(-z * z) / (Math.sqrt(Math.PI) * fraction);
    } else {
      value = 1;
    }
    return x < 0 ? -value : z == 0 ? x : value;
  }
}
