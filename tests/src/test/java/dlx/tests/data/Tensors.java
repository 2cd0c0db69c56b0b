package dlx.tests.data;

import dlx.runtime.DType;
import dlx.runtime.Tensor;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Arbitrary tensors: every element type, rank 0 to 3, extents that may be 0, edge values often. */
final class Tensors {
  private static final double[] EDGES = {
    0,
    -0.0,
    1,
    -1,
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Float.MIN_VALUE,
    Double.MIN_VALUE,
    Float.MAX_VALUE,
    Double.MAX_VALUE,
    0.1,
    1e10,
    Integer.MIN_VALUE,
    Integer.MAX_VALUE
  };

  private Tensors() {}

  static Arbitrary<Tensor> any() {
    Arbitrary<int[]> shapes =
        Arbitraries.integers().between(0, 4).array(int[].class).ofMinSize(0).ofMaxSize(3);
    return Combinators.combine(Arbitraries.of(DType.class), shapes, Arbitraries.longs())
        .as(Tensors::filled);
  }

  private static Tensor filled(DType dtype, int[] shape, long seed) {
    Tensor tensor = Tensor.zeros(dtype, shape);
    java.util.SplittableRandom random = new java.util.SplittableRandom(seed);
    for (int i = 0; i < tensor.size(); i++) {
      boolean edge = random.nextInt(3) == 0;
      tensor.set(i, edge ? EDGES[random.nextInt(EDGES.length)] : random.nextDouble(-1e3, 1e3));
    }
    return tensor;
  }
}
