package dlx.elaborate;

import dlx.ast.Ast;
import dlx.ast.Parse;
import dlx.elaborate.Module.Declaration;
import dlx.elaborate.Sizes.Comparison;
import dlx.elaborate.Value.Tensor;
import dlx.graph.Extent;
import dlx.graph.Type;
import dlx.source.Diagnostic;
import dlx.source.Diagnostics;
import dlx.source.Source;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the names at the top level of a file stand for. */
final class Definitions {
  private final Elaboration elaboration;

  Definitions(Elaboration elaboration) {
    this.elaboration = elaboration;
  }

  Value value(Declaration declaration, World world) {
    return switch (declaration.item) {
      case Ast.Function f -> {
        Bound.check(f, declaration.module, elaboration.diagnostics);
        yield new Value.Fn(f, declaration.module);
      }
      case Ast.Layer l -> {
        Bound.check(l, declaration.module, elaboration.diagnostics);
        yield new Value.LayerKind(l, declaration.module);
      }
      case Ast.Dim d -> size(d, declaration, world);
      case Ast.Const c -> constant(c, declaration, world);
      case Ast.Input i -> input(i, declaration, world);
      case Ast.Slot s -> elaboration.layers.fileSlot(s, declaration, world);
      case Ast.Bind b -> bind(b, declaration, world);
      default -> throw new IllegalStateException(declaration.name);
    };
  }

  /** The frame of a declaration of a file. */
  Frame frame(Module module, World world, String name, Ast item, Ast.@Nullable Expression naming) {
    Set<String> targets = module.main ? elaboration.targets : new HashSet<>(Syntax.targets(item));
    return new Frame(
        world,
        module,
        new Scope(null),
        Frame.Body.FILE,
        name,
        name,
        false,
        0,
        new Frame.Shared(targets, "", null, null),
        null,
        naming);
  }

  private Value size(Ast.Dim dim, Declaration declaration, World world) {
    String symbol = declaration.module.prefix + declaration.name;
    elaboration.sizeNames.put(symbol, declaration);
    Value.Size named = new Value.Size(Extent.symbol(symbol), declaration.span);
    Ast.Expression text = declaration.module.main ? define(declaration) : null;
    text = text == null ? dim.value() : text;
    if (text == null) {
      return named;
    }
    Frame frame = frame(declaration.module, world, declaration.name, dim, null);
    Value value = elaboration.expressions.value(text, frame);
    if (text instanceof Ast.Name && value instanceof Value.Size alias) {
      return alias;
    }
    Extent extent = elaboration.tensors.size(value, text.span(), world);
    Extent lowered = extent.substitute(elaboration.fixed::get);
    if (lowered.constant().isPresent() && lowered.constant().getAsLong() < 0) {
      throw new Failure(
          Diagnostic.error("E0312", "the size `" + dim.name().text() + "` would be " + lowered)
              .at(text.span(), "a size is at least 0"));
    }
    elaboration.fixed.put(symbol, lowered);
    return named;
  }

  private Value constant(Ast.Const constant, Declaration declaration, World world) {
    Ast.Expression text = declaration.module.main ? define(declaration) : null;
    text = text == null ? constant.value() : text;
    Frame frame = frame(declaration.module, world, declaration.name, constant, null);
    Value value = elaboration.expressions.value(text, frame);
    if (!isConstant(value, world)) {
      throw new Failure(
          Diagnostic.error("E0904", "a `const` is known when the program is compiled")
              .at(text.span(), "this is known when it runs")
              .help("without `const` it is a definition: `" + declaration.name + " = …`"));
    }
    return constant.type() == null
        ? value
        : elaboration.signatures.declared(constant.type(), value, text.span(), frame);
  }

  private boolean isConstant(Value value, World world) {
    return switch (value) {
      case Value.Number n -> true;
      case Value.Truth t -> true;
      case Value.Text t -> true;
      case Value.Size s -> world.lower(s.extent()).isConstant();
      case Value.Items items -> items.elements().stream().allMatch(v -> isConstant(v, world));
      default -> false;
    };
  }

  /** A value given with {@code -D}, or null. */
  private Ast.@Nullable Expression define(Declaration declaration) {
    Object given = elaboration.defines.get(declaration.name);
    if (given == null) {
      return null;
    }
    Diagnostics own = new Diagnostics();
    Source source = new Source("-D " + declaration.name, String.valueOf(given));
    Ast.Expression expression = Parse.expression(source, own);
    own.all().forEach(elaboration.diagnostics::add);
    if (expression == null) {
      throw Failure.silent();
    }
    return expression;
  }

  private Value input(Ast.Input input, Declaration declaration, World world) {
    Frame frame = frame(declaration.module, world, declaration.name, input, null);
    Type type = elaboration.signatures.plainType(input.type(), frame);
    List<Axis> axes = elaboration.signatures.axes((Ast.TensorType) input.type(), frame);
    elaboration.show(declaration.span, declaration.name, type.dtype() + Axis.text(axes));
    elaboration.tensors.bounded(axes, input.type().span());
    if (input.value() != null && (elaboration.checking || world.examples)) {
      Value start = elaboration.expressions.value(input.value(), frame);
      Value filled =
          elaboration.signatures.declared(input.type(), start, input.value().span(), frame);
      if (world.examples) {
        return elaboration.tensors.variable(
            elaboration.tensors.tensor(filled, type.dtype(), input.span(), world));
      }
    }
    if (world.examples) {
      return elaboration.tensors.variable(
          elaboration.draws.example(declaration.name, type.dtype(), axes, world));
    }
    return world.input(input, axes, type.dtype());
  }

  /** The value of a definition, or of one part of it. */
  private Value bind(Ast.Bind bind, Declaration declaration, World world) {
    List<Ast.Name> names = Syntax.names(bind.target());
    String path = names.getFirst().text();
    Frame frame = frame(declaration.module, world, "", bind, null).in(path, bind.value());
    Value value = elaboration.statements.bound(bind, frame);
    if (declaration.part < 0) {
      return named(declaration, value, world);
    }
    List<Value> parts = elaboration.statements.parts(value, names, bind.value().span());
    for (int i = 0; i < names.size(); i++) {
      Declaration part = declaration.module.declarations.get(names.get(i).text());
      if (part != null && part.item == bind) {
        world.put(part, named(part, parts.get(i), world));
      }
    }
    return named(declaration, parts.get(declaration.part), world);
  }

  private Value named(Declaration declaration, Value value, World world) {
    Value result =
        elaboration.tensors.target(
            declaration.name, value, elaboration.targets, declaration.span, world);
    elaboration.show(declaration.span, declaration.name, elaboration.tensors.describe(result));
    return result;
  }

  // ------------------------------------------------------------------ replacing

  /** A reading of the program in which some names have other values: {@code loss(w = 0)}. */
  World replacing(World world, Declaration called, List<Calls.Given> given, Span call) {
    java.util.Map<Declaration, Value> replaced = new java.util.LinkedHashMap<>();
    java.util.Map<String, Extent> sizes = new java.util.LinkedHashMap<>();
    List<Declaration> tensors = new ArrayList<>();
    for (Calls.Given argument : given) {
      Declaration target = argument.name() == null ? null : called.module.find(argument.name());
      if (argument.name() == null) {
        throw new Failure(
            Diagnostic.error(
                    "E0213",
                    "`" + called.name + "` is a definition; what it needs is replaced by name")
                .at(argument.span())
                .help(
                    "write `"
                        + called.name
                        + "("
                        + replaceable(called.module)
                        + " = "
                        + argument.span().text()
                        + ")`"));
      }
      if (target == null || !target.isValue() || target.module != called.module) {
        String near = Names.nearest(argument.name(), called.module.declarations.keySet());
        Diagnostic error =
            Diagnostic.error("E0201", "there is no `" + argument.name() + "` to replace")
                .at(argument.nameSpan());
        throw new Failure(near == null ? error : error.help("did you mean `" + near + "`?"));
      }
      if (target.item instanceof Ast.Dim) {
        Value size = world.value(target, argument.span());
        String symbol = size instanceof Value.Size s ? s.extent().name() : null;
        Extent value =
            world.lower(elaboration.tensors.size(argument.value(), argument.span(), world));
        if (symbol == null || elaboration.fixed.containsKey(symbol)) {
          throw new Failure(
              Diagnostic.error(
                      "E0214", "`" + target.name + "` is fixed when the program is compiled")
                  .at(argument.nameSpan())
                  .at(target.span, "declared here")
                  .help("use `-D " + target.name + "=…`"));
        }
        sizes.put(symbol, value);
      } else {
        replaced.put(target, argument.value());
        tensors.add(target);
      }
    }
    for (Calls.Given argument : given) {
      Declaration target = called.module.find(argument.name());
      if (tensors.contains(target)) {
        Value value = world.value(target, argument.span());
        if (value instanceof Tensor old) {
          World own = world.replacing(replaced, sizes);
          replaced.put(target, replacement(old, argument, target, own, sizes, world));
        }
      }
    }
    return world.replacing(replaced, sizes);
  }

  /** A name that a call can replace, for an example. */
  private static String replaceable(Module module) {
    for (Declaration d : module.declarations.values()) {
      if (d.item instanceof Ast.Input || d.item instanceof Ast.Slot) {
        return d.name;
      }
    }
    return "name";
  }

  /** The new value in the type of the old one; binds run-time sizes that were open. */
  private Value replacement(
      Tensor old,
      Calls.Given argument,
      Declaration target,
      World own,
      java.util.Map<String, Extent> sizes,
      World outer) {
    Value given = argument.value();
    if (given instanceof Value.Poison) {
      throw Failure.silent();
    }
    Tensor value =
        elaboration.tensors.tensor(given, old.node().type().dtype(), argument.span(), outer);
    if (value.dtype() != old.node().type().dtype()) {
      value = elaboration.tensors.convert(value, old.node().type().dtype());
    }
    List<Axis> axes = value.axes();
    boolean fits = axes.isEmpty() || axes.size() == old.axes().size();
    for (int i = 0; fits && i < axes.size(); i++) {
      Extent wanted = old.axes().get(i).extent();
      Extent actual = outer.lower(axes.get(i).extent());
      String symbol = own.lower(wanted).name();
      if (wanted.name() != null
          && !elaboration.fixed.containsKey(wanted.name())
          && !sizes.containsKey(wanted.name())) {
        sizes.put(wanted.name(), actual);
        continue;
      }
      if (symbol != null && !sizes.containsKey(symbol) && !actual.equals(own.lower(wanted))) {
        sizes.put(symbol, actual);
        continue;
      }
      World now = outer.replacing(java.util.Map.of(), sizes);
      Comparison comparison = elaboration.sizes.compare(now.lower(wanted), actual, now);
      fits = comparison != Comparison.DIFFERENT && comparison != Comparison.CLASH;
      if (comparison == Comparison.OPEN) {
        elaboration.sizes.equal(wanted, actual, argument.span(), now);
      }
    }
    if (!fits) {
      throw new Failure(
          Diagnostic.error(
                  "E0305", "`" + target.name + "` cannot be replaced by a value of this shape")
              .at(argument.span(), elaboration.tensors.describe(given))
              .at(target.span, elaboration.tensors.describe(old)));
    }
    World now = outer.replacing(java.util.Map.of(), sizes);
    Tensor full = elaboration.shapes.fill(value, old.axes(), now);
    return elaboration.targets.contains(target.name) ? elaboration.tensors.variable(full) : full;
  }

  /** A value of another reading with the sizes that are only known there written out. */
  Value outside(Value value, World inner, World outer) {
    return switch (value) {
      case Tensor t ->
          new Tensor(
              t.node(),
              t.axes().stream()
                  .map(a ->
                      new Axis(
                          written(a.extent(), inner, outer), a.stretch(), a.origin(), a.tags()))
                  .toList(),
              t.weak());
      case Value.Size s -> new Value.Size(written(s.extent(), inner, outer), s.origin());
      case Value.Tuple t ->
          new Value.Tuple(t.parts().stream().map(p -> outside(p, inner, outer)).toList());
      case Value.Items t ->
          new Value.Items(t.elements().stream().map(p -> outside(p, inner, outer)).toList());
      default -> value;
    };
  }

  private static Extent written(Extent extent, World inner, World outer) {
    Extent lowered = inner.lower(extent);
    return lowered.equals(outer.lower(extent)) ? extent : lowered;
  }
}
