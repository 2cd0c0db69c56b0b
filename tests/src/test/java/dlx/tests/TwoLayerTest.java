package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dlx.Dlx;
import dlx.Model;
import dlx.Step;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The first fifty losses of a network with one hidden layer, against the same training written out
 * by hand in f64.
 */
class TwoLayerTest {
  private static final int BATCH = 64;
  private static final int WIDE = 1000;
  private static final int HIDDEN = 100;
  private static final int OUT = 10;
  private static final double RATE = 0.05;

  private static final String PROGRAM =
      """
      dim n = 64, d_in = 1000, hidden = 100, d_out = 10
      input x: f32[n, d_in]
      input y: f32[n, d_out]

      param w1: f32[d_in, hidden] ~ normal(0, 0.02)
      param b1: f32[hidden] = 0
      param w2: f32[hidden, d_out] ~ normal(0, 0.1)
      param b2: f32[d_out] = 0

      h = sigmoid(x @ w1 + b1)
      predict = sigmoid(h @ w2 + b2)
      loss = sum((predict - y)^2) / n

      step train(rate: f32 = 0.05) {
        for p in params { p <- p - rate * grad(loss, p) }
        loss
      }
      """;

  @Test
  void lossesInF64() {
    // sums in another order: a rounding of 1e-16 for each of a thousand terms, over fifty steps
    compare(PROGRAM.replace("f32", "f64"), DType.F64, 1e-12);
  }

  @Test
  void lossesInF32() {
    compare(PROGRAM, DType.F32, 1e-4);
  }

  private static void compare(String program, DType dtype, double tolerance) {
    Model model = Dlx.parse("two_layer.dlx", program);
    Random random = new Random(7);
    Tensor x = random(random, dtype, BATCH, WIDE);
    Tensor y = random(random, dtype, BATCH, OUT);
    double[][] w1 = rows(model.get("w1"), HIDDEN);
    double[][] w2 = rows(model.get("w2"), OUT);
    Reference reference = new Reference(rows(x, WIDE), rows(y, OUT), w1, w2);
    Step train = model.step("train");
    for (int i = 0; i < 50; i++) {
      double expected = reference.step();
      double loss = train.run(Map.of("x", x, "y", y)).number();
      assertEquals(expected, loss, tolerance * expected, "the loss of step " + i);
    }
  }

  private static Tensor random(Random random, DType dtype, int rows, int columns) {
    Tensor tensor = Tensor.zeros(dtype, rows, columns);
    for (int i = 0; i < tensor.size(); i++) {
      tensor.set(i, random.nextDouble());
    }
    return tensor;
  }

  private static double[][] rows(Tensor tensor, int columns) {
    double[][] rows = new double[tensor.size() / columns][columns];
    for (int i = 0; i < tensor.size(); i++) {
      rows[i / columns][i % columns] = tensor.get(i);
    }
    return rows;
  }

  /** The network and its gradient by the book, in loops. */
  private static final class Reference {
    private final double[][] x;
    private final double[][] y;
    private final double[][] w1;
    private final double[][] w2;
    private final double[] b1 = new double[HIDDEN];
    private final double[] b2 = new double[OUT];

    Reference(double[][] x, double[][] y, double[][] w1, double[][] w2) {
      this.x = x;
      this.y = y;
      this.w1 = w1;
      this.w2 = w2;
    }

    double step() {
      double[][] h = layer(x, w1, b1);
      double[][] p = layer(h, w2, b2);
      double loss = 0;
      double[][] dp = new double[BATCH][OUT];
      double[][] dh = new double[BATCH][HIDDEN];
      for (int i = 0; i < BATCH; i++) {
        for (int j = 0; j < OUT; j++) {
          double error = p[i][j] - y[i][j];
          loss += error * error / BATCH;
          dp[i][j] = 2 * error / BATCH * p[i][j] * (1 - p[i][j]);
        }
        for (int k = 0; k < HIDDEN; k++) {
          double sum = 0;
          for (int j = 0; j < OUT; j++) {
            sum += dp[i][j] * w2[k][j];
          }
          dh[i][k] = sum * h[i][k] * (1 - h[i][k]);
        }
      }
      descend(h, dp, w2, b2);
      descend(x, dh, w1, b1);
      return loss;
    }

    private static double[][] layer(double[][] in, double[][] w, double[] b) {
      double[][] out = new double[in.length][b.length];
      for (int i = 0; i < in.length; i++) {
        double[] row = b.clone();
        for (int k = 0; k < w.length; k++) {
          for (int j = 0; j < b.length; j++) {
            row[j] += in[i][k] * w[k][j];
          }
        }
        for (int j = 0; j < b.length; j++) {
          out[i][j] = 1 / (1 + Math.exp(-row[j]));
        }
      }
      return out;
    }

    private static void descend(double[][] in, double[][] d, double[][] w, double[] b) {
      double[][] slope = new double[w.length][b.length];
      double[] slopeB = new double[b.length];
      for (int i = 0; i < in.length; i++) {
        for (int j = 0; j < b.length; j++) {
          slopeB[j] += d[i][j];
        }
        for (int k = 0; k < w.length; k++) {
          for (int j = 0; j < b.length; j++) {
            slope[k][j] += in[i][k] * d[i][j];
          }
        }
      }
      for (int j = 0; j < b.length; j++) {
        b[j] -= RATE * slopeB[j];
        for (int k = 0; k < w.length; k++) {
          w[k][j] -= RATE * slope[k][j];
        }
      }
    }
  }
}
