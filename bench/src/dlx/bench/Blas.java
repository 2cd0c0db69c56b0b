package dlx.bench;

import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas;

/**
 * OpenBLAS by itself: one product of matrices, or of a row and a matrix, into the same memory every
 * time.
 */
final class Blas implements Side {
  /** The product of an m by k and a k by n matrix, which may be stored transposed. */
  record Shape(int m, int k, int n, boolean left, boolean right) {}

  private final Shape shape;
  private final List<Pointer> given = new ArrayList<>();
  private final Pointer result;

  Blas(Workload workload, Shape shape) {
    this.shape = shape;
    for (Tensor t : workload.given().values()) {
      given.add(
          t.dtype() == DType.F64 ? new DoublePointer(t.doubles()) : new FloatPointer(t.floats()));
    }
    long size = (long) shape.m * shape.n;
    result =
        given.get(0) instanceof DoublePointer ? new DoublePointer(size) : new FloatPointer(size);
  }

  static void threads(int count) {
    openblas.blas_set_num_threads(count);
  }

  @Override
  public String name() {
    return "OpenBLAS";
  }

  @Override
  public void run(int times) {
    int left = shape.left ? openblas.CblasTrans : openblas.CblasNoTrans;
    int right = shape.right ? openblas.CblasTrans : openblas.CblasNoTrans;
    int leftRow = shape.left ? shape.m : shape.k;
    int rightRow = shape.right ? shape.k : shape.n;
    for (int i = 0; i < times; i++) {
      if (shape.m == 1) {
        row();
      } else if (result instanceof DoublePointer to) {
        DoublePointer a = (DoublePointer) given.get(0);
        DoublePointer b = (DoublePointer) given.get(1);
        openblas.cblas_dgemm(
            openblas.CblasRowMajor,
            left,
            right,
            shape.m,
            shape.n,
            shape.k,
            1,
            a,
            leftRow,
            b,
            rightRow,
            0,
            to,
            shape.n);
      } else {
        FloatPointer a = (FloatPointer) given.get(0);
        FloatPointer b = (FloatPointer) given.get(1);
        openblas.cblas_sgemm(
            openblas.CblasRowMajor,
            left,
            right,
            shape.m,
            shape.n,
            shape.k,
            1,
            a,
            leftRow,
            b,
            rightRow,
            0,
            (FloatPointer) result,
            shape.n);
      }
    }
  }

  /** One row times a matrix, which is that matrix turned times a column. */
  private void row() {
    int turn = shape.right ? openblas.CblasNoTrans : openblas.CblasTrans;
    int lines = shape.right ? shape.n : shape.k;
    int line = shape.right ? shape.k : shape.n;
    int order = openblas.CblasRowMajor;
    if (result instanceof DoublePointer to) {
      DoublePointer x = (DoublePointer) given.get(0);
      DoublePointer w = (DoublePointer) given.get(1);
      openblas.cblas_dgemv(order, turn, lines, line, 1, w, line, x, 1, 0, to, 1);
    } else {
      FloatPointer x = (FloatPointer) given.get(0);
      FloatPointer w = (FloatPointer) given.get(1);
      openblas.cblas_sgemv(order, turn, lines, line, 1, w, line, x, 1, 0, (FloatPointer) result, 1);
    }
  }

  @Override
  public List<Tensor> results() {
    if (result instanceof DoublePointer from) {
      double[] to = new double[shape.m * shape.n];
      from.get(to);
      return List.of(Tensor.of(to, shape.m, shape.n));
    }
    float[] to = new float[shape.m * shape.n];
    ((FloatPointer) result).get(to);
    return List.of(Tensor.of(to, shape.m, shape.n));
  }

  @Override
  public void close() {
    given.forEach(Pointer::deallocate);
    result.deallocate();
  }
}
