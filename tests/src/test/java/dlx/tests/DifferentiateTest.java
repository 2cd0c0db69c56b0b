package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dlx.differentiate.Differentiate;
import dlx.graph.Contraction;
import dlx.graph.Derivative;
import dlx.graph.Elementwise;
import dlx.graph.Evaluate;
import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.graph.Graph;
import dlx.graph.Leaf;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.graph.Reduction;
import dlx.graph.Type;
import dlx.graph.Verify;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a derivative is where there is a choice, and that long graphs take linear time. */
class DifferentiateTest {
  private final Graph graph = new Graph();
  private final Node x = graph.node(new Leaf.Input("x", Type.of(DType.F64, 3)));
  private final Node a = graph.node(new Leaf.Input("a", Type.scalar(DType.F64)));

  private Node grad(Node y, Node by) {
    return graph.node(new Derivative(), y, by);
  }

  private double[] at(Node node, double... values) {
    Function function =
        Differentiate.function(
            new Function("f", List.of(new Function.Output("y", node)), List.of(), List.of()));
    Verify.function(function);
    Map<String, Tensor> inputs =
        Map.of(
            "x",
            values.length == 3 ? Tensor.of(values, 3) : Tensor.of(new double[3], 3),
            "a",
            Tensor.scalar(values[0]));
    return new Evaluate(Map.of(), inputs, Map.of(), 0, 0).values(function.roots().getFirst());
  }

  private void assertGradient(double[] expected, Node y, double... values) {
    assertArrayEquals(expected, at(grad(y, x), values), 1e-12);
  }

  @Test
  void aNormHasGradientZeroAtZeroAndARootHasInfinity() {
    double[] zero = {0, 0, 0};
    assertGradient(zero, x.times(x).sum().sqrt(), zero);
    assertGradient(zero, x.power(x.like(2)).sum().times(1 / 3.0).sqrt(), zero);
    assertGradient(zero, x.times(x).sum().power(a.like(0.5)), zero);
    Node dot = graph.node(new Contraction(List.of(List.of(0), List.of(0)), List.of()), x, x);
    assertGradient(zero, dot.sqrt(), zero);
    assertGradient(new double[] {0.6, 0.8, 0}, x.times(x).sum().sqrt(), 3, 4, 0);
    assertEquals(Double.POSITIVE_INFINITY, at(grad(a.sqrt(), a), 0)[0]);
  }

  @Test
  void theSideNotTakenAddsNothing() {
    Node zero = x.like(0);
    Node root = zero.less(x).where(x.sqrt().log(), zero).sum();
    assertGradient(new double[] {0, 0.5, 0}, root, 0, 1, -1);
    Node other = x.lessEqual(zero).where(zero, x.log().times(x)).sum();
    assertGradient(new double[] {0, 1, 0}, other, 0, 1, -1);
    Node clipped = graph.node(Elementwise.MAX, x, x.like(0.5)).sqrt().sum();
    assertGradient(new double[] {0, 0.5, 0}, clipped, 0, 1, -1);
    Node inner = graph.node(Elementwise.MAX, x.sqrt(), x.like(0.5)).sum();
    assertGradient(new double[] {0, 0.5, 0}, inner, 0, 1, 0.01);
    Node moved = zero.less(x).where(x.log(), zero).reshape(Type.of(DType.F64, 1, 3).shape());
    assertGradient(new double[] {0, 0.5, 0}, moved.sum(List.of(0)).times(0.5).sum(), 0, 1, -1);
  }

  @Test
  void tiesShareEqually() {
    double[] third = {1 / 3.0, 1 / 3.0, 1 / 3.0};
    assertGradient(third, x.reduce(Reduction.Kind.MAX, List.of(0)), 2, 2, 2);
    Node both = graph.node(Elementwise.MAX, x, x.like(2)).sum();
    assertGradient(new double[] {0.5, 1, 0}, both, 2, 3, 1);
    Node minimum = graph.node(Elementwise.MIN, x, x.like(2)).sum();
    assertGradient(new double[] {0.5, 0, 1}, minimum, 2, 3, 1);
  }

  @Test
  void aPowerOfZeroIsFlat() {
    assertGradient(new double[3], x.power(x.like(0)).sum(), 0, 1, -1);
    assertEquals(0, at(grad(a.power(a.times(0)), a), 0)[0]);
  }

  @Test
  void derivativesNestAndNodesMayBeInside() {
    Node cube = a.times(a).times(a);
    assertEquals(18, at(grad(grad(cube, a), a), 3)[0]);
    assertEquals(6, at(grad(grad(grad(cube, a), a), a), 3)[0]);
    Node inner = a.times(2);
    Node y = inner.times(inner).plus(a);
    assertEquals(12, at(grad(y, inner), 3)[0]);
    assertEquals(25, at(grad(y, a), 3)[0]);
    assertEquals(0, at(grad(a.times(5), inner), 3)[0]);
    assertEquals(1, at(grad(a, a), 3)[0]);
    // a derivative inside of what is differentiated, stopped and not
    Node slope = grad(cube, a);
    Node stopped = graph.node(Elementwise.STOP_GRADIENT, slope);
    assertEquals(3 * 9 + 18 * 3, at(grad(slope.times(a), a), 3)[0]);
    assertEquals(27, at(grad(stopped.times(a), a), 3)[0]);
  }

  @Test
  void longGraphsTakeLinearTime() {
    Node chain = a;
    for (int i = 0; i < 100_000; i++) {
      chain = i % 2 == 0 ? chain.times(0.999).plus(a) : chain.sin();
    }
    int before = graph.size();
    at(grad(chain, a), 0.3);
    assertEquals(true, graph.size() - before < 20L * before);
  }

  @Test
  void aSumOfManyTermsIsNotDeep() {
    List<Node> terms = new ArrayList<>();
    Node sum = a;
    for (int i = 0; i < 1024; i++) {
      terms.add(a.times(i + 0.5));
    }
    for (Node term : terms) {
      sum = sum.plus(term);
    }
    Node derivative =
        Differentiate.function(
                new Function(
                    "f", List.of(new Function.Output("y", grad(sum, a))), List.of(), List.of()))
            .roots()
            .getFirst();
    int depth = 0;
    for (Node node = derivative; node.op() == Elementwise.ADD; node = node.input(0)) {
      depth++;
    }
    assertEquals(true, depth <= 11, "depth " + depth);
  }

  @Test
  void windowsAndTheirTranspose() {
    Node wide = graph.node(new Movement.Windows(0, Extent.of(2), 1, 1), x);
    assertArrayEquals(new double[] {1, 2, 2, 3}, at(wide, 1, 2, 3));
    assertGradient(new double[] {1, 2, 1}, wide.sum(), 1, 2, 3);
  }
}
