package dlx.tests.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What commands print, word for word. */
class TranscriptTest {
  @TempDir private Path folder;
  private Shell shell;

  @BeforeEach
  void open() throws IOException {
    shell = new Shell(folder);
    for (String name : new String[] {"house.dlx", "digits.dlx", "linear_regression.dlx"}) {
      shell.with(name, Files.readString(Path.of("..", "examples", name)));
    }
  }

  private void prints(String command, String expected) {
    Shell.Said said = shell.run(command);
    assertEquals(expected, said.out(), said.err());
    assertEquals(0, said.code(), said.err());
  }

  @Test
  void check() {
    Shell.Said said = shell.run("check DIR/house.dlx DIR/digits.dlx");
    assertEquals("DIR/house.dlx: ok\nDIR/digits.dlx: ok\n", said.err());
    assertEquals("", said.out());
    assertEquals(0, said.code());
  }

  @Test
  void describe() {
    prints(
        "DIR/house.dlx",
        """
        DIR/house.dlx — The toy task of the Wengert-list lecture: how big should the house be?

          inputs    target_area f64 = 0   target_height f64 = 8
                    height_factor f64 = 100
          entries   area f64   loss(target_area, target_height, height_factor) f64
          steps     train(target_area, target_height, height_factor; rate = 1e-6) f64
          params    2 tensors, 2 numbers, 16 B
        """);
  }

  @Test
  void describeForTools() {
    String json = shell.run("DIR/linear_regression.dlx --json").out();
    assertTrue(
        json.contains("\"inputs\": [{\"name\": \"x\", \"type\": {\"text\": \"f32[batch, 13]\""),
        json);
    assertTrue(json.contains("\"shape\": [\"batch\", 13]"), json);
    assertTrue(json.contains("\"recipes\": [{\"name\": \"train\""), json);
  }

  @Test
  void run() {
    prints("run DIR/house.dlx area", "750\n");
    prints("run DIR/house.dlx 'grad(area, w)' area", "grad(area, w) = 37.5\narea = 750\n");
    prints("run DIR/house.dlx loss --target_area 750 --data target_height=30", "0\n");
    prints("run DIR/house.dlx area --data h=10 --watch loss", "area = 250\nloss = 62900\n");
    prints(
        "run DIR/house.dlx area --json",
        "{\"entry\":\"area\",\"dtype\":\"f64\",\"shape\":[],\"data\":[750.0]}\n");
    prints(
        "run DIR/linear_regression.dlx 'for i in 2 { i + 1 }' --dim batch=2"
                .replace("for i in 2 { i + 1 }", "y + y")
            + " --y [1,2]",
        "[2, 4]\n");
  }

  @Test
  void runAStep() {
    prints(
        "run DIR/house.dlx train h w --times 100 --every 50",
        """
        50   loss = 424917.343712898
        100   loss = 309645.31648456474
        h = 26.819896174273705
        w = 15.568427348931332
        """);
    prints("run DIR/house.dlx train h --set rate=0", "loss = 610900\nh = 30\n");
  }

  @Test
  void parametersGoFromRunToRun() {
    prints("run DIR/house.dlx train --times 10 --save DIR/h.safetensors", "568758.695469025\n");
    prints("run DIR/house.dlx train --times 90 --load DIR/h.safetensors", "309645.31648456474\n");
  }

  @Test
  void derivativeAsSource() {
    prints("grad DIR/house.dlx loss w", "2.5 * h * (area - target_area)       # 56250\n");
    prints("grad DIR/linear_regression.dlx loss w", "2 / batch * (predict - y) @ x\n");
  }

  @Test
  void wengertList() {
    prints(
        "graph DIR/house.dlx loss --wengert",
        """
        z1   = h * w                           600
        z2   = 0.5 * h                          15
        z3   = 0.5 * z2                        7.5
        z4   = z3 * w                          150
        area = z1 + z4                         750
        z6   = area - target_area              750
        z7   = z6^2                         562500
        z8   = h - target_height                22
        z9   = z8^2                            484
        z10  = height_factor * z9            48400
        loss = z7 + z10                     610900
        """);
  }

  @Test
  void graphs() {
    assertTrue(shell.run("graph DIR/house.dlx area").out().contains("return area = %"));
    assertTrue(shell.run("graph DIR/house.dlx area --dot").out().startsWith("digraph \"area\""));
    assertTrue(shell.run("graph DIR/house.dlx train --after fuse").out().contains("kernel 0"));
    assertTrue(shell.run("graph DIR/house.dlx train --stats").out().contains("differentiate"));
  }

  @Test
  void parameters() {
    prints(
        "params DIR/digits.dlx",
        """
        logits
          dense1
            w      f32[784, hidden]   100 352
            b      f32[hidden]            128
          dense2
            w      f32[hidden, 10]      1 280
            b      f32[10]                 10
        4 tensors, 101 770 numbers, 398 KiB
        """);
  }

  @Test
  void test() {
    prints("test DIR/house.dlx", "✓ DIR/house.dlx:22 \"a house 20 wide and 30 high\"\n");
    shell.with(
        "f.dlx",
        """
        param h: f64 = 30
        param w: f64 = 20
        area = h * w + 0.25 * h * w
        test "a house 20 wide and 30 high" {
          assert grad(area, w) == 37
        }
        """);
    Shell.Said said = shell.run("test DIR/f.dlx");
    assertEquals(
        """
        ✗ DIR/f.dlx:4 "a house 20 wide and 30 high"
            assert grad(area, w) == 37
                   │             │
                   37.5          false
        """,
        said.out());
    assertEquals("1 test, 1 failed\n", said.err());
    assertEquals(1, said.code());
    assertEquals(0, shell.run("test DIR/f.dlx --filter nothing").code());
    assertEquals(0, shell.run("test DIR/house.dlx --gradcheck").code());
  }

  @Test
  void fmt() {
    shell.with("u.dlx", "param   w:f64=1\nloss=w*w\n");
    assertEquals(1, shell.run("fmt --check DIR/u.dlx").code());
    assertEquals(0, shell.run("fmt DIR/u.dlx").code());
    assertEquals(0, shell.run("fmt --check DIR/u.dlx").code());
  }

  @Test
  void explain() {
    assertTrue(shell.run("explain E0104").out().startsWith("# E0104"));
    assertEquals(2, shell.run("explain E9999").code());
    assertTrue(shell.run("explain DIR/house.dlx:14").out().contains("`area` is f64"));
  }

  @Test
  void help() {
    assertTrue(shell.run("--help").out().contains("dlx train ..."));
    assertTrue(shell.run("train --help").out().contains("--epochs"));
    assertTrue(shell.run("help check").out().contains("--shapes"));
    assertEquals(2, shell.run("").code());
  }
}
