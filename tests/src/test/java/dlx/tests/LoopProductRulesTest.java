package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dlx.graph.Contraction;
import dlx.graph.Enclose;
import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.graph.Indexing;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.graph.Reduction;
import dlx.runtime.DType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What moves before loops and behind them, and products inside. */
class LoopProductRulesTest extends LoopRules {
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
}
