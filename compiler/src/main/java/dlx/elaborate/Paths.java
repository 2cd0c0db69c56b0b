package dlx.elaborate;

import dlx.ast.Ast;
import dlx.elaborate.Module.Declaration;
import dlx.elaborate.Value.Tensor;
import dlx.source.Diagnostic;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The tree of parameters: {@code fc1.w}, {@code stage[1].conv1}, {@code params(head)}. */
final class Paths {
  private final Elaboration elaboration;

  Paths(Elaboration elaboration) {
    this.elaboration = elaboration;
  }

  /** {@code a.b}: a name of an imported file, or a place in the tree of parameters. */
  Value field(Ast.Field field, Frame frame) {
    if (field.value() instanceof Ast.Name base && frame.scope().find(base.text()) == null) {
      Module imported = frame.module().named.get(base.text());
      if (imported != null) {
        Declaration declaration = imported.declarations.get(field.name().text());
        if (declaration != null) {
          return elaboration.expressions.declared(declaration, field.span(), frame);
        }
        String near = Names.nearest(field.name().text(), imported.declarations.keySet());
        Diagnostic error =
            Diagnostic.error("E0201", "`" + base.text() + "` has no `" + field.name().text() + "`")
                .at(field.name().span());
        throw new Failure(near == null ? error : error.help("did you mean `" + near + "`?"));
      }
    }
    String path = path(field, frame);
    if (path == null && field.value() instanceof Ast.Name base) {
      elaboration.expressions.name(base, frame); // perhaps it is not there at all
    }
    if (path == null) {
      throw new Failure(
          Diagnostic.error("E0227", "only a layer or an imported file has parts")
              .at(field.value().span())
              .help("give the layer a name, then `name." + field.name().text() + "`"));
    }
    Value value = at(path, frame);
    if (value != null) {
      return value;
    }
    if (!elaboration.lastRound) {
      elaboration.incomplete = true;
      throw Failure.silent();
    }
    Value base = elaboration.expressions.value(field.value(), frame);
    boolean open = base instanceof Value.Poison || base instanceof Value.Made;
    throw open && elaboration.diagnostics.hasErrors()
        ? Failure.silent() // what makes it may be what is wrong
        : new Failure(missing(path, field));
  }

  /** {@code stage[1]} as a place in the tree of parameters, or null if it is none. */
  @Nullable Value element(Ast.Subscript subscript, Frame frame) {
    String path = path(subscript, frame);
    return path == null ? null : at(path, frame);
  }

  private @Nullable Value at(String path, Frame frame) {
    Slot slot = elaboration.slots.get(path);
    if (slot == null) {
      slot = elaboration.known.get(path);
      if (slot != null && frame.world().fresh) {
        frame.world().demand(elaboration.main.declarations.values());
        slot = elaboration.slots.get(path);
      }
    }
    if (slot != null) {
      return frame.world().read(slot, frame.live());
    }
    Instance instance = elaboration.instances.get(path);
    if (instance != null) {
      return new Value.Made(instance);
    }
    return under(path).isEmpty() ? null : new Value.Path(path);
  }

  /**
   * {@code params(a, b)}: those of layers, of parts of them, or single ones; {@code params} all.
   */
  Value parameters(Ast.Call call, Frame frame) {
    if (call.arguments().isEmpty()) {
      return new Value.Slots(elaboration.allParameters());
    }
    Map<String, Slot> chosen = new LinkedHashMap<>();
    for (Ast.Argument argument : call.arguments()) {
      Ast.Expression e = argument.value();
      Scope.Binding binding = e instanceof Ast.Name n ? frame.scope().find(n.text()) : null;
      if (binding != null && binding.slot != null) {
        chosen.put(binding.slot.path(), binding.slot);
        continue;
      }
      if (binding != null && binding.value instanceof Value.Slots slots) {
        slots.slots().forEach(s -> chosen.put(s.path(), s));
        continue;
      }
      String path = path(e, frame);
      List<Slot> found = path == null ? List.of() : under(path);
      String own = frame.shared().step; // a test may make layers for itself
      List<Slot> parameters =
          found.stream()
              .filter(s -> s.param() && (s.step().isEmpty() || s.step().equals(own)))
              .toList();
      if (parameters.isEmpty()) {
        if (path != null && !elaboration.lastRound) {
          elaboration.incomplete = true;
          throw Failure.silent();
        }
        Value value = elaboration.expressions.value(e, frame);
        boolean open = !(value instanceof Tensor);
        if (open && elaboration.diagnostics.hasErrors()) {
          throw Failure.silent(); // what makes them may be what is wrong
        }
        throw new Failure(
            Diagnostic.error("E0609", "`" + e.span().text() + "` has no parameters")
                .at(e.span())
                .help("give `params` layers, definitions that make layers, or single parameters"));
      }
      parameters.forEach(s -> chosen.put(s.path(), s));
    }
    return new Value.Slots(List.copyOf(chosen.values()));
  }

  /** The slots below a place. */
  List<Slot> under(String path) {
    Map<String, Slot> all = new LinkedHashMap<>(elaboration.known);
    all.putAll(elaboration.slots);
    List<Slot> found = new ArrayList<>();
    for (Slot slot : all.values()) {
      if (slot.path().equals(path)
          || slot.path().startsWith(path + ".")
          || slot.path().startsWith(path + "[")) {
        found.add(slot);
      }
    }
    return found;
  }

  /** The path that a chain of fields and indices spells, or null. */
  @Nullable String path(Ast.Expression expression, Frame frame) {
    List<String> tail = new ArrayList<>();
    Ast.Expression at = expression;
    while (true) {
      if (at instanceof Ast.Field f) {
        tail.add("." + f.name().text());
        at = f.value();
      } else if (at instanceof Ast.Subscript s
          && s.indices().size() == 1
          && s.indices().getFirst() instanceof Ast.At index
          && index.value() instanceof Ast.Number n) {
        tail.add("[" + n.text() + "]");
        at = s.value();
      } else {
        break;
      }
    }
    if (!(at instanceof Ast.Name base)) {
      return null;
    }
    StringBuilder path = new StringBuilder();
    Scope.Binding binding = frame.scope().find(base.text());
    if (binding != null) {
      switch (binding.value) {
        case Value.Made made -> path.append(made.instance().path);
        case Value.Path p -> path.append(p.path());
        default -> {
          return null;
        }
      }
    } else {
      Declaration declaration = frame.module().find(base.text());
      if (declaration == null || !declaration.isValue()) {
        return null;
      }
      path.append(base.text());
      if (frame.world().value(declaration, base.span()) instanceof Value.Made made) {
        path = new StringBuilder(made.instance().path);
      }
    }
    for (int i = tail.size() - 1; i >= 0; i--) {
      path.append(tail.get(i));
    }
    return path.toString();
  }

  private Diagnostic missing(String path, Ast.Field field) {
    String parent = path.substring(0, path.lastIndexOf('.'));
    List<Slot> siblings = under(parent);
    Set<String> names = new HashSet<>();
    siblings.forEach(
        s -> names.add(s.path().substring(Math.min(parent.length() + 1, s.path().length()))));
    if (siblings.isEmpty() && elaboration.instances.containsKey(parent)) {
      return Diagnostic.error(
              "E0207", "`" + path + "` has no shape: `" + parent + "` is never called")
          .at(field.span())
          .help("the first call of a layer fixes the shapes of its parameters");
    }
    String near = Names.nearest(field.name().text(), names);
    Diagnostic error =
        Diagnostic.error("E0201", "`" + parent + "` has no parameter `" + field.name().text() + "`")
            .at(field.name().span());
    return near != null
        ? error.help("did you mean `" + parent + "." + near + "`?")
        : names.isEmpty() ? error : error.help("it has " + String.join(", ", names));
  }
}
