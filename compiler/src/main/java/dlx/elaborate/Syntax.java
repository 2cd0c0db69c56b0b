package dlx.elaborate;

import dlx.ast.Ast;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Walks over syntax, without recursion. */
final class Syntax {
  private Syntax() {}

  /** Visits a tree in the order of its text, outer before inner. */
  static void each(Ast root, Consumer<Ast> visit) {
    Deque<Ast> open = new ArrayDeque<>();
    open.push(root);
    List<Ast> children = new ArrayList<>();
    while (!open.isEmpty()) {
      Ast node = open.pop();
      visit.accept(node);
      children.clear();
      children(node, children);
      for (int i = children.size() - 1; i >= 0; i--) {
        open.push(children.get(i));
      }
    }
  }

  private static void children(Ast node, List<Ast> into) {
    switch (node) {
      case Ast.Identifier i -> {}
      case Ast.File f -> into.addAll(f.items());
      case Ast.Import i -> {}
      case Ast.Dim d -> add(into, d.value());
      case Ast.Const c -> add(into, c.type(), c.value());
      case Ast.Input i -> add(into, i.type(), i.value());
      case Ast.Function f -> {
        into.addAll(f.parameters());
        add(into, f.result(), f.body());
      }
      case Ast.Layer l -> {
        into.addAll(l.settings());
        into.addAll(l.parameters());
        add(into, l.result(), l.body());
      }
      case Ast.Step s -> {
        into.addAll(s.parameters());
        add(into, s.result(), s.body());
      }
      case Ast.Recipe r -> into.add(r.body());
      case Ast.Test t -> into.add(t.body());
      case Ast.Parameter p -> add(into, p.type(), p.value());
      case Ast.Block b -> into.addAll(b.statements());
      case Ast.Slot s -> add(into, s.type(), s.value());
      case Ast.Assert a -> into.add(a.condition());
      case Ast.Bind b -> add(into, b.target(), b.type(), b.value());
      case Ast.TensorType t -> into.addAll(t.extents());
      case Ast.StaticType t -> {}
      case Ast.TupleType t -> into.addAll(t.parts());
      case Ast.ListType t -> into.add(t.element());
      case Ast.Pack p -> {}
      case Ast.Star s -> {}
      case Ast.Size s -> into.add(s.value());
      case Ast.Call c -> {
        into.add(c.callee());
        into.addAll(c.arguments());
      }
      case Ast.Argument a -> into.add(a.value());
      case Ast.Subscript s -> {
        into.add(s.value());
        into.addAll(s.indices());
      }
      case Ast.Rest r -> {}
      case Ast.NewAxis a -> {}
      case Ast.Slice s -> add(into, s.first(), s.last(), s.step());
      case Ast.At a -> into.add(a.value());
      case Ast.Field f -> into.add(f.value());
      case Ast.Transpose t -> into.add(t.value());
      case Ast.Unary u -> into.add(u.value());
      case Ast.Binary b -> add(into, b.left(), b.right());
      case Ast.Range r -> add(into, r.first(), r.last());
      case Ast.If i -> {
        into.addAll(i.branches());
        add(into, i.otherwise());
      }
      case Ast.Branch b -> add(into, b.condition(), b.body());
      case Ast.For f -> {
        into.addAll(f.generators());
        into.addAll(f.carries());
        add(into, f.truncate(), f.until());
        into.add(f.body());
      }
      case Ast.Generator g -> into.add(g.over());
      case Ast.Carry c -> add(into, c.type(), c.value());
      case Ast.Tuple t -> into.addAll(t.parts());
      case Ast.ListOf l -> into.addAll(l.elements());
      case Ast.Name n -> {}
      case Ast.Number n -> {}
      case Ast.Text t -> {}
      case Ast.Truth t -> {}
    }
  }

  private static void add(List<Ast> into, @Nullable Ast... nodes) {
    for (Ast node : nodes) {
      if (node != null) {
        into.add(node);
      }
    }
  }

  /**
   * The names with respect to which something is differentiated: {@code x} in {@code grad(y, x)}.
   */
  static Set<String> targets(Ast root) {
    Set<String> found = new HashSet<>();
    each(
        root,
        node -> {
          if (node instanceof Ast.Call call
              && call.callee() instanceof Ast.Name name
              && Derivatives.FORMS.contains(name.text())) {
            if (call.arguments().size() > 1
                && call.arguments().get(1).value() instanceof Ast.Name target) {
              found.add(target.text());
            }
          }
        });
    return found;
  }

  /** The names that become something else in a tree. */
  static Set<String> updated(Ast root) {
    Set<String> found = new HashSet<>();
    each(
        root,
        node -> {
          if (node instanceof Ast.Bind bind && bind.mark() == Ast.Mark.BECOMES) {
            names(bind.target()).forEach(n -> found.add(n.text()));
          }
        });
    return found;
  }

  /** The names that a statement defines or changes. */
  static List<Ast.Name> names(Ast.Expression target) {
    return switch (target) {
      case Ast.Name name -> List.of(name);
      case Ast.Tuple tuple ->
          tuple.parts().stream()
              .filter(Ast.Name.class::isInstance)
              .map(Ast.Name.class::cast)
              .toList();
      case Ast.Subscript s -> names(s.value());
      default -> List.of();
    };
  }
}
