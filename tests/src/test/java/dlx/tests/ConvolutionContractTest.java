package dlx.tests;

import dlx.differentiate.Differentiate;
import dlx.graph.Contraction;
import dlx.graph.Derivative;
import dlx.graph.Evaluate;
import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.graph.Graph;
import dlx.graph.Leaf;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.graph.Reduction;
import dlx.runtime.CompiledFunction;
import dlx.runtime.DType;
import dlx.runtime.Simd;
import dlx.runtime.Tensor;
import dlx.runtime.Workers;
import dlx.schedule.Kernel;
import dlx.schedule.Plan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Convolutions and pooling with their derivatives, channels last, of all strides, paddings,
 * dilations and groups, against the evaluator in f64.
 */
class ConvolutionContractTest {
  private static final Extent BATCH = Extent.symbol("n");

  /**
   * Images of height x width with {@code in} channels, kernels of size x size in groups.
   *
   * @param padding zeros on all four sides
   */
  record Case(
      int height,
      int width,
      int in,
      int out,
      int size,
      int stride,
      int padding,
      int dilation,
      int groups) {}

  private static Case of(int... n) {
    return new Case(n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8]);
  }

  static Stream<Case> cases() {
    return Stream.of(
        of(9, 7, 1, 1, 3, 1, 0, 1, 1),
        of(9, 7, 1, 6, 3, 1, 1, 1, 1),
        of(12, 12, 3, 6, 5, 1, 0, 1, 1),
        of(8, 33, 3, 16, 3, 1, 1, 1, 1),
        of(14, 14, 6, 16, 5, 1, 0, 1, 1),
        of(5, 9, 16, 17, 3, 1, 1, 1, 1),
        of(7, 7, 17, 3, 3, 1, 1, 1, 1),
        of(4, 12, 64, 64, 3, 1, 1, 1, 1),
        of(6, 6, 16, 64, 1, 1, 0, 1, 1),
        of(11, 9, 3, 17, 3, 2, 1, 1, 1),
        of(10, 13, 6, 16, 5, 2, 2, 1, 1),
        of(9, 9, 16, 6, 4, 2, 1, 1, 1),
        of(8, 8, 16, 16, 1, 2, 0, 1, 1),
        of(13, 14, 3, 6, 3, 3, 1, 1, 1),
        of(16, 11, 1, 16, 7, 3, 3, 1, 1),
        of(12, 10, 6, 16, 3, 1, 2, 2, 1),
        of(12, 15, 3, 6, 3, 2, 2, 2, 1),
        of(13, 11, 3, 6, 2, 3, 0, 2, 1),
        of(7, 8, 6, 16, 3, 1, 1, 1, 2),
        of(9, 7, 6, 6, 3, 2, 1, 1, 6),
        of(4, 9, 64, 64, 3, 1, 1, 1, 4),
        of(3, 3, 3, 6, 3, 1, 0, 1, 1),
        of(1, 1, 16, 3, 1, 1, 0, 1, 1),
        of(2, 2, 3, 16, 3, 1, 1, 1, 1));
  }

  /** y[n, p, q, (groups) out] of x[n, h, w, in] and w[size, size, groups, in, out]. */
  private static Node convolution(Case c, Node x, Node w) {
    Node z = padded(c, x);
    if (c.groups() == 1) {
      List<Extent> plain = new ArrayList<>(w.type().shape());
      plain.remove(2);
      // n p i q j c, i j c o -> n p q o
      Contraction one =
          new Contraction(
              List.of(List.of(0, 1, 2, 3, 4, 5), List.of(2, 4, 5, 6)), List.of(0, 1, 3, 6));
      return z.graph().node(one, windows(z, c.size(), c.stride(), c.dilation()), w.reshape(plain));
    }
    List<Extent> shape = new ArrayList<>(z.type().shape().subList(0, 3));
    shape.add(Extent.of(c.groups()));
    shape.add(Extent.of(c.in() / c.groups()));
    Node patches = windows(z.reshape(shape), c.size(), c.stride(), c.dilation());
    // n p i q j g c, i j g c o -> n p q g o
    Contraction contraction =
        new Contraction(
            List.of(List.of(0, 1, 2, 3, 4, 5, 6), List.of(2, 4, 5, 6, 7)), List.of(0, 1, 3, 5, 7));
    Node y = z.graph().node(contraction, patches, w);
    List<Extent> flat = new ArrayList<>(y.type().shape().subList(0, 3));
    flat.add(Extent.of(c.out()));
    return y.reshape(flat);
  }

  private static Node padded(Case c, Node x) {
    Extent around = Extent.of(c.padding());
    List<Extent> sides = List.of(Extent.ZERO, around, around, Extent.ZERO);
    Node zero = x.graph().node(new Leaf.Constant(0, x.type().dtype()));
    return c.padding() == 0 ? x : x.graph().node(new Movement.Pad(sides, sides), x, zero);
  }

  /** x[n, h, w, c] to [n, p, i, q, j, c]. */
  private static Node windows(Node x, int size, int stride, int dilation) {
    Graph graph = x.graph();
    Extent extent = Extent.of(size);
    Node rows = graph.node(new Movement.Windows(1, extent, stride, dilation), x);
    return graph.node(new Movement.Windows(3, extent, stride, dilation), rows);
  }

  private static int[] imageShape(Case c, int batch) {
    return new int[] {batch, c.height(), c.width(), c.in()};
  }

  private static Tensor random(DType dtype, int... shape) {
    Tensor tensor = Tensor.zeros(dtype, shape);
    Random random = new Random(Arrays.hashCode(shape));
    for (int i = 0; i < tensor.size(); i++) {
      tensor.set(i, 2 * random.nextDouble() - 1);
    }
    return tensor;
  }

  /** A function of images and of a kernel, and its derivatives by both. */
  private static final class Model {
    final Trial trial = new Trial();
    final Function function;

    Model(Case c, DType dtype, Extent batch, boolean isKernelLearned, UnaryModel made) {
      Node x =
          trial.input(
              "x", dtype, batch, Extent.of(c.height()), Extent.of(c.width()), Extent.of(c.in()));
      Tensor kernel =
          random(dtype, c.size(), c.size(), c.groups(), c.in() / c.groups(), c.out() / c.groups());
      Node w = trial.input("w", kernel);
      Node y = made.of(x, w);
      Node g = trial.graph.node(new Leaf.Input("g", y.type()));
      Node loss = y.times(g).sum();
      List<Node> outputs = new ArrayList<>(List.of(y, grad(loss, x)));
      if (isKernelLearned) {
        outputs.add(grad(loss, w));
      }
      function = Differentiate.function(Trial.function(outputs.toArray(Node[]::new)));
    }

    private Node grad(Node y, Node by) {
      return trial.graph.node(new Derivative(), y, by);
    }

    /** Sets the images and the adjoint of the result. */
    void bind(Case c, DType dtype, int batch) {
      trial.sizes.put("n", (long) batch);
      trial.inputs.put("x", random(dtype, imageShape(c, batch)));
      int[] shape =
          function.roots().getFirst().type().shape().stream()
              .mapToInt(e -> (int) e.value(name -> batch))
              .toArray();
      trial.inputs.put("g", random(dtype, shape));
    }
  }

  private interface UnaryModel {
    Node of(Node x, Node w);
  }

  /** Batches of the call: none, one and two images. */
  @ParameterizedTest
  @MethodSource("cases")
  void convolutions(Case c) {
    for (DType dtype : List.of(DType.F64, DType.F32)) {
      Model model = new Model(c, dtype, BATCH, true, (x, w) -> convolution(c, x, w));
      check(c, dtype, model);
    }
  }

  private static void check(Case c, DType dtype, Model model) {
    int[] widths = {0, Simd.bits()};
    List<CompiledFunction> compiled = new ArrayList<>();
    for (int bits : widths) {
      compiled.add(Trial.compile(model.function, bits));
    }
    for (int batch : new int[] {2, 1, 0}) {
      model.bind(c, dtype, batch);
      Evaluate judge = model.trial.judge();
      List<double[]> expected = model.function.roots().stream().map(judge::values).toList();
      for (int width = 0; width < widths.length; width++) {
        List<Tensor> results = model.trial.call(compiled.get(width));
        for (int i = 0; i < results.size(); i++) {
          // k products of numbers below 1, each rounded once when it is added
          double k = c.size() * c.size() * Math.max(c.in(), c.out());
          double count = i < 2 ? k : Math.max(1, batch * c.height() * c.width());
          Trial.agree(
              c + " " + dtype + ", batch " + batch + ", result " + i + ", bits " + widths[width],
              expected.get(i),
              results.get(i),
              Trial.Tolerance.near(count / 2, count));
        }
      }
    }
  }

  /** Maxima and means of windows, side by side and overlapping. */
  @ParameterizedTest
  @MethodSource("cases")
  void pooling(Case c) {
    for (Reduction.Kind kind : List.of(Reduction.Kind.MAX, Reduction.Kind.SUM)) {
      for (DType dtype : List.of(DType.F64, DType.F32)) {
        Model model =
            new Model(
                c,
                dtype,
                BATCH,
                false,
                (x, w) ->
                    windows(padded(c, x), c.size(), c.stride(), c.dilation())
                        .reduce(kind, List.of(2, 4)));
        check(c, dtype, model);
      }
    }
  }

  /** Neither windows nor their adjoints are in memory: only images, kernels and results. */
  @ParameterizedTest
  @MethodSource("cases")
  void nothingIsStoredTwice(Case c) {
    Model model = new Model(c, DType.F32, Extent.of(2), true, (x, w) -> convolution(c, x, w));
    // images, padded so that kernels of the adjoint fit; with a stride and a dilation, spread out
    long reach = 2L * c.dilation() * (c.size() - 1) + c.stride();
    long outsideX = c.height() + 2L * c.padding();
    long outsideY = c.width() + 2L * c.padding();
    long image = 2 * (outsideX + reach) * (outsideY + reach) * Math.max(c.in(), c.out());
    long around = (long) c.size() + c.stride() - 1;
    long kernel = around * around * c.in() * c.out();
    long most = Math.max(kernel, image);
    Plan.function(model.function).kernels().stream()
        .peek(k -> Assertions.assertFalse(k instanceof Kernel.Scatter, () -> c + ": " + k))
        .flatMap(Kernel::writes)
        .forEach(b ->
            Assertions.assertTrue(
                b.size().constant().orElseThrow() <= most, () -> c + ": " + b + " of " + b.size()));
  }

  /** With few channels the rows of the derivative by the image overlap; with many they need not. */
  @Test
  void rowsOverlapWhereChannelsAreFew() {
    Assertions.assertTrue(overlaps(of(14, 14, 6, 16, 5, 1, 0, 1, 1)), "6 channels, 5 x 5");
    Assertions.assertTrue(overlaps(of(8, 33, 3, 16, 3, 1, 1, 1, 1)), "3 channels, padded");
    Assertions.assertFalse(overlaps(of(4, 12, 64, 64, 3, 1, 1, 1, 1)), "64 channels");
    Assertions.assertFalse(overlaps(of(5, 9, 16, 17, 3, 1, 1, 1, 1)), "16 channels");
  }

  private static boolean overlaps(Case c) {
    Model model = new Model(c, DType.F32, BATCH, true, (x, w) -> convolution(c, x, w));
    return Plan.function(model.function).kernels().stream()
        .anyMatch(k -> k instanceof Kernel.Product p && p.overlapping());
  }

  /** Threads share images, rows and columns; the bits are the same. */
  @ParameterizedTest
  @MethodSource("cases")
  void anyNumberOfThreads(Case c) {
    int before = Workers.threads();
    try {
      Model model = new Model(c, DType.F32, BATCH, true, (x, w) -> convolution(c, x, w));
      CompiledFunction compiled = Trial.compile(model.function, Simd.bits());
      model.bind(c, DType.F32, 5);
      Workers.setThreads(1);
      List<Tensor> alone = model.trial.call(compiled);
      for (int threads : new int[] {2, 3}) {
        Workers.setThreads(threads);
        List<Tensor> shared = model.trial.call(compiled);
        for (int i = 0; i < alone.size(); i++) {
          Trial.agree(c + " by " + threads, alone.get(i), shared.get(i));
        }
      }
    } finally {
      Workers.setThreads(before);
    }
  }
}
