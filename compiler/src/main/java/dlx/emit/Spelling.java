package dlx.emit;

import dlx.graph.Elementwise;
import dlx.schedule.Instruction;

/** Forms of an operator that have a shorter spelling with the same bits. */
final class Spelling {
  private Spelling() {}

  /** The exponent of a power with a constant integer exponent; 0 if it is none. */
  static int power(Instruction.Apply apply) {
    return apply.operator() == Elementwise.POWER
            && apply.inputs().get(1) instanceof Instruction.Number n
            && n.value() == (int) n.value()
        ? (int) n.value()
        : 0;
  }
}
