package dlx.graph;

/** A text of the language, and how tightly its outermost operator binds. */
record Phrase(String text, int binding) {
  // as in the grammar
  static final int LOOP = -1;
  static final int OR = 0;
  static final int AND = 1;
  static final int NOT = 2;
  static final int COMPARE = 3;
  static final int SUM = 5;
  static final int PRODUCT = 6;
  static final int MINUS = 7;
  static final int POWER = 8;
  static final int ATOM = 9;

  /** In parentheses if it binds less tightly. */
  String within(int least) {
    return binding < least ? "(" + text + ")" : text;
  }
}
