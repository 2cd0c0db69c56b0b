package dlx.tests.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures in and out of commands. */
class PicturesTest {
  private static final String PROGRAM =
      """
      ## Is it mostly red or mostly blue?
      dim batch
      input image: f32[batch, 4, 4, 3]
      input label: i32[batch]
      param w: f32[48, 2] ~ normal(0, 0.01)
      logits = flatten(image) @ w
      answer = argmax(logits)
      loss = mean(cross_entropy(logits, label))
      step train(rate: f32 = 0.5) {
        w <- w - rate * grad(loss, w)
        loss
      }
      """;

  @TempDir private Path folder;
  private Shell shell;

  @BeforeEach
  void open() throws IOException {
    shell = new Shell(folder).with("colour.dlx", PROGRAM);
    for (int i = 0; i < 8; i++) {
      paint("set/red/" + i + ".png", 0xc01010 + i);
      paint("set/blue/" + i + ".png", 0x1010c0 + (i << 16));
    }
  }

  private void paint(String name, int colour) throws IOException {
    BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 16; i++) image.setRGB(i % 4, i / 4, colour);
    Path file = shell.file(name);
    Files.createDirectories(file.getParent());
    ImageIO.write(image, "png", file.toFile());
  }

  private void fails(int code, String command, String... words) {
    Shell.Said said = shell.run(command);
    assertEquals(code, said.code(), said.err());
    for (String word : words) assertTrue(said.err().contains(word), said.err());
    assertEquals("", said.out());
  }

  @Test
  void namesOfFoldersGoWithTheCheckpoint() throws IOException {
    String out = " --out DIR/m.safetensors";
    Shell.Said train = shell.run("train DIR/colour.dlx --data DIR/set --batch 4 --epochs 4" + out);
    assertEquals(0, train.code(), train.err());
    assertTrue(train.err().contains("16 pictures, 2 classes: blue 8, red 8"), train.err());
    paint("new.png", 0xd02000);
    String run = "run DIR/colour.dlx answer --load DIR/m.safetensors --data image=DIR/new.png";
    assertEquals("[1]   red\n", shell.run(run).out());
    assertEquals(
        "{\"entry\":\"answer\",\"dtype\":\"i32\",\"shape\":[1],\"data\":[1],\"classes\":[\"red\"]}\n",
        shell.run(run + " --json").out());
    // another folder with classes of its own keeps the numbers of training
    paint("valid/red/1.png", 0xff0000);
    String label = "run DIR/colour.dlx label answer --load DIR/m.safetensors --data DIR/valid";
    assertEquals("label = [1]   red\nanswer = [1]   red\n", shell.run(label).out());
    paint("valid/green/1.png", 0x00ff00);
    fails(3, label, "error[R0104]", "`green` is not one of the classes of `label`", "blue, red");
    fails(
        3,
        "eval DIR/colour.dlx --load DIR/m.safetensors --data DIR/valid",
        "error[R0104]",
        "DIR/valid/green");
  }

  @Test
  void brokenPicturesLeaveNothing() throws IOException {
    Files.write(shell.file("set/red/3.png"), new byte[] {1, 2, 3});
    fails(
        3,
        "train DIR/colour.dlx --data DIR/set --out DIR/m.safetensors",
        "error[R0101]",
        "DIR/set/red/3.png");
    assertFalse(Files.exists(shell.file("m.safetensors")));
    assertFalse(Files.exists(shell.file("m.run.json")));
  }

  @Test
  void recipesChooseHowPicturesAreRead() throws IOException {
    shell.with(
        "other.dlx",
        PROGRAM.replace("4, 4, 3]", "2, 2, 3]").replace("48", "12")
            + "recipe train { data = \"set\"; fit = \"resize\"; bytes = \"keep\" }\n");
    String run = "run DIR/other.dlx 'amax(image)' --data DIR/set/red/0.png";
    assertEquals("192\n", shell.run(run).out());
    assertEquals("0.7529412\n", shell.run(run + " --bytes unit").out());
    fails(3, run + " --fit refuse", "error[R0103]", "4×4", "--fit resize");
    fails(2, run + " --fit shrink", "--fit is `refuse`, `resize` or `crop`, not shrink");
  }

  @Test
  void resultsAreDrawn() throws IOException {
    String run = "run DIR/colour.dlx image --data DIR/set/red --png DIR/out.png ";
    Shell.Said said = shell.run(run);
    assertEquals(0, said.code(), said.err());
    assertEquals("", said.err());
    BufferedImage image = ImageIO.read(shell.file("out.png").toFile());
    assertEquals(3 * 24 + 2 * 2, image.getWidth()); // 8 pictures in 3 columns, enlarged
    assertEquals(0xc01010, image.getRGB(0, 0) & 0xffffff);
    assertEquals(0xc01011, image.getRGB(26, 0) & 0xffffff);
    shell.run(run + "--zoom 1 --range 0:2");
    image = ImageIO.read(shell.file("out.png").toFile());
    assertEquals(3 * 4 + 2 * 2, image.getWidth());
    assertEquals(0x600808, image.getRGB(0, 0) & 0xffffff);
    // several results stand under each other; beyond 0 to 1 it is told what is black
    String both = "run DIR/colour.dlx image '4 * image - 1' --data DIR/set/red --png DIR/out.png";
    said = shell.run(both);
    assertEquals("DIR/out.png: `4 * image - 1`: -0.7490 is black, 2.012 white\n", said.err());
    assertEquals(
        2 * (3 * 24 + 3 * 2) - 2, ImageIO.read(shell.file("out.png").toFile()).getHeight());
  }

  @Test
  void whatIsNoPictureIsTold() {
    String run = "run DIR/colour.dlx ";
    String data = " --data DIR/set/red --png DIR/out.png";
    Shell.Said said = shell.run(run + "'sum(image, 1)'" + data);
    assertEquals(0, said.code(), said.err());
    fails(2, run + "image --png DIR/out.jpg", "--png names a .png file");
    fails(2, run + "image --zoom 3", "--zoom belongs to --png");
    fails(2, run + "image --range 3" + data, "--range is BLACK:WHITE");
    Shell.Said row = shell.run(run + "'sum(image)'" + data.replace("out", "none"));
    assertEquals(3, row.code(), row.err());
    assertTrue(row.err().contains("error[R0103]: `sum(image)` is no picture"), row.err());
    assertFalse(Files.exists(shell.file("none.png")));
    Shell.Said nowhere = shell.run(run + "image" + data.replace("out", "no/out"));
    assertEquals(3, nowhere.code(), nowhere.err());
    assertTrue(nowhere.err().contains("error[R0106]"), nowhere.err());
  }

  // ------------------------------------------------------------------ by chance

  /** Lines of epochs without their times. */
  private String train(String options) {
    Shell.Said said =
        shell.run(
            "train DIR/colour.dlx --data DIR/set --batch 3 --json --out DIR/a.safetensors "
                + options);
    assertEquals(0, said.code(), said.err());
    return said.out().replaceAll("\"examples_per_second.*|\\{\"event\": \"done.*\\n", "");
  }

  @Test
  void changesByChanceRepeatWithAnyThreadsAndAfterResume() {
    String how = "--augment crop:2,jitter:0.5 --epochs 4 --seed 5 --loaders ";
    String expected = train(how + 0);
    assertEquals(4, expected.lines().count(), expected);
    assertEquals(expected, train(how + 1));
    assertEquals(expected, train(how + 3));
    String plain = train("--epochs 4 --seed 5");
    assertFalse(expected.equals(plain));
    String begun = train(how.replace("--epochs 4", "--epochs 2") + 1);
    assertEquals(expected, begun + train(how + "2 --resume"));
  }

  @Test
  void heldBackDataAreNotChanged() {
    // no step changes anything, so that a mean over the same pictures is the same in each epoch
    String still = "--set rate=0 --epochs 3 --augment jitter:0.9,flip --valid DIR/set";
    String lines = train(still);
    var losses =
        java.util.regex.Pattern.compile("\"loss\": ([0-9.]+)")
            .matcher(lines)
            .results()
            .map(m -> m.group(1))
            .toList();
    assertEquals(6, losses.size(), lines);
    assertEquals(losses.get(1), losses.get(3));
    assertEquals(losses.get(1), losses.get(5));
    assertFalse(losses.get(0).equals(losses.get(2)));
    String without = train(still.replace("jitter:0.9,flip", "none"));
    assertTrue(without.contains("\"loss\": " + losses.get(1)), without);
  }

  @Test
  void recipesChangePicturesToo() {
    shell.with("colour.dlx", PROGRAM + "recipe train { augment = [\"jitter:0.5\", \"flip\"] }\n");
    assertEquals(train("--epochs 1"), train("--epochs 1 --augment jitter:0.5,flip"));
    assertFalse(train("--epochs 1").equals(train("--epochs 1 --augment none")));
    fails(2, "train DIR/colour.dlx --data DIR/set --augment flop", "not by `flop`");
    fails(2, "train DIR/colour.dlx --data DIR/set --augment crop", "crop is a number of pixels");
    fails(3, "train DIR/colour.dlx --data DIR/set --augment imag=flip", "error[R0103]", "`imag`");
  }
}
