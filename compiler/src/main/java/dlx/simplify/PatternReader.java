package dlx.simplify;

import dlx.ast.Ast;
import dlx.ast.Parse;
import dlx.graph.Elementwise;
import dlx.graph.Reduction;
import dlx.source.Diagnostics;
import dlx.source.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads a pattern that is written in the language. In rules that keep every bit, sums and products
 * are operators of two arguments; in the others they are lists.
 */
final class PatternReader {
  private static final Map<String, Elementwise> COMPARISONS =
      Map.of("<", Elementwise.LESS, "<=", Elementwise.LESS_EQUAL, "==", Elementwise.EQUAL);
  private static final Map<String, Reduction.Kind> FOLDS =
      Map.of("sum", Reduction.Kind.SUM, "prod", Reduction.Kind.PRODUCT, "amax", Reduction.Kind.MAX);

  private final boolean real;

  PatternReader(boolean real) {
    this.real = real;
  }

  /**
   * Reads one side of a rule.
   *
   * @throws IllegalArgumentException if it is no expression, or one that no pattern stands for
   */
  Pattern read(String text) {
    Diagnostics diagnostics = new Diagnostics();
    Ast.Expression expression = Parse.expression(new Source("rule", text), diagnostics);
    if (expression == null) {
      throw new IllegalArgumentException(text + ": " + diagnostics.all().getFirst().message());
    }
    return of(expression);
  }

  private Pattern of(Ast.Expression expression) {
    return switch (expression) {
      case Ast.Name name -> new Pattern.Variable(name.text());
      case Ast.Number number -> new Pattern.Number(Double.parseDouble(number.text()));
      case Ast.Truth truth -> new Pattern.Number(truth.value() ? 1 : 0);
      case Ast.Unary unary -> {
        Pattern value = of(unary.value());
        yield unary.operator().equals("not") ? apply(Elementwise.NOT, value) : negated(value);
      }
      case Ast.Binary binary ->
          binary(binary.operator(), of(binary.left()), of(binary.right()), binary);
      case Ast.Call call when call.callee() instanceof Ast.Name name -> {
        List<Pattern> arguments = call.arguments().stream().map(a -> of(a.value())).toList();
        yield FOLDS.containsKey(name.text())
            ? new Pattern.Fold(FOLDS.get(name.text()), arguments.getFirst())
            : apply(operator(name.text()), arguments.toArray(Pattern[]::new));
      }
      default -> throw new IllegalArgumentException("no pattern: " + expression.span().text());
    };
  }

  private static Elementwise operator(String name) {
    return Elementwise.valueOf(name.toUpperCase(Locale.ROOT));
  }

  private static Pattern apply(Elementwise op, Pattern... arguments) {
    if (arguments.length != op.arity()) {
      throw new IllegalArgumentException(op + " of " + arguments.length + " arguments");
    }
    return new Pattern.Apply(op, List.of(arguments));
  }

  private Pattern binary(String operator, Pattern left, Pattern right, Ast.Binary where) {
    return switch (operator) {
      case "+" -> real ? sum(left, right) : apply(Elementwise.ADD, left, right);
      case "-" -> real ? sum(left, negated(right)) : apply(Elementwise.ADD, left, negated(right));
      case "*" -> real ? product(left, 1, right, 1) : apply(Elementwise.MULTIPLY, left, right);
      case "/" -> real ? product(left, 1, right, -1) : apply(Elementwise.DIVIDE, left, right);
      case "^" ->
          real && right instanceof Pattern.Number n
              ? product(new Pattern.Number(1), 1, left, n.value())
              : apply(Elementwise.POWER, left, right);
      case "//" -> apply(Elementwise.FLOOR_DIVIDE, left, right);
      case "%" -> apply(Elementwise.REMAINDER, left, right);
      case "and" -> apply(Elementwise.AND, left, right);
      case "or" -> apply(Elementwise.OR, left, right);
      case ">" -> apply(Elementwise.LESS, right, left);
      case ">=" -> apply(Elementwise.LESS_EQUAL, right, left);
      default -> {
        if (!COMPARISONS.containsKey(operator)) {
          throw new IllegalArgumentException("no pattern: " + where.span().text());
        }
        yield apply(COMPARISONS.get(operator), left, right);
      }
    };
  }

  private Pattern negated(Pattern value) {
    if (value instanceof Pattern.Number number) {
      return new Pattern.Number(-number.value());
    }
    return real ? product(new Pattern.Number(-1), 1, value, 1) : apply(Elementwise.NEGATE, value);
  }

  private static Pattern sum(Pattern left, Pattern right) {
    double constant = 0;
    List<Pattern> terms = new ArrayList<>();
    for (Pattern part : List.of(left, right)) {
      switch (part) {
        case Pattern.Number number -> constant += number.value();
        case Pattern.Sum sum -> {
          constant += sum.constant();
          terms.addAll(sum.terms());
        }
        default -> terms.add(part);
      }
    }
    return terms.isEmpty() ? new Pattern.Number(constant) : new Pattern.Sum(constant, terms);
  }

  private static Pattern product(Pattern left, double up, Pattern right, double exponent) {
    double coefficient = 1;
    List<Pattern.Power> factors = new ArrayList<>();
    for (Pattern.Power part :
        List.of(new Pattern.Power(left, up), new Pattern.Power(right, exponent))) {
      switch (part.base()) {
        case Pattern.Number number -> coefficient *= Math.pow(number.value(), part.exponent());
        case Pattern.Product product -> {
          coefficient *= Math.pow(product.coefficient(), part.exponent());
          product.factors().forEach(f -> merge(factors, f.base(), f.exponent() * part.exponent()));
        }
        default -> merge(factors, part.base(), part.exponent());
      }
    }
    return factors.isEmpty()
        ? new Pattern.Number(coefficient)
        : coefficient == 1 && factors.size() == 1 && factors.getFirst().exponent() == 1
            ? factors.getFirst().base()
            : new Pattern.Product(coefficient, factors);
  }

  private static void merge(List<Pattern.Power> factors, Pattern base, double exponent) {
    for (int i = 0; i < factors.size(); i++) {
      Pattern.Power other = factors.get(i);
      // x / x stays as it is written: it is not 1 where x is 0
      if (other.base().equals(base) && other.exponent() > 0 == exponent > 0) {
        factors.set(i, new Pattern.Power(base, other.exponent() + exponent));
        return;
      }
    }
    factors.add(new Pattern.Power(base, exponent));
  }
}
