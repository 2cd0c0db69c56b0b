package dlx.schedule;

import dlx.graph.Extent;
import dlx.graph.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Nodes that will be one kernel, while {@link Fuse} is at work.
 *
 * <p>LOOPS: all members live on prefixes of one {@code space}; folds are over its last axis.
 * COLUMNS: folds are over axis {@code reduced}, which is not the last; members before the folds
 * live on prefixes of the space, members behind them on prefixes of the space without that axis.
 * SINGLE: one node with a kernel of its own kind.
 */
final class Group {
  enum Kind {
    LOOPS,
    COLUMNS,
    SINGLE
  }

  /**
   * Where a member lives: on the first {@code axes} axes of the space ({@code before} the folds) or
   * of the space without the reduced axis (behind them; only in COLUMNS).
   */
  record Place(boolean before, int axes) {}

  /** Copies the elements of a value to a part of what {@code target} holds. */
  record Sink(Node value, Node target, View to) {}

  private Kind kind;
  private List<Extent> space;
  private int reduced = -1;
  private boolean folds;
  private int weight;
  private final Map<Node, Place> members = new LinkedHashMap<>();
  private final List<Sink> sinks = new ArrayList<>();
  private final Set<Group> next = new LinkedHashSet<>();
  private final Set<Group> previous = new LinkedHashSet<>();
  private long rank;
  private @Nullable Group mergedInto;

  /**
   * @param rank below the ranks of all groups that there are
   */
  Group(Kind kind, List<Extent> space, long rank) {
    this.kind = kind;
    this.rank = rank;
    this.space = List.copyOf(space);
  }

  /** The group that this is part of by now. */
  Group find() {
    Group group = this;
    while (group.mergedInto != null) {
      group = group.mergedInto;
    }
    if (mergedInto != null) {
      mergedInto = group;
    }
    return group;
  }

  Kind kind() {
    return kind;
  }

  List<Extent> space() {
    return space;
  }

  int reduced() {
    return reduced;
  }

  boolean hasFolds() {
    return folds;
  }

  int weight() {
    return weight;
  }

  Map<Node, Place> members() {
    return members;
  }

  List<Sink> sinks() {
    return sinks;
  }

  /** The space that members behind the folds of COLUMNS live on. */
  List<Extent> kept() {
    List<Extent> kept = new ArrayList<>(space);
    kept.remove(reduced);
    return kept;
  }

  /** Where the value of a sink is visited. */
  Place place(Sink sink) {
    return new Place(kind == Kind.LOOPS, sink.to().shape().size());
  }

  /** The axes of a place. */
  List<Extent> frame(Place place) {
    return (place.before() ? space : kept()).subList(0, place.axes());
  }

  void add(Node node, Place place, int cost) {
    members.put(node, place);
    weight += cost;
  }

  void addFold(Node node, Place place) {
    add(node, place, 2);
    folds = true;
  }

  void addSink(Sink sink) {
    sinks.add(sink);
    weight++;
  }

  /** The groups that read what this one writes. */
  Set<Group> next() {
    return next;
  }

  /** The groups that write what this one reads. */
  Set<Group> previous() {
    return previous;
  }

  /** Higher than the ranks of all groups before this one. */
  long rank() {
    return rank;
  }

  void rank(long rank) {
    this.rank = rank;
  }

  void before(Group other) {
    if (other != this && next.add(other)) {
      other.previous.add(this);
      Precedence.order(this, other);
    }
  }

  /** One more axis, innermost, to fold over. Only without folds. */
  void deepen(Extent inner) {
    List<Extent> longer = new ArrayList<>(space);
    longer.add(inner);
    space = List.copyOf(longer);
  }

  /** Becomes COLUMNS: all members so far come behind the folds. Only LOOPS without folds. */
  void toColumns(List<Extent> whole, int axis) {
    kind = Kind.COLUMNS;
    space = List.copyOf(whole);
    reduced = axis;
    members.replaceAll((node, place) -> new Place(false, place.axes()));
  }

  /**
   * Takes over everything of another group, to and from which no path leads, on the same space, or
   * on a prefix of it.
   */
  void absorb(Group other) {
    members.putAll(other.members);
    sinks.addAll(other.sinks);
    folds |= other.folds;
    weight += other.weight;
    Precedence.unite(this, other);
    other.next.forEach(g -> replace(g.previous, other));
    other.previous.forEach(g -> replace(g.next, other));
    next.addAll(other.next);
    previous.addAll(other.previous);
    other.mergedInto = this;
  }

  private void replace(Set<Group> neighbours, Group other) {
    neighbours.remove(other);
    neighbours.add(this);
  }
}
