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
import dlx.training.NanTrap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code dlx run FILE ENTRY...}: evaluates names and expressions, runs steps. */
final class Run extends Command {
  Run() {
    super("run", "evaluate names or expressions, or run a step", true);
  }

  @Override
  void options(Options options) {
    Given.declare(options)
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
    List<String> vocabulary =
        Checkpoints.load(invocation, model)
            .map(checkpoint -> FunctionCall.vocabulary(checkpoint.classes()))
            .orElse(List.of());
    Map<String, FunctionCall> calls = calls(model, wanted, vocabulary);
    Set<String> arguments = new HashSet<>();
    calls.values().forEach(call -> arguments.addAll(call.arguments()));
    Given given = Given.read(invocation, model, first, arguments);
    Map<String, Tensor> written = new LinkedHashMap<>();
    List<String> together = new ArrayList<>();
    for (String word : wanted) {
      boolean step = model.program().steps().stream().anyMatch(s -> s.name().equals(word));
      FunctionCall call = calls.get(word);
      if (!step && call == null) {
        together.add(word);
        continue;
      }
      evaluate(invocation, model, given, together, wanted.size() > 1, written);
      together.clear();
      if (call != null) {
        function(invocation, model, given, call, wanted.size() > 1, written);
        continue;
      }
      step(invocation, model, given, word, wanted.size() > 1, written);
    }
    evaluate(invocation, model, given, together, wanted.size() > 1, written);
    invocation.value("--out").ifPresent(file -> write(Path.of(file), written));
    invocation.value("--save").ifPresent(file -> Checkpoints.save(Path.of(file), model));
    return Exit.FINE;
  }

  private static void evaluate(
      Invocation invocation,
      Model model,
      Given given,
      List<String> expressions,
      boolean named,
      Map<String, Tensor> written) {
    if (expressions.isEmpty()) return;
    List<String> all = new ArrayList<>(expressions);
    if (invocation.value("--times").isEmpty()) all.addAll(watched(invocation));
    Entry entry = Programs.entry(invocation, model, false, all);
    Results results = entry.results(needed(entry, given), given.sizes());
    show(invocation, results, named || results.size() > 1, written);
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

  private static void function(
      Invocation invocation,
      Model model,
      Given given,
      FunctionCall call,
      boolean named,
      Map<String, Tensor> written) {
    String text = call.text(invocation.given());
    Entry entry = Programs.entry(invocation, model, false, List.of(text));
    Results results = entry.results(needed(entry, given), given.sizes());
    boolean isText =
        results.size() == 1 && call.isText(results.get(0)) && !invocation.flag("--json");
    if (!isText) {
      show(invocation, results, named || results.size() > 1, written);
      return;
    }
    written.put(text, results.get(0).copy());
    invocation.console().out().println(call.characters(results.get(0)));
  }

  private static List<String> watched(Invocation invocation) {
    List<String> names = new ArrayList<>();
    for (String list : invocation.values("--watch")) names.addAll(List.of(list.split(",", -1)));
    return names;
  }

  private static void step(
      Invocation invocation,
      Model model,
      Given given,
      String name,
      boolean named,
      Map<String, Tensor> written) {
    Step step = model.step(name);
    int times = invocation.whole("--times", 0).orElse(1);
    int every = invocation.whole("--every", 1).orElse(Integer.MAX_VALUE);
    Call call = step.prepare(needed(step, given), given.sizes());
    boolean trap = invocation.flag("--trap-nan");
    List<String> watch = watched(invocation);
    Entry watched = watch.isEmpty() ? null : Programs.entry(invocation, model, true, watch);
    for (int turn = 1; turn <= times; turn++) {
      boolean shown = turn == times || turn % every == 0;
      if (shown && watched != null) {
        show(invocation, watched.results(needed(watched, given), given.sizes()), true, written);
      }
      Results results = trap ? new NanTrap(model).run(call, step, needed(step, given)) : call.run();
      if (!shown) continue;
      if (every <= times && !invocation.flag("--json")) {
        invocation.console().out().print(turn + "   ");
      }
      show(invocation, results, named || results.size() > 1, written);
    }
  }

  /** The given values without arguments of a step that an entry does not have. */
  private static Map<String, Object> needed(dlx.Fn function, Given given) {
    Map<String, Object> kept = new LinkedHashMap<>(given.inputs());
    kept.keySet().retainAll(function.accepts());
    return kept;
  }

  private static void show(
      Invocation invocation, Results results, boolean named, Map<String, Tensor> written) {
    for (int i = 0; i < results.size(); i++) {
      String name = results.names().get(i);
      written.put(name, results.get(i).copy());
      Show.result(invocation, name, results.get(i), named);
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
