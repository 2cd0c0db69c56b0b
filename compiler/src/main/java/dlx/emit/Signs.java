package dlx.emit;

import dlx.graph.Elementwise;
import dlx.graph.Reduction;
import dlx.schedule.Instruction;
import java.util.List;

/**
 * What can be seen of the sign of a float from how it is made, NaN aside: some formulas are shorter
 * where it is known.
 */
final class Signs {
  /** So far back is looked: what is made in more steps is seldom of one sign. */
  private static final int STEPS = 8;

  private Signs() {}

  static boolean isNotPositive(Instruction value) {
    return isNotPositive(value, STEPS);
  }

  private static boolean isNotPositive(Instruction value, int steps) {
    if (value instanceof Instruction.Number n) {
      return n.value() <= 0;
    }
    if (steps == 0 || !(value instanceof Instruction.Apply apply)) {
      return false;
    }
    List<Instruction> in = apply.inputs();
    int left = steps - 1;
    return switch (apply.operator()) {
      case NEGATE -> isNotNegative(in.get(0), left);
      case ADD ->
          Body.isDifference(apply) && isAtLeast(Body.needs(apply), left)
              || isNotPositive(in.get(0), left) && isNotPositive(in.get(1), left);
      case MULTIPLY, DIVIDE ->
          isNotPositive(in.get(0), left) && isNotNegative(in.get(1), left)
              || isNotNegative(in.get(0), left) && isNotPositive(in.get(1), left);
      case WHERE -> isNotPositive(in.get(1), left) && isNotPositive(in.get(2), left);
      case MIN -> isNotPositive(in.get(0), left) || isNotPositive(in.get(1), left);
      case MAX -> isNotPositive(in.get(0), left) && isNotPositive(in.get(1), left);
      default -> false;
    };
  }

  private static boolean isNotNegative(Instruction value, int steps) {
    if (value instanceof Instruction.Number n) {
      return n.value() >= 0;
    }
    if (steps == 0 || !(value instanceof Instruction.Apply apply)) {
      return false;
    }
    List<Instruction> in = apply.inputs();
    int left = steps - 1;
    return switch (apply.operator()) {
      case ABS, EXP, SQRT, SIGMOID, SOFTPLUS -> true;
      case POWER -> Spelling.power(apply) != 0 && Spelling.power(apply) % 2 == 0;
      case NEGATE -> isNotPositive(in.get(0), left);
      case ADD -> isNotNegative(in.get(0), left) && isNotNegative(in.get(1), left);
      case MULTIPLY, DIVIDE ->
          in.get(0) == in.get(1)
              || isNotNegative(in.get(0), left) && isNotNegative(in.get(1), left)
              || isNotPositive(in.get(0), left) && isNotPositive(in.get(1), left);
      case WHERE -> isNotNegative(in.get(1), left) && isNotNegative(in.get(2), left);
      case MIN -> isNotNegative(in.get(0), left) && isNotNegative(in.get(1), left);
      case MAX -> isNotNegative(in.get(0), left) || isNotNegative(in.get(1), left);
      default -> false;
    };
  }

  /** Is the second value at least the first, as the largest of a row is to each element? */
  private static boolean isAtLeast(List<Instruction> values, int steps) {
    Instruction value = values.get(0);
    Instruction bound = values.get(1);
    if (isLargest(bound, value)) {
      return true;
    }
    if (steps == 0 || !(bound instanceof Instruction.Apply apply)) {
      return false;
    }
    List<Instruction> in = apply.inputs();
    int left = steps - 1;
    return switch (apply.operator()) {
      case MAX ->
          isAtLeast(List.of(value, in.get(0)), left) || isAtLeast(List.of(value, in.get(1)), left);
      case WHERE ->
          (isNothing(in.get(0), value) || isAtLeast(List.of(value, in.get(1)), left))
              && isAtLeast(List.of(value, in.get(2)), left);
      default -> false;
    };
  }

  private static boolean isLargest(Instruction bound, Instruction value) {
    return bound instanceof Instruction.Folded fold
        && fold.kind() == Reduction.Kind.MAX
        && fold.value() == value;
  }

  /**
   * Does the condition say that the largest is -inf? Then every element is, and nothing is less.
   */
  private static boolean isNothing(Instruction condition, Instruction value) {
    if (!(condition instanceof Instruction.Apply apply) || apply.operator() != Elementwise.EQUAL) {
      return false;
    }
    Instruction one = apply.inputs().get(0);
    Instruction other = apply.inputs().get(1);
    return isLargest(one, value) && isMinusInfinity(other)
        || isLargest(other, value) && isMinusInfinity(one);
  }

  private static boolean isMinusInfinity(Instruction value) {
    return value instanceof Instruction.Number n && n.value() == Double.NEGATIVE_INFINITY;
  }
}
