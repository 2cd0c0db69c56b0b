package dlx.elaborate;

import dlx.ast.Ast;
import dlx.elaborate.Module.Declaration;
import dlx.elaborate.Value.Tensor;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The sentence about a loop at run time whose body makes parameters (E0804). */
final class Makers {
  private final Elaboration elaboration;

  Makers(Elaboration elaboration) {
    this.elaboration = elaboration;
  }

  /** What makes a parameter: where, and how the first one would be called. */
  private record Maker(Ast node, String name) {
    Span span() {
      return node.span();
    }
  }

  /** The sentence, or null if the body makes no parameters. */
  @Nullable Diagnostic sentence(Ast.For loop, List<Value> sources, Frame frame) {
    Maker maker = find(loop.body(), frame.module(), frame.scope());
    if (maker == null) {
      return null;
    }
    Span keyword = new Span(loop.span().source(), loop.span().start(), loop.span().start() + 3);
    Span head = loop.generators().getFirst().span().to(loop.generators().getLast().span());
    String header = head.text().contains("\n") ? "" : head.text() + " ";
    String share = share(maker, loop, frame);
    return Diagnostic.error("E0804", "this loop would make new parameters in every turn")
        .at(maker.span(), "makes " + made(loop, sources, frame, maker))
        .at(keyword, "runs at run time, with one body")
        .help(
            "give every turn its own parameters: `unroll for " + header + "…`",
            new Diagnostic.Edit(keyword, "unroll for"))
        .help("or share one set: " + share);
  }

  private static String share(Maker maker, Ast.For loop, Frame frame) {
    if (!(maker.node() instanceof Ast.Call call)) {
      return "make the layer before the loop, and use its name inside";
    }
    String name =
        frame.scope().find("block") == null && frame.module().find("block") == null
            ? "block"
            : "shared";
    AtomicReference<String> use = new AtomicReference<>("`" + name + "`");
    Syntax.each(
        loop.body(),
        node -> {
          if (node instanceof Ast.Binary pipe && pipe.operator().equals("|>")) {
            if (pipe.right() == call) {
              use.set("`" + pipe.left().span().text() + " |> " + name + "`");
            }
          } else if (node instanceof Ast.Call outer && outer.callee() == call) {
            Span rest = new Span(call.span().source(), call.span().end(), outer.span().end());
            use.set("`" + name + rest.text() + "`");
          }
        });
    return "`" + name + " = " + call.span().text() + "` before the loop, " + use.get() + " inside";
  }

  // ------------------------------------------------------------------ what is made

  /** The first parameter and the number of the others: one turn is worked out to see them. */
  private String made(Ast.For loop, List<Value> sources, Frame frame, Maker maker) {
    Set<String> before = new LinkedHashSet<>(elaboration.slots.keySet());
    int said = elaboration.diagnostics.size();
    Scope scope = new Scope(frame.scope());
    try {
      turn(loop, sources, scope, frame);
      elaboration.statements.block(loop.body(), frame.turn("0", scope), true);
    } catch (Failure failure) {
      // what was made until then is enough for a hint
    }
    elaboration.diagnostics.keep(said);
    List<String> made =
        elaboration.slots.keySet().stream()
            .filter(path -> !before.contains(path) && elaboration.slots.get(path).param())
            .toList();
    String first = made.isEmpty() ? maker.name() : made.getFirst();
    int others = made.size() - 1;
    elaboration.slots.keySet().retainAll(before);
    return "`"
        + ending(first)
        + "`"
        + (others <= 0 ? "" : others == 1 ? " and one other" : " and " + others + " others");
  }

  /** The last two names of a path. */
  private static String ending(String path) {
    int last = path.lastIndexOf('.');
    int before = last < 0 ? -1 : path.lastIndexOf('.', last - 1);
    return path.substring(before + 1);
  }

  /** The names of the loop as they are in its first turn. */
  private void turn(Ast.For loop, List<Value> sources, Scope scope, Frame frame) {
    for (Ast.Carry carry : loop.carries()) {
      Value typed = elaboration.expressions.start(carry, frame);
      String name = carry.name().text();
      scope.put(name, new Scope.Binding(Scope.Kind.VARIABLE, typed, carry.name().span()));
    }
    for (int i = 0; i < sources.size(); i++) {
      Ast.Generator generator = loop.generators().get(i);
      Value zero = Value.Number.whole(0);
      Value element =
          switch (sources.get(i)) {
            case Value.Items items when !items.elements().isEmpty() -> items.elements().getFirst();
            case Tensor tensor when tensor.rank() > 0 ->
                elaboration.subscripts.at(tensor, 0, zero, generator.over().span(), frame.world());
            default -> zero;
          };
      Ast.Identifier name = generator.name();
      scope.put(name.text(), new Scope.Binding(Scope.Kind.TURN, element, name.span()));
    }
  }

  /** The first place in a body that makes a parameter, by itself or through layers. */
  private static @Nullable Maker find(Ast.Block body, Module module, @Nullable Scope scope) {
    AtomicReference<Maker> found = new AtomicReference<>();
    Syntax.each(
        body,
        node -> {
          if (found.get() != null) {
            return;
          }
          if (node instanceof Ast.Slot slot && slot.param()) {
            found.set(new Maker(slot, slot.name().text()));
          } else if (node instanceof Ast.Call call
              && call.callee() instanceof Ast.Name name
              && (scope == null || scope.find(name.text()) == null)) {
            Declaration declaration = module.find(name.text());
            if (declaration != null && declaration.item instanceof Ast.Layer layer) {
              Maker inner = find(layer.body(), declaration.module, null);
              if (inner != null) {
                found.set(new Maker(call, name.text() + "1." + inner.name()));
              }
            }
          }
        });
    return found.get();
  }
}
