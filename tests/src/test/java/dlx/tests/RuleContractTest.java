package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dlx.differentiate.Differentiate;
import dlx.graph.Derivative;
import dlx.graph.Evaluate;
import dlx.graph.Function;
import dlx.graph.Graph;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.graph.Type;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import dlx.simplify.Simplify;
import dlx.simplify.Specimen;
import dlx.simplify.Tier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Both sides of every rule have the same type, value and derivative. */
class RuleContractTest {
  private static final double[] EDGES = {
    0.0,
    -0.0,
    1,
    -1,
    0.5,
    -0.5,
    2,
    3,
    -3,
    1e-300,
    Double.MIN_VALUE,
    -Double.MIN_VALUE,
    1e300,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.NaN
  };

  private final Map<String, Tensor> inputs = new HashMap<>();

  /** Leaves for the variables of a rule. */
  private Map<String, Node> leaves(Graph graph, Specimen rule, DType dtype, int rank) {
    Map<String, Node> leaves = new HashMap<>();
    for (String name : rule.names()) {
      DType own = rule.isTruth(name) ? DType.BOOL : dtype;
      Type type = rank == 0 ? Type.scalar(own) : Type.of(own, 2, 3);
      leaves.put(name, graph.node(new Leaf.Input(name, type)));
    }
    return leaves;
  }

  private void fill(Map<String, Node> leaves, Random random, Specimen rule, boolean edges) {
    leaves.forEach((name, leaf) -> {
      Type type = leaf.type();
      int[] shape = type.shape().stream().mapToInt(e -> (int) e.value(s -> 0)).toArray();
      Tensor tensor = Tensor.zeros(type.dtype(), shape);
      for (int i = 0; i < tensor.size(); i++) {
        tensor.set(i, element(type.dtype(), random, rule, name, edges));
      }
      inputs.put(name, tensor);
    });
  }

  private static double element(
      DType dtype, Random random, Specimen rule, String name, boolean edges) {
    return switch (dtype) {
      case BOOL -> random.nextInt(2);
      case I32 -> random.nextInt(3) == 0 ? Integer.MIN_VALUE : random.nextInt(7) - 3;
      case F32, F64 -> {
        double value = random.nextDouble() * 6 - 3;
        double any = edges && random.nextBoolean() ? EDGES[random.nextInt(EDGES.length)] : value;
        boolean zero = !edges && random.nextInt(8) == 0;
        yield zero && !rule.isPositive(name)
            ? 0
            : rule.isPositive(name) ? Math.abs(any) + 0.1 : any;
      }
    };
  }

  private double[] values(Node node) {
    return new Evaluate(Map.of(), inputs, Map.of(), 0, 0).values(node);
  }

  @Test
  void exactRulesKeepEveryBit() {
    for (Specimen rule : Specimen.all()) {
      if (rule.tier() != Tier.REAL) {
        for (DType dtype :
            rule.tier() == Tier.WHOLE ? List.of(DType.I32) : List.of(DType.F64, DType.I32)) {
          exact(rule, dtype);
        }
      }
    }
  }

  private void exact(Specimen rule, DType dtype) {
    Random random = new Random(1);
    for (int i = 0; i < 300; i++) {
      Graph graph = new Graph();
      Map<String, Node> leaves = leaves(graph, rule, dtype, i % 2);
      fill(leaves, random, rule, true);
      Node left;
      try {
        left = rule.left(graph, leaves);
      } catch (IllegalArgumentException e) {
        return; // not for this element type
      }
      Node right = rule.right(graph, leaves);
      assertEquals(left.type(), right.type(), rule.title());
      double[] expected = values(left);
      double[] found = values(right);
      for (int k = 0; k < expected.length; k++) {
        if (Double.compare(expected[k], found[k]) != 0) {
          fail(rule.title() + ": " + expected[k] + " and " + found[k] + " for " + inputs);
        }
      }
    }
  }

  @Test
  void realRulesKeepNumbers() {
    for (Specimen rule : Specimen.all()) {
      if (rule.tier() == Tier.REAL) {
        real(rule);
      }
    }
  }

  private void real(Specimen rule) {
    Random random = new Random(2);
    int numbers = 0;
    for (int i = 0; i < 300; i++) {
      Graph graph = new Graph();
      Map<String, Node> leaves = leaves(graph, rule, DType.F64, rule.folds() ? 1 : i % 2);
      fill(leaves, random, rule, false);
      Node left = rule.left(graph, leaves);
      Node right = rule.right(graph, leaves);
      assertEquals(left.type(), right.type(), rule.title());
      numbers += same(rule.title(), left, right);
      if (left.type().dtype().isFloat() && !hasZero()) {
        derivatives(rule, graph, leaves, left, right);
      }
    }
    assertTrue(numbers > 20, rule.title() + " is never a number");
  }

  private boolean hasZero() {
    return inputs.values().stream()
        .anyMatch(t ->
            t.dtype() == DType.F64 && java.util.Arrays.stream(t.doubles()).anyMatch(v -> v == 0));
  }

  /** The number of elements that are numbers; a NaN or an infinity has to stay one. */
  private int same(String title, Node left, Node right) {
    double[] expected = values(left);
    double[] found = values(right);
    int numbers = 0;
    for (int k = 0; k < expected.length; k++) {
      boolean number = Double.isFinite(expected[k]);
      numbers += number ? 1 : 0;
      boolean same =
          number
              ? Math.abs(expected[k] - found[k]) <= 1e-9 * (1 + Math.abs(expected[k]))
              : Double.compare(expected[k], found[k]) == 0;
      if (!same) {
        fail(title + ": " + expected[k] + " and " + found[k] + " for " + inputs);
      }
    }
    return numbers;
  }

  private void derivatives(
      Specimen rule, Graph graph, Map<String, Node> leaves, Node left, Node right) {
    for (Node leaf : leaves.values()) {
      if (leaf.type().dtype().isFloat()) {
        List<Node> slopes = new ArrayList<>();
        for (Node side : List.of(left, right)) {
          Node slope = graph.node(new Derivative(), side.sum(), leaf);
          Function function =
              new Function("d", List.of(new Function.Output("d", slope)), List.of(), List.of());
          slopes.add(Differentiate.function(function).roots().getFirst());
        }
        double[] expected = values(slopes.get(0));
        double[] found = values(slopes.get(1));
        for (int k = 0; k < expected.length; k++) {
          // where the left side is no number its derivative may be anything
          if (Double.isFinite(expected[k])
              && Double.isFinite(values(left)[Math.min(k, values(left).length - 1)])
              && !(Math.abs(expected[k] - found[k]) <= 1e-7 * (1 + Math.abs(expected[k])))) {
            fail(
                "the derivative of "
                    + rule.title()
                    + " by "
                    + leaf
                    + ": "
                    + expected[k]
                    + " and "
                    + found[k]
                    + " for "
                    + inputs);
          }
        }
      }
    }
  }

  @Test
  void everyIdentityIsFoundWhereItStands() {
    Set<String> never = new TreeSet<>();
    for (Specimen rule : Specimen.all()) {
      Graph graph = new Graph();
      DType dtype = rule.tier() == Tier.WHOLE ? DType.I32 : DType.F64;
      Map<String, Node> leaves = leaves(graph, rule, dtype, rule.folds() ? 1 : 0);
      rule.make(leaves);
      Function function =
          new Function(
              "f",
              List.of(new Function.Output("y", rule.left(graph, leaves))),
              List.of(),
              List.of());
      Node left = function.roots().getFirst();
      Node after = Simplify.function(function, Simplify.Mode.REAL).roots().getFirst();
      if (after == left) {
        never.add(rule.title());
      }
    }
    assertEquals(Set.of(), never);
  }

  @Test
  void thereAreManyRules() {
    assertTrue(Simplify.titles().size() > 100, Simplify.titles().size() + " rules");
    assertEquals(Simplify.titles().size(), Set.copyOf(Simplify.titles()).size());
  }
}
