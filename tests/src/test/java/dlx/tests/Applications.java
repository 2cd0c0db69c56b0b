package dlx.tests;

import dlx.graph.Contraction;
import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.graph.Indexing;
import dlx.graph.Leaf;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.graph.Reduction;
import dlx.graph.Type;
import dlx.runtime.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Random applications of every operator of every family: given one node, another one is made of it,
 * with random attributes. What else it needs is supplied by type.
 *
 * @param random where choices come from
 * @param sizes the values of the size names that extents may have
 * @param extents extents for new axes
 * @param supply makes or finds a node of a type
 */
record Applications(
    Random random, Map<String, Long> sizes, List<Extent> extents, Function<Type, Node> supply) {

  /** One way to make a node of a node; null if it does not fit. */
  interface Maker {
    Node of(Applications applications, Node x);
  }

  /** A maker for every operator that is not elementwise, by the class of operator it makes. */
  static final Map<Class<?>, Maker> MAKERS =
      Map.ofEntries(
          Map.entry(Reduction.class, Applications::reduction),
          Map.entry(Contraction.class, Applications::contraction),
          Map.entry(Movement.Reshape.class, Applications::reshape),
          Map.entry(Movement.Transpose.class, Applications::transpose),
          Map.entry(Movement.Broadcast.class, Applications::broadcast),
          Map.entry(Movement.Slice.class, Applications::slice),
          Map.entry(Movement.Pad.class, Applications::pad),
          Map.entry(Movement.Concat.class, Applications::concat),
          Map.entry(Movement.Windows.class, Applications::windows),
          Map.entry(Movement.Overlap.class, Applications::overlap),
          Map.entry(Indexing.Gather.class, Applications::gather),
          Map.entry(Indexing.ScatterAdd.class, Applications::scatterAdd),
          Map.entry(Indexing.Update.class, Applications::update),
          Map.entry(Indexing.Argsort.class, Applications::argsort));

  /** The classes of operators of the families, leaves and derivatives aside. */
  static List<Class<?>> families() {
    return Stream.of(
            List.<Class<?>>of(Reduction.class, Contraction.class),
            List.<Class<?>>of(Movement.class.getPermittedSubclasses()),
            List.<Class<?>>of(Indexing.class.getPermittedSubclasses()))
        .flatMap(List::stream)
        .toList();
  }

  /** An elementwise operator on x, at one of its places; null if no place takes the type of x. */
  Node elementwise(Elementwise op, Node x) {
    for (List<DType> dtypes : signatures(op)) {
      List<Integer> places =
          IntStream.range(0, op.arity())
              .filter(i -> dtypes.get(i) == x.type().dtype())
              .boxed()
              .toList();
      if (!places.isEmpty()) {
        int place = any(places);
        List<Node> inputs = new ArrayList<>();
        for (int i = 0; i < op.arity(); i++) {
          inputs.add(i == place ? x : supply.apply(x.type().with(dtypes.get(i))));
        }
        return x.graph().node(op, inputs);
      }
    }
    return null;
  }

  /** Every list of element types that an operator accepts. */
  static List<List<DType>> signatures(Elementwise op) {
    dlx.graph.Graph graph = new dlx.graph.Graph();
    List<List<DType>> found = new ArrayList<>();
    int count = DType.values().length;
    for (int code = 0; code < Math.pow(count, op.arity()); code++) {
      List<DType> dtypes = new ArrayList<>();
      for (int i = 0, rest = code; i < op.arity(); i++, rest /= count) {
        dtypes.add(DType.values()[rest % count]);
      }
      try {
        op.type(dtypes.stream().map(d -> graph.node(new Leaf.Constant(1, d))).toList());
        found.add(dtypes);
      } catch (IllegalArgumentException e) {
        // not one of them
      }
    }
    return found;
  }

  // ------------------------------------------------------------------ choices

  <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  long value(Extent extent) {
    return extent.value(sizes::get);
  }

  private int axis(Node x) {
    return random.nextInt(x.type().rank());
  }

  // ------------------------------------------------------------------ folds

  private Node reduction(Node x) {
    Reduction.Kind kind = any(List.of(Reduction.Kind.values()));
    if (x.type().rank() == 0 || x.type().dtype() == DType.BOOL) {
      return null;
    }
    if (kind == Reduction.Kind.ARGMAX) {
      int axis = axis(x);
      return value(x.type().extent(axis)) == 0 ? null : x.reduce(kind, List.of(axis));
    }
    int first = axis(x);
    List<Integer> axes =
        IntStream.range(0, x.type().rank())
            .filter(i -> i == first || random.nextBoolean())
            .boxed()
            .toList();
    return x.reduce(kind, axes);
  }

  private Node contraction(Node x) {
    if (x.type().dtype() == DType.BOOL) {
      return null;
    }
    Map<Integer, Extent> labels = new HashMap<>();
    List<List<Integer>> operands = new ArrayList<>();
    List<Node> inputs = new ArrayList<>();
    int count = 1 + random.nextInt(3);
    for (int k = 0; k < count; k++) {
      Node input = x;
      if (k > 0) {
        List<Extent> shape = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
          List<Extent> known = new ArrayList<>(labels.values());
          shape.add(known.isEmpty() || random.nextInt(3) == 0 ? any(extents) : any(known));
        }
        input = supply.apply(x.type().with(shape));
      }
      List<Integer> own = new ArrayList<>();
      for (Extent extent : input.type().shape()) {
        List<Integer> fitting =
            labels.keySet().stream().filter(l -> labels.get(l).equals(extent)).toList();
        boolean fresh = fitting.isEmpty() || random.nextInt(3) == 0;
        int label = fresh ? labels.size() : any(fitting);
        labels.put(label, extent);
        own.add(label);
      }
      operands.add(own);
      inputs.add(input);
    }
    List<Integer> output = new ArrayList<>(labels.keySet());
    Collections.shuffle(output, random);
    output.removeIf(l -> random.nextInt(3) == 0 || output.size() > 3 && l > 2);
    return x.graph().node(new Contraction(operands, output), inputs);
  }

  // ------------------------------------------------------------------ movements

  private Node reshape(Node x) {
    List<Extent> shape = new ArrayList<>(x.type().shape());
    int at = random.nextInt(shape.size() + 1);
    if (at + 1 < shape.size() && random.nextBoolean()) {
      shape.set(at, shape.get(at).times(shape.remove(at + 1)));
    } else if (at < shape.size() && shape.get(at).isOne()) {
      shape.remove(at);
    } else {
      shape.add(at, Extent.ONE);
    }
    return x.reshape(shape);
  }

  private Node transpose(Node x) {
    List<Integer> permutation =
        new ArrayList<>(IntStream.range(0, x.type().rank()).boxed().toList());
    Collections.shuffle(permutation, random);
    return x.transpose(permutation);
  }

  private Node broadcast(Node x) {
    List<Extent> shape = new ArrayList<>(x.type().shape());
    List<Integer> axes = new ArrayList<>(IntStream.range(0, shape.size()).boxed().toList());
    int at = random.nextInt(shape.size() + 1);
    shape.add(at, any(extents));
    axes.replaceAll(axis -> axis < at ? axis : axis + 1);
    return x.broadcast(shape, axes);
  }

  private Node slice(Node x) {
    List<Extent> starts = new ArrayList<>();
    List<Integer> steps = new ArrayList<>();
    List<Extent> shape = new ArrayList<>();
    for (Extent extent : x.type().shape()) {
      int size = (int) value(extent);
      int start = size == 0 ? 0 : random.nextInt(size);
      if (extent.isConstant() && size > 0) {
        int step = any(List.of(-2, -1, 1, 2));
        int most = step > 0 ? (size - start + step - 1) / step : start / -step + 1;
        starts.add(Extent.of(start));
        steps.add(step);
        shape.add(Extent.of(random.nextInt(most + 1)));
      } else {
        boolean reversed = random.nextInt(3) == 0;
        starts.add(reversed ? extent.plus(-1) : Extent.of(start));
        steps.add(reversed ? -1 : 1);
        shape.add(reversed ? extent : extent.plus(-start));
      }
    }
    return x.graph().node(new Movement.Slice(starts, steps, shape), x);
  }

  private Node pad(Node x) {
    List<Extent> low = new ArrayList<>();
    List<Extent> high = new ArrayList<>();
    for (Extent extent : x.type().shape()) {
      int before = random.nextInt(4) - 1;
      int after = random.nextInt(4) - 1;
      if (before + after + value(extent) < 0) {
        return null;
      }
      low.add(Extent.of(before));
      high.add(Extent.of(after));
    }
    Node number = supply.apply(Type.scalar(x.type().dtype()));
    return x.graph().node(new Movement.Pad(low, high), x, number);
  }

  private Node concat(Node x) {
    if (x.type().rank() == 0) {
      return null;
    }
    int axis = axis(x);
    List<Node> parts = new ArrayList<>(List.of(x));
    for (int more = random.nextInt(3); more > 0; more--) {
      List<Extent> shape = new ArrayList<>(x.type().shape());
      shape.set(axis, any(extents));
      parts.add(random.nextInt(parts.size() + 1), supply.apply(x.type().with(shape)));
    }
    return x.graph().node(new Movement.Concat(axis), parts);
  }

  private Node windows(Node x) {
    if (x.type().rank() == 0) {
      return null;
    }
    int axis = axis(x);
    int extent = (int) value(x.type().extent(axis));
    if (extent == 0) {
      return null;
    }
    int dilation = 1 + random.nextInt(2);
    Extent size = Extent.of(1 + random.nextInt(Math.min((extent - 1) / dilation + 1, 3)));
    return x.graph().node(new Movement.Windows(axis, size, 1 + random.nextInt(3), dilation), x);
  }

  private Node overlap(Node x) {
    if (x.type().rank() < 2 || x.type().dtype() == DType.BOOL) {
      return null;
    }
    int axis = random.nextInt(x.type().rank() - 1);
    if (value(x.type().extent(axis)) == 0) {
      return null;
    }
    int stride = 1 + random.nextInt(3);
    int dilation = 1 + random.nextInt(2);
    Extent extent =
        x.type()
            .extent(axis)
            .plus(-1)
            .times(stride)
            .plus(Movement.Windows.span(x.type().extent(axis + 1), dilation))
            .plus(random.nextInt(stride));
    if (value(extent) < 0) { // windows of nothing, spread out
      return null;
    }
    return x.graph().node(new Movement.Overlap(axis, extent, stride, dilation), x);
  }

  // ------------------------------------------------------------------ positions that are data

  private Node gather(Node x) {
    if (x.type().rank() == 0) {
      return null;
    }
    int axis = axis(x);
    Node ids = positions(shape(random.nextInt(3)), x.type().extent(axis));
    return ids == null ? null : x.graph().node(new Indexing.Gather(axis, true), x, ids);
  }

  private Node scatterAdd(Node x) {
    if (x.type().dtype() == DType.BOOL) {
      return null;
    }
    int axis = random.nextInt(x.type().rank() + 1);
    int rank = random.nextInt(x.type().rank() - axis + 1);
    Extent extent = any(extents);
    Node ids = positions(x.type().shape().subList(axis, axis + rank), extent);
    return ids == null ? null : x.graph().node(new Indexing.ScatterAdd(axis, extent, true), x, ids);
  }

  private Node update(Node x) {
    if (x.type().rank() == 0) {
      return null;
    }
    int indexed = 1 + random.nextInt(x.type().rank());
    List<Node> inputs = new ArrayList<>();
    inputs.add(x);
    inputs.add(supply.apply(x.type().with(x.type().shape().subList(indexed, x.type().rank()))));
    for (int axis = 0; axis < indexed; axis++) {
      Node position = positions(List.of(), x.type().extent(axis));
      if (position == null) {
        return null;
      }
      inputs.add(position);
    }
    return x.graph().node(new Indexing.Update(true), inputs);
  }

  private Node argsort(Node x) {
    return x.type().rank() == 0 ? null : x.graph().node(new Indexing.Argsort(), x);
  }

  private List<Extent> shape(int rank) {
    return IntStream.range(0, rank).mapToObj(i -> any(extents)).toList();
  }

  /** Positions that are inside of an axis: numbers modulo its extent, some of them from the end. */
  private Node positions(List<Extent> shape, Extent extent) {
    if (value(extent) == 0) {
      return null;
    }
    Node raw = supply.apply(new Type(DType.I32, shape));
    Node size = raw.graph().node(new Leaf.SizeOf(extent)).fill(shape);
    Node inside = raw.graph().node(Elementwise.REMAINDER, raw, size);
    return random.nextInt(4) == 0 ? inside.minus(size) : inside;
  }
}
