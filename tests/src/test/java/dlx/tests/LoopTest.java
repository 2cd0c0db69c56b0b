package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dlx.graph.Derivative;
import dlx.graph.Enclose;
import dlx.graph.Evaluate;
import dlx.graph.Extent;
import dlx.graph.Formula;
import dlx.graph.Function;
import dlx.graph.Graph;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Node;
import dlx.graph.Print;
import dlx.graph.Type;
import dlx.graph.Verify;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Loops as nodes of the graph. */
class LoopTest {
  private static final Extent N = Extent.symbol("n");

  private final Graph graph = new Graph();
  private final Node x = graph.node(new Leaf.Input("x", new Type(DType.F64, List.of(N))));
  private final Node a = graph.node(new Leaf.Input("a", Type.scalar(DType.F64)));

  /** h = a * h + x[t] with the h of every turn. */
  private List<Node> recurrence(boolean descending) {
    Enclose loop = new Enclose(graph, N, descending);
    Node h = loop.carry(a.like(1));
    Node next = a.times(h).plus(loop.element(x));
    return loop.results(List.of(next), List.of(next));
  }

  private static Evaluate evaluate(double... x) {
    return new Evaluate(
        Map.of("n", (long) x.length),
        Map.of("x", Tensor.of(x, x.length), "a", Tensor.of(new double[] {2})),
        Map.of(),
        0,
        0);
  }

  private static Function function(List<Node> roots) {
    return new Function(
        "f",
        List.of(
            new Function.Output("last", roots.get(0)), new Function.Output("all", roots.get(1))),
        List.of(),
        List.of());
  }

  @Test
  void carriesAndStacks() {
    List<Node> results = recurrence(false);
    Verify.function(function(results));
    assertEquals("f64[n]", results.get(1).type().toString());
    Evaluate evaluate = evaluate(1, 10, 100);
    assertArrayEquals(new double[] {132}, evaluate.values(results.get(0)));
    assertArrayEquals(new double[] {3, 16, 132}, evaluate.values(results.get(1)));
  }

  @Test
  void backwardsStacksInTheOrderOfTheSequences() {
    Evaluate evaluate = evaluate(1, 10, 100);
    List<Node> results = recurrence(true);
    assertArrayEquals(new double[] {429}, evaluate.values(results.get(0)));
    assertArrayEquals(new double[] {429, 214, 102}, evaluate.values(results.get(1)));
  }

  @Test
  void noTurnGivesTheInitialValueAndAnEmptyStack() {
    Evaluate evaluate = evaluate();
    List<Node> results = recurrence(false);
    assertArrayEquals(new double[] {1}, evaluate.values(results.get(0)));
    assertArrayEquals(new double[0], evaluate.values(results.get(1)));
  }

  @Test
  void equalLoopsAreOneNode() {
    assertSame(recurrence(false).getFirst(), recurrence(false).getFirst());
  }

  @Test
  void anInnerLoopTakesWhatTheOuterOneChanges() {
    Enclose outer = new Enclose(graph, N, false);
    Node s = outer.carry(a.like(0));
    Node element = outer.element(x);
    Enclose inner = new Enclose(graph, N, false);
    Node p = inner.carry(s);
    Node sum =
        inner.results(List.of(p.plus(element.times(inner.element(x)))), List.of()).getFirst();
    List<Node> results = outer.results(List.of(sum), List.of(element));
    Verify.function(function(results));
    // sum over i, j of x[i] * x[j]
    assertArrayEquals(new double[] {12321}, evaluate(1, 10, 100).values(results.getFirst()));
  }

  @Test
  void aDerivativeInsideHasItsPathsInside() {
    Node y = a.times(a);
    Enclose loop = new Enclose(graph, N, false);
    Node z = y.times(loop.element(x));
    Node slope = graph.node(new Derivative(), z, a);
    Node stacked = loop.results(List.of(), List.of(slope)).getFirst();
    Loop.Region region = (Loop.Region) stacked.input(0).op();
    assertEquals(List.of("x", "a"), titles(stacked.input(0)), "a * a is computed inside");
    assertEquals(1, region.nodes().stream().filter(n -> n.op() == y.op() && isSquare(n)).count());
  }

  private static boolean isSquare(Node node) {
    return node.input(0) == node.input(1);
  }

  private static List<String> titles(Node loop) {
    return loop.inputs().stream().map(n -> n.op().title()).toList();
  }

  @Test
  void aCarriedVariableKeepsItsType() {
    Enclose loop = new Enclose(graph, N, false);
    loop.carry(a);
    assertThrows(IllegalArgumentException.class, () -> loop.results(List.of(x), List.of()));
  }

  // ------------------------------------------------------------------ as text

  @Test
  void asTextOfTheLanguage() {
    List<Node> results = recurrence(false);
    assertEquals(
        "for t in n with h1: f64 = 1 { h1 <- a * h1 + x[t] }",
        Formula.text(results.getFirst(), Map.of()));
    assertEquals(
        "for t in n with h1: f64 = 1 { h1 <- a * h1 + x[t]; h1 }",
        Formula.text(results.get(1), Map.of()));
    assertEquals(
        """
        (t1, t2) = for t in n with h1: f64 = 1 { h1 <- a * h1 + x[t]; (last(h1), h1) }
        t1 * sum(t2)\
        """,
        Formula.text(results.getFirst().times(results.get(1).sum()), Map.of()));
    assertEquals(
        "reverse(for t in n with h1: f64 = 1 { h1 <- a * h1 + x[-1 - t]; h1 })",
        Formula.text(recurrence(true).get(1), Map.of()));
  }

  @Test
  void whatIsStackedBeforeTheVariablesChangeHasAName() {
    Enclose loop = new Enclose(graph, N, false);
    Node h = loop.carry(a);
    Node k = loop.carry(a.like(2));
    Node e = loop.element(x);
    Node sum = h.plus(k).times(e).sin().times(a.exp().plus(e));
    List<Node> results = loop.results(List.of(k.times(sum), sum), List.of(h.cos()));
    assertEquals(
        """
        t1: f64 = exp(a)
        for t in n with h1: f64 = a, h2: f64 = 2 {
          t2 = sin((h1 + h2) * x[t]) * (t1 + x[t])
          s1 = cos(h1)
          (h1, h2) <- (h2 * t2, t2)
          s1
        }\
        """,
        Formula.text(results.get(2), Map.of()));
  }

  @Test
  void anInnerLoopAsText() {
    Enclose outer = new Enclose(graph, N, false);
    Node element = outer.element(x);
    Enclose inner = new Enclose(graph, Extent.of(3), false);
    Node p = inner.carry(element);
    Node power = inner.results(List.of(p.times(element)), List.of()).getFirst();
    Node all = outer.results(List.of(), List.of(power)).getFirst();
    assertEquals(
        "for t in n { for u in 3 with k1: f64 = x[t] { k1 <- k1 * x[t] } }",
        Formula.text(all, Map.of()).replace("h1", "k1"));
  }

  @Test
  void asADumpADrawingAndData() {
    Function function = function(recurrence(false));
    String text = Print.text(function);
    assertEquals(true, text.contains("\n  %"), text);
    assertEquals(true, text.contains(" = element of %0: f64\n"), text);
    assertEquals(true, text.contains("result 1 stacks %"), text);
    String dot = Print.dot(function);
    assertEquals(true, dot.contains("subgraph \"cluster n"), dot);
    String json = Print.json(function);
    assertEquals(true, json.contains("\"carried\": 1, \"sequences\": 1, \"body\": {"), json);
  }
}
