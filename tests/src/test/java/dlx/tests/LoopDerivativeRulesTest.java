package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.differentiate.Differentiate;
import dlx.graph.Contraction;
import dlx.graph.Derivative;
import dlx.graph.Elementwise;
import dlx.graph.Enclose;
import dlx.graph.Evaluate;
import dlx.graph.Function;
import dlx.graph.Indexing;
import dlx.graph.Loop;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.graph.Verify;
import dlx.runtime.DType;
import dlx.simplify.Simplify;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Loops before and after derivatives are taken. */
class LoopDerivativeRulesTest extends LoopRules {
  // ------------------------------------------------------------------ before derivatives

  private Function recognized(Node... roots) {
    List<Function.Output> outputs = new ArrayList<>();
    for (Node root : roots) {
      outputs.add(new Function.Output("y" + outputs.size(), root));
    }
    Function plain = new Function("f", outputs, List.of(), List.of());
    Function before = Differentiate.function(plain);
    Function after =
        Simplify.function(
            Differentiate.function(Simplify.forms(plain, Simplify.Mode.REAL)), Simplify.Mode.REAL);
    Verify.function(after);
    Evaluate evaluate = new Evaluate(SIZES, inputs, Map.of(), 0, 0);
    for (int i = 0; i < roots.length; i++) {
      // sums in another order: errors of a few roundings of numbers of size 10
      assertArrayEquals(
          evaluate.values(before.roots().get(i)), evaluate.values(after.roots().get(i)), 1e-12);
    }
    return after;
  }

  private static Node slope(Node y, Node x) {
    return y.graph().node(new Derivative(), y, x);
  }

  /** h <- tanh(table[ids[t]] @ u + h @ w), with positions of two texts. */
  private Node lookup(Node table, Node u, Node w) {
    Contraction matmul = new Contraction(List.of(List.of(0, 1), List.of(1, 2)), List.of(0, 2));
    Enclose loop = new Enclose(graph, N, false);
    Node h = loop.carry(input("h", of(2), of(4)));
    Node ids = loop.element(input("ids", DType.I32, N, of(2)));
    Node x = graph.node(new Indexing.Gather(0, true), table, ids);
    Node sum = graph.node(matmul, x, u).plus(graph.node(matmul, h, w));
    return loop.results(List.of(sum.tanh()), List.of(sum.tanh())).get(1).sin().sum();
  }

  @Test
  void ofWhatIsLookedUpTheProductAndItsDerivativesAreThoseOfTheTable() {
    Node table = input("table", of(3), of(5));
    Node u = input("u", of(5), of(4));
    Node w = input("w", of(4), of(4));
    Node loss = lookup(table, u, w);
    Function after = recognized(loss, slope(loss, table), slope(loss, u), slope(loss, w));
    for (Loop.Region region : regions(after)) {
      assertEquals(1, count(region.nodes(), Contraction.class));
      assertEquals(0, count(region.nodes(), Indexing.ScatterAdd.class));
    }
    assertEquals(1, count(regions(after).getFirst().nodes(), Indexing.Gather.class));
    assertEquals(0, count(after.nodes(), Indexing.Gather.class), "nothing of all turns");
    assertEquals(1, count(after.nodes(), Indexing.ScatterAdd.class));
    for (Node node : after.nodes()) {
      boolean ofTable = node.op() instanceof Contraction && node.inputs().contains(u);
      assertTrue(!ofTable || node.type().rank() == 2, node::toString);
    }
  }

  /** z is not what the loop computes, though it is the same number: its slope is 0. */
  @Test
  void aDerivativeByWhatALoopWouldComputeOutsideStays() {
    Node x = input("x", N, of(3));
    Node w = input("w", of(3), of(4));
    Node z =
        graph.node(new Contraction(List.of(List.of(0, 1), List.of(1, 2)), List.of(0, 2)), x, w);
    Enclose loop = new Enclose(graph, N, false);
    Node h = loop.carry(input("h", of(4)));
    Node next = product(loop.element(x), w).plus(h).tanh();
    Node loss = loop.results(List.of(next), List.of()).getFirst().sum();
    Node slope = recognized(slope(loss, z), z).roots().getFirst();
    assertTrue(slope.isAll(0), slope::toString);
  }

  // ------------------------------------------------------------------ gradients

  /** One product and one fused pass in a turn; the gradients of weights are products behind. */
  @Test
  void theGradientOfAnLstmHasOneProductInATurn() {
    Cells cells = new Cells(7, true);
    Node loss = cells.loss(cells.lstm());
    List<Function.Output> outputs = new ArrayList<>();
    for (Node leaf : cells.leaves) {
      Node slope = loss.graph().node(new Derivative(), loss, leaf);
      outputs.add(new Function.Output("d" + outputs.size(), slope));
    }
    Function before = Differentiate.function(new Function("f", outputs, List.of(), List.of()));
    Function after = Simplify.function(before, Simplify.Mode.REAL);
    Evaluate evaluate = cells.evaluate();
    for (int i = 0; i < outputs.size(); i++) {
      assertArrayEquals(
          evaluate.values(before.roots().get(i)), evaluate.values(after.roots().get(i)), 1e-12);
    }
    List<Loop.Region> regions = regions(after);
    assertEquals(2, regions.size());
    assertEquals(1, count(regions.getFirst().nodes(), Contraction.class));
    assertEquals(2, regions.getFirst().carried());
    assertEquals(2, regions.get(1).carried(), "no sums of weights");
    assertEquals(4, regions.get(1).stacked().size(), "the slopes of the gates");
  }

  /**
   * Of a gradient of a gradient: no zero is added, and nothing is cut out of what was put around.
   */
  @Test
  void aGradientOfAGradientLeavesNothingUseless() {
    Cells cells = new Cells(7, true);
    Node loss = cells.loss(cells.gru());
    Node w = cells.leaves.stream().filter(n -> n.op().title().equals("whz")).findFirst().get();
    Node v = cells.matrix("v", Cells.HIDDEN, Cells.HIDDEN);
    Node slope = loss.graph().node(new Derivative(), loss, w);
    Node product = loss.graph().node(new Derivative(), slope.times(v).sum(), w);
    Function before =
        Differentiate.function(
            new Function("f", List.of(new Function.Output("hv", product)), List.of(), List.of()));
    Function after = Simplify.function(before, Simplify.Mode.REAL);
    Evaluate evaluate = cells.evaluate();
    assertArrayEquals(
        evaluate.values(before.roots().getFirst()),
        evaluate.values(after.roots().getFirst()),
        1e-10);
    List<Node> nodes = new ArrayList<>(after.nodes());
    regions(after).forEach(r -> nodes.addAll(r.nodes()));
    for (Node node : nodes) {
      assertFalse(node.op() instanceof Movement.Pad, "a pad: " + node);
      boolean sum = node.op() == Elementwise.ADD || node.op() == Elementwise.MULTIPLY;
      assertFalse(sum && node.inputs().stream().anyMatch(n -> n.isAll(0)), "a zero: " + node);
    }
    assertTrue(regions(after).size() <= 4, regions(after).size() + " loops");
  }
}
