package dlx.emit;

import dlx.graph.Reduction;
import dlx.schedule.Instruction;
import java.util.ArrayList;
import java.util.List;

/**
 * What a fold keeps in vectors while a loop goes on: a partial result for each lane.
 *
 * <p>No method is called on an accumulator in a loop, only on what is made there: a vector whose
 * class C2 knows. That of an accumulator it would have to guess from profiles, and where it cannot,
 * each vector becomes an object.
 */
abstract sealed class Accumulator permits Accumulator.Plain, LargestKey, LargestPlace {
  final Code code;
  final Instruction.Folded fold;

  Accumulator(Body body, Instruction.Folded fold) {
    this.code = body.code;
    this.fold = fold;
  }

  /** A new accumulator that holds the fold over nothing. */
  static Accumulator begin(Body body, Lane lane, Instruction.Folded fold) {
    return switch (fold.kind()) {
      case SUM, PRODUCT -> new Plain(body, fold);
      case MAX -> fold.dtype().isFloat() ? new LargestKey(body, fold) : new Plain(body, fold);
      case ARGMAX -> new LargestPlace(body, lane, fold);
    };
  }

  /**
   * Takes in the fold's value.
   *
   * @param index the local of the position of this vector along the folded axis, less what the
   *     accumulator is ahead
   */
  abstract void add(Body body, int index);

  /** Ends the lanes apart: a local with the vector of their results. */
  abstract int lanes(Body body);

  /**
   * Ends as one number in a local of the fold's type.
   *
   * @param others accumulators of the same fold; the k-th of them, from 1 on, has seen what lies k
   *     vectors ahead of the positions that it was told
   */
  abstract void number(Body body, Lane lane, List<Accumulator> others, int into);

  /** Sums, products and the largest integer. */
  static final class Plain extends Accumulator {
    private final int local;

    Plain(Body body, Instruction.Folded fold) {
      super(body, fold);
      body.constant(Folds.neutral(fold), fold.dtype());
      local = code.local(1);
      code.astore(local);
    }

    @Override
    void add(Body body, int index) {
      body.pushCounted(fold.value(), Folds.neutral(fold));
      combine(local);
    }

    @Override
    int lanes(Body body) {
      settled(body);
      code.astore(local);
      return local;
    }

    /** From the vector on the stack and another to this one. */
    private void combine(int other) {
      code.aload(other);
      code.call(type(), method(), "(L" + Lane.VECTOR + ";)" + Lane.descriptor(fold.dtype()));
      code.astore(local);
    }

    private String type() {
      return Lane.type(fold.dtype());
    }

    private String method() {
      return switch (fold.kind()) {
        case SUM -> "add";
        case PRODUCT -> "mul";
        case MAX -> "max";
        case ARGMAX -> throw new IllegalStateException("a position");
      };
    }

    /** Pushes neutral (+) accumulator: the same bits, and a vector whose class C2 knows. */
    private void settled(Body body) {
      body.constant(Folds.neutral(fold), fold.dtype());
      code.aload(local);
      code.call(type(), method(), "(L" + Lane.VECTOR + ";)" + Lane.descriptor(fold.dtype()));
    }

    /**
     * A fixed tree over the lanes, since the order of {@code reduceLanes} is not specified for sums
     * of floats.
     */
    @Override
    void number(Body body, Lane lane, List<Accumulator> others, int into) {
      tree(body, others);
      settled(body);
      if (fold.kind() == Reduction.Kind.MAX) {
        new Spell(body, fold.dtype(), true).largestLane();
      } else {
        int half = code.local(1);
        Exchange exchange = new Exchange(code, lane, fold.dtype());
        for (int distance = 1; distance < lane.lanes(); distance *= 2) {
          code.astore(half);
          code.aload(half);
          exchange.rearrange(distance);
          code.aload(half);
          code.call(type(), method(), "(L" + Lane.VECTOR + ";)" + Lane.descriptor(fold.dtype()));
        }
        code.constant(0);
        code.call(type(), "lane", "(I)" + Lane.letter(fold.dtype()));
      }
      code.store(fold.dtype(), into);
    }

    /** Takes in the others, in pairs. */
    private void tree(Body body, List<Accumulator> others) {
      List<Plain> all = new ArrayList<>(List.of(this));
      others.forEach(o -> all.add((Plain) o));
      for (int half = all.size() / 2; half > 0; half /= 2) {
        for (int u = 0; u < half; u++) {
          all.get(u).settled(body);
          all.get(u).combine(all.get(u + half).local);
        }
      }
    }
  }
}
