package dlx.graph;

import dlx.source.Span;
import java.util.ArrayList;
import java.util.List;

/**
 * One entry of a program as a graph: what it returns, what it changes and what must hold of the
 * sizes. A stage of the compiler is a function from this to this.
 *
 * @param name the name of the entry
 * @param outputs what it returns, in order
 * @param updates the new values of parameters and states, stored all together at the end
 * @param checks conditions on sizes that could not be proved when the program was elaborated
 */
public record Function(
    String name, List<Output> outputs, List<Update> updates, List<Check> checks) {

  /** A result and the name under which it is returned. */
  public record Output(String name, Node value) {}

  /** The slot becomes the value. */
  public record Update(Leaf.Slot slot, Node value) {}

  /**
   * A comparison of two sizes before the first kernel of a call.
   *
   * @param message what to say if it fails, such as {@code "the last axis of `x` must be `n`"}
   */
  public record Check(Extent left, Relation relation, Extent right, String message, Span span) {}

  /** How the two sizes of a check must compare. */
  public enum Relation {
    EQUAL,
    LESS_EQUAL
  }

  public Function {
    outputs = List.copyOf(outputs);
    updates = List.copyOf(updates);
    checks = List.copyOf(checks);
  }

  /** Everything that must be computed. */
  public List<Node> roots() {
    List<Node> roots = new ArrayList<>();
    outputs.forEach(o -> roots.add(o.value()));
    updates.forEach(u -> roots.add(u.value()));
    return roots;
  }

  /** The nodes it needs, inputs before users. */
  public List<Node> nodes() {
    return Graph.topological(roots());
  }

  /** The same function with other roots, in the order of {@link #roots()}. */
  public Function withRoots(List<Node> roots) {
    List<Output> newOutputs = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      newOutputs.add(new Output(outputs.get(i).name(), roots.get(i)));
    }
    List<Update> newUpdates = new ArrayList<>();
    for (int i = 0; i < updates.size(); i++) {
      newUpdates.add(new Update(updates.get(i).slot(), roots.get(outputs.size() + i)));
    }
    return new Function(name, newOutputs, newUpdates, checks);
  }
}
