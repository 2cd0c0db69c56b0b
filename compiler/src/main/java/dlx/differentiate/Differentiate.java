package dlx.differentiate;

import dlx.graph.Derivative;
import dlx.graph.Elementwise;
import dlx.graph.Enclose;
import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.graph.Graph;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Node;
import dlx.graph.Op;
import dlx.graph.Substitute;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Works out every {@link Derivative}, innermost first, and removes what only derivatives need. All
 * derivatives of one y, pulled back from the same, share one reverse sweep.
 *
 * <p>The derivative with respect to a node x is what the chain rule gives if x were a variable:
 * along every path from y to x, also those that pass through another node that is asked for. It is
 * zero if there is no path.
 */
public final class Differentiate {
  private Differentiate() {}

  /** The same function without {@link Derivative} and {@code STOP_GRADIENT}. */
  public static Function function(Function function) {
    return function.withRoots(withoutStops(workedOut(function.roots())));
  }

  private static List<Node> workedOut(List<Node> roots) {
    List<Node> order = Graph.topological(roots);
    Map<Pulled, Set<Node>> wanted = new HashMap<>();
    for (Node node : order) {
      if (node.op() instanceof Derivative d && pulls(d)) {
        wanted.computeIfAbsent(Pulled.of(node), y -> new LinkedHashSet<>()).add(node.input(1));
      }
    }
    Map<Node, Node> done = new HashMap<>();
    Map<Pulled, Map<Node, Node>> adjoints = new HashMap<>();
    for (Node node : order) {
      if (node.op() instanceof Derivative d && d.kind() == Derivative.Kind.JVP) {
        push(node, done, adjoints);
      } else if (node.op() instanceof Derivative d && d.kind() == Derivative.Kind.JACOBIAN) {
        rows(node, done, adjoints);
      } else if (node.op() instanceof Derivative) {
        Pulled y = Pulled.of(node);
        if (!adjoints.containsKey(y)) {
          // what y depends on is done before y, so an x that is not done yet has derivative 0
          sweep(y, wanted.get(y), done, adjoints);
        }
        Node adjoint = adjoints.get(y).get(node.input(1));
        done.put(node, adjoint == null ? done.get(node.input(1)).like(0) : adjoint);
      } else {
        done.put(node, Substitute.rebuilt(node, workedOut(node.op()), done));
      }
    }
    return roots.stream().map(done::get).toList();
  }

  private static boolean pulls(Derivative op) {
    return op.kind() == Derivative.Kind.GRAD || op.kind() == Derivative.Kind.VJP;
  }

  /** What a sweep begins with: y, and its adjoint; null for the 1 of a number. */
  private record Pulled(Node y, @Nullable Node adjoint) {
    static Pulled of(Node derivative) {
      return new Pulled(
          derivative.input(0), derivative.inputs().size() > 2 ? derivative.input(2) : null);
    }
  }

  /**
   * The directional derivative. What is pulled back from u is linear in u, and the derivative of
   * that by u, pulled back from v, is dy/dx v:
   *
   * <pre>
   * vjp(vjp(y, x, u), u, v) = v (d/du) u dy/dx = dy/dx v
   * </pre>
   */
  private static void push(Node node, Map<Node, Node> done, Map<Pulled, Map<Node, Node>> adjoints) {
    Node y = done.get(node.input(0));
    Node x = done.get(node.input(1));
    Node u = y.graph().node(new Leaf.Variable(new Object(), y.type()));
    Sweep back = Sweep.of(List.of(new Sweep.Seed(y, u)), Set.of(x));
    back.extend(done);
    adjoints.values().forEach(back::extend);
    Node pulled = back.adjoints().get(x);
    Node result = null;
    if (pulled != null) {
      // the sweep may have put loops that leave more in the place of others
      Node linear = back.extended(List.of(pulled)).getFirst();
      Sweep forth = Sweep.of(List.of(new Sweep.Seed(linear, done.get(node.input(2)))), Set.of(u));
      forth.extend(done);
      adjoints.values().forEach(forth::extend);
      Node pushed = forth.adjoints().get(u);
      if (pushed != null) {
        Node whole = forth.extended(List.of(pushed)).getFirst();
        result = new Substitute(n -> n == u ? u.like(0) : null).node(whole);
      }
    }
    done.put(node, result == null ? done.get(node.input(0)).like(0) : result);
  }

  /** All derivatives: a loop over the elements of y, which pulls 1 at that element back. */
  private static void rows(Node node, Map<Node, Node> done, Map<Pulled, Map<Node, Node>> adjoints) {
    Node y = done.get(node.input(0));
    Node x = done.get(node.input(1));
    Graph graph = y.graph();
    Extent n = y.type().size();
    List<Extent> square = List.of(n, n);
    Node iota = graph.node(new Leaf.Iota(n));
    Node diagonal = iota.broadcast(square, List.of(0)).equal(iota.broadcast(square, List.of(1)));
    List<Extent> shape = new ArrayList<>(List.of(n));
    shape.addAll(y.type().shape());
    Enclose loop = new Enclose(graph, n, false);
    Node one = loop.element(diagonal.convert(y.type().dtype()).reshape(shape));
    Sweep back = Sweep.of(List.of(new Sweep.Seed(y, one)), Set.of(x));
    back.extend(done);
    adjoints.values().forEach(back::extend);
    Node pulled = back.adjoints().get(x);
    if (pulled == null) {
      Node zero = graph.node(new Leaf.Constant(0, node.type().dtype()));
      done.put(node, zero.fill(node.type().shape()));
      return;
    }
    Node row = back.extended(List.of(pulled)).getFirst();
    done.put(node, loop.results(List.of(), List.of(row)).getFirst().reshape(node.type().shape()));
  }

  /** A body has its own derivatives, taken before the loop is. */
  private static Op workedOut(Op op) {
    return op instanceof Loop.Region region ? region.withRoots(workedOut(region.roots())) : op;
  }

  /** One sweep. A loop that leaves more now does so in all that was done before. */
  private static void sweep(
      Pulled y, Set<Node> xs, Map<Node, Node> done, Map<Pulled, Map<Node, Node>> adjoints) {
    Map<Node, Node> targets = new LinkedHashMap<>();
    for (Node x : xs) {
      if (done.containsKey(x)) {
        targets.put(x, done.get(x));
      }
    }
    Node value = done.get(y.y());
    Node one = value.graph().node(new Leaf.Constant(1, value.type().dtype()));
    Node adjoint = y.adjoint() == null ? one : done.get(y.adjoint());
    Set<Node> by = new LinkedHashSet<>(targets.values());
    Sweep sweep = Sweep.of(List.of(new Sweep.Seed(value, adjoint)), by);
    Map<Node, Node> found = new LinkedHashMap<>();
    targets.forEach((x, image) -> {
      if (sweep.adjoints().containsKey(image)) {
        found.put(x, sweep.adjoints().get(image));
      }
    });
    adjoints.put(y, found);
    sweep.extend(done);
    adjoints.values().forEach(sweep::extend);
  }

  private static List<Node> withoutStops(List<Node> roots) {
    Map<Node, Node> done = new HashMap<>();
    for (Node node : Graph.topological(roots)) {
      boolean stop = node.op() == Elementwise.STOP_GRADIENT;
      Op op =
          node.op() instanceof Loop.Region region
              ? region.withRoots(withoutStops(region.roots()))
              : node.op();
      done.put(node, stop ? done.get(node.input(0)) : Substitute.rebuilt(node, op, done));
    }
    return roots.stream().map(done::get).toList();
  }
}
