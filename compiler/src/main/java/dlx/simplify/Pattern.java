package dlx.simplify;

import dlx.graph.Elementwise;
import dlx.graph.Op;
import dlx.graph.Reduction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** One side of a rule. */
sealed interface Pattern {

  /** Stands for any node. Equal names stand for the same node. */
  record Variable(String name) implements Pattern {}

  /** A number in any shape; true is 1 and false is 0. */
  record Number(double value) implements Pattern {}

  record Apply(Elementwise op, List<Pattern> arguments) implements Pattern {}

  /** A reduction over any axes, the same ones wherever a rule folds. */
  record Fold(Reduction.Kind kind, Pattern argument) implements Pattern {}

  /** Addends in any order; only in rules about real numbers. */
  record Sum(double constant, List<Pattern> terms) implements Pattern {
    /** What says most first, so that variables are bound when they are looked for. */
    public Sum {
      List<Pattern> sorted = new ArrayList<>(terms);
      sorted.sort(Comparator.comparingDouble(p -> -p.weight()));
      terms = List.copyOf(sorted);
    }
  }

  /** Factors in any order; only in rules about real numbers. */
  record Product(double coefficient, List<Power> factors) implements Pattern {
    public Product {
      List<Power> sorted = new ArrayList<>(factors);
      sorted.sort(Comparator.comparingDouble(p -> -p.base().weight()));
      factors = List.copyOf(sorted);
    }
  }

  record Power(Pattern base, double exponent) {}

  /** The patterns that this one is made of. */
  default List<Pattern> parts() {
    return switch (this) {
      case Variable v -> List.of();
      case Number n -> List.of();
      case Apply a -> a.arguments();
      case Fold f -> List.of(f.argument());
      case Sum s -> s.terms();
      case Product p -> p.factors().stream().map(Power::base).toList();
    };
  }

  /** Every name, in order of appearance. */
  default Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    if (this instanceof Variable variable) {
      names.add(variable.name());
    }
    parts().forEach(p -> names.addAll(p.names()));
    return names;
  }

  /** The operators that some factor of some term (or some factor) must have for this to match. */
  default Set<Op> heads() {
    Set<Op> heads = new LinkedHashSet<>();
    switch (this) {
      case Sum s -> s.terms().forEach(t -> heads.addAll(t.heads()));
      case Product p ->
          p.factors()
              .forEach(f ->
                  heads.addAll(
                      f.base() instanceof Sum ? Set.of(Elementwise.ADD) : f.base().heads()));
      case Apply a -> heads.add(a.op());
      case Fold f -> {}
      case Variable v -> {}
      case Number n -> {}
    }
    return heads;
  }

  /** The measure of {@link Weight}: equal parts once, what is inside of a fold 4 times. */
  default double weight() {
    Set<Pattern> inside = new LinkedHashSet<>();
    Set<Pattern> outside = new LinkedHashSet<>();
    collect(inside, outside, false);
    return 4 * inside.stream().mapToDouble(Pattern::own).sum()
        + outside.stream().mapToDouble(Pattern::own).sum();
  }

  private void collect(Set<Pattern> inside, Set<Pattern> outside, boolean folded) {
    boolean within = folded || this instanceof Fold;
    if ((within ? inside : outside).add(this)) {
      parts().forEach(p -> p.collect(inside, outside, within));
    }
  }

  private double own() {
    return switch (this) {
      case Variable v -> 0;
      case Number n -> 0;
      case Apply a -> Weight.of(a.op());
      case Fold f -> 1;
      case Sum s -> s.terms().size() - (s.constant() == 0 ? 1 : 0);
      case Product p -> {
        double weight = p.coefficient() == 1 ? -1 : 0;
        for (Power power : p.factors()) {
          double exponent = Math.abs(power.exponent());
          boolean below = power.exponent() < 0;
          boolean whole = exponent <= 4 && exponent == Math.rint(exponent);
          weight += (whole ? exponent : 26) + (below ? 3 : 0);
        }
        yield Math.max(weight, 0);
      }
    };
  }
}
