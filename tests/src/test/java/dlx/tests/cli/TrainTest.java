package dlx.tests.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dlx.data.Safetensors;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training from the command line: what is saved, and that it goes on bit for bit. */
class TrainTest {
  private static final String BLOBS =
      """
      dim batch
      input x: f32[batch, 2]
      input y: i32[batch]
      logits = x |> dense(8) |> tanh |> dropout(0.2) |> dense(3)
      loss = mean(cross_entropy(logits, y))
      accuracy = mean(f32(argmax(logits) == y))
      step train(rate: f32 = 0.05) {
        for p in params { p <- adam(rate)(p, grad(loss, p)) }
        loss
      }
      recipe train { data = "demo:blobs:230"; valid = 0.1; batch = 32; monitor = accuracy }
      """;

  @TempDir private Path folder;
  private Shell shell;

  @BeforeEach
  void open() {
    shell = new Shell(folder).with("blobs.dlx", BLOBS);
  }

  private byte[] bytes(String name) throws IOException {
    return Files.readAllBytes(folder.resolve(name));
  }

  @Test
  void learns() {
    Shell.Said said = shell.run("train DIR/blobs.dlx --epochs 5 --out DIR/m.safetensors --json");
    assertEquals(0, said.code(), said.err());
    List<String> lines = said.out().lines().toList();
    assertEquals(6, lines.size(), said.out());
    assertTrue(lines.getFirst().startsWith("{\"event\": \"epoch\", \"epoch\": 1, \"loss\": "));
    assertTrue(lines.getFirst().contains("\"metrics\": {\"accuracy\": "), lines.getFirst());
    assertTrue(lines.getFirst().contains("\"valid\": {\"loss\": "), lines.getFirst());
    assertTrue(lines.getLast().startsWith("{\"event\": \"done\", \"best_epoch\": "));
    assertTrue(
        said.err().contains("blobs.dlx:7 train · 207 examples in batches of 32 · seed 0"),
        said.err());
    for (String name : List.of("m.safetensors", "m.last.safetensors", "m.run.json")) {
      assertTrue(Files.exists(folder.resolve(name)), name);
    }
    assertFalse(Files.exists(folder.resolve("m.lock")));
    var best = Safetensors.read(folder.resolve("m.safetensors")).tensors();
    assertEquals(4, best.size());
    var all = Safetensors.read(folder.resolve("m.last.safetensors")).tensors();
    assertTrue(all.containsKey("train[logits.dense1.w].adam1.m"), all.keySet().toString());
    String evaluated =
        shell.run("eval DIR/blobs.dlx --load DIR/m.safetensors --data demo:blobs:500:3").out();
    assertTrue(evaluated.matches("loss 0\\.\\d+\naccuracy 0\\.[67]\\d+\n"), evaluated);
  }

  @Test
  void goesOnBitForBit() throws IOException {
    shell.run("train DIR/blobs.dlx --epochs 4 --out DIR/whole.safetensors");
    shell.run("train DIR/blobs.dlx --epochs 2 --out DIR/parts.safetensors");
    Shell.Said said =
        shell.run("train DIR/blobs.dlx --epochs 4 --resume --out DIR/parts.safetensors");
    assertTrue(said.err().contains("going on after epoch 2"), said.err());
    assertArrayEquals(bytes("whole.last.safetensors"), bytes("parts.last.safetensors"));
    assertArrayEquals(bytes("whole.safetensors"), bytes("parts.safetensors"));
  }

  @Test
  void goesOnWithOtherSettings() {
    String out = " --out DIR/m.safetensors";
    Shell.Said none = shell.run("train DIR/blobs.dlx --epochs 2 --resume" + out);
    assertEquals(3, none.code());
    assertTrue(none.err().contains("there is no run to go on with"), none.err());
    assertTrue(none.err().contains("without --resume begins one"), none.err());
    shell.run("train DIR/blobs.dlx --epochs 1 --batch 50 --seed 3" + out);
    Shell.Said same =
        shell.run("train DIR/blobs.dlx --epochs 2 --batch 50 --seed 3 --resume" + out);
    assertFalse(same.err().contains("so far"), same.err());
    Shell.Said other =
        shell.run("train DIR/blobs.dlx --epochs 3 --batch 32 --seed 3 --resume" + out);
    assertEquals(0, other.code(), other.err());
    assertTrue(other.err().contains("batch is 32, and was 50 so far"), other.err());
    Shell.Said seed = shell.run("train DIR/blobs.dlx --epochs 4 --resume" + out);
    assertEquals(3, seed.code());
    assertTrue(seed.err().contains("training began with seed 3, and now it is 0"), seed.err());
  }

  @Test
  void repeatsItself() throws IOException {
    shell.run("train DIR/blobs.dlx --epochs 2 --out DIR/a.safetensors --seed 7");
    shell.run("train DIR/blobs.dlx --epochs 2 --out DIR/b.safetensors --seed 7");
    shell.run("train DIR/blobs.dlx --epochs 2 --out DIR/c.safetensors --seed 8");
    assertArrayEquals(bytes("a.last.safetensors"), bytes("b.last.safetensors"));
    assertFalse(java.util.Arrays.equals(bytes("a.safetensors"), bytes("c.safetensors")));
  }

  @Test
  void stopsEarly() {
    Shell.Said said =
        shell.run(
            "train DIR/blobs.dlx --epochs 50 --stop loss:2 --set rate=0 --out DIR/m.safetensors");
    assertTrue(said.err().contains("nothing got better"), said.err());
    assertTrue(said.out().lines().count() < 50, said.out());
  }

  @Test
  void twoRunsOfOneOutput() {
    try (var first = dlx.training.Output.open(folder.resolve("m.safetensors"))) {
      Shell.Said said = shell.run("train DIR/blobs.dlx --epochs 1 --out DIR/m.safetensors");
      assertEquals(3, said.code());
      assertTrue(said.err().contains("another run is writing"), said.err());
      assertEquals(folder.resolve("m.last.safetensors"), first.last());
    }
    assertEquals(0, shell.run("train DIR/blobs.dlx --epochs 1 --out DIR/m.safetensors").code());
  }

  /** The lock is of the process, and one process cannot tell: a second one tries. */
  @Test
  void twoProcessesOfOneOutput() throws Exception {
    Path best = folder.resolve("p.safetensors");
    try (var first = dlx.training.Output.open(best)) {
      assertEquals(3, other(best));
      assertEquals(folder.resolve("p.run.json"), first.record());
      assertEquals(3, other(best));
    }
    assertEquals(0, other(best));
  }

  private static int other(Path best) throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    return new ProcessBuilder(
            java.toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Other.class.getName(),
            best.toString())
        .inheritIO()
        .start()
        .waitFor();
  }

  static final class Other {
    private Other() {}

    public static void main(String[] args) {
      try (var output = dlx.training.Output.open(Path.of(args[0]))) {
        System.exit(output.best().equals(Path.of(args[0])) ? 0 : 1);
      } catch (dlx.runtime.DlxException e) {
        System.exit(3);
      }
    }
  }

  @Test
  void noExamples() throws IOException {
    Files.writeString(
        folder.resolve("none.dlx"),
        """
        dim batch
        input x: f32[batch]
        param w: f32 = 1
        loss = mean((w * x - 1)^2)
        step train { w <- w - 0.1 * grad(loss, w)
         loss }
        """);
    Files.writeString(folder.resolve("none.csv"), "x\n");
    Shell.Said said = shell.run("train DIR/none.dlx --data DIR/none.csv --out DIR/n.safetensors");
    assertEquals(3, said.code());
    assertTrue(said.err().contains("there are no examples"), said.err());
    Files.writeString(folder.resolve("some.csv"), "x\n1\n2\n");
    said = shell.run("eval DIR/none.dlx x --data DIR/some.csv");
    assertEquals(2, said.code());
    assertTrue(said.err().contains("has no mean"), said.err());
  }

  @Test
  void damagedCheckpoint() throws IOException {
    shell.run("train DIR/blobs.dlx --epochs 1 --out DIR/m.safetensors");
    byte[] damaged = bytes("m.last.safetensors");
    damaged[damaged.length - 5] ^= 1;
    Files.write(folder.resolve("m.last.safetensors"), damaged);
    Shell.Said said = shell.run("train DIR/blobs.dlx --epochs 2 --resume --out DIR/m.safetensors");
    assertEquals(3, said.code());
    assertTrue(said.err().contains("checksum"), said.err());
  }

  @Test
  void severalStepsInTurn() {
    shell.with(
        "two.dlx",
        """
        dim batch
        input x: f32[batch, 3]
        input y: f32[batch]
        param w: f32[3] = 0
        param b: f32 = 0
        loss = mean((x @ w + b - y)^2)
        step slope { w <- w - 0.1 * grad(loss, w); loss }
        step offset { b <- b - 0.1 * grad(loss, b) }
        recipe train { data = "demo:line:100"; steps = [slope, offset]; epochs = 3 }
        """);
    Shell.Said said = shell.run("train DIR/two.dlx --out DIR/two.safetensors");
    assertEquals(0, said.code(), said.err());
    assertTrue(said.err().contains("two.dlx:7 slope, offset · 100 examples"), said.err());
  }

  @Test
  void textColumnsBecomeClasses() throws IOException {
    shell.with(
        "t.dlx",
        """
        dim batch
        input a: f32[batch]
        input kind: i32[batch]
        logits = a[:, *] |> dense(2)
        loss = mean(cross_entropy(logits, kind))
        step train { for p in params { p <- p - 0.1 * grad(loss, p) }; loss }
        """);
    shell.with("t.csv", "a,kind\n1,yes\n2,no\n3,yes\n");
    Shell.Said said =
        shell.run("train DIR/t.dlx --data DIR/t.csv --epochs 1 --out DIR/t.safetensors");
    assertEquals(0, said.code(), said.err());
    assertTrue(
        Files.readString(folder.resolve("t.run.json")).contains("\"kind\": [\"no\", \"yes\"]"));
    // other data mean the same by the same text
    shell.with("u.csv", "a,kind\n1,yes\n");
    Shell.Said evaluated = shell.run("eval DIR/t.dlx --load DIR/t.safetensors --data DIR/u.csv");
    assertEquals(0, evaluated.code(), evaluated.err());
    shell.with("u.csv", "a,kind\n1,maybe\n");
    assertEquals(3, shell.run("eval DIR/t.dlx --load DIR/t.safetensors --data DIR/u.csv").code());
  }

  @Test
  void controlCSaves() throws IOException, InterruptedException {
    assumeFalse(ignoresInterrupts(), "who started this process has its children ignore Ctrl-C");
    Path out = folder.resolve("m.safetensors");
    Path log = folder.resolve("log.txt");
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                "dlx.cli.Main",
                "train",
                folder.resolve("blobs.dlx").toString(),
                "--epochs",
                "1000000",
                "--out",
                out.toString())
            .redirectErrorStream(true)
            .redirectOutput(new File(log.toString()))
            .start();
    Path last = folder.resolve("m.last.safetensors");
    for (int i = 0; i < 600 && !Files.exists(last) && child.isAlive(); i++) Thread.sleep(100);
    assertTrue(Files.exists(last), Files.readString(log, StandardCharsets.UTF_8));
    new ProcessBuilder("kill", "-INT", Long.toString(child.pid())).start().waitFor();
    boolean ended = child.waitFor(60, TimeUnit.SECONDS);
    child.destroyForcibly();
    assertTrue(ended, Files.readString(log, StandardCharsets.UTF_8));
    String said = Files.readString(log, StandardCharsets.UTF_8);
    assertEquals(130, child.exitValue(), said);
    assertTrue(said.contains("stopped; saved"), said);
    // what was saved is whole and can be gone on from
    var metadata = Safetensors.read(last).metadata();
    int done = Integer.parseInt(metadata.get("dlx.epoch"));
    Shell.Said more =
        shell.run("train DIR/blobs.dlx --resume --out DIR/m.safetensors --epochs " + (done + 1));
    assertEquals(0, more.code(), more.err());
  }

  /** Signal 2 is the second lowest bit; a JVM leaves what is ignored when it begins. */
  private static boolean ignoresInterrupts() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("SigIgn:"))
          .map(line -> line.substring("SigIgn:".length()).strip())
          .anyMatch(mask -> (Long.parseUnsignedLong(mask, 16) & 2) != 0);
    }
  }
}
