package dlx.tests.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong has its exit code and one clear sentence. */
class ExitCodeTest {
  private static final String LINE =
      """
      dim batch
      input x: f32[batch, 3]
      input y: f32[batch]
      param w: f32[3] = 0
      predict = x @ w
      loss = mean((predict - y)^2)
      step train(rate: f32 = 0.1) {
        w <- w - rate * grad(loss, w)
        loss
      }
      """;

  @TempDir private Path folder;
  private Shell shell;

  @BeforeEach
  void open() {
    shell = new Shell(folder).with("line.dlx", LINE);
  }

  private void fails(int code, String command, String... sentences) {
    Shell.Said said = shell.run(command);
    for (String sentence : sentences) {
      assertTrue(said.err().contains(sentence), said.err() + said.out());
    }
    assertEquals(code, said.code(), said.err());
  }

  // ------------------------------------------------------------------ the program

  @Test
  void misspelledName() {
    shell.with("a.dlx", "param weight: f64 = 1\nloss = wieght * 2\n");
    fails(
        1,
        "check DIR/a.dlx",
        "error[E0201]: `wieght` is not defined",
        "--> DIR/a.dlx:2:8",
        "did you mean `weight`?");
  }

  @Test
  void wrongInnerSize() {
    shell.with("a.dlx", "dim n\ninput x: f32[n, 4]\nparam w: f32[5] = 0\ny = x @ w\n");
    fails(1, "check DIR/a.dlx", "error[E0302]", "DIR/a.dlx:4:5");
  }

  @Test
  void twoIndependentErrors() {
    shell.with("a.dlx", "a = nothing1 + 1\nb = nothing2 + 1\n");
    fails(1, "check DIR/a.dlx", "`nothing1` is not defined", "`nothing2` is not defined");
    String json = shell.run("check DIR/a.dlx --json").out();
    assertEquals(2, json.lines().count(), json);
    assertTrue(json.lines().allMatch(l -> l.startsWith("{\"code\": \"E0201\"")), json);
    assertTrue(
        shell
            .run("check DIR/a.dlx --format short")
            .out()
            .startsWith("DIR/a.dlx:1:5: error[E0201]"));
  }

  @Test
  void missingImport() {
    shell.with("a.dlx", "import \"b.dlx\"\na = 1.0\n");
    fails(1, "check DIR/a.dlx", "b.dlx");
    shell.with("a.dlx", "import \"../b.dlx\"\na = 1.0\n");
    fails(1, "check DIR/a.dlx", "b.dlx");
  }

  @Test
  void importsStayInTheFolder() throws IOException {
    Path inner = Files.createDirectory(folder.resolve("inner"));
    shell.with("outside.dlx", "fn twice(x) = 2 * x\n");
    Files.writeString(inner.resolve("a.dlx"), "import \"../outside.dlx\"\ny = twice(2.0)\n");
    fails(1, "run DIR/inner/a.dlx y", "outside the folder of the program");
    assertEquals("4\n", shell.run("run DIR/inner/a.dlx y --import-path DIR").out());
  }

  @Test
  void notUtf8() throws IOException {
    Files.write(folder.resolve("a.dlx"), new byte[] {'a', ' ', '=', ' ', (byte) 0xE4, '\n'});
    fails(1, "check DIR/a.dlx", "error[E0101]", "is not UTF-8");
  }

  // ------------------------------------------------------------------ the command line

  @Test
  void wrongCommandLines() {
    fails(2, "chekc DIR/line.dlx", "there is no command `chekc`", "did you mean `dlx check`?");
    fails(2, "check DIR/none.dlx", "there is no file `DIR/none.dlx`");
    fails(2, "train DIR/line.dlx --epohcs 3", "--epohcs", "did you mean `--epochs`?");
    fails(2, "train DIR/line.dlx --data demo:line --epochs many", "--epochs is a whole number");
    fails(2, "train DIR/line.dlx", "there are no data to train on");
    fails(2, "train DIR/line.dlx --data demo:line --set rat=1", "did you mean `rate`?");
    fails(2, "train DIR/line.dlx tran --data demo:line", "did you mean `train`?");
    fails(2, "run DIR/line.dlx loss --data z=1", "there is no input, parameter or state `z`");
    fails(2, "run DIR/line.dlx lss", "error[E0201]: `lss` is not defined");
    fails(2, "run DIR/line.dlx", "dlx");
    fails(2, "run DIR/line.dlx loss --math fast", "--math is real or strict");
    fails(2, "run DIR/line.dlx loss --format pdf", "--format");
    fails(2, "check DIR/line.dlx --bogus", "there is no option `--bogus`");
  }

  @Test
  void namesGivenTwice() {
    String given = " --x [[1,2,3]] --y [1]";
    String run = "run DIR/line.dlx train" + given;
    fails(2, run + " --y [2]", "`y` is given twice");
    fails(2, run + " --data y=[2]", "`y` is given twice");
    fails(2, run + " --data w=1 --data w=2", "`w` is given twice");
    fails(2, run + " --set rate=1 --set rate=2", "`rate` is given twice");
    fails(2, "run DIR/line.dlx w -D a=1 -D a=2", "`a` is given twice");
    fails(2, "run DIR/line.dlx x --dim batch=1 --dim batch=2", "`batch` is given twice");
    String data = " --data x=[[1,2,3]] --data y=[1] --out DIR/m.safetensors";
    for (String twice : new String[] {"--data y=[2]", "--y [2]", "--data w=1 --data w=2"}) {
      fails(2, "train DIR/line.dlx" + data + " " + twice, "is given twice");
    }
    fails(
        2, "eval DIR/line.dlx --data y=[2] --data x=[[1,2,3]] --data y=[2]", "`y` is given twice");
  }

  @Test
  void aNumberFillsAParameter() {
    assertEquals("[2, 2, 2]\n", shell.run("run DIR/line.dlx w --data w=2").out());
    fails(3, "run DIR/line.dlx w --data w=[2]", "error[R0103]", "f32[3]");
  }

  @Test
  void neitherNumberNorFile() {
    fails(
        2,
        "train DIR/line.dlx --data demo:line --set rate=abc --out DIR/m.safetensors",
        "`rate` is f32, and `abc` is neither a number nor a file");
    fails(2, "run DIR/line.dlx train --x [[1,2,3]] --y 1 --set rate=abc", "neither a number");
    fails(3, "run DIR/line.dlx train --x [[1,2,3]] --y 1 --set rate=DIR/r.npy", "no such file");
    fails(3, "run DIR/line.dlx loss --x abc --y 1", "no such file: abc", "[[1, 2], [3, 4]]");
  }

  @Test
  void folderInsteadOfProgram() {
    for (String command : new String[] {"check DIR", "run DIR loss", "train DIR", "fmt DIR"}) {
      fails(2, command, "`DIR` is a folder, not a program");
    }
  }

  @Test
  void misspelledSettingOfARecipe() {
    shell.with("a.dlx", LINE + "recipe train { epohcs = 3 }\n");
    for (String command : new String[] {"check", "train"}) {
      fails(
          1,
          command + " DIR/a.dlx",
          "error[E0905]: a recipe has no `epohcs`",
          "--> DIR/a.dlx:11:16",
          "did you mean `epochs`?");
    }
  }

  @Test
  void formatForTools() {
    shell.with("a.dlx", "a=1.0\n");
    Shell.Said said = shell.run("fmt --check --json DIR/a.dlx DIR/line.dlx");
    assertEquals(1, said.code());
    assertEquals(
        """
        {"file": "DIR/a.dlx", "in_style": false, "version": 1}
        {"file": "DIR/line.dlx", "in_style": true, "version": 1}
        """,
        said.out());
  }

  @Test
  void explainForTools() {
    String json = shell.run("explain E0302 --json").out();
    assertEquals(1, json.lines().count(), json);
    assertTrue(json.startsWith("{\"code\": \"E0302\", \"title\": \""), json);
    assertTrue(json.endsWith("\"version\": 1}\n"), json);
    String line = shell.run("explain DIR/line.dlx:6 --json").out();
    assertTrue(line.contains("\"name\": \"loss\", \"type\": \"f32\""), line);
    assertTrue(line.contains("it needs the inputs x, y"), line);
  }

  @Test
  void aWrongTestKeepsNobodyFromTheProgram() {
    shell.with("tested.dlx", "input x: f32 = 2\ny = 2 * x\ntest \"wrong\" { assert z == 4 }\n");
    assertEquals("4\n", shell.run("run DIR/tested.dlx y").out());
    fails(1, "check DIR/tested.dlx", "error[E0201]: `z` is not defined");
    fails(1, "test DIR/tested.dlx", "error[E0201]: `z` is not defined");
    fails(1, "DIR/tested.dlx", "error[E0201]: `z` is not defined");
  }

  // ------------------------------------------------------------------ data and files

  @Test
  void truncatedArray() throws IOException {
    shell.run("run DIR/line.dlx 'x * 1' --data x=[[1,2,3]] -o DIR/x.npy");
    byte[] whole = Files.readAllBytes(folder.resolve("x.npy"));
    Files.write(folder.resolve("x.npy"), Arrays.copyOf(whole, whole.length - 3));
    fails(3, "run DIR/line.dlx predict --x DIR/x.npy", "error[R0101]", "DIR/x.npy");
  }

  @Test
  void textInANumberColumn() {
    shell.with("t.csv", "a,b,c,y\n1,2,3,4\n1,two,3,4\n");
    fails(
        3,
        "train DIR/line.dlx --data DIR/t.csv --columns x=a,b,c",
        "error[R0104]",
        "two",
        "DIR/t.csv");
  }

  @Test
  void missingAndWrongData() {
    fails(3, "run DIR/line.dlx loss --data DIR/none.npz", "error[R0101]: there is no such file");
    fails(3, "run DIR/line.dlx loss", "error[R0105]: `loss` needs `x: f32[batch, 3]`");
    fails(3, "run DIR/line.dlx loss --x [[1,2]] --y [1]", "error[R0103]", "f32[_, 3]");
    fails(
        3,
        "run DIR/line.dlx loss --x [[1,2,3]] --y [1,2]",
        "error[R0103]: `y` is declared f32[batch], the value has the shape [2], and `batch` is 1");
    fails(3, "run DIR/line.dlx loss --load DIR/none.safetensors", "error[R0101]");
  }

  @Test
  void checkpointThatDoesNotFit() {
    shell.run("run DIR/line.dlx w --save DIR/w.safetensors");
    shell.with("other.dlx", LINE.replace("w", "v"));
    fails(
        3,
        "run DIR/other.dlx v --load DIR/w.safetensors",
        "error[R0102]: the file has no `v`",
        "missing   v",
        "unused    w",
        "--rename 'w=v'");
    assertEquals(
        "[0, 0, 0]\n",
        shell.run("run DIR/other.dlx v --load DIR/w.safetensors --rename w=v").out());
    fails(
        3,
        "run DIR/line.dlx w --load DIR/w.safetensors --rename zz=b",
        "error[R0107]: the file has nothing named `zz` that could be renamed",
        "it has w");
  }

  @Test
  void nowhereToWrite() {
    fails(
        3,
        "train DIR/line.dlx --data demo:line --epochs 1 --out DIR/no/m.safetensors",
        "error[R0106]");
    fails(3, "run DIR/line.dlx w --save DIR/no/m.safetensors", "error[R0106]");
  }

  @Test
  void fullDisk() throws IOException {
    Path full = Path.of("/dev/full");
    org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(full));
    Files.createSymbolicLink(folder.resolve("m.safetensors"), full);
    fails(3, "run DIR/line.dlx w --save DIR/m.safetensors", "error[R0106]", "No space left");
    fails(
        3,
        "train DIR/line.dlx --data demo:line --epochs 1 --out DIR/m.safetensors",
        "error[R0106]",
        "No space left");
    assertTrue(Files.exists(full));
  }

  // ------------------------------------------------------------------ numbers

  @Test
  void trap() {
    shell.with(
        "nan.dlx",
        """
        dim batch
        input x: f32[batch, 3]
        input y: f32[batch]
        param w: f32[3] = 0
        odd = log(x @ w)
        loss = mean((odd - y)^2)
        step train { w <- w - 0.1 * grad(loss, w); loss }
        """);
    fails(
        4,
        "train DIR/nan.dlx --data demo:line:100 --trap-nan --out DIR/m.safetensors",
        "error[R0201]: `odd` became -inf at [0] in step 1",
        "DIR/nan.dlx:5:");
    fails(
        4,
        "run DIR/nan.dlx train --trap-nan --x [[1,2,3]] --y 1",
        "error[R0201]: `odd` became -inf at [0] in step 1");
  }
}
