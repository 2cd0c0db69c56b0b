package dlx.tests;

import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.graph.Indexing;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.graph.Reduction;
import dlx.graph.Type;
import dlx.runtime.CompiledFunction;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rows of every length around a vector: what is left at their end is one vector that begins
 * earlier, and what it does again must count neither in folds nor where results lie over arguments.
 */
class RowEndContractTest {
  private static final int ROWS = 3;

  record Case(DType dtype, int length, boolean known) {}

  static Stream<Case> cases() {
    return Stream.of(DType.F32, DType.F64)
        .flatMap(dtype ->
            IntStream.concat(IntStream.rangeClosed(0, 35), IntStream.of(63, 64, 65, 79, 127, 150))
                .boxed()
                .flatMap(n -> Stream.of(true, false).map(known -> new Case(dtype, n, known))));
  }

  /** A parameter whose rows become their softmax, another that is updated number by number. */
  @ParameterizedTest
  @MethodSource("cases")
  void inPlace(Case one) {
    Random random = new Random(one.length());
    Tensor p = numbers(one.dtype(), random, ROWS, one.length());
    Tensor v = numbers(one.dtype(), random, one.length());
    for (int bits : Trial.widths()) {
      Trial trial = new Trial();
      Extent n = one.known() ? Extent.of(one.length()) : Extent.symbol("n");
      trial.sizes.put("n", (long) one.length());
      Leaf.Slot rows = slot(trial, "p", p, Extent.of(ROWS), n);
      Leaf.Slot line = slot(trial, "v", v, n);
      Node a = trial.graph.node(rows);
      Node b = trial.graph.node(line);
      List<Integer> last = List.of(1);
      Node e = a.minus(a.reduce(Reduction.Kind.MAX, last).spread(a.type().shape(), last)).exp();
      Node next = e.over(e.sum(last).spread(a.type().shape(), last));
      Node doubled = b.times(2).plus(1);
      Function function =
          Trial.function(
              List.of(b.lessEqual(b.like(0)), b.sum(List.of(0))),
              List.of(new Function.Update(rows, next), new Function.Update(line, doubled)));
      double[] wantRows = trial.judge().values(next);
      double[] wantLine = trial.judge().values(doubled);
      double[] wantSign = trial.judge().values(function.outputs().getFirst().value());
      List<Tensor> results = trial.call(Trial.compile(function, bits));
      Trial.Tolerance close = Trial.Tolerance.near(one.length() + 8.0, 1);
      String what = one + " with " + bits + " bits";
      Trial.agree(what, wantRows, trial.slots.get("p"), close);
      Trial.agree(what, wantLine, trial.slots.get("v"), Trial.Tolerance.EXACT);
      Trial.agree(what, wantSign, results.getFirst(), Trial.Tolerance.EXACT);
    }
  }

  /**
   * Rows that are shorter than a vector, folded as one vector each; few rows, where memory ends.
   */
  @ParameterizedTest
  @MethodSource("cases")
  void shortRows(Case one) {
    if (one.length() > 16 || one.length() == 0) {
      return;
    }
    double[] special = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0, 0.0};
    for (boolean plain : new boolean[] {true, false}) {
      for (int rows : new int[] {1, 2, 3, 5, 8, 33}) {
        Random random = new Random(rows);
        Tensor matrix = numbers(one.dtype(), random, rows, one.length());
        for (int i = 0; !plain && i < matrix.size(); i++) {
          if (random.nextInt(12) == 0) {
            matrix.set(i, special[random.nextInt(special.length)]);
          }
        }
        Trial trial = new Trial();
        Node x =
            FoldContractTest.input(
                trial,
                new FoldContractTest.Case(one.dtype(), List.of(rows, one.length()), true),
                "x",
                matrix);
        List<Extent> shape = x.type().shape();
        List<Integer> last = List.of(1);
        Node bias = trial.input("bias", numbers(one.dtype(), random, one.length()));
        Node y = x.plus(bias.spread(shape, List.of(0)));
        Node largest = y.reduce(Reduction.Kind.MAX, last);
        Node e = y.minus(largest.spread(shape, last)).exp();
        Node softmax = e.over(e.sum(last).spread(shape, last));
        Node where = x.reduce(Reduction.Kind.ARGMAX, last);
        Node entropy = softmax.times(y).sum(last);
        // whole numbers: every fold of them is exact, and of exponentials near
        Trial.Tolerance close = Trial.Tolerance.near(one.length() + 8.0, 16);
        trial.check(close, softmax, entropy);
        trial.check(Trial.Tolerance.EXACT, where, largest, y.sum(last));
        trial.check(Trial.Tolerance.EXACT, x.reduce(Reduction.Kind.PRODUCT, last));
      }
    }
  }

  private static Leaf.Slot slot(Trial trial, String path, Tensor value, Extent... shape) {
    trial.slots.put(path, value.copy());
    return new Leaf.Slot(true, path, new Type(value.dtype(), List.of(shape)));
  }

  /** Whole numbers, so that what is added to them is exact. */
  private static Tensor numbers(DType dtype, Random random, int... shape) {
    Tensor tensor = Tensor.zeros(dtype, shape);
    for (int i = 0; i < tensor.size(); i++) {
      tensor.set(i, random.nextInt(9) - 4);
    }
    return tensor;
  }

  /** The largest, and the first of the largest: NaN of either sign and any payload, both zeros. */
  @Test
  void largestOfBitPatterns() {
    int[] patterns = {
      0x7FC00000,
      0xFFC00000,
      0x7F800001,
      0xFFFFFFFF,
      0x7FFFFFFF, // NaN
      0x7F800000,
      0xFF800000,
      0,
      0x80000000,
      1,
      0x80000001,
      0x7F7FFFFF,
      0xFF7FFFFF,
      0x3F800000
    };
    Random random = new Random(11);
    for (int length : new int[] {1, 7, 16, 17, 33, 64, 70, 131, 200}) {
      float[] values = new float[40 * length];
      for (int row = 0; row < 40; row++) {
        // the first rows without NaN, some of very few values so that the largest is met often
        int from = row < 25 ? 5 : 0;
        int count = row % 5 == 0 ? 2 : patterns.length - from;
        int shift = random.nextInt(patterns.length - from - count + 1);
        for (int i = 0; i < length; i++) {
          int pattern = patterns[from + shift + random.nextInt(count)];
          values[row * length + i] = Float.intBitsToFloat(pattern);
        }
      }
      Trial trial = new Trial();
      Node x = trial.input("x", Tensor.of(values, 40, length));
      trial.check(
          Trial.Tolerance.EXACT,
          x.reduce(Reduction.Kind.MAX, List.of(1)),
          x.reduce(Reduction.Kind.ARGMAX, List.of(1)),
          x.reduce(Reduction.Kind.MAX, List.of(0)));
      trial.check(Trial.Tolerance.EXACT, x.reduce(Reduction.Kind.ARGMAX, List.of(1)));
      trial.check(Trial.Tolerance.EXACT, x.reduce(Reduction.Kind.ARGMAX, List.of(0)));
      trial.check(Trial.Tolerance.EXACT, x.negate().reduce(Reduction.Kind.MAX, List.of(1)));
    }
  }

  /**
   * Where the argument of exp is seen to be not positive, its formula is shorter: the same bits.
   */
  @Test
  void exponentialsOfWhatIsNotPositive() {
    for (DType dtype : List.of(DType.F32, DType.F64)) {
      double[] edges = OperatorContractTest.edges(dtype);
      Random random = new Random(3);
      Tensor value = Tensor.zeros(dtype, edges.length + 4000);
      for (int i = 0; i < value.size(); i++) {
        value.set(i, i < edges.length ? edges[i] : 760 * random.nextDouble() * random.nextDouble());
      }
      Tensor negative = Tensor.zeros(dtype, value.size());
      for (int i = 0; i < value.size(); i++) {
        negative.set(i, -Math.abs(value.get(i)));
      }
      Trial trial = new Trial();
      Node x = trial.input("x", value);
      Node y = trial.input("y", negative);
      List<Node> both = List.of(trial.graph.node(Elementwise.ABS, x).negate().exp(), y.exp());
      trial.check(Trial.Tolerance.ulps(1.5), both.toArray(Node[]::new));
      for (int bits : Trial.widths()) {
        CompiledFunction compiled = Trial.compile(Trial.function(both, List.of()), bits);
        List<Tensor> results = trial.call(compiled);
        Trial.agree("exp with " + bits + " bits", results.get(1), results.get(0));
      }
    }
  }

  /** Rows of every width, in the order of their positions, at any place of the result. */
  @Test
  void scatter() {
    Random random = new Random(6);
    for (DType dtype : List.of(DType.F32, DType.F64, DType.I32)) {
      for (int width : new int[] {1, 2, 7, 8, 15, 16, 17, 31, 63, 64, 65, 100}) {
        for (boolean known : new boolean[] {true, false}) {
          for (int count : new int[] {0, 1, 40}) {
            scatter(dtype, width, known, count, random);
          }
        }
      }
    }
  }

  private static void scatter(DType dtype, int width, boolean known, int count, Random random) {
    int outer = 2;
    int extent = 7;
    Tensor g = Tensor.zeros(dtype, outer, count, width);
    for (int i = 0; i < g.size(); i++) {
      // of very different magnitudes, so that the order of additions is seen; and -0
      double number = random.nextGaussian() * Math.exp(3 * random.nextGaussian());
      g.set(i, dtype == DType.I32 ? random.nextInt() : random.nextInt(9) == 0 ? -0.0 : number);
    }
    int[] ids = random.ints(count, -4, 3).toArray();
    Trial trial = new Trial();
    trial.sizes.putAll(Map.of("c", (long) count, "w", (long) width, "e", (long) extent));
    trial.inputs.put("g", g);
    trial.inputs.put("ids", Tensor.of(ids, count));
    Extent c = known ? Extent.of(count) : Extent.symbol("c");
    Extent w = known ? Extent.of(width) : Extent.symbol("w");
    Extent e = known ? Extent.of(extent) : Extent.symbol("e");
    Node scatter =
        trial.graph.node(
            new Indexing.ScatterAdd(1, e, true),
            trial.input("g", dtype, Extent.of(outer), c, w),
            trial.input("ids", DType.I32, c));
    Tensor expected = Tensor.zeros(dtype, outer, extent, width);
    for (int o = 0; o < outer; o++) {
      for (int p = 0; p < count; p++) {
        int row = ids[p] < 0 ? ids[p] + extent : ids[p];
        for (int i = 0; i < width; i++) {
          int to = (o * extent + row) * width + i;
          double a = expected.get(to);
          double b = g.get((o * count + p) * width + i);
          expected.set(
              to,
              switch (dtype) {
                case F32 -> (float) a + (float) b;
                case I32 -> (int) a + (int) b;
                default -> a + b;
              });
        }
      }
    }
    for (int bits : Trial.widths()) {
      CompiledFunction compiled = Trial.compile(Trial.function(scatter), bits);
      String what = dtype + " width " + width + " of " + count + " with " + bits + " bits";
      Trial.agree(what, expected, trial.call(compiled).getFirst());
    }
  }
}
