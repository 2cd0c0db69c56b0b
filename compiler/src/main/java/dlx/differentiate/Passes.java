package dlx.differentiate;

import dlx.graph.Enclose;
import dlx.graph.Extent;
import dlx.graph.Graph;
import dlx.graph.Loop;
import dlx.graph.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A loop and the one that goes the other way, over all turns or over {@link Segments} of them. */
final class Passes {
  /**
   * What one turn of each of them does.
   *
   * @param plain the loop as it is
   * @param leaving the same, leaving what the other one needs
   * @param kept what stands for an element of what it leaves, by result
   * @param elements what stands for an element of a sequence
   * @param variables what the other loop carries
   * @param next what these become
   * @param stacked what the other loop stacks
   */
  record Turn(
      Graph graph,
      Loop.Region plain,
      Loop.Region leaving,
      Map<Integer, Node> kept,
      Map<Node, Node> elements,
      List<Node> variables,
      List<Node> next,
      List<Node> stacked) {}

  /**
   * The loop over segments.
   *
   * @param results as those of the plain loop, by index
   * @param beginnings the variables before each block, one sequence for each
   * @param rest the inputs of the loop over the rest
   */
  record Forwards(List<Node> results, List<Node> beginnings, List<Node> rest) {}

  private final Turn turn;

  Passes(Turn turn) {
    this.turn = turn;
  }

  private boolean isCarried(int input) {
    return input < turn.plain().carried();
  }

  private boolean isSequence(int input) {
    return turn.plain().kind(input) == Loop.Kind.SEQUENCE;
  }

  /** Inputs with other first values and parts of the sequences. */
  private List<Node> inputs(List<Node> all, List<Node> first, UnaryOperator<Node> part) {
    List<Node> inputs = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      inputs.add(isCarried(i) ? first.get(i) : isSequence(i) ? part.apply(all.get(i)) : all.get(i));
    }
    return inputs;
  }

  /** The loop over its turns, keeping variables before blocks and what is needed of the rest. */
  Forwards forwards(Extent turns, List<Node> inputs, Segments cut) {
    int carried = turn.plain().carried();
    Enclose blocks = new Enclose(turn.graph(), cut.count(), turn.plain().descending());
    blocks.frugal(true);
    List<Node> first = new ArrayList<>();
    inputs.subList(0, carried).forEach(x -> first.add(blocks.carry(x)));
    List<Node> inside = inputs(inputs, first, x -> blocks.element(cut.blocks(x)));
    List<Node> block =
        Segments.results(turn.graph().node(turn.plain().frugal(cut.length()), inside));
    List<Node> stacked = new ArrayList<>(first);
    stacked.addAll(block.subList(carried, block.size()));
    List<Node> made = blocks.results(block.subList(0, carried), stacked);
    List<Node> rest = inputs(inputs, made, cut::rest);
    List<Node> last =
        cut.inRest() == null
            ? Segments.results(turn.graph().node(turn.leaving().frugal(cut.rest()), rest))
            : forwards(cut.rest(), rest, cut.inRest()).results();
    List<Node> results = new ArrayList<>(last.subList(0, carried));
    for (int i = carried; i < block.size(); i++) {
      results.add(cut.whole(made.get(carried + i), last.get(i)));
    }
    return new Forwards(results, made.subList(carried, 2 * carried), rest);
  }

  /**
   * Both loops over some of the turns: what the variables of the other one end as, then what it
   * stacks.
   *
   * @param inputs of the loop, for these turns
   * @param part of a sequence of all turns, that of these turns
   * @param begins what the variables begin with
   */
  List<Node> both(
      Extent turns,
      List<Node> inputs,
      UnaryOperator<Node> part,
      List<Node> begins,
      @Nullable Segments cut) {
    if (cut == null) {
      boolean whole = turns.equals(turn.leaving().turns());
      Node loop = turn.graph().node(whole ? turn.leaving() : turn.leaving().frugal(turns), inputs);
      Enclose back = new Enclose(turn.graph(), turns, !turn.plain().descending());
      back.frugal(turn.leaving().frugal());
      back.atMost(turn.leaving().taken(loop));
      for (int i = 0; i < begins.size(); i++) {
        back.carry(turn.variables().get(i), begins.get(i));
      }
      turn.elements().forEach((sequence, element) -> back.element(element, part.apply(sequence)));
      turn.kept()
          .forEach((result, element) ->
              back.element(element, turn.graph().node(new Loop.Result(result), loop)));
      return back.results(turn.next(), turn.stacked());
    }
    Forwards forwards = forwards(turns, inputs, cut);
    List<Node> rest =
        both(cut.rest(), forwards.rest(), x -> cut.rest(part.apply(x)), begins, cut.inRest());
    int carried = begins.size();
    Enclose blocks = new Enclose(turn.graph(), cut.count(), !turn.plain().descending());
    blocks.frugal(true);
    List<Node> first = new ArrayList<>();
    rest.subList(0, carried).forEach(x -> first.add(blocks.carry(x)));
    List<Node> beginnings = forwards.beginnings().stream().map(blocks::element).toList();
    List<Node> block =
        both(
            cut.length(),
            inputs(inputs, beginnings, x -> blocks.element(cut.blocks(x))),
            x -> blocks.element(cut.blocks(part.apply(x))),
            first,
            cut.inBlock());
    List<Node> made =
        blocks.results(block.subList(0, carried), block.subList(carried, block.size()));
    List<Node> results = new ArrayList<>(made.subList(0, carried));
    for (int i = carried; i < made.size(); i++) {
      results.add(cut.whole(made.get(i), rest.get(i)));
    }
    return results;
  }
}
