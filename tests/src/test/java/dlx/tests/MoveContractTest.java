package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dlx.graph.Contraction;
import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.graph.Indexing;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.graph.Reduction;
import dlx.graph.Type;
import dlx.runtime.CompiledFunction;
import dlx.runtime.DType;
import dlx.runtime.DlxException;
import dlx.runtime.Tensor;
import dlx.source.Source;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Movements and operators whose positions are data, compiled: alone, two in a row, and in front of
 * everything that may read them. All numbers are small integers, so everything is exact.
 */
class MoveContractTest {
  private static final int SEEDS = 20;

  /** 0.0 and -0.0 are equal: a sum begins with 0.0. */
  private static final Trial.Tolerance EQUAL = (want, dtype) -> Double.MIN_VALUE;

  private static final Map<String, Long> SIZES = Map.of("one", 1L, "k", 3L, "m", 8L, "n", 17L);

  private static final List<Extent> EXTENTS =
      List.of(
          Extent.of(0),
          Extent.of(1),
          Extent.of(2),
          Extent.of(3),
          Extent.of(5),
          Extent.of(16),
          Extent.symbol("one"),
          Extent.symbol("k"),
          Extent.symbol("k"),
          Extent.symbol("m"),
          Extent.symbol("n"));

  static Stream<Class<?>> families() {
    return Applications.families().stream().filter(f -> f != Reduction.class);
  }

  @ParameterizedTest
  @MethodSource("families")
  void everyReader(Class<?> family) {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(31L * seed + family.getSimpleName().hashCode());
      Trial trial = new Trial();
      trial.sizes.putAll(SIZES);
      Applications make = new Applications(random, SIZES, EXTENTS, t -> supply(trial, random, t));
      DType dtype = DType.values()[random.nextInt(4)];
      List<Extent> shape = new ArrayList<>();
      for (int rank = random.nextInt(4); rank > 0; rank--) {
        shape.add(make.any(EXTENTS));
      }
      Node x = supply(trial, random, new Type(dtype, shape));
      Node moved = Applications.MAKERS.get(family).of(make, x);
      if (moved == null || make.value(moved.type().size()) > 3_000) {
        continue;
      }
      Class<?> next = make.any(families().toList());
      Node twice = Applications.MAKERS.get(next).of(make, moved);
      List<Node> readers = readers(moved, random);
      if (twice != null && make.value(twice.type().size()) <= 3_000) {
        readers.add(twice);
        readers.addAll(readers(twice, random));
      }
      for (Node reader : readers) {
        trial.check(EQUAL, reader);
      }
      trial.check(EQUAL, readers.toArray(Node[]::new));
    }
  }

  /** What may read a value: loops, folds, products, copies, positions. */
  private static List<Node> readers(Node x, Random random) {
    List<Node> readers = new ArrayList<>(List.of(x));
    DType dtype = x.type().dtype();
    int rank = x.type().rank();
    List<Integer> axes = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
    Collections.shuffle(axes, random);
    if (dtype == DType.BOOL) {
      readers.add(x.not());
      readers.add(x.transpose(axes).convert(DType.I32));
      return readers;
    }
    readers.add(x.plus(x.like(1)).times(x));
    readers.add(x.transpose(axes).negate());
    for (int axis = 0; axis < rank; axis++) {
      readers.add(x.sum(List.of(axis)));
      Node large = x.reduce(Reduction.Kind.MAX, List.of(axis));
      readers.add(x.minus(large.spread(x.type().shape(), List.of(axis))));
    }
    if (rank > 0) {
      List<Integer> other = IntStream.range(0, rank).map(i -> i == 0 ? rank : i).boxed().toList();
      List<Integer> labels = IntStream.range(0, rank).boxed().toList();
      List<Integer> output = IntStream.range(rank == 1 ? 0 : 1, rank).boxed().toList();
      readers.add(x.graph().node(new Contraction(List.of(labels, other), List.of(0, rank)), x, x));
      readers.add(x.graph().node(new Contraction(List.of(labels, labels), output), x, x));
      readers.add(x.graph().node(new Indexing.Argsort(), x));
    }
    return readers;
  }

  private static Node supply(Trial trial, Random random, Type type) {
    int choice = random.nextInt(6);
    if (choice == 0) {
      return trial.constant(random.nextInt(2), type.dtype()).fill(type.shape());
    }
    if (choice == 1 && type.dtype() == DType.I32 && type.rank() == 1) {
      return trial.graph.node(new Leaf.Iota(type.extent(0)));
    }
    String name = "x" + trial.inputs.size();
    int[] shape = type.shape().stream().mapToInt(e -> (int) e.value(SIZES::get)).toArray();
    Tensor tensor = Tensor.zeros(type.dtype(), shape);
    for (int i = 0; i < tensor.size(); i++) {
      tensor.set(i, type.dtype() == DType.BOOL ? random.nextInt(2) : random.nextInt(7) - 3);
    }
    trial.inputs.put(name, tensor);
    Node leaf = trial.input(name, type.dtype(), type.shape().toArray(Extent[]::new));
    return choice == 2 && type.dtype() != DType.BOOL ? leaf.plus(leaf.like(1)) : leaf;
  }

  // ------------------------------------------------------------------ positions outside

  /** The error says which position, of how many, and where in the program. */
  @Test
  void positionsOutsideNameThePlace() {
    for (int bits : Trial.widths()) {
      for (int wrong : new int[] {5, -6, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
        for (int operator = 0; operator < 4; operator++) {
          Trial trial = new Trial();
          Node x = trial.input("x", Tensor.of(new float[15], 5, 3));
          Node ids = trial.input("ids", Tensor.of(new int[] {0, -5, 4, wrong}, 4));
          Node one = trial.input("at", Tensor.scalar(wrong));
          Node g = trial.input("g", Tensor.of(new float[12], 4, 3));
          Node row = trial.input("row", Tensor.of(new float[3], 3));
          Source source = new Source("model.dlx", "a = 1\nb = x[ids]\n");
          int which = operator;
          Node y =
              trial.graph.at(
                  new Span(source, 10, 16),
                  () ->
                      switch (which) {
                        case 0 -> trial.graph.node(new Indexing.Gather(0, true), x, ids);
                        case 1 -> trial.graph.node(new Indexing.Gather(0, true), x, one);
                        case 2 ->
                            trial.graph.node(
                                new Indexing.ScatterAdd(0, Extent.of(5), true), g, ids);
                        default -> trial.graph.node(new Indexing.Update(true), x, row, one);
                      });
          CompiledFunction compiled = Trial.compile(Trial.function(y.exp()), bits);
          DlxException error = assertThrows(DlxException.class, () -> trial.call(compiled));
          assertEquals("R0104", error.code());
          assertEquals("model.dlx:2:5", error.place());
          assertEquals("position " + wrong + " is outside of an axis of 5", error.getMessage());
        }
      }
    }
  }

  /** Unchecked positions outside read something and never fail; a scatter leaves them out. */
  @Test
  void uncheckedPositionsOutside() {
    for (int bits : Trial.widths()) {
      Trial trial = new Trial();
      Node x = trial.input("x", Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2));
      int[] positions = {3, -4, Integer.MAX_VALUE, Integer.MIN_VALUE, 2, -1};
      Node ids = trial.input("ids", Tensor.of(positions, 6));
      Node g = trial.input("g", Tensor.of(new float[] {1, 1, 1, 1, 1, 1}, 6));
      Node one = trial.input("at", Tensor.scalar(3));
      Node row = trial.input("row", Tensor.of(new float[2], 2));
      CompiledFunction compiled =
          Trial.compile(
              Trial.function(
                  trial.graph.node(new Indexing.Gather(0, false), x, ids),
                  trial.graph.node(new Indexing.ScatterAdd(0, Extent.of(3), false), g, ids),
                  trial.graph.node(new Indexing.Update(false), x, row, one)),
              bits);
      List<Tensor> results = trial.call(compiled);
      Tensor counts = results.get(1);
      assertEquals(2, counts.get(2), "the last row was meant twice");
      assertEquals(0, counts.get(0) + counts.get(1));
    }
  }

  /** Positions are added in their order, also where they repeat. */
  @Test
  void scatterRepeats() {
    Random random = new Random(5);
    for (DType dtype : List.of(DType.F32, DType.F64, DType.I32)) {
      Trial trial = new Trial();
      Tensor g = Tensor.zeros(dtype, 40, 6);
      Tensor ids = Tensor.zeros(DType.I32, 40);
      for (int i = 0; i < g.size(); i++) {
        g.set(i, random.nextInt(100));
        ids.set(i % 40, random.nextInt(7) - 3);
      }
      Node scatter =
          trial.graph.node(
              new Indexing.ScatterAdd(0, Extent.of(4), true),
              trial.input("g", g),
              trial.input("ids", ids));
      trial.check(Trial.Tolerance.EXACT, scatter, scatter.negate(), scatter.sum());
    }
  }

  // ------------------------------------------------------------------ draws

  /** The bits of a draw depend on nothing but its address and the position. */
  @Test
  void draws() {
    for (DType dtype : List.of(DType.F32, DType.F64)) {
      for (long size : new long[] {1, 2, 7, 15, 16, 17, 64, 207, 1000}) {
        for (boolean known : new boolean[] {true, false}) {
          Trial trial = new Trial();
          trial.sizes.put("n", size);
          Extent n = known ? Extent.of(size) : Extent.symbol("n");
          Type type = new Type(dtype, List.of(n, Extent.of(3)));
          Node draw = trial.graph.node(new Leaf.Uniform("noise", type));
          Node shaped = trial.graph.node(new Leaf.Uniform("other", new Type(dtype, List.of(n))));
          Node backwards = shaped.slice(0, n.plus(-1), -1, n);
          trial.check(
              Trial.Tolerance.EXACT,
              draw,
              draw.transpose(List.of(1, 0)),
              shaped.negate(),
              backwards.times(2),
              backwards,
              draw.reduce(Reduction.Kind.MAX, List.of(0)),
              draw.reduce(Reduction.Kind.MAX, List.of(1)),
              draw.reduce(Reduction.Kind.ARGMAX, List.of(0)),
              draw.plus(shaped.spread(draw.type().shape(), List.of(1)).negate()).sign());
        }
      }
    }
  }

  // ------------------------------------------------------------------ sorting

  @Test
  void argsort() {
    Random random = new Random(9);
    double[] special = {Double.NaN, 0.0, -0.0, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
    for (DType dtype : List.of(DType.F32, DType.F64, DType.I32, DType.BOOL)) {
      for (int columns : new int[] {0, 1, 2, 3, 17, 100}) {
        Trial trial = new Trial();
        Tensor x = Tensor.zeros(dtype, 5, columns);
        for (int i = 0; i < x.size(); i++) {
          boolean edge = dtype.isFloat() && random.nextInt(3) == 0;
          x.set(i, edge ? special[random.nextInt(5)] : random.nextInt(9) - 4);
        }
        Node node = trial.input("x", x);
        Node order = trial.graph.node(new Indexing.Argsort(), node);
        trial.check(Trial.Tolerance.EXACT, order, order.convert(DType.F32).negate());
      }
    }
  }

  /** Elementwise operators on i32 that a size or a position is made with. */
  @Test
  void sizesAndPositions() {
    for (long size : new long[] {0, 1, 5, 16, 33}) {
      Trial trial = new Trial();
      trial.sizes.put("n", size);
      Extent n = Extent.symbol("n");
      Node iota = trial.graph.node(new Leaf.Iota(n));
      Node all = trial.graph.node(new Leaf.SizeOf(n.times(2).plus(1)));
      Node grid = iota.broadcast(List.of(n, Extent.of(20)), List.of(0));
      Node inner = trial.graph.node(new Leaf.Iota(Extent.of(20)));
      Node sum = grid.times(20).plus(inner.broadcast(List.of(n, Extent.of(20)), List.of(1)));
      trial.check(
          Trial.Tolerance.EXACT,
          iota,
          iota.times(iota),
          all,
          sum,
          sum.transpose(List.of(1, 0)),
          iota.slice(0, n.plus(-1), -1, n).convert(DType.F64),
          sum.reduce(Reduction.Kind.MAX, List.of(0)),
          trial.graph.node(Elementwise.REMAINDER, sum, sum.like(7)).sum());
    }
  }
}
