package dlx;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Expressions built in Java as a program: every input is declared, and what is used twice, deep or
 * differentiated by has a name.
 *
 * @param results the names of the expressions asked for
 */
record Written(String text, List<String> results) {
  private static final int DEPTH = 12;

  static Written of(List<Expr> roots) {
    return new Writer(roots).written();
  }

  private static final class Writer {
    private final List<Expr> roots;
    private final Map<Expr, Integer> uses = new IdentityHashMap<>();
    private final Map<Expr, Integer> depths = new IdentityHashMap<>();
    private final Map<Expr, String> names = new IdentityHashMap<>();
    private final Set<String> taken = new HashSet<>();
    private final Map<String, String> declarations = new LinkedHashMap<>();
    private final Set<String> sizes = new LinkedHashSet<>();
    private final StringBuilder body = new StringBuilder();

    Writer(List<Expr> roots) {
      this.roots = roots;
    }

    Written written() {
      List<Expr> order = topological();
      Set<Expr> mustBeNamed = java.util.Collections.newSetFromMap(new IdentityHashMap<>());
      for (Expr e : order) {
        if (e.form.nameAt() >= 0) mustBeNamed.addAll(e.operands);
        e.operands.forEach(o -> uses.merge(o, 1, Integer::sum));
        declare(e);
      }
      mustBeNamed.addAll(roots);
      Map<Expr, String> texts = new IdentityHashMap<>();
      for (Expr e : order) {
        String text = text(e, texts);
        int depth = 1 + e.operands.stream().mapToInt(depths::get).max().orElse(0);
        boolean own = uses.getOrDefault(e, 0) > 1 && !e.operands.isEmpty();
        boolean named = e.declaration.isEmpty() && (own || mustBeNamed.contains(e));
        if (named || depth > DEPTH) {
          String name = fresh();
          body.append(name).append(" = ").append(text).append('\n');
          texts.put(e, name);
          names.put(e, name);
          depths.put(e, 0);
        } else {
          texts.put(e, e.form.atom() ? text : "(" + text + ")");
          depths.put(e, depth);
        }
      }
      StringBuilder program = new StringBuilder();
      if (!sizes.isEmpty()) program.append("dim ").append(String.join(", ", sizes)).append('\n');
      declarations.values().forEach(d -> program.append(d).append('\n'));
      return new Written(program.append(body).toString(), roots.stream().map(texts::get).toList());
    }

    private String text(Expr e, Map<Expr, String> texts) {
      return e.form.template().formatted(e.operands.stream().map(texts::get).toArray());
    }

    private void declare(Expr e) {
      if (e.declaration.isEmpty()) return;
      String name = e.form.template();
      String before = declarations.putIfAbsent(name, e.declaration);
      if (before != null && !before.equals(e.declaration)) {
        throw new dlx.runtime.DlxException(
            "E0203", "`" + name + "` is declared twice: " + before + ", " + e.declaration, "", "");
      }
      taken.add(name);
      sizes.addAll(e.sizes);
      taken.addAll(e.sizes);
    }

    private String fresh() {
      for (int i = names.size() + 1; ; i++) {
        String name = "e" + i;
        if (taken.add(name)) return name;
      }
    }

    /** Operands before users, without recursion: expressions may be deep. */
    private List<Expr> topological() {
      List<Expr> order = new ArrayList<>();
      Map<Expr, Boolean> done = new IdentityHashMap<>();
      java.util.ArrayDeque<Expr> stack = new java.util.ArrayDeque<>();
      for (Expr root : roots) {
        stack.push(root);
        while (!stack.isEmpty()) {
          Expr e = stack.peek();
          Boolean state = done.get(e);
          if (state == null) {
            done.put(e, false);
            for (Expr operand : e.operands.reversed()) {
              if (!done.containsKey(operand)) stack.push(operand);
            }
          } else {
            stack.pop();
            if (!state) {
              done.put(e, true);
              order.add(e);
            }
          }
        }
      }
      return order;
    }
  }
}
