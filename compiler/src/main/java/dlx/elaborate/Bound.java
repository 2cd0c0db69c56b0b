package dlx.elaborate;

import dlx.ast.Ast;
import dlx.source.Diagnostic;
import dlx.source.Diagnostics;
import dlx.source.Span;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What can be said of a function or layer before it is called: its signature and the names in it.
 */
final class Bound {
  private Bound() {}

  static void check(Ast.Item item, Module module, Diagnostics diagnostics) {
    if (!module.main) {
      return;
    }
    List<Ast.Parameter> parameters =
        switch (item) {
          case Ast.Function f -> f.parameters();
          case Ast.Layer l ->
              Stream.concat(l.settings().stream(), l.parameters().stream()).toList();
          default -> List.of();
        };
    signature(item, parameters, diagnostics);
    names(item, parameters, module, diagnostics);
  }

  private static void signature(
      Ast.Item item, List<Ast.Parameter> parameters, Diagnostics diagnostics) {
    Map<String, Span> sizes = new HashMap<>();
    Ast.Type result =
        item instanceof Ast.Function f
            ? f.result()
            : item instanceof Ast.Layer l ? l.result() : null;
    parameters.forEach(p -> sizes(p.type(), sizes));
    sizes(result, sizes);
    Map<String, Span> seen = new HashMap<>();
    for (Ast.Parameter parameter : parameters) {
      String name = parameter.name().text();
      Span span = parameter.name().span();
      if (Builtins.isName(name)) {
        diagnostics.add(Names.builtIn(name, span));
      }
      Span before = seen.put(name, span);
      if (before != null) {
        diagnostics.add(
            Diagnostic.error("E0203", "`" + name + "` is defined twice")
                .at(span, "again here")
                .at(before, "first here")
                .help("give one of them another name"));
      }
      if (sizes.containsKey(name) && !isSize(parameter.type())) {
        diagnostics.add(
            Diagnostic.error("E0206", "`" + name + "` is an argument and a size in one signature")
                .at(span, "the argument")
                .at(sizes.get(name), "the size")
                .help("give one of them another name"));
      }
    }
  }

  private static boolean isSize(Ast.Type type) {
    return type instanceof Ast.StaticType s && s.kind().equals("dim")
        || type instanceof Ast.ListType
        || type instanceof Ast.TensorType t
            && t.name().text().equals("i32")
            && t.extents().isEmpty();
  }

  /** The names in the extents of a type. */
  private static void sizes(Ast.Type type, Map<String, Span> into) {
    if (type == null) {
      return;
    }
    Syntax.each(
        type,
        node -> {
          if (node instanceof Ast.Pack p && p.name() != null) {
            into.putIfAbsent(p.name().text(), p.name().span());
          } else if (node instanceof Ast.Name n) {
            into.putIfAbsent(n.text(), n.span());
          }
        });
  }

  /** Names that nothing declares, also in a body that is never called. */
  private static void names(
      Ast.Item item, List<Ast.Parameter> parameters, Module module, Diagnostics diagnostics) {
    Set<String> local = new HashSet<>();
    parameters.forEach(p -> local.add(p.name().text()));
    Map<String, Span> sizes = new HashMap<>();
    Syntax.each(
        item,
        node -> {
          switch (node) {
            case Ast.Bind b -> Syntax.names(b.target()).forEach(n -> local.add(n.text()));
            case Ast.Slot s -> local.add(s.name().text());
            case Ast.Generator g -> local.add(g.name().text());
            case Ast.Carry c -> local.addAll(List.of(c.name().text(), Ends.LAST));
            case Ast.Type t -> sizes(t, sizes);
            default -> {}
          }
        });
    local.addAll(sizes.keySet());
    Syntax.each(
        item,
        node -> {
          if (node instanceof Ast.Name name
              && !local.contains(name.text())
              && !Builtins.isName(name.text())
              && module.find(name.text()) == null
              && !module.incomplete
              && !module.missing.contains(name.text())
              && !module.named.containsKey(name.text())) {
            diagnostics.add(Unknown.name(name, local, module));
          }
        });
  }
}
