package dlx.bench;

import dlx.Call;
import dlx.Dlx;
import dlx.Fn;
import dlx.Model;
import dlx.Options;
import dlx.Results;
import dlx.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** dlx, through its public interface. */
final class Ours implements Side {
  private final Workload workload;
  private final Model model;
  private final Fn function;
  private final Call call;
  private Results last;

  Ours(Workload workload, Path programs) {
    this.workload = workload;
    model = load(workload, programs);
    model.setAll(workload.parameters);
    function =
        workload.step
            ? model.step(workload.entry.getFirst())
            : model.entry(workload.entry.toArray(String[]::new));
    Map<String, Object> given = new LinkedHashMap<>(workload.inputs);
    given.putAll(workload.settings);
    call = function.prepare(given);
  }

  static Model load(Workload workload, Path programs) {
    return Dlx.parse(
        workload.file, text(workload, programs), Options.DEFAULT.withDefines(workload.defines));
  }

  static String text(Workload workload, Path programs) {
    if (workload.text != null) return workload.text;
    try {
      String text = Files.readString(programs.resolve(workload.file));
      return workload.doubles ? text.replace("f32", "f64") : text;
    } catch (IOException e) {
      throw new IllegalStateException("cannot read " + programs.resolve(workload.file), e);
    }
  }

  @Override
  public String name() {
    return "dlx";
  }

  @Override
  public void run(int times) {
    for (int i = 0; i < times; i++) last = call.run();
  }

  /** The bytes of memory beside inputs, parameters and results. */
  long temporaries() {
    return function.compiled().workspaceBytes();
  }

  @Override
  public List<Tensor> results() {
    List<Tensor> all = new ArrayList<>(last.tensors());
    if (workload.step) workload.parameters.keySet().forEach(path -> all.add(model.get(path)));
    return all;
  }
}
