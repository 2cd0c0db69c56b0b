package dlx.elaborate;

import dlx.ast.Ast;
import dlx.elaborate.Module.Declaration;
import dlx.elaborate.Value.Tensor;
import dlx.graph.Extent;
import dlx.graph.Leaf;
import dlx.graph.Node;
import dlx.graph.Type;
import dlx.source.Diagnostic;
import dlx.source.Span;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One reading of the top level of a program: in training or not, with some names replaced or not.
 * Each definition is worked out once, when it is first asked for, after those that it mentions.
 */
final class World {
  /** What the parameters and states are now; shared by all readings of one entry. */
  static final class Memory {
    final Map<String, Tensor> now = new LinkedHashMap<>();

    /** What stands for a first value in every reading: the same, or no derivative would find it. */
    final Map<First, Node> first = new HashMap<>();
  }

  /** The first value of a parameter or state. */
  record First(String path, Node start) {}

  final Elaboration elaboration;
  final boolean training;
  final Map<Declaration, Value> replaced;

  /** Run-time sizes that are known in this reading. */
  final Map<String, Extent> bound;

  final Memory memory;

  /** Whether calls of one instance see each other's updates: in steps and tests. */
  final boolean threads;

  /** Whether parameters and states stand for their first values: in tests. */
  final boolean fresh;

  /** Whether inputs that are not given are drawn: in tests. */
  final boolean examples;

  private final Map<Declaration, Value> values = new HashMap<>();
  private final Set<Declaration> running = new LinkedHashSet<>();
  private final Map<String, Tensor> first = new HashMap<>();
  private @Nullable World other;

  World(
      Elaboration elaboration,
      boolean training,
      Map<Declaration, Value> replaced,
      Map<String, Extent> bound,
      Memory memory,
      boolean threads,
      boolean fresh,
      boolean examples) {
    this.elaboration = elaboration;
    this.training = training;
    this.replaced = replaced;
    this.bound = bound;
    this.memory = memory;
    this.threads = threads;
    this.fresh = fresh;
    this.examples = examples;
  }

  /** The same reading with {@code training} as given. */
  World mode(boolean wanted) {
    if (wanted == training) {
      return this;
    }
    if (other == null) {
      other = new World(elaboration, wanted, replaced, bound, memory, threads, fresh, examples);
      other.other = this;
    }
    return other;
  }

  /** A reading with more names replaced and more sizes known. */
  World replacing(Map<Declaration, Value> more, Map<String, Extent> sizes) {
    Map<Declaration, Value> all = new LinkedHashMap<>(replaced);
    all.putAll(more);
    Map<String, Extent> known = new LinkedHashMap<>(bound);
    known.putAll(sizes);
    return new World(elaboration, training, all, known, memory, threads, fresh, examples);
  }

  /** An extent over run-time sizes only. */
  Extent lower(Extent extent) {
    if (extent.isConstant()) {
      return extent;
    }
    Extent plain = extent.substitute(elaboration.fixed::get);
    return bound.isEmpty() ? plain : plain.substitute(bound::get);
  }

  List<Extent> lower(List<Axis> axes) {
    return axes.stream().map(a -> lower(a.extent())).toList();
  }

  // ------------------------------------------------------------------ definitions

  /** The value of a top-level name. */
  Value value(Declaration declaration, Span use) {
    Value value = replaced.get(declaration);
    if (value == null) {
      value = values.get(declaration);
    }
    if (value != null) {
      return value;
    }
    if (declaration.item instanceof Ast.Step) {
      throw new Failure(
          Diagnostic.error("E0212", "`" + declaration.name + "` is a step; it has no value")
              .at(use)
              .at(declaration.span, "")
              .help("name what it returns as a definition, and use that"));
    }
    if (running.contains(declaration)) {
      throw cycle(declaration, use);
    }
    if (running.isEmpty() && declaration.isValue()) {
      demand(List.of(declaration));
      return values.get(declaration);
    }
    return work(declaration);
  }

  private Value work(Declaration declaration) {
    running.add(declaration);
    Value value;
    try {
      elaboration.enter(declaration.span);
      value = elaboration.definitions.value(declaration, this);
      if (value instanceof Tensor tensor && declaration.module.main) {
        elaboration.tensors.bounded(tensor.axes(), declaration.span);
      }
    } catch (Failure failure) {
      elaboration.report(failure);
      value = Value.POISON;
    } catch (ArithmeticException e) {
      elaboration.report(Failure.tooLarge(declaration.span));
      value = Value.POISON;
    } finally {
      elaboration.leave();
      running.remove(declaration);
    }
    values.putIfAbsent(declaration, value);
    return values.get(declaration);
  }

  /** Remembers the value of a part of a tuple. */
  void put(Declaration declaration, Value value) {
    values.put(declaration, value);
  }

  private Failure cycle(Declaration start, Span use) {
    List<Declaration> circle = new ArrayList<>();
    boolean inside = false;
    for (Declaration d : running) {
      inside |= d == start;
      if (inside) {
        circle.add(d);
      }
    }
    circle.forEach(d -> values.put(d, Value.POISON));
    int first = 0;
    for (int i = 0; i < circle.size(); i++) {
      first = circle.get(i).span.start() < circle.get(first).span.start() ? i : first;
    }
    java.util.Collections.rotate(circle, -first);
    String name = circle.getFirst().name;
    Diagnostic error;
    if (circle.size() == 1) {
      error = Diagnostic.error("E0202", "`" + name + "` is defined by itself").at(use);
    } else {
      error = Diagnostic.error("E0202", "`" + name + "` is defined by itself, in a circle");
      for (int i = 0; i < Math.min(circle.size(), 8); i++) {
        String next = circle.get((i + 1) % circle.size()).name;
        error = error.at(circle.get(i).span, "needs `" + next + "`");
      }
      if (circle.size() > 8) {
        error = error.note("the circle has " + circle.size() + " definitions");
      }
    }
    return new Failure(
        error.help(
            "to use the value of the step before, declare a `state` and update it in a step"));
  }

  /**
   * Works definitions out, those that they mention first: a chain of a hundred thousand definitions
   * is as deep as a single one.
   */
  void demand(Iterable<Declaration> wanted) {
    Set<Declaration> opened = new HashSet<>();
    Set<Declaration> done = new HashSet<>();
    Deque<Declaration> stack = new ArrayDeque<>();
    for (Declaration root : wanted) {
      stack.push(root);
      while (!stack.isEmpty()) {
        Declaration next = stack.peek();
        if (done.contains(next) || values.containsKey(next) || replaced.containsKey(next)) {
          stack.pop();
        } else if (opened.add(next)) {
          List<Declaration> mentions = next.mentions();
          for (int i = mentions.size() - 1; i >= 0; i--) {
            if (!opened.contains(mentions.get(i))) {
              stack.push(mentions.get(i));
            }
          }
        } else {
          stack.pop();
          done.add(next);
          if (next.isValue() && !running.contains(next)) {
            work(next);
          }
        }
      }
    }
  }

  // ------------------------------------------------------------------ parameters and states

  /** The value with which an entry begins. */
  Tensor begin(Slot slot) {
    return first.computeIfAbsent(
        slot.path(),
        path -> {
          List<Axis> axes = slot.axes();
          if (fresh) {
            Tensor start = elaboration.layers.start(elaboration.created(slot), this);
            Node variable =
                memory.first.computeIfAbsent(
                    new First(path, start.node()),
                    same -> elaboration.tensors.variable(start).node());
            return new Tensor(variable, start.axes(), start.weak());
          }
          Node leaf = elaboration.graph.node(slot.leaf());
          return new Tensor(elaboration.tensors.cast(leaf, axes, this), axes, false);
        });
  }

  /** The value of a parameter or state: as the entry began, or now. */
  Tensor read(Slot slot, boolean live) {
    Tensor now = memory.now.get(slot.path());
    return now != null && (live || !slot.param() && slot.frame().body() == Frame.Body.LAYER)
        ? now
        : begin(slot);
  }

  void write(Slot slot, Tensor value) {
    memory.now.put(slot.path(), value);
  }

  /** An input as an argument of the entry. */
  Tensor input(Ast.Input input, List<Axis> axes, dlx.runtime.DType dtype) {
    List<Extent> plain =
        axes.stream().map(a -> a.extent().substitute(elaboration.fixed::get)).toList();
    Node leaf = elaboration.graph.node(new Leaf.Input(input.name().text(), new Type(dtype, plain)));
    return new Tensor(elaboration.tensors.cast(leaf, axes, this), axes, false);
  }
}
