package dlx.elaborate;

import dlx.ast.Ast;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the body of a loop ends with, where {@code last(h)} stands for the last value of the
 * variable h instead of the stack of its values.
 *
 * @param body the body with {@code h} in the place of {@code last(h)}
 * @param last by part of what it ends with, the variable whose last value that is
 * @param isOne whether all that it ends with is one last value
 */
record Ends(Ast.Block body, Map<Integer, String> last, boolean isOne) {
  /** The word, where nothing else has this name. */
  static final String LAST = "last";

  static Ends of(Ast.For loop, Frame frame) {
    List<Ast.Statement> statements = loop.body().statements();
    Map<Integer, String> last = new HashMap<>();
    Module.Declaration declared = frame.module().find(LAST);
    boolean own =
        frame.scope().find(LAST) != null
            || declared != null && declared.item instanceof Ast.Function;
    if (own
        || statements.isEmpty()
        || !(statements.getLast() instanceof Ast.Bind end)
        || end.mark() != Ast.Mark.NONE) {
      return new Ends(loop.body(), Map.of(), false);
    }
    Ast.Expression target = end.target();
    Ast.Name only = variable(target, loop);
    if (target instanceof Ast.Tuple tuple) {
      List<Ast.Expression> parts = new ArrayList<>();
      for (int i = 0; i < tuple.parts().size(); i++) {
        Ast.Name variable = variable(tuple.parts().get(i), loop);
        if (variable != null) {
          last.put(i, variable.text());
        }
        parts.add(variable != null ? variable : tuple.parts().get(i));
      }
      target = new Ast.Tuple(List.copyOf(parts), tuple.span());
    } else if (only != null) {
      last.put(0, only.text());
      target = only;
    }
    if (last.isEmpty()) {
      return new Ends(loop.body(), Map.of(), false);
    }
    List<Ast.Statement> all = new ArrayList<>(statements);
    all.set(
        all.size() - 1,
        new Ast.Bind(target, end.type(), end.mark(), end.value(), end.doc(), end.span()));
    return new Ends(new Ast.Block(List.copyOf(all), loop.body().span()), last, only != null);
  }

  /** The variable of the loop in {@code last(variable)}, or null. */
  private static Ast.@Nullable Name variable(Ast.Expression part, Ast.For loop) {
    if (part instanceof Ast.Call call
        && call.callee() instanceof Ast.Name callee
        && callee.text().equals(LAST)
        && call.arguments().size() == 1
        && call.arguments().getFirst().name() == null
        && call.arguments().getFirst().value() instanceof Ast.Name name
        && loop.carries().stream().anyMatch(c -> c.name().text().equals(name.text()))) {
      return new Ast.Name(name.text(), call.span());
    }
    return null;
  }
}
