package dlx.cli;

import dlx.Entry;
import dlx.Model;
import dlx.elaborate.Program;
import dlx.graph.Formula;
import dlx.graph.Function;
import dlx.graph.Node;
import dlx.runtime.DlxException;
import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code dlx grad FILE Y X}: a derivative as source. */
final class Grad extends Command {
  private static final int COLUMN = 37;

  Grad() {
    super("grad", "a derivative, simplified, as source", true);
  }

  @Override
  void options(Options options) {
    Checkpoints.declare(Given.declare(options))
        .value("--seed", "N", "of first values and draws; 0 if not given")
        .program()
        .compiler()
        .positional("FILE", "1", "the program")
        .positional("Y", "1", "what is differentiated: a number")
        .positional("X", "1", "by what: an input, a parameter, or any definition");
  }

  @Override
  int run(Invocation invocation) {
    Model model = Programs.load(invocation, invocation.positional(0).orElseThrow());
    String y = invocation.positional(1).orElseThrow();
    String x = invocation.positional(2).orElseThrow();
    String expression = "grad(" + y + ", " + x + ")";
    Checkpoints.load(invocation, model);
    Given given = Given.read(invocation, model, null);
    Entry entry = Programs.entry(invocation, model, false, List.of(expression));
    String text = formula(model, expression);
    Tensor value = value(entry, given);
    if (invocation.flag("--json")) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("y", y);
      object.put("x", x);
      object.put("derivative", text);
      if (value != null && value.rank() == 0) object.put("value", JsonNumber.of(value.number()));
      object.put("version", 1);
      invocation.console().out().println(dlx.source.Json.of(object));
      return Exit.FINE;
    }
    String last = text.substring(text.lastIndexOf('\n') + 1);
    String comment =
        value == null
            ? ""
            : " ".repeat(Math.max(2, COLUMN - last.codePointCount(0, last.length())))
                + "# "
                + (value.size() > 8
                    ? Show.brief(value)
                    : Show.text(value, 0).replaceAll("\\s+", " "));
    invocation.console().out().println(text + comment);
    return Exit.FINE;
  }

  /** The value where every input has one; null if one is missing. */
  private static Tensor value(Entry entry, Given given) {
    Map<String, Object> known = new LinkedHashMap<>(given.inputs());
    known.keySet().retainAll(entry.accepts());
    try {
      return entry.call(known, given.sizes());
    } catch (DlxException e) {
      if (e.code().equals("R0105") && given.inputs().isEmpty()) return null;
      throw e;
    }
  }

  /** The simplified derivative with the definitions of the file by their names. */
  private static String formula(Model model, String expression) {
    Function simplified =
        model.stage("simplify", () -> watched(model.program(), List.of(expression)));
    Map<Node, String> names = simplified.watched();
    return Formula.text(simplified.outputs().getFirst().value(), names);
  }

  /** The expressions, and what the definitions of the file are in their graph. */
  static Function watched(Program program, List<String> expressions) {
    List<String> asked = new ArrayList<>(expressions);
    for (Program.Entry entry : program.entries()) {
      if (entry.results().size() == 1 && !asked.contains(entry.name())) asked.add(entry.name());
    }
    Function all = program.entry(asked, false);
    int own = all.outputs().size() - (asked.size() - expressions.size());
    Map<Node, String> names = new LinkedHashMap<>();
    for (Function.Output output : all.outputs().subList(own, all.outputs().size())) {
      names.putIfAbsent(output.value(), output.name());
    }
    Function asIs =
        new Function(
            expressions.getFirst(), all.outputs().subList(0, own), List.of(), all.checks());
    return asIs.watching(names);
  }
}
