package dlx.pictures;

import dlx.runtime.DType;
import dlx.runtime.Tensor;

/**
 * Which numbers are black and which are white. Between them brightness is linear, beyond them it
 * stays.
 *
 * @param nan how many are no numbers; their pixels are magenta
 * @param told whether black and white are not those that one expects and the user should hear of it
 */
public record Brightness(double black, double white, int nan, boolean told) {
  /** What a pixel is that has no number: red, green, blue. */
  static final int[] NAN = {255, 0, 255};

  /**
   * Numbers from 0 to 1, truth values and whole numbers from 0 to 255 are as they are. Where others
   * occur, the least finite one is black and the greatest is white.
   */
  public static Brightness of(Tensor tensor) {
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    int nan = 0;
    boolean infinite = false;
    for (int i = 0; i < tensor.size(); i++) {
      double value = tensor.get(i);
      if (Double.isNaN(value)) nan++;
      infinite |= Double.isInfinite(value);
      if (!Double.isFinite(value)) continue;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    double full = tensor.dtype() == DType.I32 ? 255 : 1;
    boolean plain = least > most || least >= 0 && most <= full;
    return plain && !infinite
        ? new Brightness(0, full, nan, nan > 0)
        : least > most
            ? new Brightness(0, full, nan, true)
            : new Brightness(least, most, nan, true);
  }

  /** Black and white where they are told. */
  public static Brightness between(double black, double white, Tensor tensor) {
    int nan = of(tensor).nan;
    return new Brightness(black, white, nan, nan > 0);
  }

  /** The byte of a number that is one; the middle where black is white. */
  byte level(double value) {
    double part = black == white ? 0.5 : (value - black) / (white - black);
    if (value == Double.POSITIVE_INFINITY || value == Double.NEGATIVE_INFINITY) {
      part = value > 0 == white >= black ? 1 : 0;
    }
    return (byte) Math.round(255 * Math.clamp(part, 0, 1));
  }
}
