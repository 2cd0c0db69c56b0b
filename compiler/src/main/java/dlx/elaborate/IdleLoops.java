package dlx.elaborate;

import dlx.ast.Ast;
import dlx.elaborate.Module.Declaration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * Copied loops that had no turn. What such a loop gives does not depend on what its body mentions,
 * though it does for any other number of turns, so its derivative is a zero and no mistake.
 */
final class IdleLoops {
  private final Set<Ast.For> loops = Collections.newSetFromMap(new IdentityHashMap<>());

  void add(Ast.For loop) {
    loops.add(loop);
  }

  /**
   * Whether an expression may depend on a name if these loops have turns, judged by the text: y
   * mentions such a loop and x, both perhaps through other definitions.
   */
  boolean hide(Ast.Expression y, Ast.Expression x, Frame frame) {
    if (loops.isEmpty()) {
      return false;
    }
    Ast base = x;
    while (base instanceof Ast.Field field) {
      base = field.value();
    }
    String name = base instanceof Ast.Name n ? n.text() : "";
    boolean[] found = {false, false};
    for (Ast item : reached(y, frame)) {
      Syntax.each(
          item,
          node -> {
            found[0] |= node instanceof Ast.For loop && loops.contains(loop);
            found[1] |= node instanceof Ast.Name n && n.text().equals(name);
          });
    }
    return found[0] && found[1];
  }

  /**
   * A piece of text and the declarations that it mentions, directly or through others; if it has
   * names of a body, that body too.
   */
  private static Set<Ast> reached(Ast start, Frame frame) {
    Module module = frame.module();
    Set<Ast> reached = Collections.newSetFromMap(new IdentityHashMap<>());
    Set<Declaration> seen = new HashSet<>();
    Deque<Declaration> open = new ArrayDeque<>(module.mentions(start));
    reached.add(start);
    boolean[] local = {false};
    Syntax.each(
        start,
        node -> local[0] |= node instanceof Ast.Name n && frame.scope().find(n.text()) != null);
    for (Ast.Item item : module.file.items()) {
      boolean around =
          item.span().start() <= start.span().start() && start.span().end() <= item.span().end();
      if (local[0] && around) {
        reached.add(item);
        open.addAll(module.mentions(item));
      }
    }
    while (!open.isEmpty()) {
      Declaration next = open.pop();
      if (seen.add(next)) {
        reached.add(next.item);
        open.addAll(next.mentions());
      }
    }
    return reached;
  }
}
