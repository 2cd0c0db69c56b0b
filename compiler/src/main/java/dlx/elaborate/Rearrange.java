package dlx.elaborate;

import dlx.elaborate.Sizes.Comparison;
import dlx.elaborate.Value.Tensor;
import dlx.graph.Extent;
import dlx.graph.Node;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code rearrange(x, "b (h w) c -> b h w c", h = 2)}: split, permute and merge axes by a pattern.
 */
final class Rearrange {
  private final Elaboration elaboration;
  private final Span span;
  private final World world;

  Rearrange(Elaboration elaboration, Span span, World world) {
    this.elaboration = elaboration;
    this.span = span;
    this.world = world;
  }

  Value apply(Operand x, Operand pattern, Map<String, Operand> given) {
    if (!(pattern.value() instanceof Value.Text text)) {
      throw new Failure(
          Diagnostic.error("E0307", "the second argument of `rearrange` is a pattern in quotes")
              .at(pattern.span(), elaboration.tensors.describe(pattern.value()))
              .help("such as `rearrange(x, \"h w c -> (h w) c\")`"));
    }
    String[] sides = text.text().split("->", -1);
    if (sides.length != 2) {
      throw wrong("a pattern has one `->`");
    }
    Tensor t = elaboration.tensors.tensor(x.value(), x.span(), world);
    List<List<String>> from = expand(groups(sides[0]), t.rank(), x);
    int rest =
        t.rank() - (int) groups(sides[0]).stream().filter(g -> !g.equals(List.of("..."))).count();
    List<List<String>> to = expand(groups(sides[1]), rest);
    if (from.size() != t.rank()) {
      throw new Failure(
          Diagnostic.error("E0307", "the pattern is for " + from.size() + " axes")
              .at(span)
              .at(x.span(), elaboration.tensors.describe(t)));
    }
    Map<String, Axis> axes = new LinkedHashMap<>();
    for (int i = 0; i < from.size(); i++) {
      solve(from.get(i), t.axes().get(i), given, axes);
    }
    List<String> order = new ArrayList<>();
    to.forEach(order::addAll);
    for (String name : axes.keySet()) {
      if (order.indexOf(name) < 0 || order.indexOf(name) != order.lastIndexOf(name)) {
        throw wrong("`" + name + "` must stand once on each side");
      }
    }
    for (String name : order) {
      if (!axes.containsKey(name)) {
        throw wrong("`" + name + "` is not on the left side");
      }
    }
    List<String> names = List.copyOf(axes.keySet());
    Node split = t.node().reshape(world.lower(List.copyOf(axes.values())));
    Node moved = split.transpose(order.stream().map(names::indexOf).toList());
    List<Axis> result = new ArrayList<>();
    for (List<String> group : to) {
      result.add(merged(group, axes));
    }
    return new Tensor(moved.reshape(world.lower(result)), result, t.weak());
  }

  private static Axis merged(List<String> group, Map<String, Axis> axes) {
    if (group.size() == 1) {
      return axes.get(group.getFirst());
    }
    return Axis.of(Extent.product(group.stream().map(n -> axes.get(n).extent()).toList()));
  }

  /** Gives every name of a group an axis; one name may be left to be what remains. */
  private void solve(
      List<String> group, Axis axis, Map<String, Operand> given, Map<String, Axis> into) {
    Extent known = Extent.ONE;
    String open = null;
    for (String name : group) {
      if (into.containsKey(name)) {
        throw wrong("`" + name + "` stands twice on the left side");
      }
      Operand size = given.get(name);
      if (size != null) {
        Extent extent = elaboration.tensors.size(size.value(), size.span(), world);
        known = known.times(extent);
        into.put(name, Axis.of(extent, size.span()));
      } else if (open == null) {
        open = name;
        into.put(name, axis);
      } else {
        throw wrong("give the size of `" + name + "` or of `" + open + "`: `" + open + " = …`");
      }
    }
    if (open != null && group.size() > 1) {
      into.put(open, Axis.of(axis.extent().floorDivide(known)));
    }
    Extent all = Extent.product(group.stream().map(n -> into.get(n).extent()).toList());
    Comparison comparison =
        elaboration.sizes.compare(world.lower(all), world.lower(axis.extent()), world);
    if (comparison == Comparison.DIFFERENT) {
      throw wrong("an axis of " + axis.extent() + " is not " + String.join(" times ", group));
    }
    if (comparison != Comparison.SAME) {
      elaboration.sizes.equal(all, axis.extent(), span, world);
    }
  }

  private Failure wrong(String message) {
    return new Failure(Diagnostic.error("E0307", message).at(span));
  }

  private List<List<String>> groups(String side) {
    List<List<String>> groups = new ArrayList<>();
    List<String> open = null;
    for (String word : side.replace("(", " ( ").replace(")", " ) ").strip().split("\\s+")) {
      switch (word) {
        case "(" -> {
          if (open != null) {
            throw wrong("parentheses cannot be nested");
          }
          open = new ArrayList<>();
        }
        case ")" -> {
          if (open == null) {
            throw wrong("a `(` is missing");
          }
          groups.add(open);
          open = null;
        }
        case "" -> {}
        default -> {
          if (!word.equals("...") && !word.matches("[\\p{L}_][\\p{L}\\p{N}_]*")) {
            throw wrong("`" + word + "` is no name of an axis");
          }
          if (open != null) {
            open.add(word);
          } else {
            groups.add(List.of(word));
          }
        }
      }
    }
    if (open != null) {
      throw wrong("a `)` is missing");
    }
    return groups;
  }

  private List<List<String>> expand(List<List<String>> groups, int rank, Operand x) {
    int named = (int) groups.stream().filter(g -> !g.equals(List.of("..."))).count();
    if (groups.size() - named > 1 || rank < named) {
      throw new Failure(
          Diagnostic.error("E0307", "the pattern does not fit this shape")
              .at(span)
              .at(x.span(), elaboration.tensors.describe(x.value())));
    }
    return expand(groups, rank - named);
  }

  private static List<List<String>> expand(List<List<String>> groups, int rest) {
    List<List<String>> result = new ArrayList<>();
    for (List<String> group : groups) {
      if (group.contains("...")) {
        List<String> inner = new ArrayList<>();
        for (String name : group) {
          for (int i = 0; i < (name.equals("...") ? rest : 0); i++) {
            inner.add("..." + i);
          }
          if (!name.equals("...")) {
            inner.add(name);
          }
        }
        if (group.size() == 1) {
          inner.forEach(n -> result.add(List.of(n)));
        } else {
          result.add(inner);
        }
      } else {
        result.add(group);
      }
    }
    return result;
  }
}
