package dlx.graph;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * The extent of an axis: a polynomial with integer coefficients over atoms, in one normal form, so
 * that {@code 1 + n} equals {@code n + 1}. Atoms are names and the floor quotients and remainders
 * that do not simplify.
 *
 * <pre>
 * extent = sum of coefficient * product of atoms
 * atom   = Symbol name | Quotient a b | Remainder a b
 * </pre>
 */
public final class Extent {

  /** What an extent is made of. */
  public sealed interface Atom {}

  /** A size name, or a variable of unification. */
  public record Symbol(String name) implements Atom {
    @Override
    public String toString() {
      return name;
    }
  }

  /** floor(dividend / divisor), where it is no polynomial. */
  public record Quotient(Extent dividend, Extent divisor) implements Atom {
    @Override
    public String toString() {
      return dividend.factor() + " // " + divisor.factor();
    }
  }

  /** dividend - divisor * floor(dividend / divisor), where it is no polynomial. */
  public record Remainder(Extent dividend, Extent divisor) implements Atom {
    @Override
    public String toString() {
      return dividend.factor() + " % " + divisor.factor();
    }
  }

  /** A product of atoms, sorted by their text; the empty product is 1. */
  private record Monomial(List<Atom> atoms) implements Comparable<Monomial> {
    static final Monomial ONE = new Monomial(List.of());

    Monomial times(Monomial other) {
      if (atoms.isEmpty() || other.atoms.isEmpty()) {
        return atoms.isEmpty() ? other : this;
      }
      List<Atom> product = new ArrayList<>(atoms);
      product.addAll(other.atoms);
      product.sort(Comparator.comparing(Atom::toString));
      return new Monomial(List.copyOf(product));
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Monomial monomial && atoms.equals(monomial.atoms);
    }

    @Override
    public int hashCode() {
      return atoms.hashCode();
    }

    /** Higher degree first, then by text; the constant last. */
    @Override
    public int compareTo(Monomial other) {
      int byDegree = Integer.compare(other.atoms.size(), atoms.size());
      return byDegree != 0 || atoms.isEmpty()
          ? byDegree
          : atoms.toString().compareTo(other.atoms.toString());
    }
  }

  public static final Extent ZERO = new Extent(new TreeMap<>());

  /** The numbers from 0 on that are made again and again. */
  private static final Extent[] COMMON = new Extent[1025];

  static {
    COMMON[0] = ZERO;
    for (int i = 1; i < COMMON.length; i++) {
      COMMON[i] = of(Monomial.ONE, i);
    }
  }

  public static final Extent ONE = COMMON[1];

  private final TreeMap<Monomial, Long> terms;
  private final int hash;

  private Extent(TreeMap<Monomial, Long> terms) {
    this.terms = terms;
    this.hash = terms.hashCode();
  }

  public static Extent of(long value) {
    return value >= 0 && value < COMMON.length ? COMMON[(int) value] : of(Monomial.ONE, value);
  }

  /** The size with this name. */
  public static Extent symbol(String name) {
    return of(new Symbol(name));
  }

  public static Extent of(Atom atom) {
    return of(new Monomial(List.of(atom)), 1);
  }

  private static Extent of(Monomial monomial, long coefficient) {
    TreeMap<Monomial, Long> terms = new TreeMap<>();
    if (coefficient != 0) {
      terms.put(monomial, coefficient);
    }
    return new Extent(terms);
  }

  public static Extent product(Iterable<Extent> factors) {
    Extent product = ONE;
    for (Extent factor : factors) {
      product = product.times(factor);
    }
    return product;
  }

  public Extent plus(Extent other) {
    if (other.terms.isEmpty()) {
      return this;
    }
    if (terms.isEmpty()) {
      return other;
    }
    if (isConstant() && other.isConstant()) {
      return of(Math.addExact(number(), other.number()));
    }
    TreeMap<Monomial, Long> sum = new TreeMap<>(terms);
    other.terms.forEach((m, c) -> add(sum, m, c));
    return new Extent(sum);
  }

  public Extent plus(long other) {
    return plus(of(other));
  }

  public Extent minus(Extent other) {
    return plus(other.times(-1));
  }

  public Extent times(long factor) {
    return times(of(factor));
  }

  public Extent times(Extent other) {
    if (isConstant() && other.isConstant()) {
      return of(Math.multiplyExact(number(), other.number()));
    }
    if (isOne() || other.isOne()) {
      return isOne() ? other : this;
    }
    TreeMap<Monomial, Long> product = new TreeMap<>();
    terms.forEach((m, c) ->
        other.terms.forEach((n, d) -> add(product, m.times(n), Math.multiplyExact(c, d))));
    return new Extent(product);
  }

  private static void add(TreeMap<Monomial, Long> terms, Monomial monomial, long coefficient) {
    terms.merge(monomial, coefficient, (a, b) -> a + b == 0 ? null : Math.addExact(a, b));
  }

  /**
   * floor(this / divisor). Terms that are multiples of the divisor leave the floor: (a*d + r) // d
   * is a + r // d, and a quotient of a quotient by constants is one quotient.
   */
  public Extent floorDivide(Extent divisor) {
    if (divisor.isOne() || terms.isEmpty()) {
      return this;
    }
    Extent whole = ZERO;
    Extent rest = ZERO;
    for (Map.Entry<Monomial, Long> term : terms.entrySet()) {
      Extent quotient = divideTerm(term, divisor);
      if (quotient != null) {
        whole = whole.plus(quotient);
      } else {
        rest = rest.plus(of(term.getKey(), term.getValue()));
      }
    }
    OptionalLong d = divisor.constant();
    OptionalLong r = rest.constant();
    if (d.isPresent() && r.isPresent() && d.getAsLong() != 0) {
      return whole.plus(Math.floorDiv(r.getAsLong(), d.getAsLong()));
    }
    if (d.isPresent()
        && rest.atom() instanceof Quotient inner
        && inner.divisor().constant().isPresent()) {
      return whole.plus(inner.dividend().floorDivide(inner.divisor().times(divisor)));
    }
    return rest.terms.isEmpty() ? whole : whole.plus(of(new Quotient(rest, divisor)));
  }

  /** The exact quotient of one term by a divisor of one term, or null. */
  private static Extent divideTerm(Map.Entry<Monomial, Long> term, Extent divisor) {
    if (divisor.terms.size() != 1) {
      return null;
    }
    Map.Entry<Monomial, Long> by = divisor.terms.firstEntry();
    if (term.getValue() % by.getValue() != 0) {
      return null;
    }
    List<Atom> atoms = new ArrayList<>(term.getKey().atoms());
    for (Atom atom : by.getKey().atoms()) {
      if (!atoms.remove(atom)) {
        return null;
      }
    }
    return of(new Monomial(List.copyOf(atoms)), term.getValue() / by.getValue());
  }

  /** this - divisor * (this // divisor). */
  public Extent remainder(Extent divisor) {
    Extent quotient = floorDivide(divisor);
    Extent rest = minus(divisor.times(quotient));
    boolean simple =
        rest.terms.keySet().stream()
            .flatMap(m -> m.atoms().stream())
            .noneMatch(a -> a instanceof Quotient q && q.divisor().equals(divisor));
    if (simple) {
      return rest;
    }
    Extent least = ZERO;
    for (Map.Entry<Monomial, Long> term : terms.entrySet()) {
      if (divideTerm(term, divisor) == null) {
        least = least.plus(of(term.getKey(), term.getValue()));
      }
    }
    return of(new Remainder(least, divisor));
  }

  /** The value, if this has no symbols. */
  public OptionalLong constant() {
    return isConstant() ? OptionalLong.of(number()) : OptionalLong.empty();
  }

  public boolean isConstant() {
    return terms.isEmpty() || terms.size() == 1 && terms.firstKey().atoms().isEmpty();
  }

  /** The value of an extent that is a number. */
  private long number() {
    return terms.isEmpty() ? 0 : terms.firstEntry().getValue();
  }

  public boolean is(long value) {
    return isConstant() && number() == value;
  }

  public boolean isOne() {
    return is(1);
  }

  public boolean isZero() {
    return terms.isEmpty();
  }

  /** The only atom, if this is one atom with coefficient 1; else null. */
  public Atom atom() {
    return terms.size() == 1
            && terms.firstEntry().getValue() == 1
            && terms.firstKey().atoms().size() == 1
        ? terms.firstKey().atoms().getFirst()
        : null;
  }

  /** The name, if this is a bare name; else null. */
  public String name() {
    return atom() instanceof Symbol symbol ? symbol.name() : null;
  }

  /** Every symbol, in alphabetical order. */
  public Set<String> symbols() {
    Set<String> found = new TreeSet<>();
    collect(found);
    return found;
  }

  private void collect(Set<String> found) {
    for (Monomial monomial : terms.keySet()) {
      for (Atom atom : monomial.atoms()) {
        switch (atom) {
          case Symbol symbol -> found.add(symbol.name());
          case Quotient q -> {
            q.dividend().collect(found);
            q.divisor().collect(found);
          }
          case Remainder r -> {
            r.dividend().collect(found);
            r.divisor().collect(found);
          }
        }
      }
    }
  }

  /**
   * Solves {@code this = other} for a symbol that occurs once, linearly and alone, with coefficient
   * 1 or -1; null if it cannot be read off.
   */
  public Extent solve(String symbol, Extent other) {
    Extent self = symbol(symbol);
    Monomial monomial = self.terms.firstKey();
    Long coefficient = terms.get(monomial);
    if (coefficient == null || Math.abs(coefficient) != 1) {
      return null;
    }
    Extent rest = minus(self.times(coefficient));
    return rest.symbols().contains(symbol) || other.symbols().contains(symbol)
        ? null
        : other.minus(rest).times(coefficient);
  }

  /** Replaces symbols; a null from {@code meaning} leaves the symbol. */
  public Extent substitute(Function<String, Extent> meaning) {
    return this.<Extent>fold(
        ZERO,
        ONE,
        Extent::of,
        name -> {
          Extent value = meaning.apply(name);
          return value == null ? symbol(name) : value;
        },
        Extent::plus,
        Extent::times,
        Extent::floorDivide,
        Extent::remainder);
  }

  /** The value under a binding of every symbol. */
  public long value(ToLongFunction<String> binding) {
    return this.<Long>fold(
        0L,
        1L,
        c -> c,
        binding::applyAsLong,
        Math::addExact,
        Math::multiplyExact,
        Math::floorDiv,
        Math::floorMod);
  }

  /**
   * Rebuilds this extent in another domain, such as numbers or bytecode: sum of coefficient *
   * atoms, highest degree first.
   */
  public <T> T fold(
      T zero,
      T one,
      Function<Long, T> constant,
      Function<String, T> symbol,
      java.util.function.BinaryOperator<T> plus,
      java.util.function.BinaryOperator<T> times,
      java.util.function.BinaryOperator<T> quotient,
      java.util.function.BinaryOperator<T> remainder) {
    T sum = null;
    for (Map.Entry<Monomial, Long> term : terms.entrySet()) {
      T product = term.getValue() == 1 ? null : constant.apply(term.getValue());
      for (Atom atom : term.getKey().atoms()) {
        T factor =
            switch (atom) {
              case Symbol s -> symbol.apply(s.name());
              case Quotient q ->
                  quotient.apply(
                      q.dividend()
                          .fold(zero, one, constant, symbol, plus, times, quotient, remainder),
                      q.divisor()
                          .fold(zero, one, constant, symbol, plus, times, quotient, remainder));
              case Remainder r ->
                  remainder.apply(
                      r.dividend()
                          .fold(zero, one, constant, symbol, plus, times, quotient, remainder),
                      r.divisor()
                          .fold(zero, one, constant, symbol, plus, times, quotient, remainder));
            };
        product = product == null ? factor : times.apply(product, factor);
      }
      T addend = product == null ? one : product;
      sum = sum == null ? addend : plus.apply(sum, addend);
    }
    return sum == null ? zero : sum;
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || other instanceof Extent extent && hash == extent.hash && terms.equals(extent.terms);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  private String factor() {
    String text = toString();
    return terms.size() > 1 || atom() instanceof Quotient || atom() instanceof Remainder
        ? "(" + text + ")"
        : text;
  }

  /** As written in the language, such as {@code (h + 2 * pad - k) // stride + 1}. */
  @Override
  public String toString() {
    if (terms.isEmpty()) {
      return "0";
    }
    StringBuilder text = new StringBuilder();
    for (Map.Entry<Monomial, Long> term : terms.entrySet()) {
      long c = term.getValue();
      List<Atom> atoms = term.getKey().atoms();
      text.append(text.isEmpty() ? (c < 0 ? "-" : "") : (c < 0 ? " - " : " + "));
      long magnitude = Math.abs(c);
      boolean first = true;
      if (magnitude != 1 || atoms.isEmpty()) {
        text.append(magnitude);
        first = false;
      }
      for (Atom atom : atoms) {
        boolean bare = atom instanceof Symbol || atoms.size() == 1 && magnitude == 1;
        text.append(first ? "" : " * ").append(bare ? atom.toString() : "(" + atom + ")");
        first = false;
      }
    }
    return text.toString();
  }
}
