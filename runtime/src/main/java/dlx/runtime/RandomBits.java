package dlx.runtime;

/**
 * Counter-based random bits: Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror, Shaw, "Parallel
 * random numbers: as easy as 1, 2, 3", SC 2011). The value of a draw is a pure function of seed,
 * step, address and position, so it depends neither on threads nor on what else is computed.
 */
public final class RandomBits {
  private RandomBits() {}

  private static final int PARITY = 0x1BD11BDA;

  /** The 64-bit key of a draw: a hash of seed, step number and the address of the draw. */
  public static long key(long seed, long step, long address) {
    return threefry(threefry(seed, step), address);
  }

  /** The 64-bit address of a draw, from its path in the source. FNV-1a, then mixed. */
  public static long address(String path) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < path.length(); i++) {
      hash = (hash ^ path.charAt(i)) * 0x100000001b3L;
    }
    return threefry(hash, path.length());
  }

  /** The two output words of one counter under one key; the first word is the low half. */
  public static long threefry(long key, long counter) {
    int k0 = (int) key;
    int k1 = (int) (key >>> 32);
    int k2 = PARITY ^ k0 ^ k1;
    int x0 = (int) counter + k0;
    int x1 = (int) (counter >>> 32) + k1;
    // five groups of four rounds, written out: a loop here would keep loops around it from being
    // compiled well
    x0 += x1;
    x1 = Integer.rotateLeft(x1, 13) ^ x0;
    x0 += x1;
    x1 = Integer.rotateLeft(x1, 15) ^ x0;
    x0 += x1;
    x1 = Integer.rotateLeft(x1, 26) ^ x0;
    x0 += x1;
    x1 = Integer.rotateLeft(x1, 6) ^ x0;
    x0 += k1;
    x1 += k2 + 1;
    x0 += x1;
    x1 = Integer.rotateLeft(x1, 17) ^ x0;
    x0 += x1;
    x1 = Integer.rotateLeft(x1, 29) ^ x0;
    x0 += x1;
    x1 = Integer.rotateLeft(x1, 16) ^ x0;
    x0 += x1;
    x1 = Integer.rotateLeft(x1, 24) ^ x0;
    x0 += k2;
    x1 += k0 + 2;
    x0 += x1;
    x1 = Integer.rotateLeft(x1, 13) ^ x0;
    x0 += x1;
    x1 = Integer.rotateLeft(x1, 15) ^ x0;
    x0 += x1;
    x1 = Integer.rotateLeft(x1, 26) ^ x0;
    x0 += x1;
    x1 = Integer.rotateLeft(x1, 6) ^ x0;
    x0 += k0;
    x1 += k1 + 3;
    x0 += x1;
    x1 = Integer.rotateLeft(x1, 17) ^ x0;
    x0 += x1;
    x1 = Integer.rotateLeft(x1, 29) ^ x0;
    x0 += x1;
    x1 = Integer.rotateLeft(x1, 16) ^ x0;
    x0 += x1;
    x1 = Integer.rotateLeft(x1, 24) ^ x0;
    x0 += k1;
    x1 += k2 + 4;
    x0 += x1;
    x1 = Integer.rotateLeft(x1, 13) ^ x0;
    x0 += x1;
    x1 = Integer.rotateLeft(x1, 15) ^ x0;
    x0 += x1;
    x1 = Integer.rotateLeft(x1, 26) ^ x0;
    x0 += x1;
    x1 = Integer.rotateLeft(x1, 6) ^ x0;
    x0 += k2;
    x1 += k0 + 5;
    return (x0 & 0xffffffffL) | ((long) x1 << 32);
  }

  /** Position {@code index} of a draw, uniform in [0, 1) with 24 bits. */
  public static float uniform32(long key, long index) {
    return ((int) threefry(key, index) >>> 8) * 0x1p-24f;
  }

  /** Position {@code index} of a draw, uniform in [0, 1) with 53 bits. */
  public static double uniform64(long key, long index) {
    return (threefry(key, index) >>> 11) * 0x1p-53;
  }
}
