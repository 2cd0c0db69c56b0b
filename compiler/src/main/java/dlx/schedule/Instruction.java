package dlx.schedule;

import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.graph.Reduction;
import dlx.runtime.DType;
import dlx.source.Span;
import java.util.List;

/**
 * A value at every point of an iteration space. Instructions are compared by identity: an
 * instruction is one register of the loop.
 */
public abstract sealed class Instruction {
  private final DType dtype;

  private Instruction(DType dtype) {
    this.dtype = dtype;
  }

  public DType dtype() {
    return dtype;
  }

  /** The values that this is made of. */
  public List<Instruction> inputs() {
    return List.of();
  }

  /** Where in its loops this changes by itself: the access it makes, or null. */
  public Access access() {
    return null;
  }

  /** An element of memory. */
  public static final class Load extends Instruction {
    private final Access access;

    public Load(Access access) {
      super(access.buffer().dtype());
      this.access = access;
    }

    @Override
    public Access access() {
      return access;
    }
  }

  /** The number offset + i * stride + ... itself; i32. The buffer of the access is null. */
  public static final class Position extends Instruction {
    private final Access access;

    public Position(Access access) {
      super(DType.I32);
      this.access = access;
    }

    @Override
    public Access access() {
      return access;
    }
  }

  /** The uniform number at a position of a draw. The buffer of the access is null. */
  public static final class Draw extends Instruction {
    private final String address;
    private final Access access;

    public Draw(String address, DType dtype, Access access) {
      super(dtype);
      this.address = address;
      this.access = access;
    }

    public String address() {
      return address;
    }

    @Override
    public Access access() {
      return access;
    }
  }

  /** A constant. */
  public static final class Number extends Instruction {
    private final double value;

    public Number(double value, DType dtype) {
      super(dtype);
      this.value = value;
    }

    public double value() {
      return value;
    }
  }

  /** A size as an i32. */
  public static final class SizeNumber extends Instruction {
    private final Extent extent;

    public SizeNumber(Extent extent) {
      super(DType.I32);
      this.extent = extent;
    }

    public Extent extent() {
      return extent;
    }
  }

  /** An elementwise operator. */
  public static final class Apply extends Instruction {
    private final Elementwise operator;
    private final List<Instruction> inputs;

    public Apply(Elementwise operator, List<Instruction> inputs, DType dtype) {
      super(dtype);
      this.operator = operator;
      this.inputs = List.copyOf(inputs);
    }

    public Elementwise operator() {
      return operator;
    }

    @Override
    public List<Instruction> inputs() {
      return inputs;
    }
  }

  /**
   * An element of memory whose place is data: the access plus index * stride, where a negative
   * index counts from the end of {@code extent}; outside it is an error with the place {@code
   * span}.
   */
  public static final class Pick extends Instruction {
    private final Access access;
    private final Instruction index;
    private final Extent stride;
    private final Extent extent;
    private final boolean checked;
    private final Span span;

    public Pick(
        Access access,
        Instruction index,
        Extent stride,
        Extent extent,
        boolean checked,
        Span span) {
      super(access.buffer().dtype());
      this.access = access;
      this.index = index;
      this.stride = stride;
      this.extent = extent;
      this.checked = checked;
      this.span = span;
    }

    @Override
    public Access access() {
      return access;
    }

    public Instruction index() {
      return index;
    }

    public Extent stride() {
      return stride;
    }

    public Extent extent() {
      return extent;
    }

    public boolean checked() {
      return checked;
    }

    public Span span() {
      return span;
    }

    @Override
    public List<Instruction> inputs() {
      return List.of(index);
    }
  }

  /** The result of a reduction over the innermost axis. */
  public static final class Folded extends Instruction {
    private final Reduction.Kind kind;
    private final Instruction value;

    public Folded(Reduction.Kind kind, Instruction value) {
      super(kind == Reduction.Kind.ARGMAX ? DType.I32 : value.dtype());
      this.kind = kind;
      this.value = value;
    }

    public Reduction.Kind kind() {
      return kind;
    }

    public Instruction value() {
      return value;
    }

    @Override
    public List<Instruction> inputs() {
      return List.of(value);
    }
  }

  /** The sum of a {@link Kernel.Product} at this point. */
  public static final class Summed extends Instruction {
    public Summed(DType dtype) {
      super(dtype);
    }
  }

  /** What a variable of a {@link Kernel.Scan} is at the beginning of a turn. */
  public static final class Carried extends Instruction {
    public Carried(DType dtype) {
      super(dtype);
    }
  }
}
