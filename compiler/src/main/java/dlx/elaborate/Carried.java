package dlx.elaborate;

import dlx.elaborate.Tensors.Kind;
import dlx.elaborate.Value.Tensor;
import dlx.graph.Node;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A variable that a loop at run time carries from turn to turn: a name after {@code with}, a
 * variable of a loop around that the body changes, or a parameter or state that it changes.
 *
 * <p>It keeps its shape. It keeps its element type too, but if nothing has settled that yet, as in
 * {@code with s = 0}, the variable takes the type that the body makes of it.
 */
final class Carried {
  final String name;

  /** Where it gets its first value. */
  final Span span;

  private final Elaboration elaboration;
  private final Value initial;
  private final World world;
  private final Supplier<Value> now;
  private final Consumer<Value> set;
  private final Supplier<Span> place;
  private final List<Part> parts = new ArrayList<>();

  /** One tensor of it. */
  private static final class Part {
    final Value value;
    final boolean open;
    Kind kind;

    Part(Value value, boolean open, Kind kind) {
      this.value = value;
      this.open = open;
      this.kind = kind;
    }
  }

  /**
   * @param now the value where the variable is read
   * @param set puts a value there
   * @param place where it became what it is now
   */
  Carried(
      Elaboration elaboration,
      String name,
      Value initial,
      Span span,
      World world,
      Supplier<Value> now,
      Consumer<Value> set,
      Supplier<Span> place) {
    this.elaboration = elaboration;
    this.name = name;
    this.initial = initial;
    this.span = span;
    this.world = world;
    this.now = now;
    this.set = set;
    this.place = place;
    collect(initial);
  }

  private void collect(Value value) {
    if (value instanceof Value.Tuple tuple) {
      tuple.parts().forEach(this::collect);
      return;
    }
    Kind kind = elaboration.tensors.kind(value, span);
    boolean open = kind == Kind.WHOLE || kind == Kind.REAL;
    parts.add(new Part(value, open, kind));
  }

  /** The first values as tensors. */
  List<Tensor> start() {
    return parts.stream()
        .map(p -> elaboration.tensors.tensor(p.value, p.kind, span, world))
        .toList();
  }

  /** Gives the variable other nodes of the same types. */
  Value put(List<Node> nodes) {
    List<Tensor> start = start();
    List<Value> values = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      values.add(new Tensor(nodes.get(i), start.get(i).axes(), start.get(i).weak()));
    }
    Value value = join(initial, values);
    set.accept(value);
    return value;
  }

  /** The value where the variable is read. */
  Value get() {
    return now.get();
  }

  void poison() {
    set.accept(Value.POISON);
  }

  /** Values in the form of a tuple of tuples; takes them from the list. */
  static Value join(Value form, List<Value> parts) {
    if (!(form instanceof Value.Tuple tuple)) {
      return parts.removeFirst();
    }
    return new Value.Tuple(tuple.parts().stream().map(p -> join(p, parts)).toList());
  }

  /** Takes whole numbers without a type for floats without one; whether there were any. */
  boolean widenWhole() {
    boolean some = false;
    for (Part part : parts) {
      if (part.open && part.kind == Kind.WHOLE) {
        part.kind = Kind.REAL;
        some = true;
      }
    }
    return some;
  }

  /**
   * What it becomes at the end of a turn, in its types; null if a type that was open is now found
   * to be another one, with which the body has to be worked out again.
   */
  @Nullable List<Node> next() {
    Value value = get();
    Span at = place.get();
    List<Value> values = new ArrayList<>();
    flatten(initial, value, values, at);
    boolean wider = false;
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      Kind kind = elaboration.tensors.kind(values.get(i), at);
      boolean numbers = part.kind != Kind.BOOL && kind != Kind.BOOL;
      if (part.open && numbers && kind.compareTo(part.kind) > 0) {
        wider |= part.kind != Kind.WHOLE || kind != Kind.I32;
        part.kind = kind;
      }
    }
    if (wider) {
      return null;
    }
    List<Node> next = new ArrayList<>();
    List<Tensor> start = start();
    for (int i = 0; i < parts.size(); i++) {
      next.add(fitted(values.get(i), start.get(i), parts.get(i).kind, at).node());
    }
    return next;
  }

  private Tensor fitted(Value value, Tensor start, Kind kind, Span at) {
    Kind own = elaboration.tensors.kind(value, at);
    boolean takes =
        own == kind
            || kind == Kind.I32 && own == Kind.WHOLE
            || kind == Kind.WHOLE && own == Kind.I32
            || kind.isFloat() && own != Kind.BOOL && own.compareTo(Kind.REAL) <= 0;
    Tensor tensor = elaboration.tensors.tensor(value, takes ? kind : own, at, world);
    if (takes && tensor.rank() == 0) {
      return elaboration.shapes.fill(tensor, start.axes(), world);
    }
    if (!takes || tensor.rank() != start.rank()) {
      throw new Failure(changes(value, start, takes, at));
    }
    List<Axis> axes = new ArrayList<>();
    for (int i = 0; i < start.rank(); i++) {
      Axis axis = start.axes().get(i);
      if (elaboration.shapes.merge(axis, tensor.axes().get(i), at, world) == null
          || axis.stretch() && !world.lower(tensor.axes().get(i).extent()).isOne()) {
        throw new Failure(changes(value, start, true, at));
      }
      axes.add(axis);
    }
    return elaboration.shapes.fill(tensor, axes, world);
  }

  private Diagnostic changes(Value value, Tensor start, boolean shape, Span at) {
    String was = elaboration.tensors.describe(start);
    Diagnostic error =
        Diagnostic.error(
                "E0802",
                "the loop variable `"
                    + name
                    + "` keeps its "
                    + (shape ? "shape" : "type")
                    + " from turn to turn")
            .at(at, elaboration.tensors.describe(value))
            .at(span, "begins as " + was);
    boolean number = shape && start.rank() == 0;
    return number
        ? error.help(
            "declare its shape, which the number then fills: `with "
                + name
                + ": "
                + elaboration.tensors.describe(value)
                + " = "
                + span.text()
                + "`")
        : shape ? error : error.help("convert it: `" + start.dtype() + "(…)`");
  }

  private void flatten(Value form, Value value, List<Value> into, Span at) {
    if (!(form instanceof Value.Tuple tuple)) {
      into.add(value);
      return;
    }
    if (!(value instanceof Value.Tuple other) || other.parts().size() != tuple.parts().size()) {
      throw new Failure(
          Diagnostic.error(
                  "E0802", "the loop variable `" + name + "` keeps its type from turn to turn")
              .at(at, elaboration.tensors.describe(value))
              .at(span, "begins as " + elaboration.tensors.describe(form)));
    }
    for (int i = 0; i < tuple.parts().size(); i++) {
      flatten(tuple.parts().get(i), other.parts().get(i), into, at);
    }
  }
}
