package dlx.elaborate;

import dlx.ast.Ast;
import dlx.elaborate.Tensors.Kind;
import dlx.elaborate.Value.Tensor;
import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.graph.Function.Relation;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a loop at run time goes over.
 *
 * @param axis the turns, as an axis of what is stacked
 * @param limit how many of them there are at most, as data; null if that is not said
 * @param element what the name stands for in a turn
 */
record Generator(Axis axis, @Nullable Node limit, Function<Turns, Value> element) {
  /** The turns of a loop for which no size says how many there are at most. */
  static final Extent UNBOUNDED = Extent.of(dlx.runtime.Tensor.MOST_ELEMENTS);

  static Generator of(Elaboration elaboration, Value source, Ast.Generator generator, Frame frame) {
    Span span = generator.over().span();
    World world = frame.world();
    return switch (source) {
      case Value.Range range -> range(elaboration, range, generator.over(), world);
      case Value.Items items -> {
        demandNumbers(elaboration, items, span);
        yield over(elaboration.tensors.tensor(items, span, world));
      }
      case Tensor tensor when tensor.rank() > 0 -> over(tensor);
      case Tensor tensor when isData(elaboration, source, span) ->
          new Generator(
              Axis.of(bound(tensor.node())), tensor.node(), turns -> number(turns.number()));
      default -> {
        Extent count = elaboration.tensors.size(source, span, world);
        Axis axis =
            source instanceof Value.Size size
                ? Axis.of(count, size.origin())
                : Axis.of(notNegative(count, world), span);
        Axis named =
            source instanceof Value.Size size && size.tag() != null
                ? axis.tagged(size.tag())
                : axis;
        yield new Generator(named, null, turns -> number(turns.number()));
      }
    };
  }

  private static Tensor number(Node node) {
    return new Tensor(node, List.of(), false);
  }

  /** Elements of the first axis. */
  private static Generator over(Tensor tensor) {
    Axis first = tensor.axes().getFirst();
    List<Axis> rest = tensor.axes().subList(1, tensor.rank());
    Axis axis = first.stretch() ? Axis.of(Extent.ONE) : first;
    return new Generator(
        axis, null, turns -> new Tensor(turns.element(tensor.node()), rest, tensor.weak()));
  }

  /** {@code a..b}, where b is not less than a, which is known now or checked at entry. */
  private static Generator range(
      Elaboration elaboration, Value.Range range, Ast.Expression text, World world) {
    Span span = text.span();
    if (isData(elaboration, range.first(), span) || isData(elaboration, range.last(), span)) {
      return computed(
          elaboration.tensors.tensor(range.first(), Kind.I32, span, world).node(),
          elaboration.tensors.tensor(range.last(), Kind.I32, span, world).node());
    }
    Extent first = elaboration.tensors.size(range.first(), span, world);
    Extent last = elaboration.tensors.size(range.last(), span, world);
    Extent count = last.minus(first);
    Extent room = world.lower(count);
    if (room.isConstant() && room.constant().getAsLong() < 0) {
      throw Loops.backwards(span, world.lower(first), world.lower(last));
    }
    if (!room.isConstant() && !Subscripts.monotone(room)) {
      String message = "the range `" + span.text() + "` must not end before it begins";
      elaboration.sizes.check(first, Relation.LESS_EQUAL, last, message, span, world);
    }
    Extent start = world.lower(first);
    return new Generator(
        Axis.of(count),
        null,
        turns -> {
          Node number = turns.number();
          if (start.isZero()) {
            return number(number);
          }
          Leaf leaf =
              start.isConstant()
                  ? new Leaf.Constant(start.constant().getAsLong(), number.type().dtype())
                  : new Leaf.SizeOf(start);
          return number(number.plus(elaboration.graph.node(leaf)));
        });
  }

  private static Extent notNegative(Extent count, World world) {
    Extent lowered = world.lower(count);
    return lowered.isConstant() && lowered.constant().getAsLong() < 0 ? Extent.ZERO : count;
  }

  private static void demandNumbers(Elaboration elaboration, Value.Items items, Span span) {
    for (Value element : items.elements()) {
      boolean callable =
          element instanceof Value.Fn
              || element instanceof Value.Operation
              || element instanceof Value.Made
              || element instanceof Value.LayerKind
              || element instanceof Value.Draw;
      if (callable) {
        throw new Failure(
            Diagnostic.error("E0810", "a loop that runs at run time goes over numbers")
                .at(span, "a list with a " + elaboration.tensors.describe(element))
                .help("give every turn its own body: `unroll for`"));
      }
    }
  }

  /** A range with bounds that are data; one that ends before it begins has no turns. */
  private static Generator computed(Node first, Node last) {
    Extent start = size(first);
    Extent end = bound(last);
    boolean bounded = start != null && !end.equals(UNBOUNDED);
    return new Generator(
        Axis.of(bounded ? end.minus(start) : UNBOUNDED),
        last.minus(first),
        turns -> number(turns.number().plus(first)));
  }

  /** Something needs memory for every turn. */
  static Diagnostic unbounded(String what) {
    return Diagnostic.error("E0803", what + ", and no size says how many turns there are at most");
  }

  private static boolean isData(Elaboration elaboration, Value source, Span span) {
    return source instanceof Tensor tensor
        && tensor.rank() == 0
        && elaboration.tensors.kind(tensor, span) == Kind.I32;
  }

  /** The size that a number is at most: {@code n} of {@code min(k, n)}. */
  private static Extent bound(Node number) {
    Extent own = size(number);
    if (own != null) {
      return own;
    }
    Deque<Node> open = new ArrayDeque<>(List.of(number));
    while (!open.isEmpty()) {
      Node node = open.pop();
      Extent size = size(node);
      if (size != null) {
        return size;
      }
      if (node.op() == Elementwise.MIN) {
        node.inputs().forEach(open::add);
      }
    }
    return UNBOUNDED;
  }

  /** What a number is if it is a size. */
  private static @Nullable Extent size(Node number) {
    return switch (number.op()) {
      case Leaf.SizeOf size -> size.extent();
      case Leaf.Constant constant -> Extent.of((long) Math.max(0, constant.value()));
      default -> null;
    };
  }
}
