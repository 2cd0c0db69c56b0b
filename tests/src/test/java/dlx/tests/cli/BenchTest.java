package dlx.tests.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What {@code dlx bench} and {@code dlx train --profile} say about kernels. How long something
 * takes is not tested; what is done is counted by hand.
 */
class BenchTest {
  private static final String PROGRAM =
      """
      dim batch
      input x: f32[batch, 6]
      input label: i32[batch]
      input scale: f32 = 2
      param w: f32[6, 8] ~ normal()
      table = w'
      h = x @ w
      moved = x * scale + 1
      total = sum(x * x, 1)
      columns = sum(x, 0)
      rows = table[label]
      halves: f64[batch] = f64(sum(x, 1)) / 2
      loss = mean(cross_entropy(h, label))
      step train(rate: f32 = 0.01) {
        w <- w - rate * grad(loss, w)
        loss
      }
      recipe train { batch = 10 }
      """;

  @TempDir private Path folder;
  private Shell shell;

  @BeforeEach
  void open() {
    shell = new Shell(folder).with("net.dlx", PROGRAM);
  }

  private JsonNode bench(String arguments) {
    Shell.Said said = shell.run("bench DIR/net.dlx --seconds 0.01 --json " + arguments);
    assertEquals(0, said.code(), said.err());
    return JsonMapper.shared().readTree(said.out());
  }

  private void does(String arguments, double operations, double bytes) {
    JsonNode said = bench(arguments);
    assertEquals(operations, said.get("operations").asDouble(), arguments);
    assertEquals(bytes, said.get("bytes").asDouble(), arguments);
  }

  @Test
  void countsWhatIsDone() {
    // two for each of 10 * 8 * 6 terms; x, w and the result
    does("h --dim batch=10", 2 * 10 * 8 * 6, 4 * (10 * 6 + 6 * 8 + 10 * 8));
    // two operators on 60 elements; x and the result; scale is a number in memory
    does("moved --dim batch=10", 2 * 60, 4 * (60 + 60 + 1));
    // a product and a term of the sum for each element
    does("total --dim batch=10", 2 * 60, 4 * (60 + 10));
    does("columns --dim batch=10", 60, 4 * (60 + 6));
    // a read and a written element, which lie in the same tensor, are two
    does("x[::2] --dim batch=10", 0, 4 * (30 + 30));
    // twice the rows: twice the work, but for the parameter
    does("h --dim batch=20", 2 * 20 * 8 * 6, 4 * (20 * 6 + 6 * 8 + 20 * 8));
  }

  @Test
  void ofATableOnlyWhatIsPickedIsRead() {
    // 2 rows of 6 are picked of 8: their positions, what is read of the table, and the result
    double few = bench("rows --dim batch=2").get("bytes").asDouble();
    double many = bench("rows --dim batch=500").get("bytes").asDouble();
    assertEquals(4 * (2 + 12 + 12), few);
    assertEquals(4 * (500 + 48 + 3000), many);
  }

  @Test
  void theKernelsOfALoopAreCountedForEveryTurn() {
    shell.with(
        "loop.dlx",
        """
        dim time
        input x: f32[time, 40]
        states = for t in time with h: f32[40] = 0 { h <- tanh(h + x[t]); h }
        """);
    Shell.Said said = shell.run("bench DIR/loop.dlx states --dim time=50 --seconds 0.01 --json");
    assertEquals(0, said.code(), said.err());
    JsonNode json = JsonMapper.shared().readTree(said.out());
    // a sum and a tanh of 40 numbers in each of 50 turns
    assertEquals(2 * 40 * 50, json.get("operations").asDouble());
    // a turn touches a row of x and of the results and the variable before and after, not all of x
    assertTrue(json.get("bytes").asDouble() <= 50 * 4 * 40 * 5, said.out());
  }

  @Test
  void everyKernelHasItsLine() {
    JsonNode said = bench("train --dim batch=10");
    assertEquals(List.of("x", "label"), names(said.get("drawn")));
    assertEquals(10, said.get("sizes").get("batch").asInt());
    double kernels = 0;
    int number = 0;
    for (JsonNode kernel : said.get("kernels")) {
      assertEquals(number++, kernel.get("kernel").asInt());
      assertTrue(kernel.get("place").asString().startsWith("DIR/net.dlx:"), kernel.toString());
      assertTrue(kernel.get("seconds").asDouble() > 0, kernel.toString());
      assertTrue(kernel.get("floor").asDouble() > 0, kernel.toString());
      kernels += kernel.get("seconds").asDouble();
    }
    assertTrue(number > 1);
    double lines = 0;
    int mentioned = 0;
    for (JsonNode line : said.get("lines")) {
      lines += line.get("seconds").asDouble();
      mentioned += line.get("kernels").size();
    }
    assertEquals(kernels, lines, 1e-12);
    assertEquals(number, mentioned);
    assertTrue(said.get("floor").asDouble() > 0);
    assertTrue(said.get("machine").get("f32").asDouble() > 1e6);
  }

  @Test
  void printsTables() {
    Shell.Said said =
        shell.run("bench DIR/net.dlx train --dim batch=10 --seconds 0.01 --threads 1");
    assertEquals(0, said.code(), said.err());
    assertTrue(said.out().startsWith("train: "), said.out());
    assertTrue(said.out().contains("1 thread\nsizes: batch = 10\n"), said.out());
    assertTrue(said.out().contains("DIR/net.dlx:7   Product[][batch][8][6]\n"), said.out());
    assertTrue(said.out().contains("h = x @ w\n"), said.out());
    assertEquals("drawn inputs: x, label\n", said.err());
  }

  @Test
  void wrongUseIsToldWithHelp() {
    refuses(
        "bench DIR/net.dlx h", "`x` is f32[batch, 6], and `batch` is not known", "--dim batch=64");
    refuses("bench DIR/net.dlx train h --dim batch=3", "a step is measured alone", "`train`");
    refuses("bench DIR/net.dlx h --set rate=1 --dim batch=3", "--set is for steps", "");
    refuses("bench DIR/net.dlx h --seconds no --dim batch=3", "--seconds is a number above 0", "");
    refuses("bench DIR/net.dlx hh --dim batch=3", "hh", "");
  }

  private void refuses(String command, String sentence, String help) {
    Shell.Said said = shell.run(command);
    assertEquals(2, said.code(), said.err());
    assertTrue(said.err().contains(sentence) && said.err().contains(help), said.err());
    assertEquals("", said.out());
  }

  private static List<String> names(JsonNode array) {
    return array.valueStream().map(JsonNode::asString).toList();
  }

  // ------------------------------------------------------------------ train --profile

  @Test
  void aProfileOfTraining() throws IOException {
    String x = "[" + "[1,2,3,4,5,6],".repeat(24) + "[1,2,3,4,5,6]]";
    String label = "[" + "1,".repeat(24) + "0]";
    String train = "train DIR/net.dlx --data x=" + x + " --data label=" + label + " --epochs 3";
    assertEquals(0, shell.run(train + " --out DIR/plain.safetensors").code());
    Shell.Said said = shell.run(train + " --profile --json --out DIR/measured.safetensors");
    assertEquals(0, said.code(), said.err());
    assertArrayEquals(
        Files.readAllBytes(folder.resolve("plain.safetensors")),
        Files.readAllBytes(folder.resolve("measured.safetensors")));
    JsonNode profile =
        said.out()
            .lines()
            .map(line -> JsonMapper.shared().readTree(line))
            .filter(n -> n.get("event").asString().equals("profile"))
            .findFirst()
            .orElseThrow();
    // 25 examples in batches of 10, 10 and 5 for 3 epochs; the first 3 runs are not counted
    assertEquals(6, profile.get("calls").asInt());
    JsonNode product = profile.get("kernels").get(0);
    assertTrue(product.get("what").asString().startsWith("Product[][batch][8][6]"));
    assertEquals(2 * 8 * 6 * 25 / 3.0, product.get("operations").asDouble(), 1e-9);
  }

  @Test
  void aProfileOfTooFewRuns() {
    Shell.Said said =
        shell.run(
            "train DIR/net.dlx --data x=[[1,2,3,4,5,6]] --data label=[1] --epochs 3 --profile"
                + " --out DIR/m.safetensors");
    assertEquals(0, said.code(), said.err());
    assertTrue(
        said.err().contains("no profile of train: the first 3 runs are not counted"), said.err());
  }
}
