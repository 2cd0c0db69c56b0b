package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dlx.differentiate.Differentiate;
import dlx.graph.Contraction;
import dlx.graph.Elementwise;
import dlx.graph.Evaluate;
import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.graph.Graph;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Node;
import dlx.graph.Type;
import dlx.graph.Verify;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import dlx.simplify.Simplify;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Functions with loops, simplified, of the same values as before. */
abstract class LoopRules {
  static final Extent N = Extent.symbol("n");
  static final Map<String, Long> SIZES = Map.of("n", 5L);

  final Graph graph = new Graph();
  final Map<String, Tensor> inputs = new HashMap<>();
  final Random random = new Random(3);

  Node input(String name, Extent... shape) {
    return input(name, DType.F64, shape);
  }

  Node input(String name, DType dtype, Extent... shape) {
    int[] numbers = new int[shape.length];
    for (int i = 0; i < shape.length; i++) {
      numbers[i] = (int) shape[i].value(SIZES::get);
    }
    Tensor tensor = Tensor.zeros(dtype, numbers);
    for (int i = 0; i < tensor.size(); i++) {
      tensor.set(i, dtype == DType.I32 ? random.nextInt(3) : random.nextGaussian());
    }
    inputs.put(name, tensor);
    return graph.node(new Leaf.Input(name, new Type(dtype, List.of(shape))));
  }

  static Extent of(long value) {
    return Extent.of(value);
  }

  /** The simplified function, after its values were compared with those before. */
  Function simplified(Simplify.Mode mode, Node... roots) {
    List<Function.Output> outputs = new ArrayList<>();
    for (Node root : roots) {
      outputs.add(new Function.Output("y" + outputs.size(), root));
    }
    Function before = Differentiate.function(new Function("f", outputs, List.of(), List.of()));
    Function after = Simplify.function(before, mode);
    Verify.function(after);
    Evaluate evaluate = new Evaluate(SIZES, inputs, Map.of(), 0, 0);
    for (int i = 0; i < roots.length; i++) {
      // sums in another order: errors of a few roundings of numbers of size 10
      assertArrayEquals(
          evaluate.values(before.roots().get(i)),
          evaluate.values(after.roots().get(i)),
          mode == Simplify.Mode.STRICT ? 0 : 1e-12);
    }
    return after;
  }

  Function strict(Node... roots) {
    return simplified(Simplify.Mode.STRICT, roots);
  }

  Function real(Node... roots) {
    return simplified(Simplify.Mode.REAL, roots);
  }

  static List<Loop.Region> regions(Function function) {
    List<Loop.Region> regions = new ArrayList<>();
    for (Node node : function.nodes()) {
      if (node.op() instanceof Loop.Region region) {
        regions.add(region);
      }
    }
    return regions;
  }

  static Loop.Region only(Function function) {
    assertEquals(1, regions(function).size());
    return regions(function).getFirst();
  }

  static long count(List<Node> nodes, Class<?> op) {
    return nodes.stream().filter(n -> op.isInstance(n.op())).count();
  }

  static Node product(Node a, Node b) {
    return a.graph().node(new Contraction(List.of(List.of(0), List.of(0, 1)), List.of(1)), a, b);
  }

  static Node abs(Node x) {
    return x.graph().node(Elementwise.ABS, x);
  }
}
