package dlx.elaborate;

import dlx.ast.Ast;
import dlx.elaborate.Tensors.Kind;
import dlx.elaborate.Value.Tensor;
import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.graph.Node;
import dlx.graph.Type;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One {@code for} at run time: the body is worked out over variables and closed to a region of the
 * graph. Several generators are loops in each other.
 *
 * <p>What the body changes is carried: the variables after {@code with}, and, beyond what is
 * written there, variables of loops around, parameters and states. The body is worked out again if
 * it changes something that was not expected, or makes another type of a literal.
 */
final class Repetition {
  private final Elaboration elaboration;
  private final Ast.For loop;
  private final Frame frame;
  private final World world;
  private final String address;
  private final @Nullable Node period;
  private final List<Value> sources;
  private final Ends end;

  private final List<Generator> generators = new ArrayList<>();
  private final Scope scope;
  private final List<Carried> own = new ArrayList<>();
  private final List<Carried> around = new ArrayList<>();
  private final Map<String, Carried> states = new LinkedHashMap<>();

  // as it was before the body was worked out
  private final int said;
  private final Frame.Shared.Mark counts;
  private final Set<Span> shown;
  private final Map<String, Tensor> memory;

  Repetition(Elaboration elaboration, Ast.For loop, List<Value> sources, Frame frame) {
    this.elaboration = elaboration;
    this.loop = loop;
    this.frame = frame;
    this.world = frame.world();
    this.scope = new Scope(frame.scope());
    this.address = frame.nextDraws("for");
    this.sources = sources;
    this.end = Ends.of(loop, frame);
    for (int i = 0; i < sources.size(); i++) {
      generators.add(Generator.of(elaboration, sources.get(i), loop.generators().get(i), frame));
    }
    carries();
    this.period = period();
    this.said = elaboration.diagnostics.size();
    this.counts = frame.shared().mark();
    this.shown = new LinkedHashSet<>(elaboration.shown.keySet());
    this.memory = new LinkedHashMap<>(world.memory.now);
  }

  // ------------------------------------------------------------------ what is carried

  private void carries() {
    for (Ast.Carry carry : loop.carries()) {
      Span span = carry.value().span();
      Value typed = elaboration.expressions.start(carry, frame);
      String name = carry.name().text();
      Scope.Binding binding =
          new Scope.Binding(Scope.Kind.VARIABLE, Value.POISON, carry.name().span());
      scope.put(name, binding);
      own.add(variable(name, binding, typed, span));
    }
    for (String name : Syntax.updated(loop.body())) {
      Scope.Binding binding = frame.scope().find(name);
      boolean outer = binding != null && binding.kind == Scope.Kind.VARIABLE;
      if (outer && scope.own(name) == null) {
        around.add(variable(name, binding, binding.value, binding.span));
      }
    }
  }

  private Carried variable(String name, Scope.Binding binding, Value start, Span span) {
    return new Carried(
        elaboration,
        name,
        start,
        span,
        world,
        () -> binding.value,
        value ->
            binding.value =
                elaboration.tensors.target(
                    name, value, frame.shared().targets, binding.span, world),
        () -> binding.updated == null ? span : binding.updated);
  }

  /** A parameter or state that the body changes. */
  private Carried state(String path) {
    Slot slot = elaboration.slots.get(path);
    Tensor begin = memory.containsKey(path) ? memory.get(path) : world.begin(slot);
    return new Carried(
        elaboration,
        path,
        begin,
        slot.span(),
        world,
        () -> world.memory.now.get(path),
        value -> world.write(slot, (Tensor) value),
        slot::span);
  }

  private List<Carried> carried() {
    List<Carried> all = new ArrayList<>(own);
    all.addAll(around);
    all.addAll(states.values());
    return all;
  }

  // ------------------------------------------------------------------ working the body out

  /**
   * One working out of the body.
   *
   * @param variables what stands for the carried variables in the body
   * @param next what the carried variables become; null if that is not known
   * @param value what the body ends with
   * @param again whether more has to be carried, or in other types
   */
  private record Trial(
      List<Turns> loops,
      List<Node> variables,
      @Nullable List<Node> next,
      Value value,
      boolean again) {}

  Value value() {
    boolean guessed = false;
    boolean done = false;
    try {
      while (true) {
        Trial trial = trial();
        boolean wrong = isWrong();
        if (wrong && !guessed && widen()) {
          guessed = true;
        } else if (wrong || trial.next() == null && !trial.again()) {
          return Value.POISON;
        } else if (!trial.again()) {
          Value value = close(trial);
          done = true;
          return value;
        }
        forget();
      }
    } finally {
      if (!done) {
        reset();
        around.forEach(Carried::poison);
      }
    }
  }

  private boolean isWrong() {
    return elaboration.diagnostics.all().stream()
        .skip(said)
        .anyMatch(d -> d.severity() == Diagnostic.Severity.ERROR);
  }

  /** A literal that was taken for a whole number may be what is wrong. */
  private boolean widen() {
    boolean some = false;
    for (Carried carried : carried()) {
      some |= carried.widenWhole();
    }
    return some;
  }

  /** Forgets what was tried, but not what was found wrong with definitions elsewhere. */
  private void forget() {
    elaboration.diagnostics.forget(said, d -> within(d, loop.span()));
    elaboration.shown.keySet().retainAll(shown);
    frame.shared().reset(counts);
    reset();
  }

  private void reset() {
    world.memory.now.clear();
    world.memory.now.putAll(memory);
  }

  private static boolean within(Diagnostic diagnostic, Span span) {
    Span place = diagnostic.places().isEmpty() ? null : diagnostic.places().getFirst().span();
    return place != null
        && place.source() == span.source()
        && place.start() >= span.start()
        && place.end() <= span.end();
  }

  private Trial trial() {
    Node begin = loop.until() == null ? null : condition(loop.until(), begun());
    List<Turns> loops = new ArrayList<>();
    Turns innermost = frame.turns();
    for (Generator g : generators) {
      innermost =
          new Turns(
              elaboration.graph,
              elaboration.positions,
              innermost,
              world.lower(g.axis().extent()),
              g.limit(),
              frame.shared());
      loops.add(innermost);
    }
    List<Node> all = new ArrayList<>();
    for (Carried carried : carried()) {
      List<Node> variables = new ArrayList<>();
      for (Tensor start : carried.start()) {
        Node variable = start.node();
        for (Turns each : loops) {
          variable = each.carry(variable);
        }
        variables.add(variable);
      }
      carried.put(truncated(variables, loops.getLast()));
      all.addAll(variables);
    }
    if (begin != null) {
      loops.getLast().stopping(begin);
    }
    Scope inner = new Scope(scope);
    for (int i = 0; i < loops.size(); i++) {
      Ast.Identifier name = loop.generators().get(i).name();
      Value element = generators.get(i).element().apply(loops.get(i));
      inner.put(name.text(), new Scope.Binding(Scope.Kind.TURN, element, name.span()));
    }
    Frame body = frame.repeated(innermost, address, inner);
    Value value = elaboration.statements.block(end.body(), body, true);
    boolean again = false;
    for (Map.Entry<String, Tensor> now : world.memory.now.entrySet()) {
      String path = now.getKey();
      if (now.getValue() != memory.get(path) && !states.containsKey(path)) {
        states.put(path, state(path));
        again = true;
      }
    }
    if (again || value instanceof Value.Poison) {
      return new Trial(loops, all, null, value, again);
    }
    List<Node> next = new ArrayList<>();
    for (Carried carried : carried()) {
      if (carried.get() instanceof Value.Poison) {
        return new Trial(loops, all, null, value, false);
      }
      List<Node> nodes = carried.next();
      again |= nodes == null;
      next.addAll(nodes == null ? List.of() : nodes);
    }
    if (loop.until() != null && !again) {
      List<Node> rest = new ArrayList<>(next);
      for (Carried carried : carried()) {
        List<Node> own = rest.subList(0, carried.start().size());
        carried.put(List.copyOf(own));
        own.clear();
      }
      Frame end = frame.repeated(innermost, address, scope);
      loops.getLast().stops(condition(loop.until(), end));
    }
    return new Trial(loops, all, next, value, again);
  }

  // ------------------------------------------------------------------ an early end

  /** Where variables have the values that they begin with. */
  private Frame begun() {
    for (Carried carried : carried()) {
      carried.put(carried.start().stream().map(Tensor::node).toList());
    }
    reset();
    return frame.with(scope);
  }

  private void demandNoTurn(Ast node, Frame variables) {
    if (node instanceof Ast.Name name
        && loop.generators().stream().anyMatch(g -> g.name().text().equals(name.text()))
        && variables.scope().find(name.text()) == null) {
      throw new Failure(
          Diagnostic.error("E0812", "`until` is asked before a turn, which has no number yet")
              .at(name.span())
              .help(
                  "count in a variable: `with n = 0 until n > 5 { …; n <- "
                      + name.text()
                      + " + 1 }`"));
    }
  }

  /** Whether the loop is to end, said of the variables as they are. */
  private Node condition(Ast.Expression until, Frame variables) {
    if (generators.size() > 1) {
      throw new Failure(
          Diagnostic.error("E0812", "it is not said which of these loops `until` ends")
              .at(until.span())
              .help("write one loop in the other: `for i in m { for j in n until … { … } }`"));
    }
    Syntax.each(until, node -> demandNoTurn(node, variables));
    Value value = elaboration.expressions.value(until, variables);
    if (value instanceof Value.Poison) {
      throw Failure.silent();
    }
    boolean truth =
        value instanceof Value.Truth || elaboration.tensors.kind(value, until.span()) == Kind.BOOL;
    Tensor tensor = truth ? elaboration.tensors.tensor(value, until.span(), world) : null;
    if (tensor == null || tensor.rank() > 0) {
      Diagnostic error =
          Diagnostic.error("E0812", "a loop goes on until one condition is true")
              .at(until.span(), elaboration.tensors.describe(value));
      throw new Failure(
          tensor == null
              ? error.help("compare it with something: `until " + until.span().text() + " < 1`")
              : error.help("say something of all elements: `until amax(…) < 1e-6`"));
    }
    return tensor.node();
  }

  /** Variables as a turn sees them: every so many turns derivatives go no further back. */
  private List<Node> truncated(List<Node> variables, Turns turns) {
    if (period == null) {
      return variables;
    }
    Node number = turns.number();
    Node rest = elaboration.graph.node(Elementwise.REMAINDER, number, period);
    Node cut = rest.equal(rest.like(0)).and(number.like(0).less(number));
    List<Node> seen = new ArrayList<>();
    for (Node variable : variables) {
      Type type = variable.type();
      Node given = elaboration.graph.node(Elementwise.STOP_GRADIENT, variable);
      seen.add(type.dtype().isFloat() ? cut.fill(type.shape()).where(given, variable) : variable);
    }
    return seen;
  }

  /** After how many turns, or null if derivatives go through all of them. */
  private @Nullable Node period() {
    Ast.Expression text = loop.truncate();
    if (text == null) {
      return null;
    }
    Value value = elaboration.expressions.value(text, frame);
    Extent size = world.lower(elaboration.tensors.size(value, text.span(), world));
    if (size.isConstant() && size.constant().getAsLong() < 1) {
      throw new Failure(
          Diagnostic.error("E0811", "a loop is truncated after at least one turn")
              .at(text.span(), size.toString()));
    }
    if (!size.isConstant()) {
      String message = "a loop is truncated after at least one turn";
      elaboration.sizes.check(
          Extent.ONE, Function.Relation.LESS_EQUAL, size, message, text.span(), world);
    }
    return elaboration.tensors.tensor(value, Kind.I32, text.span(), world).node();
  }

  /** No derivative that the body takes leaves out what goes through earlier turns. */
  private void earlierTurns(Trial trial) {
    for (int i = 0; i < trial.next().size(); i++) {
      elaboration.positions.comesFrom(trial.variables().get(i), trial.next().get(i));
    }
    trial.loops().getLast().taken.forEach(elaboration.derivatives::demandWhole);
  }

  // ------------------------------------------------------------------ the value of the loop

  /**
   * The stack of what the body ends with, or, if it ends with an update, the last values of the
   * variables after {@code with}.
   */
  private Value close(Trial trial) {
    earlierTurns(trial);
    boolean updates = Loops.endsWithUpdate(loop) || trial.value() instanceof Value.None;
    List<Value> left = updates ? List.of() : left(trial.value());
    List<Tensor> ends = new ArrayList<>();
    for (int i = 0; i < left.size(); i++) {
      if (!end.last().containsKey(i)) {
        ends(left.get(i), loop.body().statements().getLast().span(), ends);
      }
    }
    if (!ends.isEmpty()) {
      demandBound();
    }
    List<Node> next = trial.next();
    List<Node> stacked = ends.stream().map(Tensor::node).toList();
    for (Turns each : trial.loops().reversed()) {
      List<Node> results =
          next.isEmpty() && stacked.isEmpty() ? List.of() : each.results(next, stacked);
      stacked = results.subList(next.size(), results.size());
      next = results.subList(0, next.size());
    }
    reset();
    Map<String, Value> last = new LinkedHashMap<>();
    int at = 0;
    for (Carried carried : carried()) {
      int size = carried.start().size();
      Value value = carried.put(next.subList(at, at + size));
      at += size;
      if (last.size() < own.size()) {
        last.put(carried.name, value);
      }
    }
    if (updates) {
      return Loops.last(List.copyOf(last.values()));
    }
    List<Value> stacks = new ArrayList<>();
    for (int i = 0; i < stacked.size(); i++) {
      List<Axis> axes = new ArrayList<>();
      generators.forEach(g -> axes.add(g.axis()));
      axes.addAll(ends.get(i).axes());
      stacks.add(new Tensor(stacked.get(i), axes, ends.get(i).weak()));
    }
    List<Value> parts = new ArrayList<>();
    for (int i = 0; i < left.size(); i++) {
      parts.add(
          end.last().containsKey(i)
              ? last.get(end.last().get(i))
              : Carried.join(left.get(i), stacks));
    }
    return trial.value() instanceof Value.Tuple && !end.isOne()
        ? new Value.Tuple(parts)
        : parts.getFirst();
  }

  /** The parts of what the body ends with. */
  private List<Value> left(Value value) {
    return value instanceof Value.Tuple tuple && !end.isOne() ? tuple.parts() : List.of(value);
  }

  /** What is stacked has a shape, and no shape depends on data. */
  private void demandBound() {
    for (int i = 0; i < generators.size(); i++) {
      if (generators.get(i).axis().extent().equals(Generator.UNBOUNDED)) {
        Span span = loop.generators().get(i).over().span();
        throw new Failure(
            Generator.unbounded("what the turns of this loop leave is stacked")
                .at(span, elaboration.tensors.describe(sources.get(i)) + ", which is data")
                .at(loop.body().statements().getLast().span(), "what is stacked")
                .help("say it, for example `" + bounded(loop.generators().get(i).over()) + "`"));
      }
    }
  }

  private static String bounded(Ast.Expression over) {
    return over instanceof Ast.Range range
        ? range.first().span().text() + "..min(" + range.last().span().text() + ", 100)"
        : "min(" + over.span().text() + ", 100)";
  }

  private void ends(Value value, Span span, List<Tensor> into) {
    if (value instanceof Value.Tuple tuple) {
      tuple.parts().forEach(part -> ends(part, span, into));
    } else {
      into.add(elaboration.tensors.tensor(value, span, world));
    }
  }
}
