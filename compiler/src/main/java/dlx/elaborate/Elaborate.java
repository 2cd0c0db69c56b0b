package dlx.elaborate;

import dlx.ast.Ast;
import dlx.source.Diagnostic;
import dlx.source.Diagnostics;
import dlx.source.Span;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * From syntax to graph: names, sizes and types are found and everything implicit is written out.
 */
public final class Elaborate {
  /** How often a program is gone through to find parameters that are used before they come up. */
  private static final int ROUNDS = 5;

  private Elaborate() {}

  /**
   * Elaborates a file completely, so that everything wrong with it is in {@code diagnostics}.
   *
   * @param defines values of {@code dim} and {@code const} by name: numbers or text in the language
   * @return the program; only to be used if there are no errors
   */
  public static Program program(
      Ast.File file, Map<String, ?> defines, ImportResolver imports, Diagnostics diagnostics) {
    Module main = new Names(diagnostics).program(file, imports);
    unknownDefines(main, defines, diagnostics);
    Map<String, Slot> known = Map.of();
    boolean last = false;
    for (int round = 1; ; round++) {
      Diagnostics own = new Diagnostics();
      Elaboration elaboration = new Elaboration(own, main, defines, known, true);
      elaboration.lastRound = last || round == ROUNDS;
      Survey survey = new Survey(elaboration);
      Program program = survey.program();
      boolean same = elaboration.slots.keySet().equals(known.keySet());
      if (elaboration.complete() || elaboration.lastRound) {
        own.all().forEach(diagnostics::add);
        return program;
      }
      last = same;
      known = elaboration.slots;
    }
  }

  private static void unknownDefines(Module main, Map<String, ?> defines, Diagnostics diagnostics) {
    Set<String> names = new HashSet<>();
    main.declarations.forEach((name, d) -> {
      if (d.item instanceof Ast.Dim || d.item instanceof Ast.Const) {
        names.add(name);
      }
    });
    for (String name : defines.keySet()) {
      if (!names.contains(name)) {
        String near = Names.nearest(name, names);
        Diagnostic error =
            Diagnostic.error(
                    "E0906",
                    "`-D " + name + "=…`: the program has no `dim` or `const` `" + name + "`")
                .at(new Span(main.file.source(), 0, 0), "");
        diagnostics.add(near == null ? error : error.help("did you mean `" + near + "`?"));
      }
    }
  }
}
