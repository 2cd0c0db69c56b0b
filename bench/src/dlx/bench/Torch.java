package dlx.bench;

import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.CompilationUnit;
import org.bytedeco.pytorch.Function;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * libtorch. A workload is a text in TorchScript, which its interpreter runs operator by operator:
 * the operators and the derivatives of eager mode, without the price of a call from Java for each.
 */
final class Torch implements Side {
  private final Workload workload;
  private final CompilationUnit unit;
  private final Function function;
  private final List<org.bytedeco.pytorch.Tensor> given = new ArrayList<>();
  private final List<org.bytedeco.pytorch.Tensor> parameters = new ArrayList<>();
  private IValueVector arguments = new IValueVector();
  private List<Tensor> last = List.of();

  Torch(Workload workload, String text) {
    this.workload = workload;
    unit = torch.compile(text);
    function = unit.get_function(new QualifiedName("step"));
    for (Map.Entry<String, Tensor> each : workload.given().entrySet()) {
      org.bytedeco.pytorch.Tensor tensor = tensor(each.getValue());
      if (workload.parameters.containsKey(each.getKey())) {
        if (workload.step) tensor.set_requires_grad(true);
        parameters.add(tensor);
      }
      given.add(tensor);
    }
    workload.torchState.values().forEach(t -> given.add(tensor(t)));
    for (org.bytedeco.pytorch.Tensor each : given) arguments.push_back(new IValue(each));
    if (text.startsWith("def lists(")) {
      IValue lists = unit.get_function(new QualifiedName("lists")).apply(arguments);
      arguments = new IValueVector(lists);
    }
  }

  /**
   * The graph optimizer is off: it finds nothing to fuse on a CPU here, and it drops updates in
   * place that go through lists of tensors, as those of Adam do.
   */
  static void threads(int count) {
    torch.setGraphExecutorOptimize(false);
    torch.set_num_threads(count);
  }

  static String version() {
    return "2.10.0, oneDNN and OpenBLAS";
  }

  @Override
  public String name() {
    return "libtorch";
  }

  @Override
  public void run(int times) {
    for (int i = 0; i < times; i++) {
      try (PointerScope scope = new PointerScope()) {
        IValue value = function.apply(arguments);
        if (i + 1 == times) last = read(value);
      }
    }
  }

  @Override
  public double seconds(int times) {
    long begun = System.nanoTime();
    for (int i = 0; i < times; i++) {
      try (PointerScope scope = new PointerScope()) {
        function.apply(arguments);
      }
    }
    return (System.nanoTime() - begun) * 1e-9;
  }

  @Override
  public List<Tensor> results() {
    List<Tensor> all = new ArrayList<>(last);
    if (workload.step) {
      try (PointerScope scope = new PointerScope()) {
        parameters.forEach(p -> all.add(copy(p)));
      }
    }
    return all;
  }

  private static List<Tensor> read(IValue value) {
    if (value.isTensor()) return List.of(copy(value.toTensor()));
    List<Tensor> all = new ArrayList<>();
    if (value.isTensorList()) {
      for (org.bytedeco.pytorch.Tensor t : value.toTensorVector().get()) all.add(copy(t));
    } else {
      throw new IllegalStateException("a TorchScript text must return a tensor or a list of them");
    }
    return all;
  }

  // ------------------------------------------------------------------ tensors

  /** A copy; whole numbers become 64 bits wide, as positions have to be. */
  static org.bytedeco.pytorch.Tensor tensor(Tensor value) {
    long[] shape = new long[value.rank()];
    for (int i = 0; i < shape.length; i++) shape[i] = value.extent(i);
    Pointer data =
        switch (value.dtype()) {
          case F32 -> new FloatPointer(value.floats());
          case F64 -> new DoublePointer(value.doubles());
          case I32, BOOL -> {
            long[] wide = new long[value.size()];
            for (int i = 0; i < wide.length; i++) wide[i] = (long) value.get(i);
            yield new LongPointer(wide);
          }
        };
    torch.ScalarType type =
        switch (value.dtype()) {
          case F32 -> torch.ScalarType.Float;
          case F64 -> torch.ScalarType.Double;
          case I32, BOOL -> torch.ScalarType.Long;
        };
    return torch.from_blob(data, shape, new TensorOptions(type)).clone();
  }

  private static Tensor copy(org.bytedeco.pytorch.Tensor from) {
    org.bytedeco.pytorch.Tensor tensor = from.detach().contiguous();
    int[] shape = new int[(int) tensor.dim()];
    for (int i = 0; i < shape.length; i++) shape[i] = (int) tensor.size(i);
    int size = Tensor.size(shape);
    return switch (tensor.scalar_type().intern()) {
      case Float -> {
        float[] to = new float[size];
        tensor.data_ptr_float().get(to);
        yield Tensor.of(to, shape);
      }
      case Double -> {
        double[] to = new double[size];
        tensor.data_ptr_double().get(to);
        yield Tensor.of(to, shape);
      }
      case Long -> {
        long[] wide = new long[size];
        tensor.data_ptr_long().get(wide);
        Tensor to = Tensor.zeros(DType.I32, shape);
        for (int i = 0; i < size; i++) to.set(i, wide[i]);
        yield to;
      }
      default -> throw new IllegalStateException("a result of type " + tensor.scalar_type());
    };
  }

  @Override
  public void close() {
    given.forEach(Pointer::deallocate);
    unit.deallocate();
  }
}
