package dlx.emit;

import dlx.graph.Elementwise;
import dlx.schedule.Instruction;

/** Forms of an operator that have a shorter spelling with the same bits. */
final class Spelling {
  private Spelling() {}

  /** Has this operator a formula of its own, instead of a call into the JDK? */
  static boolean hasFormula(Elementwise operator) {
    return switch (operator) {
      case EXP, LOG, SIN, COS, TANH, ERF, LOG1P, EXPM1, SIGMOID, SOFTPLUS, FLOOR -> true;
      default -> false;
    };
  }

  /** From the argument on the stack to the result. */
  static void formula(Instruction.Apply apply, Spell s) {
    switch (apply.operator()) {
      case EXP -> {
        if (Signs.isNotPositive(apply.inputs().getFirst())) {
          Exponentials.expOfNegative(s);
        } else {
          Exponentials.exp(s);
        }
      }
      case LOG -> Logarithms.log(s);
      case SIN -> Trigonometry.sin(s);
      case COS -> Trigonometry.cos(s);
      case TANH -> Exponentials.tanh(s);
      case ERF -> ErrorFunction.erf(s);
      case LOG1P -> Logarithms.log1p(s);
      case EXPM1 -> Exponentials.expm1(s);
      case SIGMOID -> Exponentials.sigmoid(s);
      case SOFTPLUS -> Exponentials.softplus(s);
      case FLOOR -> Formulas.floor(s);
      default -> throw new IllegalArgumentException("no formula: " + apply.operator());
    }
  }

  /** The exponent of a power with a constant integer exponent; 0 if it is none. */
  static int power(Instruction.Apply apply) {
    return apply.operator() == Elementwise.POWER
            && apply.inputs().get(1) instanceof Instruction.Number n
            && n.value() == (int) n.value()
        ? (int) n.value()
        : 0;
  }
}
