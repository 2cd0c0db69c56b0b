package dlx.elaborate;

import dlx.elaborate.Value.Tensor;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.List;

/**
 * The pattern of an {@code einsum}: letters for axes, {@code ...} for as many leading axes as there
 * are.
 *
 * @param span the text with its quotes, to point into
 */
record EinsumPattern(List<String> operands, String output, Span span) {
  private static final String DOTS = "...";

  static EinsumPattern parse(String text, Span span) {
    int arrow = text.indexOf("->");
    if (arrow < 0) {
      throw at("a pattern says what comes out, after `->`", span, 0, text.length());
    }
    List<String> operands = new ArrayList<>();
    int start = 0;
    for (int i = 0; i <= arrow; i++) {
      if (i == arrow || text.charAt(i) == ',') {
        operands.add(text.substring(start, i).strip());
        check(text, start, i, span);
        start = i + 1;
      }
    }
    check(text, arrow + 2, text.length(), span);
    String output = text.substring(arrow + 2).strip();
    String inputs = String.join("", operands);
    for (int i = arrow + 2; i < text.length(); i++) {
      String letter = text.substring(i, i + 1);
      if (letter.isBlank()) {
        continue;
      }
      if (!inputs.contains(letter)) {
        throw at("`" + letter + "` comes out but does not go in", span, i, i + 1);
      }
      if (!letter.equals(".") && output.indexOf(letter) != output.lastIndexOf(letter)) {
        throw at("`" + letter + "` comes out twice", span, i, i + 1);
      }
    }
    return new EinsumPattern(List.copyOf(operands), output, span);
  }

  private static void check(String text, int start, int end, Span span) {
    String part = text.substring(start, end);
    String letters = part.replace(DOTS, "").strip();
    for (int i = 0; i < part.length(); i++) {
      char c = part.charAt(i);
      if (!Character.isLetter(c) && c != ' ' && c != '.') {
        throw at("a pattern is made of letters and `...`", span, start + i, start + i + 1);
      }
    }
    if (letters.contains(".") || letters.contains(" ")) {
      throw at("axes are single letters, and `...` stands once", span, start, end);
    }
  }

  private static Failure at(String message, Span span, int start, int end) {
    boolean quoted = span.end() - span.start() >= end + 2;
    Span place =
        quoted
            ? new Span(
                span.source(),
                span.start() + 1 + start,
                span.start() + 1 + Math.max(end, start + 1))
            : span;
    return new Failure(Diagnostic.error("E0307", message).at(place));
  }

  /** How many axes of an operand the dots stand for. */
  int rest(int operand, Tensor tensor, Span at, Elaboration elaboration) {
    String letters = operands.get(operand);
    boolean dots = letters.contains(DOTS);
    int named = letters.replace(DOTS, "").length();
    if (tensor.rank() < named || !dots && tensor.rank() > named) {
      int start = span.text().indexOf(letters);
      throw new Failure(
          Diagnostic.error(
                  "E0307", "`" + letters + "` is for " + named + (dots ? " or more axes" : " axes"))
              .at(at, elaboration.tensors.describe(tensor))
              .at(
                  start < 0 || letters.isEmpty()
                      ? span
                      : new Span(
                          span.source(),
                          span.start() + start,
                          span.start() + start + letters.length()),
                  ""));
    }
    return tensor.rank() - named;
  }

  /**
   * Labels as numbers: the axes under the dots are 0, 1, … counted so that the last ones line up,
   * letters come behind.
   *
   * @param rank of the operand; -1 for the output
   * @param dots the most axes that dots stand for
   */
  List<Integer> labels(String letters, int rank, int dots) {
    List<Integer> labels = new ArrayList<>();
    int named = letters.replace(DOTS, "").length();
    int rest = rank < 0 ? dots : rank - named;
    for (int i = 0; i < letters.length(); i++) {
      if (letters.startsWith(DOTS, i)) {
        for (int d = dots - rest; d < dots; d++) {
          labels.add(d);
        }
        i += DOTS.length() - 1;
      } else {
        labels.add(dots + letters.charAt(i));
      }
    }
    return labels;
  }
}
