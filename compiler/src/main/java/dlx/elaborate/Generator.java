package dlx.elaborate;

import dlx.ast.Ast;
import dlx.elaborate.Tensors.Kind;
import dlx.elaborate.Value.Tensor;
import dlx.graph.Extent;
import dlx.graph.Function.Relation;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.List;
import java.util.function.Function;

/**
 * What a loop at run time goes over.
 *
 * @param axis the turns, as an axis of what is stacked
 * @param element what the name stands for in a turn
 */
record Generator(Axis axis, Function<Turns, Value> element) {

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
      default -> {
        demandSize(elaboration, source, span);
        Extent count = elaboration.tensors.size(source, span, world);
        Axis axis =
            source instanceof Value.Size size
                ? Axis.of(count, size.origin())
                : Axis.of(notNegative(count, world), span);
        Axis named =
            source instanceof Value.Size size && size.tag() != null
                ? axis.tagged(size.tag())
                : axis;
        yield new Generator(named, turns -> number(turns.number()));
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
        axis, turns -> new Tensor(turns.element(tensor.node()), rest, tensor.weak()));
  }

  /** {@code a..b}, where b is not less than a, which is known now or checked at entry. */
  private static Generator range(
      Elaboration elaboration, Value.Range range, Ast.Expression text, World world) {
    Span span = text.span();
    demandSize(elaboration, range.first(), span);
    demandSize(elaboration, range.last(), span);
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

  /** A number of turns that is data would make shapes that are data. */
  private static void demandSize(Elaboration elaboration, Value source, Span span) {
    boolean data =
        source instanceof Tensor tensor
            && tensor.rank() == 0
            && elaboration.tensors.kind(tensor, span) == Kind.I32;
    if (data) {
      throw new Failure(
          Diagnostic.error("E0803", "the number of turns is a size, and this is data")
              .at(span, elaboration.tensors.describe(source))
              .note("no shape depends on data, and what turns leave is stacked"));
    }
  }
}
