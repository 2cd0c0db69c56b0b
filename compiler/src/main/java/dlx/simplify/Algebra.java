// table: aligned by hand
package dlx.simplify;

import static dlx.simplify.Facts.Fact.DEFINED;
import static dlx.simplify.Facts.Fact.NOT_NEGATIVE;
import static dlx.simplify.Facts.Fact.NOT_ZERO;
import static dlx.simplify.Rule.exact;
import static dlx.simplify.Rule.real;
import static dlx.simplify.Rule.whole;

import java.util.List;

/**
 * Identities of numbers, choices and truth values. That sums and products are collected (2*x + 3*x,
 * x*2*3, x - x) is no rule here: it is how they are read.
 */
final class Algebra {
  private Algebra() {}

  static final List<Rule> RULES = List.of(
      // ---- one and minus
      exact("stop_gradient(x)                =>  x"),            // derivatives are worked out by now
      exact("x * 1                           =>  x"),
      exact("x / 1                           =>  x"),
      exact("x * (-1)                        =>  -x"),
      exact("-(-x)                           =>  x"),
      exact("(-x) * (-y)                     =>  x * y"),
      exact("(-x) / (-y)                     =>  x / y"),
      exact("x ^ 0                           =>  1"),            // also for NaN: IEEE 754, 9.2.1
      exact("x ^ 1                           =>  x"),
      exact("x ^ 2                           =>  x * x"),
      real ("x ^ 0.5                         =>  sqrt(x)"),      // -0.0 and -inf differ
      real ("x ^ (-0.5)                      =>  1 / sqrt(x)"),
      real ("x ^ 1.5                         =>  x * sqrt(x)"),
      // ---- common factors
      real ("x*z + y*z                       =>  (x + y) * z"),
      // ---- signs
      exact("abs(-x)                         =>  abs(x)"),
      exact("abs(abs(x))                     =>  abs(x)"),
      exact("abs(x) * abs(x)                 =>  x * x"),
      exact("cos(-x)                         =>  cos(x)"),
      exact("sign(sign(x))                   =>  sign(x)"),
      exact("floor(floor(x))                 =>  floor(x)"),
      real ("abs(x)^2                        =>  x^2"),
      real ("abs(x) * sign(x)                =>  x"),
      real ("x * sign(x)                     =>  abs(x)"),
      real ("abs(x)                          =>  x").where(NOT_NEGATIVE, "x"),
      real ("sign(x)                         =>  1").where(NOT_NEGATIVE, "x").where(NOT_ZERO, "x").where(DEFINED, "x"),
      // ---- maximum and minimum; both give NaN if there is one
      exact("max(x, x)                       =>  x"),
      exact("min(x, x)                       =>  x"),
      exact("max(max(x, y), y)               =>  max(x, y)"),
      exact("min(min(x, y), y)               =>  min(x, y)"),
      exact("where(x <= 0, 0, x)             =>  max(x, 0)"),
      real ("max(x, 0)                       =>  x").where(NOT_NEGATIVE, "x"),
      real ("max(x, -x)                      =>  abs(x)"),
      real ("max(-x, -y)                     =>  -min(x, y)"),
      real ("min(-x, -y)                     =>  -max(x, y)"),
      real ("max(x, y) + min(x, y)           =>  x + y"),
      real ("max(x, y) * min(x, y)           =>  x * y"),
      // ---- exponentials, logarithms, roots
      real ("log(exp(x))                     =>  x"),
      real ("exp(log(x))                     =>  x").where(NOT_NEGATIVE, "x"),
      real ("exp(-log(x))                    =>  1 / x").where(NOT_NEGATIVE, "x"),
      real ("exp(x) * exp(y)                 =>  exp(x + y)"),
      real ("exp(x) / exp(y)                 =>  exp(x - y)"),
      real ("1 / exp(x)                      =>  exp(-x)"),
      real ("log(sqrt(x))                    =>  0.5 * log(x)"),
      real ("sqrt(x)^2                       =>  x").where(NOT_NEGATIVE, "x"),
      real ("sqrt(x^2)                       =>  abs(x)"),
      real ("sqrt(exp(x))                    =>  exp(0.5 * x)"),
      real ("x / sqrt(x)                     =>  sqrt(x)").where(NOT_NEGATIVE, "x").where(NOT_ZERO, "x"),
      real ("sin(x)^2 + cos(x)^2             =>  1").where(DEFINED, "x"),
      real ("prod(exp(x))                    =>  exp(sum(x))"),
      real ("sum(-x)                         =>  -sum(x)"),
      // ---- choices
      exact("where(true, x, y)               =>  x"),
      exact("where(false, x, y)              =>  y"),
      exact("where(c, x, x)                  =>  x"),
      exact("where(c, true, false)           =>  c"),
      exact("where(not c, x, y)              =>  where(c, y, x)"),
      exact("where(c, where(c, x, y), z)     =>  where(c, x, z)"),
      exact("where(c, x, where(c, y, z))     =>  where(c, x, z)"),
      exact("where(c, -x, -y)                =>  -where(c, x, y)"),
      exact("where(c, x * z, y * z)          =>  where(c, x, y) * z"),
      exact("where(c, x + z, y + z)          =>  where(c, x, y) + z"),
      real ("where(c, x, 0) + where(c, y, 0) =>  where(c, x + y, 0)"),
      real ("where(c, 0, x) + where(c, 0, y) =>  where(c, 0, x + y)"),
      real ("where(c, x, 0) + where(c, 0, y) =>  where(c, x, y)"),
      real ("where(c, 1, 0) * x              =>  where(c, x, 0)").where(DEFINED, "x"),   // 0 * inf
      real ("where(c, 0, 1) * x              =>  where(c, 0, x)").where(DEFINED, "x"),
      // ---- truth
      exact("not (not c)                     =>  c"),
      exact("c and true                      =>  c"),
      exact("c and false                     =>  false"),
      exact("c and c                         =>  c"),
      exact("c and not c                     =>  false"),
      exact("c or false                      =>  c"),
      exact("c or true                       =>  true"),
      exact("c or c                          =>  c"),
      exact("c or not c                      =>  true"),
      exact("not c and not d                 =>  not (c or d)"),
      exact("x < x                           =>  false"),
      real ("x < 0                           =>  false").where(NOT_NEGATIVE, "x"),
      real ("0 <= x                          =>  true").where(NOT_NEGATIVE, "x").where(DEFINED, "x"),
      real ("-x < -y                         =>  y < x"),
      real ("-x <= -y                        =>  y <= x"),
      // ---- i32, where there is no NaN and no rounding
      whole("x + 0                           =>  x"),
      whole("x * 0                           =>  0"),
      whole("x - x                           =>  0"),
      whole("x // 1                          =>  x"),
      whole("x % 1                           =>  0"),
      whole("x == x                          =>  true"),
      whole("x <= x                          =>  true"),
      whole("not (x < y)                     =>  y <= x"),
      whole("not (x <= y)                    =>  y < x"));
}
