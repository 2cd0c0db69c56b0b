package dlx.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A loop as text of the language.
 *
 * <pre>
 * s1 = for t in n with h1: f32[4] = 0 {
 *   h1 <- tanh(x[t] + h1)
 *   h1
 * }
 * </pre>
 *
 * A loop that descends is one over elements from the end, and what it stacks is reversed outside.
 * Last values beside stacks, which the language has no word for, are written {@code last h1}.
 */
final class LoopText {
  /** A longer body has a line for each of its statements. */
  private static final int WIDTH = 80;

  private final Node loop;
  private final Loop.Region region;
  private final List<Integer> results;
  private final Set<String> taken;
  private final String turn;
  private final List<String> carried = new ArrayList<>();

  /**
   * @param used the results that are used
   * @param taken the names around
   */
  LoopText(Node loop, List<Integer> used, Set<String> taken) {
    this.loop = loop;
    this.region = (Loop.Region) loop.op();
    boolean stacks = used.getLast() >= region.carried();
    this.results = stacks ? used : IntStream.range(0, region.carried()).boxed().toList();
    this.taken = new HashSet<>(taken);
    this.turn = name("t", "u", "v");
    for (int i = 0; i < region.carried(); i++) {
      carried.add(name("h" + (i + 1), "k" + (i + 1), "l" + (i + 1)));
    }
  }

  private String name(String... wanted) {
    for (String name : wanted) {
      if (taken.add(name)) {
        return name;
      }
    }
    int number = 1;
    while (!taken.add(wanted[0] + "_" + number)) {
      number++;
    }
    return wanted[0] + "_" + number;
  }

  /** The results that the expression is made of: those that are stacked, or all variables. */
  List<Integer> results() {
    return results;
  }

  /** Whether what stands in the text is the reverse of a result. */
  boolean isReversed(int result) {
    return region.descending() && result >= region.carried();
  }

  /**
   * The expression, over several lines if it is long.
   *
   * @param outside the texts of the inputs, such that something may stand behind them
   */
  String text(List<String> outside) {
    String head = "for " + turn + " in " + region.turns() + variables(outside) + " {";
    List<String> body = body(outside);
    String line = head + " " + String.join("; ", body) + " }";
    if (line.length() <= WIDTH && !line.contains("\n")) {
      return line;
    }
    String lines =
        body.stream().map(l -> "  " + l.replace("\n", "\n  ") + "\n").collect(Collectors.joining());
    return head + "\n" + lines + "}";
  }

  private String variables(List<String> outside) {
    List<String> variables = new ArrayList<>();
    for (int i = 0; i < carried.size(); i++) {
      variables.add(carried.get(i) + ": " + loop.input(i).type() + " = " + outside.get(i));
    }
    return variables.isEmpty() ? "" : " with " + String.join(", ", variables);
  }

  private List<String> body(List<String> outside) {
    Map<Node, String> names = new HashMap<>();
    for (Node node : region.nodes()) {
      if (node.op() instanceof Leaf.Argument argument) {
        names.put(node, argument(argument.index(), outside));
      }
    }
    List<String> lines = new ArrayList<>();
    List<Node> needed = new ArrayList<>(region.next());
    results.forEach(r -> needed.add(region.roots().get(r)));
    List<String> texts = Formula.body(needed, names, taken, lines);
    List<String> values = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      int result = results.get(i);
      String text = texts.get(carried.size() + i);
      int place = region.next().indexOf(region.roots().get(result));
      if (result < carried.size()) {
        values.add("last " + carried.get(result));
      } else if (place >= 0) {
        values.add(carried.get(place));
      } else if (carried.isEmpty()) {
        values.add(text);
      } else {
        // it is computed before the variables change
        values.add(name("s" + (result - carried.size() + 1), "r" + result, "q" + result));
        lines.add(values.getLast() + " = " + text);
      }
    }
    if (!carried.isEmpty()) {
      lines.add(tuple(carried) + " <- " + tuple(texts.subList(0, carried.size())));
    }
    if (results.getLast() >= carried.size()) {
      lines.add(tuple(values));
    }
    return lines;
  }

  private String argument(int index, List<String> outside) {
    return switch (region.kind(index)) {
      case CARRIED -> carried.get(index);
      case SEQUENCE -> outside.get(index) + "[" + (region.descending() ? "-1 - " : "") + turn + "]";
      case CONSTANT -> outside.get(index);
    };
  }

  static String tuple(List<String> parts) {
    return parts.size() == 1 ? parts.getFirst() : "(" + String.join(", ", parts) + ")";
  }
}
