package dlx.tests;

import dlx.ast.Ast;
import dlx.ast.Parse;
import dlx.graph.Contraction;
import dlx.graph.Derivative;
import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.graph.Graph;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.graph.Reduction;
import dlx.graph.Type;
import dlx.runtime.DType;
import dlx.source.Diagnostics;
import dlx.source.Source;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Small expressions of the language to graphs, for tests of the stages behind elaboration. Knows
 * elementwise operations, reductions, {@code @}, {@code grad} and trailing broadcasts; no checks.
 */
final class Sketch {
  final Graph graph = new Graph();
  private final Map<String, Node> names = new LinkedHashMap<>();
  private final Map<Node, String> titles = new HashMap<>();

  Sketch input(String name, DType dtype, String... shape) {
    List<Extent> extents =
        IntStream.range(0, shape.length)
            .mapToObj(i ->
                shape[i].chars().allMatch(Character::isDigit)
                    ? Extent.of(Long.parseLong(shape[i]))
                    : Extent.symbol(shape[i]))
            .toList();
    names.put(name, graph.node(new Leaf.Input(name, new Type(dtype, extents))));
    return this;
  }

  Sketch define(String name, String expression) {
    Node node = read(expression);
    names.put(name, node);
    titles.put(node, name);
    return this;
  }

  /** The names of definitions. */
  Map<Node, String> titles() {
    return titles;
  }

  Node read(String expression) {
    Diagnostics diagnostics = new Diagnostics();
    Ast.Expression parsed = Parse.expression(new Source("test", expression), diagnostics);
    diagnostics.throwIfErrors();
    return of(parsed);
  }

  private Node of(Ast.Expression expression) {
    return switch (expression) {
      case Ast.Name name -> names.get(name.text());
      case Ast.Number number ->
          graph.node(new Leaf.Constant(Double.parseDouble(number.text()), DType.F64));
      case Ast.Truth truth -> graph.node(new Leaf.Constant(truth.value() ? 1 : 0, DType.BOOL));
      case Ast.Unary unary ->
          unary.operator().equals("not") ? of(unary.value()).not() : of(unary.value()).negate();
      case Ast.Transpose transpose -> of(transpose.value()).transpose(List.of(1, 0));
      case Ast.Binary binary -> binary(binary);
      case Ast.Call call -> call(((Ast.Name) call.callee()).text(), call);
      default -> throw new IllegalArgumentException(expression.span().text());
    };
  }

  private Node binary(Ast.Binary binary) {
    Node left = of(binary.left());
    Node right = of(binary.right());
    return switch (binary.operator()) {
      case "+" -> apply(Elementwise.ADD, left, right);
      case "-" -> apply(Elementwise.ADD, left, right.negate());
      case "*" -> apply(Elementwise.MULTIPLY, left, right);
      case "/" -> apply(Elementwise.DIVIDE, left, right);
      case "^" -> apply(Elementwise.POWER, left, right);
      case "<" -> apply(Elementwise.LESS, left, right);
      case "<=" -> apply(Elementwise.LESS_EQUAL, left, right);
      case "==" -> apply(Elementwise.EQUAL, left, right);
      case "and" -> apply(Elementwise.AND, left, right);
      case "@" -> product(left, right);
      default -> throw new IllegalArgumentException(binary.span().text());
    };
  }

  private Node product(Node left, Node right) {
    int rank = left.type().rank();
    List<Integer> a = IntStream.range(0, rank).boxed().toList();
    List<Integer> b = new ArrayList<>(List.of(rank - 1));
    IntStream.range(1, right.type().rank()).forEach(i -> b.add(rank + i));
    List<Integer> output = new ArrayList<>(a.subList(0, rank - 1));
    output.addAll(b.subList(1, b.size()));
    return graph.node(new Contraction(List.of(a, b), output), left, right);
  }

  private Node call(String name, Ast.Call call) {
    List<Node> inputs = call.arguments().stream().map(a -> of(a.value())).toList();
    Node x = inputs.getFirst();
    List<Integer> all = IntStream.range(0, x.type().rank()).boxed().toList();
    List<Integer> axes = all;
    if (call.arguments().size() > 1 && call.arguments().get(1).value() instanceof Ast.Number n) {
      axes = List.of(Integer.parseInt(n.text()));
    }
    return switch (name) {
      case "sum" -> x.sum(axes);
      case "prod" -> x.reduce(Reduction.Kind.PRODUCT, axes);
      case "amax" -> x.reduce(Reduction.Kind.MAX, axes);
      case "rows" -> x.spread(inputs.get(1).type().shape(), List.of(1));
      case "grad" -> graph.node(new Derivative(), x, inputs.get(1));
      case "iota" -> graph.node(new Leaf.Iota(inputs.get(1).type().extent(0)));
      default ->
          apply(Elementwise.valueOf(name.toUpperCase(Locale.ROOT)), inputs.toArray(Node[]::new));
    };
  }

  /** Inputs of lower rank are copied along leading axes; numbers take the type of the others. */
  private Node apply(Elementwise op, Node... inputs) {
    Type widest = inputs[0].type();
    for (Node input : inputs) {
      widest = input.type().rank() > widest.rank() ? input.type() : widest;
    }
    List<Node> wide = new ArrayList<>();
    for (Node input : inputs) {
      wide.add(input.fill(widest.shape()));
    }
    return graph.node(op, wide);
  }
}
