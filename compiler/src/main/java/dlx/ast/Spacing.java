package dlx.ast;

import dlx.grammar.DlxLexer;

/** Where a space stands between two tokens of a line. */
final class Spacing {
  private Spacing() {}

  /**
   * @param before the type of the token on the left
   * @param after the type of the token on the right
   * @param prefix whether the token on the left is a sign and not an operator between two values
   * @param inSubscript whether both stand directly inside square brackets
   */
  static boolean between(int before, int after, boolean prefix, boolean inSubscript) {
    if (before == DlxLexer.LC && after == DlxLexer.RC) {
      return false;
    }
    switch (after) {
      case DlxLexer.RP, DlxLexer.RB, DlxLexer.COMMA, DlxLexer.SEMI, DlxLexer.DOT, DlxLexer.TICK -> {
        return false;
      }
      case DlxLexer.COLON -> {
        return before == DlxLexer.COMMA;
      }
      case DlxLexer.LP, DlxLexer.LB -> {
        if (endsOperand(before)) {
          return false;
        }
      }
      default -> {}
    }
    switch (before) {
      case DlxLexer.LP, DlxLexer.LB, DlxLexer.DOT, DlxLexer.POWER, DlxLexer.RANGE -> {
        return false;
      }
      case DlxLexer.COMMA -> {
        return true;
      }
      case DlxLexer.COLON -> {
        return !inSubscript;
      }
      case DlxLexer.MINUS -> {
        if (prefix) {
          return false;
        }
      }
      default -> {}
    }
    boolean tight = after == DlxLexer.POWER || after == DlxLexer.RANGE;
    return !(tight && endsOperand(before));
  }

  /** Whether a value can end in a token, so that a sign after it stands between two values. */
  static boolean endsOperand(int type) {
    return switch (type) {
      case DlxLexer.ID, DlxLexer.NUMBER, DlxLexer.STRING, DlxLexer.TRUE, DlxLexer.FALSE -> true;
      case DlxLexer.RP, DlxLexer.RB, DlxLexer.RC, DlxLexer.TICK -> true;
      default -> false;
    };
  }
}
