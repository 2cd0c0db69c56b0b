package dlx.schedule;

import dlx.graph.Contraction;
import dlx.graph.Extent;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.graph.Reduction;
import dlx.runtime.DType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Contractions of any number of operands become products of two with at least one axis of each kind
 * (rows, columns, summed); what lacks a kind is an elementwise product and a reduction.
 */
final class LowerContraction {
  private final Lower lower;

  LowerContraction(Lower lower) {
    this.lower = lower;
  }

  Node contraction(Contraction contraction, List<Node> inputs) {
    if (contraction.begun()) {
      return begun(contraction, inputs);
    }
    List<Node> operands = new ArrayList<>();
    List<List<Integer>> labels = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      Labelled plain = distinct(new Labelled(inputs.get(i), contraction.operands().get(i)));
      operands.add(plain.node());
      labels.add(plain.labels());
    }
    Labelled result = new Labelled(operands.getFirst(), labels.getFirst());
    for (int i = 1; i < operands.size(); i++) {
      Set<Integer> later = new LinkedHashSet<>(contraction.output());
      labels.subList(i + 1, labels.size()).forEach(later::addAll);
      result =
          pair(result, new Labelled(operands.get(i), labels.get(i)), later, contraction.order());
    }
    result = sumOut(result, new LinkedHashSet<>(contraction.output()));
    List<Integer> order = contraction.output().stream().map(result.labels()::indexOf).toList();
    return result.node().transpose(order);
  }

  /** A product whose last two axes, both of the second operand, lie evenly there. */
  Node withEvenColumns(Node product) {
    Contraction op = (Contraction) product.op();
    Node b = product.input(1);
    int c = op.operands().get(1).indexOf(op.output().getLast());
    List<Extent> strides = lower.view(b).strides();
    return strides.get(c - 1).equals(strides.get(c).times(b.type().extent(c)))
        ? product
        : product.graph().node(op, product.input(0), Lower.copy(b));
  }

  /** Sums that begin with something stay a product, or their order would be another one. */
  private Node begun(Contraction contraction, List<Node> inputs) {
    Set<Integer> left = new LinkedHashSet<>(contraction.operands().getFirst());
    Set<Integer> right = new LinkedHashSet<>(contraction.operands().getLast());
    Set<Integer> output = new LinkedHashSet<>(contraction.output());
    boolean rows = left.stream().anyMatch(l -> output.contains(l) && !right.contains(l));
    boolean columns = right.stream().anyMatch(l -> output.contains(l) && !left.contains(l));
    boolean summed = left.stream().anyMatch(l -> right.contains(l) && !output.contains(l));
    if (contraction.operands().size() != 2 || !rows || !columns || !summed) {
      throw new IllegalStateException("no product: " + contraction.title());
    }
    List<Node> all = new ArrayList<>(inputs);
    all.set(0, lower.stored(inputs.get(0)));
    all.set(1, lower.stored(inputs.get(1)));
    return all.getFirst().graph().node(contraction, all);
  }

  /** A node whose axes have labels. */
  private record Labelled(Node node, List<Integer> labels) {
    Extent extent(int label) {
      return node.type().extent(labels.indexOf(label));
    }
  }

  /** Sums over the labels that nobody needs. */
  private Labelled sumOut(Labelled x, Set<Integer> needed) {
    List<Integer> axes =
        IntStream.range(0, x.labels().size())
            .filter(i -> !needed.contains(x.labels().get(i)))
            .boxed()
            .toList();
    if (axes.isEmpty()) {
      return x;
    }
    Node sum = Lower.reduction(new Reduction(Reduction.Kind.SUM, axes), x.node());
    return new Labelled(sum, x.labels().stream().filter(needed::contains).toList());
  }

  /** The diagonal of labels that repeat: a slice with step n + 1 of the flattened pair of axes. */
  private Labelled distinct(Labelled x) {
    for (int second = 0; second < x.labels().size(); second++) {
      int first = x.labels().indexOf(x.labels().get(second));
      if (first < second) {
        return distinct(diagonal(x, first, second));
      }
    }
    return x;
  }

  private Labelled diagonal(Labelled x, int first, int second) {
    Node node = x.node();
    int rank = node.type().rank();
    List<Integer> order = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
    order.remove(Integer.valueOf(second));
    order.remove(Integer.valueOf(first));
    order.addFirst(second);
    order.addFirst(first);
    Node turned = node.transpose(order);
    List<Integer> labels = order.stream().map(x.labels()::get).toList();
    Extent n = turned.type().extent(0);
    Node line;
    if (n.isConstant()) {
      List<Extent> flat = new ArrayList<>(turned.type().shape());
      flat.removeFirst();
      flat.set(0, n.times(n));
      line = turned.reshape(flat).slice(0, Extent.ZERO, (int) n.constant().getAsLong() + 1, n);
    } else {
      List<Extent> shape = turned.type().shape();
      Node iota = turned.graph().node(new Leaf.Iota(n));
      Node same = iota.broadcast(shape, List.of(0)).equal(iota.broadcast(shape, List.of(1)));
      line =
          Lower.reduction(
              new Reduction(Reduction.Kind.SUM, List.of(1)), same.where(turned, turned.like(0)));
    }
    return new Labelled(line, labels.subList(1, labels.size()));
  }

  /** The product of two operands, summed over the labels that nobody needs any more. */
  private Labelled pair(
      Labelled left, Labelled right, Set<Integer> later, Contraction.Order order) {
    Set<Integer> forLeft = new LinkedHashSet<>(later);
    forLeft.addAll(right.labels());
    Set<Integer> forRight = new LinkedHashSet<>(later);
    forRight.addAll(left.labels());
    Labelled a = sumOut(left, forLeft);
    Labelled b = sumOut(right, forRight);
    if (comesFirst(b, a, later)) {
      return pair(b, a, later, order);
    }
    List<Integer> both = a.labels().stream().filter(b.labels()::contains).toList();
    List<Integer> batch = both.stream().filter(later::contains).toList();
    List<Integer> summed = both.stream().filter(l -> !later.contains(l)).toList();
    List<Integer> rows = a.labels().stream().filter(l -> !both.contains(l)).toList();
    List<Integer> columns = b.labels().stream().filter(l -> !both.contains(l)).toList();
    List<Integer> output = new ArrayList<>(batch);
    output.addAll(rows);
    output.addAll(columns);
    DType dtype = a.node().type().dtype();
    if (!summed.isEmpty() && !rows.isEmpty() && !columns.isEmpty() && dtype.isFloat()) {
      Contraction product = new Contraction(List.of(a.labels(), b.labels()), output, order);
      return new Labelled(
          a.node().graph().node(product, lower.stored(a.node()), lower.stored(b.node())), output);
    }
    if (batch.isEmpty() && summed.size() > 1 && rows.isEmpty() != columns.isEmpty()) {
      Labelled whole = rows.isEmpty() ? b : a;
      if (dtype.isFloat() && !lower.view(whole.node()).isContiguous()) {
        return single(whole, rows.isEmpty() ? a : b, output);
      }
    }
    // one side has all labels (or there is no sum): an elementwise product and a reduction
    boolean summedLast = columns.isEmpty() && last(a, summed) || rows.isEmpty() && last(b, summed);
    List<Integer> space = new ArrayList<>(batch);
    if (!summedLast && !(rows.isEmpty() && columns.isEmpty())) {
      space.addAll(summed);
    }
    space.addAll(rows);
    space.addAll(columns);
    summed.stream().filter(l -> !space.contains(l)).forEach(space::add);
    Node product = spread(a, space, b).times(spread(b, space, a));
    List<Integer> axes =
        IntStream.range(0, space.size())
            .filter(i -> summed.contains(space.get(i)))
            .boxed()
            .toList();
    Node node =
        axes.isEmpty()
            ? product
            : Lower.reduction(new Reduction(Reduction.Kind.SUM, axes), product);
    return new Labelled(node, space.stream().filter(l -> !summed.contains(l)).toList());
  }

  /**
   * A product of one column, as in the derivative by the kernel of one output channel: an
   * elementwise product of windows would be stored, since its summed axes are not one axis.
   */
  private Labelled single(Labelled whole, Labelled part, List<Integer> output) {
    int column =
        1 + IntStream.concat(ints(whole.labels()), ints(part.labels())).max().orElseThrow();
    List<Integer> labels = new ArrayList<>(part.labels());
    labels.add(column);
    List<Extent> shape = new ArrayList<>(part.node().type().shape());
    shape.add(Extent.ONE);
    List<Integer> wide = new ArrayList<>(output);
    wide.add(column);
    Contraction op = new Contraction(List.of(whole.labels(), labels), wide);
    Node right = lower.stored(part.node()).reshape(shape);
    Node product = whole.node().graph().node(op, lower.stored(whole.node()), right);
    List<Extent> rows = product.type().shape();
    return new Labelled(product.reshape(rows.subList(0, rows.size() - 1)), output);
  }

  private static IntStream ints(List<Integer> labels) {
    return labels.stream().mapToInt(l -> l);
  }

  /**
   * Are the axes that only {@code one} has wanted before those that only {@code two} has? Then the
   * product has the wanted order if {@code one} gives its rows.
   */
  private static boolean comesFirst(Labelled one, Labelled two, Set<Integer> wanted) {
    for (int label : wanted) {
      boolean inOne = one.labels().contains(label);
      boolean inTwo = two.labels().contains(label);
      if (inOne != inTwo) {
        return inOne;
      }
    }
    return false;
  }

  /** Is the last axis of this among the labels? */
  private static boolean last(Labelled x, List<Integer> labels) {
    return !x.labels().isEmpty() && labels.contains(x.labels().getLast());
  }

  /** This operand over all axes of a space, whose other extents are those of {@code other}. */
  private Node spread(Labelled x, List<Integer> space, Labelled other) {
    List<Integer> own = space.stream().filter(x.labels()::contains).toList();
    Node ordered = x.node().transpose(own.stream().map(x.labels()::indexOf).toList());
    List<Extent> shape =
        space.stream().map(l -> x.labels().contains(l) ? x.extent(l) : other.extent(l)).toList();
    return ordered.broadcast(shape, own.stream().map(space::indexOf).toList());
  }
}
