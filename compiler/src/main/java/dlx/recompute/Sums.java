package dlx.recompute;

import dlx.graph.Contraction;
import dlx.graph.Enclose;
import dlx.graph.Extent;
import dlx.graph.Graph;
import dlx.graph.Node;
import dlx.graph.Reduction;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A sum over turns that goes on from block to block:
 *
 * <pre>
 * sum of all turns = ((begin + turn 0) + turn 1) + ... + turn T - 1
 * </pre>
 *
 * so that every cut of them into blocks gives the same bits. A product adds its terms in the order
 * of the summed axes, the last operand beginning with what there is; other sums are loops over what
 * they add.
 *
 * @param node the sum
 * @param axes the turns in each of its inputs
 */
record Sums(Node node, List<Integer> axes) {
  /** The columns of a product fill vectors of any machine, so that none is added to twice. */
  private static final long LANES = 16;

  /**
   * Of a node that sums over the turns, what it is here; null if its order cannot be kept.
   *
   * @param axes of each input the axis of the turns, or {@link TurnAxis#NONE}
   */
  static @Nullable Sums of(Node node, List<Integer> axes) {
    boolean fits =
        node.type().dtype().isFloat()
            && switch (node.op()) {
              case Contraction op -> isProduct(op, node, axes);
              case Reduction op ->
                  op.kind() == Reduction.Kind.SUM
                      && op.axes().contains(axes.getFirst())
                      && !node.type().isScalar();
              default -> false;
            };
    return fits ? new Sums(node, List.copyOf(axes)) : null;
  }

  private static boolean isProduct(Contraction op, Node node, List<Integer> axes) {
    if (op.operands().size() != 2 || op.begun() || axes.contains(TurnAxis.NONE)) {
      return false;
    }
    List<Integer> left = op.operands().get(0);
    List<Integer> right = op.operands().get(1);
    int turns = left.get(axes.get(0));
    boolean distinct =
        Set.copyOf(left).size() == left.size() && Set.copyOf(right).size() == right.size();
    boolean summed =
        Stream.concat(left.stream(), right.stream())
            .filter(l -> !op.output().contains(l))
            .allMatch(l -> left.contains(l) && right.contains(l));
    return distinct
        && summed
        && right.get(axes.get(1)) == turns
        && !op.output().contains(turns)
        && !own(op, 0).isEmpty()
        && !own(op, 1).isEmpty()
        && (fills(op, node, 0) || fills(op, node, 1));
  }

  /** The labels of the result that only one operand has. */
  private static List<Integer> own(Contraction op, int operand) {
    List<Integer> other = op.operands().get(1 - operand);
    return op.output().stream()
        .filter(l -> op.operands().get(operand).contains(l) && !other.contains(l))
        .toList();
  }

  private static boolean fills(Contraction op, Node node, int operand) {
    Extent columns = op.extents(node.inputs()).get(own(op, operand).getLast());
    long count = columns.constant().orElse(1);
    return count > 0 && count % LANES == 0;
  }

  // ------------------------------------------------------------------ what is added up

  /** The type of what goes from block to block is that of this many zeros. */
  Node nothing() {
    List<Extent> shape = new ArrayList<>();
    if (node.op() instanceof Contraction op) {
      order(op).forEach(l -> shape.add(op.extents(node.inputs()).get(l)));
    } else {
      shape.addAll(node.type().shape());
    }
    Graph graph = node.graph();
    return graph.node(new dlx.graph.Leaf.Constant(0, node.type().dtype())).fill(shape);
  }

  /**
   * The sum of some turns.
   *
   * @param inputs of the node, in these turns
   * @param begin what it begins with; null for 0
   */
  Node added(List<Node> inputs, @Nullable Node begin) {
    return node.op() instanceof Contraction op
        ? product(op, inputs, begin)
        : rows((Reduction) node.op(), inputs.getFirst(), begin == null ? nothing() : begin);
  }

  /** The sum of all turns as the node has it. */
  Node whole(Node sum) {
    if (!(node.op() instanceof Contraction op)) {
      return sum;
    }
    List<Integer> order = order(op);
    return sum.transpose(op.output().stream().map(order::indexOf).toList());
  }

  // ------------------------------------------------------------------ products

  /** The operand with the rows: that whose axes come first in the result, if the others fit. */
  private int first(Contraction op) {
    List<Integer> output = op.output();
    int first =
        output.indexOf(own(op, 0).getFirst()) < output.indexOf(own(op, 1).getFirst()) ? 0 : 1;
    return fills(op, node, 1 - first) ? first : 1 - first;
  }

  /** The labels of the result as the kernel has them: both operands', then rows, then columns. */
  private List<Integer> order(Contraction op) {
    List<Integer> rows = own(op, first(op));
    List<Integer> columns = own(op, 1 - first(op));
    List<Integer> order = new ArrayList<>(op.output());
    order.removeAll(rows);
    order.removeAll(columns);
    order.addAll(rows);
    order.addAll(columns);
    return order;
  }

  private Node product(Contraction op, List<Node> inputs, @Nullable Node begin) {
    List<Integer> left = op.operands().get(first(op));
    int turns = left.get(axes.get(first(op)));
    List<Integer> summed = new ArrayList<>(List.of(turns));
    left.stream().filter(l -> l != turns && !op.output().contains(l)).forEach(summed::add);
    List<Node> operands = new ArrayList<>();
    List<List<Integer>> labels = new ArrayList<>();
    for (int k : new int[] {first(op), 1 - first(op)}) {
      List<Integer> own = op.operands().get(k);
      List<Integer> wanted = new ArrayList<>(summed);
      order(op).stream().filter(own::contains).forEach(wanted::add);
      Node operand = inputs.get(k).transpose(wanted.stream().map(own::indexOf).toList());
      operands.add(operand);
      labels.add(wanted);
    }
    if (begin != null) {
      operands.add(begin);
    }
    return node.graph()
        .node(
            new Contraction(
                labels,
                order(op),
                begin == null ? Contraction.Order.ONE_BY_ONE : Contraction.Order.BEGUN),
            operands);
  }

  // ------------------------------------------------------------------ other sums

  /** One row after the other. */
  private Node rows(Reduction op, Node x, Node begin) {
    int turns = axes.getFirst();
    List<Integer> order = new ArrayList<>(List.of(turns));
    op.axes().stream().filter(a -> a != turns).forEach(order::add);
    IntStream.range(0, x.type().rank()).filter(a -> !op.axes().contains(a)).forEach(order::add);
    Node ordered = x.transpose(order);
    int summed = op.axes().size();
    Extent count = Extent.product(ordered.type().shape().subList(0, summed));
    List<Extent> shape = new ArrayList<>(List.of(count));
    shape.addAll(node.type().shape());
    Enclose loop = new Enclose(node.graph(), count, false);
    Node sum = loop.carry(begin);
    Node row = loop.element(ordered.reshape(shape));
    return loop.results(List.of(sum.plus(row)), List.of()).getFirst();
  }
}
