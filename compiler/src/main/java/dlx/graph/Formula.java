package dlx.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A node as text of the language, with no more parentheses than are needed. What is long and used
 * more than once gets a line and a name of its own before. Broadcasts along leading axes are
 * implicit, as in the language. Operators that the language has no word for (they come from
 * derivatives of indexing) are written as calls of the names that they have in dumps.
 */
public final class Formula {
  /** Shorter than this, an expression is repeated and not named. */
  private static final int SHORT = 16;

  /** Longer than this, an expression is named even if it is used once. */
  private static final int LONG = 160;

  private final Map<Node, String> names;
  private final Map<Node, Phrase> texts = new HashMap<>();
  private final Phrases phrases;
  private final Map<Node, Integer> uses = new HashMap<>();
  private final Set<Node> declared = new HashSet<>();
  private final List<String> lines;
  private final Set<String> taken;

  private Formula(Map<Node, String> names) {
    this(names, Set.copyOf(names.values()), new ArrayList<>());
  }

  private Formula(Map<Node, String> names, Set<String> taken, List<String> lines) {
    this.taken = new HashSet<>(taken);
    this.lines = lines;
    // a number is the same node wherever it is written, so it has no name of its own
    this.names = new HashMap<>(names);
    this.names.keySet().removeIf(n -> n.splat() != null);
    this.phrases = new Phrases(texts, this.names);
  }

  /**
   * The expression of a node: one line, or several with {@code name = expression} before.
   *
   * @param names nodes that are written as names and not taken apart; the root always is taken
   *     apart
   */
  public static String text(Node root, Map<Node, String> names) {
    Formula formula = new Formula(names);
    formula.write(List.of(root), true);
    formula.lines.add(formula.texts.get(root).text());
    return String.join("\n", formula.lines);
  }

  /**
   * The expressions of what a turn of a loop computes.
   *
   * @param taken names that are used around
   * @param lines where lines go that have to stand before
   */
  static List<String> body(
      List<Node> roots, Map<Node, String> names, Set<String> taken, List<String> lines) {
    Formula formula = new Formula(names, taken, lines);
    formula.write(roots, false);
    return roots.stream().map(r -> formula.texts.get(r).text()).toList();
  }

  /**
   * Writes nodes, inputs first.
   *
   * @param apart whether a root is taken apart if it has a name
   */
  private void write(List<Node> roots, boolean apart) {
    Node whole = apart ? roots.getFirst() : null;
    List<Node> order = order(roots, whole);
    Set.copyOf(roots).forEach(r -> uses.merge(r, 1, Integer::sum));
    Map<Node, List<Node>> results = new HashMap<>();
    for (Node node : order) {
      for (Node input : parts(node, whole)) {
        uses.merge(input, 1, Integer::sum);
        boolean copies = input.op() instanceof Movement.Broadcast && input.splat() == null;
        boolean loop = node.op() instanceof Loop.Region && !input.inputs().isEmpty();
        if (loop && input.splat() == null
            || copies
                && !(node.op() instanceof Elementwise)
                && !(node.op() instanceof Movement.Broadcast)) {
          declared.add(input);
        }
      }
      if (node.op() instanceof Loop.Result) {
        results.computeIfAbsent(node.input(0), n -> new ArrayList<>()).add(node);
      }
    }
    for (Node node : order) {
      if (node.op() instanceof Loop.Region) {
        loop(node, results.getOrDefault(node, List.of()), whole);
      } else if (!texts.containsKey(node)) {
        write(node, whole);
      }
    }
  }

  /** What one node is, its inputs by their names: a right side of a Wengert list. */
  static String step(Node node, Map<Node, String> names) {
    Formula formula = new Formula(names);
    for (Node input : formula.order(List.of(node), node)) {
      if (input != node) {
        formula.texts.put(input, formula.named(input));
      }
    }
    return formula.phrases.of(node).text();
  }

  private Phrase named(Node node) {
    String name = names.get(node);
    return name == null ? phrases.of(node) : new Phrase(name, Phrase.ATOM);
  }

  /** What has to be written, inputs first; nothing below a name. */
  private List<Node> order(List<Node> roots, Node whole) {
    List<Node> order = new ArrayList<>();
    Set<Node> seen = new HashSet<>();
    Deque<Node> stack = new ArrayDeque<>(roots.reversed());
    Set<Node> open = new HashSet<>();
    while (!stack.isEmpty()) {
      Node node = stack.peek();
      if (seen.contains(node)) {
        stack.pop();
      } else if (!open.add(node)) {
        seen.add(node);
        order.add(stack.pop());
      } else {
        parts(node, whole).reversed().stream().filter(n -> !seen.contains(n)).forEach(stack::push);
      }
    }
    return order;
  }

  private List<Node> parts(Node node, Node whole) {
    return node != whole && names.containsKey(node) ? List.of() : node.inputs();
  }

  /** A line with the loop, unless it is the whole; then its results by their names. */
  private void loop(Node loop, List<Node> used, Node whole) {
    Phrase turns = new Phrase(((Loop.Region) loop.op()).turns().toString(), Phrase.SUM);
    texts.put(loop, turns);
    if (used.isEmpty()) {
      return;
    }
    Map<Integer, Node> byIndex = new TreeMap<>();
    used.forEach(r -> byIndex.put(((Loop.Result) r.op()).index(), r));
    Set<String> around = new HashSet<>(taken);
    around.addAll(names.values());
    LoopText text = new LoopText(loop, List.copyOf(byIndex.keySet()), around);
    List<String> outside = new ArrayList<>();
    for (int i = 0; i < loop.inputs().size(); i++) {
      outside.add(phrases.in(loop, i, Phrase.ATOM));
    }
    String expression = text.text(outside);
    Node only = text.results().size() == 1 ? used.getFirst() : null;
    boolean inside = only != null && uses.getOrDefault(only, 0) <= 1 && !expression.contains("\n");
    if (only != null && (only == whole || inside)) {
      int result = text.results().getFirst();
      texts.put(
          only,
          text.isPlain(result)
              ? new Phrase(expression, Phrase.LOOP)
              : new Phrase(text.whole(result, "(" + expression + ")", outside), Phrase.ATOM));
      return;
    }
    List<String> made = new ArrayList<>();
    for (int index : text.results()) {
      String name = fresh();
      made.add(name);
      if (byIndex.containsKey(index)) {
        texts.put(byIndex.get(index), new Phrase(text.whole(index, name, outside), Phrase.ATOM));
      }
    }
    lines.add(LoopText.tuple(made) + " = " + expression);
  }

  private void write(Node node, Node root) {
    if (node != root && names.containsKey(node)) {
      texts.put(node, new Phrase(names.get(node), Phrase.ATOM));
      return;
    }
    Phrase text = phrases.of(node);
    boolean shared = uses.getOrDefault(node, 0) > 1 && text.text().length() >= SHORT;
    boolean simple = text.binding() == Phrase.ATOM && node.inputs().isEmpty();
    boolean typed = declared.contains(node);
    if (node != root && (typed || !simple && (shared || text.text().length() > LONG))) {
      String name = fresh();
      lines.add(name + (typed ? ": " + node.type() : "") + " = " + text.text());
      text = new Phrase(name, Phrase.ATOM);
    }
    texts.put(node, text);
  }

  private String fresh() {
    int number = lines.size() + 1;
    while (!taken.add("t" + number)) {
      number++;
    }
    return "t" + number;
  }
}
