package dlx.elaborate;

import dlx.ast.Ast;
import dlx.elaborate.Value.Tensor;
import dlx.graph.Extent;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Loops. {@code unroll for} and {@code for p in params} are copied out; any other is a {@link
 * Repetition}.
 */
final class Loops {
  /** How many turns a loop may have that is copied out. */
  static final int TURN_LIMIT = 1_000_000;

  private final Elaboration elaboration;

  Loops(Elaboration elaboration) {
    this.elaboration = elaboration;
  }

  /** What a generator gives in one turn, and how the turn is called in paths. */
  private record Turn(Value value, @Nullable Slot slot, String index) {}

  Value value(Ast.For loop, Frame frame) {
    List<List<Turn>> generators = new ArrayList<>();
    List<Value> sources = new ArrayList<>();
    for (Ast.Generator g : loop.generators()) {
      sources.add(elaboration.expressions.value(g.over(), frame));
    }
    boolean copied = loop.unroll() || sources.stream().anyMatch(Value.Slots.class::isInstance);
    if (sources.stream().anyMatch(Value.Poison.class::isInstance)) {
      throw Failure.silent();
    }
    if (copied && loop.truncate() != null) {
      throw new Failure(
          Diagnostic.error("E0811", "only a loop at run time is truncated")
              .at(loop.truncate().span())
              .help("in a body that is copied out, `stop_gradient` cuts where it stands"));
    }
    if (copied && loop.until() != null) {
      throw new Failure(
          Diagnostic.error("E0812", "only a loop at run time ends early")
              .at(loop.until().span())
              .help("in a body that is copied out, `where` keeps what is not to change any more"));
    }
    if (!copied) {
      Diagnostic makes = new Makers(elaboration).sentence(loop, sources, frame);
      if (makes != null) {
        throw new Failure(makes);
      }
      return new Repetition(elaboration, loop, sources, frame).value();
    }
    for (int i = 0; i < sources.size(); i++) {
      generators.add(turns(sources.get(i), loop.generators().get(i).over().span(), loop, frame));
    }
    Scope scope = new Scope(frame.scope());
    for (Ast.Carry carry : loop.carries()) {
      Value typed = elaboration.expressions.start(carry, frame);
      Value own =
          elaboration.tensors.target(
              carry.name().text(),
              typed,
              frame.shared().targets,
              carry.name().span(),
              frame.world());
      scope.put(
          carry.name().text(), new Scope.Binding(Scope.Kind.VARIABLE, own, carry.name().span()));
    }
    return run(loop, generators, scope, frame);
  }

  private Value run(Ast.For loop, List<List<Turn>> generators, Scope scope, Frame frame) {
    List<Value> results = new ArrayList<>();
    long count = 1;
    for (List<Turn> turns : generators) {
      count *= turns.size();
      if (count > TURN_LIMIT) {
        throw tooMany(loop);
      }
    }
    if (count == 0) {
      elaboration.idle.add(loop);
    }
    for (long i = 0; i < count; i++) {
      Scope inner = new Scope(scope);
      StringBuilder index = new StringBuilder();
      long rest = i;
      long block = count;
      for (int g = 0; g < generators.size(); g++) {
        List<Turn> turns = generators.get(g);
        block /= turns.size();
        Turn turn = turns.get((int) (rest / block));
        rest %= block;
        Ast.Identifier name = loop.generators().get(g).name();
        index.append(g == 0 ? "" : "][").append(turn.index());
        inner.put(
            name.text(),
            new Scope.Binding(
                turn.slot() == null ? Scope.Kind.TURN : Scope.Kind.SLOT,
                turn.value(),
                name.span(),
                turn.slot()));
      }
      results.add(
          elaboration.statements.block(loop.body(), frame.turn(index.toString(), inner), true));
      if (elaboration.graph.size() > Elaboration.NODE_LIMIT) {
        throw elaboration.tooLarge(loop.span());
      }
    }
    return result(loop, results, generators, scope, frame);
  }

  /** The stack of what the body ends with, or the last values of the variables. */
  private Value result(
      Ast.For loop, List<Value> results, List<List<Turn>> generators, Scope scope, Frame frame) {
    if (results.isEmpty() && !endsWithUpdate(loop)) {
      // the shape of an element is not known, so it is a number
      return new Value.Items(List.of());
    }
    if (endsWithUpdate(loop) || results.stream().allMatch(Value.None.class::isInstance)) {
      List<Value> last = new ArrayList<>();
      for (Ast.Carry carry : loop.carries()) {
        last.add(scope.own(carry.name().text()).value);
      }
      return last(last);
    }
    if (results.stream().anyMatch(v -> v instanceof Value.Poison)) {
      throw Failure.silent();
    }
    Span span = loop.body().statements().getLast().span();
    return stacked(results, generators, span, frame);
  }

  /** Whether the value of a loop is that of its variables. */
  static boolean endsWithUpdate(Ast.For loop) {
    List<Ast.Statement> statements = loop.body().statements();
    return statements.isEmpty()
        || statements.getLast() instanceof Ast.Bind bind && bind.mark() != Ast.Mark.NONE;
  }

  /** The values of the variables after {@code with}. */
  static Value last(List<Value> values) {
    return values.isEmpty()
        ? new Value.None()
        : values.size() == 1 ? values.getFirst() : new Value.Tuple(values);
  }

  private Value stacked(List<Value> results, List<List<Turn>> generators, Span span, Frame frame) {
    if (results.getFirst() instanceof Value.Tuple first) {
      List<Value> parts = new ArrayList<>();
      for (int i = 0; i < first.parts().size(); i++) {
        List<Value> column = new ArrayList<>();
        for (Value result : results) {
          column.add(((Value.Tuple) result).parts().get(i));
        }
        parts.add(stacked(column, generators, span, frame));
      }
      return new Value.Tuple(parts);
    }
    if (generators.size() == 1 && results.stream().allMatch(v -> v instanceof Value.Number)) {
      return new Value.Items(results);
    }
    Tensors.Kind kind = elaboration.tensors.kind(new Value.Items(results), span);
    List<Operand> operands = new ArrayList<>();
    for (Value result : results) {
      operands.add(
          new Operand(elaboration.tensors.tensor(result, kind, span, frame.world()), span));
    }
    Tensor stack = elaboration.shapes.stack(operands, 0, span, frame.world());
    if (generators.size() == 1) {
      return stack;
    }
    List<Axis> axes = new ArrayList<>();
    generators.forEach(g -> axes.add(Axis.of(Extent.of(g.size()))));
    axes.addAll(stack.axes().subList(1, stack.rank()));
    return new Tensor(stack.node().reshape(frame.world().lower(axes)), axes, stack.weak());
  }

  // ------------------------------------------------------------------ what it runs over

  private List<Turn> turns(Value source, Span span, Ast.For loop, Frame frame) {
    World world = frame.world();
    List<Turn> turns = new ArrayList<>();
    switch (source) {
      case Value.Slots slots -> {
        for (Slot slot : slots.slots()) {
          turns.add(new Turn(Value.POISON, slot, slot.path()));
        }
      }
      case Value.Items items -> {
        for (Value element : items.elements()) {
          turns.add(new Turn(element, null, String.valueOf(turns.size())));
        }
      }
      case Value.Range range -> {
        long first = bound(range.first(), span, world);
        long last = bound(range.last(), span, world);
        if (last < first) {
          throw backwards(span, first, last);
        }
        count(first, last, loop, turns);
      }
      case Tensor tensor when tensor.rank() > 0 -> {
        long extent = bound(new Value.Size(tensor.axes().getFirst().extent(), span), span, world);
        List<Turn> positions = new ArrayList<>();
        count(0, extent, loop, positions);
        for (Turn position : positions) {
          turns.add(
              new Turn(
                  elaboration.subscripts.at(tensor, 0, position.value(), span, world),
                  null,
                  position.index()));
        }
      }
      default -> count(0, bound(source, span, world), loop, turns);
    }
    return turns;
  }

  static Failure backwards(Span span, Object first, Object last) {
    return new Failure(
        Diagnostic.error("E0808", "this range ends before it begins")
            .at(span, "from " + first + " to " + last)
            .help("`0..0` is a range of nothing; check what its bounds are computed from"));
  }

  private static void count(long first, long last, Ast.For loop, List<Turn> into) {
    if (last - first > TURN_LIMIT) {
      throw tooMany(loop);
    }
    for (long i = first; i < last; i++) {
      into.add(new Turn(Value.Number.whole(i), null, String.valueOf(i)));
    }
  }

  private static Failure tooMany(Ast.For loop) {
    return new Failure(
        Diagnostic.error(
                "R0304",
                "this loop would be copied out more than " + TURN_LIMIT + " times (TURN_LIMIT)")
            .at(loop.span())
            .help("use a plain `for`, which is compiled once"));
  }

  private long bound(Value value, Span span, World world) {
    Exact exact = elaboration.tensors.exact(value, world);
    if (exact != null && exact.isLong()) {
      return exact.toLong();
    }
    throw new Failure(
        Diagnostic.error(
                "E0801",
                "the number of turns of an `unroll for` is known when the program is compiled")
            .at(span, elaboration.tensors.describe(value) + ", known when it runs")
            .help("use a plain `for`, which runs any number of turns"));
  }
}
