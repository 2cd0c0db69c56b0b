package dlx.elaborate;

import dlx.graph.Enclose;
import dlx.graph.Extent;
import dlx.graph.Graph;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.graph.Type;
import dlx.runtime.DType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A loop at run time while its body is worked out. */
final class Turns {
  /** The loop around this one. */
  final @Nullable Turns outer;

  /** How many loops at run time are around the body of this one, itself included. */
  final int depth;

  /** How often, over run-time sizes. */
  final Extent count;

  /** What all frames of the body share in which the loop is written. */
  final Frame.Shared body;

  /** Stands for the number of the turn in positions; no name can be this. */
  final String symbol;

  /** The derivatives that the body takes, to be looked at when it is known what it carries on. */
  final List<Derivatives.Taken> taken = new ArrayList<>();

  private final Graph graph;
  private final Enclose enclose;
  private final Positions positions;
  private @Nullable Node counter;
  private @Nullable Node stops;

  /**
   * @param limit how many turns there are at most, as data; null if that is not said
   */
  Turns(
      Graph graph,
      Positions positions,
      @Nullable Turns outer,
      Extent count,
      @Nullable Node limit,
      Frame.Shared body) {
    this.graph = graph;
    this.positions = positions;
    this.outer = outer;
    this.depth = outer == null ? 1 : outer.depth + 1;
    this.count = count;
    this.body = body;
    this.symbol = "turn " + depth;
    this.enclose = new Enclose(graph, count, false);
    enclose.atMost(limit);
  }

  /** Whether no size says how many turns there are at most. */
  boolean isUnbounded() {
    return count.equals(Generator.UNBOUNDED);
  }

  /**
   * Ends the loop before a turn in which a condition holds, to be called when all variables are
   * carried.
   *
   * @param begin the condition before the first turn
   */
  void stopping(Node begin) {
    Node stop = carry(begin);
    counter = carry(graph.node(new Leaf.Constant(0, DType.I32)));
    enclose.until(stop, counter);
  }

  /** What the condition is at the end of a turn. */
  void stops(Node condition) {
    stops = condition;
  }

  /** A variable that begins with a value of outside. */
  Node carry(Node initial) {
    Node variable = enclose.carry(initial);
    positions.belongs(variable, this);
    positions.comesFrom(variable, initial);
    return variable;
  }

  /** What belongs to a turn of a sequence of outside, whose first axis is the turns. */
  Node element(Node sequence) {
    Node element = enclose.element(sequence);
    positions.belongs(element, this);
    positions.comesFrom(element, sequence);
    return element;
  }

  /** The number of the turn, from 0. */
  Node number() {
    Node number = element(graph.node(new Leaf.Iota(count)));
    positions.counts(number, this);
    return number;
  }

  /** The last values of the variables, then the stacks. */
  List<Node> results(List<Node> next, List<Node> stacked) {
    if (counter == null || stops == null) {
      return enclose.results(next, stacked);
    }
    List<Node> all = new ArrayList<>(next);
    all.add(stops);
    all.add(counter.plus(1));
    List<Node> results = new ArrayList<>(enclose.results(all, stacked));
    results.subList(next.size(), all.size()).clear();
    return results;
  }

  /**
   * A draw of every turn: an element of one draw with all turns around as first axes, so that it
   * depends on nothing but its address and the numbers of the turns.
   */
  static Node draw(Graph graph, String address, Type type, @Nullable Turns innermost) {
    List<Turns> loops = new ArrayList<>();
    for (Turns loop = innermost; loop != null; loop = loop.outer) {
      loops.addFirst(loop);
    }
    List<Extent> shape = new ArrayList<>();
    loops.forEach(loop -> shape.add(loop.count));
    shape.addAll(type.shape());
    Node draw = graph.node(new Leaf.Uniform(address, type.with(shape)));
    for (Turns loop : loops) {
      draw = loop.element(draw);
    }
    return draw;
  }
}
