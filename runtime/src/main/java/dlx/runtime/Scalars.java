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
}
