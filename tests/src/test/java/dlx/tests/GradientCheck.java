package dlx.tests;

import static org.junit.jupiter.api.Assertions.fail;

import dlx.differentiate.Differentiate;
import dlx.graph.Derivative;
import dlx.graph.Evaluate;
import dlx.graph.Function;
import dlx.graph.Graph;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.graph.Type;
import dlx.graph.Verify;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Compares derivatives with central differences in f64, to second order. */
final class GradientCheck {
  private static final double STEP = 1e-5;

  /** Of longer inputs only the first elements are moved. */
  private static final int MOST = 12;

  private final Map<String, Long> sizes;
  private final Map<String, Tensor> inputs;
  private final Map<String, Tensor> slots;
  private final Random random;

  /** Inputs are perturbed in place and restored. */
  GradientCheck(Map<String, Long> sizes, Map<String, Tensor> inputs, Random random) {
    this(sizes, inputs, Map.of(), random);
  }

  GradientCheck(
      Map<String, Long> sizes,
      Map<String, Tensor> inputs,
      Map<String, Tensor> slots,
      Random random) {
    this.sizes = sizes;
    this.inputs = new HashMap<>(inputs);
    this.slots = slots;
    this.random = random;
  }

  /** Checks the derivatives of y with respect to the f64 inputs. */
  void check(Node y, List<Node> xs) {
    Node first = weighted(y.graph(), List.of(y));
    List<Node> slopes = derivatives(first, xs);
    compare("first derivative of ", y, first, xs, slopes);
    Node second = weighted(y.graph(), slopes);
    compare("second derivative of ", y, second, xs, derivatives(second, xs));
  }

  /** The sum of all elements, each times a weight of its own. */
  private Node weighted(Graph graph, List<Node> terms) {
    Node sum = graph.node(new Leaf.Constant(0, DType.F64));
    for (Node term : terms) {
      String name = "weight" + inputs.size();
      Type type = term.type().with(DType.F64);
      Tensor weights = Tensor.zeros(DType.F64, evaluate().tensor(term).shape());
      for (int i = 0; i < weights.size(); i++) {
        weights.set(i, 1 + random.nextDouble());
      }
      inputs.put(name, weights);
      Node weight = graph.node(new Leaf.Input(name, type));
      sum = sum.plus(term.convert(DType.F64).times(weight).sum());
    }
    return sum;
  }

  private static List<Node> derivatives(Node y, List<Node> xs) {
    List<Function.Output> outputs = new ArrayList<>();
    for (Node x : xs) {
      outputs.add(
          new Function.Output("d" + outputs.size(), y.graph().node(new Derivative(), y, x)));
    }
    Function function = new Function("slopes", outputs, List.of(), List.of());
    Verify.withDerivatives(function);
    Function worked = Differentiate.function(function);
    Verify.function(worked);
    return worked.roots();
  }

  private void compare(String what, Node y, Node sum, List<Node> xs, List<Node> slopes) {
    for (int k = 0; k < xs.size(); k++) {
      String name = ((Leaf.Input) xs.get(k).op()).name();
      double[] symbolic = evaluate().values(slopes.get(k));
      for (int i = 0; i < Math.min(symbolic.length, MOST); i++) {
        double wide = difference(sum, name, i, STEP);
        double near = difference(sum, name, i, STEP / 2);
        double scale = 1 + Math.abs(near) + Math.abs(symbolic[i]);
        boolean jumps = !(Math.abs(wide - near) < 1e-3 * scale);
        if (!jumps && !(Math.abs(symbolic[i] - near) < 1e-4 * scale)) {
          fail(
              what
                  + y
                  + " by "
                  + name
                  + "["
                  + i
                  + "] is "
                  + symbolic[i]
                  + ", not "
                  + near
                  + " at "
                  + inputs);
        }
      }
    }
  }

  private double difference(Node sum, String name, int index, double step) {
    Tensor tensor = inputs.get(name);
    double at = tensor.get(index);
    tensor.set(index, at + step);
    double above = evaluate().values(sum)[0];
    tensor.set(index, at - step);
    double below = evaluate().values(sum)[0];
    tensor.set(index, at);
    return (above - below) / (2 * step);
  }

  private Evaluate evaluate() {
    return new Evaluate(sizes, inputs, slots, 7, 3);
  }
}
