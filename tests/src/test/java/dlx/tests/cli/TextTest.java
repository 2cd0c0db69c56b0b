package dlx.tests.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.data.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model of characters from the command line: text in, text out. */
class TextTest {
  private static final String MODEL =
      """
      dim batch, time
      dim vocab = 40, hidden = 12
      input text: i32[time, batch]
      input next: i32[time, batch]
      state h: f32[batch, hidden] = 0
      embed = embedding(vocab, 8)
      cell = rnn_cell(hidden)
      readout = dense(vocab)
      hs = for t in time with h1 = h {
        h1 <- cell(embed(text[t]), h1)
        h1
      }
      loss = mean(cross_entropy(readout(hs), next))
      step train(rate: f32 = 0.01) {
        for p in params { p <- adam(rate)(p, grad(loss, p)) }
        h <- hs[-1]
        loss
      }
      fn sample(first: i32 = 0, length: dim, temperature: f32 = 1) -> i32[length] {
        for t in length with ch = first, h1: f32[hidden] = 0 {
          h1 <- cell(embed(ch), h1)
          drawn ~ categorical(readout(h1) / temperature)
          ch <- drawn
          ch
        }
      }
      fn twice(x: f32) = 2 * x
      recipe train { data = "demo:text:3000"; batch = 6; time = 20; reset = epoch; rate = 0.02 }
      """;

  @TempDir private Path folder;
  private Shell shell;

  @BeforeEach
  void open() {
    shell = new Shell(folder).with("chars.dlx", MODEL);
  }

  @Test
  void learnsGoesOnAndWrites() throws IOException {
    Shell.Said whole =
        shell.run("train DIR/chars.dlx --valid 0.1 --epochs 2 --out DIR/whole.safetensors");
    assertEquals(0, whole.code(), whole.err());
    assertTrue(whole.err().contains("demo:text:3000: 3,000 characters"), whole.err());
    shell.run("train DIR/chars.dlx --valid 0.1 --epochs 1 --out DIR/parts.safetensors");
    shell.run("train DIR/chars.dlx --valid 0.1 --epochs 2 --resume --out DIR/parts.safetensors");
    assertArrayEquals(
        Files.readAllBytes(folder.resolve("whole.last.safetensors")),
        Files.readAllBytes(folder.resolve("parts.last.safetensors")));
    var metadata = Safetensors.read(folder.resolve("whole.safetensors")).metadata();
    assertTrue(metadata.get("dlx.classes").contains("\"text\""), metadata.toString());
    String sample = "run DIR/chars.dlx sample --load DIR/whole.safetensors --length 30 ";
    Shell.Said said = shell.run(sample + "--temperature 0.7 --first a");
    assertEquals(0, said.code(), said.err());
    assertEquals(31, said.out().length(), said.out());
    assertEquals(said.out(), shell.run(sample + "--temperature 0.7 --first a").out());
    assertTrue(shell.run(sample + "--json").out().contains("\"dtype\":\"i32\""));
    Shell.Said evaluated =
        shell.run("eval DIR/chars.dlx loss --load DIR/whole.safetensors --data demo:text:2000:1");
    assertTrue(evaluated.out().matches("loss \\d\\.\\d+\n"), evaluated.out() + evaluated.err());
  }

  @Test
  void functionsTakeTheirArgumentsFromOptions() {
    assertEquals("6\n", shell.run("run DIR/chars.dlx twice --x 3").out());
    Shell.Said missing = shell.run("run DIR/chars.dlx sample");
    assertEquals(2, missing.code());
    assertTrue(missing.err().contains("`sample` needs `length`"), missing.err());
    Shell.Said wrong = shell.run("run DIR/chars.dlx twice --x three");
    assertEquals(2, wrong.code());
    assertTrue(wrong.err().contains("`x` is a number, not `three`"), wrong.err());
    Shell.Said unknown = shell.run("run DIR/chars.dlx twice --y 3");
    assertEquals(2, unknown.code());
    assertTrue(unknown.err().contains("--y"), unknown.err());
  }
}
