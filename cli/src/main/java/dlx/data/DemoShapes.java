package dlx.data;

import java.util.List;

/**
 * Coloured shapes: of ten kinds, a little turned, of some size and somewhere near the middle, one
 * colour on a ground of two others that run into each other, with grain.
 */
final class DemoShapes {
  /** The kinds, by their numbers. */
  static final List<String> KINDS =
      List.of(
          "disc", "ring", "square", "frame", "triangle", "cross", "star", "moon", "bars", "heart");

  /** The side if nothing is declared. */
  static final int SIDE = 32;

  /** Points on each side of a pixel that are asked whether they lie inside. */
  private static final int POINTS = 2;

  private final Draws draws;
  private final int height;
  private final int width;
  private final int channels;
  private final double[][] colours = new double[3][3];

  DemoShapes(Draws draws, int height, int width, int channels) {
    this.draws = draws;
    this.height = height;
    this.width = width;
    this.channels = channels;
  }

  /** Draws a shape: rows from the top, channels last, from 0 to 1. */
  void draw(int kind, float[] to, int at) {
    paint();
    double turn = draws.between(-0.35, 0.35);
    double cos = StrictMath.cos(turn);
    double sin = StrictMath.sin(turn);
    double size = draws.between(0.55, 0.95) * Math.min(height, width) / 2;
    double centreX = width * draws.between(0.4, 0.6);
    double centreY = height * draws.between(0.4, 0.6);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int inside = 0;
        for (int p = 0; p < POINTS * POINTS; p++) {
          double right = (x + (p % POINTS + 0.5) / POINTS - centreX) / size;
          double down = (y + (p / POINTS + 0.5) / POINTS - centreY) / size;
          if (isInside(kind, cos * right + sin * down, cos * down - sin * right)) inside++;
        }
        double cover = (double) inside / (POINTS * POINTS);
        double along = (y + 0.5) / height;
        double grain = 0.04 * draws.normal();
        pixel(to, at + (y * width + x) * channels, cover, along, grain);
      }
    }
  }

  /** A colour for the shape that is unlike both of the ground. */
  private void paint() {
    do {
      for (double[] colour : colours) {
        for (int c = 0; c < 3; c++) colour[c] = draws.uniform();
      }
    } while (distance(colours[0], colours[1]) < 0.5 || distance(colours[0], colours[2]) < 0.5);
  }

  private static double distance(double[] a, double[] b) {
    double sum = 0;
    for (int c = 0; c < 3; c++) sum += (a[c] - b[c]) * (a[c] - b[c]);
    return StrictMath.sqrt(sum);
  }

  private void pixel(float[] to, int at, double cover, double along, double grain) {
    double grey = 0;
    for (int c = 0; c < 3; c++) {
      double ground = colours[1][c] + (colours[2][c] - colours[1][c]) * along;
      double value = Math.clamp(ground + (colours[0][c] - ground) * cover + grain, 0, 1);
      if (channels == 3) to[at + c] = (float) value;
      grey += value * (c == 0 ? 0.299 : c == 1 ? 0.587 : 0.114);
    }
    if (channels == 1) to[at] = (float) grey;
  }

  /** Whether a point of the square from -1 to 1 lies in the shape; x to the right, y downwards. */
  private static boolean isInside(int kind, double x, double y) {
    double radius = StrictMath.sqrt(x * x + y * y);
    double square = Math.max(Math.abs(x), Math.abs(y));
    return switch (KINDS.get(kind)) {
      case "disc" -> radius < 0.85;
      case "ring" -> radius > 0.5 && radius < 0.9;
      case "square" -> square < 0.75;
      case "frame" -> square > 0.45 && square < 0.8;
      case "triangle" -> y < 0.6 && Math.abs(x) < 0.6 * (y + 0.9);
      case "cross" -> square < 0.85 && Math.min(Math.abs(x), Math.abs(y)) < 0.28;
      case "star" -> {
        // five points: the radius falls from a point to the middle between two
        double fifth = 2 * Math.PI / 5;
        double angle = StrictMath.atan2(x, -y);
        double away = Math.abs(angle - fifth * Math.rint(angle / fifth)) / (fifth / 2);
        yield radius < 0.98 - 0.58 * away;
      }
      case "moon" -> radius < 0.85 && (x - 0.4) * (x - 0.4) + y * y > 0.36;
      case "bars" -> square < 0.85 && (x + 0.85) % 0.68 < 0.34;
      case "heart" -> {
        double right = 1.25 * x;
        double up = 0.2 - 1.25 * y;
        double bulge = right * right + up * up - 1;
        yield bulge * bulge * bulge < right * right * up * up * up;
      }
      default -> throw new AssertionError(kind);
    };
  }
}
