package dlx.elaborate;

import dlx.ast.Ast;
import dlx.elaborate.Module.Declaration;
import dlx.elaborate.Sizes.Comparison;
import dlx.elaborate.Tensors.Kind;
import dlx.elaborate.Value.Tensor;
import dlx.graph.Extent;
import dlx.graph.Type;
import dlx.runtime.DType;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Declared types: reading them, binding the variables in them, and fitting values to them. */
final class Signatures {
  static final Map<String, DType> ELEMENTS =
      Map.of("f32", DType.F32, "f64", DType.F64, "i32", DType.I32, "bool", DType.BOOL);

  /** A symbol no file can write, for the size that is solved for. */
  private static final String UNKNOWN = "?";

  private final Elaboration elaboration;

  Signatures(Elaboration elaboration) {
    this.elaboration = elaboration;
  }

  // ------------------------------------------------------------------ as text

  /** {@code cross_entropy(logits: float[..s, k], label: i32[..s])}. */
  static String text(Ast.Item item) {
    return switch (item) {
      case Ast.Function f -> f.name().text() + list(f.parameters());
      case Ast.Layer l -> l.name().text() + list(l.settings()) + list(l.parameters());
      default -> item.span().text().lines().findFirst().orElse("");
    };
  }

  private static String list(List<Ast.Parameter> parameters) {
    List<String> texts = parameters.stream().map(p -> p.span().text()).toList();
    return "(" + String.join(", ", texts) + ")";
  }

  // ------------------------------------------------------------------ reading

  /** The element type; null for {@code float} that nothing has settled. */
  @Nullable DType element(Ast.TensorType type, Frame frame) {
    String name = type.name().text();
    DType dtype = ELEMENTS.get(name);
    if (dtype != null) {
      return dtype;
    }
    if (name.equals("float")) {
      return frame.shared().floating;
    }
    String near = Names.nearest(name, new java.util.TreeSet<>(ELEMENTS.keySet()));
    Diagnostic error =
        Diagnostic.error("E0407", "`" + name + "` is not an element type").at(type.name().span());
    throw new Failure(
        near == null
            ? error.help("the element types are `f32`, `f64`, `i32` and `bool`")
            : error.help(
                "did you mean `" + near + "`?", new Diagnostic.Edit(type.name().span(), near)));
  }

  /** The type of an input, argument of a step, parameter or state. */
  Type plainType(Ast.Type type, Frame frame) {
    if (!(type instanceof Ast.TensorType tensor) || tensor.name().text().equals("params")) {
      throw new Failure(
          Diagnostic.error("E0409", "this holds numbers, so it needs an element type and a shape")
              .at(type.span())
              .help("write a type such as `f32`, `i32` or `f32[batch, 10]`"));
    }
    DType dtype = element(tensor, frame);
    if (dtype == null && frame.body() == Frame.Body.FILE) {
      throw new Failure(
          Diagnostic.error("E0409", "`float` leaves open which float it is")
              .at(type.span())
              .help("write `f32` or `f64`", new Diagnostic.Edit(tensor.name().span(), "f32")));
    }
    List<Axis> axes = axes(tensor, frame);
    return new Type(dtype == null ? DType.F32 : dtype, plain(axes));
  }

  /** Over run-time sizes. */
  private List<Extent> plain(List<Axis> axes) {
    return axes.stream().map(a -> a.extent().substitute(elaboration.fixed::get)).toList();
  }

  /** The axes of a type in which every size is known. */
  List<Axis> axes(Ast.TensorType type, Frame frame) {
    List<Axis> axes = new ArrayList<>();
    for (Ast.Extent extent : type.extents()) {
      switch (extent) {
        case Ast.Star s -> axes.add(Axis.stretching());
        case Ast.Pack p -> axes.addAll(pack(p, frame).axes());
        case Ast.Size s -> axes.add(axis(s, frame));
      }
    }
    return axes;
  }

  private Value.Pack pack(Ast.Pack pack, Frame frame) {
    Scope.Binding binding = pack.name() == null ? null : frame.scope().find(pack.name().text());
    if (binding != null && binding.value instanceof Value.Pack bound) {
      return bound;
    }
    throw new Failure(
        Diagnostic.error("E0314", "nothing says which axes `" + pack.span().text() + "` are")
            .at(pack.span())
            .help("a pack is bound by an argument: `fn f(x: float[..s])`"));
  }

  private Axis axis(Ast.Size size, Frame frame) {
    Value value = elaboration.expressions.value(size.value(), frame);
    Extent extent = elaboration.tensors.size(value, size.span(), frame.world());
    Extent lowered = frame.world().lower(extent);
    if (lowered.isConstant() && lowered.constant().getAsLong() < 0) {
      throw new Failure(
          Diagnostic.error("E0312", "this size would be " + lowered)
              .at(size.span(), "a size is at least 0"));
    }
    Span origin =
        value instanceof Value.Number n
                && size.value() instanceof Ast.Name
                && n.origin() != Span.NONE
            ? n.origin()
            : value instanceof Value.Size s && s.origin() != Span.NONE && s.extent().isConstant()
                ? s.origin()
                : size.span();
    Axis axis = Axis.of(extent, origin);
    Scope.Binding binding =
        size.value() instanceof Ast.Name n ? frame.scope().find(n.text()) : null;
    return binding != null && binding.value instanceof Value.Size s && s.tag() != null
        ? axis.tagged(s.tag())
        : axis;
  }

  // ------------------------------------------------------------------ binding variables

  /** Whether a name in a type is a variable that nothing has bound yet. */
  private boolean isOpen(String name, Frame frame) {
    if (frame.scope().find(name) != null || Builtins.isName(name)) {
      return false;
    }
    Declaration declaration = frame.module().find(name);
    return declaration == null
        || !(declaration.item instanceof Ast.Dim || declaration.item instanceof Ast.Const);
  }

  /**
   * Lines the extents of a type up with the axes of a value and binds the variables in them.
   *
   * @return the axes in the terms of the signature, or null if they do not fit
   */
  @Nullable List<Axis> bind(Ast.TensorType type, List<Axis> actual, Span span, Frame frame) {
    List<Ast.Extent> pattern = type.extents();
    int packs = (int) pattern.stream().filter(Ast.Pack.class::isInstance).count();
    int more = actual.size() - (pattern.size() - packs);
    if (more < 0 || packs == 0 && more > 0) {
      return null;
    }
    List<Axis> result = new ArrayList<>(actual);
    List<Runnable> later = new ArrayList<>();
    boolean[] fits = {true};
    int at = 0;
    for (Ast.Extent extent : pattern) {
      int position = at;
      switch (extent) {
        case Ast.Pack p -> {
          List<Axis> taken = bindPack(p, actual.subList(at, at + more), span, frame);
          fits[0] &= taken != null;
          for (int i = 0; taken != null && i < more; i++) {
            result.set(at + i, taken.get(i));
          }
          at += more - 1;
        }
        case Ast.Star s -> {
          boolean one = frame.world().lower(actual.get(at).extent()).isOne();
          fits[0] &= one;
          result.set(at, Axis.stretching());
        }
        case Ast.Size s -> {
          if (open(s, frame).isEmpty()) {
            fits[0] &= bindSize(s, result, position, span, frame);
          } else if (s.value() instanceof Ast.Name) {
            bindSize(s, result, position, span, frame);
          } else {
            later.add(() -> fits[0] &= bindSize(s, result, position, span, frame));
          }
        }
      }
      at++;
    }
    later.forEach(Runnable::run);
    return fits[0] ? result : null;
  }

  private List<String> open(Ast.Size size, Frame frame) {
    List<String> found = new ArrayList<>();
    Syntax.each(
        size.value(),
        node -> {
          if (node instanceof Ast.Name n && isOpen(n.text(), frame) && !found.contains(n.text())) {
            found.add(n.text());
          }
        });
    return found;
  }

  private @Nullable List<Axis> bindPack(Ast.Pack pack, List<Axis> actual, Span span, Frame frame) {
    if (pack.name() == null) {
      return actual;
    }
    Scope.Binding binding = frame.scope().find(pack.name().text());
    if (binding == null) {
      Axis.Tag tag = new Axis.Tag(pack.name().text(), frame.depth());
      List<Axis> tagged = actual.stream().map(a -> a.tagged(tag)).toList();
      frame
          .scope()
          .put(
              pack.name().text(),
              new Scope.Binding(Scope.Kind.SIZE, new Value.Pack(tagged, tag), span));
      return tagged;
    }
    if (!(binding.value instanceof Value.Pack bound) || bound.axes().size() != actual.size()) {
      return null;
    }
    List<Axis> merged = new ArrayList<>();
    for (int i = 0; i < actual.size(); i++) {
      Axis axis = elaboration.shapes.merge(actual.get(i), bound.axes().get(i), span, frame.world());
      if (axis == null) {
        return null;
      }
      merged.add(axis);
    }
    return merged;
  }

  private boolean bindSize(Ast.Size size, List<Axis> axes, int at, Span span, Frame frame) {
    Axis actual = axes.get(at);
    List<String> open = open(size, frame);
    if (open.size() > 1) {
      throw new Failure(
          Diagnostic.error("E0314", "`" + size.span().text() + "` leaves more than one size open")
              .at(size.span())
              .help("let another argument bind one of them"));
    }
    if (open.size() == 1) {
      Extent solved = actual.extent();
      if (!(size.value() instanceof Ast.Name)) {
        solved = solve(size, open.getFirst(), actual.extent(), span, frame);
        if (solved == null) {
          return false;
        }
      }
      Axis.Tag tag = new Axis.Tag(open.getFirst(), frame.depth());
      frame
          .scope()
          .put(
              open.getFirst(),
              new Scope.Binding(
                  Scope.Kind.SIZE, new Value.Size(solved, actual.origin(), tag), span));
    }
    Axis wanted = axis(size, frame);
    Axis merged = elaboration.shapes.merge(actual, wanted, span, frame.world());
    if (merged == null) {
      return false;
    }
    axes.set(at, merged);
    return true;
  }

  /**
   * The value of a variable for which an extent equals another: 2 * n = 6. Null if there is none.
   */
  private @Nullable Extent solve(
      Ast.Size size, String name, Extent actual, Span span, Frame frame) {
    Scope trial = new Scope(frame.scope());
    trial.put(
        name,
        new Scope.Binding(
            Scope.Kind.SIZE, new Value.Size(Extent.symbol(UNKNOWN), size.span()), size.span()));
    Value value = elaboration.expressions.value(size.value(), frame.with(trial));
    Extent formula = elaboration.tensors.size(value, size.span(), frame.world());
    Extent solved = formula.solve(UNKNOWN, actual);
    if (solved != null) {
      return solved;
    }
    Extent constant = formula.substitute(s -> s.equals(UNKNOWN) ? Extent.ZERO : null);
    Extent slope = formula.substitute(s -> s.equals(UNKNOWN) ? Extent.ONE : null).minus(constant);
    Extent guess = frame.world().lower(actual.minus(constant)).floorDivide(slope);
    Extent back = formula.substitute(s -> s.equals(UNKNOWN) ? guess : null);
    Comparison comparison = elaboration.sizes.compare(back, actual, frame.world());
    if (comparison == Comparison.OPEN) {
      elaboration.sizes.equal(back, actual, span, frame.world());
    }
    return comparison == Comparison.SAME || comparison == Comparison.OPEN ? guess : null;
  }

  // ------------------------------------------------------------------ fitting values

  /** A value in the type that is declared for it: {@code x: f32[3] = 0}, or a result. */
  Value declared(Ast.Type type, Value value, Span span, Frame frame) {
    if (value instanceof Value.Poison) {
      return value;
    }
    return switch (type) {
      case Ast.TupleType t -> {
        List<Value> parts = value instanceof Value.Tuple tuple ? tuple.parts() : List.of(value);
        if (parts.size() != t.parts().size()) {
          throw elaboration.mismatches.of(type, new Operand(value, span), frame, "");
        }
        List<Value> fitted = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
          fitted.add(declared(t.parts().get(i), parts.get(i), span, frame));
        }
        yield new Value.Tuple(fitted);
      }
      case Ast.TensorType t when t.name().text().equals("params") -> value;
      case Ast.TensorType t -> tensor(t, new Operand(value, span), frame, "");
      default -> elaboration.arguments.setting(type, new Operand(value, span), frame, "");
    };
  }

  /** A value in a type of numbers; {@code name} is that of an argument, or empty. */
  Value tensor(Ast.TensorType type, Operand operand, Frame frame, String name) {
    Value value = operand.value();
    DType dtype = element(type, frame);
    Kind kind = elaboration.tensors.kind(value, operand.span());
    boolean isFloat = type.name().text().equals("float");
    Kind wanted = dtype != null ? Kind.of(dtype) : kind.isFloat() ? kind : Kind.REAL;
    boolean takes =
        switch (wanted) {
          case BOOL -> kind == Kind.BOOL;
          case WHOLE, I32 -> kind == Kind.WHOLE || kind == Kind.I32;
          case REAL -> kind != Kind.BOOL;
          case F32 -> kind != Kind.BOOL && kind != Kind.F64;
          case F64 -> kind != Kind.BOOL && kind != Kind.F32;
        };
    if (!takes) {
      throw elaboration.mismatches.of(type, operand, frame, name);
    }
    if (type.extents().isEmpty()) {
      if (value instanceof Value.Number n) {
        return isFloat
            ? new Value.Number(
                n.exact(), false, n.dtype() == DType.I32 ? null : n.dtype(), n.origin())
            : new Value.Number(
                Arithmetic.rounded(n.exact(), dtype), dtype == DType.I32, dtype, n.origin());
      }
      if (value instanceof Value.Truth || value instanceof Value.Size && dtype == DType.I32) {
        return value;
      }
    }
    Tensor tensor = elaboration.tensors.tensor(value, wanted, operand.span(), frame.world());
    if (tensor.rank() == 0) {
      return scalar(type, tensor, operand, frame, name);
    }
    List<Axis> axes = bind(type, tensor.axes(), operand.span(), frame);
    if (axes == null) {
      throw elaboration.mismatches.of(type, operand, frame, name);
    }
    return elaboration.shapes.fill(tensor, axes, frame.world());
  }

  /** A number goes with any shape that is known by then. */
  private Value scalar(
      Ast.TensorType type, Tensor tensor, Operand operand, Frame frame, String name) {
    for (Ast.Extent extent : type.extents()) {
      if (extent instanceof Ast.Pack p
          && p.name() != null
          && frame.scope().find(p.name().text()) == null) {
        if (type.extents().size() == 1) {
          bindPack(p, List.of(), operand.span(), frame);
        } else {
          throw elaboration.mismatches.of(type, operand, frame, name);
        }
      } else if (extent instanceof Ast.Size s && !open(s, frame).isEmpty()) {
        throw elaboration.mismatches.of(type, operand, frame, name);
      }
    }
    return elaboration.shapes.fill(tensor, axes(type, frame), frame.world());
  }

  /**
   * A tensor in the type of a slot.
   *
   * @throws Failure with {@code code} and {@code message} if it does not fit
   */
  Tensor fit(
      Tensor tensor,
      DType dtype,
      List<Axis> axes,
      Operand operand,
      Span declared,
      String code,
      String message,
      World world) {
    Kind kind = elaboration.tensors.kind(tensor, operand.span());
    boolean takes =
        kind == Kind.of(dtype) || dtype.isFloat() && (kind == Kind.I32 || kind == Kind.REAL);
    boolean fits = takes && (tensor.rank() == 0 || tensor.rank() == axes.size());
    for (int i = 0; fits && i < tensor.rank(); i++) {
      Axis own = tensor.axes().get(i);
      Comparison comparison = elaboration.sizes.compare(own.extent(), axes.get(i).extent(), world);
      if (comparison == Comparison.OPEN) {
        elaboration.sizes.equal(own.extent(), axes.get(i).extent(), operand.span(), world);
      }
      fits = own.stretch() || comparison == Comparison.SAME || comparison == Comparison.OPEN;
      if (comparison == Comparison.CLASH && !own.stretch()) {
        throw new Failure(
            Clash.of(elaboration, axes.get(i).extent(), own.extent(), world)
                .at(operand.span(), elaboration.tensors.describe(tensor))
                .at(declared, dtype + Axis.text(axes))
                .finish(null));
      }
    }
    if (!fits) {
      Diagnostic error =
          Diagnostic.error(code, message)
              .at(operand.span(), elaboration.tensors.describe(operand.value()))
              .at(declared, dtype + Axis.text(axes));
      throw new Failure(takes ? error : error.help("convert it: `" + dtype + "(…)`"));
    }
    return elaboration.shapes.fill(elaboration.tensors.convert(tensor, dtype), axes, world);
  }
}
