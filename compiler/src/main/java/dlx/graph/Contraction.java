package dlx.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * einsum: every axis of every operand has a label; the product of the operands is summed over the
 * labels that are not in the output. Equal labels have equal extents; a label that repeats in one
 * operand is its diagonal; every label of the output is in an operand, once in the output. Operands
 * may be affine views (they are {@link Movement} nodes), so a convolution is this family too.
 *
 * @param operands the labels of each operand's axes
 * @param output the labels of the result's axes
 * @param order of what is added up
 */
public record Contraction(List<List<Integer>> operands, List<Integer> output, Order order)
    implements Op {
  /** In which order products are added up. */
  public enum Order {
    /** In any that depends on the sizes only. */
    ANY,
    /** One after the other, as the summed axes of the first operand go. */
    ONE_BY_ONE,
    /** So, and one more input, of the type of the result, is what the sums begin with. */
    BEGUN
  }

  /** In any order. */
  public Contraction(List<List<Integer>> operands, List<Integer> output) {
    this(operands, output, Order.ANY);
  }

  /** Do the sums begin with one more input? */
  public boolean begun() {
    return order == Order.BEGUN;
  }

  public Contraction {
    operands = operands.stream().map(List::copyOf).toList();
    output = List.copyOf(output);
    if (new HashSet<>(output).size() != output.size()) {
      throw new IllegalArgumentException("a label repeats in the output: " + output);
    }
  }

  @Override
  public String title() {
    StringBuilder text = new StringBuilder("contract ");
    for (int i = 0; i < operands.size(); i++) {
      text.append(i == 0 ? "" : ",").append(letters(operands.get(i)));
    }
    return text.append("->").append(letters(output)).append(begun() ? " begun" : "").toString();
  }

  private static String letters(List<Integer> labels) {
    StringBuilder text = new StringBuilder();
    for (int label : labels) {
      text.append(label < 26 ? String.valueOf((char) ('a' + label)) : "(" + label + ")");
    }
    return text.toString();
  }

  /** The extent of every label. */
  public Map<Integer, Extent> extents(List<Node> inputs) {
    Map<Integer, Extent> extents = new HashMap<>();
    for (int i = 0; i < operands.size(); i++) {
      List<Integer> labels = operands.get(i);
      Type type = inputs.get(i).type();
      if (labels.size() != type.rank()) {
        throw new IllegalArgumentException(title() + " of " + inputs);
      }
      for (int axis = 0; axis < labels.size(); axis++) {
        Extent before = extents.putIfAbsent(labels.get(axis), type.extent(axis));
        if (before != null && !before.equals(type.extent(axis))) {
          throw new IllegalArgumentException(title() + " of " + inputs);
        }
      }
    }
    return extents;
  }

  @Override
  public Type type(List<Node> inputs) {
    Map<Integer, Extent> extents = extents(inputs);
    Type first = inputs.getFirst().type();
    boolean fits =
        inputs.size() == operands.size() + (begun() ? 1 : 0)
            && extents.keySet().containsAll(output);
    Type type = fits ? first.with(output.stream().map(extents::get).toList()) : first;
    if (!fits
        || begun() && !inputs.getLast().type().equals(type)
        || !inputs.stream().allMatch(n -> n.type().dtype() == first.dtype())) {
      throw new IllegalArgumentException(title() + " of " + inputs);
    }
    return type;
  }

  /**
   * The adjoint of an operand contracts the adjoint of the result with the other operands. Labels
   * that only this operand has were summed there, so their axes are copies; a label that repeats is
   * a diagonal, so off it the adjoint is 0.
   */
  @Override
  public List<Node> pullback(Node y, Node g) {
    List<Node> result = new ArrayList<>();
    for (int i = 0; i < operands.size(); i++) {
      result.add(pullback(y, g, i));
    }
    if (begun()) {
      result.add(g);
    }
    return result;
  }

  private Node pullback(Node y, Node g, int index) {
    Map<Integer, Extent> extents = extents(y.inputs());
    List<Node> inputs = new ArrayList<>(List.of(g));
    List<List<Integer>> labels = new ArrayList<>(List.of(output));
    Set<Integer> known = new HashSet<>(output);
    for (int i = 0; i < operands.size(); i++) {
      if (i != index) {
        inputs.add(y.input(i));
        labels.add(operands.get(i));
        known.addAll(operands.get(i));
      }
    }
    List<Integer> target = operands.get(index);
    List<Integer> distinct = target.stream().distinct().toList();
    List<Integer> found = distinct.stream().filter(known::contains).toList();
    Node part = y.graph().node(new Contraction(labels, found), inputs);
    List<Extent> shape = distinct.stream().map(extents::get).toList();
    Node full = part.broadcast(shape, found.stream().map(distinct::indexOf).toList());
    return distinct.size() == target.size() ? full : diagonal(full, distinct, target);
  }

  /** Puts the axes {@code distinct} on the diagonals of {@code target}, zeros elsewhere. */
  private static Node diagonal(Node x, List<Integer> distinct, List<Integer> target) {
    Graph graph = x.graph();
    List<Integer> first = distinct.stream().map(target::indexOf).toList();
    Map<Integer, Extent> extents = new HashMap<>();
    for (int i = 0; i < distinct.size(); i++) {
      extents.put(distinct.get(i), x.type().extent(i));
    }
    List<Extent> shape = target.stream().map(extents::get).toList();
    Node spread = x.broadcast(shape, first);
    for (int axis = 0; axis < target.size(); axis++) {
      int before = target.indexOf(target.get(axis));
      if (before < axis) {
        Node iota = graph.node(new Leaf.Iota(shape.get(axis)));
        Node same =
            iota.broadcast(shape, List.of(axis)).equal(iota.broadcast(shape, List.of(before)));
        spread = same.where(spread, spread.like(0));
      }
    }
    return spread;
  }
}
