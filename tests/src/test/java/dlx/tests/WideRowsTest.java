package dlx.tests;

import dlx.emit.ClassEmitter;
import dlx.graph.Elementwise;
import dlx.graph.Extent;
import dlx.graph.Function;
import dlx.graph.Node;
import dlx.runtime.CompiledFunction;
import dlx.runtime.DType;
import dlx.runtime.Simd;
import dlx.runtime.Tensor;
import dlx.schedule.Kernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Several short rows become one; what is the same in all of them is repeated. */
class WideRowsTest {
  record Case(DType dtype, int rows, int columns) {}

  static Stream<Case> cases() {
    return Stream.of(DType.F32, DType.F64, DType.I32)
        .flatMap(dtype ->
            IntStream.of(1, 8, 14, 16)
                .boxed()
                .flatMap(rows ->
                    IntStream.rangeClosed(1, 17)
                        .mapToObj(columns -> new Case(dtype, rows, columns))));
  }

  private static final class Model {
    final Trial trial = new Trial();
    final Function function;

    /** x[n, rows, columns] and two rows, added, multiplied and compared. */
    Model(Case one) {
      Extent columns = Extent.of(one.columns());
      Node x = trial.input("x", one.dtype(), Extent.symbol("n"), Extent.of(one.rows()), columns);
      Node b = trial.input("b", numbers(one.dtype(), one.columns()));
      Node c = trial.input("c", numbers(one.dtype(), one.columns()));
      List<Extent> shape = x.type().shape();
      Node sum = x.times(3).plus(b.broadcast(shape, List.of(2)));
      Node most = trial.graph.node(Elementwise.MAX, sum, c.broadcast(shape, List.of(2)));
      function = Trial.function(most, sum.lessEqual(x));
    }
  }

  /** Small whole numbers, so that every result is exact. */
  private static Tensor numbers(DType dtype, int... shape) {
    Random random = new Random(shape.length);
    Tensor tensor = Tensor.zeros(dtype, shape);
    for (int i = 0; i < tensor.size(); i++) {
      tensor.set(i, random.nextInt(9) - 4);
    }
    return tensor;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void sameValues(Case one) {
    Model model = new Model(one);
    for (int bits : new int[] {0, Simd.bits()}) {
      CompiledFunction compiled = Trial.compile(model.function, bits);
      for (int n : new int[] {0, 1, 3, 40}) {
        model.trial.sizes.put("n", (long) n);
        model.trial.inputs.put("x", numbers(one.dtype(), n, one.rows(), one.columns()));
        List<Tensor> results = model.trial.call(compiled);
        for (int i = 0; i < results.size(); i++) {
          double[] want = model.trial.judge().values(model.function.roots().get(i));
          String what = one + ", n = " + n + ", result " + i + " with " + bits + " bits";
          Trial.agree(what, want, results.get(i), Trial.Tolerance.EXACT);
        }
      }
    }
  }

  /** 8 rows of 6 become one of 48; 14 rows of 6 do not come out even. */
  @Test
  void rowsThatComeOutEven() {
    int lanes = Simd.bits() / 32;
    int most = lanes / 2;
    Assertions.assertTrue(lengths(new Case(DType.F32, 16, 6)).contains(most * 6L));
    Assertions.assertTrue(lengths(new Case(DType.F32, 7, 6)).contains(6L));
  }

  /** The lengths of rows of all kernels. */
  private static List<Long> lengths(Case one) {
    Function function = new Model(one).function;
    List<Long> lengths = new ArrayList<>();
    for (Kernel kernel :
        ClassEmitter.emit(function, "trial.dlx", Simd.bits()).schedule().kernels()) {
      if (kernel instanceof Kernel.Loops loops) {
        lengths.add(loops.axes().getLast().constant().orElse(0));
      }
    }
    return lengths;
  }
}
