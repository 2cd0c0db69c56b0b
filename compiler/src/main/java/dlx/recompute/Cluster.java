package dlx.recompute;

import dlx.graph.Contraction;
import dlx.graph.Elementwise;
import dlx.graph.Graph;
import dlx.graph.Loop;
import dlx.graph.Movement;
import dlx.graph.Node;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A loop, the loops that go the other way over what it has left, and what is computed turn by turn
 * between and behind them, so that all of it can be computed for some turns at a time.
 *
 * @param forward the loop
 * @param inside what is computed turn by turn of what the loop has stacked, inputs first, with the
 *     axis of the turns; for a loop that goes the other way 0
 * @param sums over the turns, of nodes inside
 * @param cone what is computed turn by turn for these loops alone, before them, in the same way
 * @param whole stacks of the loop that are needed of all turns at a time
 */
record Cluster(
    Node forward,
    Map<Node, Integer> inside,
    Map<Node, Sums> sums,
    Map<Node, Integer> cone,
    Set<Node> whole) {

  Loop.Region region() {
    return (Loop.Region) forward.op();
  }

  static boolean isStack(Node node, Node loop) {
    return node.op() instanceof Loop.Result result
        && node.input(0) == loop
        && result.index() >= ((Loop.Region) loop.op()).carried();
  }

  /** What a loop inside, or a sum, ends with. */
  static boolean isEnd(Node node, Map<Node, Integer> inside) {
    return node.op() instanceof Loop.Result result
        && inside.containsKey(node.input(0))
        && result.index() < ((Loop.Region) node.input(0).op()).carried();
  }

  /** Whether a node belongs to the cluster, other than the loop and what it leaves. */
  boolean contains(Node node) {
    return inside.containsKey(node) || sums.containsKey(node) || isEnd(node, inside);
  }

  /** How the turns of an input of a node inside lie, or {@link TurnAxis#NONE}. */
  int axis(Node node, int input) {
    if (sums.containsKey(node)) {
      return sums.get(node).axes().get(input);
    }
    if (node.op() instanceof Loop.Region region) {
      return region.kind(input) == Loop.Kind.SEQUENCE ? 0 : TurnAxis.NONE;
    }
    int axis = inside.containsKey(node) ? inside.get(node) : cone.get(node);
    List<Integer> axes = TurnAxis.inputs(node, axis);
    if (axes == null) {
      throw new IllegalStateException("not turn by turn: " + node);
    }
    return axes.get(input);
  }

  /** The axis of the turns of what is computed turn by turn, other than loops; else null. */
  @Nullable Integer turns(Node node) {
    return node.op() instanceof Loop ? null : inside.getOrDefault(node, cone.get(node));
  }

  /** What takes memory in every turn, with the axis of the turns. */
  Map<Node, Integer> stored() {
    Map<Node, Integer> all = new LinkedHashMap<>(cone);
    all.putAll(inside);
    all.keySet().removeIf(n -> isGlue(n) || n.op() instanceof Loop.Region);
    for (Node node : Graph.topological(inside.keySet())) {
      if (isStack(node, forward) && !whole.contains(node)) {
        all.put(node, 0);
      }
    }
    return all;
  }

  /** Whether a node takes no memory where it is used. */
  private static boolean isGlue(Node node) {
    return node.op() instanceof Elementwise || node.op() instanceof Movement;
  }

  // ------------------------------------------------------------------ finding them

  /** The clusters of a function; no node is in two of them. */
  static List<Cluster> of(List<Node> roots, List<Node> order) {
    List<Cluster> found = new ArrayList<>();
    List<Search> searches = new ArrayList<>();
    for (Node node : order) {
      boolean free = found.stream().noneMatch(c -> c.contains(node));
      if (node.op() instanceof Loop.Region && free) {
        Search search = new Search(node, roots, order, found);
        Cluster cluster = search.cluster();
        if (cluster != null) {
          found.add(cluster);
          searches.add(search);
        }
      }
    }
    for (int i = 0; i < found.size(); i++) {
      found.get(i).cone().putAll(searches.get(i).cone());
    }
    return found;
  }

  /** Looks for what belongs to one loop. */
  private static final class Search {
    private final Node forward;
    private final Loop.Region region;
    private final Set<Node> roots;
    private final List<Node> order;
    private final Map<Node, List<Node>> users = new HashMap<>();
    private final List<Cluster> others;

    private final Map<Node, Integer> inside = new LinkedHashMap<>();
    private final Map<Node, Sums> sums = new LinkedHashMap<>();

    /** What depends on the cluster and is not in it. */
    private final Set<Node> beyond = new HashSet<>();

    /** What is computed for all turns before the cluster, though it could be in it. */
    private final Set<Node> before = new HashSet<>();

    /** What depends on loops that go the other way. */
    private final Set<Node> after = new HashSet<>();

    /** Clusters that come later, as they need something of this one. */
    private final Set<Cluster> later = new HashSet<>();

    Search(Node forward, List<Node> roots, List<Node> order, List<Cluster> others) {
      this.forward = forward;
      this.region = (Loop.Region) forward.op();
      this.roots = Set.copyOf(roots);
      this.order = order;
      this.others = others;
      order.forEach(
          n -> n.inputs().forEach(x -> users.computeIfAbsent(x, k -> new ArrayList<>()).add(n)));
    }

    /** Ends with the last loop that goes the other way, of those that can be reached. */
    @Nullable Cluster cluster() {
      if (region.ending().stop() >= 0 && region.descending()) {
        return null;
      }
      List<Node> targets = order.stream().filter(this::isBackwards).toList();
      for (Node target : targets.reversed()) {
        if (reaches(target)) {
          return new Cluster(forward, inside, sums, new LinkedHashMap<>(), whole());
        }
      }
      return null;
    }

    private boolean isBackwards(Node node) {
      return node.op() instanceof Loop.Region other
          && other.turns().equals(region.turns())
          && other.descending() != region.descending()
          && other.ending().stop() < 0
          && others.stream().noneMatch(c -> c.contains(node) || c.forward() == node);
    }

    /**
     * Whether the target takes elements of what the loop has left. What leads to it over something
     * that is not computed turn by turn is computed before.
     */
    private boolean reaches(Node target) {
      Set<Node> ancestors = ancestors(List.of(target));
      before.clear();
      later.clear();
      while (true) {
        sort(ancestors);
        if (inside.containsKey(target)) {
          return true;
        }
        if (!beyond.contains(target)) {
          return false;
        }
        List<Node> first = new ArrayList<>();
        for (Node node : order) {
          if (node != target && ancestors.contains(node) && leadsOut(node)) {
            node.inputs().stream().filter(this::isTurnwise).forEach(first::add);
          }
        }
        if (first.isEmpty()) {
          return false;
        }
        ancestors(first).stream().filter(this::isTurnwise).forEach(before::add);
      }
    }

    /** Whether this is where a way leaves what is computed turn by turn. */
    private boolean leadsOut(Node node) {
      return sums.containsKey(node)
          || beyond.contains(node)
              && node.inputs().stream().noneMatch(x -> beyond.contains(x) || sums.containsKey(x));
    }

    private boolean isTurnwise(Node node) {
      return !before.contains(node) && (inside.containsKey(node) || isStack(node, forward));
    }

    private Set<Node> ancestors(Collection<Node> nodes) {
      return new HashSet<>(Graph.topological(nodes));
    }

    /** Says of every node that depends on what the loop has left where it belongs. */
    private void sort(Set<Node> ancestors) {
      int taken;
      do {
        taken = later.size();
        inside.clear();
        sums.clear();
        beyond.clear();
        after.clear();
        for (Node node : order) {
          if (node != forward && !before.contains(node) && !isOfForward(node)) {
            visit(node, ancestors);
          }
        }
        for (Cluster other : others) {
          boolean needs = order.stream().anyMatch(n -> other.contains(n) && beyond.contains(n));
          if (needs) {
            later.add(other);
          }
        }
      } while (later.size() > taken);
    }

    private boolean isOfForward(Node node) {
      return node.op() instanceof Loop.Result && node.input(0) == forward;
    }

    private void visit(Node node, Set<Node> ancestors) {
      boolean taken = others.stream().anyMatch(c -> c.contains(node));
      if (later.stream().anyMatch(c -> c.contains(node))
          || node.inputs().stream().anyMatch(x -> beyond.contains(x) || sums.containsKey(x))) {
        beyond.add(node);
        return;
      }
      if (node.inputs().stream().noneMatch(this::isTurnwise)) {
        return;
      }
      if (node.inputs().stream().anyMatch(after::contains)) {
        after.add(node);
      }
      boolean wanted = after.contains(node) || ancestors.contains(node);
      if (taken || !wanted) {
        beyond.add(node);
      } else if (node.op() instanceof Loop.Result) {
        // of a loop inside
        if (isEnd(node, inside)) {
          beyond.add(node);
        } else {
          inside.put(node, 0);
        }
      } else if (node.op() instanceof Loop.Region) {
        if (isBackwards(node) && takesElements(node)) {
          inside.put(node, 0);
          after.add(node);
        } else {
          beyond.add(node);
        }
      } else {
        turnwise(node);
      }
    }

    private boolean takesElements(Node loop) {
      Loop.Region other = (Loop.Region) loop.op();
      for (int i = 0; i < loop.inputs().size(); i++) {
        boolean element = other.kind(i) == Loop.Kind.SEQUENCE && axis(loop.input(i)) == 0;
        if (isTurnwise(loop.input(i)) && !element) {
          return false;
        }
      }
      return true;
    }

    private int axis(Node node) {
      return inside.getOrDefault(node, 0);
    }

    private void turnwise(Node node) {
      int given = 0;
      while (!isTurnwise(node.input(given))) {
        given++;
      }
      int axis = TurnAxis.output(node, given, axis(node.input(given)));
      List<Integer> axes = axis == TurnAxis.NONE ? null : TurnAxis.inputs(node, axis);
      if (axes != null && agree(node, axes) && (isGlue(node) || after.contains(node))) {
        inside.put(node, axis);
        return;
      }
      Sums sum = after.contains(node) ? sum(node, given) : null;
      if (sum != null) {
        sums.put(node, sum);
      } else {
        beyond.add(node);
      }
    }

    private boolean agree(Node node, List<Integer> axes) {
      for (int i = 0; i < axes.size(); i++) {
        if (isTurnwise(node.input(i)) && axes.get(i) != axis(node.input(i))) {
          return false;
        }
      }
      return true;
    }

    private @Nullable Sums sum(Node node, int given) {
      List<Integer> axes = new ArrayList<>();
      for (int i = 0; i < node.inputs().size(); i++) {
        axes.add(isTurnwise(node.input(i)) ? axis(node.input(i)) : TurnAxis.NONE);
      }
      if (node.op() instanceof Contraction op && !op.begun()) {
        int label = op.operands().get(given).get(axes.get(given));
        for (int i = 0; i < axes.size(); i++) {
          if (axes.get(i) == TurnAxis.NONE) {
            axes.set(i, op.operands().get(i).indexOf(label));
          }
        }
      }
      return Sums.of(node, axes);
    }

    // ---------------------------------------------------------------- around it

    /** The stacks of the loop that something else needs. */
    private Set<Node> whole() {
      Set<Node> whole = new LinkedHashSet<>();
      for (Node node : order) {
        if (isStack(node, forward)) {
          boolean hidden =
              !before.contains(node)
                  && !roots.contains(node)
                  && users.getOrDefault(node, List.of()).stream()
                      .allMatch(u -> inside.containsKey(u) || sums.containsKey(u));
          if (!hidden) {
            whole.add(node);
          }
        }
      }
      return whole;
    }

    /** What is computed turn by turn of something else, and for this cluster alone. */
    private Map<Node, Integer> cone() {
      Map<Node, Integer> cone = new LinkedHashMap<>();
      Cluster made = new Cluster(forward, inside, sums, cone, Set.of());
      for (Node node : order.reversed()) {
        boolean free =
            !made.contains(node)
                && !(node.op() instanceof Loop)
                && !roots.contains(node)
                && users.containsKey(node)
                && others.stream().noneMatch(c -> c.contains(node) || c.cone().containsKey(node));
        Integer axis = free ? demanded(node, made) : null;
        if (axis != null && axis >= 0 && TurnAxis.inputs(node, axis) != null) {
          cone.put(node, axis);
        }
      }
      Map<Node, Integer> sorted = new LinkedHashMap<>();
      order.stream().filter(cone::containsKey).forEach(n -> sorted.put(n, cone.get(n)));
      return sorted;
    }

    /** The axis of the turns in which all users, each of them in the cluster, see a node. */
    private @Nullable Integer demanded(Node node, Cluster made) {
      Integer demanded = null;
      for (Node user : users.get(node)) {
        boolean known =
            user == forward
                || sums.containsKey(user)
                || inside.containsKey(user) && !(user.op() instanceof Loop.Result)
                || made.cone().containsKey(user);
        if (!known) {
          return null;
        }
        for (int i = 0; i < user.inputs().size(); i++) {
          if (user.input(i) == node) {
            int axis = made.axis(user, i);
            if (demanded != null && demanded != axis) {
              return null;
            }
            demanded = axis;
          }
        }
      }
      return demanded;
    }
  }
}
