package dlx.bench;

import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One thing to measure: a program of ours with what it is given, and the same for each peer.
 *
 * <p>The peers get inputs and then parameters under the names, and in the order, in which they are
 * given here; they return what our entry returns, in order, and change the parameters in place.
 */
final class Workload {
  final String name;
  String file = "";
  @Nullable String text;
  Map<String, String> defines = new LinkedHashMap<>();
  boolean doubles;
  List<String> entry = List.of();
  boolean step;
  boolean numbers;
  final Map<String, Tensor> inputs = new LinkedHashMap<>();
  final Map<String, Tensor> parameters = new LinkedHashMap<>();

  /** What a step takes beside the inputs, such as its rate. */
  final Map<String, Object> settings = new LinkedHashMap<>();

  double flops;
  double bytes;
  double tolerance = 2e-4;
  final List<String> torch = new ArrayList<>();
  final Map<String, Tensor> torchState = new LinkedHashMap<>();
  @Nullable Supplier<Side> ours;
  final List<Supplier<Side>> peers = new ArrayList<>();
  double warm = 0.35;
  Blas.@Nullable Shape blas;
  @Nullable String numpy;
  TensorFlow.@Nullable Build tensorFlow;

  Workload(String name) {
    this.name = name;
  }

  /** A file of bench/programs. */
  Workload program(String file) {
    this.file = file;
    return this;
  }

  /** A text instead of a file. */
  Workload text(String text) {
    this.text = text;
    this.file = "text";
    return this;
  }

  Workload define(String size, int value) {
    defines.put(size, Integer.toString(value));
    return this;
  }

  /** The same text with f64 for f32. */
  Workload doubles() {
    doubles = true;
    tolerance = 1e-10;
    return this;
  }

  Workload entry(String... names) {
    entry = List.of(names);
    return this;
  }

  Workload step(String name) {
    entry = List.of(name);
    step = true;
    return this;
  }

  /** Ours is called as a function of numbers. */
  Workload numbers() {
    numbers = true;
    return this;
  }

  Workload input(String name, Tensor value) {
    inputs.put(name, value);
    return this;
  }

  /** A parameter with its first value; compared after three runs of a step. */
  Workload parameter(String path, Tensor value) {
    parameters.put(path, value);
    return this;
  }

  /** An argument of our step; a peer has it in its text. */
  Workload setting(String name, Object value) {
    settings.put(name, value);
    return this;
  }

  /**
   * What the machine has to do at least: operations that count towards the peak of fused
   * multiply-adds, two each, and bytes that are read or written once.
   */
  Workload work(double flops, double bytes) {
    this.flops = flops;
    this.bytes = bytes;
    return this;
  }

  /**
   * How far results may be apart, as a share of the greatest magnitude in a tensor. The default is
   * for f32: sums of up to a few thousand terms in another order, 1e-7 * sqrt(n), and formulas of a
   * few roundings; three steps of training multiply that.
   */
  Workload tolerance(double share) {
    tolerance = share;
    return this;
  }

  /**
   * For libtorch, in TorchScript: {@code def step(inputs and parameters): results}. More than one
   * text: the fastest counts.
   */
  Workload torch(String text) {
    torch.add(text);
    return this;
  }

  /** The same for OpenBLAS, if it is one product. */
  Workload blas(int m, int k, int n, boolean left, boolean right) {
    blas = new Blas.Shape(m, k, n, left, right);
    return this;
  }

  /** For NumPy: {@code def step(inputs and parameters)}, and what it keeps as globals before it. */
  Workload numpy(String text) {
    numpy = text;
    return this;
  }

  /** For TensorFlow: a graph. */
  Workload tensorFlow(TensorFlow.Build build) {
    tensorFlow = build;
    return this;
  }

  /** Something else than a program of ours that is called. */
  Workload ours(Supplier<Side> side) {
    ours = side;
    return this;
  }

  Workload peer(Supplier<Side> side) {
    peers.add(side);
    return this;
  }

  /** How many seconds each side runs before times are taken. */
  Workload warm(double seconds) {
    warm = seconds;
    return this;
  }

  /** What a step in TorchScript keeps beside the parameters; it comes after them. */
  Workload torchState(String name, Tensor first) {
    torchState.put(name, first);
    return this;
  }

  List<String> torchArguments() {
    List<String> names = new ArrayList<>(given().keySet());
    names.addAll(torchState.keySet());
    return names;
  }

  /** Inputs and parameters, in order. */
  Map<String, Tensor> given() {
    Map<String, Tensor> all = new LinkedHashMap<>(inputs);
    all.putAll(parameters);
    return all;
  }

  @Override
  public String toString() {
    return name;
  }
}
