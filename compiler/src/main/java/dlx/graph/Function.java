package dlx.graph;

import dlx.source.Span;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

  // an output of this name is no result: it is a named node that the passes carry along
  private static final String WATCHED = "watched ";

  /** The same function that also carries named nodes through the passes. */
  public Function watching(Map<Node, String> names) {
    List<Output> more = new ArrayList<>(outputs);
    names.forEach((node, title) -> more.add(new Output(WATCHED + title, node)));
    return new Function(name, more, updates, checks);
  }

  /** The nodes that {@link #watching} named, as they are now. */
  public Map<Node, String> watched() {
    Map<Node, String> names = new LinkedHashMap<>();
    for (Output output : outputs) {
      if (output.name().startsWith(WATCHED)) {
        names.putIfAbsent(output.value(), output.name().substring(WATCHED.length()));
      }
    }
    return names;
  }

  /** The same function without what {@link #watching} added. */
  public Function unwatched() {
    return new Function(
        name,
        outputs.stream().filter(o -> !o.name().startsWith(WATCHED)).toList(),
        updates,
        checks);
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
