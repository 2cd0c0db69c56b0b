package dlx.elaborate;

import dlx.elaborate.Value.Tensor;
import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.graph.Leaf;
import dlx.graph.Movement;
import dlx.graph.Node;
import dlx.graph.Type;
import dlx.runtime.DType;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Values as tensors: literals meet their types here. */
final class Tensors {
  /**
   * What a value is among numbers, from the least to the most that mixed arithmetic makes of it.
   */
  enum Kind {
    BOOL,
    /** A whole number or size without a type. */
    WHOLE,
    I32,
    /** A float without a type. */
    REAL,
    F32,
    F64;

    /** The element type of a tensor of this kind; f64 for a float without a type. */
    DType node() {
      return switch (this) {
        case BOOL -> DType.BOOL;
        case WHOLE, I32 -> DType.I32;
        case F32 -> DType.F32;
        case REAL, F64 -> DType.F64;
      };
    }

    static Kind of(DType dtype) {
      return switch (dtype) {
        case BOOL -> BOOL;
        case I32 -> I32;
        case F32 -> F32;
        case F64 -> F64;
      };
    }

    boolean isFloat() {
      return compareTo(REAL) >= 0;
    }
  }

  private final Elaboration elaboration;
  private final Map<Node, Integer> variables = new HashMap<>();

  /** Nodes that {@link #variable} made. */
  private final Set<Node> own = new HashSet<>();

  Tensors(Elaboration elaboration) {
    this.elaboration = elaboration;
  }

  // ------------------------------------------------------------------ what a value is

  Kind kind(Value value, Span span) {
    return switch (value) {
      case Value.Number n ->
          n.dtype() != null ? Kind.of(n.dtype()) : n.whole() ? Kind.WHOLE : Kind.REAL;
      case Value.Size s -> Kind.WHOLE;
      case Value.Truth t -> Kind.BOOL;
      case Tensor t -> t.weak() ? Kind.REAL : Kind.of(t.node().type().dtype());
      case Value.Items items -> {
        Kind kind = null;
        for (Value element : items.elements()) {
          Kind other = kind(element, span);
          kind = kind == null || other.compareTo(kind) > 0 ? other : kind;
        }
        yield kind == null ? Kind.REAL : kind;
      }
      case Value.Poison p -> throw Failure.silent();
      default -> throw notNumber(value, span);
    };
  }

  Failure notNumber(Value value, Span span) {
    Diagnostic error =
        Diagnostic.error("E0404", "a number or tensor is needed here").at(span, describe(value));
    return new Failure(
        switch (value) {
          case Value.Fn f -> error.help("call it: `" + span.text() + "(…)`");
          case Value.Operation f -> error.help("call it: `" + span.text() + "(…)`");
          case Value.Made m -> error.help("call it: `" + span.text() + "(…)`");
          case Value.LayerKind l ->
              error.help("give it settings and data: `" + span.text() + "(…)(…)`");
          case Value.Draw d -> error.help("draw it: `x: f32[…] ~ " + span.text() + "`");
          case Value.Tuple t -> error.help("take it apart first: `(a, b) = " + span.text() + "`");
          default -> error;
        });
  }

  /** A value as the user would call it, for messages. */
  String describe(Value value) {
    return switch (value) {
      case Value.Number n -> n.dtype() != null ? n.dtype().toString() : n.whole() ? "i32" : "f32";
      case Value.Size s -> "size " + s.extent();
      case Value.Truth t -> "bool";
      case Tensor t -> t.dtype() + Axis.text(t.axes());
      case Value.Text t -> "a text";
      case Value.Tuple t -> {
        List<String> parts = t.parts().stream().map(this::describe).toList();
        yield "(" + String.join(", ", parts) + ")";
      }
      case Value.Items i -> listText(i);
      case Value.Range r -> "a range";
      case Value.Pack p -> "axes " + Axis.text(p.axes());
      case Value.All a -> "all axes";
      case Value.Fn f ->
          (f.function().dist() ? "distribution " : "function ") + f.function().name().text();
      case Value.LayerKind l -> "layer " + l.layer().name().text();
      case Value.Operation o -> "function " + o.entry().name();
      case Value.Made m -> "layer " + m.instance().kind();
      case Value.Draw d -> "a distribution";
      case Value.Slots s -> s.slots().size() + " parameters";
      case Value.Imported i -> "an imported file";
      case Value.Path p -> "part of the tree of parameters";
      case Value.None n -> "nothing";
      case Value.Poison p -> "";
    };
  }

  private String listText(Value.Items items) {
    List<Long> shape = new ArrayList<>();
    Value first = items;
    while (first instanceof Value.Items list) {
      shape.add((long) list.elements().size());
      first = list.elements().isEmpty() ? null : list.elements().getFirst();
    }
    String element = first == null ? "f32" : describe(first);
    return element.startsWith("size") ? "a list of sizes" : element + shape;
  }

  // ------------------------------------------------------------------ numbers at compile time

  /** The number, if it is known at compile time. */
  @Nullable Exact exact(Value value, World world) {
    return switch (value) {
      case Value.Number n -> n.exact();
      case Value.Size s -> {
        Extent lowered = world.lower(s.extent());
        yield lowered.constant().isPresent() ? Exact.of(lowered.constant().getAsLong()) : null;
      }
      default -> null;
    };
  }

  /** A whole number or size as an extent over the user's names, or null. */
  @Nullable Extent extent(Value value) {
    return switch (value) {
      case Value.Size s -> s.extent();
      case Value.Number n when n.exact().isLong() && (n.whole() || n.dtype() == DType.I32) ->
          Extent.of(n.exact().toLong());
      default -> null;
    };
  }

  boolean isScalar(Value value) {
    return value instanceof Value.Number
        || value instanceof Value.Size
        || value instanceof Value.Truth
        || value instanceof Tensor t && t.rank() == 0;
  }

  /** A value where a size is needed. */
  Extent size(Value value, Span span, World world) {
    if (value instanceof Value.Poison) {
      throw Failure.silent();
    }
    Extent extent = extent(value);
    if (extent != null) {
      return extent;
    }
    Diagnostic error =
        Diagnostic.error(
                "E0310", "a size is needed here: a whole number known when the program is compiled")
            .at(span, describe(value));
    throw new Failure(
        value instanceof Tensor
            ? error.note("no shape depends on data, so that all shapes are known before a run")
            : value instanceof Value.Number n && n.exact().isWhole()
                ? error.help("write it without a point")
                : error);
  }

  // ------------------------------------------------------------------ tensors

  /** A value as a tensor of its own kind. */
  Tensor tensor(Value value, Span span, World world) {
    return tensor(value, kind(value, span), span, world);
  }

  /** A value as a tensor; literals become {@code wanted}. */
  Tensor tensor(Value value, DType wanted, Span span, World world) {
    Kind own = kind(value, span);
    boolean open = own == Kind.WHOLE || own == Kind.REAL;
    boolean fits = open && !(own == Kind.REAL && !wanted.isFloat()) && wanted != DType.BOOL;
    return tensor(value, fits ? Kind.of(wanted) : own, span, world);
  }

  /** A value as a tensor of a kind that it can become without asking. */
  Tensor tensor(Value value, Kind kind, Span span, World world) {
    return switch (value) {
      case Tensor t -> become(t, kind);
      case Value.Number n -> constant(n, kind, span);
      case Value.Truth t -> scalar(new Leaf.Constant(t.value() ? 1 : 0, DType.BOOL), false);
      case Value.Size s -> {
        Extent lowered = world.lower(s.extent());
        yield lowered.isConstant()
            ? constant(Value.Number.whole(lowered.constant().getAsLong()), kind, span)
            : become(scalar(new Leaf.SizeOf(lowered), false), kind);
      }
      case Value.Items items -> list(items, kind, span, world);
      case Value.Poison p -> throw Failure.silent();
      default -> throw notNumber(value, span);
    };
  }

  private Tensor scalar(Leaf leaf, boolean weak) {
    return new Tensor(elaboration.graph.node(leaf), List.of(), weak);
  }

  private Tensor constant(Value.Number number, Kind kind, Span span) {
    Exact exact = number.exact();
    if (kind.node() == DType.I32 && !exact.isInt()) {
      throw new Failure(
          Diagnostic.error("E0405", "`" + exact + "` does not fit into an i32")
              .at(span)
              .help(
                  exact.isWhole()
                      ? "i32 goes from -2147483648 to 2147483647"
                      : "convert it: `i32(…)`"));
    }
    double value = kind == Kind.F32 ? (double) (float) exact.toDouble() : exact.toDouble();
    return scalar(new Leaf.Constant(value, kind.node()), kind == Kind.REAL);
  }

  private Tensor become(Tensor tensor, Kind kind) {
    Kind own = tensor.weak() ? Kind.REAL : Kind.of(tensor.node().type().dtype());
    if (own == kind || own == Kind.I32 && kind == Kind.WHOLE) {
      return tensor;
    }
    boolean narrows = own == Kind.REAL && kind == Kind.F32;
    Node node = narrows ? narrow(tensor.node()) : tensor.node().convert(kind.node());
    return new Tensor(node, tensor.axes(), kind == Kind.REAL);
  }

  /**
   * A float without a type as f32: what only chooses among numbers chooses among rounded ones, so
   * that {@code where(c, 1, 0)} never is an f64.
   */
  private Node narrow(Node node) {
    if (own.contains(node)) {
      return node.convert(DType.F32); // something is differentiated with respect to this very node
    }
    if (node.op() instanceof Leaf.Constant c) {
      return node.graph().node(new Leaf.Constant((double) (float) c.value(), DType.F32));
    }
    if (node.op() == Elementwise.TO_F64 && !node.input(0).type().dtype().isFloat()) {
      return node.input(0).convert(DType.F32);
    }
    if (node.op() == Elementwise.WHERE) {
      return node.input(0).where(narrow(node.input(1)), narrow(node.input(2)));
    }
    if (node.op() instanceof Movement.Reshape || node.op() instanceof Movement.Broadcast) {
      return node.graph().node(node.op(), narrow(node.input(0)));
    }
    return node.convert(DType.F32);
  }

  /** A conversion that was asked for or is harmless. */
  Tensor convert(Tensor tensor, DType dtype) {
    boolean narrows = tensor.weak() && dtype == DType.F32;
    Node node = narrows ? narrow(tensor.node()) : tensor.node().convert(dtype);
    return new Tensor(node, tensor.axes(), false);
  }

  /** A float without a type becomes f32. */
  Tensor settled(Tensor tensor) {
    return tensor.weak() ? convert(tensor, DType.F32) : tensor;
  }

  private Tensor list(Value.Items items, Kind kind, Span span, World world) {
    List<Double> numbers = new ArrayList<>();
    List<Extent> shape = new ArrayList<>();
    if (table(items, 0, shape, numbers, world)) {
      double[] values = new double[numbers.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = kind == Kind.F32 ? (double) (float) (double) numbers.get(i) : numbers.get(i);
      }
      Type type = new Type(kind.node(), shape);
      Node node = elaboration.graph.node(new Leaf.Table(values, type));
      return new Tensor(node, shape.stream().map(Axis::of).toList(), kind == Kind.REAL);
    }
    List<Operand> parts = new ArrayList<>();
    for (Value element : items.elements()) {
      parts.add(new Operand(tensor(element, kind, span, world), span));
    }
    return elaboration.shapes.stack(parts, 0, span, world);
  }

  /** Reads a nested list of numbers; false if it holds something else or is ragged. */
  private boolean table(
      Value value, int level, List<Extent> shape, List<Double> into, World world) {
    if (value instanceof Value.Items items) {
      Extent extent = Extent.of(items.elements().size());
      if (level == shape.size()) {
        if (!into.isEmpty()) {
          return false;
        }
        shape.add(extent);
      } else if (!shape.get(level).equals(extent)) {
        return false;
      }
      for (Value element : items.elements()) {
        if (!table(element, level + 1, shape, into, world)) {
          return false;
        }
      }
      return true;
    }
    if (value instanceof Value.Truth truth && level == shape.size()) {
      into.add(truth.value() ? 1.0 : 0.0);
      return true;
    }
    Exact exact = level == shape.size() ? exact(value, world) : null;
    if (exact == null) {
      return false;
    }
    into.add(exact.toDouble());
    return true;
  }

  /** A node in the shape of its axes in this reading; sizes that were found equal are exchanged. */
  Node cast(Node node, List<Axis> axes, World world) {
    return node.reshape(world.lower(axes));
  }

  // ------------------------------------------------------------------ variables

  /**
   * The same value as a node of its own, so that it can be told from others that happen to be equal
   * when something is differentiated with respect to it. It is a reshape to the shape it has.
   */
  Tensor variable(Tensor value) {
    Node node = value.node();
    List<Extent> shape = node.type().shape();
    int before = variables.merge(node, 1, Integer::sum) - 1;
    if (before > 0) {
      // another way to the same shape for each variable of this value
      List<Extent> longer = new ArrayList<>(shape);
      longer.addAll(java.util.Collections.nCopies(before, Extent.ONE));
      node = elaboration.graph.node(new Movement.Reshape(longer), node);
    }
    Node variable = elaboration.graph.node(new Movement.Reshape(shape), node);
    own.add(variable);
    return new Tensor(variable, value.axes(), value.weak());
  }

  /** The value for a name: a node of its own if something is differentiated with respect to it. */
  Value target(String name, Value value, Set<String> targets, Span span, World world) {
    if (!targets.contains(name)) {
      return value;
    }
    return switch (value) {
      case Tensor t when t.node().type().dtype().isFloat() -> variable(t);
      case Value.Number n when n.dtype() != DType.I32 ->
          variable(constant(n, n.dtype() == null ? Kind.REAL : Kind.of(n.dtype()), span));
      case Value.Items items when kind(items, span) == Kind.REAL ->
          variable(list(items, Kind.REAL, span, world));
      default -> value;
    };
  }

  /** Refuses a shape that has too many elements whatever the sizes of the run are. */
  void bounded(List<Axis> axes, Span span) {
    double count = 1;
    for (Axis axis : axes) {
      Extent extent = axis.extent().substitute(elaboration.fixed::get);
      count *= extent.isConstant() ? extent.constant().getAsLong() : 1;
    }
    boolean some =
        axes.stream().allMatch(a -> a.extent().substitute(elaboration.fixed::get).isConstant());
    if (count > dlx.runtime.Tensor.MOST_ELEMENTS && some) {
      throw new Failure(
          Diagnostic.error(
                  "R0301", "a tensor has at most " + dlx.runtime.Tensor.MOST_ELEMENTS + " elements")
              .at(
                  span,
                  "`"
                      + Axis.text(axes)
                      + "` has "
                      + java.math.BigDecimal.valueOf(count).toBigInteger()));
    }
  }
}
