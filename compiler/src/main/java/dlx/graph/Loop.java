package dlx.graph;

import dlx.runtime.DType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The same body once per turn. A loop is one node, its {@link Region}; what it computed are {@link
 * Result} nodes over that one.
 *
 * <pre>
 * carried   = initial
 * for t in turns:   next, stacked = body(carried, sequence[t], constant);   carried = next
 * </pre>
 *
 * It may take fewer turns than it has, see {@link Ending}.
 *
 * <p>Everything that a turn does with its number is in the sequences: {@code x[t]} is a sequence x,
 * {@code x[t - 1]} is a sequence that is a slice of x, {@code x[:, t]} is a sequence that is a
 * transposed view of x, {@code t} itself is the sequence 0, 1, 2, ..., and a draw of every turn is
 * a sequence of draws. So a body is closed, no size in it depends on the turn, and equal loops are
 * one node.
 */
public sealed interface Loop extends Op {
  /**
   * The loop as a whole; its value is the number of turns it has. Inputs are the initial values of
   * the carried variables, then the sequences, then the constants. The body is a graph of its own:
   * its only leaves that are not numbers are the {@link Leaf.Argument}s of these inputs, for a
   * sequence of the type of one element.
   *
   * @param turns how often, perhaps 0; the extent of the first axis of every sequence
   * @param descending whether the last element comes first; what is stacked still lies in the order
   *     of the sequences
   * @param ending what may end the loop before that
   * @param carried how many inputs are initial values
   * @param sequences how many inputs are sequences
   * @param next what each carried variable becomes at the end of a turn, all at once
   * @param stacked what each turn leaves
   */
  record Region(
      Extent turns,
      boolean descending,
      Ending ending,
      int carried,
      int sequences,
      List<Node> next,
      List<Node> stacked)
      implements Loop {
    public Region {
      next = List.copyOf(next);
      stacked = List.copyOf(stacked);
    }

    /** What the body must compute: next, then stacked. */
    public List<Node> roots() {
      List<Node> roots = new ArrayList<>(next);
      roots.addAll(stacked);
      return roots;
    }

    /** The same loop around another body of the same types; roots as in {@link #roots()}. */
    public Region withRoots(List<Node> roots) {
      return new Region(
          turns,
          descending,
          ending,
          carried,
          sequences,
          roots.subList(0, next.size()),
          roots.subList(next.size(), roots.size()));
    }

    /** The same body in a loop of so many turns. */
    public Region over(Extent turns) {
      return new Region(turns, descending, ending, carried, sequences, next, stacked);
    }

    /** The nodes of the body, inputs before users. */
    public List<Node> nodes() {
      return Graph.topological(roots());
    }

    @Override
    public String title() {
      return "loop "
          + turns
          + (descending ? " descending" : "")
          + (ending.isEarly() ? " at most" : "");
    }

    /** How the turns see an input. */
    public Kind kind(int index) {
      return index < carried
          ? Kind.CARRIED
          : index < carried + sequences ? Kind.SEQUENCE : Kind.CONSTANT;
    }

    /** The carried variable with this number, as it is in the body of this loop. */
    public Node variable(Node loop, int index) {
      Type type = loop.input(index).type();
      return loop.graph().node(new Leaf.Argument(index, type));
    }

    /**
     * The number of turns that a loop with an {@link Ending} takes, or a number that is not less if
     * it takes all; null for one that always takes all.
     */
    public @Nullable Node taken(Node loop) {
      return ending.stop() >= 0
          ? loop.graph().node(new Result(ending.count()), loop)
          : ending.limit() >= 0 ? loop.input(ending.limit()) : null;
    }

    /** The type of the argument that stands for an input. */
    public Type argument(int index, Type input) {
      return kind(index) == Kind.SEQUENCE
          ? input.with(input.shape().subList(1, input.rank()))
          : input;
    }

    /** Also demands that carried variables keep their types and that sequences fit the turns. */
    @Override
    public Type type(List<Node> inputs) {
      demand(inputs.size() >= carried + sequences && next.size() == carried, inputs);
      demand(isOne(inputs, ending.stop(), Kind.CARRIED, DType.BOOL), inputs);
      demand(isOne(inputs, ending.count(), Kind.CARRIED, DType.I32), inputs);
      demand(isOne(inputs, ending.limit(), Kind.CONSTANT, DType.I32), inputs);
      for (int i = 0; i < inputs.size(); i++) {
        Type type = inputs.get(i).type();
        demand(i >= carried || next.get(i).type().equals(type), inputs);
        demand(
            i < carried
                || i >= carried + sequences
                || !type.isScalar() && type.extent(0).equals(turns),
            inputs);
      }
      for (Node node : nodes()) {
        if (node.op() instanceof Leaf.Argument argument) {
          int index = argument.index();
          demand(
              index < inputs.size()
                  && argument.type().equals(argument(index, inputs.get(index).type())),
              inputs);
        }
      }
      return Type.scalar(DType.I32);
    }

    private boolean isOne(List<Node> inputs, int index, Kind kind, DType dtype) {
      return index < 0
          || index < inputs.size()
              && kind(index) == kind
              && inputs.get(index).type().equals(Type.scalar(dtype));
    }

    private void demand(boolean holds, List<Node> inputs) {
      if (!holds) {
        throw new IllegalArgumentException(title() + " of " + inputs);
      }
    }

    /** A loop is pulled back as a whole, from the adjoints of all of its results. */
    @Override
    public List<Node> pullback(Node y, Node adjoint) {
      throw new IllegalStateException("the number of turns has no derivative: " + y);
    }
  }

  /**
   * What may end a loop before its last turn. Rows of what is stacked that no turn has left are 0.
   * A loop that descends begins with the last of the turns that it takes.
   *
   * @param stop the carried truth value before a turn that would end the loop; -1 if there is none
   * @param count where there is a stop, the carried number that counts the turns; else -1
   * @param limit the constant that says how many turns there are at most, none if it is negative;
   *     -1 if there is none
   */
  record Ending(int stop, int count, int limit) {
    /** Of a loop that takes all of its turns. */
    public static final Ending NONE = new Ending(-1, -1, -1);

    public Ending {
      if (stop >= 0 != count >= 0) {
        throw new IllegalArgumentException("a loop with a stop counts its turns");
      }
    }

    public boolean isEarly() {
      return stop >= 0 || limit >= 0;
    }
  }

  /** How the turns of a loop see one of its inputs. */
  enum Kind {
    CARRIED("begins with"),
    SEQUENCE("element of"),
    CONSTANT("always");

    /** As a dump says it of the argument. */
    final String title;

    Kind(String title) {
      this.title = title;
    }
  }

  /**
   * One of the things that a loop computed, of the input that is its {@link Region}: first the last
   * values of the carried variables, the initial ones if there was no turn; then what was stacked,
   * with the turns as a new first axis.
   */
  record Result(int index) implements Loop {
    @Override
    public String title() {
      return "result " + index;
    }

    @Override
    public Type type(List<Node> inputs) {
      if (!(inputs.getFirst().op() instanceof Region region)
          || index >= region.roots().size()
          || inputs.size() != 1) {
        throw new IllegalArgumentException(title() + " of " + inputs);
      }
      Type type = region.roots().get(index).type();
      if (index < region.carried()) {
        return type;
      }
      List<Extent> shape = new ArrayList<>(List.of(region.turns()));
      shape.addAll(type.shape());
      return type.with(shape);
    }

    @Override
    public List<Node> pullback(Node y, Node adjoint) {
      throw new IllegalStateException("a loop is pulled back as a whole: " + y);
    }
  }
}
