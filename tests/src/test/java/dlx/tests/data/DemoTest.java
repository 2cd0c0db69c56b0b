package dlx.tests.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.data.DataFiles;
import dlx.data.Loaded;
import dlx.data.Npz;
import dlx.data.Reading;
import dlx.data.Wanted;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {
  private static final Wanted LABEL = new Wanted("label", DType.I32, new int[] {-1}, 0);

  private static Wanted floats(String name, int... shape) {
    return new Wanted(name, DType.F32, shape, 0);
  }

  private static Map<String, Tensor> load(String source, Wanted... wanted) {
    return DataFiles.load(source, List.of(wanted), Reading.DEFAULT, Path.of("")).tensors();
  }

  @Test
  void digitsComeInTheDeclaredShape() {
    Map<String, Tensor> flat = load("demo:digits:50", floats("image", -1, 784), LABEL);
    assertArrayEquals(new int[] {50, 784}, flat.get("image").shape());
    assertArrayEquals(new int[] {50}, flat.get("label").shape());
    Map<String, Tensor> square = load("demo:digits:50", LABEL, floats("image", -1, 28, 28));
    assertArrayEquals(new int[] {50, 28, 28}, square.get("image").shape());
    assertArrayEquals(flat.get("image").floats(), square.get("image").floats());
    assertArrayEquals(
        new int[] {50, 28, 28, 1},
        load("demo:digits:50", floats("x", -1, 28, 28, 1)).get("x").shape());
    assertArrayEquals(
        new int[] {50, 784}, load("demo:digits:50", floats("real", -1, -1)).get("real").shape());
    for (float pixel : flat.get("image").floats()) assertTrue(pixel >= 0 && pixel <= 1);
    for (int label : flat.get("label").ints()) assertTrue(label >= 0 && label < 10);
  }

  @Test
  void theSameSourceIsTheSameDataAndAnotherSeedIsNot() {
    Tensor first = load("demo:digits:20", floats("x", -1, 784)).get("x");
    assertArrayEquals(
        first.floats(), load("demo:digits:20:0", floats("x", -1, 784)).get("x").floats());
    assertFalse(
        Arrays.equals(
            first.floats(), load("demo:digits:20:1", floats("x", -1, 784)).get("x").floats()));
    // pinned: data that anybody can name must never change in silence
    assertEquals(DIGITS, Arrays.hashCode(first.floats()));
  }

  private static final int DIGITS = -1747022072;

  private static final int SHAPES = -1784190720;

  @Test
  void shapesComeInTheDeclaredSizeAndHaveNames() {
    Loaded loaded =
        DataFiles.load(
            "demo:shapes:40",
            List.of(floats("image", -1, 32, 32, 3), LABEL),
            Reading.DEFAULT,
            Path.of(""));
    assertEquals("star", loaded.classes().get("label").get(6));
    Tensor image = loaded.tensors().get("image");
    assertEquals("f32[40, 32, 32, 3]", image.describe());
    for (float value : image.floats()) assertTrue(value >= 0 && value <= 1);
    assertEquals(SHAPES, Arrays.hashCode(image.floats()));
    Tensor flat = load("demo:shapes:40", floats("x", -1, 3072), LABEL).get("x");
    assertArrayEquals(image.floats(), flat.floats());
    Tensor small = load("demo:shapes:4", floats("x", -1, 9, 12, 1)).get("x");
    assertEquals("f32[4, 9, 12, 1]", small.describe());
    assertEquals(
        "f32[4, 32, 32]", load("demo:shapes:4", floats("x", -1, -1, -1)).get("x").describe());
    assertEquals(
        "f32[4, 32, 32, 3]",
        load("demo:shapes:4", floats("x", -1, -1, -1, -1)).get("x").describe());
    Expect.error("R0103", () -> load("demo:shapes:4", floats("x", -1, 32, 32, 5)), "5]");
  }

  /** Colours tell nothing of the kind: the nearest mean picture is hardly better than a guess. */
  @Test
  void shapesAreNotToldByTheirColours() {
    Map<String, Tensor> train = load("demo:shapes:2000", floats("x", -1, 3072), LABEL);
    Map<String, Tensor> test = load("demo:shapes:500:1", floats("x", -1, 3072), LABEL);
    int[] counts = new int[10];
    for (int label : train.get("label").ints()) counts[label]++;
    for (int count : counts) assertEquals(200, count, 45); // three deviations
    int right = right(train, test, 3072);
    assertTrue(right < 125, right + " of 500");
  }

  /** The nearest mean image tells most digits, not all: neither trivial nor noise. */
  @Test
  void digitsCanBeLearnedButNotTrivially() {
    Map<String, Tensor> train = load("demo:digits:2000", floats("x", -1, 784), LABEL);
    Map<String, Tensor> test = load("demo:digits:500:1", floats("x", -1, 784), LABEL);
    int right = right(train, test, 784);
    assertTrue(right > 300 && right < 475, right + " of 500");
  }

  /** How many of the test examples are of the class whose mean is nearest. */
  private static int right(Map<String, Tensor> train, Map<String, Tensor> test, int width) {
    float[] means = new float[10 * width];
    int[] labels = train.get("label").ints();
    int[] counts = new int[10];
    for (int label : labels) counts[label]++;
    for (int i = 0; i < labels.length; i++) {
      for (int j = 0; j < width; j++) {
        means[labels[i] * width + j] += train.get("x").floats()[i * width + j] / counts[labels[i]];
      }
    }
    int right = 0;
    for (int i = 0; i < test.get("x").extent(0); i++) {
      int nearest = nearest(means, test.get("x").floats(), i * width, width);
      if (nearest == test.get("label").ints()[i]) right++;
    }
    return right;
  }

  private static int nearest(float[] means, float[] x, int at, int width) {
    int best = 0;
    double least = Double.MAX_VALUE;
    for (int label = 0; label < 10; label++) {
      double distance = 0;
      for (int j = 0; j < width; j++) {
        double d = means[label * width + j] - x[at + j];
        distance += d * d;
      }
      if (distance < least) {
        least = distance;
        best = label;
      }
    }
    return best;
  }

  @Test
  void theOtherSetsFitTheirDeclarations() {
    Map<String, Tensor> spirals = load("demo:spirals:30", floats("x", -1, 2), LABEL);
    assertEquals("f32[30, 2]", spirals.get("x").describe());
    assertEquals("i32[30]", spirals.get("label").describe());
    Map<String, Tensor> line = load("demo:line:30", floats("x", -1, 13), floats("y", -1));
    assertEquals("f32[30, 13]", line.get("x").describe());
    assertEquals("f32[30]", line.get("y").describe());
    Map<String, Tensor> wide = load("demo:line:30", floats("x", -1, 5), floats("y", -1, 4));
    assertEquals("f32[30, 4]", wide.get("y").describe());
    Wanted y = new Wanted("y", DType.F64, new int[] {-1}, 0);
    Wanted rate = new Wanted("rate", DType.F32, new int[] {}, -1);
    Map<String, Tensor> blobs =
        load("demo:blobs:30", new Wanted("x", DType.F64, new int[] {-1, -1}, 0), y, rate);
    assertEquals("f64[30, 2]", blobs.get("x").describe());
    for (double value : blobs.get("y").doubles()) assertTrue(value == 0 || value == 1);
    assertEquals(2, blobs.size());
    assertEquals("f32[6000]", load("demo:line", floats("x", -1)).get("x").describe());
    assertEquals("f32[0, 2]", load("demo:spirals:0", floats("x", -1, 2)).get("x").describe());
  }

  @Test
  void whatDoesNotFitIsOneClearError() {
    Expect.error("R0107", () -> load("demo:faces", floats("x", -1, 2)), "faces", "demo:digits");
    Expect.error("R0107", () -> load("demo:digits:many", floats("x", -1, 784)), "many");
    Expect.error("R0107", () -> load("demo:digits:-1", floats("x", -1, 784)), "-1");
    Expect.error("R0103", () -> load("demo:digits:5", floats("x", -1, 100)), "100]", "784");
    Expect.error("R0103", () -> load("demo:spirals:5", LABEL), "float");
    Expect.error(
        "R0107",
        () -> load("demo:line", floats("a", -1, 2), floats("b", -1), floats("c", -1)),
        "3 inputs");
    Expect.error(
        "R0103",
        () -> load("demo:line", new Wanted("x", DType.F32, new int[] {5, -1}, 1)),
        "first axis");
  }

  // ---------------------------------------------------------------- sources by name

  @TempDir Path folder;

  @Test
  void oneFileGivesSeveralInputsByName() {
    Npz.write(
        folder.resolve("d.npz"),
        Map.of("x", Tensor.of(new double[] {1, 2}, 2, 1), "label", Tensor.of(new int[] {0, 1}, 2)));
    Map<String, Tensor> loaded =
        DataFiles.load(
                "d.npz", List.of(floats("x", -1), LABEL, floats("y", -1)), Reading.DEFAULT, folder)
            .tensors();
    Expect.same(Tensor.of(new float[] {1, 2}, 2), loaded.get("x"));
    assertEquals(2, loaded.size());
    Expect.error(
        "R0107", () -> DataFiles.value("d.npz", floats("z", -1), folder), "`z`", "it has ");
    Expect.same(
        Tensor.of(new float[] {1, 2}, 2), DataFiles.value("[1, 2]", floats("x", -1), folder));
    Expect.error(
        "R0101", () -> DataFiles.value("none.npz", floats("x", -1), folder), "no such file");
    Expect.error("R0101", () -> DataFiles.value(".", floats("x", -1), folder), "folder");
  }
}
