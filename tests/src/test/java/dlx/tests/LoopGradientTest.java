package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.differentiate.Differentiate;
import dlx.graph.Derivative;
import dlx.graph.Elementwise;
import dlx.graph.Enclose;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Derivatives through loops: recurrent cells, what a loop leaves, and where there is a choice. */
class LoopGradientTest {
  private static final Extent N = Extent.symbol("n");

  private final Graph graph = new Graph();
  private final Node x = graph.node(new Leaf.Input("x", new Type(DType.F64, List.of(N))));
  private final Node a = graph.node(new Leaf.Input("a", Type.scalar(DType.F64)));

  private Node grad(Node y, Node by) {
    return y.graph().node(new Derivative(), y, by);
  }

  private static Function worked(List<Node> roots) {
    List<Function.Output> outputs = new ArrayList<>();
    roots.forEach(r -> outputs.add(new Function.Output("y" + outputs.size(), r)));
    Function function = new Function("f", outputs, List.of(), List.of());
    Verify.withDerivatives(function);
    Function worked = Differentiate.function(function);
    Verify.function(worked);
    return worked;
  }

  private double[] at(Node node, double number, double... sequence) {
    Map<String, Tensor> inputs =
        Map.of("x", Tensor.of(sequence, sequence.length), "a", Tensor.scalar(number));
    return new Evaluate(Map.of("n", (long) sequence.length), inputs, Map.of(), 0, 0)
        .values(worked(List.of(node)).roots().getFirst());
  }

  // ------------------------------------------------------------------ cells

  @ParameterizedTest
  @CsvSource({
    "lstm, 1, true",
    "lstm, 2, false",
    "lstm, 7, true",
    "lstm, 50, true",
    "gru, 1, false",
    "gru, 2, true",
    "gru, 7, false",
    "gru, 50, true"
  })
  void aCellAgainstDifferences(String cell, int turns, boolean symbolic) {
    Cells cells = new Cells(turns, symbolic);
    Node loss = cells.loss(cell.equals("lstm") ? cells.lstm() : cells.gru());
    List<Node> slopes = worked(cells.leaves.stream().map(n -> grad(loss, n)).toList()).roots();
    for (int k = 0; k < slopes.size(); k++) {
      String name = ((Leaf.Input) cells.leaves.get(k).op()).name();
      double[] found = cells.evaluate().values(slopes.get(k));
      for (int i = 0; i < Math.min(found.length, 5); i++) {
        double expected = richardson(cells, loss, name, i);
        assertEquals(expected, found[i], 1e-9 * (1 + Math.abs(expected)), name + " " + i);
      }
    }
  }

  /**
   * Central differences with steps h, h/2, h/4, h/8, extrapolated: the error is of order h^8, here
   * below 1e-11, and that of rounding about 1e-16 / h times the loss.
   */
  private static double richardson(Cells cells, Node loss, String name, int index) {
    double[] row = new double[4];
    for (int i = 0; i < row.length; i++) {
      row[i] = difference(cells, loss, name, index, 0.02 / (1 << i));
    }
    for (int order = 1; order < row.length; order++) {
      double factor = Math.pow(4, order);
      for (int i = row.length - 1; i >= order; i--) {
        row[i] = (factor * row[i] - row[i - 1]) / (factor - 1);
      }
    }
    return row[row.length - 1];
  }

  private static double difference(Cells cells, Node loss, String name, int index, double step) {
    Tensor tensor = cells.inputs.get(name);
    double at = tensor.get(index);
    tensor.set(index, at + step);
    double above = cells.evaluate().values(loss)[0];
    tensor.set(index, at - step);
    double below = cells.evaluate().values(loss)[0];
    tensor.set(index, at);
    return (above - below) / (2 * step);
  }

  @Test
  void theHessianTimesAVectorIsTheDifferenceOfGradients() {
    Cells cells = new Cells(3, true);
    Node loss = cells.loss(cells.gru());
    Node w = cells.leaves.stream().filter(n -> n.op().title().equals("whz")).findFirst().get();
    Node v = cells.matrix("v", Cells.HIDDEN, Cells.HIDDEN);
    Node slope = grad(loss, w);
    List<Node> made = worked(List.of(slope, grad(slope.times(v).sum(), w))).roots();
    double[] product = cells.evaluate().values(made.get(1));
    Tensor weights = cells.inputs.get("whz");
    Tensor along = cells.inputs.get("v");
    Tensor before = weights.copy();
    double step = 1e-5;
    double[][] slopes = new double[2][];
    for (int side = 0; side < 2; side++) {
      for (int i = 0; i < weights.size(); i++) {
        weights.set(i, before.get(i) + (side == 0 ? step : -step) * along.get(i));
      }
      slopes[side] = cells.evaluate().values(made.getFirst());
    }
    for (int i = 0; i < product.length; i++) {
      // the error of the difference is of order step^2
      assertEquals((slopes[0][i] - slopes[1][i]) / (2 * step), product[i], 1e-8);
    }
  }

  // ------------------------------------------------------------------ what a loop leaves

  private static List<Loop.Region> regions(Function function) {
    List<Loop.Region> regions = new ArrayList<>();
    for (Node node : function.nodes()) {
      if (node.op() instanceof Loop.Region region) {
        regions.add(region);
      }
    }
    return regions;
  }

  /** Gates, both states before, and the tanh of the cell: seven arrays, and the output. */
  @Test
  void anLstmLeavesEightArraysOfItsSize() {
    Cells cells = new Cells(7, true);
    Node loss = cells.loss(cells.lstm());
    List<Node> roots = new ArrayList<>(List.of(loss));
    cells.leaves.forEach(n -> roots.add(grad(loss, n)));
    List<Loop.Region> regions = regions(worked(roots));
    assertEquals(2, regions.size(), "one loop forwards and one backwards");
    assertEquals(8, regions.getFirst().stacked().size());
    assertTrue(regions.get(1).descending());
  }

  @Test
  void aLinearRecurrenceLeavesNothingForItsInputs() {
    Enclose loop = new Enclose(graph, N, false);
    Node h = loop.carry(a.like(0));
    Node last = loop.results(List.of(h.times(0.5).plus(loop.element(x))), List.of()).getFirst();
    List<Loop.Region> regions = regions(worked(List.of(last, grad(last, x))));
    assertEquals(0, regions.getFirst().stacked().size());
    assertArrayEquals(new double[] {0.25, 0.5, 1}, at(grad(last, x), 0, 1, 2, 3));
  }

  @Test
  void tanhNeedsItsValueOnly() {
    Enclose loop = new Enclose(graph, N, false);
    Node h = loop.carry(a);
    Node next = h.times(3).plus(loop.element(x)).tanh();
    Node all = loop.results(List.of(next), List.of(next)).get(1).sum();
    List<Loop.Region> regions = regions(worked(List.of(all, grad(all, a))));
    assertEquals(1, regions.getFirst().stacked().size(), "what is stacked anyway");
  }

  @Test
  void derivativesOfDifferentResultsShareTheLoopForwards() {
    Enclose loop = new Enclose(graph, N, false);
    Node h = loop.carry(a);
    Node next = h.times(loop.element(x)).sin();
    List<Node> results = loop.results(List.of(next), List.of(next));
    Node last = results.getFirst();
    Node all = results.get(1).sum();
    List<Node> roots = List.of(last, all, grad(last, a), grad(all, x));
    List<Loop.Region> regions = regions(worked(roots));
    assertEquals(1, regions.stream().filter(r -> !r.descending()).count());
  }

  // ------------------------------------------------------------------ turns and inputs

  @Test
  void withoutATurnTheAdjointPasses() {
    Enclose loop = new Enclose(graph, N, false);
    Node h = loop.carry(a);
    Node last = loop.results(List.of(h.times(loop.element(x))), List.of()).getFirst();
    Node y = last.times(last);
    assertArrayEquals(new double[] {6}, at(grad(y, a), 3));
    assertArrayEquals(new double[0], at(grad(y, x), 3));
    assertArrayEquals(new double[] {2 * 3 * 4 * 25}, at(grad(y, a), 3, 2, 5));
    assertArrayEquals(new double[] {2}, at(grad(grad(y, a), a), 3));
  }

  @Test
  void oneNodeMayEnterInThreeWays() {
    Node twice = x.times(2);
    Enclose loop = new Enclose(graph, N, true);
    Node h = loop.carry(twice);
    Node element = loop.element(twice);
    Node next = h.times(element.fill(List.of(N))).plus(twice);
    Node y = loop.results(List.of(next), List.of()).getFirst().sum();
    double[] at = {0.5, -0.3};
    double[] slope = at(grad(y, x), 0, at);
    for (int i = 0; i < 2; i++) {
      double[] above = at.clone();
      double[] below = at.clone();
      above[i] += 1e-5;
      below[i] -= 1e-5;
      // the error of the difference is of order step^2
      assertEquals((at(y, 0, above)[0] - at(y, 0, below)[0]) / 2e-5, slope[i], 1e-8);
    }
  }

  @Test
  void wholeNumbersHaveNone() {
    Enclose loop = new Enclose(graph, N, false);
    Node count = loop.carry(graph.node(new Leaf.Constant(0, DType.I32)));
    Node h = loop.carry(a);
    Node next = h.times(count.convert(DType.F64)).plus(loop.element(x));
    Node last = loop.results(List.of(count.plus(1), next), List.of()).get(1);
    // ((a * 0 + x0) * 1 + x1) * 2 + x2
    assertArrayEquals(new double[] {2, 2, 1}, at(grad(last, x), 1, 7, 8, 9));
    assertArrayEquals(new double[] {0}, at(grad(last, a), 1, 7, 8, 9));
  }

  // ------------------------------------------------------------------ derivatives inside

  @Test
  void aDerivativeInsideIsTakenBeforeThatOfTheLoop() {
    Node square = a.times(a);
    Enclose loop = new Enclose(graph, N, false);
    Node element = loop.element(x);
    Node z = square.times(element).times(element);
    Node slopes = loop.results(List.of(), List.of(grad(z, a), grad(z, element))).getFirst();
    assertArrayEquals(new double[] {6, 24}, at(slopes, 3, 1, 2));
    // d/da of sum 2 a x^2
    assertArrayEquals(new double[] {10}, at(grad(slopes.sum(), a), 3, 1, 2));
  }

  @Test
  void stopGradientInside() {
    Enclose loop = new Enclose(graph, N, false);
    Node h = loop.carry(a);
    Node stopped = graph.node(Elementwise.STOP_GRADIENT, h.times(2));
    Node last = loop.results(List.of(stopped.plus(loop.element(x))), List.of()).getFirst();
    assertArrayEquals(new double[] {0}, at(grad(last, a), 3, 1, 2));
    assertArrayEquals(new double[] {0, 1}, at(grad(last, x), 3, 1, 2));
    assertArrayEquals(new double[] {1}, at(grad(last, a), 3));
  }

  // ------------------------------------------------------------------ choices

  private Node positive(Node value) {
    return value.like(0).less(value);
  }

  @Test
  void theSideNotTakenAddsNothingInside() {
    Enclose loop = new Enclose(graph, N, false);
    Node h = loop.carry(a);
    Node e = loop.element(x);
    Node next = h.plus(positive(e).where(e.sqrt().log(), e.like(0)));
    Node last = loop.results(List.of(next), List.of()).getFirst();
    assertArrayEquals(new double[] {0, 0.5, 0}, at(grad(last, x), 1, 0, 1, -1));
  }

  @Test
  void aChoiceOfWhatWasStackedIsOneInside() {
    Enclose loop = new Enclose(graph, N, false);
    Node root = loop.results(List.of(), List.of(loop.element(x).sqrt())).getFirst();
    Node y = positive(x).where(root, root.like(0)).sum();
    assertArrayEquals(new double[] {0, 0.5}, at(grad(y, x), 1, 0, 1));
  }

  @Test
  void aChoiceOfTheLastValueIsOneInside() {
    Enclose loop = new Enclose(graph, N, false);
    Node h = loop.carry(x);
    Node last = loop.results(List.of(h.sqrt()), List.of()).getFirst();
    Node y = positive(x).where(last, last.like(0)).sum();
    assertArrayEquals(new double[] {0, 0.25}, at(grad(y, x), 1, 0, 1));
  }

  @Test
  void aChoiceMadeInsideIsOneOutside() {
    Node root = x.sqrt();
    Enclose loop = new Enclose(graph, N, false);
    Node e = loop.element(root);
    Node y =
        loop.results(List.of(), List.of(positive(e).where(e.times(3), e.like(0)))).getFirst().sum();
    assertArrayEquals(new double[] {0, 1.5}, at(grad(y, x), 1, 0, 1));
  }
}
