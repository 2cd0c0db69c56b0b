// table: aligned by hand
package dlx.graph;

import dlx.runtime.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Operators that work on each element alone; all inputs have the shape of the result (broadcasts are
 * explicit). An entry is all the compiler knows of an operator: type rule, meaning in f64, derivative,
 * and the domain on which contracts try it. The instruction of the same name is in {@code emit}.
 */
public enum Elementwise implements Op {
  // ---- one argument
  NEGATE  (numeric(1).real(a -> -a[0]).ints(a -> -a[0])         .grad((g, x, y) -> g.negate())),
  EXP     (floating(1).composed().real(a -> Math.exp(a[0]))                .grad((g, x, y) -> g.times(y))),
  LOG     (floating(1).composed().real(a -> Math.log(a[0])).on(0.1, 10)    .grad((g, x, y) -> g.over(x))),
  SIN     (floating(1).composed().real(a -> Math.sin(a[0]))                .grad((g, x, y) -> g.times(x.cos()))),
  COS     (floating(1).composed().real(a -> Math.cos(a[0]))                .grad((g, x, y) -> g.times(x.sin()).negate())),
  TANH    (floating(1).composed().real(a -> Math.tanh(a[0]))               .grad((g, x, y) -> g.times(y.times(y).negate().plus(1)))),
  SQRT    (floating(1).real(a -> Math.sqrt(a[0])).on(0.1, 10)   .grad((g, x, y) -> sqrtSlope(g, x, y))),
  ABS     (numeric(1).real(a -> Math.abs(a[0])).ints(a -> Math.abs(a[0])).grad((g, x, y) -> g.times(x.sign()))),
  SIGN    (numeric(1).real(a -> Math.signum(a[0])).ints(a -> Integer.signum(a[0])).flat()),
  FLOOR   (floating(1).real(a -> Math.floor(a[0])).flat()),
  ERF     (floating(1).composed().real(a -> Reference.erf(a[0]))           .grad((g, x, y) -> g.times(x.times(x).negate().exp().times(2 / Math.sqrt(Math.PI))))),
  // ---- targets of stability rules
  LOG1P   (floating(1).composed().real(a -> Math.log1p(a[0])).on(-0.9, 10) .grad((g, x, y) -> g.over(x.plus(1)))),
  EXPM1   (floating(1).composed().real(a -> Math.expm1(a[0]))              .grad((g, x, y) -> g.times(y.plus(1)))),
  SIGMOID (floating(1).composed().real(a -> Reference.sigmoid(a[0]))       .grad((g, x, y) -> g.times(y.times(x.negate().sigmoid())))),
  SOFTPLUS(floating(1).composed().real(a -> Reference.softplus(a[0]))      .grad((g, x, y) -> g.times(x.sigmoid()))),
  // ---- two arguments
  ADD     (numeric(2).real(a -> a[0] + a[1]).ints(a -> a[0] + a[1])  .grad2((g, a, b, y) -> g, (g, a, b, y) -> g)),
  MULTIPLY(numeric(2).real(a -> a[0] * a[1]).ints(a -> a[0] * a[1])  .grad2((g, a, b, y) -> g.times(b), (g, a, b, y) -> g.times(a))),
  DIVIDE  (floating(2).real(a -> a[0] / a[1]).on(0.2, 5)             .grad2((g, a, b, y) -> g.over(b), (g, a, b, y) -> g.times(y).over(b).negate())),
  POWER   (numeric(2).composed().real(a -> Math.pow(a[0], a[1])).ints(a -> Reference.power(a[0], a[1])).on(0.2, 3)
                                                                     .grad2(Elementwise::powerByBase, Elementwise::powerByExponent)),
  FLOOR_DIVIDE(numeric(2).composed().real(a -> Math.floor(a[0] / a[1])).ints(a -> Reference.floorDivide(a[0], a[1])).on(0.2, 5).flat()),
  REMAINDER(numeric(2).composed().real(a -> Reference.remainder(a[0], a[1])).ints(a -> Reference.floorRemainder(a[0], a[1])).on(0.2, 5)
                                                                     .grad2((g, a, b, y) -> g, (g, a, b, y) -> g.times(a.floorDivide(b)).negate())),
  MAX     (numeric(2).real(a -> Math.max(a[0], a[1])).ints(a -> Math.max(a[0], a[1]))
                                                                     .grad2((g, a, b, y) -> share(g, b, a), (g, a, b, y) -> share(g, a, b))),
  MIN     (numeric(2).real(a -> Math.min(a[0], a[1])).ints(a -> Math.min(a[0], a[1]))
                                                                     .grad2((g, a, b, y) -> share(g, a, b), (g, a, b, y) -> share(g, b, a))),
  // ---- compare and choose
  LESS    (compare().real(a -> a[0] <  a[1] ? 1 : 0)),
  LESS_EQUAL(compare().real(a -> a[0] <= a[1] ? 1 : 0)),
  EQUAL   (compare().real(a -> a[0] == a[1] ? 1 : 0)),
  AND     (logic(2).real(a -> a[0] != 0 && a[1] != 0 ? 1 : 0)),
  OR      (logic(2).real(a -> a[0] != 0 || a[1] != 0 ? 1 : 0)),
  NOT     (logic(1).real(a -> a[0] != 0 ? 0 : 1)),
  WHERE   (choose().real(a -> a[0] != 0 ? a[1] : a[2])),
  // ---- convert (to bool: is it not zero; to i32: towards zero, NaN is 0, out of range is the nearest)
  TO_F32  (to(DType.F32).real(a -> a[0])),
  TO_F64  (to(DType.F64).real(a -> a[0])),
  TO_I32  (to(DType.I32).real(a -> (int) a[0])),
  TO_BOOL (to(DType.BOOL).real(a -> a[0] != 0 ? 1 : 0)),
  // ---- the identity that ends every derivative
  STOP_GRADIENT(any(1).real(a -> a[0]).ints(a -> a[0]).flat());

  /** The meaning of an operator for one element, in f64 (bool is 0 or 1). */
  public interface Real { double of(double[] arguments); }

  /** The meaning for i32, wrapping around. */
  public interface Ints { int of(int[] arguments); }

  private interface Grad1 { Node of(Node g, Node x, Node y); }

  private interface Grad2 { Node of(Node g, Node a, Node b, Node y); }

  private interface Rule { Type of(List<Node> inputs); }

  private interface Pullback { List<Node> of(Node y, Node g); }

  /** An entry of the table while it is written down. */
  private static final class Entry {
    private final int arity;
    private final Rule rule;
    private Real real;
    private Ints ints;
    private Pullback pullback;
    private double low = -3;
    private double high = 3;
    private boolean composed;
    private boolean flat;

    Entry(int arity, Rule rule) { this.arity = arity; this.rule = rule; }

    /** Takes many instructions, not one. */
    Entry composed() { composed = true; return this; }

    Entry real(Real meaning) { real = meaning; return this; }

    Entry ints(Ints meaning) { ints = meaning; return this; }

    Entry on(double from, double until) { low = from; high = until; return this; }

    /** The derivative is zero by definition. */
    Entry flat() { flat = true; pullback = (y, g) -> nothing(y.inputs().size()); return this; }

    Entry grad(Grad1 rule1) { pullback = (y, g) -> List.of(rule1.of(g, y.input(0), y)); return this; }

    Entry grad2(Grad2 left, Grad2 right) {
      pullback = (y, g) -> List.of(left.of(g, y.input(0), y.input(1), y), right.of(g, y.input(0), y.input(1), y));
      return this;
    }
  }

  private final Entry entry;

  Elementwise(Entry entry) {
    this.entry = entry;
    if (entry.pullback == null) {
      entry.flat();
    }
  }

  public int arity() { return entry.arity; }

  /** Is the derivative zero by definition? */
  public boolean isFlat() { return entry.flat && this != WHERE && this != TO_F32 && this != TO_F64; }

  /** Does this take many instructions of the machine, not one or two? */
  public boolean isComposed() { return entry.composed; }

  /** The least argument on which contracts try the derivative. */
  public double domainLow() { return entry.low; }

  public double domainHigh() { return entry.high; }

  /** The meaning for one element whose type is not i32. */
  public double apply(double... arguments) { return entry.real.of(arguments); }

  /** The meaning for one i32 element, if the operator has i32 arguments and an i32 result. */
  public int applyInts(int... arguments) { return entry.ints.of(arguments); }

  public boolean hasInts() { return entry.ints != null; }

  @Override public String title() { return name().toLowerCase(Locale.ROOT); }

  @Override public Type type(List<Node> inputs) {
    if (inputs.size() != entry.arity) {
      throw new IllegalArgumentException(this + " takes " + entry.arity + " arguments, not " + inputs.size());
    }
    for (Node input : inputs) {
      if (!input.type().shape().equals(inputs.getFirst().type().shape())) {
        throw new IllegalArgumentException(this + " of different shapes: " + inputs);
      }
    }
    return entry.rule.of(inputs);
  }

  @Override public List<Node> pullback(Node y, Node adjoint) {
    return switch (this) {
      case WHERE -> choices(y, adjoint);
      case TO_F32, TO_F64 -> y.input(0).type().dtype().isFloat()
          ? List.of(adjoint.convert(y.input(0).type().dtype())) : nothing(1);
      default -> entry.pullback.of(y, adjoint);
    };
  }

  // ------------------------------------------------------------------ type rules

  private static Entry numeric(int arity) { return new Entry(arity, in -> same(in, in.getFirst().type().dtype() != DType.BOOL)); }

  private static Entry floating(int arity) { return new Entry(arity, in -> same(in, in.getFirst().type().dtype().isFloat())); }

  private static Entry logic(int arity) { return new Entry(arity, in -> same(in, in.getFirst().type().dtype() == DType.BOOL)); }

  private static Entry any(int arity) { return new Entry(arity, in -> same(in, true)); }

  private static Entry compare() { return new Entry(2, in -> same(in, true).with(DType.BOOL)); }

  private static Entry choose() {
    return new Entry(3, in -> {
      same(in.subList(0, 1), in.getFirst().type().dtype() == DType.BOOL);
      return same(in.subList(1, 3), true);
    });
  }

  private static Entry to(DType dtype) { return new Entry(1, in -> in.getFirst().type().with(dtype)); }

  private static Type same(List<Node> inputs, boolean allowed) {
    Type type = inputs.getFirst().type();
    if (!allowed || !inputs.stream().allMatch(n -> n.type().dtype() == type.dtype())) {
      throw new IllegalArgumentException("element types that do not fit: " + inputs);
    }
    return type;
  }

  // ------------------------------------------------------------------ derivatives that need more than a line

  /** No gradient to any of n inputs. */
  static List<Node> nothing(int n) { return new ArrayList<>(Arrays.asList(new Node[n])); }

  // A slope that is 0 somewhere by definition chooses 0 there and does not multiply by it: 0 * inf is NaN.

  /** g where low < high, g/2 where they are equal, 0 elsewhere. */
  private static Node share(Node g, Node low, Node high) {
    return low.lessEqual(high).where(low.equal(high).where(g.times(0.5), g), g.like(0));
  }

  /** g / (2 y); where x is a sum of squares, 0 where y is 0: so the gradient of a norm is 0 at 0. */
  private static Node sqrtSlope(Node g, Node x, Node y) {
    Node slope = g.times(0.5).over(y);
    return Squares.isSum(x) ? y.equal(y.like(0)).where(y.like(0), slope) : slope;
  }

  /** p * x^(p-1), and 0 where p is 0 whatever x is; the norm rule as in {@link #sqrtSlope}. */
  private static Node powerByBase(Node g, Node x, Node p, Node y) {
    Node slope = g.times(p.times(x.power(p.plus(-1))));
    Leaf.Constant exponent = p.splat();
    if (exponent != null) {
      boolean norm = exponent.value() > 0 && exponent.value() < 1 && Squares.isSum(x);
      return exponent.value() == 0 ? p.like(0) : norm ? x.equal(x.like(0)).where(x.like(0), slope) : slope;
    }
    return p.equal(p.like(0)).where(p.like(0), slope);
  }

  /** x^p log x, and 0 where x is 0 and p is not negative (the limit for p above 0). */
  private static Node powerByExponent(Node g, Node x, Node p, Node y) {
    Node zero = x.like(0);
    Node limit = x.equal(zero).and(zero.lessEqual(p));
    Node safe = limit.where(x.like(1), x);
    return limit.where(zero, g.times(y.times(safe.log())));
  }

  private static List<Node> choices(Node y, Node g) {
    List<Node> result = nothing(3);
    Node condition = y.input(0);
    result.set(1, condition.where(g, g.like(0)));
    result.set(2, condition.where(g.like(0), g));
    return result;
  }
}
