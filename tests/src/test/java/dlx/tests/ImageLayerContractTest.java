package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.Dlx;
import dlx.Entry;
import dlx.Model;
import dlx.differentiate.Differentiate;
import dlx.emit.ClassEmitter;
import dlx.graph.Evaluate;
import dlx.graph.Function;
import dlx.runtime.DlxException;
import dlx.runtime.Tensor;
import dlx.schedule.Kernel;
import dlx.schedule.Schedule;
import dlx.tests.Nests.Array;
import dlx.tests.Nests.Slide;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The layers of pictures and their derivatives in f64, compiled and by the reference evaluator,
 * against loops by hand. Sums of at most a few hundred terms of size 1 are off by less than 1e-13;
 * so 1e-10 is far above rounding and far below any mistake.
 */
class ImageLayerContractTest {
  private static final double TOLERANCE = 1e-10;

  /** Batches: the number of examples is known at run time only. */
  private static final int[] BATCHES = {2, 1, 0};

  record Case(int h, int w, int c, int n, int k, int stride, int pad, int dilation, int groups) {
    Slide rows() {
      return new Slide(h, k, stride, pad, dilation);
    }

    Slide columns() {
      return new Slide(w, k, stride, pad, dilation);
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case(5, 7, 3, 4, 3, 1, 0, 1, 1),
        new Case(5, 7, 3, 4, 3, 1, 1, 1, 1),
        new Case(6, 5, 2, 5, 2, 1, 0, 1, 1),
        new Case(7, 6, 3, 2, 3, 2, 1, 1, 1),
        new Case(8, 7, 1, 3, 3, 2, 0, 1, 1),
        new Case(9, 11, 2, 3, 3, 3, 1, 1, 1),
        new Case(9, 8, 2, 3, 2, 3, 0, 1, 1),
        new Case(11, 9, 3, 2, 5, 2, 2, 1, 1),
        new Case(13, 11, 3, 4, 7, 2, 3, 1, 1),
        new Case(12, 11, 2, 3, 7, 3, 2, 1, 1),
        new Case(9, 8, 2, 3, 3, 1, 2, 2, 1),
        new Case(9, 10, 2, 3, 3, 2, 2, 2, 1),
        new Case(11, 10, 2, 3, 2, 3, 1, 3, 1),
        new Case(7, 6, 4, 6, 3, 1, 1, 1, 2),
        new Case(8, 9, 6, 3, 3, 2, 1, 1, 3),
        new Case(6, 7, 4, 4, 1, 1, 0, 1, 1),
        new Case(7, 6, 3, 5, 1, 2, 0, 1, 1),
        new Case(5, 5, 3, 2, 1, 3, 1, 1, 1),
        new Case(1, 1, 1, 1, 1, 1, 0, 1, 1),
        new Case(1, 1, 3, 2, 3, 1, 1, 1, 1),
        new Case(3, 4, 2, 17, 3, 1, 0, 1, 1),
        new Case(6, 6, 16, 16, 3, 1, 1, 1, 1));
  }

  // ------------------------------------------------------------------ convolution

  @ParameterizedTest
  @MethodSource("cases")
  void convolution(Case t) {
    String layer =
        "conv2d(%d, %d, stride = %d, pad = %d, dilation = %d, groups = %d)"
            .formatted(t.n, t.k, t.stride, t.pad, t.dilation, t.groups);
    Trained net = new Trained(layer, t.h, t.w, t.c, t.rows().count(), t.columns().count(), t.n);
    Array bias = net.random("net.b", t.n);
    Array kernel = net.random("net.kernel", t.k, t.k, t.c / t.groups, t.n);
    for (int batch : BATCHES) {
      net.draw(batch);
      List<Array> want = Nests.convolution(net.x, kernel, net.u, t.rows(), t.columns(), t.groups);
      plus(want.getFirst(), bias);
      net.check("y", want.get(0));
      net.check("vjp(y, x, u)", want.get(1));
      net.check("vjp(y, net.kernel, u)", want.get(2));
    }
    net.demandNoScatter("vjp(y, x, u)");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void secondDerivatives(Case t) {
    // sum(u * y) is linear in x and in the kernel: pushing one along v is the same sum with v
    String layer =
        "conv2d(%d, %d, stride = %d, pad = %d, dilation = %d, groups = %d)"
            .formatted(t.n, t.k, t.stride, t.pad, t.dilation, t.groups);
    Trained net = new Trained(layer, t.h, t.w, t.c, t.rows().count(), t.columns().count(), t.n);
    net.random("net.b", t.n);
    Array kernel = net.random("net.kernel", t.k, t.k, t.c / t.groups, t.n);
    net.draw(2);
    List<Array> want = Nests.convolution(net.v, kernel, net.u, t.rows(), t.columns(), t.groups);
    net.check("jvp(y, x, v)", want.get(0));
    net.check("jvp(vjp(y, net.kernel, u), x, v)", want.get(2));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void depthwise(Case t) {
    String layer =
        "depthwise_conv2d(%d, stride = %d, pad = %d, dilation = %d)"
            .formatted(t.k, t.stride, t.pad, t.dilation);
    Trained net = new Trained(layer, t.h, t.w, t.c, t.rows().count(), t.columns().count(), t.c);
    Array bias = net.random("net.b", t.c);
    Array kernel = net.random("net.kernel", t.k, t.k, t.c);
    for (int batch : BATCHES) {
      net.draw(batch);
      List<Array> want = Nests.depthwise(net.x, kernel, net.u, t.rows(), t.columns());
      plus(want.getFirst(), bias);
      net.check("y", want.get(0));
      net.check("vjp(y, x, u)", want.get(1));
      net.check("vjp(y, net.kernel, u)", want.get(2));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void transposedConvolution(Case t) {
    int extra = t.stride - 1;
    int h = (t.h - 1) * t.stride + t.k - 2 * t.pad + extra;
    int w = (t.w - 1) * t.stride + t.k - 2 * t.pad + extra;
    if (t.dilation > 1 || h < 1 || w < 1) {
      return;
    }
    String layer =
        "conv2d_transpose(%d, %d, stride = %d, pad = %d, extra = %d)"
            .formatted(t.n, t.k, t.stride, t.pad, extra);
    Trained net = new Trained(layer, t.h, t.w, t.c, h, w, t.n);
    Array bias = net.random("net.b", t.n);
    Array kernel = net.random("net.kernel", t.k, t.k, t.c, t.n);
    for (int batch : BATCHES) {
      net.draw(batch);
      List<Array> want =
          Nests.transposed(
              net.x,
              kernel,
              net.u,
              new Slide(h, t.k, t.stride, t.pad, 1),
              new Slide(w, t.k, t.stride, t.pad, 1));
      plus(want.getFirst(), bias);
      net.check("y", want.get(0));
      net.check("vjp(y, x, u)", want.get(1));
      net.check("vjp(y, net.kernel, u)", want.get(2));
    }
  }

  // ------------------------------------------------------------------ pooling

  @ParameterizedTest
  @MethodSource("cases")
  void pooling(Case t) {
    if (t.dilation > 1 || t.pad >= t.k) {
      return;
    }
    for (boolean greatest : new boolean[] {true, false}) {
      String layer =
          "%s(%d, stride = %d, pad = %d)"
              .formatted(greatest ? "max_pool" : "avg_pool", t.k, t.stride, t.pad);
      Trained net = new Trained(layer, t.h, t.w, t.c, t.rows().count(), t.columns().count(), t.c);
      for (int batch : BATCHES) {
        net.draw(batch);
        // few values, so that many are equal
        for (int i = 0; greatest && i < net.x.data().length; i++) {
          net.x.data()[i] = Math.floor(3 * net.x.data()[i]);
        }
        List<Array> want = Nests.pooling(net.x, net.u, t.rows(), t.columns(), greatest);
        net.check("y", want.get(0));
        net.check("vjp(y, x, u)", want.get(1));
      }
    }
  }

  // ------------------------------------------------------------------ normalization

  @Test
  void localResponse() {
    for (int span : new int[] {1, 3, 5}) {
      Trained net = new Trained("lrn(span = " + span + ", alpha = 0.5)", 2, 3, 7, 2, 3, 7);
      for (int batch : BATCHES) {
        net.draw(batch);
        List<Array> want = Nests.response(net.x, net.u, span, 2, 0.5, 0.75);
        net.check("y", want.get(0));
        net.check("vjp(y, x, u)", want.get(1));
      }
    }
  }

  @Test
  void normalizations() {
    int h = 3;
    int w = 2;
    int c = 6;
    int size = h * w * c;
    for (String layer : List.of("batch_norm()", "layer_norm()", "group_norm(2)", "group_norm(6)")) {
      Trained net = new Trained(layer, h, w, c, h, w, c);
      Array gamma = net.random("net.gamma", c);
      Array beta = net.random("net.beta", c);
      for (int batch : new int[] {3, 1}) {
        net.draw(batch);
        List<Array> want =
            Nests.normal(
                net.x,
                net.u,
                gamma,
                beta,
                1e-5,
                i ->
                    switch (layer) {
                      case "batch_norm()" -> i % c;
                      case "layer_norm()" -> i / c;
                      case "group_norm(2)" -> i / size * 2 + i % c / 3;
                      default -> i / size * c + i % c;
                    });
        net.check("y", want.get(0));
        net.check("vjp(y, x, u)", want.get(1));
        net.check("vjp(y, net.gamma, u)", want.get(2));
      }
    }
  }

  // ------------------------------------------------------------------ one axis and three

  @ParameterizedTest
  @MethodSource("cases")
  void oneAxis(Case t) {
    Trained net =
        new Trained(
            "conv1d(%d, %d, stride = %d, pad = %d, dilation = %d)"
                .formatted(t.n, t.k, t.stride, t.pad, t.dilation),
            t.w,
            t.c,
            t.columns().count(),
            t.n);
    Array bias = net.random("net.b", t.n);
    Array kernel = net.random("net.kernel", t.k, t.c, t.n);
    checkOver(List.of(t.columns()), net, kernel, bias);
  }

  /** Axes of different extents, the first one as short as the kernel reaches, or one longer. */
  @ParameterizedTest
  @MethodSource("cases")
  void threeAxes(Case t) {
    if (t.k > 3) {
      return; // long loops by hand; two axes have these kernels
    }
    int deep = Math.max(1, t.dilation * (t.k - 1) + 1 - 2 * t.pad + t.stride % 2);
    Slide depth = new Slide(deep, t.k, t.stride, t.pad, t.dilation);
    Trained net =
        new Trained(
            "conv3d(%d, %d, stride = %d, pad = %d, dilation = %d)"
                .formatted(t.n, t.k, t.stride, t.pad, t.dilation),
            deep,
            t.h,
            t.w,
            t.c,
            depth.count(),
            t.rows().count(),
            t.columns().count(),
            t.n);
    Array bias = net.random("net.b", t.n);
    Array kernel = net.random("net.kernel", t.k, t.k, t.k, t.c, t.n);
    checkOver(List.of(depth, t.rows(), t.columns()), net, kernel, bias);
  }

  private static void checkOver(List<Slide> axes, Trained net, Array kernel, Array bias) {
    for (int batch : BATCHES) {
      net.draw(batch);
      List<Array> want = Nests.convolution(net.x, kernel, net.u, axes);
      plus(want.getFirst(), bias);
      net.check("y", want.get(0));
      net.check("vjp(y, x, u)", want.get(1));
      net.check("vjp(y, net.kernel, u)", want.get(2));
    }
  }

  /** A picture whose size is known at run time only. */
  @Test
  void sizesOfTheRun() {
    Model model =
        Dlx.parse(
            "open.dlx",
            """
            dim batch, h, w
            input x: f64[batch, h, w, 2]
            net = conv2d(3, 3, stride = 2, pad = 1)
            y = net(x)
            pool = max_pool(3, 2)(x)
            """);
    Random random = new Random(5);
    Array kernel = numbers(random, 3, 3, 2, 3);
    Array bias = numbers(random, 3);
    model.entry("y");
    model.set("net.kernel", tensor(kernel));
    model.set("net.b", tensor(bias));
    for (int[] size : new int[][] {{5, 6}, {8, 7}, {3, 3}}) {
      Slide rows = new Slide(size[0], 3, 2, 1, 1);
      Slide columns = new Slide(size[1], 3, 2, 1, 1);
      Array x = numbers(random, 2, size[0], size[1], 2);
      Array u = Array.zeros(2, rows.count(), columns.count(), 3);
      Arrays.fill(u.data(), 1);
      List<Array> want = Nests.convolution(x, kernel, u, rows, columns, 1);
      plus(want.getFirst(), bias);
      Map<String, Tensor> given = Map.of("x", tensor(x));
      assertArrayEquals(want.get(0).data(), only(model.entry("y"), given).doubles(), TOLERANCE);
      // what is linear in x does not read it
      Map<String, Integer> sizes = Map.of("batch", 2, "h", size[0], "w", size[1]);
      Tensor dx = model.entry("grad(sum(y), x)").call(Map.of(), sizes);
      assertArrayEquals(want.get(1).data(), dx.doubles(), TOLERANCE);
      Slide r = new Slide(size[0], 3, 2, 0, 1);
      Slide c = new Slide(size[1], 3, 2, 0, 1);
      Array ones = Array.zeros(2, r.count(), c.count(), 2);
      Arrays.fill(ones.data(), 1);
      Tensor dp = only(model.entry("grad(sum(pool), x)"), given);
      assertArrayEquals(Nests.pooling(x, ones, r, c, true).get(1).data(), dp.doubles(), TOLERANCE);
    }
    Tensor small = tensor(numbers(random, 2, 2, 2, 2));
    DlxException e =
        assertThrows(DlxException.class, () -> only(model.entry("pool"), Map.of("x", small)));
    assertEquals("R0103", e.code());
  }

  // ------------------------------------------------------------------ what is tried

  private static void plus(Array y, Array bias) {
    for (int i = 0; i < y.data().length; i++) y.data()[i] += bias.data()[i % bias.data().length];
  }

  private static Array numbers(Random random, int... shape) {
    Array array = Array.zeros(shape);
    for (int i = 0; i < array.data().length; i++) array.data()[i] = 2 * random.nextDouble() - 1;
    return array;
  }

  private static Tensor tensor(Array array) {
    return Tensor.of(array.data(), array.shape());
  }

  private static Tensor only(Entry entry, Map<String, Tensor> given) {
    Map<String, Tensor> wanted = new HashMap<>(given);
    wanted.keySet().retainAll(entry.inputs());
    return entry.call(wanted);
  }

  /** One layer over pictures, with directions of the shapes of its data and its result. */
  private static final class Trained {
    private final Random random = new Random(1);
    private final Model model;
    private final Map<String, Array> slots = new HashMap<>();
    private final int[] data;
    private final int[] result;
    private Array x;
    private Array v;
    private Array u;

    /**
     * @param sizes those of an example, then those of its result
     */
    Trained(String layer, int... sizes) {
      int rank = sizes.length / 2;
      data = IntStream.concat(IntStream.of(0), Arrays.stream(sizes, 0, rank)).toArray();
      result = IntStream.concat(IntStream.of(0), Arrays.stream(sizes, rank, 2 * rank)).toArray();
      model =
          Dlx.parse(
              "layer.dlx",
              """
              dim batch
              input x: f64[batch, %s]
              input v: f64[batch, %s]
              input u: f64[batch, %s]
              net = %s
              y = in_training(net(x))
              """
                  .formatted(listed(data), listed(data), listed(result), layer));
      model.entry("y");
    }

    /** All extents but the first. */
    private static String listed(int[] shape) {
      return Arrays.stream(shape)
          .skip(1)
          .mapToObj(Integer::toString)
          .collect(Collectors.joining(", "));
    }

    Array random(String slot, int... shape) {
      Array array = numbers(random, shape);
      model.set(slot, tensor(array));
      slots.put(slot, array);
      return array;
    }

    void draw(int batch) {
      data[0] = batch;
      result[0] = batch;
      x = numbers(random, data.clone());
      v = numbers(random, data.clone());
      u = numbers(random, result.clone());
    }

    private Map<String, Tensor> given() {
      return Map.of("x", tensor(x), "v", tensor(v), "u", tensor(u));
    }

    void check(String expression, Array want) {
      Tensor compiled = only(model.entry(expression), given());
      String what = expression + " of " + model.source().text();
      assertArrayEquals(want.shape(), compiled.shape(), what);
      assertArrayEquals(want.data(), compiled.doubles(), TOLERANCE, what);
      Function function = Differentiate.function(elaborated(expression));
      Map<String, Tensor> values = new HashMap<>(model.values());
      double[] judged =
          new Evaluate(Map.of("batch", (long) x.shape()[0]), given(), values, 0, 0)
              .values(function.outputs().getFirst().value());
      assertArrayEquals(want.data(), judged, TOLERANCE, "the evaluator: " + what);
    }

    private Function elaborated(String expression) {
      return model.program().entry(List.of(expression), false);
    }

    /** What is read is gathered: no scattered sum, and no product with more elements than x. */
    void demandNoScatter(String expression) {
      Function function = model.stage("simplify", () -> elaborated(expression));
      Schedule schedule = ClassEmitter.emit(function, "layer.dlx", 0).schedule();
      List<Kernel> kernels = new ArrayList<>();
      schedule.runs().forEach(r -> kernels.add(r.kernel()));
      assertTrue(kernels.stream().noneMatch(k -> k instanceof Kernel.Scatter), schedule::toString);
    }
  }
}
