package dlx.elaborate;

import dlx.elaborate.Tensors.Kind;
import dlx.elaborate.Value.Tensor;
import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.graph.Node;
import dlx.runtime.DType;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Elementwise operations: what types they take, what is worked out at compile time, what stays. */
final class Arithmetic {
  private final Elaboration elaboration;

  Arithmetic(Elaboration elaboration) {
    this.elaboration = elaboration;
  }

  // ------------------------------------------------------------------ two arguments

  /** {@code + - * / // % ^ max min}. */
  Value binary(String operator, Operand a, Operand b, Span span, World world) {
    Kind kind = join(operator, a, b);
    Value known = known(operator, a.value(), b.value(), kind, world);
    if (known != null) {
      return known;
    }
    if (operator.equals("/") && !kind.isFloat()) {
      kind = Kind.REAL;
    }
    if (operator.equals("^") && !kind.isFloat() && isNegative(b.value(), world)) {
      kind = Kind.REAL;
    }
    List<Tensor> t = together(List.of(a, b), kind, world);
    Node x = t.get(0).node();
    Node y = t.get(1).node();
    Node node =
        switch (operator) {
          case "+" -> x.plus(y);
          case "-" -> x.minus(y);
          case "*" -> x.times(y);
          case "/" -> x.over(y);
          case "^" -> x.power(y);
          case "//" -> x.floorDivide(y);
          case "%" -> elaboration.graph.node(Elementwise.REMAINDER, x, y);
          case "max" -> elaboration.graph.node(Elementwise.MAX, x, y);
          case "min" -> elaboration.graph.node(Elementwise.MIN, x, y);
          default -> throw new IllegalStateException(operator);
        };
    return new Tensor(node, t.get(0).axes(), kind == Kind.REAL);
  }

  private boolean isNegative(Value value, World world) {
    Exact exact = elaboration.tensors.exact(value, world);
    return exact != null && exact.compareTo(Exact.ZERO) < 0;
  }

  /** The kind in which two values meet. */
  private Kind join(String operator, Operand a, Operand b) {
    Kind left = elaboration.tensors.kind(a.value(), a.span());
    Kind right = elaboration.tensors.kind(b.value(), b.span());
    for (Operand operand : List.of(a, b)) {
      if (elaboration.tensors.kind(operand.value(), operand.span()) == Kind.BOOL) {
        throw new Failure(
            Diagnostic.error(
                    "E0401", "`" + operator + "` works on numbers, and this is a truth value")
                .at(operand.span(), elaboration.tensors.describe(operand.value()))
                .help(
                    "make it 0 and 1: `f32(" + bare(operand.span()) + ")`",
                    new Diagnostic.Edit(operand.span(), "f32(" + bare(operand.span()) + ")")));
      }
    }
    return join(left, right, a, b);
  }

  private static String bare(Span span) {
    String text = span.text();
    return text.startsWith("(") && text.endsWith(")") ? text.substring(1, text.length() - 1) : text;
  }

  private Kind join(Kind left, Kind right, Operand a, Operand b) {
    if (left == Kind.F32 && right == Kind.F64 || left == Kind.F64 && right == Kind.F32) {
      Operand narrow = left == Kind.F32 ? a : b;
      throw new Failure(
          Diagnostic.error("E0402", "f32 and f64 do not mix")
              .at(b.span(), elaboration.tensors.describe(b.value()))
              .and(a.span(), elaboration.tensors.describe(a.value()))
              .help(
                  "convert one of them: `f64(" + bare(narrow.span()) + ")`",
                  new Diagnostic.Edit(narrow.span(), "f64(" + bare(narrow.span()) + ")")));
    }
    return left.compareTo(right) >= 0 ? left : right;
  }

  /** Operands of one kind, in one shape. */
  private List<Tensor> together(List<Operand> operands, Kind kind, World world) {
    List<Operand> tensors = new ArrayList<>();
    for (Operand o : operands) {
      tensors.add(
          new Operand(elaboration.tensors.tensor(o.value(), kind, o.span(), world), o.span()));
    }
    return elaboration.shapes.together(tensors, world);
  }

  /** The result, if both sides are known at compile time; sizes stay formulas. */
  private @Nullable Value known(String operator, Value a, Value b, Kind kind, World world) {
    Extent x = elaboration.tensors.extent(a);
    Extent y = elaboration.tensors.extent(b);
    boolean sizes = a instanceof Value.Size || b instanceof Value.Size;
    if (sizes && x != null && y != null) {
      Value size = ofSizes(operator, x, y, world);
      if (size != null) {
        return size;
      }
    }
    Exact left = elaboration.tensors.exact(a, world);
    Exact right = elaboration.tensors.exact(b, world);
    if (left == null || right == null) {
      return null;
    }
    boolean whole = kind == Kind.WHOLE || kind == Kind.I32;
    boolean zero = right.isWhole() && right.isLong() && right.toLong() == 0;
    if (whole && zero && (operator.equals("//") || operator.equals("%"))) {
      return null;
    }
    Exact result =
        switch (operator) {
          case "+" -> left.plus(right);
          case "-" -> left.minus(right);
          case "*" -> left.times(right);
          case "/" -> left.over(right);
          case "^" -> left.power(right);
          case "//" -> left.over(right).floor();
          case "%" -> left.minus(right.times(left.over(right).floor()));
          case "max" -> left.compareTo(right) >= 0 ? left : right;
          case "min" -> left.compareTo(right) <= 0 ? left : right;
          default -> throw new IllegalStateException(operator);
        };
    boolean stays = whole && !operator.equals("/") && result.isWhole();
    DType dtype = kind == Kind.F32 ? DType.F32 : kind == Kind.F64 ? DType.F64 : null;
    DType settled = dtype == null && kind == Kind.I32 && stays ? DType.I32 : dtype;
    return new Value.Number(rounded(result, settled), stays, settled, Span.NONE);
  }

  /** A number in a type that it has met. */
  static Exact rounded(Exact exact, @Nullable DType dtype) {
    return dtype == DType.F32
        ? Exact.of((double) (float) exact.toDouble())
        : dtype == DType.F64 ? Exact.of(exact.toDouble()) : exact;
  }

  private @Nullable Value ofSizes(String operator, Extent x, Extent y, World world) {
    Extent divisor = world.lower(y);
    boolean divides = !divisor.isZero();
    Extent result =
        switch (operator) {
          case "+" -> x.plus(y);
          case "-" -> x.minus(y);
          case "*" -> x.times(y);
          case "//" -> divides ? x.floorDivide(y) : null;
          case "%" -> divides ? x.remainder(y) : null;
          case "^" -> power(x, y);
          default -> null;
        };
    return result == null ? null : new Value.Size(result, Span.NONE);
  }

  private static @Nullable Extent power(Extent base, Extent exponent) {
    if (exponent.constant().isEmpty()
        || exponent.constant().getAsLong() < 0
        || exponent.constant().getAsLong() > 16) {
      return null;
    }
    Extent result = Extent.ONE;
    for (long i = 0; i < exponent.constant().getAsLong(); i++) {
      result = result.times(base);
    }
    return result;
  }

  // ------------------------------------------------------------------ comparisons and logic

  /** {@code < <= > >= == !=}. */
  Value compare(String operator, Operand a, Operand b, Span span, World world) {
    if (a.value() instanceof Value.Truth x && b.value() instanceof Value.Truth y) {
      boolean same = x.value() == y.value();
      if (operator.equals("==") || operator.equals("!=")) {
        return new Value.Truth(same == operator.equals("=="));
      }
    }
    Exact left = elaboration.tensors.exact(a.value(), world);
    Exact right = elaboration.tensors.exact(b.value(), world);
    if (left != null && right != null) {
      return new Value.Truth(holds(operator, left, right));
    }
    Extent x = elaboration.tensors.extent(a.value());
    Extent y = elaboration.tensors.extent(b.value());
    if (x != null && y != null && world.lower(x).minus(world.lower(y)).constant().isPresent()) {
      long difference = world.lower(x).minus(world.lower(y)).constant().getAsLong();
      return new Value.Truth(holds(operator, Exact.of(difference), Exact.ZERO));
    }
    Kind kind = comparable(operator, a, b);
    List<Tensor> t = together(List.of(a, b), kind, world);
    Node l = t.get(0).node();
    Node r = t.get(1).node();
    Node node =
        switch (operator) {
          case "<" -> l.less(r);
          case "<=" -> l.lessEqual(r);
          case ">" -> r.less(l);
          case ">=" -> r.lessEqual(l);
          case "==" -> l.equal(r);
          case "!=" -> not(l.equal(r));
          default -> throw new IllegalStateException(operator);
        };
    return new Tensor(node, t.get(0).axes(), false);
  }

  private Kind comparable(String operator, Operand a, Operand b) {
    Kind left = elaboration.tensors.kind(a.value(), a.span());
    Kind right = elaboration.tensors.kind(b.value(), b.span());
    boolean equality = operator.equals("==") || operator.equals("!=");
    if ((left == Kind.BOOL) != (right == Kind.BOOL) || left == Kind.BOOL && !equality) {
      throw new Failure(
          Diagnostic.error("E0401", "`" + operator + "` cannot compare these")
              .at(b.span(), elaboration.tensors.describe(b.value()))
              .and(a.span(), elaboration.tensors.describe(a.value()))
              .help("make truth values 0 and 1 with `i32(…)`"));
    }
    return join(left, right, a, b);
  }

  private static boolean holds(String operator, Exact a, Exact b) {
    boolean number = !Double.isNaN(a.toDouble()) && !Double.isNaN(b.toDouble());
    int order = number ? a.compareTo(b) : 2;
    return switch (operator) {
      case "<" -> order == -1;
      case "<=" -> order == -1 || order == 0;
      case ">" -> order == 1;
      case ">=" -> order == 1 || order == 0;
      case "==" -> number && a.same(b);
      case "!=" -> !number || !a.same(b);
      default -> throw new IllegalStateException(operator);
    };
  }

  /**
   * {@code a ~= b}: |a - b| is at most an absolute 1e-6 plus 1e-5 of |b| in f32, 1e-12 and 1e-9 in
   * f64; equal infinities are near, NaN is near NaN.
   */
  Value near(Operand a, Operand b, Span span, World world) {
    Kind kind = comparable("~=", a, b);
    if (kind == Kind.BOOL || !kind.isFloat()) {
      return compare("==", a, b, span, world);
    }
    boolean wide = kind == Kind.F64;
    List<Tensor> t = together(List.of(a, b), kind == Kind.REAL ? Kind.F64 : kind, world);
    Node x = t.get(0).node();
    Node y = t.get(1).node();
    Node distance = elaboration.graph.node(Elementwise.ABS, x.minus(y));
    Node slack =
        elaboration
            .graph
            .node(Elementwise.ABS, y)
            .times(wide ? 1e-9 : 1e-5)
            .plus(wide ? 1e-12 : 1e-6);
    Node nans = not(x.equal(x)).and(not(y.equal(y)));
    Node near = or(or(distance.lessEqual(slack).and(not(infinite(y))), x.equal(y)), nans);
    return new Tensor(near, t.get(0).axes(), false);
  }

  private Node infinite(Node x) {
    return elaboration.graph.node(Elementwise.ABS, x).equal(x.like(Double.POSITIVE_INFINITY));
  }

  private Node not(Node x) {
    return elaboration.graph.node(Elementwise.NOT, x);
  }

  private Node or(Node x, Node y) {
    return elaboration.graph.node(Elementwise.OR, x, y);
  }

  /** {@code and}, {@code or}. */
  Value logic(String operator, Operand a, Operand b, World world) {
    boolean and = operator.equals("and");
    for (Operand operand : List.of(a, b)) {
      requireTruth(operator, operand);
      if (operand.value() instanceof Value.Truth truth && truth.value() != and) {
        return truth;
      }
    }
    if (a.value() instanceof Value.Truth) {
      return b.value();
    }
    if (b.value() instanceof Value.Truth) {
      return a.value();
    }
    List<Tensor> t = together(List.of(a, b), Kind.BOOL, world);
    Node node =
        elaboration.graph.node(
            and ? Elementwise.AND : Elementwise.OR, t.get(0).node(), t.get(1).node());
    return new Tensor(node, t.get(0).axes(), false);
  }

  private void requireTruth(String operator, Operand operand) {
    if (elaboration.tensors.kind(operand.value(), operand.span()) != Kind.BOOL) {
      throw new Failure(
          Diagnostic.error("E0401", "`" + operator + "` works on truth values")
              .at(operand.span(), elaboration.tensors.describe(operand.value()))
              .help("compare it with something: `" + operand.span().text() + " != 0`"));
    }
  }

  Value not(Operand a, World world) {
    requireTruth("not", a);
    if (a.value() instanceof Value.Truth truth) {
      return new Value.Truth(!truth.value());
    }
    Tensor t = elaboration.tensors.tensor(a.value(), Kind.BOOL, a.span(), world);
    return new Tensor(not(t.node()), t.axes(), false);
  }

  // ------------------------------------------------------------------ one argument

  Value negate(Operand a, World world) {
    if (a.value() instanceof Value.Number n) {
      return new Value.Number(n.exact().negate(), n.whole(), n.dtype(), n.origin());
    }
    if (a.value() instanceof Value.Size s) {
      return new Value.Size(s.extent().times(-1), Span.NONE);
    }
    return unary(Elementwise.NEGATE, false, null, "-", a, world);
  }

  /**
   * An elementwise operation.
   *
   * @param floats whether it works on floats only; whole numbers then become floats
   * @param meaning to work out numbers at compile time; null if that is not to be done
   */
  Value unary(
      Elementwise op,
      boolean floats,
      @Nullable DoubleUnaryOperator meaning,
      String name,
      Operand a,
      World world) {
    Kind kind = elaboration.tensors.kind(a.value(), a.span());
    if (kind == Kind.BOOL) {
      join(name, a, new Operand(Value.Number.whole(0), a.span()));
    }
    Kind at = floats && !kind.isFloat() ? Kind.REAL : kind;
    Exact exact = elaboration.tensors.exact(a.value(), world);
    if (exact != null && meaning != null) {
      double result = meaning.applyAsDouble(exact.toDouble());
      boolean stays = !floats && exact.isWhole() && result == Math.rint(result);
      Exact value = stays && Math.abs(result) < 1e15 ? Exact.of((long) result) : Exact.of(result);
      DType dtype = a.value() instanceof Value.Number n ? n.dtype() : null;
      return new Value.Number(
          rounded(value, dtype == DType.I32 && floats ? null : dtype),
          stays && !kind.isFloat(),
          dtype == DType.I32 && floats ? null : dtype,
          Span.NONE);
    }
    Tensor t = elaboration.tensors.tensor(a.value(), at, a.span(), world);
    return new Tensor(elaboration.graph.node(op, t.node()), t.axes(), at == Kind.REAL);
  }

  Value stop(Operand a, World world) {
    Kind kind = elaboration.tensors.kind(a.value(), a.span());
    if (!(a.value() instanceof Tensor) || !kind.isFloat()) {
      return a.value();
    }
    return unary(Elementwise.STOP_GRADIENT, false, null, "stop_gradient", a, world);
  }

  /** {@code where(c, a, b)}. */
  Value where(Operand condition, Operand a, Operand b, Span span, World world) {
    requireTruth("where", condition);
    if (condition.value() instanceof Value.Truth truth
        && elaboration.tensors.isScalar(a.value())
        && elaboration.tensors.isScalar(b.value())) {
      return truth.value() ? a.value() : b.value();
    }
    Kind left = elaboration.tensors.kind(a.value(), a.span());
    Kind right = elaboration.tensors.kind(b.value(), b.span());
    if ((left == Kind.BOOL) != (right == Kind.BOOL)) {
      throw new Failure(
          Diagnostic.error("E0403", "both choices of `where` must have one type")
              .at(b.span(), elaboration.tensors.describe(b.value()))
              .and(a.span(), elaboration.tensors.describe(a.value())));
    }
    Kind kind = join(left, right, a, b);
    Tensor c = elaboration.tensors.tensor(condition.value(), Kind.BOOL, condition.span(), world);
    Tensor x = elaboration.tensors.tensor(a.value(), kind, a.span(), world);
    Tensor y = elaboration.tensors.tensor(b.value(), kind, b.span(), world);
    List<Tensor> t =
        elaboration.shapes.together(
            List.of(
                new Operand(c, condition.span()),
                new Operand(x, a.span()),
                new Operand(y, b.span())),
            world);
    Node node = t.get(0).node().where(t.get(1).node(), t.get(2).node());
    return new Tensor(node, t.get(0).axes(), kind == Kind.REAL);
  }

  /** {@code f32(x)} and the other conversions. */
  Value convert(DType dtype, Operand a, World world) {
    Exact exact = elaboration.tensors.exact(a.value(), world);
    if (exact != null && dtype != DType.BOOL) {
      if (dtype != DType.I32) {
        return new Value.Number(rounded(exact, dtype), false, dtype, Span.NONE);
      }
      double real = exact.toDouble();
      Exact cut = real < 0 ? exact.negate().floor().negate() : exact.floor();
      if (cut.isInt()) {
        return new Value.Number(cut, true, DType.I32, Span.NONE);
      }
    }
    Kind kind = elaboration.tensors.kind(a.value(), a.span());
    boolean open = kind == Kind.REAL && dtype.isFloat();
    Tensor t = elaboration.tensors.tensor(a.value(), open ? Kind.of(dtype) : kind, a.span(), world);
    return elaboration.tensors.convert(t, dtype);
  }
}
