package dlx.cli;

import dlx.Call;
import dlx.Entry;
import dlx.Model;
import dlx.Results;
import dlx.Step;
import dlx.data.Npy;
import dlx.data.Npz;
import dlx.data.Safetensors;
import dlx.elaborate.Program;
import dlx.runtime.Tensor;
import dlx.training.Checkpoint;
import dlx.training.NanTrap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code dlx run FILE ENTRY...}: evaluates names and expressions, runs steps. */
final class Run extends Command {
  Run() {
    super("run", "evaluate names or expressions, or run a step", true);
  }

  @Override
  void options(Options options) {
    Gallery.declare(Given.declare(options))
        .values("--set", "NAME=VALUE", "an argument of the step")
        .value("-o --out", "FILE", "write the results: .npz, .npy or .safetensors")
        .values("--watch", "A,B", "print these definitions as well, as the step sees them")
        .value("--times", "N", "run the step N times on the same inputs")
        .value("--every", "N", "print the results of every N-th time")
        .flag("--trap-nan", "stop where a number of a step is no number any more (slow)")
        .value("--seed", "N", "of first values and draws; 0 if not given")
        .program()
        .compiler();
    Checkpoints.declare(options)
        .value("--save", "FILE", "write parameters and states when all is done")
        .positional("FILE", "1", "the program")
        .positional(
            "ENTRY",
            "1..*",
            "a name or expression; a step is run, what follows it sees its effect");
  }

  @Override
  int run(Invocation invocation) {
    Model model = Programs.load(invocation, invocation.positional(0).orElseThrow());
    List<String> wanted = invocation.positionals(1);
    Program.Step first =
        model.program().steps().stream()
            .filter(s -> wanted.contains(s.name()))
            .findFirst()
            .orElse(null);
    for (String option : List.of("--times", "--every", "--set")) {
      if (first == null && !invocation.values(option).isEmpty()) {
        throw new UsageException(option + " is for steps, and none is asked for", "");
      }
    }
    invocation.value("--out").ifPresent(file -> writable(file));
    Optional<Gallery> gallery = Gallery.of(invocation);
    Map<String, List<String>> classes =
        Checkpoints.load(invocation, model).map(Checkpoint::classes).orElse(Map.of());
    Map<String, FunctionCall> calls = calls(model, wanted, FunctionCall.vocabulary(classes));
    Set<String> arguments = new HashSet<>();
    calls.values().forEach(call -> arguments.addAll(call.arguments()));
    Given given = Given.read(invocation, model, first, arguments, classes);
    Session session = new Session(invocation, model, given, ClassNames.of(classes));
    List<String> together = new ArrayList<>();
    for (String word : wanted) {
      boolean step = model.program().steps().stream().anyMatch(s -> s.name().equals(word));
      FunctionCall call = calls.get(word);
      if (!step && call == null) {
        together.add(word);
        continue;
      }
      session.evaluate(together);
      together.clear();
      if (call != null) session.function(call);
      else session.step(word);
    }
    session.evaluate(together);
    invocation.value("--out").ifPresent(file -> write(Path.of(file), session.written));
    gallery.ifPresent(g -> g.write(model, session.written, invocation.console()));
    invocation.value("--save").ifPresent(file -> Checkpoints.save(Path.of(file), model));
    return Exit.FINE;
  }

  /** The functions among what is asked for. */
  private static Map<String, FunctionCall> calls(
      Model model, List<String> wanted, List<String> vocabulary) {
    boolean names = wanted.stream().anyMatch(w -> w.matches("[\\p{L}_]\\w*"));
    if (!names) return Map.of();
    Map<String, FunctionCall> calls = new LinkedHashMap<>();
    FunctionCall.functions(model)
        .forEach((name, function) -> {
          if (wanted.contains(name)) calls.put(name, new FunctionCall(function, vocabulary));
        });
    return calls;
  }

  private static List<String> watched(Invocation invocation) {
    List<String> names = new ArrayList<>();
    for (String list : invocation.values("--watch")) names.addAll(List.of(list.split(",", -1)));
    return names;
  }

  /** What is evaluated one after the other, and the results so far. */
  private static final class Session {
    private final Invocation invocation;
    private final Model model;
    private final Given given;
    private final ClassNames classes;
    private final boolean several;
    final Map<String, Tensor> written = new LinkedHashMap<>();

    Session(Invocation invocation, Model model, Given given, ClassNames classes) {
      this.invocation = invocation;
      this.model = model;
      this.given = given;
      this.classes = classes;
      this.several = invocation.positionals(1).size() > 1;
    }

    void evaluate(List<String> expressions) {
      if (expressions.isEmpty()) return;
      List<String> all = new ArrayList<>(expressions);
      if (invocation.value("--times").isEmpty()) all.addAll(watched(invocation));
      Entry entry = Programs.entry(invocation, model, false, all);
      Results results = entry.results(needed(entry), given.sizes());
      show(results, several || results.size() > 1);
    }

    void function(FunctionCall call) {
      String text = call.text(invocation.given());
      Entry entry = Programs.entry(invocation, model, false, List.of(text));
      Results results = entry.results(needed(entry), given.sizes());
      boolean isText =
          results.size() == 1 && call.isText(results.get(0)) && !invocation.flag("--json");
      if (!isText) {
        show(results, several || results.size() > 1);
        return;
      }
      written.put(text, results.get(0).copy());
      invocation.console().out().println(call.characters(results.get(0)));
    }

    void step(String name) {
      Step step = model.step(name);
      int times = invocation.whole("--times", 0).orElse(1);
      int every = invocation.whole("--every", 1).orElse(Integer.MAX_VALUE);
      Call call = step.prepare(needed(step), given.sizes());
      boolean trap = invocation.flag("--trap-nan");
      List<String> watch = watched(invocation);
      Entry watched = watch.isEmpty() ? null : Programs.entry(invocation, model, true, watch);
      for (int turn = 1; turn <= times; turn++) {
        boolean shown = turn == times || turn % every == 0;
        if (shown && watched != null) {
          show(watched.results(needed(watched), given.sizes()), true);
        }
        Results results = trap ? new NanTrap(model).run(call, step, needed(step)) : call.run();
        if (!shown) continue;
        if (every <= times && !invocation.flag("--json")) {
          invocation.console().out().print(turn + "   ");
        }
        show(results, several || results.size() > 1);
      }
    }

    /** The given values without arguments of a step that an entry does not have. */
    private Map<String, Object> needed(dlx.Fn function) {
      Map<String, Object> kept = new LinkedHashMap<>(given.inputs());
      kept.keySet().retainAll(function.accepts());
      return kept;
    }

    private void show(Results results, boolean named) {
      for (int i = 0; i < results.size(); i++) {
        String name = results.names().get(i);
        written.put(name, results.get(i).copy());
        Show.result(invocation, name, results.get(i), named, classes);
      }
    }
  }

  private static void write(Path file, Map<String, Tensor> results) {
    String name = file.getFileName().toString();
    if (name.endsWith(".npz")) {
      Npz.write(file, results);
    } else if (name.endsWith(".safetensors")) {
      Safetensors.write(file, results, Map.of());
    } else if (name.endsWith(".npy") && results.size() == 1) {
      Npy.write(file, results.values().iterator().next());
    } else if (name.endsWith(".npy")) {
      throw new UsageException(
          "a .npy file holds one array, and there are " + results.size(), "use .npz");
    } else {
      throw new UsageException("results are written as .npz, .npy or .safetensors", "");
    }
  }

  /** What is wrong with the name is told before anything is computed. */
  private static void writable(String name) {
    if (!name.matches("(?s).*\\.(npz|npy|safetensors)")) {
      throw new UsageException("results are written as .npz, .npy or .safetensors", "");
    }
  }
}
