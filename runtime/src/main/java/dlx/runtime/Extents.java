package dlx.runtime;

import java.util.List;

/** Evaluates the postfix expressions of {@link Program#extents()}. */
final class Extents {
  private enum Kind {
    NUMBER,
    SYMBOL,
    PLUS,
    TIMES,
    QUOTIENT,
    REMAINDER
  }

  private record Token(Kind kind, long value) {}

  private final Token[][] programs;
  private final long[] stack = new long[64];

  Extents(List<String> texts) {
    programs = new Token[texts.size()][];
    for (int i = 0; i < programs.length; i++) {
      String[] words = texts.get(i).split(" ", -1);
      programs[i] = new Token[words.length];
      for (int j = 0; j < words.length; j++) {
        programs[i][j] = token(words[j]);
      }
    }
  }

  private static Token token(String word) {
    return switch (word) {
      case "+" -> new Token(Kind.PLUS, 0);
      case "*" -> new Token(Kind.TIMES, 0);
      case "/" -> new Token(Kind.QUOTIENT, 0);
      case "%" -> new Token(Kind.REMAINDER, 0);
      default ->
          word.startsWith("$")
              ? new Token(Kind.SYMBOL, Integer.parseInt(word, 1, word.length(), 10))
              : new Token(Kind.NUMBER, Long.parseLong(word));
    };
  }

  /** The value of expression {@code index}; too large for an array is an error. */
  int value(int index, long[] symbols) {
    int top = 0;
    for (Token token : programs[index]) {
      switch (token.kind()) {
        case NUMBER -> stack[top++] = token.value();
        case SYMBOL -> stack[top++] = symbols[(int) token.value()];
        case PLUS -> {
          top--;
          stack[top - 1] += stack[top];
        }
        case TIMES -> {
          top--;
          stack[top - 1] = product(stack[top - 1], stack[top]);
        }
        case QUOTIENT -> {
          top--;
          stack[top - 1] = Math.floorDiv(stack[top - 1], divisor(stack[top]));
        }
        case REMAINDER -> {
          top--;
          stack[top - 1] = Math.floorMod(stack[top - 1], divisor(stack[top]));
        }
      }
    }
    long value = stack[0];
    if (value > Tensor.MOST_ELEMENTS || value < -(long) Integer.MAX_VALUE) {
      throw tooLarge(Long.toString(value));
    }
    return (int) value;
  }

  private static long product(long a, long b) {
    if (Math.multiplyHigh(a, b) != (a * b) >> 63) {
      throw tooLarge("more than " + Long.MAX_VALUE);
    }
    return a * b;
  }

  private static long divisor(long size) {
    if (size == 0) {
      throw new DlxException("R0103", "a size of this call is divided by 0", "", "");
    }
    return size;
  }

  private static DlxException tooLarge(String count) {
    return new DlxException(
        "R0301",
        "a tensor of this call would have "
            + count
            + " elements; the limit is "
            + Tensor.MOST_ELEMENTS,
        "",
        "make it smaller, for example with a smaller batch");
  }
}
