package dlx.recompute;

import dlx.graph.Extent;
import dlx.graph.Loop;
import dlx.graph.Movement;
import dlx.graph.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How the turns of a loop are cut so that its derivative needs less memory:
 *
 * <pre>
 * turns = count * length + rest
 * </pre>
 *
 * The loop keeps its variables at the beginning of each of {@code count} blocks, and everything
 * that the derivative needs in the rest alone, which it comes to last. The derivative begins with
 * the rest; then it computes a block again, with all that it needs, and goes back over it. So a
 * turn is computed twice at most. Where even that is too much, blocks and the rest are cut again.
 *
 * <p>Even blocks do what a binomial schedule does for one more pass over the turns: everything of a
 * block is there at once, so no turn in it is computed a third time.
 *
 * @param inBlock how blocks are cut again, or null
 * @param inRest how the rest is
 */
record Segments(
    Extent length,
    Extent count,
    Extent rest,
    boolean descending,
    @Nullable Segments inBlock,
    @Nullable Segments inRest) {
  /** How often blocks are cut. */
  private static final int DEPTH = 3;

  /**
   * @param turn how many bytes a turn leaves
   * @param state how many bytes the variables take
   * @param memory in bytes
   * @return null if the loop is not cut
   */
  static @Nullable Segments of(Loop.Region region, Extent turn, Extent state, long memory) {
    return memory == Recompute.ENOUGH
        ? null
        : cut(region.turns(), turn, state, memory, region.descending(), DEPTH);
  }

  private static @Nullable Segments cut(
      Extent turns, Extent turn, Extent state, long memory, boolean descending, int depth) {
    OptionalLong t = turns.constant();
    OptionalLong k = turn.constant();
    OptionalLong s = state.constant();
    if (t.isEmpty() || k.isEmpty() || s.isEmpty()) {
      // one more, as no size may be 0; if all turns fit they are the rest, and a block is no longer
      Extent most = Extent.of(memory).floorDivide(turn.times(2).plus(1)).plus(1);
      Extent length = most.plus(-1).remainder(turns.plus(1)).plus(1);
      Extent count = turns.floorDivide(most);
      Extent rest = turns.minus(count.times(length));
      return new Segments(length, count, rest, descending, null, null);
    }
    long all = t.getAsLong();
    if (depth == 0 || all < 2 || fits(all, k.getAsLong(), memory)) {
      return null;
    }
    long blocks = blocks(all, k.getAsLong(), s.getAsLong(), memory);
    long length = -Math.floorDiv(-all, blocks + 1);
    long count = (all - 1) / length;
    long left = Math.max(0, memory - count * s.getAsLong());
    Extent one = Extent.of(length);
    Extent rest = Extent.of(all - count * length);
    return new Segments(
        one,
        Extent.of(count),
        rest,
        descending,
        cut(one, turn, state, left, descending, depth - 1),
        cut(rest, turn, state, left, descending, depth - 1));
  }

  /** As few as hold, their beginnings together with all turns of one; else half for beginnings. */
  private static long blocks(long turns, long turn, long state, long memory) {
    for (long blocks = 1; blocks < turns && blocks * state <= memory; blocks++) {
      if (fits(-Math.floorDiv(-turns, blocks + 1), turn, memory - blocks * state)) {
        return blocks;
      }
    }
    return Math.max(1, Math.min(turns - 1, memory / Math.max(1, 2 * state)));
  }

  private static boolean fits(long turns, long turn, long memory) {
    return turn == 0 || turns <= memory / turn;
  }

  // ------------------------------------------------------------------ sequences

  /** A sequence by blocks. */
  Node blocks(Node sequence) {
    Extent all = count.times(length);
    List<Extent> shape = new ArrayList<>(List.of(count, length));
    shape.addAll(sequence.type().shape().subList(1, sequence.type().rank()));
    return sequence.slice(0, descending ? rest : Extent.ZERO, 1, all).reshape(shape);
  }

  /** The rest of a sequence. */
  Node rest(Node sequence) {
    return sequence.slice(0, descending ? Extent.ZERO : count.times(length), 1, rest);
  }

  /** The sequence of blocks and a rest. */
  Node whole(Node blocks, Node rest) {
    List<Extent> shape = new ArrayList<>(List.of(count.times(length)));
    shape.addAll(blocks.type().shape().subList(2, blocks.type().rank()));
    Node flat = blocks.reshape(shape);
    Extent turns = count.times(length).plus(this.rest);
    Node all =
        descending
            ? flat.graph().node(new Movement.Concat(0), rest, flat)
            : flat.graph().node(new Movement.Concat(0), flat, rest);
    shape.set(0, turns);
    return all.type().shape().equals(shape) ? all : all.reshape(shape);
  }
}
