// table: aligned by hand
package dlx.simplify;

import static dlx.simplify.Rule.exact;
import static dlx.simplify.Rule.real;

import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.graph.Leaf;
import dlx.graph.Movement;
import dlx.graph.Movement.Broadcast;
import dlx.graph.Movement.Concat;
import dlx.graph.Movement.Pad;
import dlx.graph.Movement.Reshape;
import dlx.graph.Movement.Slice;
import dlx.graph.Movement.Transpose;
import dlx.graph.Node;
import dlx.runtime.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Movements of movements, and work moved to where there are fewer elements. */
final class Shapes {
  private Shapes() {}

  /** Of longer sums not all terms are compared. */
  private static final int MOST_TERMS = 16;

  /** Also before derivatives are taken: then no stack of zeros with one adjoint goes into the loop. */
  static final Rule LAST =
      exact("(stack of h)[-1]                 => h",              Slice.class,       LoopTurns::last);

  static final List<Rule> RULES = List.of(
      exact("a movement of copies of one number",                 Movement.class,    Shapes::ofNumber),
      exact("reshape(reshape(x))              => reshape(x)",     Reshape.class,     Shapes::reshapes),
      exact("reshape that adds axes of 1      => copies",         Reshape.class,     Shapes::newAxes),
      exact("reshape of copies over axes of 1 => reshape(x)",     Reshape.class,     Shapes::ofOnes),
      exact("transpose(transpose(x))          => transpose(x)",   Transpose.class,   Shapes::transposes),
      exact("transpose(copies(x))             => copies(transpose(x))", Transpose.class, Shapes::transposeOfCopies),
      exact("copies(copies(x))                => copies(x)",      Broadcast.class,   Shapes::copiesOfCopies),
      exact("slice of all                     => x",              Slice.class,       Shapes::all),
      exact("slice(slice(x))                  => slice(x)",       Slice.class,       Shapes::slices),
      exact("slice(copies(x))                 => copies(slice(x))", Slice.class,     Shapes::sliceOfCopies),
      exact("slice(concat(x, y))              => slice(x)",       Slice.class,       Shapes::sliceOfPart),
      LAST,
      exact("pad by nothing                   => x",              Pad.class,         Shapes::noPad),
      exact("pad(pad(x))                      => pad(x)",         Pad.class,         Shapes::pads),
      exact("concat(x)                        => x",              Concat.class,      Shapes::onePart),
      exact("concat(concat(x, y), z)          => concat(x, y, z)", Concat.class,     Shapes::flat),
      exact("concat(x, nothing)               => x",              Concat.class,      Shapes::withoutEmpty),
      exact("concat(x[:k], x[k:])             => x",              Concat.class,      Shapes::joined),
      exact("f(move(x), move(y))              => move(f(x, y))",  Elementwise.class, Shapes::inside),
      exact("narrow(widen(x))                 => x",              Elementwise.class, Shapes::roundTrip),
      real ("pad(x) + pad(y)                  => pad(concat(x, y))", Elementwise.class, Shapes::sumOfPads));

  // ------------------------------------------------------------------ one number

  private static @Nullable Node ofNumber(Movement op, Node node, Views views) {
    Leaf.Constant number = node.input(0).splat();
    boolean same = number != null && node.inputs().stream().allMatch(n -> number.equals(n.splat()));
    return same && !(op instanceof Movement.Overlap) && !(op instanceof Broadcast && node.input(0).type().isScalar())
        ? Build.number(node.graph(), number.value(), node.type())
        : null;
  }

  // ------------------------------------------------------------------ reshape and transpose

  private static @Nullable Node reshapes(Reshape op, Node node, Views views) {
    return node.input(0).op() instanceof Reshape ? node.input(0).input(0).reshape(op.shape()) : null;
  }

  /** The places in a shape of the axes of another, if the other axes are 1; else null. */
  private static @Nullable List<Integer> places(List<Extent> axes, List<Extent> shape) {
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < shape.size(); i++) {
      if (places.size() < axes.size() && shape.get(i).equals(axes.get(places.size()))) {
        places.add(i);
      } else if (!shape.get(i).isOne()) {
        return null;
      }
    }
    return places.size() == axes.size() ? places : null;
  }

  private static @Nullable Node newAxes(Reshape op, Node node, Views views) {
    List<Integer> places = places(node.input(0).type().shape(), op.shape());
    return places == null ? null : node.input(0).broadcast(op.shape(), places);
  }

  private static @Nullable Node ofOnes(Reshape op, Node node, Views views) {
    return node.input(0).op() instanceof Broadcast b && b.copied().stream().allMatch(i -> b.shape().get(i).isOne())
        ? node.input(0).input(0).reshape(op.shape())
        : null;
  }

  private static @Nullable Node transposes(Transpose op, Node node, Views views) {
    return node.input(0).op() instanceof Transpose inner
        ? node.input(0).input(0).transpose(op.permutation().stream().map(inner.permutation()::get).toList())
        : null;
  }

  private static @Nullable Node transposeOfCopies(Transpose op, Node node, Views views) {
    if (!(node.input(0).op() instanceof Broadcast b)) {
      return null;
    }
    List<Integer> places = b.axes().stream().map(op.permutation()::indexOf).toList();
    List<Integer> sorted = places.stream().sorted().toList();
    Node inner = node.input(0).input(0).transpose(sorted.stream().map(places::indexOf).toList());
    return inner.broadcast(node.type().shape(), sorted);
  }

  private static @Nullable Node copiesOfCopies(Broadcast op, Node node, Views views) {
    return node.input(0).op() instanceof Broadcast b
        ? node.input(0).input(0).broadcast(op.shape(), b.axes().stream().map(op.axes()::get).toList())
        : null;
  }

  // ------------------------------------------------------------------ slices and pads

  private static @Nullable Node all(Slice op, Node node, Views views) {
    boolean all =
        op.starts().stream().allMatch(Extent::isZero)
            && op.steps().stream().allMatch(s -> s == 1)
            && op.shape().equals(node.input(0).type().shape());
    return all ? node.input(0) : null;
  }

  private static @Nullable Node slices(Slice op, Node node, Views views) {
    if (!(node.input(0).op() instanceof Slice inner)) {
      return null;
    }
    List<Extent> starts = new ArrayList<>();
    List<Integer> steps = new ArrayList<>();
    for (int i = 0; i < op.shape().size(); i++) {
      starts.add(inner.starts().get(i).plus(op.starts().get(i).times(inner.steps().get(i))));
      steps.add(inner.steps().get(i) * op.steps().get(i));
    }
    return node.graph().node(new Slice(starts, steps, op.shape()), node.input(0).input(0));
  }

  private static @Nullable Node sliceOfCopies(Slice op, Node node, Views views) {
    if (!(node.input(0).op() instanceof Broadcast b)) {
      return null;
    }
    Slice inner =
        new Slice(
            b.axes().stream().map(op.starts()::get).toList(),
            b.axes().stream().map(op.steps()::get).toList(),
            b.axes().stream().map(op.shape()::get).toList());
    return node.graph().node(inner, node.input(0).input(0)).broadcast(op.shape(), b.axes());
  }

  private static @Nullable Node sliceOfPart(Slice op, Node node, Views views) {
    if (!(node.input(0).op() instanceof Concat concat) || op.steps().get(concat.axis()) != 1) {
      return null;
    }
    Extent wanted = op.starts().get(concat.axis());
    Extent length = op.shape().get(concat.axis());
    Extent offset = Extent.ZERO;
    for (Node part : node.input(0).inputs()) {
      Extent extent = part.type().extent(concat.axis());
      Extent before = wanted.minus(offset);
      Extent behind = extent.minus(before).minus(length);
      if (isSome(before) && isSome(behind)) {
        List<Extent> starts = new ArrayList<>(op.starts());
        starts.set(concat.axis(), before);
        return node.graph().node(new Slice(starts, op.steps(), op.shape()), part);
      }
      offset = offset.plus(extent);
    }
    return null;
  }

  /** Whether an extent is known not to be negative. */
  private static boolean isSome(Extent extent) {
    return extent.constant().isPresent() && extent.constant().getAsLong() >= 0;
  }

  private static @Nullable Node noPad(Pad op, Node node, Views views) {
    return op.low().stream().allMatch(Extent::isZero) && op.high().stream().allMatch(Extent::isZero)
        ? node.input(0)
        : null;
  }

  private static @Nullable Node pads(Pad op, Node node, Views views) {
    if (!(node.input(0).op() instanceof Pad inner) || node.input(0).input(1) != node.input(1)) {
      return null;
    }
    boolean grows = List.of(op.low(), op.high(), inner.low(), inner.high()).stream().allMatch(l -> l.stream().allMatch(Shapes::isSome));
    return grows
        ? node.graph().node(new Pad(sums(op.low(), inner.low()), sums(op.high(), inner.high())), node.input(0).input(0), node.input(1))
        : null;
  }

  private static List<Extent> sums(List<Extent> a, List<Extent> b) {
    return IntStream.range(0, a.size()).mapToObj(i -> a.get(i).plus(b.get(i))).toList();
  }

  /** Gradients of neighbouring slices: zeros around each, added up, with other terms between. */
  private static @Nullable Node sumOfPads(Elementwise op, Node node, Views views) {
    if (op != Elementwise.ADD) {
      return null;
    }
    List<Node> terms = terms(node);
    for (int i = 0; i < terms.size(); i++) {
      for (int k = 0; k < terms.size(); k++) {
        Node both = i == k ? null : joined(terms.get(i), terms.get(k));
        if (both != null) {
          terms.set(Math.min(i, k), both);
          terms.remove(Math.max(i, k));
          return terms.stream().reduce(Node::plus).get();
        }
      }
    }
    return null;
  }

  /** The terms of a sum, so many that neighbours among them are found. */
  private static List<Node> terms(Node sum) {
    List<Node> terms = new ArrayList<>(List.of(sum));
    for (int i = 0; i < terms.size() && terms.size() < MOST_TERMS; ) {
      Node term = terms.get(i);
      if (term.op() == Elementwise.ADD) {
        terms.set(i, term.input(0));
        terms.add(i + 1, term.input(1));
      } else {
        i++;
      }
    }
    return terms;
  }

  /** Two paddings by 0 of which the second begins where the first ends, as one; else null. */
  private static @Nullable Node joined(Node first, Node second) {
    if (!(first.op() instanceof Pad a) || !(second.op() instanceof Pad b) || !first.input(1).isAll(0) || !second.input(1).isAll(0)) {
      return null;
    }
    int axis = -1;
    for (int i = 0; i < a.low().size(); i++) {
      if (!a.low().get(i).equals(b.low().get(i)) || !a.high().get(i).equals(b.high().get(i))) {
        if (axis >= 0) {
          return null;
        }
        axis = i;
      }
    }
    Node x = first.input(0);
    Node y = second.input(0);
    if (axis < 0 || !a.low().get(axis).plus(x.type().extent(axis)).equals(b.low().get(axis))) {
      return null;
    }
    List<Extent> high = new ArrayList<>(a.high());
    high.set(axis, b.high().get(axis));
    Node both = first.graph().node(new Concat(axis), x, y);
    return first.graph().node(new Pad(a.low(), high), both, first.input(1));
  }

  // ------------------------------------------------------------------ concat

  private static @Nullable Node onePart(Concat op, Node node, Views views) {
    return node.inputs().size() == 1 ? node.input(0) : null;
  }

  private static @Nullable Node flat(Concat op, Node node, Views views) {
    if (node.inputs().stream().noneMatch(n -> n.op().equals(op))) {
      return null;
    }
    List<Node> parts = new ArrayList<>();
    node.inputs().forEach(n -> parts.addAll(n.op().equals(op) ? n.inputs() : List.of(n)));
    return node.graph().node(op, parts);
  }

  private static @Nullable Node withoutEmpty(Concat op, Node node, Views views) {
    List<Node> parts = node.inputs().stream().filter(n -> !n.type().extent(op.axis()).isZero()).toList();
    return parts.isEmpty() || parts.size() == node.inputs().size() ? null : node.graph().node(op, parts);
  }

  private static @Nullable Node joined(Concat op, Node node, Views views) {
    List<Node> parts = new ArrayList<>();
    for (Node part : node.inputs()) {
      Node both = parts.isEmpty() ? null : neighbours(parts.getLast(), part, op.axis());
      if (both != null) {
        parts.removeLast();
      }
      parts.add(both == null ? part : both);
    }
    return parts.size() == node.inputs().size() ? null : node.graph().node(op, parts);
  }

  /** One slice for two slices of the same, the second beginning where the first ends. */
  private static @Nullable Node neighbours(Node left, Node right, int axis) {
    if (!(left.op() instanceof Slice a) || !(right.op() instanceof Slice b) || left.input(0) != right.input(0)) {
      return null;
    }
    boolean fits = a.steps().equals(b.steps()) && a.steps().get(axis) == 1;
    List<Extent> starts = new ArrayList<>(a.starts());
    starts.set(axis, a.starts().get(axis).plus(a.shape().get(axis)));
    if (!fits || !starts.equals(b.starts())) {
      return null;
    }
    List<Extent> shape = new ArrayList<>(a.shape());
    shape.set(axis, a.shape().get(axis).plus(b.shape().get(axis)));
    return left.graph().node(new Slice(a.starts(), a.steps(), shape), left.input(0));
  }

  // ------------------------------------------------------------------ elementwise

  /** If every input is moved in the same way (or is one number), the work is done before. */
  private static @Nullable Node inside(Elementwise op, Node node, Views views) {
    Node moved = null;
    for (Node input : node.inputs()) {
      if (input.splat() == null) {
        boolean moves = input.op() instanceof Broadcast || input.op() instanceof Transpose || input.op() instanceof Reshape;
        boolean same = moves && (moved == null || input.op().equals(moved.op()) && input.input(0).type().shape().equals(moved.input(0).type().shape()));
        if (!same) {
          return null;
        }
        moved = input;
      }
    }
    if (moved == null) {
      return null;
    }
    List<Extent> shape = moved.input(0).type().shape();
    List<Node> inner = new ArrayList<>();
    for (Node input : node.inputs()) {
      Leaf.Constant number = input.splat();
      inner.add(number == null ? input.input(0) : Build.number(node.graph(), number.value(), input.type().with(shape)));
    }
    return node.graph().node(moved.op(), node.graph().node(op, inner));
  }

  /** f32 to f64 and back, i32 to f64 and back. */
  private static @Nullable Node roundTrip(Elementwise op, Node node, Views views) {
    Node inner = node.inputs().getFirst();
    boolean widened = inner.op() == Elementwise.TO_F64 && inner.input(0).type().dtype() != DType.BOOL;
    boolean back = (op == Elementwise.TO_F32 || op == Elementwise.TO_I32) && inner.inputs().size() == 1;
    return widened && back && inner.input(0).type().equals(node.type()) ? inner.input(0) : null;
  }
}
