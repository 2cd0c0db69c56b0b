package dlx.tests.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Networks of papers have as many parameters as was published. Sources: the PyTorch tutorial
 * (cifar); torchvision's tables of models (vgg16, vgg19, resnet); Krizhevsky et al. with its
 * groups, as in Caffe's model (alexnet); LeCun et al. with all maps connected (lenet5). What has no
 * published count is counted by hand.
 */
class ParameterCountTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "cifar, '', 62 006",
    "lenet5, '', 61 706",
    "alexnet, '', 60 965 224",
    "vgg16, '', 138 357 544",
    "vgg19, '', 143 667 240",
    "resnet, -D layers=18, 11 689 512",
    "resnet, -D layers=34, 21 797 672",
    "resnet, -D layers=50, 25 557 032",
    "resnet, -D layers=101, 44 549 160",
    "resnet, '', 60 192 808",
    // 16 (9) + 16, 32 (9 16) + 32, 1568 32 + 32, 32 1568 + 1568, 16 (16 32) + 16, 16 16 + 1
    "autoencoder, '', 115 217",
    // 9 16 + 16, twice 9 256 + 16 + 32, 9 16 + 1
    "denoiser, '', 5 009",
    // 25 (96 + 96 64 + 64 32) + 192, twice 7200 200 + 200, then 200 7200 + 7200,
    // 25 (32 32 + 32 64 + 64 96 + 96) + 193
    "dcign, '', 4 767 985",
  })
  void asPublished(String name, String options, String count) {
    Shell.Said said =
        new Shell(folder).run("params " + Path.of("..", "examples", name + ".dlx") + " " + options);
    assertEquals(0, said.code(), said.err());
    assertTrue(said.out().contains(" tensors, " + count + " numbers"), said.out());
  }
}
