package dlx.simplify;

import dlx.graph.Elementwise;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.runtime.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Operators of numbers that are known. Worked out in f64 and rounded once to the type: for one
 * operator of f32 that is what f32 arithmetic gives.
 */
final class Folding {
  private Folding() {}

  /** The number that a node is, in its shape; null if it is none or is one already. */
  static @Nullable Node fold(Node node) {
    return switch (node.op()) {
      case Elementwise op -> elementwise(op, node);
      case Leaf.SizeOf size when size.extent().isConstant() ->
          constant(node, (double) size.extent().constant().getAsLong());
      default -> null;
    };
  }

  private static @Nullable Node elementwise(Elementwise op, Node node) {
    if (!node.inputs().stream().allMatch(n -> n.splat() != null)) {
      return null;
    }
    List<Leaf.Constant> arguments = node.inputs().stream().map(Node::splat).toList();
    boolean ints =
        op.hasInts()
            && node.type().dtype() == DType.I32
            && arguments.getFirst().dtype() == DType.I32;
    double[] values = arguments.stream().mapToDouble(Leaf.Constant::value).toArray();
    double value =
        ints
            ? op.applyInts(arguments.stream().mapToInt(c -> (int) c.value()).toArray())
            : op.apply(values);
    return constant(node, value);
  }

  private static Node constant(Node node, double value) {
    return Build.number(node.graph(), value, node.type());
  }
}
