package dlx.data;

import dlx.runtime.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Data made by code: {@code demo:NAME}, {@code demo:NAME:EXAMPLES} or {@code
 * demo:NAME:EXAMPLES:SEED}. Always there, and the same on every machine.
 *
 * <table>
 *   <caption>the sets</caption>
 *   <tr><th>name<th>features of an example<th>target
 *   <tr><td>digits<td>28×28 pixels from 0 to 1<td>the digit, 0 to 9
 *   <tr><td>shapes<td>height × width × 1 or 3 as declared, else 32×32×3, from 0 to 1<td>the kind, 0
 *       to 9, with its name
 *   <tr><td>spirals<td>2, a point<td>the arm it is on, 0 or 1
 *   <tr><td>blobs<td>as many as declared, else 2<td>the cloud, 0 to 2 (0 or 1 for a float input)
 *   <tr><td>line<td>as many as declared, else 13<td>a linear function of them plus noise, as wide as
 *       declared
 *   <tr><td>heat<td>as many as declared, else 64: a rod's temperatures, 0.1 apart; the examples are
 *       0.001 apart in time<td>none
 * </table>
 *
 * <p>{@code demo:text} is sentences of a small grammar, given as {@link Text} is; a number behind
 * it is one of characters.
 *
 * <p>Who gets what: inputs that count no examples are left out. The features go to the first float
 * input that has more axes than the one that counts examples, or else to the first float input; the
 * target to the input left over, if there is one. Names do not matter.
 */
public final class Demo {
  public static final String PREFIX = "demo:";

  private static final int EXAMPLES = 6000;
  private static final int CHARACTERS = 200_000;

  private final String source;
  private final int examples;
  private final Draws draws;
  private final Wanted features;
  private final Optional<Wanted> target;

  private Demo(String source, int examples, long seed, Wanted features, Optional<Wanted> target) {
    this.source = source;
    this.examples = examples;
    this.draws = new Draws(seed, source.split(":")[1]);
    this.features = features;
    this.target = target;
  }

  /** Makes the set that {@code source} names for the inputs of a program. */
  public static Loaded load(String source, List<Wanted> wanted, Map<String, List<String>> classes) {
    String[] parts = source.split(":");
    if (parts.length < 2 || parts.length > 4) throw unknown(source);
    long seed = parts.length > 3 ? number(parts[3], source) : 0;
    if (parts[1].equals("text")) {
      int length = parts.length > 2 ? (int) number(parts[2], source) : CHARACTERS;
      return Text.of(source, DemoText.of(length, new Draws(seed, "text")), wanted, classes);
    }
    List<Wanted> counted = wanted.stream().filter(w -> w.batch() >= 0 && w.rank() > 0).toList();
    List<Wanted> floats = counted.stream().filter(w -> w.dtype().isFloat()).toList();
    if (floats.isEmpty()) throw Problem.shape(source, "no float input counts examples", "");
    Wanted features =
        floats.stream().filter(w -> w.rank() > 1).findFirst().orElse(floats.getFirst());
    List<Wanted> rest = counted.stream().filter(w -> w != features).toList();
    if (rest.size() > 1) {
      throw Problem.name(
          source,
          "demo data have features and a target, and the program has %d inputs that count examples"
              .formatted(counted.size()),
          "");
    }
    for (Wanted w : counted) {
      if (w.batch() != 0) {
        throw Problem.shape(
            source,
            "demo data count examples on the first axis, `%s` on another".formatted(w.name()),
            "");
      }
    }
    int examples = parts.length > 2 ? (int) number(parts[2], source) : EXAMPLES;
    Demo demo = new Demo(source, examples, seed, features, rest.stream().findFirst());
    Map<String, List<String>> names = new LinkedHashMap<>();
    if (parts[1].equals("shapes"))
      demo.target.ifPresent(t -> names.put(t.name(), DemoShapes.KINDS));
    return Loaded.of(
        switch (parts[1]) {
          case "digits" -> demo.digits();
          case "shapes" -> demo.shapes();
          case "spirals" -> demo.spirals();
          case "blobs" -> demo.blobs();
          case "line" -> demo.line();
          case "heat" -> demo.heat();
          default -> throw unknown(source);
        },
        names,
        List.of(),
        false);
  }

  private static RuntimeException unknown(String source) {
    return Problem.name(
        source,
        "there are no demo data named `" + source.substring(PREFIX.length()) + "`",
        "there are demo:digits, demo:shapes, demo:spirals, demo:blobs, demo:line, demo:heat and"
            + " demo:text; a number of examples and a seed may follow, as in demo:digits:2000:1");
  }

  private static long number(String text, String source) {
    try {
      int number = Integer.parseInt(text);
      if (number >= 0 && number <= 1_000_000) return number;
    } catch (NumberFormatException e) {
      // said below
    }
    throw Problem.name(source, "`" + text + "` is not a number from 0 to 1000000", "");
  }

  private Map<String, Tensor> digits() {
    float[] images = new float[Math.multiplyExact(examples, DemoDigits.PIXELS)];
    float[] labels = new float[examples];
    DemoDigits digits = new DemoDigits(draws);
    for (int i = 0; i < examples; i++) {
      int digit = draws.below(10);
      labels[i] = digit;
      digits.draw(digit, images, i * DemoDigits.PIXELS);
    }
    return give(images, DemoDigits.PIXELS, labels, 1);
  }

  private Map<String, Tensor> shapes() {
    int[] declared = features.shape();
    boolean plane = declared.length == 3 || declared.length == 4;
    int height = plane && declared[1] != Wanted.ANY ? declared[1] : DemoShapes.SIDE;
    int width = plane && declared[2] != Wanted.ANY ? declared[2] : DemoShapes.SIDE;
    boolean grey =
        plane ? declared.length == 3 || declared[3] == 1 : features.width() == height * width;
    int channels = grey ? 1 : 3;
    int size = height * width * channels;
    if ((long) examples * size > Tensor.MOST_ELEMENTS) {
      throw Problem.elements(source, "these pictures have too many elements");
    }
    float[] pictures = new float[examples * size];
    float[] labels = new float[examples];
    DemoShapes shapes = new DemoShapes(draws, height, width, channels);
    for (int i = 0; i < examples; i++) {
      int kind = draws.below(DemoShapes.KINDS.size());
      labels[i] = kind;
      shapes.draw(kind, pictures, i * size);
    }
    Map<String, Tensor> tensors = give(pictures, size, labels, 1);
    if (plane) {
      int[] shape = {examples, height, width, channels};
      Tensor whole = tensors.get(features.name()).reshape(Arrays.copyOf(shape, declared.length));
      tensors.put(features.name(), features.fit(whole, source));
    }
    return tensors;
  }

  /** Two arms, one and a half turns each. */
  private Map<String, Tensor> spirals() {
    float[] points = new float[2 * examples];
    float[] labels = new float[examples];
    for (int i = 0; i < examples; i++) {
      int arm = draws.below(2);
      double along = StrictMath.sqrt(draws.uniform());
      double angle = 3 * Math.PI * along + arm * Math.PI;
      points[2 * i] = (float) (along * StrictMath.cos(angle) + 0.03 * draws.normal());
      points[2 * i + 1] = (float) (along * StrictMath.sin(angle) + 0.03 * draws.normal());
      labels[i] = arm;
    }
    return give(points, 2, labels, 1);
  }

  /**
   * Round clouds around centres that the seed 0 draws, so that another seed is more of the same.
   */
  private Map<String, Tensor> blobs() {
    int width = width(features, 2);
    int clouds = target.isPresent() && target.get().dtype().isFloat() ? 2 : 3;
    Draws centres = new Draws(0, "blobs centres");
    double[] centre = new double[clouds * width];
    for (int i = 0; i < centre.length; i++) centre[i] = 2.5 * centres.normal();
    float[] points = new float[Math.multiplyExact(examples, width)];
    float[] labels = new float[examples];
    for (int i = 0; i < examples; i++) {
      int cloud = draws.below(clouds);
      labels[i] = cloud;
      for (int j = 0; j < width; j++) {
        points[i * width + j] = (float) (centre[cloud * width + j] + draws.normal());
      }
    }
    return give(points, width, labels, 1);
  }

  /** y = x w + b + noise of deviation 0.1, with w and b that the seed 0 draws. */
  private Map<String, Tensor> line() {
    int width = width(features, 13);
    int outputs = target.map(t -> width(t, 1)).orElse(1);
    Draws truth = new Draws(0, "line truth");
    double[] w = new double[(width + 1) * outputs];
    for (int i = 0; i < w.length; i++) w[i] = truth.normal();
    float[] x = new float[Math.multiplyExact(examples, width)];
    float[] y = new float[Math.multiplyExact(examples, outputs)];
    for (int i = 0; i < examples; i++) {
      for (int j = 0; j < width; j++) x[i * width + j] = (float) draws.normal();
      for (int k = 0; k < outputs; k++) {
        double sum = w[width * outputs + k] + 0.1 * draws.normal();
        for (int j = 0; j < width; j++) sum += x[i * width + j] * w[j * outputs + k];
        y[i * outputs + k] = (float) sum;
      }
    }
    return give(x, width, y, outputs);
  }

  /** T(t, x) = exp(-0.7 t) sin(x), which solves dT/dt = 0.7 d2T/dx2. Nothing is drawn. */
  private Map<String, Tensor> heat() {
    int width = width(features, 64);
    float[] temperature = new float[Math.multiplyExact(examples, width)];
    for (int i = 0; i < examples; i++) {
      double amplitude = StrictMath.exp(-0.7 * 0.001 * i);
      for (int j = 0; j < width; j++) {
        temperature[i * width + j] = (float) (amplitude * StrictMath.sin(0.1 * j));
      }
    }
    return give(temperature, width, new float[examples], 1);
  }

  private static int width(Wanted w, int otherwise) {
    return w.rank() == 1 ? 1 : w.width() == Wanted.ANY ? otherwise : w.width();
  }

  private Map<String, Tensor> give(float[] x, int width, float[] y, int outputs) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put(features.name(), shaped(x, width, features));
    target.ifPresent(t -> tensors.put(t.name(), shaped(y, outputs, t)));
    return tensors;
  }

  /** The numbers as {@code w} declares them; one extent that is left open is found. */
  private Tensor shaped(float[] data, int width, Wanted w) {
    int[] shape = w.shape();
    shape[0] = examples;
    int known = 1;
    int open = -1;
    for (int axis = 1; axis < shape.length; axis++) {
      if (shape[axis] != Wanted.ANY) known *= shape[axis];
      else if (open < 0) open = axis;
      else shape[axis] = 1;
    }
    if (open >= 0) shape[open] = known == 0 ? 0 : width / known;
    if (open >= 0 ? known == 0 || width % known != 0 : known != width) {
      throw w.wrongShape(new int[] {examples, width}, source);
    }
    return Tensor.of(data, shape).convert(w.dtype());
  }
}
