package dlx.tests;

import static org.junit.jupiter.api.Assertions.fail;

import dlx.differentiate.Differentiate;
import dlx.graph.Derivative;
import dlx.graph.Evaluate;
import dlx.graph.Function;
import dlx.graph.Graph;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Node;
import dlx.graph.Type;
import dlx.graph.Verify;
import dlx.runtime.DType;
import dlx.simplify.Simplify;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Simplified random functions have the values that they had before. */
class SimplifyRandomTest {

  @Property(tries = 1000)
  void strictKeepsEveryBit(@ForAll long seed, @ForAll @IntRange(max = 25) int length) {
    strict(RandomFunctions.wild(seed, length, DType.F64));
  }

  @Property(tries = 500)
  void strictKeepsEveryBitOfLoops(@ForAll long seed, @ForAll @IntRange(max = 12) int length) {
    strict(RandomFunctions.wildLoops(seed, length, DType.F64));
  }

  private static void strict(RandomFunctions.Sample sample) {
    // the reference does not round to f32, and folding does
    Assume.that(!hasF32(sample.function().nodes()));
    Function after = Simplify.function(sample.function(), Simplify.Mode.STRICT);
    Verify.function(withoutStops(after));
    compare(sample, sample.function(), after, 0);
  }

  private static boolean hasF32(List<Node> nodes) {
    return nodes.stream()
        .anyMatch(n ->
            n.type().dtype() == DType.F32
                || n.op() instanceof Loop.Region region && hasF32(region.nodes()));
  }

  @Property(tries = 1000)
  void realKeepsNumbers(@ForAll long seed, @ForAll @IntRange(max = 25) int length) {
    real(RandomFunctions.tame(seed, length, DType.F64));
  }

  @Property(tries = 500)
  void realKeepsNumbersOfLoops(@ForAll long seed, @ForAll @IntRange(max = 12) int length) {
    real(RandomFunctions.tameLoops(seed, length, DType.F64));
  }

  private static void real(RandomFunctions.Sample sample) {
    Function after = Simplify.function(sample.function(), Simplify.Mode.REAL);
    Verify.function(withoutStops(after));
    compare(sample, sample.function(), after, 1e-6);
  }

  @Property(tries = 1000)
  void formsAreRecognizedBeforeDerivatives(
      @ForAll long seed, @ForAll @IntRange(max = 20) int length) {
    forms(RandomFunctions.tame(seed, length, DType.F64));
  }

  @Property(tries = 300)
  void formsAreRecognizedInLoops(@ForAll long seed, @ForAll @IntRange(max = 10) int length) {
    forms(RandomFunctions.tameLoops(seed, length, DType.F64));
  }

  /** Where derivatives are by what is given, rules about loops work before they are taken. */
  @Property(tries = 300)
  void loopsAreRewrittenBeforeDerivatives(
      @ForAll long seed, @ForAll @IntRange(max = 10) int length) {
    RandomFunctions.Sample sample = RandomFunctions.tameLoops(seed, length, DType.F64);
    forms(sample, derivatives(sample.function(), n -> n.op() instanceof Leaf.Input));
  }

  private static void forms(RandomFunctions.Sample sample) {
    forms(sample, derivatives(sample.function()));
  }

  private static void forms(RandomFunctions.Sample sample, Function slopes) {
    Function plain = Differentiate.function(slopes);
    Function better =
        Simplify.function(
            Differentiate.function(Simplify.forms(slopes, Simplify.Mode.REAL)), Simplify.Mode.REAL);
    Verify.function(better);
    compare(sample, plain, better, 1e-5);
  }

  private static Function withoutStops(Function function) {
    return Differentiate.function(function);
  }

  /** The derivatives of the sum of all float outputs with respect to some nodes. */
  static Function derivatives(Function function) {
    return derivatives(function, node -> true);
  }

  private static Function derivatives(Function function, Predicate<Node> wanted) {
    List<Node> nodes = function.nodes();
    Node sum = nodes.getFirst().graph().node(new Leaf.Constant(0, DType.F64));
    for (Node root : function.roots()) {
      if (root.type().dtype().isFloat()) {
        sum = sum.plus(root.convert(DType.F64).sum());
      }
    }
    List<Function.Output> outputs = new ArrayList<>();
    for (Node node : nodes) {
      if (node.type().dtype().isFloat() && wanted.test(node) && outputs.size() < 6) {
        outputs.add(
            new Function.Output(
                "d" + outputs.size(), node.graph().node(new Derivative(), sum, node)));
      }
    }
    return new Function("slopes", outputs, List.of(), List.of());
  }

  private static void compare(
      RandomFunctions.Sample sample, Function before, Function after, double tolerance) {
    Evaluate evaluate = sample.evaluate();
    Evaluate nearby = sample.nearby();
    for (int i = 0; i < before.roots().size(); i++) {
      Node a = before.roots().get(i);
      Node b = after.roots().get(i);
      Type type = a.type();
      double[] expected = evaluate.values(a);
      double[] found = evaluate.values(b);
      double[] moved = nearby.values(a);
      for (int k = 0; k < expected.length; k++) {
        double scale = 1 + Math.abs(expected[k]);
        boolean steady = Math.abs(moved[k] - expected[k]) < 1e-3 * scale;
        boolean same =
            tolerance == 0
                ? Double.compare(expected[k], found[k]) == 0
                : !steady || Math.abs(found[k] - expected[k]) <= tolerance * scale;
        if (!same) {
          fail(
              "element "
                  + k
                  + " of "
                  + type
                  + " was "
                  + expected[k]
                  + " and is "
                  + found[k]
                  + "\nbefore:\n"
                  + text(a)
                  + "after:\n"
                  + text(b));
        }
      }
    }
  }

  private static String text(Node root) {
    StringBuilder text = new StringBuilder();
    Graph.topological(List.of(root)).forEach(n -> text.append(n).append('\n'));
    return text.toString();
  }
}
