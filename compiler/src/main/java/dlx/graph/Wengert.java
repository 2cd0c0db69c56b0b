package dlx.graph;

import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The list of steps that an expression is worked out in, with the value of each: one line per
 * operator, named nodes by their names, the others numbered by their lines.
 *
 * <pre>
 * z1   = h * w                           600
 * area = z1 + z4                         750
 * </pre>
 */
public final class Wengert {
  private Wengert() {}

  /** The column in which values end, unless the lines are longer. */
  private static final int WIDTH = 42;

  private record Line(String name, String expression, String value) {}

  /**
   * The list of an expression.
   *
   * @param names of nodes; the root should have one
   */
  public static String text(List<Node> roots, Map<Node, String> names, Evaluate evaluate) {
    List<Node> order = Graph.topological(roots);
    Set<Node> inline = inline(order, roots, names);
    Map<Node, String> known = new HashMap<>();
    List<Line> lines = new ArrayList<>();
    for (Node node : order) {
      if (inline.contains(node)) {
        if (node.op() instanceof Leaf && node.splat() == null && names.containsKey(node)) {
          known.put(node, names.get(node));
        }
        continue;
      }
      String expression = Formula.step(node, known);
      String name = names.getOrDefault(node, "z" + (lines.size() + 1));
      known.put(node, name);
      lines.add(new Line(name, expression, value(evaluate.tensor(node))));
    }
    return layout(lines);
  }

  /** What has no line of its own: leaves, broadcasts, and minus in front of what is added. */
  private static Set<Node> inline(List<Node> order, List<Node> roots, Map<Node, String> names) {
    Set<Node> inline = new HashSet<>();
    Set<Node> elsewhere = new HashSet<>(roots);
    for (Node node : order) {
      if (node.op() != Elementwise.ADD) {
        elsewhere.addAll(node.inputs());
      }
    }
    for (Node node : order) {
      boolean minus =
          node.op() == Elementwise.NEGATE && !elsewhere.contains(node) && !names.containsKey(node);
      boolean copies = node.op() instanceof Movement.Broadcast && !roots.contains(node);
      if (node.op() instanceof Leaf || copies || minus) {
        inline.add(node);
      }
    }
    return inline;
  }

  private static String layout(List<Line> lines) {
    int name = lines.stream().mapToInt(l -> l.name().length()).max().orElse(0);
    int expression = lines.stream().mapToInt(l -> l.expression().length()).max().orElse(0);
    int value = lines.stream().mapToInt(l -> l.value().length()).max().orElse(0);
    int width = Math.max(WIDTH, name + 3 + expression + 2 + value);
    StringBuilder text = new StringBuilder();
    for (Line line : lines) {
      String left =
          line.name() + " ".repeat(name - line.name().length()) + " = " + line.expression();
      text.append(left)
          .append(" ".repeat(width - left.length() - line.value().length()))
          .append(line.value())
          .append('\n');
    }
    return text.toString();
  }

  /** A number as short as it reads back; the first few elements of a tensor. */
  private static String value(Tensor tensor) {
    if (tensor.rank() == 0) {
      return number(tensor, 0);
    }
    List<String> elements = new ArrayList<>();
    for (int i = 0; i < Math.min(4, tensor.size()); i++) {
      elements.add(number(tensor, i));
    }
    return tensor.describe()
        + " ["
        + String.join(", ", elements)
        + (tensor.size() > 4 ? ", ...]" : "]");
  }

  private static String number(Tensor tensor, int index) {
    String text = tensor.element(index);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }
}
