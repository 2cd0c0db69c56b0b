package dlx.tests;

import dlx.graph.Contraction;
import dlx.graph.Node;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bugs of fusion that random functions have found, each as small as it gets. */
class FuseTest {
  /**
   * y[b] = x[b] sum over a of x[a] w[a, b], where x is cheap: it stands before and behind the fold.
   */
  @Test
  void oneNodeAtTwoPlacesOfAKernel() {
    Trial trial = new Trial();
    Node x = trial.input("x", Tensor.of(new double[] {1, 2, 3}, 3)).convert(DType.F32);
    Node w = trial.input("w", Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9}, 3, 3));
    Contraction twice = new Contraction(List.of(List.of(0), List.of(0, 1), List.of(1)), List.of(1));
    trial.check(Trial.Tolerance.EXACT, trial.graph.node(twice, x, w, x));
  }

  /** A result that a fold over rows needs too is there also if there are no columns. */
  @Test
  void resultBesideAFoldOfNoColumns() {
    for (int columns : new int[] {0, 2}) {
      Trial trial = new Trial();
      Node x = trial.input("x", Tensor.of(new float[] {1, 2, 3}, 3)).convert(DType.F64);
      Node w = trial.input("w", Tensor.zeros(DType.F64, 3, columns));
      Contraction sum = new Contraction(List.of(List.of(0), List.of(0, 1)), List.of(1));
      trial.check(Trial.Tolerance.EXACT, trial.graph.node(sum, x, w), x);
    }
  }
}
