package dlx.tests;

import dlx.graph.Elementwise;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Node;
import dlx.runtime.DType;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The derivatives of random functions are those that differences give. */
class RandomGradientTest {
  @Property(tries = 200)
  void symbolicAgainstNumeric(@ForAll long seed, @ForAll @IntRange(max = 12) int length) {
    check(seed, RandomFunctions.tame(seed, length, DType.F64));
  }

  @Property(tries = 300)
  void symbolicAgainstNumericThroughLoops(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 8) int length) {
    check(seed, RandomFunctions.tameLoops(seed, length, DType.F64));
  }

  private static void check(long seed, RandomFunctions.Sample sample) {
    List<Node> nodes = sample.function().nodes();
    List<Node> inputs =
        nodes.stream()
            .filter(n -> n.op() instanceof Leaf.Input && n.type().dtype() == DType.F64)
            .toList();
    boolean stops = stops(nodes);
    Node y = sample.function().roots().getFirst();
    if (!stops && !inputs.isEmpty() && y.type().dtype().isFloat()) {
      new GradientCheck(sample.sizes(), sample.inputs(), sample.slots(), new Random(seed))
          .check(y, inputs);
    }
  }

  private static boolean stops(List<Node> nodes) {
    return nodes.stream()
        .anyMatch(n ->
            n.op() == Elementwise.STOP_GRADIENT
                || n.op() instanceof Loop.Region region && stops(region.nodes()));
  }
}
