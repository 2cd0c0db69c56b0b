package dlx.tests;

import dlx.graph.Contraction;
import dlx.graph.Elementwise;
import dlx.graph.Enclose;
import dlx.graph.Evaluate;
import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.graph.Graph;
import dlx.graph.Leaf;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.graph.Type;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Random well-typed functions with inputs on which they are defined. One seed, one function; a
 * smaller length gives a smaller function with the same beginning, so a failure shrinks by its
 * length.
 */
final class RandomFunctions {
  /** Size names and their values; constants of the same values occur too. */
  static final Map<String, Long> SIZES =
      Map.of("none", 0L, "one", 1L, "three", 3L, "seven", 7L, "m", 16L, "n", 17L);

  private static final long MOST_ELEMENTS = 2_000;
  private static final long MOST_IN_BODY = 120;

  /** A function and everything that it takes. */
  record Sample(
      Function function,
      Map<String, Long> sizes,
      Map<String, Tensor> inputs,
      Map<String, Tensor> slots) {
    Evaluate evaluate() {
      return new Evaluate(sizes, inputs, slots, 7, 3);
    }

    /** All float inputs and slots moved a little, to see how far results depend on rounding. */
    Evaluate nearby() {
      return new Evaluate(sizes, moved(inputs), moved(slots), 7, 3);
    }

    private static Map<String, Tensor> moved(Map<String, Tensor> tensors) {
      Map<String, Tensor> moved = new HashMap<>();
      tensors.forEach((name, tensor) -> moved.put(name, nudge(tensor)));
      return moved;
    }
  }

  private final Graph graph = new Graph();
  private final Random random;
  private final DType real;
  private final boolean tame;
  private final boolean looping;

  /** What may be used: within a loop its variables and nodes too. */
  private List<Node> pool = new ArrayList<>();

  private int depth;
  private final Map<String, Tensor> inputs = new HashMap<>();
  private final Map<String, Tensor> slots = new HashMap<>();
  private final List<Node> leaves = new ArrayList<>();
  private final Applications applications;

  private RandomFunctions(long seed, DType real, boolean tame, boolean looping) {
    this.looping = looping;
    this.random = new Random(seed);
    this.real = real;
    this.tame = tame;
    List<Extent> extents = new ArrayList<>();
    SIZES.forEach((name, size) -> {
      extents.add(Extent.symbol(name));
      extents.add(Extent.of(size));
    });
    // map order is no order
    extents.sort(java.util.Comparator.comparing(Extent::toString));
    // small ones twice, so that products of axes stay small
    extents.addAll(List.of(Extent.of(1), Extent.of(3), Extent.symbol("three")));
    this.applications = new Applications(random, SIZES, extents, this::supply);
  }

  /** A function whose values are finite and do not jump near its inputs, without loops. */
  static Sample tame(long seed, int length, DType real) {
    return new RandomFunctions(seed, real, true, false).sample(length);
  }

  /** A function whose values may be anything, NaN and infinities included, without loops. */
  static Sample wild(long seed, int length, DType real) {
    return new RandomFunctions(seed, real, false, false).sample(length);
  }

  /** As {@link #tame}, with loops. */
  static Sample tameLoops(long seed, int length, DType real) {
    return new RandomFunctions(seed, real, true, true).sample(length);
  }

  /** As {@link #wild}, with loops. */
  static Sample wildLoops(long seed, int length, DType real) {
    return new RandomFunctions(seed, real, false, true).sample(length);
  }

  private Sample sample(int length) {
    pool.add(supply(new Type(real, List.of())));
    pool.add(supply(new Type(real, List.of(applications.any(applications.extents())))));
    for (int i = 0; i < length; i++) {
      if (looping && random.nextInt(3) == 0) {
        loop().stream().filter(this::fits).forEach(pool::add);
      } else {
        Node node = next();
        if (node != null && isSmall(node) && fits(node)) {
          pool.add(node);
        }
      }
    }
    List<Function.Output> outputs = new ArrayList<>();
    for (int i = 0; i < 3 && i < pool.size(); i++) {
      Node node = pool.get(pool.size() - 1 - i);
      outputs.add(new Function.Output("y" + i, node));
    }
    List<Function.Update> updates = new ArrayList<>();
    for (Node leaf : leaves) {
      if (leaf.op() instanceof Leaf.Slot slot) {
        pool.stream()
            .filter(n -> n != leaf && n.type().equals(leaf.type()))
            .findFirst()
            .ifPresent(n -> updates.add(new Function.Update(slot, n)));
      }
    }
    Function function = new Function("random", outputs, updates, List.of());
    return new Sample(function, SIZES, inputs, slots);
  }

  private Node next() {
    Node x = pool.get(random.nextInt(pool.size()));
    if (random.nextInt(5) < 3) {
      Elementwise op = applications.any(List.of(Elementwise.values()));
      Node node = applications.elementwise(op, x);
      return node == null || !tame ? node : onDomain(op, node);
    }
    List<Class<?>> families = Applications.families();
    return Applications.MAKERS.get(applications.any(families)).of(applications, x);
  }

  private boolean isSmall(Node node) {
    return applications.value(node.type().size()) <= (depth > 0 ? MOST_IN_BODY : MOST_ELEMENTS);
  }

  // ------------------------------------------------------------------ loops

  /** The results of a loop with a few variables, sequences and steps; perhaps with one inside. */
  private List<Node> loop() {
    List<Node> firsts =
        pool.stream().filter(n -> n.type().rank() > 0 && isShort(n.type().extent(0))).toList();
    Extent turns =
        firsts.isEmpty() || random.nextInt(3) == 0
            ? applications.any(applications.extents().stream().filter(this::isShort).toList())
            : applications.any(firsts).type().extent(0);
    Enclose loop = new Enclose(graph, turns, random.nextBoolean());
    List<Node> outside = pool;
    List<Node> inside = new ArrayList<>();
    List<Node> carried = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      Node initial = applications.any(pool);
      if (applications.value(initial.type().size()) <= MOST_IN_BODY) {
        carried.add(loop.carry(initial));
      }
    }
    inside.addAll(carried);
    for (int i = random.nextInt(3); i >= 0; i--) {
      List<Extent> shape = new ArrayList<>(List.of(turns));
      for (int axis = random.nextInt(3); axis > 0; axis--) {
        shape.add(applications.any(applications.extents()));
      }
      Node sequence =
          switch (random.nextInt(6)) {
            case 0 -> graph.node(new Leaf.Iota(turns));
            case 1 -> along(turns, applications.any(outside));
            case 2, 3 -> supply(new Type(real, shape));
            default -> firsts.isEmpty() ? supply(new Type(real, shape)) : applications.any(firsts);
          };
      if (!sequence.type().isScalar()
          && sequence.type().extent(0).equals(turns)
          && isSmall(sequence)) {
        inside.add(loop.element(sequence));
      }
    }
    pool = new ArrayList<>(outside.subList(Math.max(0, outside.size() - 3), outside.size()));
    pool.addAll(inside);
    pool.addAll(inside);
    depth++;
    for (int i = 1 + random.nextInt(6); i > 0; i--) {
      if (depth < 2 && random.nextInt(6) == 0) {
        loop().stream().filter(this::isSmall).forEach(pool::add);
      } else {
        Node node = random.nextInt(4) == 0 ? productInside(inside) : next();
        if (node != null && isSmall(node)) {
          pool.add(node);
        }
      }
    }
    List<Node> next = carried.stream().map(this::next).toList();
    List<Node> stacked = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0 || next.isEmpty() && stacked.isEmpty(); i--) {
      stacked.add(pool.get(pool.size() - 1 - random.nextInt(Math.min(4, pool.size()))));
    }
    depth--;
    pool = outside;
    return loop.results(next, stacked).stream().filter(this::isSmall).toList();
  }

  /** A view in which the axis of the turns comes first, if there is one. */
  private static Node along(Extent turns, Node x) {
    int axis = x.type().shape().indexOf(turns);
    List<Integer> order = new ArrayList<>();
    IntStream.range(0, x.type().rank()).filter(i -> i != axis).forEach(order::add);
    if (axis >= 0) {
      order.addFirst(axis);
    }
    return x.transpose(order);
  }

  /** A product of something that changes with a matrix, or with something else that changes. */
  private Node productInside(List<Node> inside) {
    List<Node> matrices =
        pool.stream()
            .filter(n -> n.type().rank() > 0 && n.type().dtype().isFloat() && isSmall(n))
            .filter(inside::contains)
            .toList();
    if (matrices.isEmpty()) {
      return null;
    }
    Node left = applications.any(matrices);
    int rank = left.type().rank();
    if (random.nextInt(3) == 0) {
      Node right = applications.any(matrices);
      if (right.type().equals(left.type())) {
        // the first axis is summed, the others are those of a large product
        List<Integer> one = IntStream.range(0, rank).boxed().toList();
        List<Integer> other =
            IntStream.range(0, rank).map(i -> i == 0 ? 0 : rank + i).boxed().toList();
        List<Integer> output = new ArrayList<>(one.subList(1, rank));
        output.addAll(other.subList(1, rank));
        return graph.node(new Contraction(List.of(one, other), output), left, right);
      }
    }
    if (random.nextInt(3) == 0 && rank == 1) {
      Node beside = supply(new Type(left.type().dtype(), List.of(Extent.of(2))));
      left = graph.node(new Movement.Concat(0), left, beside);
    }
    Extent last = left.type().extent(rank - 1);
    Node right =
        supply(
            new Type(left.type().dtype(), List.of(last, applications.any(applications.extents()))));
    List<Integer> labels = IntStream.range(0, rank).boxed().toList();
    List<Integer> output = new ArrayList<>(labels.subList(0, rank - 1));
    output.add(rank);
    return graph.node(
        new Contraction(List.of(labels, List.of(rank - 1, rank)), output), left, right);
  }

  private boolean isShort(Extent turns) {
    return applications.value(turns) <= 7;
  }

  /** What a variable becomes: mostly something of the same type that was computed last. */
  private Node next(Node carried) {
    List<Node> fitting = pool.stream().filter(n -> n.type().equals(carried.type())).toList();
    Node next = random.nextInt(4) == 0 ? applications.any(fitting) : fitting.getLast();
    if (next.type().dtype().isFloat() && random.nextInt(3) == 0) {
      return carried.plus(next);
    }
    return tame && next.type().dtype().isFloat() && random.nextInt(3) > 0 ? next.tanh() : next;
  }

  /** The operator on low + (high - low) * sigmoid(x) if it is not defined everywhere. */
  private Node onDomain(Elementwise op, Node node) {
    if (op.domainLow() < -1) {
      return node;
    }
    List<Node> squeezed = new ArrayList<>();
    for (Node x : node.inputs()) {
      boolean isReal = x.type().dtype().isFloat();
      double width = op.domainHigh() - op.domainLow();
      squeezed.add(isReal ? x.sigmoid().times(width).plus(op.domainLow()) : x);
    }
    return graph.node(op, squeezed);
  }

  /** Whether the value is finite, of moderate size, and almost the same nearby. */
  private boolean fits(Node node) {
    if (!tame || depth > 0) {
      return true;
    }
    Sample sample =
        new Sample(new Function("", List.of(), List.of(), List.of()), SIZES, inputs, slots);
    double[] here = sample.evaluate().values(node);
    double[] there = sample.nearby().values(node);
    for (int i = 0; i < here.length; i++) {
      if (!(Math.abs(here[i]) < 1e4) || !(Math.abs(here[i] - there[i]) < 1e-4)) {
        return false;
      }
    }
    return true;
  }

  // ------------------------------------------------------------------ leaves

  /** A node of the type from the pool, or a new leaf, or a number in that shape. */
  private Node supply(Type type) {
    List<Node> fitting = pool.stream().filter(n -> n.type().equals(type)).toList();
    if (!fitting.isEmpty() && random.nextInt(3) > 0) {
      return applications.any(fitting);
    }
    return switch (random.nextInt(6)) {
      case 0 ->
          graph.node(new Leaf.Constant(number(type.dtype()), type.dtype())).fill(type.shape());
      case 1 -> slot(type);
      case 2 ->
          type.dtype().isFloat()
              ? graph.node(new Leaf.Uniform("u" + graph.size(), type))
              : input(type);
      default -> input(type);
    };
  }

  private Node input(Type type) {
    String name = "x" + inputs.size();
    inputs.put(name, tensor(type));
    Node leaf = graph.node(new Leaf.Input(name, type));
    leaves.add(leaf);
    return leaf;
  }

  private Node slot(Type type) {
    String path = "w" + slots.size();
    slots.put(path, tensor(type));
    Node leaf = graph.node(new Leaf.Slot(random.nextBoolean(), path, type));
    leaves.add(leaf);
    return leaf;
  }

  private Tensor tensor(Type type) {
    int[] shape = type.shape().stream().mapToInt(e -> (int) applications.value(e)).toArray();
    Tensor tensor = Tensor.zeros(type.dtype(), shape);
    for (int i = 0; i < tensor.size(); i++) {
      tensor.set(i, tame || random.nextInt(4) > 0 ? smooth(type.dtype()) : number(type.dtype()));
    }
    return tensor;
  }

  private double smooth(DType dtype) {
    return switch (dtype) {
      case F32, F64 -> random.nextDouble() * 4 - 2;
      case I32 -> random.nextInt(21) - 10;
      case BOOL -> random.nextInt(2);
    };
  }

  /** Numbers that rules and rounding like to stumble over; NaN and infinities unless tame. */
  private double number(DType dtype) {
    double[] edges = {
      0,
      1,
      -1,
      2,
      0.5,
      3,
      -0.5,
      -0.0,
      1e-30,
      Double.NaN,
      Double.POSITIVE_INFINITY,
      Double.NEGATIVE_INFINITY,
      Double.MIN_VALUE
    };
    return switch (dtype) {
      case F32, F64 -> edges[random.nextInt(tame ? 7 : edges.length)];
      case I32 -> tame || random.nextInt(4) > 0 ? random.nextInt(5) - 1 : Integer.MIN_VALUE;
      case BOOL -> random.nextInt(2);
    };
  }

  private static Tensor nudge(Tensor tensor) {
    Tensor moved = tensor.copy();
    if (tensor.dtype().isFloat()) {
      for (int i = 0; i < tensor.size(); i++) {
        moved.set(i, tensor.get(i) * (1 + 1e-6) + 1e-7);
      }
    }
    return moved;
  }
}
