package dlx.tests.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every example learns from the command line, with the data of its recipe or fewer of them. */
class ExamplesTest {
  private static final Path FOLDER = Path.of("..", "examples");

  /** Programs that have nothing to learn here, no data of their own, or need what is not built. */
  private static final Set<String> OTHERS =
      Set.of(
          "hopfield", // stores in one step
          "sindy_autoencoder",
          "som", // a step for one example at a time
          "vgg19", // vgg16 with three more of its convolutions
          "zoo"); // pieces for other programs, which its tests use

  /** A small setting of the large networks of pictures. */
  private static final String FEW = "-D classes=10 --data demo:shapes:256 --batch 32 --epochs 2";

  @TempDir private Path folder;

  /**
   * A training and what it must reach.
   *
   * @param metric a name in the lines of {@code --json}
   * @param above what its last value over the first, or with {@code isValue} the last value itself,
   *     is not less than
   * @param below what it is not more than
   */
  record Training(
      String name, String options, String metric, double above, double below, boolean isValue) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** The metric shrinks at least to this part of what it was. */
  private static Training shrinks(String name, String options, String metric, double part) {
    return new Training(name, options, metric, 0, part, false);
  }

  /** The metric ends in this interval. */
  private static Training ends(
      String name, String options, String metric, double above, double below) {
    return new Training(name, options, metric, above, below, true);
  }

  static Stream<Training> trainings() {
    return Stream.of(
        // the noise has a variance of 0.01; the rest of the loss goes
        ends("line", "--epochs 3", "loss", 0, 0.02),
        ends("linear_regression", "--epochs 3", "loss", 0, 0.02),
        // the penalty alone, most of the cost, is multiplied by 1 - 0.002 twice a step
        shrinks("logistic_regression", "--epochs 100", "cost", Math.exp(-0.004 * 100) + 0.1),
        // downhill at a rate that takes about a hundredth of the loss in each epoch
        shrinks("house", "--epochs 50", "loss", 0.8),
        shrinks("skyscraper", "--epochs 50", "loss", 0.8),
        // 1,100 parameters for each of 10 linear functions of which 640 examples are known
        shrinks("two_layer", "--epochs 10", "loss", 0.25),
        // the data were made with 0.7; differences are off by dt / 2 and dx^2 / 12
        ends("heat", "", "w", 0.695, 0.705),
        // a guess costs log(10) = 2.3, an untrained digit no less
        ends("digits", "--epochs 2", "loss", 0, 1),
        ends("mnist", "--epochs 2", "loss", 0, 1),
        // a guess among ten kinds costs log(10) = 2.3
        ends("cifar", "--data demo:shapes:1500 --epochs 4 --set rate=0.02", "loss", 0, 2.1),
        // ten kinds of shapes: a guess costs log(10) = 2.3
        // what is deep and has no normalization begins slowly: it is below a guess
        shrinks("alexnet", FEW + " -D hidden=64 -D side=64 --set rate=0.005", "loss", 0.998),
        shrinks("vgg16", FEW + " -D hidden=64 -D side=32 --set rate=0.005", "loss", 0.998),
        shrinks("resnet", FEW + " -D layers=18 -D side=32 --set rate=0.02", "loss", 0.97),
        ends("lenet5", "--data demo:digits:1000 --epochs 3", "loss", 0, 1),
        // pictures as bright as they are on the mean leave a variance of 0.1, and grey ones log(2)
        ends("autoencoder", "--data demo:digits:1000 --epochs 2", "loss", 0, 0.5),
        shrinks("denoiser", "--data demo:digits:300 --batch 32 --epochs 2", "loss", 0.6),
        // a grey picture of 38 by 38 pixels costs 1444 log(2) = 1001; what is drawn gets nearer
        shrinks(
            "dcign",
            "-D side=38 -D width=4 -D latent=10 --data demo:shapes:256 --epochs 3",
            "loss",
            0.998),
        // one and a half turns of an arm are told apart; a straight line reaches 0.65
        ends("spirals", "", "accuracy", 0.95, 1),
        // one species is far from the others, two overlap in a few examples
        ends("iris", "--epochs 30", "accuracy", 0.93, 1),
        ends("penguins", "--epochs 15", "accuracy", 0.95, 1),
        // a grey picture costs 784 log(2) = 543, the mean picture about 200
        ends("vae", "--data demo:digits:512 --epochs 4", "loss", 0, 400),
        // from drawing every pixel alike, 0.19, towards pictures of the one at hand
        ends("rbm", "--data demo:digits:512 --batch 16 --epochs 8", "loss", 0, 0.12),
        // guessing costs log(28) = 3.3, a word that is known but for its first letter less than
        // half
        shrinks(
            "char_rnn", "-D hidden=64 --data demo:text:20000 --batch 10 --epochs 3", "loss", 0.6),
        shrinks(
            "transformer",
            "-D width=32 --data demo:text:20000 --batch 8 --epochs 3 --set rate=0.005",
            "loss",
            0.7),
        // eight sequences with labels of no reason are learned by heart
        shrinks(
            "gru_mut1",
            "train_gru -D width=5 --epochs 600 --batch 8 "
                + data("x", 4, 8, 5)
                + classes("label", 8, 5),
            "loss",
            0.7),
        shrinks(
            "gru_mut1",
            "train_mut1 -D width=5 --epochs 600 --batch 8 "
                + data("x", 4, 8, 5)
                + classes("label", 8, 5),
            "loss",
            0.7),
        // four captions of three words over 7 words: guessing costs log(7) = 1.9
        shrinks(
            "captioning",
            "-D regions=5 -D d=6 -D hidden=16 -D vocab=7 --set rate=0.02 --epochs 40 --batch 4 "
                + data("regions_of", 4, 5, 6)
                + classes("caption", 3, 4, 7)
                + classes("next", 3, 4, 7),
            "loss",
            0.7),
        // four networks, each a loss of its own
        shrinks(
            "sequences",
            "--epochs 60 --batch 6 "
                + data("start", 6, 8)
                + data("series", 5, 6, 8)
                + classes("label", 6, 4)
                + classes("labels", 5, 6, 4)
                + classes("given", 3, 6, 4)
                + classes("next", 3, 6, 4),
            "loss",
            0.7),
        // a critic who cannot tell costs 2 log(2) = 1.386, and at first it is easy to tell
        ends("gan", "--data demo:digits:128 --batch 32 --epochs 3", "loss", 0, 1.2));
  }

  /** An input of numbers that look like noise, as an option. */
  private static String data(String name, int... shape) {
    return "--data " + name + "=" + json(shape, 0, new int[1], k -> "" + Math.sin(k * k + 1)) + " ";
  }

  /** The same of class numbers; the last number of the shape is how many there are. */
  private static String classes(String name, int... shape) {
    int[] own = java.util.Arrays.copyOf(shape, shape.length - 1);
    int count = shape[shape.length - 1];
    return "--data " + name + "=" + json(own, 0, new int[1], k -> "" + k * 7 % 11 % count) + " ";
  }

  private static String json(
      int[] shape, int axis, int[] at, java.util.function.IntFunction<String> element) {
    if (axis == shape.length) return element.apply(at[0]++);
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < shape[axis]; i++) parts.add(json(shape, axis + 1, at, element));
    return "[" + String.join(",", parts) + "]";
  }

  @ParameterizedTest
  @MethodSource("trainings")
  void learns(Training training) {
    Shell shell = new Shell(folder);
    String program = FOLDER.resolve(training.name + ".dlx").toString();
    Shell.Said said =
        shell.run("train " + program + " --json --out DIR/m.safetensors " + training.options);
    assertEquals(0, said.code(), said.err());
    List<Double> values = values(said.out(), training.metric);
    assertTrue(values.size() > 1, said.out());
    double last = values.getLast();
    double reached = training.isValue ? last : last / values.getFirst();
    assertTrue(
        training.above <= reached && reached <= training.below,
        () -> training.metric + " went as " + values);
  }

  private static List<Double> values(String lines, String metric) {
    Matcher matcher =
        Pattern.compile("\"" + Pattern.quote(metric) + "\": ([-0-9.eE]+)").matcher(lines);
    List<Double> values = new ArrayList<>();
    while (matcher.find()) values.add(Double.valueOf(matcher.group(1)));
    return values;
  }

  @Test
  void everyExampleIsTrained() throws IOException {
    Set<String> left = new TreeSet<>();
    try (Stream<Path> files = Files.list(FOLDER)) {
      files
          .map(f -> f.getFileName().toString())
          .filter(f -> f.endsWith(".dlx"))
          .forEach(f -> left.add(f.replace(".dlx", "")));
    }
    trainings().forEach(t -> left.remove(t.name));
    left.removeAll(OTHERS);
    assertEquals(Set.of(), left);
  }
}
