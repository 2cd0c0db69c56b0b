package dlx.graph;

import dlx.runtime.DType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

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

  // how tightly the outermost operator of a text binds, as in the grammar
  private static final int LOOP = -1;
  private static final int OR = 0;
  private static final int AND = 1;
  private static final int NOT = 2;
  private static final int COMPARE = 3;
  private static final int SUM = 5;
  private static final int PRODUCT = 6;
  private static final int MINUS = 7;
  private static final int POWER = 8;
  private static final int ATOM = 9;

  /** A text, and how tightly its outermost operator binds. */
  private record Text(String text, int binding) {
    String within(int least) {
      return binding < least ? "(" + text + ")" : text;
    }
  }

  private final Map<Node, String> names;
  private final Map<Node, Text> texts = new HashMap<>();
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
    return formula.expression(node).text();
  }

  private Text named(Node node) {
    String name = names.get(node);
    return name == null ? expression(node) : new Text(name, ATOM);
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
    Text turns = new Text(((Loop.Region) loop.op()).turns().toString(), SUM);
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
      outside.add(in(loop, i, ATOM));
    }
    String expression = text.text(outside);
    Node only = text.results().size() == 1 ? used.getFirst() : null;
    boolean inside = only != null && uses.getOrDefault(only, 0) <= 1 && !expression.contains("\n");
    if (only != null && (only == whole || inside)) {
      boolean reversed = text.isReversed(text.results().getFirst());
      texts.put(
          only,
          reversed ? new Text("reverse(" + expression + ")", ATOM) : new Text(expression, LOOP));
      return;
    }
    List<String> made = new ArrayList<>();
    for (int index : text.results()) {
      String name = fresh();
      made.add(name);
      if (byIndex.containsKey(index)) {
        boolean reversed = text.isReversed(index);
        texts.put(byIndex.get(index), new Text(reversed ? "reverse(" + name + ")" : name, ATOM));
      }
    }
    lines.add(LoopText.tuple(made) + " = " + expression);
  }

  private void write(Node node, Node root) {
    if (node != root && names.containsKey(node)) {
      texts.put(node, new Text(names.get(node), ATOM));
      return;
    }
    Text text = expression(node);
    boolean shared = uses.getOrDefault(node, 0) > 1 && text.text().length() >= SHORT;
    boolean simple = text.binding() == ATOM && node.inputs().isEmpty();
    boolean typed = declared.contains(node);
    if (node != root && (typed || !simple && (shared || text.text().length() > LONG))) {
      String name = fresh();
      lines.add(name + (typed ? ": " + node.type() : "") + " = " + text.text());
      text = new Text(name, ATOM);
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

  // ------------------------------------------------------------------ expressions

  private String in(Node node, int index, int least) {
    return texts.get(node.input(index)).within(least);
  }

  private String whole(Node node, int index) {
    return texts.get(node.input(index)).text();
  }

  private Text call(String name, Node node, Object... more) {
    List<String> arguments = new ArrayList<>();
    node.inputs().forEach(n -> arguments.add(texts.get(n).text()));
    for (Object argument : more) {
      arguments.add(argument.toString());
    }
    return new Text(name + "(" + String.join(", ", arguments) + ")", ATOM);
  }

  private Text expression(Node node) {
    return switch (node.op()) {
      case Leaf.Constant c -> number(c);
      case Leaf.Table t -> new Text(table(t), ATOM);
      case Leaf.SizeOf s -> new Text(s.extent().toString(), s.extent().name() == null ? SUM : ATOM);
      case Leaf.Uniform u -> new Text(u.address(), ATOM);
      case Leaf leaf -> new Text(leaf.title(), ATOM);
      case Elementwise op -> elementwise(op, node);
      case Reduction op -> reduction(op, node);
      case Movement op -> movement(op, node);
      case Contraction op -> contraction(op, node);
      case Indexing.Gather g when g.axis() == 0 ->
          new Text(in(node, 0, ATOM) + "[" + whole(node, 1) + "]", ATOM);
      case Indexing.Gather g ->
          new Text(in(node, 0, ATOM) + "[" + ":, ".repeat(g.axis()) + whole(node, 1) + "]", ATOM);
      case Indexing.ScatterAdd s -> call("scatter_add", node, s.axis(), s.extent());
      case Indexing op -> call(op.title(), node);
      case Loop.Region op -> new Text(step(op, node), LOOP);
      case Loop.Result op -> new Text("result " + op.index() + " of " + whole(node, 0), ATOM);
      case Derivative d -> call("grad", node);
    };
  }

  /** A loop as a step of a list of steps, with all that it computes. */
  private String step(Loop.Region region, Node loop) {
    List<Integer> all = IntStream.range(0, region.roots().size()).boxed().toList();
    List<String> outside = new ArrayList<>();
    for (int i = 0; i < loop.inputs().size(); i++) {
      outside.add(in(loop, i, ATOM));
    }
    String text = new LoopText(loop, all, Set.copyOf(names.values())).text(outside);
    return text.replaceAll("\\{\n\\s*", "{ ").replaceAll("\n}", " }").replaceAll("\n\\s*", "; ");
  }

  private static Text number(Leaf.Constant constant) {
    String text =
        Double.isNaN(constant.value())
            ? "0 / 0"
            : Double.isInfinite(constant.value())
                ? (constant.value() < 0 ? "-inf" : "inf")
                : constant.title();
    return new Text(text, text.startsWith("-") ? MINUS : text.contains("/") ? PRODUCT : ATOM);
  }

  private static String table(Leaf.Table table) {
    double[] values = table.values();
    List<String> rows = new ArrayList<>();
    for (double value : values) {
      rows.add(number(new Leaf.Constant(value, table.type().dtype())).text());
    }
    for (Extent extent : table.type().shape().reversed()) {
      int size = (int) extent.constant().orElse(1);
      List<String> outer = new ArrayList<>();
      for (int i = 0; size > 0 && i + size <= rows.size(); i += size) {
        outer.add("[" + String.join(", ", rows.subList(i, i + size)) + "]");
      }
      rows = outer;
    }
    return rows.isEmpty() ? "[]" : String.join(", ", rows);
  }

  private Text elementwise(Elementwise op, Node node) {
    return switch (op) {
      case ADD -> sum(node);
      case MULTIPLY ->
          node.input(0) == node.input(1)
              ? new Text(in(node, 0, ATOM) + "^2", POWER)
              : binary(node, " * ", PRODUCT, PRODUCT + 1);
      case DIVIDE -> binary(node, " / ", PRODUCT, PRODUCT + 1);
      case FLOOR_DIVIDE -> binary(node, " // ", PRODUCT, PRODUCT + 1);
      case REMAINDER -> binary(node, " % ", PRODUCT, PRODUCT + 1);
      case POWER -> new Text(in(node, 0, ATOM) + "^" + in(node, 1, POWER), POWER);
      case NEGATE -> {
        Text value = texts.get(node.input(0));
        yield new Text("-" + value.within(PRODUCT), value.binding() == PRODUCT ? PRODUCT : MINUS);
      }
      case LESS -> binary(node, " < ", COMPARE + 1, COMPARE + 1);
      case LESS_EQUAL -> binary(node, " <= ", COMPARE + 1, COMPARE + 1);
      case EQUAL -> binary(node, " == ", COMPARE + 1, COMPARE + 1);
      case AND -> binary(node, " and ", AND, AND + 1);
      case OR -> binary(node, " or ", OR, OR + 1);
      case NOT -> new Text("not " + in(node, 0, NOT), NOT);
      case LOG1P -> new Text("log(1 + " + in(node, 0, PRODUCT) + ")", ATOM);
      case EXPM1 -> new Text("exp(" + whole(node, 0) + ") - 1", SUM);
      case TO_F32, TO_F64, TO_I32, TO_BOOL -> convert(node);
      default -> call(op.title(), node);
    };
  }

  /** Whole numbers and sizes become floats beside floats by themselves. */
  private Text convert(Node node) {
    DType from = node.input(0).type().dtype();
    boolean implicit = from == DType.I32 && node.type().dtype().isFloat();
    return implicit ? texts.get(node.input(0)) : call(node.type().dtype().toString(), node);
  }

  private Text binary(Node node, String operator, int left, int right) {
    return new Text(
        in(node, 0, left) + operator + in(node, 1, right),
        Math.min(left, right) == COMPARE + 1 ? COMPARE : left);
  }

  /** a + b, and a - b for a + -b; what is added first if the first is subtracted. */
  private Text sum(Node node) {
    boolean swap = subtracts(node.input(0)) && !subtracts(node.input(1));
    int first = swap ? 1 : 0;
    String right = in(node, 1 - first, SUM + 1);
    boolean minus = subtracts(node.input(1 - first));
    return new Text(
        in(node, first, SUM) + (minus ? " - " + right.substring(1) : " + " + right), SUM);
  }

  private boolean subtracts(Node node) {
    return texts.get(node).text().startsWith("-") && texts.get(node).binding() >= PRODUCT;
  }

  private Text reduction(Reduction op, Node node) {
    String name =
        switch (op.kind()) {
          case SUM -> "sum";
          case PRODUCT -> "prod";
          case MAX -> "amax";
          case ARGMAX -> "argmax";
        };
    boolean all =
        op.axes().size() == node.input(0).type().rank() && op.kind() != Reduction.Kind.ARGMAX;
    String axes =
        op.axes().size() == 1
            ? op.axes().getFirst().toString()
            : op.axes().stream().map(Object::toString).collect(Collectors.joining(", ", "(", ")"));
    return all ? call(name, node) : call(name, node, axes);
  }

  private Text movement(Movement op, Node node) {
    return switch (op) {
      case Movement.Reshape r -> call("reshape", node, r.shape().toArray());
      case Movement.Transpose t when t.permutation().equals(List.of(1, 0)) ->
          new Text(in(node, 0, ATOM) + "'", ATOM);
      case Movement.Transpose t ->
          einsum(node, List.of(identity(t.permutation().size())), t.permutation());
      case Movement.Broadcast b -> broadcast(b, node);
      case Movement.Slice s -> new Text(in(node, 0, ATOM) + slices(s, node), ATOM);
      case Movement.Pad p -> pad(p, node);
      case Movement.Concat c -> call("concat", node, "axis = " + c.axis());
      case Movement.Windows w -> call("windows", node, w.axis(), w.size(), w.stride());
      case Movement.Overlap o -> call("overlap", node, o.axis(), o.extent(), o.stride());
    };
  }

  private static List<Integer> identity(int rank) {
    return IntStream.range(0, rank).boxed().toList();
  }

  private Text broadcast(Movement.Broadcast op, Node node) {
    List<Integer> axes = op.axes();
    int first = axes.isEmpty() ? op.shape().size() : axes.getFirst();
    boolean trailing = op.shape().size() - first == axes.size();
    if (trailing) {
      return texts.get(node.input(0));
    }
    List<String> indices = new ArrayList<>();
    for (int axis = first; axis < op.shape().size(); axis++) {
      indices.add(axes.contains(axis) ? ":" : "*");
    }
    return new Text(in(node, 0, ATOM) + "[" + String.join(", ", indices) + "]", ATOM);
  }

  private static String slices(Movement.Slice op, Node node) {
    List<String> indices = new ArrayList<>();
    for (int axis = 0; axis < op.shape().size(); axis++) {
      Extent start = op.starts().get(axis);
      int step = op.steps().get(axis);
      Extent extent = op.shape().get(axis);
      Extent all = node.input(0).type().extent(axis);
      if (step == 1 && start.isZero() && extent.equals(all)) {
        indices.add(":");
      } else if (step == -1 && start.equals(all.plus(-1)) && extent.equals(all)) {
        indices.add("::-1");
      } else {
        Extent end = start.plus(extent.plus(-1).times(step)).plus(step > 0 ? 1 : -1);
        String until = end.is(-1) ? "" : end.toString();
        indices.add(start + ":" + until + (step == 1 ? "" : ":" + step));
      }
    }
    return indices.stream().collect(Collectors.joining(", ", "[", "]"));
  }

  private Text pad(Movement.Pad op, Node node) {
    String text = whole(node, 0);
    for (int axis = 0; axis < op.low().size(); axis++) {
      Extent low = op.low().get(axis);
      Extent high = op.high().get(axis);
      if (!low.isZero() || !high.isZero()) {
        text =
            "extend(" + text + ", " + axis + ", " + low + ", " + high + ", " + whole(node, 1) + ")";
      }
    }
    return new Text(text, ATOM);
  }

  // ------------------------------------------------------------------ contractions

  private Text contraction(Contraction op, Node node) {
    if (op.operands().size() == 2) {
      List<Integer> a = op.operands().get(0);
      List<Integer> b = op.operands().get(1);
      for (boolean swap : new boolean[] {false, true}) {
        Text product = swap ? product(node, 1, b, 0, a, op) : product(node, 0, a, 1, b, op);
        if (product != null) {
          return product;
        }
      }
    }
    return einsum(node, op.operands(), op.output());
  }

  /** x @ y, with either of them transposed if it is a matrix; null if it is no such product. */
  private Text product(Node node, int i, List<Integer> a, int k, List<Integer> b, Contraction op) {
    if (a.isEmpty() || b.isEmpty() || a.size() > 2 || b.size() > 2) {
      return null;
    }
    for (int flip = 0; flip < 4; flip++) {
      boolean left = (flip & 1) != 0;
      boolean right = (flip & 2) != 0;
      if (left && a.size() < 2 || right && b.size() < 2) {
        continue;
      }
      List<Integer> x = left ? a.reversed() : a;
      List<Integer> y = right ? b.reversed() : b;
      List<Integer> output = new ArrayList<>(x.subList(0, x.size() - 1));
      output.addAll(y.subList(1, y.size()));
      boolean distinct = new HashSet<>(output).size() == output.size();
      if (x.getLast().equals(y.getFirst())
          && !output.contains(y.getFirst())
          && distinct
          && output.equals(op.output())) {
        String l = left ? in(node, i, ATOM) + "'" : in(node, i, PRODUCT);
        String r = right ? in(node, k, ATOM) + "'" : in(node, k, PRODUCT + 1);
        return new Text(l + " @ " + r, PRODUCT);
      }
    }
    return null;
  }

  private Text einsum(Node node, List<List<Integer>> operands, List<Integer> output) {
    Map<Integer, Character> letters = new HashMap<>();
    String pattern =
        operands.stream().map(o -> letters(o, letters)).collect(Collectors.joining(","))
            + "->"
            + letters(output, letters);
    List<String> arguments = new ArrayList<>(List.of("\"" + pattern + "\""));
    node.inputs().forEach(n -> arguments.add(texts.get(n).text()));
    return new Text("einsum(" + String.join(", ", arguments) + ")", ATOM);
  }

  private static String letters(List<Integer> labels, Map<Integer, Character> known) {
    StringBuilder text = new StringBuilder();
    for (int label : labels) {
      text.append(known.computeIfAbsent(label, l -> (char) ('a' + known.size() % 26)));
    }
    return text.toString();
  }
}
