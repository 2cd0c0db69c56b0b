package dlx.tests;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * Convolution, pooling and normalization as plain loops over positions, with derivatives by hand:
 * everything that is read or written is found by its index, nothing is shared with the compiler.
 */
final class Nests {
  private Nests() {}

  /** Row-major numbers. */
  record Array(double[] data, int... shape) {
    static Array zeros(int... shape) {
      int size = 1;
      for (int extent : shape) size *= extent;
      return new Array(new double[size], shape);
    }

    int index(int... at) {
      int index = 0;
      for (int axis = 0; axis < shape.length; axis++) index = index * shape[axis] + at[axis];
      return index;
    }

    double get(int... at) {
      return data[index(at)];
    }

    void add(double value, int... at) {
      data[index(at)] += value;
    }
  }

  /** One axis of a sliding window: where element j of window i is, and whether there is one. */
  record Slide(int extent, int k, int stride, int pad, int dilation) {
    int count() {
      return (extent + 2 * pad - dilation * (k - 1) - 1) / stride + 1;
    }

    int at(int i, int j) {
      return stride * i + dilation * j - pad;
    }

    boolean inside(int i, int j) {
      return at(i, j) >= 0 && at(i, j) < extent;
    }
  }

  /** A visit of a convolution: y[b, h, w, o] has x[b, r, s, c] times kernel[i, j, c - start, o]. */
  private interface Visit {
    void at(int b, int h, int w, int o, int r, int s, int c, int i, int j, int part);
  }

  private static void visit(Array x, int outputs, Slide rows, Slide columns, int groups, Visit v) {
    int channels = x.shape()[3] / groups;
    for (int b = 0; b < x.shape()[0]; b++)
      for (int h = 0; h < rows.count(); h++)
        for (int w = 0; w < columns.count(); w++)
          for (int o = 0; o < outputs; o++)
            for (int i = 0; i < rows.k(); i++)
              for (int j = 0; j < columns.k(); j++)
                for (int part = 0; part < channels; part++) {
                  int c = o / (outputs / groups) * channels + part;
                  if (rows.inside(h, i) && columns.inside(w, j)) {
                    v.at(b, h, w, o, rows.at(h, i), columns.at(w, j), c, i, j, part);
                  }
                }
  }

  /** y, and the derivatives of sum(u * y) by x and by the kernel. */
  static List<Array> convolution(
      Array x, Array kernel, Array u, Slide rows, Slide columns, int groups) {
    int outputs = kernel.shape()[3];
    Array y = Array.zeros(x.shape()[0], rows.count(), columns.count(), outputs);
    Array dx = Array.zeros(x.shape());
    Array dk = Array.zeros(kernel.shape());
    visit(
        x,
        outputs,
        rows,
        columns,
        groups,
        (b, h, w, o, r, s, c, i, j, part) -> {
          y.add(x.get(b, r, s, c) * kernel.get(i, j, part, o), b, h, w, o);
          dx.add(u.get(b, h, w, o) * kernel.get(i, j, part, o), b, r, s, c);
          dk.add(u.get(b, h, w, o) * x.get(b, r, s, c), i, j, part, o);
        });
    return List.of(y, dx, dk);
  }

  /**
   * The same over any number of axes, without groups: y[b, p.., n] is the sum over j.. and c of
   * x[b, at(p, j).., c] times kernel[j.., c, n].
   */
  static List<Array> convolution(Array x, Array kernel, Array u, List<Slide> axes) {
    int d = axes.size();
    Array dx = Array.zeros(x.shape());
    Array dk = Array.zeros(kernel.shape());
    Array y = Array.zeros(u.shape());
    for (int to = 0; to < u.data().length; to++) {
      int[] p = position(to, u.shape());
      for (int from = 0; from < kernel.data().length; from++) {
        int[] j = position(from, kernel.shape());
        int[] at = new int[d + 2];
        at[0] = p[0];
        at[d + 1] = j[d];
        boolean inside = j[d + 1] == p[d + 1];
        for (int axis = 0; axis < d; axis++) {
          at[axis + 1] = axes.get(axis).at(p[axis + 1], j[axis]);
          inside &= axes.get(axis).inside(p[axis + 1], j[axis]);
        }
        if (inside) {
          y.data()[to] += x.get(at) * kernel.data()[from];
          dx.add(u.data()[to] * kernel.data()[from], at);
          dk.data()[from] += u.data()[to] * x.get(at);
        }
      }
    }
    return List.of(y, dx, dk);
  }

  /** The position of the element with this number. */
  private static int[] position(int number, int[] shape) {
    int[] at = new int[shape.length];
    int rest = number;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      at[axis] = rest % shape[axis];
      rest /= shape[axis];
    }
    return at;
  }

  /** The same for a kernel of its own for each channel. */
  static List<Array> depthwise(Array x, Array kernel, Array u, Slide rows, Slide columns) {
    int channels = x.shape()[3];
    Array y = Array.zeros(x.shape()[0], rows.count(), columns.count(), channels);
    Array dx = Array.zeros(x.shape());
    Array dk = Array.zeros(kernel.shape());
    visit(
        x,
        channels,
        rows,
        columns,
        channels,
        (b, h, w, o, r, s, c, i, j, part) -> {
          y.add(x.get(b, r, s, c) * kernel.get(i, j, c), b, h, w, c);
          dx.add(u.get(b, h, w, c) * kernel.get(i, j, c), b, r, s, c);
          dk.add(u.get(b, h, w, c) * x.get(b, r, s, c), i, j, c);
        });
    return List.of(y, dx, dk);
  }

  /**
   * y and the derivatives of sum(u * y) for the convolution that goes the other way: {@code wide}
   * slides over y.
   */
  static List<Array> transposed(Array x, Array kernel, Array u, Slide rows, Slide columns) {
    Array y = Array.zeros(x.shape()[0], rows.extent(), columns.extent(), kernel.shape()[3]);
    Array dx = Array.zeros(x.shape());
    Array dk = Array.zeros(kernel.shape());
    for (int b = 0; b < x.shape()[0]; b++)
      for (int h = 0; h < x.shape()[1]; h++)
        for (int w = 0; w < x.shape()[2]; w++)
          for (int i = 0; i < rows.k(); i++)
            for (int j = 0; j < columns.k(); j++)
              for (int c = 0; c < x.shape()[3]; c++)
                for (int n = 0; n < kernel.shape()[3]; n++)
                  if (rows.inside(h, i) && columns.inside(w, j)) {
                    int r = rows.at(h, i);
                    int s = columns.at(w, j);
                    y.add(x.get(b, h, w, c) * kernel.get(i, j, c, n), b, r, s, n);
                    dx.add(u.get(b, r, s, n) * kernel.get(i, j, c, n), b, h, w, c);
                    dk.add(u.get(b, r, s, n) * x.get(b, h, w, c), i, j, c, n);
                  }
    return List.of(y, dx, dk);
  }

  /** The greatest of patches; the derivative is shared by the greatest ones. Then means. */
  static List<Array> pooling(Array x, Array u, Slide rows, Slide columns, boolean greatest) {
    Array y = Array.zeros(x.shape()[0], rows.count(), columns.count(), x.shape()[3]);
    Array dx = Array.zeros(x.shape());
    for (int b = 0; b < x.shape()[0]; b++)
      for (int h = 0; h < rows.count(); h++)
        for (int w = 0; w < columns.count(); w++)
          for (int c = 0; c < x.shape()[3]; c++) {
            List<int[]> patch = new ArrayList<>();
            for (int i = 0; i < rows.k(); i++)
              for (int j = 0; j < columns.k(); j++)
                if (rows.inside(h, i) && columns.inside(w, j))
                  patch.add(new int[] {b, rows.at(h, i), columns.at(w, j), c});
            double most = patch.stream().mapToDouble(x::get).max().orElse(Double.NEGATIVE_INFINITY);
            long count = patch.stream().filter(at -> x.get(at) == most).count();
            int all = rows.k() * columns.k();
            double mean = patch.stream().mapToDouble(x::get).sum() / all;
            y.add(greatest ? most : mean, b, h, w, c);
            for (int[] at : patch) {
              double share = greatest ? (x.get(at) == most ? 1.0 / count : 0) : 1.0 / all;
              dx.add(u.get(b, h, w, c) * share, at);
            }
          }
    return List.of(y, dx);
  }

  /** x / (k + alpha * sum over near channels of x^2)^beta and its derivative. */
  static List<Array> response(Array x, Array u, int span, double k, double alpha, double beta) {
    int channels = x.shape()[x.shape().length - 1];
    int rows = x.data().length / Math.max(1, channels);
    Array y = Array.zeros(x.shape());
    Array dx = Array.zeros(x.shape());
    for (int row = 0; row < rows; row++) {
      double[] base = new double[channels];
      for (int c = 0; c < channels; c++) {
        base[c] = k;
        for (int near = c - span / 2; near <= c + span / 2; near++) {
          double v = near >= 0 && near < channels ? x.data()[row * channels + near] : 0;
          base[c] += alpha * v * v;
        }
      }
      for (int c = 0; c < channels; c++) {
        int at = row * channels + c;
        y.data()[at] = x.data()[at] / Math.pow(base[c], beta);
        dx.data()[at] += u.data()[at] / Math.pow(base[c], beta);
        for (int near = c - span / 2; near <= c + span / 2; near++) {
          if (near >= 0 && near < channels) {
            double slope = -2 * alpha * beta * x.data()[at] * Math.pow(base[c], -beta - 1);
            dx.data()[row * channels + near] +=
                u.data()[at] * slope * x.data()[row * channels + near];
          }
        }
      }
    }
    return List.of(y, dx);
  }

  /**
   * Normalization: the elements of a group get mean 0 and variance 1, then gamma and beta of their
   * channel. The derivative by x is gamma / sigma (u - mean(u) - z mean(u z)), with gamma in u.
   *
   * @param group the group of an element
   */
  static List<Array> normal(
      Array x, Array u, Array gamma, Array beta, double eps, IntUnaryOperator group) {
    int n = x.data().length;
    int channels = gamma.data().length;
    Array y = Array.zeros(x.shape());
    Array dx = Array.zeros(x.shape());
    Array dgamma = Array.zeros(channels);
    for (int g = 0; g < n; g++) {
      List<Integer> members = new ArrayList<>();
      for (int i = 0; i < n; i++) {
        if (group.applyAsInt(i) == g) members.add(i);
      }
      double mean = members.stream().mapToDouble(i -> x.data()[i]).average().orElse(0);
      double variance =
          members.stream().mapToDouble(i -> Math.pow(x.data()[i] - mean, 2)).average().orElse(0);
      double sigma = Math.sqrt(variance + eps);
      double pull =
          members.stream()
              .mapToDouble(i -> u.data()[i] * gamma.data()[i % channels])
              .average()
              .orElse(0);
      double turn =
          members.stream()
              .mapToDouble(
                  i -> u.data()[i] * gamma.data()[i % channels] * (x.data()[i] - mean) / sigma)
              .average()
              .orElse(0);
      for (int i : members) {
        double z = (x.data()[i] - mean) / sigma;
        y.data()[i] = gamma.data()[i % channels] * z + beta.data()[i % channels];
        dx.data()[i] = (u.data()[i] * gamma.data()[i % channels] - pull - z * turn) / sigma;
        dgamma.data()[i % channels] += u.data()[i] * z;
      }
    }
    return List.of(y, dx, dgamma);
  }
}
