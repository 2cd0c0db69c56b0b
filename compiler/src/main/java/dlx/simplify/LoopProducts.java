package dlx.simplify;

import dlx.graph.Contraction;
import dlx.graph.Extent;
import dlx.graph.Movement;
import dlx.graph.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Products with what does not change from turn to turn: parts of them leave the loop, others become
 * one. What is cut out of or put beside the constant operand is done once, outside.
 */
final class LoopProducts {
  private LoopProducts() {}

  // ------------------------------------------------------------------ parts

  /**
   * concat(x[t], h) @ w is x[t] @ (the first rows of w) + h @ (the others), so that the first
   * product can leave.
   */
  static boolean split(OpenLoop loop) {
    Set<Node> changing = loop.depending(loop.variables());
    Set<Node> carrying = loop.depending(loop.carried().keySet());
    Map<Node, Node> meaning = new HashMap<>();
    for (Node node : loop.nodes()) {
      if (node.op() instanceof Contraction op && carrying.contains(node)) {
        for (int k = 0; k < node.inputs().size(); k++) {
          List<Node> parts = node.input(k).inputs();
          boolean mixed =
              node.input(k).op() instanceof Movement.Concat
                  && parts.stream().anyMatch(carrying::contains)
                  && !carrying.containsAll(parts);
          Node sum = mixed ? split(op, node, k, changing) : null;
          if (sum != null) {
            meaning.put(node, sum);
          }
        }
      }
    }
    loop.inside(meaning::get);
    return !meaning.isEmpty();
  }

  private static @Nullable Node split(Contraction op, Node node, int k, Set<Node> changing) {
    int axis = ((Movement.Concat) node.input(k).op()).axis();
    int label = op.operands().get(k).get(axis);
    int other = only(op, label, k);
    if (other < 0 || op.output().contains(label) || changing.contains(node.input(other))) {
      return null;
    }
    int along = op.operands().get(other).indexOf(label);
    Node sum = null;
    Extent start = Extent.ZERO;
    for (Node part : node.input(k).inputs()) {
      Extent extent = part.type().extent(axis);
      List<Node> inputs = new ArrayList<>(node.inputs());
      inputs.set(k, part);
      inputs.set(other, node.input(other).slice(along, start, 1, extent));
      Node product = node.graph().node(op, inputs);
      sum = sum == null ? product : sum.plus(product);
      start = start.plus(extent);
    }
    return sum;
  }

  /** The operand that has a label too, if it is one and has it once; else -1. */
  private static int only(Contraction op, int label, int but) {
    int found = -1;
    for (int k = 0; k < op.operands().size(); k++) {
      long count = op.operands().get(k).stream().filter(l -> l == label).count();
      if (count > 1 || count == 1 && k != but && found >= 0) {
        return -1;
      }
      found = count == 1 && k != but ? k : found;
    }
    return found;
  }

  /** A part of a product of which nothing else is used is a product with a part. */
  static boolean narrow(OpenLoop loop) {
    Set<Node> changing = loop.depending(loop.variables());
    Map<Node, Integer> uses = loop.uses();
    Map<Node, Node> meaning = new HashMap<>();
    for (Node node : loop.nodes()) {
      if (node.op() instanceof Movement.Slice slice
          && changing.contains(node)
          && node.input(0).op() instanceof Contraction op
          && uses.get(node.input(0)) == 1) {
        Node narrow = narrow(slice, op, node.input(0), changing);
        if (narrow != null) {
          meaning.put(node, narrow);
        }
      }
    }
    loop.inside(meaning::get);
    return !meaning.isEmpty();
  }

  private static @Nullable Node narrow(
      Movement.Slice slice, Contraction op, Node product, Set<Node> changing) {
    List<Node> inputs = new ArrayList<>(product.inputs());
    for (int axis = 0; axis < slice.shape().size(); axis++) {
      Extent start = slice.starts().get(axis);
      Extent extent = slice.shape().get(axis);
      int step = slice.steps().get(axis);
      if (start.isZero() && step == 1 && extent.equals(product.type().extent(axis))) {
        continue;
      }
      int label = op.output().get(axis);
      int k = only(op, label, -1);
      if (k < 0 || changing.contains(inputs.get(k))) {
        return null;
      }
      int along = op.operands().get(k).indexOf(label);
      inputs.set(k, inputs.get(k).slice(along, start, step, extent));
    }
    return product.graph().node(op, inputs);
  }

  // ------------------------------------------------------------------ one product

  /**
   * A product of something that changes (its labels are 0, 1, ...) with something that does not,
   * which brings a label of its own that is an axis of the result.
   */
  private record Shape(
      Node changing,
      List<Integer> labels,
      List<Integer> constant,
      List<Integer> output,
      List<Extent> others,
      int axis) {
    static @Nullable Shape of(Contraction op, Node node, Set<Node> changing) {
      if (node.inputs().size() != 2
          || changing.contains(node.input(0)) == changing.contains(node.input(1))) {
        return null;
      }
      int k = changing.contains(node.input(0)) ? 0 : 1;
      Map<Integer, Integer> names = new HashMap<>();
      List<Integer> labels = renamed(op.operands().get(k), names);
      List<Integer> own = op.operands().get(1 - k);
      int axis = own.size() - 1;
      while (axis >= 0
          && (names.containsKey(own.get(axis)) || !op.output().contains(own.get(axis)))) {
        axis--;
      }
      if (axis < 0 || own.indexOf(own.get(axis)) != own.lastIndexOf(own.get(axis))) {
        return null;
      }
      List<Extent> others = new ArrayList<>(node.input(1 - k).type().shape());
      others.remove(axis);
      List<Integer> constant = renamed(own, names);
      return new Shape(node.input(k), labels, constant, renamed(op.output(), names), others, axis);
    }

    private static List<Integer> renamed(List<Integer> labels, Map<Integer, Integer> names) {
      return labels.stream().map(l -> names.computeIfAbsent(l, n -> names.size())).toList();
    }

    Node constant(Node node) {
      return node.input(0) == changing ? node.input(1) : node.input(0);
    }
  }

  /** h @ u and h @ v are parts of h @ concat(u, v): the gates of a cell are one product. */
  static boolean joined(OpenLoop loop) {
    Set<Node> changing = loop.depending(loop.variables());
    Map<Shape, List<Node>> groups = new LinkedHashMap<>();
    for (Node node : loop.nodes()) {
      Shape shape = node.op() instanceof Contraction op ? Shape.of(op, node, changing) : null;
      if (shape != null) {
        groups.computeIfAbsent(shape, s -> new ArrayList<>()).add(node);
      }
    }
    groups.values().removeIf(group -> group.size() < 2);
    Map<Node, Node> meaning = new HashMap<>();
    // one group at a time: the operand of one may contain the products of another
    groups.entrySet().stream().limit(1).forEach(g -> join(g.getKey(), g.getValue(), meaning));
    loop.inside(meaning::get);
    return !meaning.isEmpty();
  }

  private static void join(Shape shape, List<Node> products, Map<Node, Node> meaning) {
    List<Node> constants = products.stream().map(shape::constant).toList();
    Node all = products.getFirst().graph().node(new Movement.Concat(shape.axis()), constants);
    Node product =
        all.graph()
            .node(
                new Contraction(List.of(shape.labels(), shape.constant()), shape.output()),
                shape.changing(),
                all);
    int axis = shape.output().indexOf(shape.constant().get(shape.axis()));
    Extent start = Extent.ZERO;
    for (int i = 0; i < products.size(); i++) {
      Extent extent = constants.get(i).type().extent(shape.axis());
      meaning.put(products.get(i), product.slice(axis, start, 1, extent));
      start = start.plus(extent);
    }
  }
}
