package dlx.elaborate;

import dlx.elaborate.Module.Declaration;
import dlx.graph.Extent;
import dlx.graph.Function.Check;
import dlx.graph.Graph;
import dlx.source.Diagnostic;
import dlx.source.Diagnostics;
import dlx.source.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One elaboration: a graph, what was found on the way, and the parts that do the work. */
final class Elaboration {
  /** How deep calls and definitions may be nested in each other. */
  static final int DEPTH_LIMIT = 400;

  /** How many nodes a graph may have before it is simplified. */
  static final int NODE_LIMIT = 4_000_000;

  final Graph graph = new Graph();
  final Diagnostics diagnostics;
  final Module main;
  final Map<String, ?> defines;

  /** Sizes with a value, over run-time sizes. */
  final Map<String, Extent> fixed = new HashMap<>();

  /** Where each size was declared. */
  final Map<String, Declaration> sizeNames = new HashMap<>();

  /** Slots made in this elaboration, by path, in the order in which they came up. */
  final Map<String, Slot> slots = new LinkedHashMap<>();

  /** Slots that an earlier elaboration of the same program made. */
  final Map<String, Slot> known;

  final Map<String, Instance> instances = new LinkedHashMap<>();

  /** Comparisons of sizes at entry. */
  final Set<Check> checks = new LinkedHashSet<>();

  /** The names with respect to which the program or an entry asked for differentiates. */
  final Set<String> targets = new java.util.HashSet<>();

  /** Types of definitions by place, for the display of shapes. */
  final Map<Span, Program.Shown> shown = new LinkedHashMap<>();

  /**
   * Whether something could not be found because it comes up later: then another round is needed.
   */
  boolean incomplete;

  /** Whether the first values of slots are worked out when they are made, to check them. */
  final boolean checking;

  /** Whether what is still missing is an error. */
  boolean lastRound = true;

  private final Set<Integer> asked = new java.util.HashSet<>();
  private @org.jspecify.annotations.Nullable World plain;
  private int depth;
  private boolean full;

  final Sizes sizes = new Sizes(this);
  final Tensors tensors = new Tensors(this);
  final Shapes shapes = new Shapes(this);
  final Arithmetic arithmetic = new Arithmetic(this);
  final Products products = new Products(this);
  final Reductions reductions = new Reductions(this);
  final Moves moves = new Moves(this);
  final Subscripts subscripts = new Subscripts(this);
  final Expressions expressions = new Expressions(this);
  final Statements statements = new Statements(this);
  final Conditions conditions = new Conditions(this);
  final Loops loops = new Loops(this);
  final IdleLoops idle = new IdleLoops();
  final Positions positions = new Positions();
  final Elements elements = new Elements(this);
  final Signatures signatures = new Signatures(this);
  final Mismatches mismatches = new Mismatches(this);
  final Arguments arguments = new Arguments(this);
  final Calls calls = new Calls(this);
  final Layers layers = new Layers(this);
  final Paths paths = new Paths(this);
  final Draws draws = new Draws(this);
  final Derivatives derivatives = new Derivatives(this);
  final Definitions definitions = new Definitions(this);

  Elaboration(
      Diagnostics diagnostics,
      Module main,
      Map<String, ?> defines,
      Map<String, Slot> known,
      boolean checking) {
    this.diagnostics = diagnostics;
    this.main = main;
    this.defines = defines;
    this.known = known;
    this.checking = checking;
    targets.addAll(Syntax.targets(main.file));
  }

  /** The program as it stands. */
  World world(boolean training, boolean threads) {
    return new World(this, training, Map.of(), Map.of(), new World.Memory(), threads, false, false);
  }

  /** The program with the first values of its parameters. */
  World fresh() {
    return new World(this, false, Map.of(), Map.of(), new World.Memory(), true, true, false);
  }

  /** The program as a test sees it: fresh, with inputs drawn and sizes small. */
  World tested(Map<String, Extent> sizes) {
    return new World(this, false, Map.of(), sizes, new World.Memory(), true, true, true);
  }

  /** The program outside of steps and tests, where nothing changes. */
  World plain() {
    if (plain == null) {
      plain = world(false, false);
    }
    return plain;
  }

  /** All parameters, which are complete only after all definitions were worked out. */
  List<Slot> allParameters() {
    List<Slot> parameters = parameters();
    asked.add(parameters.size());
    return parameters;
  }

  /** Whether everything that was asked for was complete when it was asked for. */
  boolean complete() {
    int now = parameters().size();
    return !incomplete && asked.stream().allMatch(n -> n == now);
  }

  /** Adds what a failure says, if it says something. */
  void report(Failure failure) {
    if (failure.diagnostic() != null) {
      diagnostics.add(failure.diagnostic());
    }
  }

  /** One level deeper, up to the limit. */
  void enter(Span span) {
    if (++depth > DEPTH_LIMIT) {
      throw new Failure(
          Diagnostic.error(
                  "R0305",
                  "calls and expressions are nested more than "
                      + DEPTH_LIMIT
                      + " deep (DEPTH_LIMIT)")
              .at(span)
              .help("give a part of it a name at the top level of the file"));
    }
    if (graph.size() > NODE_LIMIT) {
      throw tooLarge(span);
    }
  }

  void leave() {
    depth--;
  }

  /** Whether the limit of nodes was reached: nothing more can be said. */
  boolean full() {
    return full;
  }

  /** Said once. */
  Failure tooLarge(Span span) {
    if (full) {
      return Failure.silent();
    }
    full = true;
    return new Failure(
        Diagnostic.error(
                "R0302",
                "the program becomes more than "
                    + NODE_LIMIT
                    + " nodes when it is written out (NODE_LIMIT)")
            .at(span, "written out here")
            .help("copy fewer turns, or use a plain `for`, which is compiled once"));
  }

  /** The slot of this elaboration that is the same as one of an earlier one. */
  Slot created(Slot slot) {
    Slot own = slots.get(slot.path());
    if (own == null) {
      throw new IllegalStateException(slot.path() + " was not made again");
    }
    return own;
  }

  /** All trainable parameters of the file, steps' own excluded. */
  List<Slot> parameters() {
    Map<String, Slot> all = new LinkedHashMap<>(known);
    slots.forEach(all::putIfAbsent);
    all.putAll(slots);
    List<Slot> parameters = new ArrayList<>();
    for (Slot slot : all.values()) {
      if (slot.param() && slot.step().isEmpty()) {
        parameters.add(slot);
      }
    }
    return parameters;
  }

  void show(Span span, String name, String type) {
    if (span.source() == main.file.source()) {
      shown.putIfAbsent(span, new Program.Shown(name, type, span));
    }
  }
}
