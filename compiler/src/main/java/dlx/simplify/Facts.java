package dlx.simplify;

import dlx.graph.Contraction;
import dlx.graph.Derivative;
import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.graph.Graph;
import dlx.graph.Indexing;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.graph.Reduction;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is known of all elements of a node whenever the inputs are finite. Overflow is not a case of
 * its own: exp(1000) counts as the real number that it stands for.
 */
final class Facts {
  /** Something that a rule may demand of a variable. */
  enum Fact {
    /** A real number: no logarithm of a negative number, no division by zero on the way. */
    DEFINED("a real number"),
    NOT_NEGATIVE("not negative"),
    NOT_ZERO("not zero");

    /** As a reader says it of a variable. */
    final String text;

    Fact(String text) {
      this.text = text;
    }
  }

  private final Map<Node, Set<Fact>> known = new HashMap<>();

  /** What is known of the results of a loop, by index. */
  private final Map<Node, List<Set<Fact>>> loops = new HashMap<>();

  private final List<Set<Fact>> arguments;

  /** Of a function. */
  Facts() {
    this(List.of());
  }

  /** Of a body, of whose arguments something is known. */
  Facts(List<Set<Fact>> arguments) {
    this.arguments = arguments;
  }

  /**
   * What is known of the arguments of a loop in every turn: of sequences and constants what is
   * known of the inputs; of a carried variable what holds of its initial value and passes from turn
   * to turn.
   */
  List<Set<Fact>> arguments(Node loop) {
    Loop.Region region = (Loop.Region) loop.op();
    List<Set<Fact>> facts = new ArrayList<>();
    loop.inputs().forEach(i -> facts.add(of(i)));
    for (boolean shrinks = true; shrinks; ) {
      shrinks = false;
      Facts turn = new Facts(facts);
      List<Set<Fact>> next = region.next().stream().map(turn::of).toList();
      for (int i = 0; i < next.size(); i++) {
        Set<Fact> kept = EnumSet.noneOf(Fact.class);
        kept.addAll(facts.get(i));
        kept.retainAll(next.get(i));
        shrinks |= !kept.equals(facts.get(i));
        facts.set(i, kept);
      }
    }
    return facts;
  }

  boolean holds(Node node, Fact fact) {
    return of(node).contains(fact);
  }

  boolean isPositive(Node node) {
    return holds(node, Fact.NOT_NEGATIVE) && holds(node, Fact.NOT_ZERO);
  }

  private Set<Fact> of(Node root) {
    Set<Fact> found = known.get(root);
    if (found != null) {
      return found;
    }
    if (!root.inputs().stream().allMatch(known::containsKey)) {
      for (Node node : unknown(root)) {
        known.put(node, work(node));
      }
    } else {
      known.put(root, work(root));
    }
    return known.get(root);
  }

  /** What is not known yet, inputs first. */
  private List<Node> unknown(Node root) {
    return Graph.topological(List.of(root)).stream().filter(n -> !known.containsKey(n)).toList();
  }

  private Set<Fact> work(Node node) {
    Set<Fact> facts = EnumSet.noneOf(Fact.class);
    boolean inputs = node.inputs().stream().allMatch(n -> known.get(n).contains(Fact.DEFINED));
    switch (node.op()) {
      case Leaf leaf -> leaf(leaf, facts);
      case Elementwise op -> elementwise(op, node, inputs, facts);
      case Reduction op -> reduction(op, node, inputs, facts);
      case Movement.Overlap op -> keep(facts, node, inputs, Fact.NOT_NEGATIVE);
      case Movement op -> keep(facts, node, inputs, Fact.NOT_NEGATIVE, Fact.NOT_ZERO);
      case Contraction op -> keep(facts, node, inputs, Fact.NOT_NEGATIVE);
      case Indexing.Gather op -> facts.addAll(known.get(node.input(0)));
      case Indexing op -> {
        if (inputs) {
          facts.add(Fact.DEFINED);
        }
      }
      case Loop.Region region -> {
        Facts turn = new Facts(arguments(node));
        loops.put(node, region.roots().stream().map(turn::of).toList());
        facts.add(Fact.DEFINED);
        facts.add(Fact.NOT_NEGATIVE);
      }
      case Loop.Result result -> {
        facts.addAll(loops.get(node.input(0)).get(result.index()));
        if (result.index() < ((Loop.Region) node.input(0).op()).carried()) {
          facts.retainAll(known.get(node.input(0).input(result.index())));
        } else if (((Loop.Region) node.input(0).op()).ending().isEarly()) {
          facts.remove(Fact.NOT_ZERO);
        }
      }
      case Derivative op -> {}
    }
    return facts;
  }

  /** Adds what all inputs have. */
  private void keep(Set<Fact> facts, Node node, boolean defined, Fact... kept) {
    if (defined) {
      facts.add(Fact.DEFINED);
    }
    for (Fact fact : kept) {
      if (node.inputs().stream().allMatch(n -> known.get(n).contains(fact))) {
        facts.add(fact);
      }
    }
  }

  private void leaf(Leaf leaf, Set<Fact> facts) {
    facts.add(Fact.DEFINED);
    switch (leaf) {
      case Leaf.Constant c -> {
        add(facts, Fact.NOT_NEGATIVE, c.value() >= 0);
        add(facts, Fact.NOT_ZERO, c.value() != 0 && !Double.isNaN(c.value()));
        if (!Double.isFinite(c.value())) {
          facts.remove(Fact.DEFINED);
        }
      }
      case Leaf.Table t -> {
        for (double value : t.values()) {
          if (!Double.isFinite(value)) {
            facts.remove(Fact.DEFINED);
          }
        }
      }
      case Leaf.Iota i -> facts.add(Fact.NOT_NEGATIVE);
      case Leaf.SizeOf s -> facts.add(Fact.NOT_NEGATIVE);
      case Leaf.Uniform u -> facts.add(Fact.NOT_NEGATIVE);
      case Leaf.Input i -> {}
      case Leaf.Slot s -> {}
      case Leaf.Argument a -> {
        facts.remove(Fact.DEFINED);
        if (a.index() < arguments.size()) {
          facts.addAll(arguments.get(a.index()));
        }
      }
      case Leaf.Variable v -> facts.remove(Fact.DEFINED);
    }
  }

  private static void add(Set<Fact> facts, Fact fact, boolean holds) {
    if (holds) {
      facts.add(fact);
    }
  }

  private void elementwise(Elementwise op, Node node, boolean inputs, Set<Fact> facts) {
    boolean notNegative = all(node, Fact.NOT_NEGATIVE);
    boolean notZero = all(node, Fact.NOT_ZERO);
    boolean whole = !node.type().dtype().isFloat();
    boolean defined =
        switch (op) {
          case LOG -> notNegative && notZero;
          case SQRT, LOG1P -> notNegative;
          case DIVIDE, FLOOR_DIVIDE, REMAINDER ->
              whole || known.get(node.input(1)).contains(Fact.NOT_ZERO);
          case POWER -> whole || isPositive(node.input(0)) || wholeExponent(node);
          default -> true;
        };
    add(facts, Fact.DEFINED, inputs && defined);
    if (whole) {
      // i32 arithmetic wraps around, so signs are known of results of choices only
      add(
          facts,
          Fact.NOT_NEGATIVE,
          notNegative && (op == Elementwise.MAX || op == Elementwise.MIN));
      return;
    }
    boolean square = op == Elementwise.MULTIPLY && node.input(0) == node.input(1);
    boolean sign =
        switch (op) {
          case EXP, SIGMOID, SOFTPLUS, ABS -> true;
          case MULTIPLY -> notNegative || square;
          case POWER -> known.get(node.input(0)).contains(Fact.NOT_NEGATIVE) || evenExponent(node);
          case ADD, DIVIDE, MIN, SQRT, TANH, ERF, LOG1P, EXPM1, SIGN, FLOOR, TO_F32, TO_F64 ->
              notNegative;
          case MAX ->
              node.inputs().stream().anyMatch(n -> known.get(n).contains(Fact.NOT_NEGATIVE));
          case WHERE -> branches(node, Fact.NOT_NEGATIVE);
          default -> false;
        };
    boolean notZeroResult =
        switch (op) {
          case EXP, SIGMOID, SOFTPLUS -> true;
          case NEGATE, ABS, MULTIPLY, DIVIDE, SQRT, SIGN -> notZero;
          case ADD ->
              notNegative
                  && node.inputs().stream().anyMatch(n -> known.get(n).contains(Fact.NOT_ZERO));
          case MAX -> node.inputs().stream().anyMatch(this::isKnownPositive);
          case MIN -> notNegative && notZero;
          case WHERE -> branches(node, Fact.NOT_ZERO);
          default -> false;
        };
    add(facts, Fact.NOT_NEGATIVE, sign);
    add(facts, Fact.NOT_ZERO, notZeroResult);
  }

  private boolean all(Node node, Fact fact) {
    return node.inputs().stream().allMatch(n -> known.get(n).contains(fact));
  }

  private boolean branches(Node node, Fact fact) {
    return known.get(node.input(1)).contains(fact) && known.get(node.input(2)).contains(fact);
  }

  private boolean isKnownPositive(Node node) {
    return known.get(node).contains(Fact.NOT_NEGATIVE) && known.get(node).contains(Fact.NOT_ZERO);
  }

  private static boolean wholeExponent(Node node) {
    Leaf.Constant exponent = node.input(1).splat();
    return exponent != null
        && exponent.value() >= 0
        && exponent.value() == Math.rint(exponent.value());
  }

  private static boolean evenExponent(Node node) {
    Leaf.Constant exponent = node.input(1).splat();
    return exponent != null && exponent.value() % 2 == 0;
  }

  private void reduction(Reduction op, Node node, boolean inputs, Set<Fact> facts) {
    boolean never = op.axes().stream().map(node.input(0).type()::extent).allMatch(Facts::isSome);
    switch (op.kind()) {
      case SUM -> {
        keep(facts, node, inputs, Fact.NOT_NEGATIVE);
        add(facts, Fact.NOT_ZERO, never && isKnownPositive(node.input(0)));
      }
      case PRODUCT -> keep(facts, node, inputs, Fact.NOT_NEGATIVE, Fact.NOT_ZERO);
      case MAX -> {
        if (never) {
          keep(facts, node, inputs, Fact.NOT_NEGATIVE);
          add(facts, Fact.NOT_ZERO, isKnownPositive(node.input(0)));
        }
      }
      case ARGMAX -> {
        keep(facts, node, inputs);
        facts.add(Fact.NOT_NEGATIVE);
      }
    }
    if (!node.type().dtype().isFloat() && op.kind() != Reduction.Kind.ARGMAX) {
      facts.remove(Fact.NOT_NEGATIVE);
      facts.remove(Fact.NOT_ZERO);
    }
  }

  /** Whether an axis surely has elements. */
  static boolean isSome(Extent extent) {
    return extent.constant().isPresent() && extent.constant().getAsLong() > 0;
  }
}
