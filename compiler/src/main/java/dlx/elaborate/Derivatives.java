package dlx.elaborate;

import dlx.ast.Ast;
import dlx.elaborate.Module.Declaration;
import dlx.elaborate.Tensors.Kind;
import dlx.elaborate.Value.Tensor;
import dlx.graph.Derivative;
import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.graph.Graph;
import dlx.graph.Indexing;
import dlx.graph.Leaf;
import dlx.graph.Loop;
import dlx.graph.Node;
import dlx.runtime.DType;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code grad}, {@code vjp}, {@code jvp} and {@code jacobian}: what may stand there, and whether y
 * depends on x at all.
 */
final class Derivatives {
  /** The forms whose arguments after the first are names to differentiate with respect to. */
  static final Set<String> FORMS = Set.of("grad", "jvp", "vjp", "jacobian", "hessian", "gradcheck");

  private final Elaboration elaboration;
  private final Map<Node, BitSet> reached = new HashMap<>();
  private final Map<Loop.Region, List<BitSet>> loops = new IdentityHashMap<>();
  private final Map<String, Span> updated = new HashMap<>();

  Derivatives(Elaboration elaboration) {
    this.elaboration = elaboration;
  }

  /** Remembers where a parameter of the file became something else in this step. */
  void updated(Slot slot, Span span) {
    updated.put(slot.path(), span);
  }

  // ------------------------------------------------------------------ the form

  /**
   * @param y the value of the first argument of {@code form}
   */
  Value grad(Operand y, Ast.Call form, Frame frame) {
    Ast.Expression target = form.arguments().get(1).value();
    Operand x = target(target, "grad", frame);
    if (y.value() instanceof Value.Poison || x.value() instanceof Value.Poison) {
      return Value.POISON;
    }
    World world = frame.world();
    Kind kind = elaboration.tensors.kind(y.value(), y.span());
    boolean number = elaboration.tensors.isScalar(y.value());
    if (!number || !kind.isFloat() && kind != Kind.WHOLE) {
      throw new Failure(notNumber(y, target, number));
    }
    Tensor result =
        elaboration.tensors.tensor(
            y.value(), kind == Kind.WHOLE ? Kind.REAL : kind, y.span(), world);
    Tensor variable = variable(x, world);
    if (!take(result, variable, y, x, form, frame)) {
      return zero(result, variable, variable, form, frame);
    }
    Node node = elaboration.graph.node(new Derivative(), result.node(), variable.node());
    return new Tensor(node, variable.axes(), variable.weak());
  }

  /** What is differentiated with respect to. */
  private Tensor variable(Operand x, World world) {
    Kind by = elaboration.tensors.kind(x.value(), x.span());
    if (!by.isFloat() && by != Kind.WHOLE) {
      throw new Failure(
          Diagnostic.error("E0503", "a derivative is taken with respect to a float")
              .at(x.span(), elaboration.tensors.describe(x.value()))
              .help(
                  "declare it as `f32`, or differentiate with respect to `f32("
                      + x.span().text()
                      + ")` under a name of its own"));
    }
    return elaboration.tensors.tensor(
        x.value(), by == Kind.WHOLE ? Kind.REAL : by, x.span(), world);
  }

  /** Checks that a derivative is the whole one; whether y depends on x. */
  private boolean take(
      Tensor result, Tensor variable, Operand y, Operand x, Ast.Call form, Frame frame) {
    Taken taken = new Taken(result.node(), variable.node(), y.span(), x.span(), form.span());
    demandWhole(taken);
    for (Turns loop = frame.turns(); loop != null; loop = loop.outer) {
      loop.taken.add(taken);
    }
    if (!reaches(result.node()).get(variable.node().id())) {
      return false;
    }
    demandBound(taken);
    return true;
  }

  /**
   * {@code vjp(y, x, u)} and {@code jvp(y, x, v)}: u has the shape of y, v that of x.
   *
   * @param kind which of the two
   */
  Value directional(Derivative.Kind kind, Ast.Call form, Frame frame) {
    Operand y = elaboration.expressions.operand(form.arguments().get(0).value(), frame);
    Operand x = target(form.arguments().get(1).value(), kind.text(), frame);
    Operand along = elaboration.expressions.operand(form.arguments().get(2).value(), frame);
    if (y.value() instanceof Value.Poison
        || x.value() instanceof Value.Poison
        || along.value() instanceof Value.Poison) {
      return Value.POISON;
    }
    World world = frame.world();
    Tensor result = floats(y, kind.text(), world);
    Tensor variable = variable(x, world);
    boolean pulls = kind == Derivative.Kind.VJP;
    Tensor direction = direction(along, pulls ? result : variable, pulls ? y : x, kind, world);
    Tensor like = pulls ? variable : result;
    if (!take(result, variable, y, x, form, frame)) {
      return zero(result, variable, like, form, frame);
    }
    Node node =
        elaboration.graph.node(
            new Derivative(kind), result.node(), variable.node(), direction.node());
    return new Tensor(node, like.axes(), like.weak());
  }

  /**
   * {@code jacobian(y, x)}: the axes of y, then those of x.
   *
   * @param y the value of the first argument of {@code form}
   */
  Value jacobian(Operand y, Ast.Call form, Frame frame) {
    Operand x = target(form.arguments().get(1).value(), "jacobian", frame);
    if (y.value() instanceof Value.Poison || x.value() instanceof Value.Poison) {
      return Value.POISON;
    }
    Tensor result = floats(y, "jacobian", frame.world());
    Tensor variable = variable(x, frame.world());
    DType common = variable.node().type().dtype();
    if (result.node().type().dtype() != common) {
      throw new Failure(
          Diagnostic.error("E0402", "`jacobian` is about one element type")
              .at(y.span(), elaboration.tensors.describe(result))
              .at(x.span(), elaboration.tensors.describe(variable)));
    }
    List<Axis> axes = new ArrayList<>(result.axes());
    axes.addAll(variable.axes());
    if (!take(result, variable, y, x, form, frame)) {
      Node zero = elaboration.graph.node(new Leaf.Constant(0, common));
      List<Extent> shape = frame.world().lower(axes);
      Tensor like = new Tensor(zero.fill(shape), axes, variable.weak());
      return zero(result, variable, like, form, frame);
    }
    Derivative op = new Derivative(Derivative.Kind.JACOBIAN);
    Node node = elaboration.graph.node(op, result.node(), variable.node());
    return new Tensor(node, axes, variable.weak());
  }

  /** What is differentiated, which need not be one number. */
  private Tensor floats(Operand y, String form, World world) {
    Kind own = elaboration.tensors.kind(y.value(), y.span());
    if (!own.isFloat() && own != Kind.WHOLE) {
      throw new Failure(
          Diagnostic.error("E0501", "`" + form + "` needs floats to differentiate")
              .at(y.span(), elaboration.tensors.describe(y.value()))
              .help("a truth value or whole number has no derivative; use a float"));
    }
    return elaboration.tensors.tensor(
        y.value(), own == Kind.WHOLE ? Kind.REAL : own, y.span(), world);
  }

  /** The third argument, in the shape of {@code like}; a number fills it. */
  private Tensor direction(
      Operand along, Tensor like, Operand of, Derivative.Kind kind, World world) {
    Kind wanted = elaboration.tensors.kind(like, of.span());
    Kind own = elaboration.tensors.kind(along.value(), along.span());
    boolean fits = own.node() != Kind.BOOL.node() && !(own == Kind.F64 && wanted == Kind.F32);
    Tensor direction =
        fits ? elaboration.tensors.tensor(along.value(), wanted, along.span(), world) : null;
    fits = fits && direction.node().type().dtype() == like.node().type().dtype();
    int rank = fits ? direction.rank() : 0;
    fits = fits && (rank == 0 || rank == like.rank());
    for (int i = 0; fits && i < rank; i++) {
      fits =
          elaboration.shapes.merge(like.axes().get(i), direction.axes().get(i), along.span(), world)
              != null;
    }
    if (!fits) {
      throw new Failure(
          Diagnostic.error(
                  "E0507",
                  "the third argument of `"
                      + kind.text()
                      + "` has the type of `"
                      + of.span().text()
                      + "`")
              .at(along.span(), elaboration.tensors.describe(along.value()))
              .at(of.span(), elaboration.tensors.describe(like)));
    }
    return elaboration.shapes.fill(direction, like.axes(), world);
  }

  /** A derivative that was asked for. */
  record Taken(Node y, Node x, Span value, Span target, Span call) {}

  /**
   * Inside the body of a loop y is a formula of what a turn begins with, and its derivative is that
   * of the formula. It would not be the whole one if y depended on x through that too.
   */
  void demandWhole(Taken taken) {
    int outside = elaboration.positions.depth(taken.x());
    if (elaboration.positions.depth(taken.y()) <= outside) {
      return;
    }
    for (Node node : Graph.topological(List.of(taken.y()))) {
      boolean variable =
          !elaboration.positions.sources(node).isEmpty()
              && elaboration.positions.depth(node) > outside
              && reaches(taken.y()).get(node.id());
      if (variable && beyond(node).get(taken.x().id())) {
        boolean element =
            elaboration.positions.sources(node).getFirst().type().rank() > node.type().rank();
        String x = taken.target().text();
        Diagnostic error =
            Diagnostic.error(
                    "E0506",
                    "`"
                        + taken.value().text()
                        + "` depends on `"
                        + x
                        + "` through "
                        + (element
                            ? "what the turns of this loop take of it"
                            : "earlier turns too"))
                .at(taken.call(), "")
                .note(
                    "inside a loop, `grad` differentiates the formulas of one turn by what it"
                        + " begins with");
        throw new Failure(
            element
                ? error.help(
                    "give the element a name and differentiate with respect to it, or differentiate"
                        + " the result of the loop")
                : error.help(
                    "differentiate the result of the loop, or take the variables as given:"
                        + " `stop_gradient(…)`"));
      }
    }
  }

  /** A derivative goes back through the turns of a loop over what each of them has left. */
  private void demandBound(Taken taken) {
    BitSet path = reaches(taken.y());
    for (Node node : Graph.topological(List.of(taken.y()))) {
      if (path.get(node.id())
          && node.op() instanceof Loop.Result result
          && isUnbounded((Loop.Region) node.input(0).op(), result.index())
          && (node == taken.x() || reaches(node).get(taken.x().id()))) {
        throw new Failure(
            Generator.unbounded("the derivative goes back through every turn of a loop")
                .at(taken.call(), "")
                .at(node.span(), "this loop")
                .help("say it where the loop begins, as in `for t in min(k, 100)`"));
      }
    }
  }

  /** Whether a result depends by a derivative on turns of which no size says how many there are. */
  private boolean isUnbounded(Loop.Region region, int result) {
    if (region.turns().equals(Generator.UNBOUNDED)) {
      return true;
    }
    BitSet seen = reach(region.roots().get(result), true);
    return region.nodes().stream()
        .anyMatch(n ->
            seen.get(n.id())
                && n.op() instanceof Loop.Result inner
                && isUnbounded((Loop.Region) n.input(0).op(), inner.index()));
  }

  /** What a node depends on in a way that has a derivative, through earlier turns too. */
  private BitSet beyond(Node start) {
    BitSet seen = new BitSet();
    List<Node> open = new ArrayList<>(List.of(start));
    seen.set(start.id());
    while (!open.isEmpty()) {
      Node node = open.removeLast();
      List<Node> more = new ArrayList<>(elaboration.positions.sources(node));
      passing(node, true, more);
      for (Node input : more) {
        if (!seen.get(input.id())) {
          seen.set(input.id());
          open.add(input);
        }
      }
    }
    return seen;
  }

  /** What is differentiated with respect to: a name, so that it is a node of the program. */
  Operand target(Ast.Expression target, String form, Frame frame) {
    if (!(target instanceof Ast.Name) && !(target instanceof Ast.Field)) {
      throw new Failure(
          Diagnostic.error("E0504", "`" + form + "` differentiates with respect to a name")
              .at(target.span(), "this is no name")
              .help("give it a name first, and use that name in both arguments"));
    }
    return elaboration.expressions.operand(target, frame);
  }

  private Diagnostic notNumber(Operand y, Ast.Expression target, boolean number) {
    Diagnostic error =
        Diagnostic.error("E0501", "`grad` needs a single number to differentiate")
            .at(y.span(), elaboration.tensors.describe(y.value()));
    if (number) {
      return error.help("a truth value or whole number has no derivative; use a float");
    }
    String text = y.span().text();
    return error
        .help(
            "reduce it first: `grad(mean(" + text + "), " + target.span().text() + ")`",
            new Diagnostic.Edit(y.span(), "mean(" + text + ")"))
        .remark("for the derivative of every element see `jacobian`, `jvp` and `vjp`");
  }

  // ------------------------------------------------------------------ dependence

  /** The nodes on which a node depends in a way that has a derivative. */
  private BitSet reaches(Node y) {
    return reached.computeIfAbsent(y, root -> reach(root, true));
  }

  private BitSet reach(Node root, boolean smooth) {
    BitSet seen = new BitSet();
    List<Node> open = new ArrayList<>(List.of(root));
    seen.set(root.id());
    while (!open.isEmpty()) {
      Node node = open.removeLast();
      List<Node> inputs = new ArrayList<>();
      passing(node, smooth, inputs);
      for (Node input : inputs) {
        if (!seen.get(input.id())) {
          seen.set(input.id());
          open.add(input);
        }
      }
    }
    return seen;
  }

  /** The inputs of a node on which it depends, if {@code smooth} only those with a derivative. */
  private void passing(Node node, boolean smooth, List<Node> into) {
    if (!smooth) {
      into.addAll(node.inputs());
    } else if (node.op() instanceof Loop.Result result) {
      Node loop = node.input(0);
      BitSet needs = through((Loop.Region) loop.op()).get(result.index());
      needs.stream().mapToObj(loop::input).forEach(into::add);
    } else if (!(node.op() instanceof Elementwise op && op.isFlat())) {
      for (int i = 0; i < node.inputs().size(); i++) {
        if (node.input(i).type().dtype().isFloat() && !isPosition(node, i)) {
          into.add(node.input(i));
        }
      }
    }
  }

  /** For each result of a loop the inputs on which it depends in a way that has a derivative. */
  private List<BitSet> through(Loop.Region region) {
    List<BitSet> known = loops.get(region);
    if (known != null) {
      return known;
    }
    List<BitSet> needs = new ArrayList<>();
    List<Node> roots = region.roots();
    for (Node root : roots) {
      BitSet seen = reach(root, true);
      BitSet inputs = new BitSet();
      for (Node node : Graph.topological(List.of(root))) {
        if (node.op() instanceof Leaf.Argument argument && seen.get(node.id())) {
          if (argument.type().dtype().isFloat()) {
            inputs.set(argument.index());
          }
        }
      }
      needs.add(inputs);
    }
    for (int i = 0; i < region.carried(); i++) {
      if (roots.get(i).type().dtype().isFloat()) {
        needs.get(i).set(i); // after no turn it is what it was
      }
    }
    boolean grows = true;
    while (grows) {
      grows = false;
      for (BitSet inputs : needs) {
        int before = inputs.cardinality();
        BitSet carried = inputs.get(0, region.carried());
        carried.stream().forEach(i -> inputs.or(needs.get(i)));
        grows |= inputs.cardinality() > before;
      }
    }
    loops.put(region, needs);
    return needs;
  }

  private static boolean isPosition(Node node, int input) {
    return node.op() instanceof Indexing.Gather && input == 1
        || node.op() instanceof Indexing.Argsort;
  }

  /**
   * y does not depend on x: an error that says why, or a zero for a parameter of a loop.
   *
   * @param like what has the type of the derivative
   */
  private Value zero(Tensor y, Tensor x, Tensor like, Ast.Call form, Frame frame) {
    Ast.Expression of = form.arguments().get(0).value();
    Ast.Expression target = form.arguments().get(1).value();
    Span call = form.span();
    if (elaboration.idle.hide(of, target, frame)) {
      return zeros(like);
    }
    String name = target.span().text();
    String value = of.span().text();
    Scope.Binding binding = target instanceof Ast.Name n ? frame.scope().find(n.text()) : null;
    if (binding != null && binding.slot != null && binding.kind == Scope.Kind.SLOT) {
      if (frame.shared().instance == null && binding.updated == null) {
        elaboration.diagnostics.add(
            Diagnostic.warning(
                    "W0502", "`" + value + "` does not depend on every parameter of this loop")
                .at(call, "zero for `" + binding.slot.path() + "`")
                .help("choose what to update: `for " + name + " in params(…)`"));
        return zeros(like);
      }
    }
    Span changed = changed(target, binding, frame);
    if (changed != null) {
      throw new Failure(
          Diagnostic.error(
                  "E0502", "`" + value + "` does not depend on this value of `" + name + "`")
              .at(call, "")
              .at(changed, "`" + name + "` is new from here on")
              .note(
                  "`"
                      + value
                      + "` was computed with the `"
                      + name
                      + "` the step began with, so this derivative is zero")
              .help(together(name, changed, call, frame)));
    }
    Diagnostic error =
        Diagnostic.error("E0502", "`" + value + "` does not depend on `" + name + "`")
            .at(call, "this derivative is zero");
    if (reach(y.node(), false).get(x.node().id())) {
      error =
          error.note(
              "it depends on it only through comparisons, `floor`, `sign`, `argmax`, whole numbers"
                  + " or `stop_gradient`, whose derivative is zero");
    }
    throw new Failure(
        error.help("differentiate with respect to something that `" + value + "` is made of"));
  }

  private Value zeros(Tensor x) {
    Node zero = elaboration.graph.node(new Leaf.Constant(0, x.node().type().dtype()));
    return new Tensor(zero.fill(x.node().type().shape()), x.axes(), x.weak());
  }

  /** What to do instead of a second update: {@code w <- w - (a + b) * grad(y, w)}. */
  private static String together(String name, Span changed, Span call, Frame frame) {
    List<Ast.Bind> both = new ArrayList<>();
    Syntax.each(
        frame.module().file,
        node -> {
          if (node instanceof Ast.Bind bind
              && bind.mark() == Ast.Mark.BECOMES
              && (bind.target().span().equals(changed) || within(call, bind.value().span()))) {
            both.add(bind);
          }
        });
    String sum = both.size() == 2 ? sum(name, both.get(0), both.get(1), call) : null;
    return "do it in one update" + (sum == null ? " of `" + name + "`" : ": `" + sum + "`");
  }

  /** Two updates {@code w <- w ± a * grad} as one, or null if they are of another form. */
  private static @Nullable String sum(String name, Ast.Bind first, Ast.Bind second, Span call) {
    if (!(first.value() instanceof Ast.Binary a)
        || !(second.value() instanceof Ast.Binary b)
        || !first.target().span().text().equals(name)
        || !second.target().span().text().equals(name)
        || !a.left().span().text().equals(name)
        || !b.left().span().text().equals(name)
        || !a.operator().equals(b.operator())
        || !(a.operator().equals("-") || a.operator().equals("+"))) {
      return null;
    }
    String one = factor(a.right(), call.text());
    String two = factor(b.right(), call.text());
    return one == null || two == null
        ? null
        : name
            + " <- "
            + name
            + " "
            + a.operator()
            + " ("
            + one
            + " + "
            + two
            + ") * "
            + call.text();
  }

  /** The {@code a} of {@code a * grad}, or null. */
  private static @Nullable String factor(Ast.Expression product, String gradient) {
    return product.span().text().equals(gradient)
        ? "1"
        : product instanceof Ast.Binary p
                && p.operator().equals("*")
                && p.right().span().text().equals(gradient)
            ? p.left().span().text()
            : null;
  }

  private static boolean within(Span inner, Span outer) {
    return inner.source() == outer.source()
        && outer.start() <= inner.start()
        && inner.end() <= outer.end();
  }

  private @Nullable Span changed(
      Ast.Expression target, Scope.@Nullable Binding binding, Frame frame) {
    if (binding != null) {
      return binding.updated;
    }
    if (target instanceof Ast.Name n && frame.live()) {
      Declaration declaration = frame.module().find(n.text());
      return declaration == null ? null : updated.get(declaration.name);
    }
    return null;
  }
}
