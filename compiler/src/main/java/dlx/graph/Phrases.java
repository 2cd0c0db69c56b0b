package dlx.graph;

import dlx.runtime.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What one node is as text, from the texts of its inputs. */
final class Phrases {
  private final Map<Node, Phrase> texts;
  private final Map<Node, String> names;
  private final MovePhrases moves = new MovePhrases(this);

  /**
   * @param texts of all inputs, when they are asked for
   * @param names that are taken
   */
  Phrases(Map<Node, Phrase> texts, Map<Node, String> names) {
    this.texts = texts;
    this.names = names;
  }

  Phrase text(Node node) {
    return texts.get(node);
  }

  String in(Node node, int index, int least) {
    return texts.get(node.input(index)).within(least);
  }

  String whole(Node node, int index) {
    return texts.get(node.input(index)).text();
  }

  Phrase call(String name, Node node, Object... more) {
    List<String> arguments = new ArrayList<>();
    node.inputs().forEach(n -> arguments.add(texts.get(n).text()));
    for (Object argument : more) {
      arguments.add(argument.toString());
    }
    return new Phrase(name + "(" + String.join(", ", arguments) + ")", Phrase.ATOM);
  }

  Phrase of(Node node) {
    return switch (node.op()) {
      case Leaf.Constant c -> number(c);
      case Leaf.Table t -> new Phrase(table(t), Phrase.ATOM);
      case Leaf.SizeOf s ->
          new Phrase(s.extent().toString(), s.extent().name() == null ? Phrase.SUM : Phrase.ATOM);
      case Leaf.Uniform u -> new Phrase(u.address(), Phrase.ATOM);
      case Leaf leaf -> new Phrase(leaf.title(), Phrase.ATOM);
      case Elementwise op -> elementwise(op, node);
      case Reduction op -> reduction(op, node);
      case Movement op -> moves.movement(op, node);
      case Contraction op -> moves.contraction(op, node);
      case Indexing.Gather g when g.axis() == 0 ->
          new Phrase(in(node, 0, Phrase.ATOM) + "[" + whole(node, 1) + "]", Phrase.ATOM);
      case Indexing.Gather g ->
          new Phrase(
              in(node, 0, Phrase.ATOM) + "[" + ":, ".repeat(g.axis()) + whole(node, 1) + "]",
              Phrase.ATOM);
      case Indexing.ScatterAdd s -> call("scatter_add", node, s.axis(), s.extent());
      case Indexing op -> call(op.title(), node);
      case Loop.Region op -> new Phrase(step(op, node), Phrase.LOOP);
      case Loop.Result op ->
          new Phrase("result " + op.index() + " of " + whole(node, 0), Phrase.ATOM);
      case Derivative d -> call(d.title(), node);
    };
  }

  /** A loop as a step of a list of steps, with all that it computes. */
  private String step(Loop.Region region, Node loop) {
    List<Integer> all = IntStream.range(0, region.roots().size()).boxed().toList();
    List<String> outside = new ArrayList<>();
    for (int i = 0; i < loop.inputs().size(); i++) {
      outside.add(in(loop, i, Phrase.ATOM));
    }
    String text = new LoopText(loop, all, Set.copyOf(names.values())).text(outside);
    return text.replaceAll("\\{\n\\s*", "{ ").replaceAll("\n}", " }").replaceAll("\n\\s*", "; ");
  }

  private static Phrase number(Leaf.Constant constant) {
    String text =
        Double.isNaN(constant.value())
            ? "0 / 0"
            : Double.isInfinite(constant.value())
                ? (constant.value() < 0 ? "-inf" : "inf")
                : constant.title();
    return new Phrase(
        text,
        text.startsWith("-") ? Phrase.MINUS : text.contains("/") ? Phrase.PRODUCT : Phrase.ATOM);
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

  private Phrase elementwise(Elementwise op, Node node) {
    return switch (op) {
      case ADD -> sum(node);
      case MULTIPLY ->
          node.input(0) == node.input(1)
              ? new Phrase(in(node, 0, Phrase.ATOM) + "^2", Phrase.POWER)
              : binary(node, " * ", Phrase.PRODUCT, Phrase.PRODUCT + 1);
      case DIVIDE -> binary(node, " / ", Phrase.PRODUCT, Phrase.PRODUCT + 1);
      case FLOOR_DIVIDE -> binary(node, " // ", Phrase.PRODUCT, Phrase.PRODUCT + 1);
      case REMAINDER -> binary(node, " % ", Phrase.PRODUCT, Phrase.PRODUCT + 1);
      case POWER ->
          new Phrase(in(node, 0, Phrase.ATOM) + "^" + in(node, 1, Phrase.POWER), Phrase.POWER);
      case NEGATE -> {
        Phrase value = texts.get(node.input(0));
        yield new Phrase(
            "-" + value.within(Phrase.PRODUCT),
            value.binding() == Phrase.PRODUCT ? Phrase.PRODUCT : Phrase.MINUS);
      }
      case LESS -> binary(node, " < ", Phrase.COMPARE + 1, Phrase.COMPARE + 1);
      case LESS_EQUAL -> binary(node, " <= ", Phrase.COMPARE + 1, Phrase.COMPARE + 1);
      case EQUAL -> binary(node, " == ", Phrase.COMPARE + 1, Phrase.COMPARE + 1);
      case AND -> binary(node, " and ", Phrase.AND, Phrase.AND + 1);
      case OR -> binary(node, " or ", Phrase.OR, Phrase.OR + 1);
      case NOT -> new Phrase("not " + in(node, 0, Phrase.NOT), Phrase.NOT);
      case LOG1P -> new Phrase("log(1 + " + in(node, 0, Phrase.PRODUCT) + ")", Phrase.ATOM);
      case EXPM1 -> new Phrase("exp(" + whole(node, 0) + ") - 1", Phrase.SUM);
      case TO_F32, TO_F64, TO_I32, TO_BOOL -> convert(node);
      default -> call(op.title(), node);
    };
  }

  /** Whole numbers and sizes become floats beside floats by themselves. */
  private Phrase convert(Node node) {
    DType from = node.input(0).type().dtype();
    boolean implicit = from == DType.I32 && node.type().dtype().isFloat();
    return implicit ? texts.get(node.input(0)) : call(node.type().dtype().toString(), node);
  }

  private Phrase binary(Node node, String operator, int left, int right) {
    return new Phrase(
        in(node, 0, left) + operator + in(node, 1, right),
        Math.min(left, right) == Phrase.COMPARE + 1 ? Phrase.COMPARE : left);
  }

  /** a + b, and a - b for a + -b; what is added first if the first is subtracted. */
  private Phrase sum(Node node) {
    boolean swap = subtracts(node.input(0)) && !subtracts(node.input(1));
    int first = swap ? 1 : 0;
    String right = in(node, 1 - first, Phrase.SUM + 1);
    boolean minus = subtracts(node.input(1 - first));
    return new Phrase(
        in(node, first, Phrase.SUM) + (minus ? " - " + right.substring(1) : " + " + right),
        Phrase.SUM);
  }

  private boolean subtracts(Node node) {
    return texts.get(node).text().startsWith("-") && texts.get(node).binding() >= Phrase.PRODUCT;
  }

  private Phrase reduction(Reduction op, Node node) {
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
}
