package dlx.tests;

import java.util.Random;

/** Random texts of the grammar: every form of it, well formed but without meaning. */
final class RandomSyntax {
  private static final String[] BINARY = {
    "+", "-", "*", "/", "//", "%", "@", "^", "and", "or", "|>", "==", "<", ".."
  };

  private final Random random;
  private final StringBuilder out = new StringBuilder();
  private int depth;
  private int fuel;

  /** Whether a line end between two tokens ends nothing. */
  private boolean inList;

  RandomSyntax(Random random) {
    this.random = random;
  }

  String file() {
    if (chance(3)) {
      out.append("## A random program.\n\n");
    }
    int items = random.nextInt(8);
    for (int i = 0; i < items; i++) {
      fuel = 25;
      if (chance(6)) {
        out.append("## doc ").append(i).append('\n');
      }
      item();
      end();
    }
    return out.toString();
  }

  // ------------------------------------------------------------------ items and statements

  private void item() {
    switch (random.nextInt(12)) {
      case 0 -> words("import \"a\\\\b.dlx\"", chance(2) ? " as b" : "");
      case 1 -> words("dim a", ",", " b", "=").expression();
      case 2 -> words("const k", "=").expression();
      case 3 -> words("input x", ",", " y", ":").type();
      case 4 -> {
        words("fn f").parameters();
        body();
      }
      case 5 -> {
        words("dist d").parameters();
        words("->").type();
        body();
      }
      case 6 -> {
        words("layer l").parameters();
        parameters();
        body();
      }
      case 7 -> {
        words("step s");
        if (chance(2)) {
          words("(x: f32 = 1)");
        }
        block();
      }
      case 8 -> words("recipe r").block();
      case 9 -> words("test \"it works\"").block();
      default -> statement(true);
    }
  }

  private void statement(boolean top) {
    switch (random.nextInt(top ? 4 : 7)) {
      case 0 -> {
        words(chance(2) ? "param w" : "state w", ":").type();
        words(chance(2) ? "=" : "~").expression();
      }
      case 1 -> {
        words("x");
        if (chance(3)) {
          words(":").type();
        }
        words(chance(3) ? "~" : "=").expression();
      }
      case 2 -> words("(a, b)", "=").expression();
      case 3 -> {
        words("assert ").expression();
        words(chance(2) ? ", \"why \\\" not\"" : "");
      }
      case 4 -> words("s", "[").list(this::index).words("]", "<-").expression();
      case 5 -> words("x", "<-").expression();
      default -> expression();
    }
  }

  private RandomSyntax block() {
    boolean list = inList;
    inList = false;
    depth++;
    words("{");
    int count = small() ? 1 : random.nextInt(4);
    for (int i = 0; i < count; i++) {
      lines();
      if (chance(9)) {
        out.append("\n## inner doc\n");
      }
      statement(false);
      if (i + 1 < count) {
        end();
      }
    }
    lines();
    words("}");
    depth--;
    inList = list;
    return this;
  }

  private void body() {
    if (chance(2)) {
      words("=").expression();
    } else {
      block();
    }
  }

  private RandomSyntax parameters() {
    boolean list = inList;
    inList = true;
    words("(");
    if (chance(2)) {
      words("x", ":").type();
      words(",", "n", "=").expression();
    }
    words(")");
    inList = list;
    return this;
  }

  private RandomSyntax type() {
    switch (small() ? 0 : random.nextInt(6)) {
      case 0 -> words("f32");
      case 1 -> words(chance(2) ? "fn" : "dist");
      case 2 -> within("(", ")", () -> words("f32", ",").type());
      case 3 -> within("[", "]", this::type);
      default ->
          words("float")
              .within(
                  "[",
                  "]",
                  () -> {
                    words(chance(2) ? "..s" : "..", ",");
                    if (chance(3)) {
                      words("*", ",");
                    }
                    expression();
                  });
    }
    return this;
  }

  // ------------------------------------------------------------------ expressions

  private RandomSyntax expression() {
    operand();
    boolean comparison = false;
    boolean range = false;
    int length = small() ? 0 : random.nextInt(chance(12) ? 30 : 3);
    for (int i = 0; i < length; i++) {
      String operator = BINARY[random.nextInt(BINARY.length)];
      boolean compares = operator.equals("==") || operator.equals("<");
      if (compares && comparison || operator.equals("..") && range) {
        operator = "+";
      }
      comparison |= compares;
      range |= operator.equals("..");
      if (inList || operator.equals("|>")) {
        lines();
      }
      out.append(' ').append(operator).append(' ');
      lines();
      operand();
    }
    return this;
  }

  private void operand() {
    while (chance(6)) {
      words(chance(2) ? "-" : "not ");
    }
    depth++;
    fuel--;
    switch (small() ? random.nextInt(3) : random.nextInt(12)) {
      case 0 -> words("name_" + random.nextInt(9));
      case 1 -> words(random.nextInt(100) + (chance(2) ? "" : ".5e-3"));
      case 2 -> words(chance(2) ? "true" : "\"...i,ij->j\"");
      case 3 -> within("(", ")", this::expression);
      case 4 -> within("(", ")", () -> list(this::expression).words(",").expression());
      case 5 -> within("[", "]", () -> list(this::expression));
      case 6 ->
          words("f")
              .within("(", ")", () -> list(this::expression).words(",", "k", "=").expression());
      case 7 -> words("x").within("[", "]", () -> list(this::index));
      case 8 -> words("x.y'");
      case 9 -> choice();
      case 10 -> loop();
      default -> words("[]");
    }
    depth--;
  }

  private void choice() {
    words("if ").expression().block();
    while (chance(3)) {
      if (chance(3)) {
        lines();
      }
      words(" else if ").expression().block();
    }
    if (chance(2)) {
      words(" else").block();
    }
  }

  private void loop() {
    words(chance(4) ? "unroll for i in " : "for i in ").expression();
    if (chance(2)) {
      words(", j in ").expression();
    }
    if (chance(2)) {
      words(" with h");
      if (chance(2)) {
        words(":").type();
      }
      words("=").expression();
    }
    block();
  }

  private void index() {
    switch (random.nextInt(5)) {
      case 0 -> words("..");
      case 1 -> words("*");
      case 2 -> words(":");
      case 3 ->
          within("(", ")", this::expression)
              .words(":", chance(2) ? "-1" : "", chance(2) ? "::".substring(1) + "2" : "");
      default -> expression();
    }
  }

  // ------------------------------------------------------------------ parts

  private RandomSyntax within(String opening, String closing, Runnable inside) {
    boolean list = inList;
    words(opening);
    inList = true;
    lines();
    inside.run();
    lines();
    inList = list;
    return words(closing);
  }

  private RandomSyntax list(Runnable element) {
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      if (i > 0) {
        words(",");
      }
      element.run();
    }
    return this;
  }

  private RandomSyntax words(String... words) {
    for (String word : words) {
      boolean loose = !word.isEmpty() && !Character.isLetterOrDigit(word.charAt(0));
      out.append(loose && chance(3) ? " ".repeat(random.nextInt(3)) : "");
      out.append(word);
      out.append(loose && chance(3) ? " " : "");
    }
    return this;
  }

  /** Perhaps a line end with blank lines and comments, where it ends nothing. */
  private void lines() {
    while (chance(12)) {
      out.append(chance(4) ? "   # comment " + random.nextInt(99) : "")
          .append(chance(3) ? "\r\n" : "\n");
    }
  }

  /** The end of a statement. */
  private void end() {
    if (chance(4)) {
      out.append(chance(2) ? ";" : " ; ");
      return;
    }
    out.append(chance(5) ? "  # comment " + random.nextInt(99) : "").append('\n');
    while (chance(4)) {
      out.append(chance(3) ? "  # own line" : "").append('\n');
    }
  }

  private boolean small() {
    return depth > 5 || fuel < 0;
  }

  private boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }
}
