package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.graph.Enclose;
import dlx.graph.Function;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Node;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What goes from loops by itself, few turns, two loops, and rules in bodies. */
class LoopRulesTest extends LoopRules {
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
}
