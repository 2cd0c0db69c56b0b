package dlx.schedule;

import dlx.graph.Contraction;
import dlx.graph.Derivative;
import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.graph.Indexing;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.graph.Reduction;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the elements of a node lie: position (i, j, ...) is element {@code offset + i * strides[0]
 * + j * strides[1] + ...} of what {@code base} holds, row-major. The base is a node with elements
 * of its own; affine movements have none.
 */
record View(Node base, Extent offset, List<Extent> shape, List<Extent> strides) {

  /** All elements of a node, side by side. */
  static View whole(Node base) {
    return new View(base, Extent.ZERO, base.type().shape(), contiguous(base.type().shape()));
  }

  /** The view of a node, given the view of its first input. */
  static View of(Node node, java.util.function.Function<Node, View> views) {
    return switch (node.op()) {
      case Movement movement -> {
        View moved = views.apply(node.input(0)).move(movement, node.type().shape());
        yield moved == null ? whole(node) : moved;
      }
      case Leaf leaf -> whole(node);
      case Elementwise e -> whole(node);
      case Reduction r -> whole(node);
      case Contraction c -> whole(node);
      case Indexing i -> whole(node);
      case Loop loop -> whole(node);
      case Derivative d -> throw new IllegalStateException("a derivative that was not worked out");
    };
  }

  /** The same elements of another base. */
  View of(Node other) {
    return new View(other, offset, shape, strides);
  }

  /** One element along the first axis. */
  View element(Extent position) {
    return new View(
        base,
        offset.plus(position.times(strides.getFirst())),
        shape.subList(1, shape.size()),
        strides.subList(1, strides.size()));
  }

  private @Nullable View move(Movement movement, List<Extent> result) {
    return switch (movement) {
      case Movement.Transpose t ->
          new View(base, offset, result, t.permutation().stream().map(strides::get).toList());
      case Movement.Broadcast b -> {
        List<Extent> spread = new ArrayList<>();
        for (int axis = 0; axis < result.size(); axis++) {
          int from = b.axes().indexOf(axis);
          spread.add(from < 0 ? Extent.ZERO : strides.get(from));
        }
        yield new View(base, offset, result, List.copyOf(spread));
      }
      case Movement.Slice s -> {
        Extent start = offset;
        List<Extent> steps = new ArrayList<>();
        for (int axis = 0; axis < result.size(); axis++) {
          start = start.plus(s.starts().get(axis).times(strides.get(axis)));
          steps.add(strides.get(axis).times(s.steps().get(axis)));
        }
        yield new View(base, start, result, List.copyOf(steps));
      }
      case Movement.Reshape r -> reshape(result);
      case Movement.Windows w -> {
        List<Extent> steps = new ArrayList<>(strides);
        steps.set(w.axis(), strides.get(w.axis()).times(w.stride()));
        steps.add(w.axis() + 1, strides.get(w.axis()).times(w.dilation()));
        yield new View(base, offset, result, List.copyOf(steps));
      }
      case Movement.Pad p -> null;
      case Movement.Concat c -> null;
      case Movement.Overlap o -> null;
    };
  }

  static List<Extent> contiguous(List<Extent> shape) {
    Extent[] strides = new Extent[shape.size()];
    Extent stride = Extent.ONE;
    for (int axis = shape.size() - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride = stride.times(shape.get(axis));
    }
    return List.of(strides);
  }

  /** Does this walk over elements side by side, in order? */
  boolean isContiguous() {
    Extent stride = Extent.ONE;
    for (int axis = shape.size() - 1; axis >= 0; axis--) {
      if (!shape.get(axis).isOne() && !strides.get(axis).equals(stride)) {
        return false;
      }
      stride = stride.times(shape.get(axis));
    }
    return true;
  }

  /**
   * The same elements in another shape, or null if that is no affine view. Axes of both shapes are
   * paired into groups of equal size; inside a group the old axes must lie evenly.
   */
  @Nullable View reshape(List<Extent> to) {
    if (to.equals(shape)) {
      return this;
    }
    if (isContiguous()) {
      return new View(base, offset, to, contiguous(to));
    }
    List<Extent> result = new ArrayList<>();
    int i = 0;
    int j = 0;
    while (i < shape.size() || j < to.size()) {
      int i0 = i;
      int j0 = j;
      Extent left = i < shape.size() ? shape.get(i++) : Extent.ONE;
      Extent right = j < to.size() ? to.get(j++) : Extent.ONE;
      while (!left.equals(right)) {
        if (i < shape.size() && right.remainder(left).isZero()) {
          left = left.times(shape.get(i++));
        } else if (j < to.size() && left.remainder(right).isZero()) {
          right = right.times(to.get(j++));
        } else {
          return null;
        }
      }
      Extent stride = merged(i0, i);
      if (stride == null) {
        return null;
      }
      List<Extent> inner = contiguous(to.subList(j0, j));
      for (Extent extent : inner) {
        result.add(extent.times(stride));
      }
    }
    return new View(base, offset, to, List.copyOf(result));
  }

  /**
   * The stride of the last of the axes [from, to) if they lie evenly inside each other, else null.
   */
  private @Nullable Extent merged(int from, int to) {
    Extent inner = null;
    Extent reach = null;
    for (int axis = to - 1; axis >= from; axis--) {
      if (shape.get(axis).isOne()) {
        continue;
      }
      if (inner == null) {
        inner = strides.get(axis);
        reach = inner;
      } else if (!strides.get(axis).equals(reach)) {
        return null;
      }
      reach = reach.times(shape.get(axis));
    }
    return inner == null ? Extent.ONE : inner;
  }

  /**
   * How many leading axes of {@code space} this walks over as the base lies, being constant along
   * the others; -1 if it does not. Then a loop over those axes visits the elements of the base in
   * order, each once.
   */
  int prefix(List<Extent> space) {
    View view = reshape(space);
    if (view == null || !view.offset.isZero()) {
      return -1;
    }
    Extent size = base.type().size();
    for (int k = space.size(); k >= 0; k--) {
      List<Extent> head = space.subList(0, k);
      if (Extent.product(head).equals(size)) {
        List<Extent> natural = contiguous(head);
        boolean fits = true;
        for (int axis = 0; axis < space.size() && fits; axis++) {
          Extent expected = axis < k ? natural.get(axis) : Extent.ZERO;
          fits = space.get(axis).isOne() || view.strides.get(axis).equals(expected);
        }
        if (fits) {
          return k;
        }
      }
    }
    return -1;
  }
}
