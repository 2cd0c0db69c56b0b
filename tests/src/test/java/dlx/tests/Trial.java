package dlx.tests;

import static org.junit.jupiter.api.Assertions.fail;

import dlx.emit.ClassEmitter;
import dlx.graph.Evaluate;
import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.graph.Graph;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.graph.Type;
import dlx.runtime.CompiledFunction;
import dlx.runtime.DType;
import dlx.runtime.Simd;
import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** One graph with its arguments: what the compiled code of it gives and what the judge says. */
final class Trial {
  static final long SEED = 7;
  static final long STEP = 3;

  final Graph graph = new Graph();
  final Map<String, Tensor> inputs = new HashMap<>();
  final Map<String, Tensor> slots = new HashMap<>();
  final Map<String, Long> sizes = new HashMap<>();

  /** Scalar code, and vectors of 128, 256 and of all bits of this machine. */
  static int[] widths() {
    return IntStream.of(0, 128, 256, Simd.bits())
        .filter(bits -> bits <= Simd.bits())
        .distinct()
        .toArray();
  }

  Node input(String name, DType dtype, Extent... shape) {
    return graph.node(new Leaf.Input(name, new Type(dtype, List.of(shape))));
  }

  /** An input of the shape of a tensor, with it as its value. */
  Node input(String name, Tensor value) {
    inputs.put(name, value);
    return graph.node(new Leaf.Input(name, typeOf(value)));
  }

  Leaf.Slot slot(String path, Tensor value) {
    slots.put(path, value);
    return new Leaf.Slot(true, path, typeOf(value));
  }

  Node constant(double value, DType dtype) {
    return graph.node(new Leaf.Constant(value, dtype));
  }

  static Type typeOf(Tensor value) {
    return Type.of(value.dtype(), IntStream.of(value.shape()).asLongStream().toArray());
  }

  static Function function(Node... outputs) {
    return function(List.of(outputs), List.of());
  }

  static Function function(List<Node> outputs, List<Function.Update> updates) {
    List<Function.Output> named = new ArrayList<>();
    for (Node output : outputs) {
      named.add(new Function.Output("y" + named.size(), output));
    }
    return new Function("trial", named, updates, List.of());
  }

  static CompiledFunction compile(Function function, int bits) {
    return ClassEmitter.compile(function, "trial.dlx", bits);
  }

  /** Calls with the arguments of this trial; slots change. */
  List<Tensor> call(CompiledFunction compiled) {
    Map<String, Tensor> values = new HashMap<>(inputs);
    values.putAll(slots);
    Map<String, Integer> bound = new HashMap<>();
    sizes.forEach((name, size) -> bound.put(name, Math.toIntExact(size)));
    return compiled.call(values, bound, SEED, STEP);
  }

  Evaluate judge() {
    return new Evaluate(sizes, inputs, slots, SEED, STEP);
  }

  /** Compiles for every width and compares every result; {@code tolerance} is for each element. */
  void check(Tolerance tolerance, Node... outputs) {
    Evaluate judge = judge();
    for (int bits : widths()) {
      List<Tensor> results = call(compile(function(outputs), bits));
      for (int i = 0; i < outputs.length; i++) {
        String what = outputs[i] + " with " + bits + " bits";
        agree(what, judge.values(outputs[i]), results.get(i), tolerance);
      }
    }
  }

  /** Numbers between -1 and 1. */
  static Tensor numbers(Random random, DType dtype, int... shape) {
    Tensor tensor = Tensor.zeros(dtype, shape);
    for (int i = 0; i < tensor.size(); i++) {
      tensor.set(i, random.nextDouble() * 2 - 1);
    }
    return tensor;
  }

  /** How far the result of an element may be from the judge's. */
  interface Tolerance {
    Tolerance EXACT = (want, dtype) -> 0;

    double of(double want, DType dtype);

    /** So many roundings, of the result or of something of the size {@code scale}. */
    static Tolerance near(double roundings, double scale) {
      return (want, dtype) ->
          roundings
              * (dtype == DType.F32 ? 0x1p-23 : 0x1p-52)
              * Math.max(scale, Double.isFinite(want) ? Math.abs(want) : 0);
    }

    /** In units in the last place of the result. */
    static Tolerance ulps(double count) {
      return (want, dtype) ->
          count * (dtype == DType.F32 ? Math.ulp((float) want) : Math.ulp(want));
    }
  }

  /** The same bits; any NaN is NaN. */
  static void agree(String what, Tensor expected, Tensor actual) {
    for (int i = 0; i < expected.size(); i++) {
      if (Double.compare(expected.get(i), actual.get(i)) != 0) {
        fail(what + " [" + i + "] is " + actual.get(i) + " and was " + expected.get(i));
      }
    }
  }

  /** NaN is NaN; an exact zero has its sign; the judge's number is rounded to the type once. */
  static void agree(String what, double[] expected, Tensor actual, Tolerance tolerance) {
    if (expected.length != actual.size()) {
      fail(what + " has " + actual.size() + " elements, not " + expected.length);
    }
    for (int i = 0; i < expected.length; i++) {
      double want = actual.dtype() == DType.F32 ? (float) expected[i] : expected[i];
      double is = actual.get(i);
      double most = tolerance.of(expected[i], actual.dtype());
      boolean same =
          most == 0 ? Double.compare(want, is) == 0 : Double.isNaN(want) && Double.isNaN(is);
      if (!same && !(want == is && most > 0) && !(Math.abs(expected[i] - is) <= most)) {
        fail(what + " [" + i + "] is " + is + " and should be " + want);
      }
    }
  }
}
