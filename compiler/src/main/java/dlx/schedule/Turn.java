package dlx.schedule;

import dlx.graph.Extent;

/**
 * The number of the turn that a loop is at, as a size that exists in a schedule only: the element
 * of a sequence lies at an offset that contains it. Loops inside others have larger numbers, and an
 * offset is linear in every turn.
 */
public final class Turn {
  // no size of a program has a space in its name
  private static final String NAME = "turn ";

  private Turn() {}

  static Extent of(int loop) {
    return Extent.symbol(NAME + loop);
  }

  /** The innermost loop whose turn this depends on; -1 if there is none. */
  public static int loop(Extent extent) {
    int innermost = -1;
    for (String symbol : extent.symbols()) {
      if (symbol.startsWith(NAME)) {
        innermost =
            Math.max(innermost, Integer.parseInt(symbol, NAME.length(), symbol.length(), 10));
      }
    }
    return innermost;
  }

  /** The value at turn 0 of a loop. */
  public static Extent first(Extent extent, int loop) {
    return at(extent, loop, Extent.ZERO);
  }

  /** How much the value grows from turn to turn of a loop. */
  public static Extent step(Extent extent, int loop) {
    return at(extent, loop, Extent.ONE).minus(first(extent, loop));
  }

  private static Extent at(Extent extent, int loop, Extent turn) {
    String name = NAME + loop;
    return extent.substitute(symbol -> symbol.equals(name) ? turn : null);
  }
}
