// table: aligned by hand
package dlx.elaborate;

import dlx.ast.Ast;
import dlx.graph.Derivative;
import dlx.graph.Elementwise;
import dlx.runtime.DType;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The built-in names. An entry is all that elaboration knows of an operation: its signature, a sentence
 * for the reference, and what it becomes.
 */
public final class Builtins {
  private Builtins() {}

  /** An operation with its arguments in the order of the signature. */
  record Call(List<Operand> arguments, List<Operand> rest, Map<String, Operand> more, Span span, Frame frame, Elaboration elaboration) {
    Operand at(int i)  { return arguments.get(i); }
    World world()      { return frame.world(); }
  }

  interface Meaning { Value of(Call call); }

  /** What looks at its arguments before they are worked out. */
  interface Form { Value of(Ast.Call call, Frame frame, Elaboration elaboration); }

  /** A row of the table. {@code signature} and {@code text} are the reference of the operation. */
  public record Entry(String name, String signature, String text, List<Argument> arguments, @Nullable Meaning meaning, @Nullable Form form) {
    boolean isDraw() { return name.equals("uniform"); }
  }

  /** An argument of an operation; {@code many} takes all that are given by position from here on. */
  record Argument(String name, @Nullable String value, boolean many, boolean anyName) {}

  private static final Map<String, Entry> TABLE = new LinkedHashMap<>();

  static {
    // ---- elementwise, one argument
    one("exp",   true,  Elementwise.EXP,   Math::exp,    "e to the power x");
    one("log",   true,  Elementwise.LOG,   Math::log,    "natural logarithm; -inf at 0, NaN below");
    one("sin",   true,  Elementwise.SIN,   Math::sin,    "sine of x in radians");
    one("cos",   true,  Elementwise.COS,   Math::cos,    "cosine of x in radians");
    one("tanh",  true,  Elementwise.TANH,  Math::tanh,   "hyperbolic tangent");
    one("sqrt",  true,  Elementwise.SQRT,  Math::sqrt,   "square root; NaN below 0");
    one("abs",   false, Elementwise.ABS,   Math::abs,    "magnitude; derivative 0 at 0");
    one("sign",  false, Elementwise.SIGN,  Math::signum, "-1, 0 or 1; derivative 0");
    one("floor", true,  Elementwise.FLOOR, Math::floor,  "the greatest whole number that is not greater; derivative 0");
    one("erf",   true,  Elementwise.ERF,   null,         "error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x");
    // ---- elementwise, more arguments
    add("max(x, y)",      "the greater one, elementwise; NaN if one is NaN; ties share the gradient",    c -> c.elaboration.arithmetic.binary("max", c.at(0), c.at(1), c.span, c.world()));
    add("min(x, y)",      "the lesser one, elementwise; NaN if one is NaN; ties share the gradient",     c -> c.elaboration.arithmetic.binary("min", c.at(0), c.at(1), c.span, c.world()));
    add("where(c, x, y)", "x where c is true, y elsewhere",                                              c -> c.elaboration.arithmetic.where(c.at(0), c.at(1), c.at(2), c.span, c.world()));
    // ---- conversions
    add("f32(x)",  "as f32; truth values become 0 and 1",                                      c -> c.elaboration.arithmetic.convert(DType.F32,  c.at(0), c.world()));
    add("f64(x)",  "as f64; truth values become 0 and 1",                                      c -> c.elaboration.arithmetic.convert(DType.F64,  c.at(0), c.world()));
    add("i32(x)",  "as i32, towards zero; NaN is 0, what is out of range the nearest i32",     c -> c.elaboration.arithmetic.convert(DType.I32,  c.at(0), c.world()));
    add("bool(x)", "whether x is not 0",                                                       c -> c.elaboration.arithmetic.convert(DType.BOOL, c.at(0), c.world()));
    // ---- reductions
    add("sum(x, axis = all, keep = false)",    "sum over the axes: numbers, size names, packs or a tuple of these; keep = true leaves an axis that stretches", c -> reduce("sum", c));
    add("prod(x, axis = all, keep = false)",   "product over the axes; of a pack or list of sizes, their product",      Builtins::product);
    add("amax(x, axis = all, keep = false)",   "the greatest over the axes; NaN if one is NaN, -inf of nothing",         c -> reduce("amax", c));
    add("amin(x, axis = all, keep = false)",   "the least over the axes; NaN if one is NaN, inf of nothing",             c -> reduce("amin", c));
    add("argmax(x, axis = -1, keep = false)",  "the position of the first greatest along an axis, or of the first NaN",  c -> position("argmax", c));
    add("argmin(x, axis = -1, keep = false)",  "the position of the first least along an axis, or of the first NaN",     c -> position("argmin", c));
    add("einsum(pattern, x...)",               "sum of products: einsum(\"...m,mn->...n\", x, w)",                     c -> c.elaboration.products.einsum(c.at(0), c.rest, c.span, c.world()));
    // ---- rearrangements
    add("reshape(x, sizes...)",                      "the same elements in another shape",                              c -> c.elaboration.moves.reshape(c.at(0), c.rest, c.span, c.world()));
    add("rearrange(x, pattern, ..)",                 "axes split, permuted and merged: rearrange(x, \"b (h w) c -> b h w c\", h = 2)", c -> new Rearrange(c.elaboration, c.at(1).span(), c.world()).apply(c.at(0), c.at(1), c.more));
    add("concat(x..., axis = -1)",                   "one behind the other along an axis",                              c -> c.elaboration.moves.concat(c.rest, c.at(1), c.span, c.world()));
    add("stack(x..., axis = 0)",                     "along a new axis",                                                c -> c.elaboration.moves.stack(c.rest, c.at(1), c.span, c.world()));
    add("split(x, n, axis = -1)",                    "n equal parts, or parts of the sizes in a list",                  c -> c.elaboration.moves.split(c.at(0), c.at(1), c.at(2), c.span, c.world()));
    add("extend(x, axis, before, after, fill = 0)",  "surrounded with a number along an axis",                          c -> c.elaboration.moves.extend(c.at(0), c.at(1), c.at(2), c.at(3), c.at(4), c.world()));
    add("reverse(x, axis = -1)",                     "the last first along an axis",                                    c -> c.elaboration.moves.reverse(c.at(0), c.at(1), c.world()));
    add("windows(x, axis, k, stride = 1, pad = 0, dilation = 1, fill = 0)", "a sliding view: an axis of n, extended by pad on both sides, becomes two, of (n + 2 * pad - dilation * (k - 1) - 1) // stride + 1 windows and of their k elements, dilation apart", c -> new Sliding(c.elaboration, c.world()).windows(c.arguments, c.span));
    // ---- positions
    add("iota(n)",    "0, 1, .. up to n - 1",                                             c -> c.elaboration.moves.iota(c.at(0), c.world()));
    add("argsort(x)", "the positions that sort the last axis upwards; stable, NaN last",  c -> c.elaboration.moves.argsort(c.at(0), c.world()));
    // ---- sizes
    add("size(x, axis = all)", "the number of elements along the axes",                c -> c.elaboration.reductions.size(c.at(0), c.at(1), c.world()));
    add("len(x)",              "the length of a list, or of the first axis",           c -> c.elaboration.reductions.length(c.at(0), c.world()));
    // ---- draws
    add("uniform(low = 0, high = 1)", "floats between low and high, to stand after ~",  c -> { throw new IllegalStateException("a draw"); });
    // ---- forms
    add("stop_gradient(x)", "x, taken as constant by derivatives", c -> c.elaboration.arithmetic.stop(c.at(0), c.world()));
    form("grad(y, x)",            "derivative of the number y with respect to the name x, in the shape of x",           Builtins::grad);
    form("in_training(e)",        "e with training = true",                                                             (c, f, e) -> mode(true, c, f, e));
    form("in_eval(e)",            "e with training = false",                                                            (c, f, e) -> mode(false, c, f, e));
    form("params(x, ...)",        "the parameters of layers or single parameters; without a list all of the file",      Builtins::parameters);
    form("gradcheck(y, x)",       "in an assert of a test: whether grad(y, x) agrees with finite differences",          (c, f, e) -> { throw Failure.of("E0505", "`gradcheck` stands alone in an `assert` of a `test`", c.span()); });
    form("jvp(y, x, v)",          "the directional derivative of y as the name x moves along v; in the shape of y",                  (c, f, e) -> directional(Derivative.Kind.JVP, c, f, e));
    form("jacobian(y, x)",        "the derivative of every element of y by every one of the name x: the shape of y, then that of x", Builtins::jacobian);
    form("hessian(y, x)",         "jacobian(grad(y, x), x): the second derivatives of the number y",                    Builtins::hessian);
    form("vjp(y, x, u)",          "u, in the shape of y, pulled back to the name x; in the shape of x",                  (c, f, e) -> directional(Derivative.Kind.VJP, c, f, e));
  }

  /** Names that are no operations. */
  private static final Set<String> CONSTANTS = Set.of("training", "pi", "inf", "all");

  /** Every operation, for the reference. */
  public static Collection<Entry> entries() { return TABLE.values(); }

  static boolean isName(String name) { return TABLE.containsKey(name) || CONSTANTS.contains(name); }

  static boolean isOperation(String name) { return TABLE.containsKey(name); }

  static Entry entry(String name) { return TABLE.get(name); }

  static Set<String> names() {
    Set<String> names = new LinkedHashSet<>(TABLE.keySet());
    names.addAll(CONSTANTS);
    return names;
  }

  /** The value of a built-in name by itself, or null if the name is none. */
  static @Nullable Value value(String name, Frame frame, Elaboration elaboration) {
    return switch (name) {
      case "training" -> new Value.Truth(frame.world().training);
      case "pi" -> Value.Number.real(Math.PI);
      case "inf" -> Value.Number.real(Double.POSITIVE_INFINITY);
      case "all" -> new Value.All();
      case "params" -> new Value.Slots(elaboration.allParameters());
      default -> TABLE.containsKey(name) ? new Value.Operation(TABLE.get(name)) : null;
    };
  }

  // ------------------------------------------------------------------ writing the table

  private static void one(String name, boolean floats, Elementwise op, @Nullable DoubleUnaryOperator meaning, String text) {
    add(name + "(x)", text, c -> c.elaboration.arithmetic.unary(op, floats, meaning, name, c.at(0), c.world()));
  }

  private static void add(String signature, String text, Meaning meaning) {
    String name = signature.substring(0, signature.indexOf('('));
    TABLE.put(name, new Entry(name, signature, text, arguments(signature), meaning, null));
  }

  private static void form(String signature, String text, Form form) {
    String name = signature.substring(0, signature.indexOf('('));
    TABLE.put(name, new Entry(name, signature, text, arguments(signature), null, form));
  }

  private static List<Argument> arguments(String signature) {
    List<Argument> arguments = new ArrayList<>();
    for (String text : signature.substring(signature.indexOf('(') + 1, signature.length() - 1).split(",")) {
      String part = text.strip();
      int equals = part.indexOf('=');
      String name = equals < 0 ? part : part.substring(0, equals).strip();
      String value = equals < 0 ? null : part.substring(equals + 1).strip();
      boolean many = name.endsWith("...");
      arguments.add(new Argument(many ? name.substring(0, name.length() - 3) : name, value, many, part.equals("..")));
    }
    return List.copyOf(arguments);
  }

  // ------------------------------------------------------------------ calling

  /** A call of an operation by its name. */
  static Value call(Entry entry, Ast.Call call, Frame frame, Elaboration elaboration) {
    if (entry.form() != null) {
      return entry.form().of(call, frame, elaboration);
    }
    List<Calls.Given> given = elaboration.calls.given(call, frame);
    if (given.stream().anyMatch(g -> g.value() instanceof Value.Poison)) {
      return Value.POISON;
    }
    return apply(entry, given, call.span(), frame, elaboration);
  }

  static Value apply(Entry entry, List<Calls.Given> given, Span span, Frame frame, Elaboration elaboration) {
    if (entry.isDraw()) {
      return new Value.Draw(new Value.Operation(entry), given, span);
    }
    if (entry.meaning() == null) {
      throw new Failure(Diagnostic.error("E0228", "`" + entry.name() + "` is a form of the language, not a function to pass on").at(span).help("call it by its name: `" + entry.signature() + "`"));
    }
    List<Operand> rest = new ArrayList<>();
    Map<String, Operand> more = new LinkedHashMap<>();
    List<Operand> arguments = bind(entry, given, span, rest, more);
    return entry.meaning().of(new Call(arguments, rest, more, span, frame, elaboration));
  }

  static List<Operand> bind(Entry entry, List<Calls.Given> given, Span span) {
    return bind(entry, given, span, new ArrayList<>(), new LinkedHashMap<>());
  }

  /** The arguments in the order of the signature; those of a {@code many} argument go to {@code rest}. */
  private static List<Operand> bind(
      Entry entry, List<Calls.Given> given, Span span, List<Operand> rest, Map<String, Operand> more) {
    List<Argument> wanted = entry.arguments();
    Operand[] found = new Operand[wanted.size()];
    int position = 0;
    for (Calls.Given argument : given) {
      Operand operand = new Operand(argument.value(), argument.span());
      int at = argument.name() == null ? position : indexOf(wanted, argument.name());
      if (argument.name() == null && at < wanted.size() && wanted.get(at).many()) {
        rest.add(operand);
        continue;
      }
      boolean free = wanted.getLast().anyName();
      if (argument.name() != null && at < 0 && free) {
        more.put(argument.name(), operand);
        continue;
      }
      if (at < 0 || at >= wanted.size() - (free ? 1 : 0)) {
        throw new Failure(Diagnostic.error(argument.name() == null ? "E0219" : "E0220",
                argument.name() == null ? "`" + entry.name() + "` takes " + count(wanted.size()) + ", and here are " + given.size() : "`" + entry.name() + "` has no argument `" + argument.name() + "`")
            .at(argument.name() == null ? argument.span() : argument.nameSpan()).note("it is `" + entry.signature() + "`"));
      }
      if (found[at] != null) {
        throw Failure.of("E0222", "`" + wanted.get(at).name() + "` is given twice", argument.span());
      }
      found[at] = operand;
      position += argument.name() == null ? 1 : 0;
    }
    for (int i = 0; i < found.length; i++) {
      Argument argument = wanted.get(i);
      if (argument.many()) {
        spread(rest);
      }
      boolean missing = argument.many() ? rest.isEmpty() : found[i] == null && argument.value() == null && !argument.anyName();
      if (missing) {
        throw new Failure(Diagnostic.error("E0221", "`" + entry.name() + "` needs `" + argument.name() + "`").at(span).note("it is `" + entry.signature() + "`"));
      }
      if (found[i] == null) {
        found[i] = new Operand(argument.value() == null ? new Value.None() : literal(argument.value()), span);
      }
    }
    return List.of(found);
  }

  private static String count(int n) { return n == 1 ? "one argument" : n + " arguments"; }

  /** A single list or tuple stands for its parts. */
  private static void spread(List<Operand> rest) {
    if (rest.size() == 1 && rest.getFirst().value() instanceof Value.Tuple tuple) {
      Span span = rest.removeFirst().span();
      tuple.parts().forEach(p -> rest.add(new Operand(p, span)));
    }
  }

  private static int indexOf(List<Argument> arguments, String name) {
    for (int i = 0; i < arguments.size(); i++) {
      if (arguments.get(i).name().equals(name) && !arguments.get(i).many()) {
        return i;
      }
    }
    return -1;
  }

  private static Value literal(String text) {
    return switch (text) {
      case "all" -> new Value.All();
      case "true", "false" -> new Value.Truth(text.equals("true"));
      default -> Value.Number.whole(Long.parseLong(text));
    };
  }

  // ------------------------------------------------------------------ meanings that need more than a line

  private static Value reduce(String name, Call c) { return c.elaboration.reductions.reduce(name, c.at(0), c.at(1), c.at(2), c.world()); }

  private static Value position(String name, Call c) { return c.elaboration.reductions.position(name, c.at(0), c.at(1), c.at(2), c.world()); }

  private static Value product(Call c) {
    Value sizes = c.elaboration.reductions.product(c.at(0), c.world());
    return sizes != null ? sizes : reduce("prod", c);
  }

  private static Value mode(boolean training, Ast.Call call, Frame frame, Elaboration elaboration) {
    expect(call, 1);
    return elaboration.expressions.value(call.arguments().getFirst().value(), frame.with(frame.world().mode(training)));
  }

  private static Value grad(Ast.Call call, Frame frame, Elaboration elaboration) {
    expect(call, 2);
    return elaboration.derivatives.grad(elaboration.expressions.operand(call.arguments().get(0).value(), frame), call, frame);
  }

  private static Value directional(Derivative.Kind kind, Ast.Call call, Frame frame, Elaboration elaboration) {
    expect(call, 3);
    return elaboration.derivatives.directional(kind, call, frame);
  }

  private static Value jacobian(Ast.Call call, Frame frame, Elaboration elaboration) {
    expect(call, 2);
    return elaboration.derivatives.jacobian(elaboration.expressions.operand(call.arguments().get(0).value(), frame), call, frame);
  }

  private static Value hessian(Ast.Call call, Frame frame, Elaboration elaboration) {
    Operand slope = new Operand(grad(call, frame, elaboration), call.span());
    return elaboration.derivatives.jacobian(slope, call, frame);
  }

  private static Value parameters(Ast.Call call, Frame frame, Elaboration elaboration) {
    return elaboration.paths.parameters(call, frame);
  }

  static void expect(Ast.Call call, int count) {
    String name = call.callee().span().text();
    if (call.arguments().size() != count || call.arguments().stream().anyMatch(a -> a.name() != null)) {
      throw new Failure(Diagnostic.error("E0219", "`" + name + "` takes " + (count == 1 ? "one argument" : count + " arguments")).at(call.span()).note("it is `" + entry(name).signature() + "`"));
    }
  }
}
