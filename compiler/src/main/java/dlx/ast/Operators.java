package dlx.ast;

import dlx.grammar.DlxLexer;

/** How tightly operators bind: the one table of precedence, for parsing and for printing. */
final class Operators {
  private Operators() {}

  static final int PIPE = 1;
  static final int OR = 2;
  static final int AND = 3;
  static final int NOT = 4;
  static final int COMPARE = 5;
  static final int RANGE = 6;
  static final int SUM = 7;
  static final int PRODUCT = 8;
  static final int NEGATE = 9;
  static final int POWER = 10;

  /** Calls, subscripts, fields and transposes. */
  static final int POSTFIX = 11;

  /** Names, numbers, parentheses and all else that stands alone. */
  static final int ATOM = 12;

  /** The precedence of a token type as an operator between two operands, or 0 if it is none. */
  static int infix(int token) {
    return switch (token) {
      case DlxLexer.PIPE -> PIPE;
      case DlxLexer.OR -> OR;
      case DlxLexer.AND -> AND;
      case DlxLexer.LT, DlxLexer.LE, DlxLexer.GT, DlxLexer.GE -> COMPARE;
      case DlxLexer.EQ, DlxLexer.NE, DlxLexer.NEAR -> COMPARE;
      case DlxLexer.RANGE -> RANGE;
      case DlxLexer.PLUS, DlxLexer.MINUS -> SUM;
      case DlxLexer.STAR, DlxLexer.SLASH, DlxLexer.FLOOR, DlxLexer.PERCENT -> PRODUCT;
      case DlxLexer.AT -> PRODUCT;
      case DlxLexer.POWER -> POWER;
      default -> 0;
    };
  }

  /** The precedence of {@link Ast.Binary#operator()}. */
  static int of(String operator) {
    return switch (operator) {
      case "|>" -> PIPE;
      case "or" -> OR;
      case "and" -> AND;
      case "<", "<=", ">", ">=", "==", "!=", "~=" -> COMPARE;
      case ".." -> RANGE;
      case "+", "-" -> SUM;
      case "*", "/", "//", "%", "@" -> PRODUCT;
      case "^" -> POWER;
      default -> throw new IllegalArgumentException(operator);
    };
  }
}
