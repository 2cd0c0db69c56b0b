// table: aligned by hand
package dlx.simplify;

import static dlx.simplify.Rule.exact;
import static dlx.simplify.Rule.real;

import dlx.graph.Contraction;
import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.graph.Leaf;
import dlx.graph.Movement.Broadcast;
import dlx.graph.Movement.Reshape;
import dlx.graph.Movement.Transpose;
import dlx.graph.Node;
import dlx.graph.Reduction;
import dlx.graph.Reduction.Kind;
import dlx.graph.Type;
import dlx.runtime.DType;
import dlx.simplify.Product.Factor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Folds and contractions: fewer axes, views taken into labels, factors taken out. */
final class Contractions {
  private Contractions() {}

  static final List<Rule> RULES = List.of(
      exact("fold over no elements of rank    => number",          Reduction.class,   Contractions::overNothing),
      exact("amax(amax(x))                    => amax(x)",         Reduction.class,   (r, n, v) -> r.kind() == Kind.MAX ? twice(r, n) : null),
      real ("sum(sum(x))                      => sum(x)",          Reduction.class,   (r, n, v) -> r.kind() == Kind.MAX ? null : twice(r, n)),
      exact("amax(transpose(x))               => transpose(amax(x))", Reduction.class, (r, n, v) -> r.kind() == Kind.MAX ? ofTranspose(r, n) : null),
      real ("sum(transpose(x))                => transpose(sum(x))", Reduction.class, (r, n, v) -> r.kind() == Kind.MAX ? null : ofTranspose(r, n)),
      exact("fold(copies(x)) over own axes    => copies(fold(x))", Reduction.class,   Contractions::ofOwnAxes),
      exact("amax(copies(x))                  => x",               Reduction.class,   Contractions::maximumOfCopies),
      real ("sum(copies(x))                   => n * x",           Reduction.class,   Contractions::ofCopies),
      real ("fold over axes of 1              => reshape(x)",      Reduction.class,   Contractions::overOnes),
      real ("sum of all of reshape(x)         => sum of all of x", Reduction.class,   Contractions::ofReshape),
      real ("sum(c * x)                       => c * sum(x)",      Reduction.class,   Contractions::factorOut),
      real ("sum(where(i == iota, c, 0))      => where(0 <= i < n, c, 0)", Reduction.class, Contractions::oneHot),
      real ("sum(copies(x) * copies(y))       => x @ y",           Reduction.class,   Contractions::product),
      exact("contract(transpose(x))           => contract(x)",     Contraction.class, Contractions::withoutTransposes),
      real ("contract(copies(x))              => n * contract(x)", Contraction.class, Contractions::withoutCopies),
      real ("contract(c * x, y)               => c * contract(x, y)", Contraction.class, Contractions::withoutFactors),
      real ("contract(x)                      => transpose(sum(x))", Contraction.class, Contractions::ofOne),
      real ("sum(contract(x, y))              => contract(x, y)",  Reduction.class,   Contractions::ofContraction),
      exact("transpose(contract(x, y))        => contract(x, y)",  Transpose.class,   Contractions::transposed));

  // ------------------------------------------------------------------ folds

  private static @Nullable Node overNothing(Reduction op, Node node, Views views) {
    boolean nothing = node.input(0).type().shape().stream().anyMatch(Extent::isZero);
    if (!nothing || op.kind() == Kind.ARGMAX) {
      return null;
    }
    double value =
        switch (op.kind()) {
          case SUM, ARGMAX -> 0;
          case PRODUCT -> 1;
          case MAX -> node.type().dtype().isFloat() ? Double.NEGATIVE_INFINITY : Integer.MIN_VALUE;
        };
    return Build.number(node.graph(), value, node.type());
  }

  private static @Nullable Node twice(Reduction op, Node node) {
    if (op.kind() == Kind.ARGMAX || !(node.input(0).op() instanceof Reduction inner) || inner.kind() != op.kind()) {
      return null;
    }
    Node x = node.input(0).input(0);
    List<Integer> left = axesBut(x.type().rank(), inner.axes());
    List<Integer> axes = new ArrayList<>(inner.axes());
    op.axes().forEach(axis -> axes.add(left.get(axis)));
    return x.reduce(op.kind(), axes.stream().sorted().toList());
  }

  static List<Integer> axesBut(int rank, List<Integer> without) {
    return IntStream.range(0, rank).boxed().filter(i -> !without.contains(i)).toList();
  }

  private static @Nullable Node ofTranspose(Reduction op, Node node) {
    if (op.kind() == Kind.ARGMAX || !(node.input(0).op() instanceof Transpose t)) {
      return null;
    }
    Node x = node.input(0).input(0);
    List<Integer> axes = op.axes().stream().map(t.permutation()::get).sorted().toList();
    List<Integer> kept = axesBut(x.type().rank(), axes);
    List<Integer> order = axesBut(x.type().rank(), op.axes()).stream().map(i -> kept.indexOf(t.permutation().get(i))).toList();
    return x.reduce(op.kind(), axes).transpose(order);
  }

  /** All folded axes are axes of x. */
  private static @Nullable Node ofOwnAxes(Reduction op, Node node, Views views) {
    if (!(node.input(0).op() instanceof Broadcast b) || !b.axes().containsAll(op.axes())) {
      return null;
    }
    Node inner = node.input(0).input(0).reduce(op.kind(), op.axes().stream().map(b.axes()::indexOf).toList());
    return inner.broadcast(node.type().shape(), places(op, b));
  }

  private static @Nullable Node maximumOfCopies(Reduction op, Node node, Views views) {
    if (op.kind() != Kind.MAX || !(node.input(0).op() instanceof Broadcast b)) {
      return null;
    }
    List<Integer> copied = op.axes().stream().filter(i -> !b.axes().contains(i)).toList();
    if (copied.isEmpty() || !copied.stream().map(b.shape()::get).allMatch(Facts::isSome)) {
      return null;
    }
    List<Integer> own = op.axes().stream().filter(b.axes()::contains).map(b.axes()::indexOf).toList();
    return node.input(0).input(0).reduce(Kind.MAX, own).broadcast(node.type().shape(), places(op, b));
  }

  /** Where the axes of what was copied are after a fold. */
  private static List<Integer> places(Reduction op, Broadcast b) {
    List<Integer> kept = axesBut(b.shape().size(), op.axes());
    return b.axes().stream().filter(i -> !op.axes().contains(i)).map(kept::indexOf).toList();
  }

  private static @Nullable Node ofCopies(Reduction op, Node node, Views views) {
    if (op.kind() != Kind.SUM || !(node.input(0).op() instanceof Broadcast b)) {
      return null;
    }
    List<Integer> copied = op.axes().stream().filter(i -> !b.axes().contains(i)).toList();
    if (copied.isEmpty()) {
      return null;
    }
    List<Integer> own = op.axes().stream().filter(b.axes()::contains).map(b.axes()::indexOf).toList();
    Node inner = node.input(0).input(0).sum(own);
    Node size = size(node, copied.stream().map(b.shape()::get).toList());
    return inner.times(size.fill(inner.type().shape())).broadcast(node.type().shape(), places(op, b));
  }

  /** The number of elements along some axes, in the element type of a node. */
  private static Node size(Node like, List<Extent> extents) {
    Node size = like.graph().node(new Leaf.Constant(1, like.type().dtype()));
    for (Extent extent : extents) {
      size = size.times(like.graph().node(new Leaf.SizeOf(extent)).convert(like.type().dtype()));
    }
    return size;
  }

  private static @Nullable Node overOnes(Reduction op, Node node, Views views) {
    boolean ones = op.axes().stream().allMatch(i -> node.input(0).type().extent(i).isOne());
    return ones && op.kind() != Kind.ARGMAX ? node.input(0).reshape(node.type().shape()) : null;
  }

  private static @Nullable Node ofReshape(Reduction op, Node node, Views views) {
    boolean all = op.axes().size() == node.input(0).type().rank() && op.kind() != Kind.ARGMAX;
    if (!all || !(node.input(0).op() instanceof Reshape)) {
      return null;
    }
    Node x = node.input(0).input(0);
    return x.reduce(op.kind(), axesBut(x.type().rank(), List.of()));
  }

  // ------------------------------------------------------------------ sums of products

  /** The value of a factor for one position of the axes that stay; null if it varies along the folded ones. */
  private static @Nullable Node constantAlong(Node factor, List<Integer> axes, List<Extent> shape) {
    if (!(factor.op() instanceof Broadcast b) || b.axes().stream().anyMatch(axes::contains)) {
      return null;
    }
    List<Integer> kept = axesBut(b.shape().size(), axes);
    return factor.input(0).broadcast(shape, b.axes().stream().map(kept::indexOf).toList());
  }

  private static @Nullable Node factorOut(Reduction op, Node node, Views views) {
    if (op.kind() != Kind.SUM) {
      return null;
    }
    Product product = views.product(node.input(0));
    List<Factor> inside = new ArrayList<>();
    List<Factor> outside = new ArrayList<>();
    for (Factor factor : product.factors()) {
      Node base = constantAlong(factor.base(), op.axes(), node.type().shape());
      if (base == null) {
        inside.add(factor);
      } else {
        outside.add(new Factor(base, factor.exponent()));
      }
    }
    if (inside.isEmpty() || outside.isEmpty() && product.coefficient() == 1) {
      return null;
    }
    Node sum = Build.product(node.graph(), new Product(1, inside), node.input(0).type()).sum(op.axes());
    Product all = views.times(node.type().dtype(), new Product(product.coefficient(), outside), Product.of(sum));
    return Build.product(node.graph(), all, node.type());
  }

  /** What is picked by a position that may be outside is then 0. */
  private static @Nullable Node oneHot(Reduction op, Node node, Views views) {
    Node choice = node.input(0);
    if (op.kind() != Kind.SUM || op.axes().size() != 1 || choice.op() != Elementwise.WHERE || !choice.input(2).isAll(0)) {
      return null;
    }
    int axis = op.axes().getFirst();
    List<Extent> shape = node.type().shape();
    Node value = constantAlong(choice.input(1), op.axes(), shape);
    Leaf.Constant number = choice.input(1).splat();
    Node picked = number == null ? value : Build.number(node.graph(), number.value(), node.type());
    Node same = choice.input(0);
    if (picked == null || same.op() != Elementwise.EQUAL) {
      return null;
    }
    for (int i = 0; i < 2; i++) {
      Node counter = same.input(i);
      boolean counts =
          counter.op() instanceof Leaf.Iota
              || counter.op() instanceof Broadcast b
                  && counter.input(0).op() instanceof Leaf.Iota
                  && b.axes().equals(List.of(axis));
      Leaf.Constant fixed = same.input(1 - i).splat();
      Node position =
          fixed != null
              ? Build.number(node.graph(), fixed.value(), new Type(DType.I32, shape))
              : constantAlong(same.input(1 - i), op.axes(), shape);
      if (counts && position != null) {
        Node size = node.graph().node(new Leaf.SizeOf(choice.type().extent(axis))).fill(shape);
        Node inRange = position.like(0).lessEqual(position).and(position.less(size));
        return inRange.where(picked, picked.like(0));
      }
    }
    return null;
  }

  /** A sum of a product none of whose factors has all axes: it would be made in full only to be summed. */
  private static @Nullable Node product(Reduction op, Node node, Views views) {
    if (op.kind() != Kind.SUM || node.input(0).op() != Elementwise.MULTIPLY) {
      return null;
    }
    Product product = views.product(node.input(0));
    List<List<Integer>> labels = new ArrayList<>();
    List<Node> operands = new ArrayList<>();
    for (Factor factor : product.factors()) {
      if (!(factor.base().op() instanceof Broadcast b) || factor.exponent() < 1 || factor.exponent() > 2 || factor.exponent() % 1 != 0) {
        return null;
      }
      for (int i = 0; i < factor.exponent(); i++) {
        operands.add(factor.base().input(0));
        labels.add(b.axes());
      }
    }
    List<Integer> known = labels.stream().flatMap(List::stream).distinct().toList();
    boolean covers = IntStream.range(0, node.input(0).type().rank()).boxed().allMatch(known::contains);
    if (operands.size() < 2 || !covers) {
      return null;
    }
    Contraction contraction = new Contraction(labels, axesBut(node.input(0).type().rank(), op.axes()));
    Node result = node.graph().node(contraction, operands);
    return Build.product(node.graph(), new Product(product.coefficient(), Product.of(result).factors()), node.type());
  }

  private static @Nullable Node ofContraction(Reduction op, Node node, Views views) {
    if (op.kind() != Kind.SUM || !(node.input(0).op() instanceof Contraction c)) {
      return null;
    }
    List<Integer> output = axesBut(c.output().size(), op.axes()).stream().map(c.output()::get).toList();
    return node.graph().node(new Contraction(c.operands(), output), node.input(0).inputs());
  }

  // ------------------------------------------------------------------ contractions

  private static @Nullable Node transposed(Transpose op, Node node, Views views) {
    return node.input(0).op() instanceof Contraction c
        ? node.graph().node(new Contraction(c.operands(), op.permutation().stream().map(c.output()::get).toList()), node.input(0).inputs())
        : null;
  }

  private static @Nullable Node withoutTransposes(Contraction op, Node node, Views views) {
    List<List<Integer>> labels = new ArrayList<>();
    List<Node> operands = new ArrayList<>();
    for (int k = 0; k < operands(node); k++) {
      List<Integer> own = op.operands().get(k);
      if (node.input(k).op() instanceof Transpose t) {
        List<Integer> inverse = IntStream.range(0, own.size()).boxed().map(t.permutation()::indexOf).toList();
        labels.add(inverse.stream().map(own::get).toList());
        operands.add(node.input(k).input(0));
      } else {
        labels.add(own);
        operands.add(node.input(k));
      }
    }
    return operands.equals(node.inputs()) ? null : node.graph().node(new Contraction(labels, op.output()), operands);
  }

  private static int operands(Node node) {
    return node.inputs().size();
  }

  /** Axes that are copies leave the operands; what then has no operand is a size, or copies of the result. */
  private static @Nullable Node withoutCopies(Contraction op, Node node, Views views) {
    List<List<Integer>> labels = new ArrayList<>();
    List<Node> operands = new ArrayList<>();
    for (int k = 0; k < operands(node); k++) {
      List<Integer> own = op.operands().get(k);
      if (node.input(k).op() instanceof Broadcast b) {
        labels.add(b.axes().stream().map(own::get).toList());
        operands.add(node.input(k).input(0));
      } else {
        labels.add(own);
        operands.add(node.input(k));
      }
    }
    if (operands.equals(node.inputs())) {
      return null;
    }
    List<Integer> left = labels.stream().flatMap(List::stream).distinct().toList();
    List<Integer> output = op.output().stream().filter(left::contains).toList();
    Node part = node.graph().node(new Contraction(labels, output), operands);
    var extents = op.extents(node.inputs());
    List<Extent> sizes = extents.keySet().stream().filter(l -> !left.contains(l) && !op.output().contains(l)).map(extents::get).toList();
    Node scaled = sizes.isEmpty() ? part : part.times(size(node, sizes).fill(part.type().shape()));
    return scaled.broadcast(node.type().shape(), output.stream().map(op.output()::indexOf).toList());
  }

  /** Numbers, and factors that are one number, of any operand. */
  private static @Nullable Node withoutFactors(Contraction op, Node node, Views views) {
    Product outside = Product.number(1);
    List<List<Integer>> labels = new ArrayList<>();
    List<Node> operands = new ArrayList<>();
    for (int k = 0; k < operands(node); k++) {
      Product product = views.product(node.input(k));
      List<Factor> inside = new ArrayList<>();
      List<Factor> numbers = new ArrayList<>();
      for (Factor factor : product.factors()) {
        boolean number = factor.base().type().isScalar() || factor.base().op() instanceof Broadcast b && b.axes().isEmpty();
        if (number) {
          Node value = factor.base().type().isScalar() ? factor.base() : factor.base().input(0);
          numbers.add(new Factor(value.fill(node.type().shape()), factor.exponent()));
        } else {
          inside.add(factor);
        }
      }
      outside = views.times(node.type().dtype(), outside, new Product(product.coefficient(), numbers));
      if (!inside.isEmpty()) {
        boolean same = numbers.isEmpty() && product.coefficient() == 1;
        labels.add(op.operands().get(k));
        operands.add(same ? node.input(k) : Build.product(node.graph(), new Product(1, inside), node.input(k).type()));
      } else if (!node.input(k).type().isScalar()) {
        return null; // copies of a number: their axes go first
      }
    }
    if (operands.equals(node.inputs()) || !isFinite(outside)) {
      return null;
    }
    if (operands.isEmpty()) {
      return Build.product(node.graph(), outside, node.type());
    }
    Node rest = node.graph().node(new Contraction(labels, op.output()), operands);
    Product all = views.times(node.type().dtype(), outside, Product.of(rest));
    return Build.product(node.graph(), all, node.type());
  }

  private static boolean isFinite(Product product) {
    return Double.isFinite(product.coefficient()) && product.coefficient() != 0;
  }

  private static @Nullable Node ofOne(Contraction op, Node node, Views views) {
    List<Integer> own = op.operands().getFirst();
    if (operands(node) != 1 || own.stream().distinct().count() != own.size()) {
      return null;
    }
    Node x = node.input(0);
    List<Integer> summed = IntStream.range(0, own.size()).boxed().filter(i -> !op.output().contains(own.get(i))).toList();
    List<Integer> kept = own.stream().filter(op.output()::contains).toList();
    return x.sum(summed).transpose(op.output().stream().map(kept::indexOf).toList());
  }
}
