package dlx.bench;

import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gradients;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.OptimizerOptions;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;
import org.tensorflow.types.family.TType;

/**
 * TensorFlow: a graph whose inputs and parameters are variables, so that nothing is copied in and
 * nothing can be computed once and for all.
 */
final class TensorFlow implements Side {
  /** Makes the graph of a workload. */
  interface Build {
    /** Returns the results; updates are added by {@link Flow#update}. */
    List<? extends Operand<?>> results(Flow flow);
  }

  private final Workload workload;
  private final boolean xla;
  private final Graph graph = new Graph();
  private final Session session;
  private final Flow flow;
  private final Session.Runner runner;
  private List<Tensor> last = List.of();
  private final int results;

  TensorFlow(Workload workload, Build build, int threads, boolean xla) {
    this.workload = workload;
    this.xla = xla;
    Ops tf = Ops.create(graph);
    flow = new Flow(tf, workload);
    List<? extends Operand<?>> outputs = build.results(flow);
    results = outputs.size();
    ConfigProto.Builder config =
        ConfigProto.newBuilder()
            .setInterOpParallelismThreads(-1)
            .setIntraOpParallelismThreads(threads);
    if (xla) {
      config.setGraphOptions(
          GraphOptions.newBuilder()
              .setOptimizerOptions(
                  OptimizerOptions.newBuilder()
                      .setGlobalJitLevel(OptimizerOptions.GlobalJitLevel.ON_2)
                      .setCpuGlobalJit(true)));
    }
    session = new Session(graph, config.build());
    for (Op each : flow.initial) session.runner().addTarget(each).run().close();
    runner = session.runner();
    outputs.forEach(runner::fetch);
    flow.updates.forEach(runner::addTarget);
  }

  @Override
  public String name() {
    return xla ? "TensorFlow XLA" : "TensorFlow";
  }

  @Override
  public void run(int times) {
    for (int i = 0; i < times; i++) {
      try (Result result = runner.run()) {
        if (i + 1 == times) {
          List<Tensor> all = new ArrayList<>();
          for (int r = 0; r < results; r++) all.add(copy(result.get(r)));
          last = all;
        }
      }
    }
  }

  @Override
  public double seconds(int times) {
    long begun = System.nanoTime();
    for (int i = 0; i < times; i++) runner.run().close();
    return (System.nanoTime() - begun) * 1e-9;
  }

  @Override
  public List<Tensor> results() {
    List<Tensor> all = new ArrayList<>(last);
    if (workload.step) {
      for (String name : workload.parameters.keySet()) {
        try (Result result = session.runner().fetch(flow.reads.get(name)).run()) {
          all.add(copy(result.get(0)));
        }
      }
    }
    return all;
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }

  private static Tensor copy(org.tensorflow.Tensor from) {
    int[] shape = new int[from.shape().numDimensions()];
    for (int i = 0; i < shape.length; i++) shape[i] = (int) from.shape().get(i);
    int size = Tensor.size(shape);
    return switch (from) {
      case TFloat32 t -> {
        float[] to = new float[size];
        t.copyTo(org.tensorflow.ndarray.NdArrays.wrap(t.shape(), DataBuffers.of(to, false, false)));
        yield Tensor.of(to, shape);
      }
      case TFloat64 t -> {
        double[] to = new double[size];
        t.copyTo(org.tensorflow.ndarray.NdArrays.wrap(t.shape(), DataBuffers.of(to, false, false)));
        yield Tensor.of(to, shape);
      }
      case TInt32 t -> {
        int[] to = new int[size];
        t.copyTo(org.tensorflow.ndarray.NdArrays.wrap(t.shape(), DataBuffers.of(to, false, false)));
        yield Tensor.of(to, shape);
      }
      default -> throw new IllegalStateException("a result of type " + from.dataType());
    };
  }

  /** A graph in the making. */
  static final class Flow {
    final Ops tf;
    final List<Op> updates = new ArrayList<>();
    private final List<Op> initial = new ArrayList<>();
    private final Map<String, Operand<? extends TType>> reads = new LinkedHashMap<>();
    private final Map<String, VarHandleOp> variables = new LinkedHashMap<>();
    private final List<String> parameters;

    Flow(Ops tf, Workload workload) {
      this.tf = tf;
      workload.given().forEach(this::variable);
      parameters = List.copyOf(workload.parameters.keySet());
    }

    private void variable(String name, Tensor value) {
      long[] extents = new long[value.rank()];
      for (int i = 0; i < extents.length; i++) extents[i] = value.extent(i);
      Shape shape = Shape.of(extents);
      switch (value.dtype()) {
        case F32 ->
            variable(
                name,
                TFloat32.class,
                shape,
                tf.constant(shape, DataBuffers.of(value.floats(), true, false)));
        case F64 ->
            variable(
                name,
                TFloat64.class,
                shape,
                tf.constant(shape, DataBuffers.of(value.doubles(), true, false)));
        default ->
            variable(
                name,
                TInt32.class,
                shape,
                tf.constant(shape, DataBuffers.of(value.ints(), true, false)));
      }
    }

    private <T extends TType> void variable(
        String name, Class<T> type, Shape shape, Operand<T> first) {
      VarHandleOp handle = tf.varHandleOp(type, shape, VarHandleOp.sharedName(name));
      variables.put(name, handle);
      initial.add(tf.assignVariableOp(handle, first));
      reads.put(name, tf.readVariableOp(handle, type));
    }

    /** The value of an input or parameter when the run begins. */
    @SuppressWarnings("unchecked")
    <T extends TNumber> Operand<T> get(String name) {
      return (Operand<T>) reads.get(name);
    }

    Operand<TFloat32> mm(Operand<TFloat32> a, Operand<TFloat32> b) {
      return tf.linalg.matMul(a, b);
    }

    /**
     * The gradient of something by an input.
     *
     * @param above the gradient that comes back from above, null for ones
     */
    Operand<?> gradient(
        Operand<? extends TNumber> of, String by, @Nullable Operand<? extends TNumber> above) {
      return above == null
          ? tf.gradients(of, List.of(reads.get(by))).dy(0)
          : tf.gradients(of, List.of(reads.get(by)), Gradients.dx(List.of(above))).dy(0);
    }

    /** Changes every parameter against the gradient of a loss. */
    void descent(Operand<TFloat32> loss, double rate) {
      List<Operand<TFloat32>> gradients = gradients(loss);
      Operand<TFloat32> by = tf.constant((float) rate);
      for (int i = 0; i < parameters.size(); i++) {
        updates.add(
            tf.train.resourceApplyGradientDescent(
                variables.get(parameters.get(i)), by, gradients.get(i)));
      }
    }

    void adam(Operand<TFloat32> loss, double rate, Workload workload) {
      List<Operand<TFloat32>> gradients = gradients(loss);
      Operand<TFloat32> b1 = tf.constant(0.9f);
      Operand<TFloat32> b2 = tf.constant(0.999f);
      variable("beta1 power", Tensor.scalar(0.9f));
      variable("beta2 power", Tensor.scalar(0.999f));
      Operand<TFloat32> power1 = get("beta1 power");
      Operand<TFloat32> power2 = get("beta2 power");
      List<Op> applied = new ArrayList<>();
      for (int i = 0; i < parameters.size(); i++) {
        String name = parameters.get(i);
        Tensor zeros = Tensor.zeros(dlx.runtime.DType.F32, workload.parameters.get(name).shape());
        variable(name + " m", zeros);
        variable(name + " v", zeros);
        applied.add(
            tf.train.resourceApplyAdam(
                variables.get(name),
                variables.get(name + " m"),
                variables.get(name + " v"),
                power1,
                power2,
                tf.constant((float) rate),
                b1,
                b2,
                tf.constant(1e-8f),
                gradients.get(i)));
      }
      updates.addAll(applied);
      Ops after = tf.withControlDependencies(applied);
      updates.add(after.assignVariableOp(variables.get("beta1 power"), after.math.mul(power1, b1)));
      updates.add(after.assignVariableOp(variables.get("beta2 power"), after.math.mul(power2, b2)));
    }

    /** The gradients of a loss by all parameters. */
    @SuppressWarnings("unchecked")
    List<Operand<TFloat32>> gradients(Operand<TFloat32> loss) {
      List<Operand<?>> by = new ArrayList<>();
      for (String each : parameters) by.add(reads.get(each));
      List<Operand<TFloat32>> all = new ArrayList<>();
      for (var each : tf.gradients(loss, by)) all.add((Operand<TFloat32>) each);
      return all;
    }
  }
}
