package dlx.graph;

import dlx.runtime.Tensor;
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

  /**
   * A result, of the name of what stands for it in the expression: what a loop stacks that descends
   * lies in the order of its turns there.
   */
  String whole(int result, String name, List<String> outside) {
    boolean reversed = region.descending() && result >= region.carried();
    return !reversed
        ? name
        : region.ending().limit() < 0
            ? "reverse" + (name.startsWith("(") ? name : "(" + name + ")")
            : name + "[" + taken(outside) + " - 1 - iota(" + region.turns() + ")]";
  }

  /** Whether a result is what the expression gives, in its order. */
  boolean isPlain(int result) {
    return !region.descending() || result < region.carried();
  }

  /** How many turns there are, of a loop with a limit. */
  private String taken(List<String> outside) {
    Node limit = loop.input(region.ending().limit());
    boolean counted =
        limit.op() instanceof Loop.Result result
            && limit.input(0).op() instanceof Loop.Region counting
            && counting.ending().count() == result.index()
            && counting.turns().equals(region.turns());
    return counted ? outside.get(region.ending().limit()) : "max(0, " + limited(outside) + ")";
  }

  private String limited(List<String> outside) {
    String limit = outside.get(region.ending().limit());
    boolean bounded = region.turns().constant().orElse(0) < Tensor.MOST_ELEMENTS;
    return bounded ? "min(" + limit + ", " + region.turns() + ")" : limit;
  }

  /**
   * The expression, over several lines if it is long.
   *
   * @param outside the texts of the inputs, such that something may stand behind them
   */
  String text(List<String> outside) {
    String turns = region.ending().limit() < 0 ? region.turns().toString() : limited(outside);
    int stop = region.ending().stop();
    String until = stop < 0 ? "" : " until " + carried.get(stop);
    String head = "for " + turn + " in " + turns + variables(outside) + until + " {";
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
        values.add("last(" + carried.get(result) + ")");
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
      case SEQUENCE -> {
        String from =
            !region.descending()
                ? ""
                : region.ending().limit() < 0 ? "-1 - " : taken(outside) + " - 1 - ";
        yield outside.get(index) + "[" + from + turn + "]";
      }
      case CONSTANT -> outside.get(index);
    };
  }

  static String tuple(List<String> parts) {
    return parts.size() == 1 ? parts.getFirst() : "(" + String.join(", ", parts) + ")";
  }
}
