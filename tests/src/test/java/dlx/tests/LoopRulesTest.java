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
import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.graph.Graph;
import dlx.graph.Indexing;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.graph.Reduction;
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
import org.junit.jupiter.api.Test;

/** What each rule about loops leaves of a loop, and that values stay. */
class LoopRulesTest {
  private static final Extent N = Extent.symbol("n");
  private static final Map<String, Long> SIZES = Map.of("n", 5L);

  private final Graph graph = new Graph();
  private final Map<String, Tensor> inputs = new HashMap<>();
  private final Random random = new Random(3);

  private Node input(String name, Extent... shape) {
    return input(name, DType.F64, shape);
  }

  private Node input(String name, DType dtype, Extent... shape) {
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

  private static Extent of(long value) {
    return Extent.of(value);
  }

  /** The simplified function, after its values were compared with those before. */
  private Function simplified(Simplify.Mode mode, Node... roots) {
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

  private Function strict(Node... roots) {
    return simplified(Simplify.Mode.STRICT, roots);
  }

  private Function real(Node... roots) {
    return simplified(Simplify.Mode.REAL, roots);
  }

  private static List<Loop.Region> regions(Function function) {
    List<Loop.Region> regions = new ArrayList<>();
    for (Node node : function.nodes()) {
      if (node.op() instanceof Loop.Region region) {
        regions.add(region);
      }
    }
    return regions;
  }

  private static Loop.Region only(Function function) {
    assertEquals(1, regions(function).size());
    return regions(function).getFirst();
  }

  private static long count(List<Node> nodes, Class<?> op) {
    return nodes.stream().filter(n -> op.isInstance(n.op())).count();
  }

  private static Node product(Node a, Node b) {
    return a.graph().node(new Contraction(List.of(List.of(0), List.of(0, 1)), List.of(1)), a, b);
  }

  private static Node abs(Node x) {
    return x.graph().node(Elementwise.ABS, x);
  }

  // ------------------------------------------------------------------ what goes by itself

  @Test
  void whatNobodyUsesGoesWithAllItNeeds() {
    Enclose loop = new Enclose(graph, N, false);
    Node h = loop.carry(input("h"));
    Node unused = loop.carry(input("k"));
    Node x = loop.element(input("x", N));
    Node y = loop.element(input("y", N));
    Node w = input("w");
    List<Node> results =
        loop.results(List.of(h.times(x), unused.times(w).plus(y)), List.of(unused, h.sin()));
    Function after = strict(results.getFirst());
    assertEquals(1, only(after).carried());
    assertEquals(1, only(after).sequences());
    assertEquals(0, only(after).stacked().size());
    assertEquals(2, after.nodes().stream().filter(n -> n.op() instanceof Leaf).count());
  }

  @Test
  void whatDoesNotChangeMovesOut() {
    Enclose loop = new Enclose(graph, N, false);
    Node h = loop.carry(input("h"));
    Node same = loop.carry(input("c"));
    Node next = h.times(same.sin()).plus(loop.element(input("x", N)));
    List<Node> results = loop.results(List.of(next, same), List.of(same.cos()));
    Function after = strict(results.toArray(Node[]::new));
    assertEquals(1, only(after).carried());
    assertEquals(0, only(after).stacked().size());
    assertTrue(only(after).nodes().stream().noneMatch(n -> n.op().title().equals("sin")));
  }

  @Test
  void equalVariablesAreOne() {
    Enclose loop = new Enclose(graph, N, false);
    Node begin = input("h");
    Node h = loop.carry(begin);
    Node k = loop.carry(begin);
    Node other = loop.carry(begin);
    Node x = loop.element(input("x", N));
    List<Node> results =
        loop.results(List.of(k.times(x), h.times(x), other.times(x).plus(1)), List.of(h.plus(k)));
    assertEquals(2, only(strict(results.toArray(Node[]::new))).carried());
  }

  // ------------------------------------------------------------------ elements

  @Test
  void aComprehensionBecomesPlainKernels() {
    Node a = input("a", N, of(3), of(2));
    Node b = input("b", of(4), N);
    Enclose loop = new Enclose(graph, N, true);
    Node x = loop.element(a);
    Node y = loop.element(b.transpose(List.of(1, 0)));
    List<Node> stacked = new ArrayList<>();
    stacked.add(x.sin());
    stacked.add(x.sum(List.of(1)));
    stacked.add(x.transpose(List.of(1, 0)));
    stacked.add(x.reshape(List.of(of(6))));
    stacked.add(x.slice(0, of(2), -1, of(2)));
    stacked.add(x.broadcast(List.of(of(3), of(5), of(2)), List.of(0, 2)));
    stacked.add(
        graph.node(
            new Movement.Pad(List.of(of(1), of(0)), List.of(of(0), of(2))),
            x,
            graph.node(new Leaf.Constant(3, DType.F64))));
    stacked.add(graph.node(new Movement.Concat(1), x, input("c", of(3), of(1))));
    stacked.add(graph.node(new Movement.Windows(0, of(2), 1, 2), x));
    stacked.add(graph.node(new Movement.Overlap(0, of(6), 2, 1), x));
    stacked.add(
        graph.node(new Contraction(List.of(List.of(0, 1), List.of(2)), List.of(2, 0)), x, y));
    stacked.add(graph.node(new Indexing.Argsort(), y));
    Node ids = input("ids", DType.I32, of(2));
    stacked.add(
        graph.node(new Indexing.Gather(1, true), x, input("one", DType.I32, of(1)).like(1)));
    stacked.add(graph.node(new Indexing.Gather(0, true), y, ids));
    stacked.add(graph.node(new Indexing.ScatterAdd(1, of(3), true), x, ids));
    stacked.add(graph.node(new Indexing.Update(true), y, x.sum(), ids.like(1).sum()));
    stacked.add(x.reduce(Reduction.Kind.MAX, List.of(0, 1)));
    Function after = strict(loop.results(List.of(), stacked).toArray(Node[]::new));
    assertEquals(0, regions(after).size());
  }

  @Test
  void positionsThatChangeAreLookedUpAtOnce() {
    Enclose loop = new Enclose(graph, N, false);
    Node ids = loop.element(input("ids", DType.I32, N, of(2)));
    Node table = input("table", of(4), of(3), of(2));
    Node picked = graph.node(new Indexing.Gather(1, true), table, ids);
    assertEquals(0, regions(strict(loop.results(List.of(), List.of(picked)).getFirst())).size());
  }

  @Test
  void aProductWrittenAsSumsIsOneContraction() {
    Extent m = of(3);
    Node a = input("a", of(2), N);
    Node b = input("b", N, m);
    Enclose rows = new Enclose(graph, of(2), false);
    Node row = rows.element(a);
    Enclose columns = new Enclose(graph, m, false);
    Node column = columns.element(b.transpose(List.of(1, 0)));
    Enclose terms = new Enclose(graph, N, false);
    Node term = terms.element(row).times(terms.element(column));
    Node sum = terms.results(List.of(), List.of(term)).getFirst().sum();
    Node inner = columns.results(List.of(), List.of(sum)).getFirst();
    Function after = real(rows.results(List.of(), List.of(inner)).getFirst());
    assertEquals(0, regions(after).size());
    assertEquals(1, count(after.nodes(), Contraction.class));
    assertEquals(3, after.nodes().size(), "two inputs and a product");
  }

  @Test
  void aLoopInsideOfAComprehensionIsOneLoop() {
    Enclose outer = new Enclose(graph, of(3), false);
    Node row = outer.element(input("a", of(3), N));
    Node scale = outer.element(input("s", of(3)));
    Enclose inner = new Enclose(graph, N, false);
    Node h = inner.carry(scale.like(1));
    Node next = h.times(scale).plus(inner.element(row)).sin();
    List<Node> made = inner.results(List.of(next), List.of(h));
    Function after = strict(outer.results(List.of(), made).toArray(Node[]::new));
    assertEquals("n", only(after).turns().toString());
  }

  @Test
  void productsOfElementsMoveOutAndTheRestStays() {
    Enclose loop = new Enclose(graph, N, false);
    Node h = loop.carry(input("h", of(4)));
    Node x = loop.element(input("x", N, of(3)));
    Node next = product(x.sin(), input("w", of(3), of(4))).plus(h).tanh();
    Function after = strict(loop.results(List.of(next), List.of()).getFirst());
    assertEquals(0, count(only(after).nodes(), Contraction.class));
    assertEquals(1, count(after.nodes(), Contraction.class));
  }

  @Test
  void aProductOfBothIsTwo() {
    Enclose loop = new Enclose(graph, N, false);
    Node h = loop.carry(input("h", of(4)));
    Node x = loop.element(input("x", N, of(3)));
    Node both = graph.node(new Movement.Concat(0), x, h);
    Node next = product(both, input("w", of(7), of(4))).tanh();
    Node last = loop.results(List.of(next), List.of()).getFirst();
    Function after = real(last);
    assertEquals(1, count(only(after).nodes(), Contraction.class));
    assertEquals(0, count(only(after).nodes(), Movement.Concat.class));
    assertEquals(1, count(after.nodes(), Contraction.class));
    assertEquals(1, count(only(strict(last)).nodes(), Movement.Concat.class));
  }

  // ------------------------------------------------------------------ behind

  @Test
  void aSumOfProductsIsOneProductBehind() {
    Enclose loop = new Enclose(graph, N, false);
    Node h = loop.carry(input("h", of(4)));
    Node dw = loop.carry(input("dw", of(3), of(4)));
    Node x = loop.element(input("x", N, of(3)));
    Node next = h.sin();
    Node outer =
        graph.node(new Contraction(List.of(List.of(0), List.of(1)), List.of(0, 1)), x, next);
    Node sum = loop.results(List.of(next, dw.plus(outer)), List.of()).get(1);
    Function after = real(sum);
    assertEquals(1, only(after).carried());
    assertEquals(1, only(after).stacked().size());
    assertEquals(1, count(after.nodes(), Contraction.class));
    assertEquals(2, only(strict(sum)).carried(), "the order of a sum is kept");
  }

  /** Of the derivative of a table in which every turn looks up something else. */
  @Test
  void whatIsAddedUpAtOtherPositionsEveryTurnIsAddedUpBehind() {
    for (int axis = 0; axis < 3; axis++) {
      Enclose loop = new Enclose(graph, N, false);
      List<Extent> shape = new ArrayList<>(List.of(of(4), of(5)));
      shape.add(axis, of(2));
      Node h = loop.carry(input("h" + axis, shape.toArray(Extent[]::new)));
      shape.set(axis, of(3));
      Node table = loop.carry(input("table" + axis, shape.toArray(Extent[]::new)));
      Node ids = loop.element(input("ids" + axis, DType.I32, N, of(2)));
      Node next = h.sin();
      Node term = graph.node(new Indexing.ScatterAdd(axis, of(3), true), next, ids);
      Node last = loop.results(List.of(next, table.plus(term)), List.of()).get(1);
      Function after = real(last);
      assertEquals(1, only(after).carried());
      assertEquals(0, count(only(after).nodes(), Indexing.ScatterAdd.class));
      assertEquals(1, count(after.nodes(), Indexing.ScatterAdd.class));
      assertEquals(2, only(strict(last)).carried(), "the order of a sum is kept");
    }
  }

  @Test
  void aSumThatWouldNeedMoreMemoryStays() {
    Enclose loop = new Enclose(graph, N, false);
    Node h = loop.carry(input("h", of(40)));
    Node s = loop.carry(input("s"));
    Node next = h.sin();
    Node square = graph.node(new Contraction(List.of(List.of(0), List.of(0)), List.of()), next, h);
    Node sum = loop.results(List.of(next, s.plus(square)), List.of()).get(1);
    assertEquals(0, only(real(sum)).stacked().size());
  }

  @Test
  void aProductOfWhatIsStackedIsOneProductBehind() {
    Enclose loop = new Enclose(graph, N, false);
    Node h = loop.carry(input("h", of(4)));
    Node next = h.sin();
    Node y = product(next, input("w", of(4), of(6))).plus(1).tanh();
    Function after = strict(loop.results(List.of(next), List.of(y)).get(1));
    assertEquals(0, count(only(after).nodes(), Contraction.class));
    assertEquals(
        "f64[n, 4]",
        after.nodes().stream()
            .filter(n -> n.op() instanceof Loop.Result)
            .findFirst()
            .get()
            .type()
            .toString());
  }

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

  // ------------------------------------------------------------------ products inside

  @Test
  void gatesAreOneProduct() {
    Enclose loop = new Enclose(graph, N, false);
    Node h = loop.carry(input("h", of(4)));
    Node a = product(h, input("a", of(4), of(4))).sigmoid();
    Node b = product(h, input("b", of(4), of(4))).tanh();
    Node last = loop.results(List.of(a.times(b)), List.of()).getFirst();
    Function after = strict(last);
    assertEquals(1, count(only(after).nodes(), Contraction.class));
    assertEquals(1, count(after.nodes(), Movement.Concat.class), "of the matrices, outside");
  }

  @Test
  void ofAProductOnlyThePartThatIsUsed() {
    Enclose loop = new Enclose(graph, N, false);
    Node h = loop.carry(input("h", of(4)));
    Node both = product(h, input("w", of(4), of(9)));
    Node last = loop.results(List.of(both.slice(0, of(5), 1, of(4))), List.of()).getFirst();
    Function after = strict(last);
    Node product =
        only(after).nodes().stream().filter(n -> n.op() instanceof Contraction).findFirst().get();
    assertEquals("f64[4]", product.type().toString());
    assertEquals(0, count(only(after).nodes(), Movement.Slice.class));
  }

  // ------------------------------------------------------------------ turns

  @Test
  void fewTurnsAreNoLoop() {
    for (int turns : new int[] {0, 1}) {
      Enclose loop = new Enclose(graph, of(turns), false);
      Node h = loop.carry(input("h" + turns, of(2)));
      Node next = h.times(loop.element(input("x" + turns, of(turns), of(2)))).sin();
      List<Node> results = loop.results(List.of(next), List.of(next, h));
      assertEquals(0, regions(strict(results.toArray(Node[]::new))).size());
    }
  }

  @Test
  void theLastElementOfAStackIsTheLastValue() {
    for (boolean descending : new boolean[] {false, true}) {
      Enclose loop = new Enclose(graph, N, descending);
      Node h = loop.carry(input("h" + descending, of(2)));
      Node next = h.times(loop.element(input("x" + descending, N, of(2)))).sin();
      Node stack = loop.results(List.of(next), List.of(next)).get(1);
      Node last = stack.slice(0, descending ? of(0) : N.plus(-1), 1, of(1));
      assertEquals(0, only(strict(last)).stacked().size());
      Node first = stack.slice(0, descending ? N.plus(-1) : of(0), 1, of(1));
      assertEquals(1, only(strict(first)).stacked().size());
    }
  }

  // ------------------------------------------------------------------ two loops

  private List<Node> recurrence(Node sequence, String name, boolean descending) {
    Enclose loop = new Enclose(graph, N, descending);
    Node h = loop.carry(input(name));
    Node next = h.times(loop.element(sequence)).sin();
    return loop.results(List.of(next), List.of(next));
  }

  @Test
  void loopsThatNeedNothingOfEachOtherAreOne() {
    Node x = input("x", N);
    Node y = recurrence(x, "a", false).getFirst();
    Node z = recurrence(x, "b", false).get(1);
    Loop.Region both = only(strict(y, z));
    assertEquals(2, both.carried());
    assertEquals(1, both.sequences());
    assertEquals(1, both.stacked().size());
    assertEquals(2, regions(strict(y, recurrence(x, "c", true).getFirst())).size());
  }

  @Test
  void whatNeedsElementsOfTheSameTurnIsOneLoopWithThem() {
    Node first = recurrence(input("x", N), "a", false).get(1);
    Loop.Region both = only(strict(recurrence(first, "b", false).getFirst()));
    assertEquals(0, both.stacked().size());
    Node shifted = first.slice(0, N.plus(-1), -1, N);
    assertEquals(2, regions(strict(recurrence(shifted, "c", false).getFirst())).size());
  }

  @Test
  void whatNeedsALoopThatNeedsTheOtherStaysApart() {
    List<Node> first = recurrence(input("x", N), "a", false);
    Node between = recurrence(first.get(1), "b", true).get(1);
    Node last = recurrence(between, "c", false).getFirst();
    assertEquals(3, regions(strict(first.getFirst(), last)).size());
  }

  // ------------------------------------------------------------------ bodies

  @Test
  void tablesOfRulesWorkInBodies() {
    Enclose loop = new Enclose(graph, N, false);
    Node h = loop.carry(input("h"));
    Node x = loop.element(input("x", N));
    Node next = h.plus(x.exp().log()).plus(0).sin();
    Function after = real(loop.results(List.of(next), List.of()).getFirst());
    assertEquals(4, only(after).nodes().size(), "two arguments, a sum and a sine");
  }

  @Test
  void whatIsKnownPassesFromTurnToTurn() {
    Enclose loop = new Enclose(graph, N, false);
    Node h = loop.carry(abs(input("h")));
    Node x = loop.element(input("x", N).exp());
    Node next = abs(h.times(x)).sqrt();
    Function after = real(loop.results(List.of(next), List.of()).getFirst());
    assertTrue(only(after).nodes().stream().noneMatch(n -> n.op().title().equals("abs")));
    Enclose other = new Enclose(graph, N, false);
    Node k = other.carry(abs(input("k")));
    Node y = other.element(input("y", N));
    Function kept = real(other.results(List.of(abs(k.times(y)).minus(y)), List.of()).getFirst());
    assertFalse(only(kept).nodes().stream().noneMatch(n -> n.op().title().equals("abs")));
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
