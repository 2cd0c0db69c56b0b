package dlx.data;

import dlx.runtime.RandomBits;

/** Random numbers one after the other, the same on every machine. */
final class Draws {
  private final long key;
  private long next;

  Draws(long seed, String address) {
    key = RandomBits.key(seed, 0, RandomBits.address(address));
  }

  /** Uniform in [0, 1). */
  double uniform() {
    return RandomBits.uniform64(key, next++);
  }

  double between(double low, double high) {
    return low + (high - low) * uniform();
  }

  int below(int bound) {
    return (int) (uniform() * bound);
  }

  /** Normal with mean 0 and deviation 1: Box and Muller. */
  double normal() {
    double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - uniform()));
    return radius * StrictMath.cos(2 * Math.PI * uniform());
  }
}
