package dlx.simplify;

import dlx.graph.Elementwise;
import dlx.graph.Graph;
import dlx.graph.Node;
import dlx.graph.Type;
import dlx.runtime.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Makes the nodes of a pattern whose variables are known. */
final class Right {
  private final Graph graph;
  private final Map<String, Product> bound;
  private final @Nullable List<Integer> axes;

  Right(Graph graph, Map<String, Product> bound, @Nullable List<Integer> axes) {
    this.graph = graph;
    this.bound = bound;
    this.axes = axes;
  }

  /**
   * The node of a pattern.
   *
   * @param type of a number that stands alone; numbers beside nodes take the type of those
   */
  Node node(Pattern pattern, Type type) {
    return switch (pattern) {
      case Pattern.Variable v -> {
        Product value = bound.get(v.name());
        yield Build.product(
            graph, value, value.isNumber() ? type : value.factors().getFirst().base().type());
      }
      case Pattern.Number n -> Build.number(graph, n.value(), type);
      case Pattern.Fold f -> node(f.argument(), type).reduce(f.kind(), axes);
      case Pattern.Apply a -> apply(a, type);
      case Pattern.Product p -> {
        Type own = typeOf(p.factors().stream().map(Pattern.Power::base).toList(), type);
        Node above =
            Math.abs(p.coefficient()) == 1 ? null : Build.number(graph, p.coefficient(), own);
        Node below = null;
        for (Pattern.Power power : p.factors()) {
          Node base = node(power.base(), own);
          double exponent = Math.abs(power.exponent());
          Node factor =
              exponent == 1
                  ? base
                  : exponent == 2 ? base.times(base) : base.power(base.like(exponent));
          if (power.exponent() > 0) {
            above = above == null ? factor : above.times(factor);
          } else {
            below = below == null ? factor : below.times(factor);
          }
        }
        Node top = above == null ? Build.number(graph, 1, own) : above;
        Node all = below == null ? top : top.over(below);
        yield p.coefficient() == -1 ? all.negate() : all;
      }
      case Pattern.Sum s -> {
        Type own = typeOf(s.terms(), type);
        Node sum = s.constant() == 0 ? null : Build.number(graph, s.constant(), own);
        for (Pattern term : s.terms()) {
          Node addend = node(term, own);
          sum = sum == null ? addend : sum.plus(addend);
        }
        yield sum;
      }
    };
  }

  private Node apply(Pattern.Apply apply, Type type) {
    boolean chooses = apply.op() == Elementwise.WHERE;
    List<Pattern> values =
        chooses ? apply.arguments().subList(1, apply.arguments().size()) : apply.arguments();
    Type own = typeOf(values, type);
    List<Node> inputs =
        new ArrayList<>(
            IntStream.range(0, values.size()).mapToObj(i -> node(values.get(i), own)).toList());
    if (chooses) {
      inputs.addFirst(node(apply.arguments().getFirst(), own.with(DType.BOOL)));
    }
    return graph.node(apply.op(), inputs);
  }

  /** The type of the first pattern that has one of its own. */
  private Type typeOf(List<Pattern> patterns, Type otherwise) {
    for (Pattern pattern : patterns) {
      if (pattern.names().stream().anyMatch(n -> !bound.get(n).isNumber())) {
        return node(pattern, otherwise).type();
      }
    }
    return otherwise;
  }
}
