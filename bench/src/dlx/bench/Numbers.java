package dlx.bench;

import dlx.Entry;
import dlx.runtime.NumberFunction;
import dlx.runtime.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat64;

/** A number of two numbers, with its gradient: what a call costs that computes next to nothing. */
final class Numbers {
  private Numbers() {}

  static void addTo(Workloads table) {
    table.add("number with gradient f64", w -> differentiated(number(w).numbers()));
    table.add("number with gradient f64, prepared call", w -> differentiated(number(w)));
    // no derivatives there: somebody has worked out the gradient with a pencil
    table.add(
        "number with gradient f64, gradient by hand elsewhere",
        w ->
            number(w)
                .numbers()
                .numpy(
                    """
                    from math import cos, log, sin

                    def step(a, b):
                      a = float(a)
                      b = float(b)
                      return [log(a) + a * b - sin(b), 1 / a + b, a - cos(b)]
                    """));
  }

  private static Workload number(Workload w) {
    return w.program("scalar.dlx")
        .entry("y", "ya", "yb")
        .tolerance(1e-10)
        .input("a", Tensor.scalar(2.0))
        .input("b", Tensor.scalar(5.0));
  }

  private static void differentiated(Workload w) {
    w.torch(
            """
            def step(a, b):
              a = a.detach().requires_grad_(True)
              b = b.detach().requires_grad_(True)
              y = torch.log(a) + a * b - torch.sin(b)
              all = [y.detach()]
              for each in torch.autograd.grad([y], [a, b]):
                assert each is not None
                all.append(each)
              return all
            """)
        .tensorFlow(f -> {
          Operand<TFloat64> a = f.get("a");
          Operand<TFloat64> b = f.get("b");
          Operand<TFloat64> y =
              f.tf.math.sub(f.tf.math.add(f.tf.math.log(a), f.tf.math.mul(a, b)), f.tf.math.sin(b));
          return List.of(y, f.gradient(y, "a", null), f.gradient(y, "b", null));
        });
  }

  /** dlx, through a function of numbers. */
  static final class Direct implements Side {
    private final NumberFunction function;

    /** Several arrays in turn, so that nothing can be computed once for all runs. */
    private final double[][] arguments = new double[8][];

    private final double[] results;

    Direct(Workload workload, Path programs) {
      Entry entry = Ours.load(workload, programs).entry(workload.entry.toArray(String[]::new));
      function = entry.numbers();
      for (int i = 0; i < arguments.length; i++) {
        arguments[i] =
            entry.inputs().stream()
                .mapToDouble(name -> workload.inputs.get(name).number())
                .toArray();
      }
      results = new double[entry.results().size()];
    }

    @Override
    public String name() {
      return "dlx";
    }

    @Override
    public void run(int times) {
      for (int i = 0; i < times; i++) function.apply(arguments[i & 7], results);
    }

    @Override
    public List<Tensor> results() {
      List<Tensor> all = new ArrayList<>();
      for (double each : results) all.add(Tensor.scalar(each));
      return all;
    }
  }
}
