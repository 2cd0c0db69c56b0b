package dlx.graph;

import dlx.runtime.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How nodes are built from nodes, written fluently. Shapes and element types must agree; only plain
 * numbers ({@code double} arguments) are broadcast.
 */
public interface NodeAlgebra {
  Node self();

  private Node make(Op op, Node... inputs) {
    return self().graph().node(op, inputs);
  }

  // ------------------------------------------------------------------ constants

  /** A number in the type and shape of this node. */
  default Node like(double value) {
    Node self = self();
    return make(new Leaf.Constant(value, self.type().dtype())).fill(self.type().shape());
  }

  // ------------------------------------------------------------------ elementwise

  default Node plus(Node other) {
    return make(Elementwise.ADD, self(), other);
  }

  default Node plus(double other) {
    return plus(like(other));
  }

  default Node minus(Node other) {
    return plus(other.negate());
  }

  default Node times(Node other) {
    return make(Elementwise.MULTIPLY, self(), other);
  }

  default Node times(double other) {
    return times(like(other));
  }

  default Node over(Node other) {
    return make(Elementwise.DIVIDE, self(), other);
  }

  default Node power(Node other) {
    return make(Elementwise.POWER, self(), other);
  }

  default Node floorDivide(Node other) {
    return make(Elementwise.FLOOR_DIVIDE, self(), other);
  }

  default Node negate() {
    return make(Elementwise.NEGATE, self());
  }

  default Node exp() {
    return make(Elementwise.EXP, self());
  }

  default Node log() {
    return make(Elementwise.LOG, self());
  }

  default Node sqrt() {
    return make(Elementwise.SQRT, self());
  }

  default Node tanh() {
    return make(Elementwise.TANH, self());
  }

  default Node sin() {
    return make(Elementwise.SIN, self());
  }

  default Node cos() {
    return make(Elementwise.COS, self());
  }

  default Node sign() {
    return make(Elementwise.SIGN, self());
  }

  default Node sigmoid() {
    return make(Elementwise.SIGMOID, self());
  }

  default Node less(Node other) {
    return make(Elementwise.LESS, self(), other);
  }

  default Node lessEqual(Node other) {
    return make(Elementwise.LESS_EQUAL, self(), other);
  }

  default Node equal(Node other) {
    return make(Elementwise.EQUAL, self(), other);
  }

  default Node and(Node other) {
    return make(Elementwise.AND, self(), other);
  }

  default Node not() {
    return make(Elementwise.NOT, self());
  }

  /** This condition chooses. */
  default Node where(Node then, Node otherwise) {
    return make(Elementwise.WHERE, self(), then, otherwise);
  }

  default Node convert(DType dtype) {
    if (self().type().dtype() == dtype) {
      return self();
    }
    return make(
        switch (dtype) {
          case F32 -> Elementwise.TO_F32;
          case F64 -> Elementwise.TO_F64;
          case I32 -> Elementwise.TO_I32;
          case BOOL -> Elementwise.TO_BOOL;
        },
        self());
  }

  // ------------------------------------------------------------------ reductions

  default Node sum(List<Integer> axes) {
    return reduce(Reduction.Kind.SUM, axes);
  }

  default Node sum() {
    return sum(IntStream.range(0, self().type().rank()).boxed().toList());
  }

  default Node reduce(Reduction.Kind kind, List<Integer> axes) {
    return axes.isEmpty() && kind != Reduction.Kind.ARGMAX
        ? self()
        : make(new Reduction(kind, axes), self());
  }

  // ------------------------------------------------------------------ movements

  default Node reshape(List<Extent> shape) {
    return self().type().shape().equals(shape) ? self() : make(new Movement.Reshape(shape), self());
  }

  /** Axis i of the result is axis permutation[i] of this. */
  default Node transpose(List<Integer> permutation) {
    return IntStream.range(0, permutation.size()).allMatch(i -> permutation.get(i) == i)
        ? self()
        : make(new Movement.Transpose(permutation), self());
  }

  /** Axis i of this becomes axis axes[i] of the result; the other axes of the result are copies. */
  default Node broadcast(List<Extent> shape, List<Integer> axes) {
    return shape.size() == axes.size() ? self() : make(new Movement.Broadcast(shape, axes), self());
  }

  /** A shape whose last axes are those of this. */
  default Node fill(List<Extent> shape) {
    int more = shape.size() - self().type().rank();
    return broadcast(shape, IntStream.range(more, shape.size()).boxed().toList());
  }

  /** The inverse of removing {@code axes} by a reduction: copies along them. */
  default Node spread(List<Extent> shape, List<Integer> axes) {
    return broadcast(
        shape, IntStream.range(0, shape.size()).boxed().filter(i -> !axes.contains(i)).toList());
  }

  /** Takes {@code extent} positions of one axis from {@code start} on, every {@code step}-th. */
  default Node slice(int axis, Extent start, int step, Extent extent) {
    List<Extent> starts = new ArrayList<>();
    List<Integer> steps = new ArrayList<>();
    List<Extent> extents = new ArrayList<>(self().type().shape());
    for (int i = 0; i < extents.size(); i++) {
      starts.add(i == axis ? start : Extent.ZERO);
      steps.add(i == axis ? step : 1);
    }
    extents.set(axis, extent);
    return make(new Movement.Slice(starts, steps, extents), self());
  }
}
