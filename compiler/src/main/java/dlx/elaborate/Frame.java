package dlx.elaborate;

import dlx.ast.Ast;
import dlx.runtime.DType;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where an expression stands: its names, the path of what it makes, and the mode.
 *
 * @param path the path of the parameters that are made here, without a final dot
 * @param draws the path of the random draws that are made here
 * @param live whether parameters and states have the values of now (in a step or test) and not
 *     those with which the entry began (in definitions)
 * @param depth how many calls it is deep
 * @param turns the innermost loop at run time that it stands in
 */
record Frame(
    World world,
    Module module,
    Scope scope,
    Body body,
    String path,
    String draws,
    boolean live,
    int depth,
    Shared shared,
    @Nullable Turns turns,
    Ast.@Nullable Expression naming) {

  /** What kind of text this is. */
  enum Body {
    FILE,
    FUNCTION,
    LAYER,
    STEP,
    TEST,
    ASKED
  }

  /** What all frames of one body share. */
  static final class Shared {
    /** How many unnamed things of a kind were made under a path. */
    private final Map<String, Integer> counts = new HashMap<>();

    /** Paths of instances made by this body. */
    final Set<String> claimed = new HashSet<>();

    /** The names with respect to which the body differentiates. */
    final Set<String> targets;

    /** The step this belongs to, or empty. */
    final String step;

    /** The instance whose layer this is. */
    final @Nullable Instance instance;

    /** What {@code float} means here; null as long as nothing settles it. */
    @Nullable DType floating;

    /** The call that runs this body. */
    final @Nullable Use use;

    Shared(Set<String> targets, String step, @Nullable Instance instance, @Nullable Use use) {
      this.targets = targets;
      this.step = step;
      this.instance = instance;
      this.use = use;
    }

    int count(String key) {
      return counts.merge(key, 1, Integer::sum);
    }

    /** What was counted and claimed so far. */
    record Mark(Map<String, Integer> counts, Set<String> claimed) {}

    Mark mark() {
      return new Mark(Map.copyOf(counts), Set.copyOf(claimed));
    }

    /** Forgets what was counted and claimed since. */
    void reset(Mark mark) {
      counts.clear();
      counts.putAll(mark.counts());
      claimed.clear();
      claimed.addAll(mark.claimed());
    }
  }

  /** A call of an instance. */
  record Use(Instance.Use arguments) {}

  /** The frame of what is bound to a name. */
  Frame in(String binding, Ast.@Nullable Expression named) {
    return new Frame(
        world,
        module,
        scope,
        body,
        join(path, binding),
        join(draws, binding),
        live,
        depth,
        shared,
        turns,
        named);
  }

  /** The frame of the body of a function that is called here. */
  Frame called(Module home, String address, Shared own) {
    return new Frame(
        world,
        home,
        new Scope(null),
        Body.FUNCTION,
        path,
        address,
        live,
        depth + 1,
        own,
        turns,
        null);
  }

  /** The frame of one turn of a loop that is copied out. */
  Frame turn(String index, Scope inner) {
    return new Frame(
        world,
        module,
        inner,
        body,
        path + "[" + index + "]",
        draws + "[" + index + "]",
        live,
        depth,
        shared,
        turns,
        null);
  }

  /** The frame of all turns of a loop at run time. */
  Frame repeated(Turns loop, String address, Scope inner) {
    return new Frame(world, module, inner, body, path, address, live, depth, shared, loop, null);
  }

  Frame with(Scope inner) {
    return new Frame(world, module, inner, body, path, draws, live, depth, shared, turns, null);
  }

  Frame with(World other) {
    return new Frame(other, module, scope, body, path, draws, live, depth, shared, turns, null);
  }

  /** The path of the next unnamed instance of a kind: {@code h.dense2}. */
  String nextPath(String kind) {
    return join(path, kind + shared.count(path + "#" + kind));
  }

  /** The path of the draws of the next call of a kind. */
  String nextDraws(String kind) {
    return join(draws, kind + shared.count("~" + draws + "#" + kind));
  }

  static String join(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }
}
