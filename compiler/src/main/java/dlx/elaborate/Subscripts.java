package dlx.elaborate;

import dlx.ast.Ast;
import dlx.elaborate.Tensors.Kind;
import dlx.elaborate.Value.Tensor;
import dlx.graph.Extent;
import dlx.graph.Function.Relation;
import dlx.graph.Indexing;
import dlx.graph.Node;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code x[i]}, slices, new axes, gathers, and the update of an element. Indices work one by one.
 */
final class Subscripts {
  private final Elaboration elaboration;

  Subscripts(Elaboration elaboration) {
    this.elaboration = elaboration;
  }

  Value value(Operand base, Ast.Subscript subscript, Frame frame) {
    List<Ast.Index> indices = subscript.indices();
    World world = frame.world();
    boolean list =
        base.value() instanceof Value.Items
            || base.value() instanceof Value.Tuple
            || base.value() instanceof Value.Pack;
    if (list && indices.size() == 1) {
      Value element = element(base, indices.getFirst(), frame);
      if (element != null) {
        return element;
      }
    }
    Tensor tensor = elaboration.tensors.tensor(base.value(), base.span(), world);
    long used = indices.stream().filter(i -> i instanceof Ast.Slice || i instanceof Ast.At).count();
    if (used > tensor.rank()) {
      throw new Failure(
          Diagnostic.error(
                  "E0309",
                  tensor.rank() == 0
                      ? "a number has no axes"
                      : "there are "
                          + used
                          + " indices for "
                          + tensor.rank()
                          + (tensor.rank() == 1 ? " axis" : " axes"))
              .at(subscript.span(), "")
              .at(base.span(), elaboration.tensors.describe(tensor)));
    }
    boolean rest = false;
    int axis = 0;
    for (Ast.Index index : indices) {
      switch (index) {
        case Ast.Rest r -> {
          if (rest) {
            throw Failure.of("E0309", "`..` stands once", r.span());
          }
          rest = true;
          axis += tensor.rank() - axis - remaining(indices, index);
        }
        case Ast.NewAxis n -> {
          List<Axis> axes = new ArrayList<>(tensor.axes());
          axes.add(axis++, Axis.stretching());
          tensor = new Tensor(tensor.node().reshape(world.lower(axes)), axes, tensor.weak());
        }
        case Ast.Slice s -> {
          tensor = slice(tensor, axis, s, frame);
          axis++;
        }
        case Ast.At at -> {
          Value position = elaboration.expressions.value(at.value(), frame);
          int before = tensor.rank();
          tensor = at(tensor, axis, position, at.span(), world);
          axis += tensor.rank() - before + 1;
        }
      }
    }
    return tensor;
  }

  private static int remaining(List<Ast.Index> indices, Ast.Index from) {
    int count = 0;
    for (Ast.Index index : indices.subList(indices.indexOf(from) + 1, indices.size())) {
      count += index instanceof Ast.Slice || index instanceof Ast.At ? 1 : 0;
    }
    return count;
  }

  /** An element or part of a list; null if the index is known only at run time. */
  private @Nullable Value element(Operand base, Ast.Index index, Frame frame) {
    List<Value> elements =
        switch (base.value()) {
          case Value.Items i -> i.elements();
          case Value.Tuple t -> t.parts();
          case Value.Pack p ->
              p.axes().stream().map(a -> (Value) new Value.Size(a.extent(), a.origin())).toList();
          default -> List.of();
        };
    int n = elements.size();
    if (index instanceof Ast.At at) {
      Value position = elaboration.expressions.value(at.value(), frame);
      Exact exact = elaboration.tensors.exact(position, frame.world());
      if (exact == null || !exact.isInt()) {
        if (base.value() instanceof Value.Tuple) {
          throw elaboration.tensors.notNumber(base.value(), base.span());
        }
        return null;
      }
      long i = exact.toLong() < 0 ? exact.toLong() + n : exact.toLong();
      if (i < 0 || i >= n) {
        throw outside(exact.toLong(), Extent.of(n), at.span());
      }
      return elements.get((int) i);
    }
    if (index instanceof Ast.Slice s && s.step() == null && base.value() instanceof Value.Items) {
      long first = s.first() == null ? 0 : bound(s.first(), n, frame);
      long last = s.last() == null ? n : bound(s.last(), n, frame);
      if (first < 0 || last > n || first > last) {
        throw outside(first < 0 ? first : last, Extent.of(n), s.span());
      }
      return new Value.Items(elements.subList((int) first, (int) last));
    }
    return null;
  }

  private long bound(Ast.Expression e, int n, Frame frame) {
    Extent extent = position(e, frame);
    long value = frame.world().lower(extent).constant().orElse(Long.MAX_VALUE);
    return value < 0 ? value + n : value;
  }

  private Extent position(Ast.Expression e, Frame frame) {
    Value value = elaboration.expressions.value(e, frame);
    if (value instanceof Tensor) {
      throw new Failure(
          Diagnostic.error("E0310", "the bounds of a slice are known when the program is compiled")
              .at(e.span(), elaboration.tensors.describe(value))
              .note("no shape depends on data, so that all shapes are known before a run")
              .help("for one position that is known when it runs, write `x[i]`"));
    }
    return elaboration.tensors.size(value, e.span(), frame.world());
  }

  // ------------------------------------------------------------------ one position, or many

  /** One axis of a tensor at a position, a list of positions or a tensor of positions. */
  Tensor at(Tensor x, int axis, Value position, Span span, World world) {
    if (position instanceof Value.Poison) {
      throw Failure.silent();
    }
    Extent n = x.axes().get(axis).extent();
    Extent known = elaboration.tensors.extent(position);
    if (known != null) {
      Extent start = fromStart(known, n, world);
      inside(start, Extent.ZERO, n.plus(-1), known, n, span, world);
      List<Axis> axes = new ArrayList<>(x.axes());
      axes.remove(axis);
      Node one = x.node().slice(axis, world.lower(start), 1, Extent.ONE);
      return new Tensor(one.reshape(world.lower(axes)), axes, x.weak());
    }
    if (position instanceof Value.Range range) {
      Extent first = elaboration.tensors.size(range.first(), span, world);
      Extent last = elaboration.tensors.size(range.last(), span, world);
      return part(x, axis, first, last, 1, span, world);
    }
    Kind kind = elaboration.tensors.kind(position, span);
    if (kind != Kind.I32 && kind != Kind.WHOLE) {
      throw new Failure(
          Diagnostic.error("E0410", "a position is an i32")
              .at(span, elaboration.tensors.describe(position))
              .help(
                  kind == Kind.BOOL
                      ? "no shape depends on data; to keep some elements and zero others, use"
                          + " `where`"
                      : "convert it: `i32(" + span.text() + ")`"));
    }
    if (position instanceof Value.Items items) {
      for (Value element : items.elements()) {
        Extent one = elaboration.tensors.extent(element);
        if (one != null) {
          inside(fromStart(one, n, world), Extent.ZERO, n.plus(-1), one, n, span, world);
        }
      }
    }
    Tensor ids = elaboration.tensors.tensor(position, Kind.I32, span, world);
    List<Axis> axes = new ArrayList<>(x.axes());
    axes.remove(axis);
    axes.addAll(axis, ids.axes());
    Node element = elaboration.elements.at(x, axis, ids, span, world);
    if (element != null) {
      return new Tensor(element, axes, x.weak());
    }
    Node node = elaboration.graph.node(new Indexing.Gather(axis, true), x.node(), ids.node());
    return new Tensor(node, axes, x.weak());
  }

  /** Negative positions count from the end. */
  private static Extent fromStart(Extent position, Extent n, World world) {
    // a formula counts from the end if it is negative for large sizes
    boolean negative = world.lower(position).value(s -> 1_000) < 0;
    return negative ? n.plus(position) : position;
  }

  /** low <= position <= high, checked now or at entry. */
  private void inside(
      Extent position, Extent low, Extent high, Extent written, Extent n, Span span, World world) {
    for (int side = 0; side < 2; side++) {
      Extent less = side == 0 ? low : position;
      Extent more = side == 0 ? position : high;
      Extent room = world.lower(more).minus(world.lower(less));
      if (room.constant().isEmpty()) {
        boolean sizes = less.isZero() && room.value(s -> 0) >= 0 && monotone(room);
        if (!sizes) {
          String message = "`" + span.text() + "` must be inside an axis of `" + n + "`";
          elaboration.sizes.check(less, Relation.LESS_EQUAL, more, message, span, world);
        }
      } else if (room.constant().getAsLong() < 0) {
        throw outside(world.lower(written), n, span);
      }
    }
  }

  /** Whether an extent is a sum of sizes with no minus in it. */
  static boolean monotone(Extent extent) {
    return !extent.toString().contains("-");
  }

  private static Failure outside(Object position, Extent n, Span span) {
    Diagnostic error =
        Diagnostic.error("E0308", "position " + position + " is outside an axis of " + n).at(span);
    if (span.text().contains(":")) {
      return new Failure(error.help("a slice goes from its first position up to before its last"));
    }
    return new Failure(
        n.isConstant() && !n.isZero()
            ? error.help("positions go from 0 to " + n.plus(-1) + ", or from -" + n + " to -1")
            : error);
  }

  // ------------------------------------------------------------------ slices

  private Tensor slice(Tensor x, int axis, Ast.Slice s, Frame frame) {
    World world = frame.world();
    if (s.first() == null && s.last() == null && s.step() == null) {
      return x;
    }
    if (s.step() == null) {
      Tensor window = elaboration.elements.window(x, axis, s, frame);
      if (window != null) {
        return window;
      }
    }
    long step = 1;
    if (s.step() != null) {
      OptionalStep parsed = step(s.step(), frame);
      step = parsed.value();
    }
    Extent n = x.axes().get(axis).extent();
    Extent first = s.first() == null ? null : fromStart(position(s.first(), frame), n, world);
    Extent last = s.last() == null ? null : fromStart(position(s.last(), frame), n, world);
    if (step > 0) {
      return part(
          x,
          axis,
          first == null ? Extent.ZERO : first,
          last == null ? n : last,
          step,
          s.span(),
          world);
    }
    Extent from = first == null ? n.plus(-1) : first;
    Extent until = last == null ? Extent.of(-1) : last;
    if (first != null) {
      inside(from, Extent.of(-1), n.plus(-1), from, n, s.span(), world);
    }
    if (last != null) {
      inside(until, Extent.of(-1), from, until, n, s.span(), world);
    }
    Extent extent = from.minus(until).plus(-step - 1).floorDivide(Extent.of(-step));
    return cut(x, axis, from, step, extent, world);
  }

  private record OptionalStep(long value) {}

  private OptionalStep step(Ast.Expression e, Frame frame) {
    Extent extent = frame.world().lower(position(e, frame));
    if (extent.constant().isEmpty()
        || extent.isZero()
        || Math.abs(extent.constant().getAsLong()) > Integer.MAX_VALUE) {
      throw new Failure(
          Diagnostic.error("E0310", "the step of a slice is a whole number other than 0")
              .at(e.span(), extent.toString()));
    }
    return new OptionalStep(extent.constant().getAsLong());
  }

  /** Positions {@code first} up to before {@code last}, every {@code step}-th. */
  Tensor part(Tensor x, int axis, Extent first, Extent last, long step, Span span, World world) {
    Extent n = x.axes().get(axis).extent();
    inside(last, first, n, last, n, span, world);
    inside(first, Extent.ZERO, last, first, n, span, world);
    Extent length = last.minus(first);
    Extent extent = step == 1 ? length : length.plus(step - 1).floorDivide(Extent.of(step));
    return cut(x, axis, first, step, extent, world);
  }

  private Tensor cut(Tensor x, int axis, Extent start, long step, Extent extent, World world) {
    List<Axis> axes = new ArrayList<>(x.axes());
    axes.set(axis, Axis.of(extent));
    Node node = x.node().slice(axis, world.lower(start), (int) step, world.lower(extent));
    return new Tensor(node, axes, x.weak());
  }

  // ------------------------------------------------------------------ updates

  /** {@code x[i, j] <- e}: the tensor with one element, or one slice of the last axes, replaced. */
  Tensor update(Operand base, Ast.Subscript subscript, Operand value, Frame frame) {
    World world = frame.world();
    if (base.value() instanceof Value.Poison || value.value() instanceof Value.Poison) {
      throw Failure.silent();
    }
    Tensor x = elaboration.tensors.tensor(base.value(), base.span(), world);
    int count = subscript.indices().size();
    List<Node> inputs = new ArrayList<>(Collections.nCopies(2, x.node()));
    boolean checked = false;
    for (Ast.Index index : subscript.indices()) {
      Value position =
          index instanceof Ast.At at ? elaboration.expressions.value(at.value(), frame) : null;
      if (position == null || !elaboration.tensors.isScalar(position) || count > x.rank()) {
        throw new Failure(
            Diagnostic.error(
                    "E0608",
                    "an update changes one element: one position for each of the first axes")
                .at(index.span())
                .at(base.span(), elaboration.tensors.describe(x))
                .help("to change many elements, write `" + base.span().text() + " <- where(…)`"));
      }
      Extent known = elaboration.tensors.extent(position);
      Extent n = x.axes().get(inputs.size() - 2).extent();
      if (known != null) {
        inside(fromStart(known, n, world), Extent.ZERO, n.plus(-1), known, n, index.span(), world);
      }
      Node node = elaboration.tensors.tensor(position, Kind.I32, index.span(), world).node();
      checked |= known == null && !elaboration.elements.isInside(node, n, index.span(), world);
      inputs.add(node);
    }
    List<Axis> rest = x.axes().subList(count, x.rank());
    Tensor part =
        elaboration.tensors.tensor(value.value(), x.node().type().dtype(), value.span(), world);
    Tensor fitted =
        elaboration.signatures.fit(
            part,
            x.node().type().dtype(),
            rest,
            value,
            base.span(),
            "E0604",
            "an element of `" + base.span().text() + "` cannot become this",
            world);
    inputs.set(1, fitted.node());
    Node node = elaboration.graph.node(new Indexing.Update(checked), inputs);
    return new Tensor(node, x.axes(), x.weak());
  }
}
