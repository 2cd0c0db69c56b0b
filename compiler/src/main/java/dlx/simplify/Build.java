package dlx.simplify;

import dlx.graph.Graph;
import dlx.graph.Leaf;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.graph.Type;
import dlx.runtime.DType;
import dlx.simplify.Product.Factor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes nodes of products and sums in one spelling: the number first in a product and last in a
 * sum, minus instead of times -1, squares as x * x. Work on numbers and rows is done before they
 * are copied along further axes: all factors (terms) that are copies along the same axes are
 * combined first.
 */
final class Build {
  private Build() {}

  static Node number(Graph graph, double value, Type type) {
    return graph.node(new Leaf.Constant(value, type.dtype())).fill(type.shape());
  }

  // ------------------------------------------------------------------ products

  /** The node of a product. */
  static Node product(Graph graph, Product product, Type type) {
    if (product.isNumber()) {
      return number(graph, product.coefficient(), type);
    }
    Map<Object, List<Factor>> groups = new LinkedHashMap<>();
    for (Factor factor : product.factors()) {
      groups.computeIfAbsent(copies(factor.base()), k -> new ArrayList<>()).add(factor);
    }
    double coefficient = product.coefficient();
    @Nullable Object numbers = null;
    boolean negative = coefficient == -1;
    if (coefficient != 1 && !negative && groups.size() > 1) {
      numbers = groups.keySet().stream().filter(Build::isOfNumber).findFirst().orElse(null);
    }
    List<Node> above = new ArrayList<>();
    List<Node> below = new ArrayList<>();
    for (Map.Entry<Object, List<Factor>> group : groups.entrySet()) {
      double own = group.getKey() == numbers ? coefficient : 1;
      boolean lower =
          group.getValue().size() > 1 || own != 1 || group.getValue().getFirst().exponent() != 1;
      boolean inside = lower && group.getKey() instanceof Movement.Broadcast;
      if (inside) {
        above.addFirst(copied((Movement.Broadcast) group.getKey(), group.getValue(), own));
      } else {
        group.getValue().forEach(f -> (f.exponent() > 0 ? above : below).add(power(f)));
      }
    }
    if (numbers == null && coefficient != 1 && !negative) {
      above.addFirst(number(graph, coefficient, type));
    }
    Node node = quotient(graph, above, below, type);
    return negative ? node.negate() : node;
  }

  private static Node quotient(Graph graph, List<Node> above, List<Node> below, Type type) {
    Node top = above.isEmpty() ? number(graph, 1, type) : chain(above, Node::times);
    return below.isEmpty() ? top : top.over(chain(below, Node::times));
  }

  private static Node copied(Movement.Broadcast copy, List<Factor> factors, double coefficient) {
    List<Factor> inner =
        factors.stream().map(f -> new Factor(f.base().input(0), f.exponent())).toList();
    Node first = inner.getFirst().base();
    Node product = product(first.graph(), new Product(coefficient, inner), first.type());
    return product.broadcast(copy.shape(), copy.axes());
  }

  /** Along which axes a node is copies: its broadcast, or what stands for none. */
  private static Object copies(Node node) {
    return node.op() instanceof Movement.Broadcast broadcast && node.splat() == null
        ? broadcast
        : "no copies";
  }

  private static boolean isOfNumber(Object key) {
    return key instanceof Movement.Broadcast broadcast && broadcast.axes().isEmpty();
  }

  private static Node power(Factor factor) {
    double exponent = Math.abs(factor.exponent());
    Node base = factor.base();
    if (exponent == 1) {
      return base;
    }
    Node square = base.times(base);
    return exponent == 2
        ? square
        : exponent == 3
            ? square.times(base)
            : exponent == 4 ? square.times(square) : base.power(base.like(exponent));
  }

  private static Node chain(List<Node> nodes, BinaryOperator<Node> join) {
    Node node = nodes.getFirst();
    for (Node next : nodes.subList(1, nodes.size())) {
      node = join.apply(node, next);
    }
    return node;
  }

  // ------------------------------------------------------------------ sums

  /** A term as it is written: a node, and whether it is subtracted. */
  private record Addend(Node node, boolean minus) {
    static Addend of(Graph graph, Product term, Type type) {
      boolean minus = term.coefficient() < 0 && type.dtype() != DType.BOOL;
      Product magnitude = minus ? term.scaled(-1, type.dtype()) : term;
      return new Addend(product(graph, magnitude, type), minus);
    }
  }

  /** The node of a sum. */
  static Node sum(Graph graph, double constant, List<Product> terms, Type type) {
    if (terms.isEmpty()) {
      return number(graph, constant, type);
    }
    Map<Object, List<Addend>> groups = new LinkedHashMap<>();
    for (Product term : terms) {
      Addend addend = Addend.of(graph, term, type);
      groups.computeIfAbsent(copies(addend.node()), k -> new ArrayList<>()).add(addend);
    }
    Object numbers =
        constant != 0 && groups.size() > 1
            ? groups.keySet().stream().filter(Build::isOfNumber).findFirst().orElse(null)
            : null;
    List<Addend> addends = new ArrayList<>();
    for (Map.Entry<Object, List<Addend>> group : groups.entrySet()) {
      boolean withNumber = group.getKey() == numbers;
      if (group.getKey() instanceof Movement.Broadcast copy
          && (group.getValue().size() > 1 || withNumber)) {
        List<Addend> inner = new ArrayList<>();
        group.getValue().forEach(a -> inner.add(new Addend(a.node().input(0), a.minus())));
        Node sum = sum(inner, withNumber ? constant : 0);
        addends.add(new Addend(sum.broadcast(copy.shape(), copy.axes()), false));
      } else {
        addends.addAll(group.getValue());
      }
    }
    return sum(addends, numbers == null ? constant : 0);
  }

  private static Node sum(List<Addend> addends, double constant) {
    int first = 0;
    while (first < addends.size() && addends.get(first).minus()) {
      first++;
    }
    Node sum = null;
    if (first < addends.size()) {
      sum = addends.get(first).node();
    } else if (constant != 0) {
      sum = addends.getFirst().node().like(constant);
    }
    boolean leads = first == addends.size();
    for (int i = 0; i < addends.size(); i++) {
      if (i != first) {
        Addend next = addends.get(i);
        Node signed = next.minus() ? next.node().negate() : next.node();
        sum = sum == null ? signed : sum.plus(signed);
      }
    }
    return constant == 0 || leads ? sum : sum.plus(constant);
  }

  /** Whether building a sum would combine copies that are now apart. */
  static boolean hasCopiesToCombine(Graph graph, double constant, List<Product> terms) {
    Map<Object, Integer> counts = new LinkedHashMap<>();
    for (Product term : terms) {
      Set<Object> keys =
          term.factors().stream().map(f -> copies(f.base())).collect(Collectors.toSet());
      if (keys.size() == 1 && keys.iterator().next() instanceof Movement.Broadcast broadcast) {
        int more = constant != 0 && broadcast.axes().isEmpty() && terms.size() > 1 ? 2 : 1;
        if (counts.merge(broadcast, more, Integer::sum) > 1) {
          return true;
        }
      }
    }
    return false;
  }
}
