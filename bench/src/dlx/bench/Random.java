package dlx.bench;

import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.util.SplittableRandom;

/** Inputs that repeat. */
final class Random {
  private final SplittableRandom bits;

  Random(long seed) {
    bits = new SplittableRandom(seed);
  }

  /** Normal with this deviation, of f32. */
  Tensor normal(double deviation, int... shape) {
    return normal(DType.F32, deviation, shape);
  }

  Tensor normal(DType dtype, double deviation, int... shape) {
    Tensor tensor = Tensor.zeros(dtype, shape);
    for (int i = 0; i < tensor.size(); i++) tensor.set(i, deviation * bits.nextGaussian());
    return tensor;
  }

  /** Uniform in [low, high), of f32. */
  Tensor uniform(double low, double high, int... shape) {
    Tensor tensor = Tensor.zeros(DType.F32, shape);
    for (int i = 0; i < tensor.size(); i++) tensor.set(i, low + (high - low) * bits.nextDouble());
    return tensor;
  }

  /** Whole numbers in [0, bound). */
  Tensor whole(int bound, int... shape) {
    Tensor tensor = Tensor.zeros(DType.I32, shape);
    for (int i = 0; i < tensor.size(); i++) tensor.set(i, bits.nextInt(bound));
    return tensor;
  }

  static Tensor zeros(int... shape) {
    return Tensor.zeros(DType.F32, shape);
  }
}
