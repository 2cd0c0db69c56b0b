package dlx.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.Dlx;
import dlx.Model;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The cells of the library, compiled, against their formulas in complex numbers: f(x + ih) has
 * f'(x) h as its imaginary part, up to rounding if h is tiny, as nothing is subtracted.
 */
class RecurrentCellTest {
  private static final int BATCH = 2;
  private static final int N = 3;
  private static final double STEP = 1e-60;

  /** The loss weighs the last state and, less, all others, so that every turn has a part of it. */
  private static final String PROGRAM =
      """
      dim time
      input x: f64[time, 2, 3]
      one = CELL
      hs = for t in time with STATE TRUNCATE { UPDATE; h }
      loss = sum(hs[-1]^2) + 0.1 * sum(sin(hs))
      """;

  @TempDir private Path folder;

  // ------------------------------------------------------------------ complex numbers

  private record Complex(double re, double im) {
    Complex plus(Complex o) {
      return new Complex(re + o.re, im + o.im);
    }

    Complex times(Complex o) {
      return new Complex(re * o.re - im * o.im, re * o.im + im * o.re);
    }

    Complex over(Complex o) {
      double size = o.re * o.re + o.im * o.im;
      return new Complex((re * o.re + im * o.im) / size, (im * o.re - re * o.im) / size);
    }

    Complex exp() {
      double size = Math.exp(re);
      return new Complex(size * Math.cos(im), size * Math.sin(im));
    }

    Complex sin() {
      return new Complex(Math.sin(re) * Math.cosh(im), Math.cos(re) * Math.sinh(im));
    }

    Complex negate() {
      return new Complex(-re, -im);
    }

    Complex sigmoid() {
      return ONE.over(ONE.plus(negate().exp()));
    }

    Complex tanh() {
      Complex double_ = plus(this);
      return double_.sigmoid().plus(double_.negate().sigmoid().negate());
    }

    /** Taken for a constant by derivatives. */
    Complex given() {
      return new Complex(re, 0);
    }
  }

  private static final Complex ONE = new Complex(1, 0);

  /** Parameters by the ends of their paths, as rows. */
  private record Weights(Map<String, Complex[][]> byName) {
    /** x W, of the columns from {@code first} on. */
    Complex[] product(Complex[] x, String name, int row, int first) {
      Complex[] y = new Complex[N];
      for (int j = 0; j < N; j++) {
        y[j] = new Complex(0, 0);
        for (int i = 0; i < x.length; i++) {
          y[j] = y[j].plus(x[i].times(byName.get(name)[row + i][first + j]));
        }
      }
      return y;
    }

    Complex[] bias(String name, int first) {
      return java.util.Arrays.copyOfRange(byName.get(name)[0], first, first + N);
    }
  }

  private static Complex[] sum(Complex[]... terms) {
    Complex[] y = terms[0].clone();
    for (int k = 1; k < terms.length; k++) {
      for (int i = 0; i < y.length; i++) {
        y[i] = y[i].plus(terms[k][i]);
      }
    }
    return y;
  }

  private static Complex[] times(Complex[] a, Complex[] b) {
    Complex[] y = a.clone();
    for (int i = 0; i < y.length; i++) {
      y[i] = a[i].times(b[i]);
    }
    return y;
  }

  private static Complex[] each(Complex[] a, java.util.function.UnaryOperator<Complex> function) {
    return Stream.of(a).map(function).toArray(Complex[]::new);
  }

  private static Complex[] sigmoid(Complex[]... terms) {
    return each(sum(terms), Complex::sigmoid);
  }

  private static Complex[] tanh(Complex[]... terms) {
    return each(sum(terms), Complex::tanh);
  }

  /** z * a + (1 - z) * b. */
  private static Complex[] mix(Complex[] z, Complex[] a, Complex[] b) {
    Complex[] rest = each(z, v -> ONE.plus(v.negate()));
    return sum(times(z, a), times(rest, b));
  }

  // ------------------------------------------------------------------ cells by hand

  /** From an input and states to the next states; h comes first. */
  private interface Cell {
    List<Complex[]> next(Weights w, Complex[] x, List<Complex[]> states);
  }

  private static final Map<String, Cell> CELLS = new LinkedHashMap<>();

  static {
    CELLS.put(
        "rnn",
        (w, x, s) ->
            List.<Complex[]>of(
                tanh(w.product(x, "w", 0, 0), w.product(s.get(0), "w", N, 0), w.bias("b", 0))));
    CELLS.put(
        "lstm",
        (w, x, s) -> {
          List<Complex[]> gates = new ArrayList<>();
          for (int g = 0; g < 4; g++) {
            gates.add(
                sum(
                    w.product(x, "w", 0, g * N),
                    w.product(s.get(0), "w", N, g * N),
                    w.bias("b", g * N)));
          }
          Complex[] open = each(gates.get(1), v -> v.plus(ONE));
          Complex[] c =
              sum(times(sigmoid(open), s.get(1)), times(sigmoid(gates.get(0)), tanh(gates.get(3))));
          return List.of(times(sigmoid(gates.get(2)), tanh(c)), c);
        });
    CELLS.put(
        "gru",
        (w, x, s) -> {
          Complex[] h = s.get(0);
          Complex[] r = sigmoid(w.product(x, "wx", 0, 0), w.bias("b", 0), w.product(h, "wh", 0, 0));
          Complex[] z = sigmoid(w.product(x, "wx", 0, N), w.bias("b", N), w.product(h, "wh", 0, N));
          Complex[] g =
              tanh(
                  w.product(x, "wx", 0, 2 * N),
                  w.bias("b", 2 * N),
                  w.product(times(r, h), "wg", 0, 0));
          return List.<Complex[]>of(mix(z, h, g));
        });
    CELLS.put(
        "mut1",
        (w, x, s) -> {
          Complex[] h = s.get(0);
          Complex[] z = sigmoid(w.product(x, "wx", 0, 0), w.bias("b", 0));
          Complex[] r = sigmoid(w.product(x, "wx", 0, N), w.bias("b", N), w.product(h, "hr", 0, 0));
          Complex[] g = tanh(w.product(times(r, h), "hh", 0, 0), tanh(x), w.bias("bh", 0));
          return List.<Complex[]>of(mix(z, g, h));
        });
    CELLS.put(
        "mut2",
        (w, x, s) -> {
          Complex[] h = s.get(0);
          Complex[] z = sigmoid(w.product(x, "wx", 0, 0), w.bias("b", 0), w.product(h, "wh", 0, 0));
          Complex[] r = sigmoid(x, w.product(h, "wh", 0, N), w.bias("br", 0));
          Complex[] g =
              tanh(w.product(times(r, h), "hh", 0, 0), w.product(x, "wx", 0, N), w.bias("b", N));
          return List.<Complex[]>of(mix(z, g, h));
        });
    CELLS.put(
        "mut3",
        (w, x, s) -> {
          Complex[] h = s.get(0);
          Complex[] z =
              sigmoid(w.product(x, "wx", 0, 0), w.bias("b", 0), w.product(tanh(h), "hz", 0, 0));
          Complex[] r = sigmoid(w.product(x, "wx", 0, N), w.bias("b", N), w.product(h, "hr", 0, 0));
          Complex[] g =
              tanh(
                  w.product(times(r, h), "hh", 0, 0),
                  w.product(x, "wx", 0, 2 * N),
                  w.bias("b", 2 * N));
          return List.<Complex[]>of(mix(z, g, h));
        });
  }

  /** The loss of the program; every {@code cut} turns states are taken as given, never if 0. */
  private static Complex loss(Cell cell, int states, Weights w, Complex[][][] x, int cut) {
    Complex loss = new Complex(0, 0);
    for (int b = 0; b < BATCH; b++) {
      List<Complex[]> s = new ArrayList<>();
      for (int k = 0; k < states; k++) {
        s.add(each(new Complex[] {ONE, ONE, ONE}, v -> new Complex(0, 0)));
      }
      for (int t = 0; t < x.length; t++) {
        if (cut > 0 && t % cut == 0) {
          s.replaceAll(v -> each(v, Complex::given));
        }
        s = new ArrayList<>(cell.next(w, x[t][b], s));
        for (Complex h : s.getFirst()) {
          loss = loss.plus(h.sin().times(new Complex(0.1, 0)));
          loss = t == x.length - 1 ? loss.plus(h.times(h)) : loss;
        }
      }
    }
    return loss;
  }

  // ------------------------------------------------------------------ the tests

  static Stream<Arguments> cells() {
    return CELLS.keySet().stream()
        .flatMap(c ->
            Stream.of(1, 2, 7, 50)
                .flatMap(t -> Stream.of(0, 3).filter(k -> k < t).map(k -> Arguments.of(c, t, k))));
  }

  @ParameterizedTest(name = "{0}, {1} turns, truncated after {2}")
  @MethodSource("cells")
  void gradients(String name, int turns, int cut) throws IOException {
    boolean two = name.equals("lstm");
    String text =
        PROGRAM
            .replace("CELL", name + "_cell(3)")
            .replace("STATE", "h: f64[2, 3] = 0" + (two ? ", c: f64[2, 3] = 0" : ""))
            .replace("TRUNCATE", cut == 0 ? "" : "truncate = " + cut)
            .replace("UPDATE", two ? "(h, c) <- one(x[t], h, c)" : "h <- one(x[t], h)");
    Model model = Dlx.load(Files.writeString(folder.resolve("cell.dlx"), text));
    Random random = new Random(turns);
    Map<String, Complex[][]> values = new LinkedHashMap<>();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (String path : model.entry("loss").slots()) {
      Tensor tensor = model.get(path);
      assertEquals(DType.F64, tensor.dtype(), path);
      for (int i = 0; i < tensor.size(); i++) {
        tensor.set(i, random.nextGaussian() * 0.7);
      }
      model.set(path, tensor);
      tensors.put(path, tensor);
      values.put(path.substring(path.lastIndexOf('.') + 1), rows(tensor));
    }
    assertTrue(!values.isEmpty());
    Complex[][][] x = new Complex[turns][BATCH][N];
    Tensor input = Tensor.zeros(DType.F64, turns, BATCH, N);
    for (int i = 0; i < input.size(); i++) {
      input.set(i, random.nextGaussian());
      x[i / (BATCH * N)][i / N % BATCH][i % N] = new Complex(input.get(i), 0);
    }
    Map<String, Tensor> given = Map.of("x", input);
    Weights weights = new Weights(values);
    Cell cell = CELLS.get(name);
    int states = two ? 2 : 1;
    close(loss(cell, states, weights, x, cut).re, model.entry("loss").call(given).number(), "loss");
    for (String path : tensors.keySet()) {
      Tensor slope = model.entry("grad(loss, " + path + ")").call(given);
      Complex[][] all = values.get(path.substring(path.lastIndexOf('.') + 1));
      int columns = all[0].length;
      for (int i = 0; i < slope.size(); i += 1 + slope.size() / 12) {
        Complex before = all[i / columns][i % columns];
        all[i / columns][i % columns] = new Complex(before.re, STEP);
        double expected = loss(cell, states, weights, x, cut).im / STEP;
        all[i / columns][i % columns] = before;
        close(expected, slope.get(i), path + " " + i);
      }
    }
    Tensor slope = model.entry("grad(loss, x)").call(given);
    for (int i = 0; i < slope.size(); i += 1 + slope.size() / 12) {
      Complex[] row = x[i / (BATCH * N)][i / N % BATCH];
      Complex before = row[i % N];
      row[i % N] = new Complex(before.re, STEP);
      close(loss(cell, states, weights, x, cut).im / STEP, slope.get(i), "x " + i);
      row[i % N] = before;
    }
  }

  private static Complex[][] rows(Tensor tensor) {
    int columns = tensor.shape()[tensor.shape().length - 1];
    Complex[][] rows = new Complex[tensor.size() / columns][columns];
    for (int i = 0; i < tensor.size(); i++) {
      rows[i / columns][i % columns] = new Complex(tensor.get(i), 0);
    }
    return rows;
  }

  /** Both are right up to rounding; 50 turns of chains of a dozen operations stay below this. */
  private static void close(double expected, double actual, String what) {
    assertEquals(expected, actual, 1e-9 * (1 + Math.abs(expected)), what);
  }
}
