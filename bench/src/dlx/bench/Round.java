package dlx.bench;

import dlx.measure.Machine;
import dlx.runtime.Workers;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;

/**
 * A process that measures: one number of threads, one setting of the environment. Writes a line of
 * JSON for the machine and one for each workload.
 */
final class Round {
  /** What marks a line as ours: libraries write to standard output, too. */
  static final String MARK = "@bench ";

  private static final JsonMapper JSON = new JsonMapper();

  private Round() {}

  /** Arguments: threads, seconds for each workload, folder of programs, then names of workloads. */
  static void main(String[] arguments) {
    PrintStream out = System.out;
    int threads = Integer.parseInt(arguments[0]);
    double seconds = Double.parseDouble(arguments[1]);
    Path programs = Path.of(arguments[2]);
    List<String> wanted = List.of(arguments).subList(3, arguments.length);
    Workers.setThreads(threads);
    Torch.threads(threads);
    Blas.threads(threads);
    Machine machine = Machine.measure(threads);
    Map<String, Object> measured = new LinkedHashMap<>();
    measured.put("flops_f32", machine.singles());
    measured.put("flops_f64", machine.doubles());
    measured.put("bandwidth", machine.bandwidth());
    line(
        out,
        Map.of(
            "machine", measured, "numpy", Numpy.version(programs.resolveSibling("numpy_side.py"))));
    Workloads workloads = new Workloads();
    for (String name : wanted) {
      Workload workload = workloads.get(name);
      Contest contest = new Contest(workload, programs, seconds);
      line(out, contest.run(machine, peers(workload, threads, programs)));
    }
    out.flush();
    // worker threads of native libraries would keep the process alive
    Runtime.getRuntime().halt(0);
  }

  private static List<Supplier<Side>> peers(Workload workload, int threads, Path programs) {
    List<Supplier<Side>> peers = new ArrayList<>(workload.peers);
    for (String text : workload.torch) peers.add(() -> new Torch(workload, text));
    Blas.Shape product = workload.blas;
    if (product != null) peers.add(() -> new Blas(workload, product));
    TensorFlow.Build build = workload.tensorFlow;
    if (build != null) {
      peers.add(() -> new TensorFlow(workload, build, threads, false));
      peers.add(() -> new TensorFlow(workload, build, threads, true));
    }
    String text = workload.numpy;
    if (text != null && Numpy.isPresent(programs.resolveSibling("numpy_side.py"))) {
      peers.add(() -> new Numpy(workload, text));
    }
    return peers;
  }

  private static void line(PrintStream out, Map<String, ?> value) {
    out.println(MARK + JSON.writeValueAsString(value));
    out.flush();
  }
}
