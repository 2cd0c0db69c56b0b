package dlx.elaborate;

import dlx.ast.Ast;
import dlx.ast.Parse;
import dlx.graph.Function;
import dlx.source.Diagnostic;
import dlx.source.Diagnostics;
import dlx.source.ProgramException;
import dlx.source.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * The functions of a program that was found right. Each is an elaboration with a graph of its own.
 */
final class Requests implements Program.Entries {
  private final Module main;
  private final Map<String, ?> defines;
  private final Map<String, Slot> known;

  Requests(Module main, Map<String, ?> defines, Map<String, Slot> known) {
    this.main = main;
    this.defines = defines;
    this.known = known;
  }

  private <T> T elaborate(BiFunction<Elaboration, Bodies, T> work) {
    Diagnostics diagnostics = new Diagnostics();
    Elaboration elaboration = new Elaboration(diagnostics, main, defines, known, false);
    T result = null;
    try {
      result = work.apply(elaboration, new Bodies(elaboration, new Results(elaboration)));
    } catch (Failure failure) {
      elaboration.report(failure);
    }
    diagnostics.throwIfErrors();
    if (result == null) {
      throw new IllegalStateException("elaboration failed without a word");
    }
    return result;
  }

  @Override
  public Function entry(List<String> expressions, boolean training) {
    List<Ast.Expression> parsed = parsed(expressions);
    return elaborate((elaboration, bodies) -> bodies.asked(parsed, training));
  }

  private static List<Ast.Expression> parsed(List<String> expressions) {
    Diagnostics diagnostics = new Diagnostics();
    List<Ast.Expression> parsed = new ArrayList<>();
    for (String text : expressions) {
      Ast.Expression expression = Parse.expression(new Source("expression", text), diagnostics);
      if (expression != null) {
        parsed.add(expression);
      }
    }
    diagnostics.throwIfErrors();
    return parsed;
  }

  @Override
  public Function step(String name, List<String> also) {
    List<Ast.Expression> parsed = parsed(also);
    for (Ast.Item item : main.file.items()) {
      if (item instanceof Ast.Step step && step.name().text().equals(name)) {
        return elaborate((elaboration, bodies) -> bodies.step(step, parsed).function());
      }
    }
    java.util.Set<String> steps = new java.util.TreeSet<>();
    for (Ast.Item item : main.file.items()) {
      if (item instanceof Ast.Step step) {
        steps.add(step.name().text());
      }
    }
    String near = Names.nearest(name, steps);
    Diagnostic error = Diagnostic.error("E0201", "there is no step `" + name + "`");
    throw new ProgramException(
        near != null
            ? error.help("did you mean `" + near + "`?")
            : error.help(
                steps.isEmpty()
                    ? "the program has no steps"
                    : "there is " + String.join(", ", steps)));
  }

  @Override
  public Function initial() {
    return elaborate((elaboration, bodies) -> bodies.initial());
  }

  @Override
  public Function defaults() {
    return elaborate((elaboration, bodies) -> bodies.defaults());
  }

  @Override
  public Program.TestCase test(int index) {
    List<Ast.Test> tests = new ArrayList<>();
    for (Ast.Item item : main.file.items()) {
      if (item instanceof Ast.Test test) {
        tests.add(test);
      }
    }
    return elaborate((elaboration, bodies) -> bodies.test(tests.get(index)));
  }
}
