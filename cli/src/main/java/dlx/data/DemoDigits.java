package dlx.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Handwriting of a kind: the strokes of {@link DemoGlyphs}, their points moved a little, then
 * turned, slanted, stretched and shifted, drawn with a pen of some thickness, with noise on the
 * paper.
 */
final class DemoDigits {
  static final int SIDE = 28;
  static final int PIXELS = SIDE * SIDE;

  /** The side of the unit square in pixels. */
  private static final double HEIGHT = 20;

  /** Straight pieces between two points of a curve. */
  private static final int PIECES = 6;

  private final Draws draws;
  private final float[] paper = new float[PIXELS];

  DemoDigits(Draws draws) {
    this.draws = draws;
  }

  /** Draws a digit: 28×28 values from 0 (paper) to 1 (ink), row by row. */
  void draw(int digit, float[] to, int at) {
    Arrays.fill(paper, 0);
    String[] variants = DemoGlyphs.GLYPHS[digit];
    String glyph = variants[draws.below(variants.length)];
    double pen = draws.between(1.3, 2.9);
    double[] map = placing();
    for (String stroke : glyph.split("\\s*\\|\\s*")) {
      double[] line = line(stroke, map);
      for (int i = 0; i + 3 < line.length; i += 2) {
        ink(line[i], line[i + 1], line[i + 2], line[i + 3], pen);
      }
    }
    double pressure = draws.between(0.75, 1);
    for (int i = 0; i < PIXELS; i++) {
      double grain = 0.06 * draws.normal();
      to[at + i] = (float) Math.clamp(paper[i] * pressure + grain, 0, 1);
    }
  }

  /**
   * The affine map from the unit square to pixels: x' = m0 x + m1 y + m2, y' = m3 x + m4 y + m5.
   */
  private double[] placing() {
    double turn = draws.between(-0.25, 0.25);
    double slant = draws.between(-0.3, 0.3);
    double wide = HEIGHT * draws.between(0.65, 1);
    double high = HEIGHT * draws.between(0.8, 1.1);
    double cos = StrictMath.cos(turn);
    double sin = StrictMath.sin(turn);
    double[] m = {
      cos * wide, (slant * cos - sin) * high, 0, sin * wide, (slant * sin + cos) * high, 0
    };
    m[2] = SIDE / 2.0 - (m[0] + m[1]) / 2 + draws.between(-2, 2);
    m[5] = SIDE / 2.0 - (m[3] + m[4]) / 2 + draws.between(-2, 2);
    return m;
  }

  /** The corners of a stroke in pixels, x and y in turn. */
  private double[] line(String stroke, double[] m) {
    String[] words = stroke.strip().split("\\s+");
    List<double[]> points = new ArrayList<>();
    for (String word : Arrays.asList(words).subList(1, words.length)) {
      int comma = word.indexOf(',');
      double x = Double.parseDouble(word.substring(0, comma)) + 0.025 * draws.normal();
      double y = Double.parseDouble(word.substring(comma + 1)) + 0.025 * draws.normal();
      points.add(new double[] {m[0] * x + m[1] * y + m[2], m[3] * x + m[4] * y + m[5]});
    }
    return switch (words[0]) {
      case "l" -> points.stream().flatMapToDouble(Arrays::stream).toArray();
      case "c" -> smooth(points, false);
      case "o" -> smooth(points, true);
      default -> throw new AssertionError(stroke);
    };
  }

  /** The Catmull-Rom spline through points. */
  private static double[] smooth(List<double[]> points, boolean closed) {
    int n = points.size();
    int spans = closed ? n : n - 1;
    double[] line = new double[2 * (spans * PIECES + 1)];
    for (int i = 0; i < spans; i++) {
      double[] a = points.get(closed ? (i + n - 1) % n : Math.max(i - 1, 0));
      double[] b = points.get(i);
      double[] c = points.get((i + 1) % n);
      double[] d = points.get(closed ? (i + 2) % n : Math.min(i + 2, n - 1));
      for (int k = 0; k <= PIECES; k++) {
        double t = (double) k / PIECES;
        for (int axis = 0; axis < 2; axis++) {
          line[2 * (i * PIECES + k) + axis] =
              b[axis]
                  + t
                      / 2
                      * (c[axis]
                          - a[axis]
                          + t
                              * (2 * a[axis]
                                  - 5 * b[axis]
                                  + 4 * c[axis]
                                  - d[axis]
                                  + t * (3 * (b[axis] - c[axis]) + d[axis] - a[axis])));
        }
      }
    }
    return line;
  }

  /** Inks a straight piece: full within half the pen of it, fading over one pixel. */
  private void ink(double ax, double ay, double bx, double by, double pen) {
    double dx = bx - ax;
    double dy = by - ay;
    double length = dx * dx + dy * dy;
    double reach = pen / 2 + 1;
    int top = Math.clamp((long) Math.floor(Math.min(ay, by) - reach), 0, SIDE - 1);
    int bottom = Math.clamp((long) Math.ceil(Math.max(ay, by) + reach), 0, SIDE - 1);
    int left = Math.clamp((long) Math.floor(Math.min(ax, bx) - reach), 0, SIDE - 1);
    int right = Math.clamp((long) Math.ceil(Math.max(ax, bx) + reach), 0, SIDE - 1);
    for (int row = top; row <= bottom; row++) {
      for (int column = left; column <= right; column++) {
        double px = column + 0.5 - ax;
        double py = row + 0.5 - ay;
        double t = length == 0 ? 0 : Math.clamp((px * dx + py * dy) / length, 0, 1);
        double ex = px - t * dx;
        double ey = py - t * dy;
        float cover = (float) Math.clamp(pen / 2 + 0.5 - Math.sqrt(ex * ex + ey * ey), 0, 1);
        paper[row * SIDE + column] = Math.max(paper[row * SIDE + column], cover);
      }
    }
  }
}
