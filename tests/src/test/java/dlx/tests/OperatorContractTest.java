package dlx.tests;

import dlx.graph.Elementwise;
import dlx.graph.Evaluate;
import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.graph.Node;
import dlx.runtime.CompiledFunction;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every elementwise operator on every element type, as vectors and as numbers, against its entry:
 * edge values with each other, then random numbers of all magnitudes. Vectors and numbers give the
 * same bits.
 */
class OperatorContractTest {
  private static final int[] LENGTHS = {0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 64, 207};

  /** Numbers of f32 too, where rules change: limits, halfway cases, ends of the range of exp. */
  private static final double[] REAL_EDGES = {
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    0.0,
    -0.0,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    0x0.7fffffp-126f,
    Float.MIN_NORMAL,
    -Float.MIN_NORMAL,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    1,
    -1,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    0x1.fffffep-1,
    0x1.000002p0,
    2,
    -2,
    3,
    -3,
    1e-8f,
    -1e-5f,
    0x1p-12,
    Math.E,
    (float) Math.PI,
    (float) (Math.PI / 2),
    (float) (-Math.PI / 4),
    (float) (31830 * Math.PI),
    0x1.7ffffep0f,
    3.999f,
    -4.001f,
    10.3f,
    -17.7f,
    88.7f,
    -88.9f,
    -103.5f,
    1e5f,
    -0x1.86a002p16f,
    0x1p23f + 1,
    0x1p31,
    -0x1p31,
    0x1p31 - 128,
    1e10f,
    1e20f,
    -1e30f
  };

  private static final double[] WIDE_EDGES = {
    Double.MIN_VALUE,
    -Double.MIN_VALUE,
    0x0.fffffffffffffp-1022,
    Double.MIN_NORMAL,
    Double.MAX_VALUE,
    -Double.MAX_VALUE,
    0x1.fffffffffffffp-1,
    0x1.0000000000001p0,
    709.7,
    -709.9,
    -740.5,
    1e-17,
    -1e-9,
    0x1p52 + 0.5,
    0x1p31 - 0.5,
    -0x1p31 - 0.5,
    1e300,
    0.1,
    Math.PI,
    Math.PI / 2,
    -636619771 * Math.PI / 2,
    1e9,
    0x1.dcd6500000001p29,
    5.999,
    -6.001
  };

  private static final double[] INT_EDGES = {
    0,
    1,
    -1,
    2,
    -2,
    3,
    -3,
    7,
    31,
    33,
    -10,
    46341,
    65536,
    0x1p24 + 1,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    Integer.MAX_VALUE - 1,
    Integer.MIN_VALUE + 1
  };

  /** An operator and the element types of its arguments. */
  record Case(Elementwise operator, List<DType> dtypes) {}

  static Stream<Case> cases() {
    return Stream.of(Elementwise.values())
        .flatMap(op -> Applications.signatures(op).stream().map(types -> new Case(op, types)));
  }

  static double[] edges(DType dtype) {
    return switch (dtype) {
      case F32 -> REAL_EDGES;
      case F64 ->
          DoubleStream.concat(DoubleStream.of(REAL_EDGES), DoubleStream.of(WIDE_EDGES)).toArray();
      case I32 -> INT_EDGES;
      case BOOL -> new double[] {0, 1};
    };
  }

  /**
   * One instruction of the machine rounds correctly. Formulas of many steps are within a few units
   * in the last place: the vector library promises one, and each step of a formula of ours over it
   * (a quotient, a sum) adds about one half.
   */
  private static Trial.Tolerance tolerance(Elementwise operator, Node result) {
    boolean formula = operator.isComposed() && result.type().dtype().isFloat();
    return !formula ? Trial.Tolerance.EXACT : Trial.Tolerance.ulps(4);
  }

  /** An argument is a vector, or a number for the whole loop, in all combinations. */
  @Tag("jit")
  @ParameterizedTest
  @MethodSource("cases")
  void vectorsAndNumbers(Case one) {
    Trial trial = new Trial();
    List<Node> outputs = new ArrayList<>();
    int arity = one.operator().arity();
    Extent n = Extent.symbol("n");
    for (int numbers = 0; numbers < (1 << arity) - 1; numbers++) {
      List<Node> arguments = new ArrayList<>();
      for (int k = 0; k < arity; k++) {
        DType dtype = one.dtypes().get(k);
        arguments.add(
            (numbers >> k & 1) == 0
                ? trial.input("x" + k, dtype, n)
                : trial.input("c" + k, dtype).broadcast(List.of(n), List.of()));
      }
      outputs.add(trial.graph.node(one.operator(), arguments));
    }
    Random random = new Random(1);
    List<CompiledFunction> compiled = compile(outputs);
    for (int length : LENGTHS) {
      for (int k = 0; k < arity; k++) {
        DType dtype = one.dtypes().get(k);
        trial.inputs.put("x" + k, random(dtype, random, length));
        trial.inputs.put("c" + k, random(dtype, random));
      }
      compare(trial, compiled, one, outputs);
    }
    // every edge with every edge: the one a vector, the other a number
    double[] first = edges(one.dtypes().getFirst());
    double[] last = edges(one.dtypes().getLast());
    for (int e = 0; e < Math.max(first.length, last.length); e++) {
      for (int k = 0; k < arity; k++) {
        double[] edges = edges(one.dtypes().get(k));
        Tensor vector = Tensor.zeros(one.dtypes().get(k), Math.max(first.length, last.length));
        for (int i = 0; i < vector.size(); i++) {
          vector.set(i, edges[(i + (k == 0 ? 0 : e)) % edges.length]);
        }
        Tensor number = Tensor.zeros(one.dtypes().get(k));
        number.set(0, edges[(e + 5 * k) % edges.length]);
        trial.inputs.put("x" + k, vector);
        trial.inputs.put("c" + k, number);
      }
      compare(trial, compiled, one, outputs);
    }
  }

  /** An argument is a number of the program. */
  @ParameterizedTest
  @MethodSource("cases")
  void constants(Case one) {
    int arity = one.operator().arity();
    if (arity == 1) {
      return;
    }
    Trial trial = new Trial();
    List<Node> outputs = new ArrayList<>();
    Extent n = Extent.symbol("n");
    for (int constant = 0; constant < arity; constant++) {
      for (double edge : edges(one.dtypes().get(constant))) {
        List<Node> arguments = new ArrayList<>();
        for (int k = 0; k < arity; k++) {
          DType dtype = one.dtypes().get(k);
          arguments.add(
              k == constant
                  ? trial.constant(edge, dtype).fill(List.of(n))
                  : trial.input("x" + k, dtype, n));
        }
        outputs.add(trial.graph.node(one.operator(), arguments));
      }
    }
    for (int k = 0; k < arity; k++) {
      double[] edges = edges(one.dtypes().get(k));
      Tensor vector = Tensor.zeros(one.dtypes().get(k), 67);
      for (int i = 0; i < vector.size(); i++) {
        vector.set(i, edges[(i + 3 * k) % edges.length]);
      }
      trial.inputs.put("x" + k, vector);
    }
    compare(trial, compile(outputs), one, outputs);
  }

  /** Sizes that are known when it is compiled: whole vectors, halves of vectors, what is left. */
  @ParameterizedTest
  @MethodSource("cases")
  void knownSizes(Case one) {
    Random random = new Random(2);
    Trial trial = new Trial();
    List<Node> outputs = new ArrayList<>();
    for (int length : LENGTHS) {
      List<Node> arguments = new ArrayList<>();
      for (int k = 0; k < one.operator().arity(); k++) {
        Tensor value = random(one.dtypes().get(k), random, length);
        arguments.add(trial.input("x" + k + "_" + length, value));
      }
      outputs.add(trial.graph.node(one.operator(), arguments));
    }
    compare(trial, compile(outputs), one, outputs);
  }

  private static List<CompiledFunction> compile(List<Node> outputs) {
    Function function = Trial.function(outputs, List.of());
    List<CompiledFunction> compiled = new ArrayList<>();
    for (int bits : Trial.widths()) {
      compiled.add(Trial.compile(function, bits));
    }
    return compiled;
  }

  private static void compare(
      Trial trial, List<CompiledFunction> compiled, Case one, List<Node> outputs) {
    if (trial.inputs.get("x0") != null) {
      trial.sizes.put("n", (long) trial.inputs.get("x0").size());
    }
    Evaluate judge = trial.judge();
    List<Tensor> numbers = trial.call(compiled.getFirst());
    for (int w = 0; w < compiled.size(); w++) {
      List<Tensor> results = trial.call(compiled.get(w));
      for (int i = 0; i < results.size(); i++) {
        String what =
            one + " " + outputs.get(i) + " with " + Trial.widths()[w] + " bits of " + trial.inputs;
        Trial.agree(
            what,
            judge.values(outputs.get(i)),
            results.get(i),
            tolerance(one.operator(), outputs.get(i)));
        Trial.agree(what, numbers.get(i), results.get(i));
      }
    }
  }

  // ------------------------------------------------------------------ numbers

  private static Tensor random(DType dtype, Random random, int... shape) {
    Tensor tensor = Tensor.zeros(dtype, shape);
    double[] edges = edges(dtype);
    for (int i = 0; i < tensor.size(); i++) {
      boolean edge = random.nextInt(4) == 0;
      tensor.set(i, edge ? edges[random.nextInt(edges.length)] : number(dtype, random));
    }
    return tensor;
  }

  /** Of any magnitude, more often near 1. */
  private static double number(DType dtype, Random random) {
    return switch (dtype) {
      case F32 ->
          random.nextBoolean()
              ? Float.intBitsToFloat(random.nextInt())
              : (float) (random.nextGaussian() * Math.exp(4 * random.nextGaussian()));
      case F64 ->
          random.nextBoolean()
              ? Double.longBitsToDouble(random.nextLong())
              : random.nextGaussian() * Math.exp(6 * random.nextGaussian());
      case I32 -> random.nextInt() >> random.nextInt(32);
      case BOOL -> random.nextInt(2);
    };
  }
}
