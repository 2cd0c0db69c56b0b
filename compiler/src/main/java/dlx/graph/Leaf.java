package dlx.graph;

import dlx.runtime.DType;
import java.util.Arrays;
import java.util.List;

/** Values that have no inputs. */
public sealed interface Leaf extends Op {

  /** An argument: an input of the program or an argument of a step or expression. */
  record Input(String name, Type type) implements Leaf {
    @Override
    public String title() {
      return name;
    }
  }

  /** A parameter (learned) or a state, by its path, as it is when the entry begins. */
  record Slot(boolean param, String path, Type type) implements Leaf {
    @Override
    public String title() {
      return path;
    }
  }

  /** A number of its type: an f32 is rounded here, once; bool is 0 or 1. */
  record Constant(double value, DType dtype) implements Leaf {
    public Constant {
      value = dtype == DType.F32 ? (float) value : value;
    }

    @Override
    public Type type() {
      return Type.scalar(dtype);
    }

    /** Bitwise equality: 0.0 and -0.0 differ, NaN equals NaN. */
    @Override
    public boolean equals(Object other) {
      return other instanceof Constant c
          && dtype == c.dtype
          && Double.doubleToLongBits(value) == Double.doubleToLongBits(c.value);
    }

    @Override
    public int hashCode() {
      return Double.hashCode(value) * 31 + dtype.hashCode();
    }

    @Override
    public String title() {
      return switch (dtype) {
        case BOOL -> value != 0 ? "true" : "false";
        case I32 -> Long.toString((long) value);
        case F32, F64 ->
            value == Math.rint(value) && Math.abs(value) < 1e15
                ? (value == 0 && 1 / value < 0 ? "-0" : Long.toString((long) value))
                : dtype == DType.F32 ? Float.toString((float) value) : Double.toString(value);
      };
    }
  }

  /** A table of numbers written in the program, row-major. */
  final class Table implements Leaf {
    private final double[] values;
    private final Type type;

    public Table(double[] values, Type type) {
      this.values = values.clone();
      this.type = type;
    }

    /** A copy of the numbers. */
    public double[] values() {
      return values.clone();
    }

    @Override
    public Type type() {
      return type;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Table t && type.equals(t.type) && Arrays.equals(values, t.values);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(values);
    }

    @Override
    public String title() {
      return values.length <= 8 ? Arrays.toString(values) : "table of " + values.length;
    }
  }

  /** 0, 1, 2, ... along one axis. */
  record Iota(Extent extent) implements Leaf {
    @Override
    public Type type() {
      return new Type(DType.I32, List.of(extent));
    }

    @Override
    public String title() {
      return "iota(" + extent + ")";
    }
  }

  /** A size as an i32 number, for sizes known only at run time. */
  record SizeOf(Extent extent) implements Leaf {
    @Override
    public Type type() {
      return Type.scalar(DType.I32);
    }

    @Override
    public String title() {
      return "size(" + extent + ")";
    }
  }

  /**
   * Uniform numbers in [0, 1): position i holds {@code RandomBits.uniform32(key, i)} (or
   * uniform64), where the key is made of the seed, the step number and the hash of the address.
   */
  record Uniform(String address, Type type) implements Leaf {
    @Override
    public String title() {
      return "uniform@" + address;
    }
  }

  /** What stands for an input of a {@link Loop.Region} inside of its body. */
  record Argument(int index, Type type) implements Leaf {
    @Override
    public String title() {
      return "argument " + index;
    }
  }

  /**
   * What stands for an argument while the body of a loop is built; {@link Enclose} replaces it.
   *
   * @param identity equal to nothing but itself
   */
  record Variable(Object identity, Type type) implements Leaf {
    @Override
    public String title() {
      return "variable";
    }
  }

  /** The type of the value. */
  Type type();

  @Override
  default Type type(List<Node> inputs) {
    return type();
  }

  @Override
  default List<Node> pullback(Node y, Node adjoint) {
    return List.of();
  }
}
