package dlx.tests;

import static org.junit.jupiter.api.Assertions.fail;

import dlx.graph.Contraction;
import dlx.graph.Extent;
import dlx.graph.Node;
import dlx.runtime.CompiledFunction;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import dlx.runtime.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Products of matrices of all small sizes, in all four forms of transposition, with batches. */
class ProductContractTest {
  private static final int[] SIZES = {0, 1, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64};

  record Case(DType dtype, boolean leftTurned, boolean rightTurned, boolean batch, int bits) {
    /** a[b m k] or a[b k m], with or without b. */
    int[] left(int batches, int m, int n, int k) {
      return shape(batches, leftTurned ? k : m, leftTurned ? m : k);
    }

    int[] right(int batches, int m, int n, int k) {
      return shape(batches, rightTurned ? n : k, rightTurned ? k : n);
    }

    private int[] shape(int batches, int rows, int columns) {
      return batch ? new int[] {batches, rows, columns} : new int[] {rows, columns};
    }

    /** Labels: b = 0, m = 1, n = 2, k = 3. */
    Contraction contraction() {
      return new Contraction(
          List.of(
              labels(leftTurned ? 3 : 1, leftTurned ? 1 : 3),
              labels(rightTurned ? 2 : 3, rightTurned ? 3 : 2)),
          labels(1, 2));
    }

    private List<Integer> labels(int first, int second) {
      return batch ? List.of(0, first, second) : List.of(first, second);
    }
  }

  static Stream<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (int bits : Trial.widths()) {
      for (DType dtype : List.of(DType.F32, DType.F64)) {
        for (int form = 0; form < 8; form++) {
          cases.add(new Case(dtype, (form & 1) == 1, (form & 2) == 2, (form & 4) == 4, bits));
        }
      }
    }
    return cases.stream();
  }

  /** One class for all sizes. */
  @ParameterizedTest
  @MethodSource("cases")
  void sizesOfTheCall(Case one) {
    Trial trial = new Trial();
    CompiledFunction compiled = compiled(one, trial);
    for (int m : SIZES) {
      for (int n : SIZES) {
        for (int k : SIZES) {
          run(one, trial, compiled, 2, m, n, k);
        }
      }
    }
  }

  private static Extent[] extents(int[] labels) {
    return IntStream.of(labels)
        .mapToObj(l -> Extent.symbol("bmnk".charAt(l) + ""))
        .toArray(Extent[]::new);
  }

  /** A class for each of some sizes. */
  @ParameterizedTest
  @MethodSource("cases")
  void sizesOfTheProgram(Case one) {
    Random random = new Random(one.hashCode());
    for (int count = 0; count < 40; count++) {
      int m = SIZES[random.nextInt(SIZES.length)];
      int n = SIZES[random.nextInt(SIZES.length)];
      int k = SIZES[random.nextInt(SIZES.length)];
      int batches = random.nextInt(4);
      fixed(one, batches, m, n, k);
    }
  }

  /** Few rows, or few columns, are not multiplied in tiles; sizes of the call and the program. */
  @ParameterizedTest
  @MethodSource("cases")
  void fewRows(Case one) {
    Trial open = new Trial();
    CompiledFunction ofTheCall = compiled(one, open);
    Random random = new Random(one.hashCode() + 1);
    for (int m : new int[] {1, 2, 3, 4, 5, 8, 9}) {
      for (int n : new int[] {1, 2, 3, 8, 16, 17, 47, 100}) {
        for (int k : new int[] {1, 2, 8, 16, 17, 43, 100}) {
          run(one, open, ofTheCall, 2, m, n, k);
          if (random.nextInt(16) == 0) {
            fixed(one, 2, m, n, k);
          }
        }
      }
    }
    run(one, open, ofTheCall, 1, 3, 4096 + 37, 9);
    fixed(one, 1, 2, 2 * 4096 + 5, 11);
    fixed(one, 2, 100, 2, 37);
    fixed(one, 1, 47, 3, 100);
  }

  private static CompiledFunction compiled(Case one, Trial trial) {
    Node a = trial.input("a", one.dtype(), extents(one.left(0, 1, 2, 3)));
    Node b = trial.input("b", one.dtype(), extents(one.right(0, 1, 2, 3)));
    return Trial.compile(Trial.function(trial.graph.node(one.contraction(), a, b)), one.bits());
  }

  private static void fixed(Case one, int batches, int m, int n, int k) {
    Trial trial = new Trial();
    Node a = trial.input("a", Tensor.zeros(one.dtype(), one.left(batches, m, n, k)));
    Node b = trial.input("b", Tensor.zeros(one.dtype(), one.right(batches, m, n, k)));
    CompiledFunction compiled =
        Trial.compile(Trial.function(trial.graph.node(one.contraction(), a, b)), one.bits());
    run(one, trial, compiled, batches, m, n, k);
  }

  /** Sums longer than what is added at once; sizes of the call. */
  @ParameterizedTest
  @MethodSource("cases")
  void longSums(Case one) {
    Trial trial = new Trial();
    CompiledFunction compiled = compiled(one, trial);
    for (int k : new int[] {1023, 1024, 1025, 2207}) {
      run(one, trial, compiled, 2, 13, 7, k);
      run(one, trial, compiled, 2, 7, 35, k);
      run(one, trial, compiled, 1, 35, 47, k);
    }
  }

  /** Threads share rows or, where there are few of those, columns; the bits are the same. */
  @ParameterizedTest
  @MethodSource("cases")
  void anyNumberOfThreads(Case one) {
    Trial trial = new Trial();
    CompiledFunction compiled = compiled(one, trial);
    int before = Workers.threads();
    try {
      for (int[] size :
          new int[][] {
            {3, 333, 70},
            {11, 100, 70},
            {70, 31, 40},
            {1, 70, 1100},
            {1, 4200, 40},
            {2, 75, 2100},
            {6, 100, 200}
          }) {
        trial.inputs.put("a", tensor(one.dtype(), one.left(2, size[0], size[1], size[2])));
        trial.inputs.put("b", tensor(one.dtype(), one.right(2, size[0], size[1], size[2])));
        Workers.setThreads(1);
        Tensor alone = trial.call(compiled).getFirst();
        for (int threads : new int[] {2, 3, 5}) {
          Workers.setThreads(threads);
          Trial.agree(one + " by " + threads, alone, trial.call(compiled).getFirst());
        }
      }
    } finally {
      Workers.setThreads(before);
    }
  }

  /**
   * Parts of arrays whose lines lie a large power of two apart, so that they are packed; the last
   * one is so large that all sums are interrupted.
   */
  @ParameterizedTest
  @MethodSource("cases")
  void partsOfLargeArrays(Case one) {
    for (int[] size : new int[][] {{207, 131, 257}, {136, 144, 2100}, {259, 512, 1027}}) {
      if (one.batch() && size[0] == 259) {
        continue; // a batch of one is none
      }
      int m = size[0];
      int n = size[1];
      int k = size[2];
      Trial trial = new Trial();
      Node a = part(trial, "a", one, one.left(1, m, n, k));
      Node b = part(trial, "b", one, one.right(1, m, n, k));
      CompiledFunction compiled =
          Trial.compile(Trial.function(trial.graph.node(one.contraction(), a, b)), one.bits());
      Tensor c = trial.call(compiled).getFirst();
      for (int i = 0; i < m; i += i < m - 9 ? 9 : 1) {
        for (int j = 0; j < n; j += j < n - 18 ? 3 : 1) {
          double want = 0;
          for (int p = 0; p < k; p++) {
            want +=
                element(trial.inputs.get("a"), one.leftTurned() ? p : i, one.leftTurned() ? i : p)
                    * element(
                        trial.inputs.get("b"),
                        one.rightTurned() ? j : p,
                        one.rightTurned() ? p : j);
          }
          double is = c.get(i * n + j);
          double most = (double) k * k * (one.dtype() == DType.F32 ? 0x1p-24 : 0x1p-53);
          if (!(Math.abs(is - want) <= most)) {
            fail(one + " at " + i + ", " + j + " is " + is + ", not " + want);
          }
        }
      }
    }
  }

  /** The part from (1, 2) on of an array with lines of a multiple of 512. */
  private static Node part(Trial trial, String name, Case one, int[] shape) {
    int last = shape.length - 1;
    int[] large = shape.clone();
    large[last - 1] += 1;
    large[last] = (shape[last] + 2 + 511) / 512 * 512;
    Node all = trial.input(name, tensor(one.dtype(), large));
    return all.slice(last - 1, Extent.ONE, 1, Extent.of(shape[last - 1]))
        .slice(last, Extent.of(2), 1, Extent.of(shape[last]));
  }

  private static double element(Tensor large, int line, int position) {
    int length = large.extent(large.rank() - 1);
    return large.get((line + 1) * length + position + 2);
  }

  private static void run(
      Case one, Trial trial, CompiledFunction compiled, int batches, int m, int n, int k) {
    Tensor a = tensor(one.dtype(), one.left(batches, m, n, k));
    Tensor b = tensor(one.dtype(), one.right(batches, m, n, k));
    trial.inputs.put("a", a);
    trial.inputs.put("b", b);
    Tensor c = trial.call(compiled).getFirst();
    int many = one.batch() ? batches : 1;
    for (int batch = 0; batch < many; batch++) {
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          double want = 0;
          for (int p = 0; p < k; p++) {
            int left = batch * m * k + (one.leftTurned() ? p * m + i : i * k + p);
            int right = batch * n * k + (one.rightTurned() ? j * k + p : p * n + j);
            want += a.get(left) * b.get(right);
          }
          double is = c.get((batch * m + i) * n + j);
          // k products of numbers below 1, each rounded once when it is added
          double most = (double) k * k * (one.dtype() == DType.F32 ? 0x1p-24 : 0x1p-53);
          if (!(Math.abs(is - want) <= most)) {
            fail(
                one + " " + m + "x" + n + "x" + k + " at " + i + ", " + j + " is " + is + ", not "
                    + want);
          }
        }
      }
    }
    if (c.size() != many * m * n) {
      fail(one + " has the shape " + c.describe());
    }
  }

  private static Tensor tensor(DType dtype, int[] shape) {
    Tensor tensor = Tensor.zeros(dtype, shape);
    Random random = new Random(tensor.size());
    for (int i = 0; i < tensor.size(); i++) {
      tensor.set(i, 2 * random.nextDouble() - 1);
    }
    return tensor;
  }

  /** Not a number stays one, and a vector that is half empty does not make one. */
  @ParameterizedTest
  @MethodSource("cases")
  void specialNumbers(Case one) {
    specialNumbers(one, 5, 19, 4);
    specialNumbers(one, 3, 19, 21);
    specialNumbers(one, 37, 2, 21);
  }

  private static void specialNumbers(Case one, int m, int n, int k) {
    Trial trial = new Trial();
    Tensor a = tensor(one.dtype(), one.left(2, m, n, k));
    Tensor b = tensor(one.dtype(), one.right(2, m, n, k));
    a.set(3, Double.NaN);
    a.set(10, Double.POSITIVE_INFINITY);
    b.set(7, Double.NEGATIVE_INFINITY);
    b.set(b.size() - 1, Double.NaN);
    Node product = trial.graph.node(one.contraction(), trial.input("a", a), trial.input("b", b));
    Tensor c = trial.call(Trial.compile(Trial.function(product), one.bits())).getFirst();
    Trial.agree(one.toString(), trial.judge().values(product), c, Trial.Tolerance.near(8, k));
  }
}
