package dlx;

import dlx.runtime.DType;
import dlx.runtime.DlxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An expression built in Java: the operations, functions and broadcasting of the language. What is
 * used twice is computed once. Immutable; shapes and types are checked by {@link Compiler#compile}.
 *
 * <p>Meant for {@code import static dlx.Expr.*}.
 */
public final class Expr {
  /**
   * How it is written: its template has {@code %s} for each operand. An operand that must be a name
   * gets one.
   */
  record Form(String template, boolean atom, int nameAt) {}

  final Form form;
  final List<Expr> operands;

  /** The declaration of an input or parameter; empty for others. */
  final String declaration;

  /** The run-time sizes of an input or parameter. */
  final List<String> sizes;

  private Expr(Form form, List<Expr> operands, String declaration, List<String> sizes) {
    this.form = form;
    this.operands = List.copyOf(operands);
    this.declaration = declaration;
    this.sizes = List.copyOf(sizes);
  }

  private static Expr infix(String operator, Object left, Object right) {
    return new Expr(
        new Form("%s " + operator + " %s", false, -1), List.of(of(left), of(right)), "", List.of());
  }

  // ------------------------------------------------------------------ leaves

  /**
   * What is given at each call.
   *
   * @param shape extents: numbers, or names of sizes that the given tensors bring
   */
  public static Expr input(String name, DType dtype, Object... shape) {
    return leaf("input", name, dtype, "", shape);
  }

  /** What is learned: given at each call as well, but a name for {@link #grad}. */
  public static Expr param(String name, DType dtype, Object... shape) {
    return leaf("param", name, dtype, " = 0", shape);
  }

  private static Expr leaf(String kind, String name, DType dtype, String start, Object... shape) {
    checkName(name);
    List<String> sizes = new ArrayList<>();
    for (Object extent : shape) {
      if (extent instanceof String size) {
        checkName(size);
        sizes.add(size);
      } else if (!(extent instanceof Integer number) || number < 0) {
        throw new DlxException(
            "E0301", "an extent is a number or a name, not " + extent, "`" + name + "`", "");
      }
    }
    String axes =
        Arrays.stream(shape).map(Object::toString).collect(Collectors.joining(", ", "[", "]"));
    String type = dtype + (shape.length == 0 ? "" : axes);
    return new Expr(
        new Form(name, true, -1), List.of(), kind + " " + name + ": " + type + start, sizes);
  }

  private static void checkName(String name) {
    if (!name.matches("[\\p{L}_][\\p{L}\\p{Nd}_]*")) {
      throw new DlxException(
          "E0201", "`" + name + "` is no name", "", "letters, digits and _, no digit first");
    }
  }

  /** A number; it takes the element type that its use wants. */
  public static Expr number(double value) {
    if (Double.isNaN(value)) return number(0).over(0.0);
    if (Double.isInfinite(value)) return value > 0 ? number("inf") : number("inf").negate();
    if (value < 0 || value == 0 && 1 / value < 0) return number(-value).negate();
    return number(new java.math.BigDecimal(Double.toString(value)).toString().replace("E+", "e"));
  }

  public static Expr number(int value) {
    return value < 0 && value != Integer.MIN_VALUE
        ? number(-value).negate()
        : number(Integer.toString(value));
  }

  private static Expr number(String text) {
    return new Expr(new Form(text.replace("E", "e"), true, -1), List.of(), "", List.of());
  }

  private static Expr of(Object value) {
    return switch (value) {
      case Expr expression -> expression;
      case Integer number -> number(number.intValue());
      case Float number -> number(Double.parseDouble(number.toString()));
      case Double number -> number(number.doubleValue());
      case null, default ->
          throw new DlxException("E0401", value + " is neither an expression nor a number", "", "");
    };
  }

  // ------------------------------------------------------------------ operators

  public Expr plus(Object other) {
    return infix("+", this, other);
  }

  public Expr minus(Object other) {
    return infix("-", this, other);
  }

  public Expr times(Object other) {
    return infix("*", this, other);
  }

  public Expr over(Object other) {
    return infix("/", this, other);
  }

  public Expr less(Object other) {
    return infix("<", this, other);
  }

  public Expr lessEqual(Object other) {
    return infix("<=", this, other);
  }

  public Expr equalTo(Object other) {
    return infix("==", this, other);
  }

  public Expr negate() {
    return new Expr(new Form("-%s", false, -1), List.of(this), "", List.of());
  }

  /** Swaps the last two axes. */
  public Expr transposed() {
    return new Expr(new Form("%s'", true, -1), List.of(this), "", List.of());
  }

  public static Expr pow(Object base, Object exponent) {
    return infix("^", base, exponent);
  }

  /** Contracts the last axis of {@code left} with the first of a vector or matrix {@code right}. */
  public static Expr matmul(Object left, Object right) {
    return infix("@", left, right);
  }

  // ------------------------------------------------------------------ functions

  /** Any function of the language or its library: {@code call("cross_entropy", logits, label)}. */
  public static Expr call(String function, Object... arguments) {
    checkName(function);
    List<Expr> operands = Arrays.stream(arguments).map(Expr::of).toList();
    String places = operands.stream().map(o -> "%s").collect(Collectors.joining(", "));
    return new Expr(new Form(function + "(" + places + ")", true, -1), operands, "", List.of());
  }

  public static Expr exp(Object x) {
    return call("exp", x);
  }

  public static Expr log(Object x) {
    return call("log", x);
  }

  public static Expr sin(Object x) {
    return call("sin", x);
  }

  public static Expr cos(Object x) {
    return call("cos", x);
  }

  public static Expr tanh(Object x) {
    return call("tanh", x);
  }

  public static Expr sigmoid(Object x) {
    return call("sigmoid", x);
  }

  public static Expr sqrt(Object x) {
    return call("sqrt", x);
  }

  public static Expr abs(Object x) {
    return call("abs", x);
  }

  public static Expr relu(Object x) {
    return call("relu", x);
  }

  public static Expr max(Object a, Object b) {
    return call("max", a, b);
  }

  public static Expr min(Object a, Object b) {
    return call("min", a, b);
  }

  public static Expr where(Object condition, Object then, Object otherwise) {
    return call("where", condition, then, otherwise);
  }

  /** The sum of all elements. */
  public static Expr sum(Object x) {
    return call("sum", x);
  }

  /** The sum over one axis; -1 is the last. */
  public static Expr sum(Object x, int axis) {
    return call("sum", x, axis);
  }

  /** The mean of all elements. */
  public static Expr mean(Object x) {
    return call("mean", x);
  }

  /** The mean over one axis; -1 is the last. */
  public static Expr mean(Object x, int axis) {
    return call("mean", x, axis);
  }

  public static Expr softmax(Object x) {
    return call("softmax", x);
  }

  /** The derivative of the number {@code y}, in the shape of {@code x}, which may be any node. */
  public static Expr grad(Expr y, Expr x) {
    return new Expr(new Form("grad(%s, %s)", true, 1), List.of(y, x), "", List.of());
  }

  /** As in the language. */
  @Override
  public String toString() {
    return Written.of(List.of(this)).text();
  }
}
