// table: aligned by hand
package dlx.simplify;

import static dlx.simplify.Facts.Fact.DEFINED;
import static dlx.simplify.Facts.Fact.NOT_NEGATIVE;
import static dlx.simplify.Rule.real;

import dlx.graph.Elementwise;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.graph.Reduction;
import java.util.ArrayList;
import java.util.List;

/** Forms that neither overflow nor cancel, and what derivatives make of them. */
final class Stability {
  private Stability() {}

  static final List<Rule> RULES = List.of(
      real("log1p(expm1(x))                 =>  x"),
      real("expm1(log1p(x))                 =>  x").where(NOT_NEGATIVE, "x"),
      real("exp(log1p(x))                   =>  1 + x").where(NOT_NEGATIVE, "x"),
      real("expm1(x) + 1                    =>  exp(x)"),
      real("softplus(x) - x                 =>  softplus(-x)"),
      real("softplus(x) - softplus(-x)      =>  x"),
      real("exp(-softplus(-x))              =>  sigmoid(x)"),
      real("exp(-softplus(x))               =>  sigmoid(-x)"),
      real("1 - sigmoid(x)                  =>  sigmoid(-x)"),
      real("(1 - y)*sigmoid(x) - y*sigmoid(-x)  =>  sigmoid(x) - y"),
      real("sigmoid(x) + sigmoid(-x)        =>  1").where(DEFINED, "x"),
      real("exp(x) * sigmoid(-x)            =>  sigmoid(x)").forAccuracy(),     // inf * 0
      real("1 - tanh(0.5*x)^2               =>  4 * sigmoid(x) * (1 - sigmoid(x))"),
      Rule.real("exp(x - log(sum(exp(x)))) => exp(x) / sum(exp(x))", Elementwise.class, Stability::softmax));

  /**
   * The logarithm of softmax, undone: its exponentials are there already. With x at most 0 nothing
   * overflows, and the sum is at least 1 where x is shifted by its maximum.
   */
  private static Node softmax(Elementwise op, Node node, Views views) {
    if (op != Elementwise.EXP || node.input(0).op() != Elementwise.ADD) {
      return null;
    }
    List<Product> terms = views.terms(node.input(0), n -> true).terms();
    for (Product term : terms) {
      Node log = term.withCoefficient(1).atom();
      if (log != null
          && term.coefficient() == -1
          && log.op() instanceof Movement.Broadcast copies
          && log.input(0).op() == Elementwise.LOG
          && log.input(0).input(0).op() instanceof Reduction r
          && r.kind() == Reduction.Kind.SUM
          && copies.copied().equals(r.axes())
          && log.input(0).input(0).input(0).op() == Elementwise.EXP) {
        Node sum = log.input(0).input(0);
        Node e = sum.input(0);
        List<Product> rest = new ArrayList<>(terms);
        rest.remove(term);
        if (views.terms(e.input(0), n -> true).terms().equals(rest) && Forms.isShifted(e.input(0))) {
          return e.over(sum.broadcast(copies.shape(), copies.axes()));
        }
      }
    }
    return null;
  }
}
