package dlx.elaborate;

import dlx.elaborate.Value.Tensor;
import dlx.graph.Function;
import dlx.graph.Function.Check;
import dlx.graph.Function.Output;
import dlx.graph.Function.Update;
import dlx.graph.Graph;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Node;
import dlx.graph.Type;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What leaves elaboration: values as outputs of functions, and what a value depends on. */
final class Results {
  private final Elaboration elaboration;
  private final Map<Node, Set<String>> inputs = new HashMap<>();
  private final Map<Node, Set<String>> sizes = new HashMap<>();
  private final Map<Type, Set<String>> symbols = new HashMap<>();

  Results(Elaboration elaboration) {
    this.elaboration = elaboration;
  }

  /** The tensors of a value, floats without a type as f32. */
  List<Tensor> tensors(Value value, Span span, World world) {
    List<Tensor> tensors = new ArrayList<>();
    switch (value) {
      case Value.Tuple t -> t.parts().forEach(p -> tensors.addAll(tensors(p, span, world)));
      case Value.None n -> {}
      case Value.Poison p -> throw Failure.silent();
      case Value.Made m -> throw notValue(value, span);
      case Value.Fn f -> throw notValue(value, span);
      case Value.LayerKind l -> throw notValue(value, span);
      case Value.Slots s -> throw notValue(value, span);
      case Value.Path p -> throw notValue(value, span);
      default ->
          tensors.add(elaboration.tensors.settled(elaboration.tensors.tensor(value, span, world)));
    }
    return tensors;
  }

  private Failure notValue(Value value, Span span) {
    return new Failure(
        Diagnostic.error("E0229", "`" + span.text() + "` is no value that can be computed")
            .at(span, elaboration.tensors.describe(value))
            .help("ask for a definition, or for a call of it"));
  }

  /** Whether a definition is something that can be asked for. */
  static boolean isEntry(Value value) {
    return switch (value) {
      case Value.Number n -> true;
      case Value.Truth t -> true;
      case Tensor t -> true;
      case Value.Size s -> true;
      case Value.Items i -> i.elements().stream().allMatch(Results::isEntry);
      case Value.Tuple t -> t.parts().stream().allMatch(Results::isEntry);
      default -> false;
    };
  }

  Program.Typed typed(Tensor tensor) {
    return new Program.Typed(
        tensor.node().type(), tensor.node().type().dtype() + Axis.text(tensor.axes()));
  }

  // ------------------------------------------------------------------ dependence

  /** Finds what nodes depend on; better for many at once than one by one. */
  void look(List<Node> roots) {
    if (inputs.keySet().containsAll(roots)) {
      return;
    }
    for (Node node : Graph.topological(roots)) {
      if (inputs.containsKey(node)) {
        continue;
      }
      Set<String> needs = node.op() instanceof Leaf.Input i ? Set.of(i.name()) : Set.of();
      Set<String> open =
          symbols.computeIfAbsent(
              node.type(),
              type -> {
                Set<String> found = new TreeSet<>();
                type.shape().forEach(e -> found.addAll(e.symbols()));
                return found;
              });
      if (node.op() instanceof Leaf.SizeOf s) {
        open = s.extent().symbols();
      }
      if (node.op() instanceof Loop.Region region) {
        look(region.roots());
        open = union(region.turns().symbols(), sizes(region.roots()));
      }
      for (Node input : node.inputs()) {
        needs = union(needs, inputs.get(input));
        open = union(open, sizes.get(input));
      }
      inputs.put(node, needs);
      sizes.put(node, open);
    }
  }

  /** The larger one itself if it holds the other, so that long chains share one set. */
  private static Set<String> union(Set<String> a, Set<String> b) {
    if (a == b || a.containsAll(b)) {
      return a;
    }
    if (b.containsAll(a)) {
      return b;
    }
    Set<String> both = new TreeSet<>(a);
    both.addAll(b);
    return both;
  }

  /** The inputs on which nodes depend, in the order of the file. */
  Set<String> inputs(List<Node> roots) {
    look(roots);
    Set<String> all = Set.of();
    for (Node root : roots) {
      all = union(all, inputs.get(root));
    }
    return all;
  }

  Set<String> sizes(List<Node> roots) {
    look(roots);
    Set<String> all = Set.of();
    for (Node root : roots) {
      all = union(all, sizes.get(root));
    }
    return all;
  }

  /** A function with the checks that concern its sizes. */
  Function function(String name, List<Output> outputs, List<Update> updates) {
    List<Node> roots = new ArrayList<>();
    outputs.forEach(o -> roots.add(o.value()));
    updates.forEach(u -> roots.add(u.value()));
    Set<String> known = sizes(roots);
    List<Check> checks =
        elaboration.checks.stream()
            .filter(c ->
                known.containsAll(c.left().symbols()) && known.containsAll(c.right().symbols()))
            .toList();
    return new Function(name, outputs, updates, checks);
  }
}
