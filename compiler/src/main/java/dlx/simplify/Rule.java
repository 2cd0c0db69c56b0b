package dlx.simplify;

import dlx.graph.Node;
import dlx.simplify.Facts.Fact;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One line of a table. */
sealed interface Rule {

  Tier tier();

  /** What it is called where something about it is said. */
  String title();

  /** Whether it is applied even where it does not make the function smaller. */
  boolean always();

  // ------------------------------------------------------------------ rules that are text

  /**
   * {@code left => right}. It is applied if that makes the function smaller, counting that what
   * others still use stays, or in any case if it is there for accuracy.
   *
   * @param guards what must be known of a variable
   */
  record Identity(
      Tier tier,
      String title,
      Pattern left,
      Pattern right,
      Map<Fact, List<String>> guards,
      boolean always)
      implements Rule {

    /** The same rule for variables of which something is known. */
    Identity where(Fact fact, String... names) {
      for (String name : names) {
        if (!left.names().contains(name)) {
          throw new IllegalArgumentException(title + " does not bind " + name);
        }
      }
      Map<Fact, List<String>> more = new EnumMap<>(Fact.class);
      more.putAll(guards);
      more.put(fact, List.of(names));
      return new Identity(tier, title, left, right, more, always);
    }

    /** The same rule, applied also where it costs more, since it is more accurate. */
    Identity forAccuracy() {
      return new Identity(tier, title, left, right, guards, true);
    }
  }

  static Identity exact(String text) {
    return read(Tier.EXACT, text);
  }

  static Identity whole(String text) {
    return read(Tier.WHOLE, text);
  }

  static Identity real(String text) {
    return read(Tier.REAL, text);
  }

  /**
   * Reads and checks a rule.
   *
   * @throws IllegalArgumentException if the right side has a name that the left side does not bind,
   *     or is not smaller by {@link Pattern#weight}
   */
  private static Identity read(Tier tier, String text) {
    String[] sides = text.split("=>");
    if (sides.length != 2) {
      throw new IllegalArgumentException("a rule is `left => right`, not `" + text + "`");
    }
    String title = text.strip().replaceAll("\\s+", " ");
    PatternReader reader = new PatternReader(tier == Tier.REAL);
    Pattern left = reader.read(sides[0].strip());
    Pattern right = reader.read(sides[1].strip());
    Set<String> unbound = new TreeSet<>(right.names());
    unbound.removeAll(left.names());
    if (!unbound.isEmpty()) {
      throw new IllegalArgumentException(title + " does not bind " + unbound);
    }
    if (right.weight() >= left.weight()) {
      throw new IllegalArgumentException(
          title + " does not get smaller: " + left.weight() + " to " + right.weight());
    }
    if (left instanceof Pattern.Variable || left instanceof Pattern.Number) {
      throw new IllegalArgumentException(title + " matches everything");
    }
    return new Identity(tier, title, left, right, Map.of(), false);
  }

  // ------------------------------------------------------------------ rules that are code

  /** What computes attributes or looks at shapes: the new node, or null if it does not fit. */
  interface Code<O> {
    @Nullable Node of(O op, Node node, Views views);
  }

  /** A rule about one kind of operator. */
  record Computed<O>(Tier tier, String title, Class<O> head, Code<O> code, boolean always)
      implements Rule {
    @Nullable Node apply(Node node, Views views) {
      return head.isInstance(node.op()) ? code.of(head.cast(node.op()), node, views) : null;
    }
  }

  static <O> Computed<O> exact(String title, Class<O> head, Code<O> code) {
    return new Computed<>(Tier.EXACT, title, head, code, false);
  }

  static <O> Computed<O> real(String title, Class<O> head, Code<O> code) {
    return new Computed<>(Tier.REAL, title, head, code, false);
  }

  /** Every rule of some tables that a tier allows. */
  static List<Rule> select(List<List<? extends Rule>> tables, Set<Tier> tiers) {
    List<Rule> rules = new ArrayList<>();
    tables.forEach(t -> t.stream().filter(r -> tiers.contains(r.tier())).forEach(rules::add));
    return rules;
  }
}
