package dlx.tests;

import dlx.graph.Extent;
import dlx.graph.Node;
import dlx.graph.Reduction;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every reduction over every set of axes, compiled, against the judge. */
class FoldContractTest {
  private static final int[][] SHAPES = {
    {0},
    {1},
    {5},
    {16},
    {37},
    {207},
    {3, 4},
    {1, 17},
    {17, 1},
    {4, 17},
    {33, 16},
    {64, 31},
    {0, 3},
    {3, 0},
    {2, 3, 5},
    {3, 1, 4},
    {2, 0, 3},
    {5, 7, 16},
    {2, 3, 4, 5},
    {300, 3},
    {2, 150}
  };

  /** What the numbers are like. */
  enum Numbers {
    PLAIN,
    TIES,
    SPECIAL
  }

  record Case(DType dtype, List<Integer> shape, boolean known) {}

  static Stream<Case> cases() {
    return Stream.of(DType.F32, DType.F64, DType.I32)
        .flatMap(dtype ->
            Stream.of(SHAPES)
                .flatMap(shape ->
                    Stream.of(true, false)
                        .map(known ->
                            new Case(dtype, IntStream.of(shape).boxed().toList(), known))));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void allAxes(Case one) {
    int rank = one.shape().size();
    for (Numbers numbers : Numbers.values()) {
      Trial trial = new Trial();
      Tensor value = tensor(one, numbers);
      Node x = input(trial, one, "x", value);
      for (int set = 1; set < 1 << rank; set++) {
        int axes = set;
        List<Integer> chosen =
            IntStream.range(0, rank).filter(a -> (axes >> a & 1) == 1).boxed().toList();
        List<Node> rounded = new ArrayList<>();
        List<Node> exact = new ArrayList<>();
        for (Reduction.Kind kind : Reduction.Kind.values()) {
          boolean position = kind == Reduction.Kind.ARGMAX;
          if (position && (chosen.size() != 1 || one.shape().contains(0))) {
            continue;
          }
          Node fold = x.reduce(kind, chosen);
          if (numbers == Numbers.PLAIN) {
            trial.check(tolerance(kind, value), fold);
          } else if (kind == Reduction.Kind.SUM || kind == Reduction.Kind.PRODUCT) {
            rounded.add(fold);
          } else {
            exact.add(fold);
          }
        }
        // and together in one kernel
        trial.check(tolerance(Reduction.Kind.SUM, value), rounded.toArray(Node[]::new));
        trial.check(Trial.Tolerance.EXACT, exact.toArray(Node[]::new));
      }
    }
  }

  /** Folds of a row and what is made of them in the same loop: softmax, centred rows, positions. */
  @ParameterizedTest
  @MethodSource("cases")
  void rows(Case one) {
    if (one.dtype() == DType.I32 || one.shape().contains(0)) {
      return;
    }
    for (int axis = 0; axis < one.shape().size(); axis++) {
      Trial trial = new Trial();
      Node x = input(trial, one, "x", tensor(one, Numbers.TIES));
      List<Extent> shape = x.type().shape();
      List<Integer> axes = List.of(axis);
      Node largest = x.reduce(Reduction.Kind.MAX, axes);
      Node e = x.minus(largest.spread(shape, axes)).exp();
      Node softmax = e.over(e.sum(axes).spread(shape, axes));
      Node mean = x.sum(axes).over(largest.like(one.shape().get(axis)));
      Node centred = x.minus(mean.spread(shape, axes));
      Node variance = centred.times(centred).sum(axes);
      Trial.Tolerance close = Trial.Tolerance.near(1e4, 1);
      trial.check(close, softmax);
      trial.check(close, centred, variance);
      trial.check(close, softmax, largest, mean);
      trial.check(Trial.Tolerance.EXACT, largest, x.reduce(Reduction.Kind.ARGMAX, axes));
      Node count = x.equal(largest.spread(shape, axes)).convert(one.dtype()).sum(axes);
      trial.check(Trial.Tolerance.EXACT, count);
    }
  }

  /**
   * Sums and products are taken in another order: every addition rounds by half a unit of the
   * largest partial sum. Maxima, positions and integers are exact.
   */
  private static Trial.Tolerance tolerance(Reduction.Kind kind, Tensor x) {
    boolean exact =
        x.dtype() == DType.I32 || kind == Reduction.Kind.MAX || kind == Reduction.Kind.ARGMAX;
    if (exact) {
      return Trial.Tolerance.EXACT;
    }
    double sum = 0;
    double above = 1;
    for (int i = 0; i < x.size(); i++) {
      sum += Double.isFinite(x.get(i)) ? Math.abs(x.get(i)) : 0;
      above *= Math.max(1, Math.abs(x.get(i)));
    }
    // a partial product below the normal numbers is rounded to a multiple of the least one
    double underflow = above * (x.dtype() == DType.F32 ? Float.MIN_NORMAL : Double.MIN_NORMAL);
    return Trial.Tolerance.near(x.size() + 1, kind == Reduction.Kind.SUM ? sum : underflow);
  }

  static Node input(Trial trial, Case one, String name, Tensor value) {
    if (one.known()) {
      return trial.input(name, value);
    }
    trial.inputs.put(name, value);
    Extent[] shape = new Extent[value.rank()];
    for (int axis = 0; axis < shape.length; axis++) {
      shape[axis] = Extent.symbol("n" + axis);
      trial.sizes.put("n" + axis, (long) value.extent(axis));
    }
    return trial.input(name, one.dtype(), shape);
  }

  private static Tensor tensor(Case one, Numbers numbers) {
    Random random = new Random(one.hashCode());
    Tensor tensor = Tensor.zeros(one.dtype(), one.shape().stream().mapToInt(i -> i).toArray());
    double[] special = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0, 0.0};
    for (int i = 0; i < tensor.size(); i++) {
      tensor.set(
          i,
          switch (numbers) {
            case PLAIN -> one.dtype() == DType.I32 ? random.nextInt() : 0.5 + random.nextDouble();
            case TIES -> random.nextInt(3) - 2;
            case SPECIAL ->
                random.nextInt(9) == 0
                    ? special[random.nextInt(special.length)]
                    : random.nextInt(5) - 2;
          });
    }
    return tensor;
  }
}
