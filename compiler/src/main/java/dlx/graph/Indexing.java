package dlx.graph;

import dlx.runtime.DType;
import java.util.ArrayList;
import java.util.List;

/** Operators whose positions are data. */
public sealed interface Indexing extends Op {

  /**
   * Takes slices of an axis at the positions in an i32 tensor: inputs (x, ids), and in the shape of
   * the result the axes of ids stand for that axis. Negative positions count from the end. A
   * position outside is an error at run time unless {@code checked} is false (then it is undefined
   * which element of x is read).
   */
  record Gather(int axis, boolean checked) implements Indexing {
    @Override
    public String title() {
      return "gather[" + axis + "]";
    }

    @Override
    public Type type(List<Node> inputs) {
      Type x = inputs.getFirst().type();
      Type ids = inputs.get(1).type();
      if (ids.dtype() != DType.I32 || axis >= x.rank()) {
        throw new IllegalArgumentException(this + " of " + inputs);
      }
      List<Extent> shape = new ArrayList<>(x.shape().subList(0, axis));
      shape.addAll(ids.shape());
      shape.addAll(x.shape().subList(axis + 1, x.rank()));
      return x.with(shape);
    }

    @Override
    public List<Node> pullback(Node y, Node g) {
      List<Node> result = Elementwise.nothing(2);
      Extent extent = y.input(0).type().extent(axis);
      result.set(0, y.graph().node(new ScatterAdd(axis, extent, checked), g, y.input(1)));
      return result;
    }
  }

  /**
   * The transpose of {@link Gather}: inputs (g, ids), zeros with an axis of {@code extent}, to
   * which the slices of g are added at the positions ids, in their order.
   */
  record ScatterAdd(int axis, Extent extent, boolean checked) implements Indexing {
    @Override
    public String title() {
      return "scatter_add[" + axis + ", " + extent + "]";
    }

    @Override
    public Type type(List<Node> inputs) {
      Type g = inputs.getFirst().type();
      Type ids = inputs.get(1).type();
      if (ids.dtype() != DType.I32
          || !g.shape().subList(axis, axis + ids.rank()).equals(ids.shape())) {
        throw new IllegalArgumentException(this + " of " + inputs);
      }
      List<Extent> shape = new ArrayList<>(g.shape().subList(0, axis));
      shape.add(extent);
      shape.addAll(g.shape().subList(axis + ids.rank(), g.rank()));
      return g.with(shape);
    }

    @Override
    public List<Node> pullback(Node y, Node g) {
      List<Node> result = Elementwise.nothing(2);
      result.set(0, y.graph().node(new Gather(axis, checked), g, y.input(1)));
      return result;
    }
  }

  /**
   * One element, or one slice of the trailing axes, replaced: inputs (x, value, position of axis 0,
   * position of axis 1, ...), positions are i32 numbers, negative ones count from the end; value
   * has the shape of the remaining axes. Checked like {@link Gather}.
   */
  record Update(boolean checked) implements Indexing {
    @Override
    public String title() {
      return "update";
    }

    @Override
    public Type type(List<Node> inputs) {
      Type x = inputs.getFirst().type();
      int indexed = inputs.size() - 2;
      boolean fits =
          inputs.get(1).type().equals(x.with(x.shape().subList(indexed, x.rank())))
              && inputs.subList(2, inputs.size()).stream()
                  .allMatch(n -> n.type().equals(Type.scalar(DType.I32)));
      if (!fits) {
        throw new IllegalArgumentException(this + " of " + inputs);
      }
      return x;
    }

    @Override
    public List<Node> pullback(Node y, Node g) {
      List<Node> result = Elementwise.nothing(y.inputs().size());
      List<Node> inputs = new ArrayList<>(y.inputs());
      inputs.set(0, g);
      inputs.set(1, y.input(1).like(0));
      result.set(0, y.graph().node(this, inputs));
      Node picked = g;
      for (Node position : y.inputs().subList(2, y.inputs().size())) {
        picked = y.graph().node(new Gather(0, checked), picked, position);
      }
      result.set(1, picked);
      return result;
    }
  }

  /** The positions that sort the last axis upwards: stable, NaN last; i32. */
  record Argsort() implements Indexing {
    @Override
    public String title() {
      return "argsort";
    }

    @Override
    public Type type(List<Node> inputs) {
      Type type = inputs.getFirst().type();
      if (type.isScalar()) {
        throw new IllegalArgumentException(this + " of " + type);
      }
      return type.with(DType.I32);
    }

    @Override
    public List<Node> pullback(Node y, Node g) {
      return Elementwise.nothing(1);
    }
  }
}
