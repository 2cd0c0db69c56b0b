package dlx.elaborate;

import dlx.ast.Ast;
import dlx.graph.Leaf;
import dlx.graph.Type;
import dlx.source.Span;
import java.util.List;

/**
 * A parameter or state.
 *
 * @param axes its type in the user's names; {@code type} is the same with run-time sizes only
 * @param frame where its first value is worked out; of one elaboration only
 * @param step the step that made it, or empty
 */
record Slot(
    boolean param,
    String path,
    Type type,
    List<Axis> axes,
    boolean drawn,
    Ast.Expression start,
    Frame frame,
    String step,
    String doc,
    Span span) {

  Leaf.Slot leaf() {
    return new Leaf.Slot(param, path, type);
  }

  String typeText() {
    return type.dtype() + Axis.text(axes);
  }
}
