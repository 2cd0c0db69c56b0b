package dlx.simplify;

import dlx.runtime.DType;

/**
 * Arithmetic of coefficients: f64 for floats (rounded once, when a constant is made), else
 * wrapping.
 */
final class Numbers {
  private Numbers() {}

  static double plus(DType dtype, double a, double b) {
    return dtype == DType.I32 ? ((int) a) + ((int) b) : a + b;
  }

  static double times(DType dtype, double a, double b) {
    return dtype == DType.I32 ? ((int) a) * ((int) b) : a * b;
  }

  /** Whether a coefficient can stand for a b that was computed: finite, and 0 only if it was. */
  static boolean isSound(double result, double a, double b) {
    return Double.isFinite(result) && (result != 0 || a == 0 || b == 0);
  }
}
