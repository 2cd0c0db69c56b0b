package dlx.graph;

import dlx.runtime.DType;
import java.util.List;

/** An element type and a list of extents; no extents is a number. */
public record Type(DType dtype, List<Extent> shape) {
  public Type {
    shape = List.copyOf(shape);
  }

  /** Types are compared for every node that is made. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Type type && dtype == type.dtype && shape.equals(type.shape);
  }

  @Override
  public int hashCode() {
    return dtype.ordinal() * 31 + shape.hashCode();
  }

  public static Type scalar(DType dtype) {
    return new Type(dtype, List.of());
  }

  public static Type of(DType dtype, long... shape) {
    return new Type(dtype, java.util.Arrays.stream(shape).mapToObj(Extent::of).toList());
  }

  public int rank() {
    return shape.size();
  }

  public boolean isScalar() {
    return shape.isEmpty();
  }

  public Extent extent(int axis) {
    return shape.get(axis);
  }

  /** The number of elements. */
  public Extent size() {
    return Extent.product(shape);
  }

  public Type with(DType other) {
    return new Type(other, shape);
  }

  public Type with(List<Extent> other) {
    return new Type(dtype, other);
  }

  /** Such as {@code f32[batch, 784]}. */
  @Override
  public String toString() {
    return isScalar() ? dtype.toString() : dtype + shape.toString();
  }
}
