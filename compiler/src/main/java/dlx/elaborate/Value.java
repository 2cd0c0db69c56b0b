package dlx.elaborate;

import dlx.ast.Ast;
import dlx.graph.Extent;
import dlx.graph.Node;
import dlx.runtime.DType;
import dlx.source.Span;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an expression is worth while a program is elaborated. */
sealed interface Value {

  /**
   * A number known at compile time.
   *
   * @param whole written without a point, so that it is i32 when left alone
   * @param dtype its type if it has met one; the value is rounded to it
   * @param origin where it was written
   */
  record Number(Exact exact, boolean whole, @Nullable DType dtype, Span origin) implements Value {
    static Number whole(long value) {
      return new Number(Exact.of(value), true, null, Span.NONE);
    }

    static Number real(double value) {
      return new Number(Exact.of(value), false, null, Span.NONE);
    }
  }

  /** A size that has names in it; i32 when it meets a number. */
  record Size(Extent extent, Span origin, Axis.@Nullable Tag tag) implements Value {
    Size(Extent extent, Span origin) {
      this(extent, origin, null);
    }
  }

  record Truth(boolean value) implements Value {}

  /**
   * A value at run time.
   *
   * @param axes one per axis of the node, with the user's names
   * @param weak a float whose type is not settled: the node is f64, and it becomes what its use
   *     wants, f32 if nobody wants anything
   */
  record Tensor(Node node, List<Axis> axes, boolean weak) implements Value {
    DType dtype() {
      return weak ? DType.F32 : node.type().dtype();
    }

    int rank() {
      return axes.size();
    }
  }

  record Text(String text, Span span) implements Value {}

  record Tuple(List<Value> parts) implements Value {}

  /** A list as written; a tensor where a tensor is wanted. */
  record Items(List<Value> elements) implements Value {}

  record Range(Value first, Value last) implements Value {}

  /** Axes bound by {@code ..s}. */
  record Pack(List<Axis> axes, Axis.@Nullable Tag tag) implements Value {}

  /** {@code all} axes. */
  record All() implements Value {}

  /** A function or distribution of a file. */
  record Fn(Ast.Function function, Module module) implements Value {}

  /** A layer without its settings. */
  record LayerKind(Ast.Layer layer, Module module) implements Value {}

  /** An operation of the table. */
  record Operation(Builtins.Entry entry) implements Value {}

  /** An instance of a layer. */
  record Made(Instance instance) implements Value {}

  /** A distribution with its arguments, to be drawn from with {@code ~}. */
  record Draw(Value dist, List<Calls.Given> arguments, Span span) implements Value {}

  /** A set of parameters. */
  record Slots(List<Slot> slots) implements Value {}

  /** Another file under a name. */
  record Imported(Module module) implements Value {}

  /**
   * A place in the tree of parameters that is not a parameter itself, such as {@code
   * logits.dense1}.
   */
  record Path(String path) implements Value {}

  /** Nothing: what a body that ends without a value gives. */
  record None() implements Value {}

  /** The value of what is wrong; already reported. */
  record Poison() implements Value {}

  Poison POISON = new Poison();
}
