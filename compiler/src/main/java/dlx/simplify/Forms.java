// table: aligned by hand
package dlx.simplify;

import static dlx.simplify.Rule.real;

import dlx.graph.Elementwise;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.graph.Reduction;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Formulas that stand for something better, recognized before derivatives are taken, so that these are
 * those of the better form: the derivative of softplus is sigmoid and not what the formula gives.
 */
final class Forms {
  private Forms() {}

  /** How far a maximum is looked for. */
  private static final int NEAR = 60;

  /** Those that only make sense before derivatives are taken: they cut one that is zero. */
  static final List<Rule> BEFORE = List.of(
      // log of a sum of exponentials and softmax as the textbook writes them overflow; m cancels
      accurate("log(sum(exp(x)))                       =>  m + log(sum(exp(x - m)))", Forms::logOfSum),
      accurate("exp(x) / sum(exp(x))                   =>  exp(x - m) / sum(exp(x - m))", Forms::softmax));

  static final List<Rule> RULES = List.of(
      real("log(1 + x)                                 =>  log1p(x)").forAccuracy(),
      real("exp(x) - 1                                 =>  expm1(x)").forAccuracy(),
      real("log1p(exp(x))                              =>  softplus(x)").forAccuracy(),
      real("max(x, 0) + softplus(-abs(x))              =>  softplus(x)").forAccuracy(),
      real("tanh(0.5*x) + 1                            =>  2*sigmoid(x)").forAccuracy(),
      real("expm1(2*x) / (exp(2*x) + 1)                =>  tanh(x)").forAccuracy(),
      real("(exp(x) - exp(-x)) / (exp(x) + exp(-x))    =>  tanh(x)").forAccuracy(),
      real("2*sigmoid(2*x) - 1                         =>  tanh(x)").forAccuracy(),
      real("exp(x) / (1 + exp(x))                      =>  sigmoid(x)").forAccuracy(),
      real("1 / (1 + exp(x))                           =>  sigmoid(-x)").forAccuracy(),
      real("log(sigmoid(x))                            =>  -softplus(-x)").forAccuracy(),
      real("log(1 - sigmoid(x))                        =>  -softplus(x)").forAccuracy(),
      real("log1p(-sigmoid(x))                         =>  -softplus(x)").forAccuracy(),
      // binary cross-entropy of a probability, as that of a logit
      real("y*softplus(-x) + (1 - y)*softplus(x)       =>  softplus(x) - y*x").forAccuracy());

  private static Rule accurate(String title, Rule.Code<Elementwise> code) {
    return new Rule.Computed<>(Tier.REAL, title.replaceAll("\\s+", " "), Elementwise.class, code, true);
  }

  private static Node logOfSum(Elementwise op, Node node, Views views) {
    if (op != Elementwise.LOG || !isSumOfExponentials(node.input(0))) {
      return null;
    }
    Node sum = node.input(0);
    List<Integer> axes = ((Reduction) sum.op()).axes();
    Node x = sum.input(0).input(0);
    Node top = top(x, axes);
    return top == null ? null : shifted(x, top, axes).sum(axes).log().plus(top);
  }

  private static Node softmax(Elementwise op, Node node, Views views) {
    if (op != Elementwise.DIVIDE
        || node.input(0).op() != Elementwise.EXP
        || !(node.input(1).op() instanceof Movement.Broadcast copies)
        || !isSumOfExponentials(node.input(1).input(0))) {
      return null;
    }
    Node sum = node.input(1).input(0);
    List<Integer> axes = ((Reduction) sum.op()).axes();
    if (sum.input(0) != node.input(0) || !copies.copied().equals(axes)) {
      return null;
    }
    Node x = node.input(0).input(0);
    Node top = top(x, axes);
    if (top == null) {
      return null;
    }
    Node e = shifted(x, top, axes);
    return e.over(e.sum(axes).spread(x.type().shape(), axes));
  }

  private static boolean isSumOfExponentials(Node node) {
    return node.op() instanceof Reduction r
        && r.kind() == Reduction.Kind.SUM
        && node.input(0).op() == Elementwise.EXP;
  }

  private static Node shifted(Node x, Node top, List<Integer> axes) {
    return x.minus(top.spread(x.type().shape(), axes)).exp();
  }

  /** The largest element where it is finite, else 0, as a constant; null if x is shifted already. */
  private static Node top(Node x, List<Integer> axes) {
    if (isShifted(x)) {
      return null;
    }
    Node most = x.reduce(Reduction.Kind.MAX, axes);
    Node size = x.graph().node(Elementwise.ABS, most);
    Node finite = size.less(most.like(Double.POSITIVE_INFINITY));
    return x.graph().node(Elementwise.STOP_GRADIENT, finite.where(most, most.like(0)));
  }

  /** Whether x is made of a maximum, elementwise: then it was shifted by hand. */
  static boolean isShifted(Node x) {
    Deque<Node> open = new ArrayDeque<>(List.of(x));
    Set<Node> seen = new HashSet<>();
    while (!open.isEmpty() && seen.size() < NEAR) {
      Node node = open.pop();
      if (node.op() instanceof Reduction r && r.kind() == Reduction.Kind.MAX) {
        return true;
      }
      boolean looks = node.op() instanceof Elementwise || node.op() instanceof Movement.Broadcast || node.op() instanceof Movement.Reshape;
      if (looks && seen.add(node)) {
        open.addAll(node.inputs());
      }
    }
    return false;
  }
}
