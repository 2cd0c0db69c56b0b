package dlx.graph;

import dlx.runtime.DType;
import dlx.runtime.DlxException;
import dlx.runtime.RandomBits;
import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/**
 * The reference evaluator: what a function means, in the plainest loops that say it. Everything
 * that the compiler makes is judged by it.
 *
 * <p>All float arithmetic is f64, also that of f32 programs: inputs and constants of f32 are f32
 * numbers, but no result of an operator is rounded to f32 before it is returned. i32 arithmetic
 * wraps around, sums and products are taken in row-major order.
 *
 * <p>One object is one call: the values of nodes are kept, so {@link #values} may be asked for any
 * number of nodes.
 */
public final class Evaluate {
  /** The value of a node: i32 and bool are whole numbers in f64. */
  record Values(DType dtype, int[] shape, double[] data) {
    Tensor tensor() {
      Tensor result = Tensor.zeros(dtype, shape);
      for (int i = 0; i < data.length; i++) {
        result.set(i, data[i]);
      }
      return result;
    }
  }

  /**
   * A sequence with more elements is not kept: a loop that only data ends works out those it needs.
   */
  private static final long LONG = 1 << 26;

  private static final Values ELEMENTS_ONLY = new Values(DType.BOOL, new int[0], new double[0]);

  private final Map<String, Long> sizes;
  private final Map<String, Tensor> inputs;
  private final Map<String, Tensor> slots;
  private final long seed;
  private final long step;
  private final List<Values> arguments;
  private final Map<Node, Values> known = new HashMap<>();

  /** What the loops that are {@link Loop.Region} nodes computed, by result. */
  private final Map<Node, List<Values>> results = new HashMap<>();

  /**
   * @param sizes the value of every size that the inputs bring
   * @param inputs by name, of the type that the {@link Leaf.Input} has under {@code sizes}
   * @param slots parameters and states by path
   * @param step the number of the step, for random draws
   */
  public Evaluate(
      Map<String, Long> sizes,
      Map<String, Tensor> inputs,
      Map<String, Tensor> slots,
      long seed,
      long step) {
    this.sizes = Map.copyOf(sizes);
    this.inputs = Map.copyOf(inputs);
    this.slots = Map.copyOf(slots);
    this.seed = seed;
    this.step = step;
    this.arguments = List.of();
  }

  /** A turn of a loop. */
  private Evaluate(Evaluate outside, List<Values> arguments) {
    this.sizes = outside.sizes;
    this.inputs = outside.inputs;
    this.slots = outside.slots;
    this.seed = outside.seed;
    this.step = outside.step;
    this.arguments = arguments;
  }

  /**
   * The outputs by name, in their order, rounded to their types.
   *
   * @throws DlxException if a check fails or a position is out of range
   */
  public Map<String, Tensor> function(Function function) {
    check(function);
    Map<String, Tensor> results = new LinkedHashMap<>();
    function.outputs().forEach(o -> results.put(o.name(), tensor(o.value())));
    return results;
  }

  /** The new values of the slots that the function changes, by path. */
  public Map<String, Tensor> updates(Function function) {
    check(function);
    Map<String, Tensor> results = new LinkedHashMap<>();
    function.updates().forEach(u -> results.put(u.slot().path(), tensor(u.value())));
    return results;
  }

  /** The value of a node rounded to its type. */
  public Tensor tensor(Node node) {
    return value(node).tensor();
  }

  /** The value of a node in f64, row-major; a copy. */
  public double[] values(Node node) {
    return value(node).data().clone();
  }

  /** The value of an extent. */
  public long size(Extent extent) {
    return extent.value(name -> {
      Long size = sizes.get(name);
      if (size == null) {
        throw new IllegalArgumentException("the size " + name + " is not bound");
      }
      return size;
    });
  }

  private void check(Function function) {
    for (Function.Check check : function.checks()) {
      long left = size(check.left());
      long right = size(check.right());
      boolean holds =
          switch (check.relation()) {
            case EQUAL -> left == right;
            case LESS_EQUAL -> left <= right;
          };
      if (!holds) {
        throw new DlxException("R0103", check.message(), check.span().toString(), "");
      }
    }
  }

  private Values value(Node root) {
    Values found = known.get(root);
    if (found == null) {
      for (Node node : Graph.topological(List.of(root))) {
        if (!known.containsKey(node)) {
          known.put(node, compute(node));
        }
      }
      found = known.get(root);
    }
    return found;
  }

  private Values compute(Node node) {
    List<Values> operands = node.inputs().stream().map(known::get).toList();
    switch (node.op()) {
      case Loop.Region region -> {
        int turns = Math.toIntExact(size(region.turns()));
        results.put(node, loop(node, region, turns, operands));
        return new Values(DType.I32, new int[0], new double[] {turns});
      }
      case Loop.Result result -> {
        return results.get(node.input(0)).get(result.index());
      }
      case Leaf.Iota leaf when isLong(leaf.extent()) -> {
        return ELEMENTS_ONLY;
      }
      case Leaf.Uniform leaf when isLong(Extent.product(leaf.type().shape())) -> {
        return ELEMENTS_ONLY;
      }
      default -> {}
    }
    int[] shape = shape(node.type().shape());
    double[] data =
        switch (node.op()) {
          case Leaf leaf -> leaf(leaf, shape);
          case Elementwise op -> elementwise(op, node.type().dtype(), operands);
          case Reduction op -> EvaluateFolds.reduction(op, node, operands.getFirst(), shape);
          case Contraction op ->
              EvaluateFolds.contraction(op, node.type().dtype(), operands, shape);
          case Movement op -> EvaluateMoves.movement(op, this, operands, shape);
          case Indexing op -> EvaluateMoves.indexing(op, node, operands, shape);
          case Loop op -> throw new IllegalStateException("no data of its own: " + node);
          case Derivative op ->
              throw new IllegalStateException("a derivative that is not worked out: " + node);
        };
    if (data.length != Tensor.size(shape)) {
      throw new IllegalStateException(node + " has " + data.length + " elements");
    }
    return new Values(node.type().dtype(), shape, data);
  }

  /** The turns of a loop that only data ends are more than there is memory for. */
  private boolean isLong(Extent elements) {
    return size(elements) > LONG;
  }

  private List<Values> loop(Node loop, Loop.Region region, int turns, List<Values> inputs) {
    List<Values> values = new ArrayList<>(inputs.subList(0, region.carried()));
    for (Node node : region.stacked()) {
      int[] shape = shape(node.type().shape());
      int[] all = new int[shape.length + 1];
      all[0] = turns;
      System.arraycopy(shape, 0, all, 1, shape.length);
      values.add(new Values(node.type().dtype(), all, new double[Tensor.size(all)]));
    }
    Loop.Ending ending = region.ending();
    int most = turns;
    if (ending.limit() >= 0) {
      most = (int) Math.max(0, Math.min(turns, inputs.get(ending.limit()).data()[0]));
    }
    for (int i = 0; i < most; i++) {
      if (ending.stop() >= 0 && values.get(ending.stop()).data()[0] != 0) {
        break;
      }
      int t = region.descending() ? most - 1 - i : i;
      List<Values> given = new ArrayList<>(values.subList(0, region.carried()));
      for (int k = region.carried(); k < inputs.size(); k++) {
        boolean sequence = k < region.carried() + region.sequences();
        given.add(sequence ? element(loop.input(k), inputs.get(k), t) : inputs.get(k));
      }
      Evaluate turn = new Evaluate(this, given);
      List<Values> made = region.roots().stream().map(turn::value).toList();
      for (int k = 0; k < made.size(); k++) {
        if (k < region.carried()) {
          values.set(k, made.get(k));
        } else {
          double[] part = made.get(k).data();
          System.arraycopy(part, 0, values.get(k).data(), t * part.length, part.length);
        }
      }
    }
    return values;
  }

  private Values element(Node node, Values sequence, int t) {
    int[] whole = shape(node.type().shape());
    int[] shape = Arrays.copyOfRange(whole, 1, whole.length);
    int size = Tensor.size(shape);
    double[] data =
        switch (node.op()) {
          case Leaf.Iota leaf -> new double[] {t};
          case Leaf.Uniform leaf -> draws(leaf, (long) t * size, size);
          default -> Arrays.copyOfRange(sequence.data(), t * size, (t + 1) * size);
        };
    return new Values(node.type().dtype(), shape, data);
  }

  int[] shape(List<Extent> extents) {
    return extents.stream().mapToInt(e -> Math.toIntExact(size(e))).toArray();
  }

  // ------------------------------------------------------------------ leaves and elements

  private double[] leaf(Leaf leaf, int[] shape) {
    int size = Tensor.size(shape);
    return switch (leaf) {
      case Leaf.Input input -> given(inputs.get(input.name()), input.name(), input.type(), shape);
      case Leaf.Slot slot -> given(slots.get(slot.path()), slot.path(), slot.type(), shape);
      case Leaf.Constant constant -> new double[] {constant.value()};
      case Leaf.Table table -> table.values();
      case Leaf.SizeOf sizeOf -> new double[] {Math.toIntExact(size(sizeOf.extent()))};
      case Leaf.Iota iota -> fill(size, i -> i);
      case Leaf.Argument argument -> arguments.get(argument.index()).data();
      case Leaf.Variable variable ->
          throw new IllegalStateException("a variable outside of every loop");
      case Leaf.Uniform uniform -> draws(uniform, 0, size);
    };
  }

  /** Some of the elements of a draw, from one on. */
  private double[] draws(Leaf.Uniform uniform, long from, int count) {
    long key = RandomBits.key(seed, step, RandomBits.address(uniform.address()));
    boolean wide = uniform.type().dtype() == DType.F64;
    return fill(
        count,
        i -> wide ? RandomBits.uniform64(key, from + i) : RandomBits.uniform32(key, from + i));
  }

  private static double[] given(Tensor tensor, String name, Type type, int[] shape) {
    if (tensor == null || tensor.dtype() != type.dtype() || !Arrays.equals(tensor.shape(), shape)) {
      throw new DlxException(
          "R0103",
          "`"
              + name
              + "` must be "
              + type
              + ", not "
              + (tensor == null ? "missing" : tensor.describe()),
          "",
          "");
    }
    return fill(tensor.size(), tensor::get);
  }

  static double[] fill(int size, IntToDoubleFunction element) {
    double[] data = new double[size];
    for (int i = 0; i < size; i++) {
      data[i] = element.applyAsDouble(i);
    }
    return data;
  }

  private static double[] elementwise(Elementwise op, DType result, List<Values> operands) {
    boolean ints = op.hasInts() && result == DType.I32 && operands.getFirst().dtype() == DType.I32;
    return fill(
        operands.getFirst().data().length,
        i -> {
          double[] arguments = operands.stream().mapToDouble(v -> v.data()[i]).toArray();
          if (!ints) {
            return op.apply(arguments);
          }
          return op.applyInts(Arrays.stream(arguments).mapToInt(a -> (int) a).toArray());
        });
  }
}
