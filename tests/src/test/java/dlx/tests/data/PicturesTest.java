package dlx.tests.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dlx.data.Csv;
import dlx.data.DataFiles;
import dlx.data.Loaded;
import dlx.data.Reading;
import dlx.data.Wanted;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PicturesTest {
  private static final Wanted IMAGE = image(2, 3, 3);
  private static final Wanted LABEL = new Wanted("label", DType.I32, new int[] {-1}, 0);

  @TempDir Path folder;

  private static Wanted image(int... trailing) {
    int[] shape = new int[trailing.length + 1];
    shape[0] = Wanted.ANY;
    System.arraycopy(trailing, 0, shape, 1, trailing.length);
    return new Wanted("image", DType.F32, shape, 0);
  }

  private static Reading fit(Reading.Fit fit) {
    return new Reading(Csv.Options.DEFAULT, Reading.Bytes.KEEP, fit);
  }

  private Loaded load(Reading reading, Wanted... wanted) {
    return DataFiles.load("set", List.of(wanted), reading, folder);
  }

  private Path paint(String name, int height, int width, int... colours) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < height * width; i++) {
      image.setRGB(i % width, i / width, colours[i % colours.length]);
    }
    ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), file.toFile());
    return file;
  }

  // ------------------------------------------------------------------ folders

  @Test
  void foldersAreClassesInTheOrderOfTheirNames() throws IOException {
    paint("set/dogs/b.png", 2, 3, 0xff0000);
    paint("set/cats/deep/c.png", 2, 3, 0x00ff00);
    paint("set/cats/a.png", 2, 3, 0x0000ff, 0x102030);
    Files.writeString(folder.resolve("set/cats/notes.md"), "no picture");
    Files.writeString(folder.resolve("set/cats/.hidden.png"), "no picture");
    Files.createDirectories(folder.resolve("set/.git"));
    Loaded loaded = load(Reading.DEFAULT, IMAGE, LABEL);
    assertEquals(Map.of("label", List.of("cats", "dogs")), loaded.classes());
    Expect.same(Tensor.of(new int[] {0, 0, 1}, 3), loaded.tensors().get("label"));
    Tensor image = loaded.tensors().get("image");
    assertEquals("f32[3, 2, 3, 3]", image.describe());
    float[] expected = {0, 0, 1, 16 / 255f, 32 / 255f, 48 / 255f};
    assertEquals(Arrays.toString(expected), Arrays.toString(Arrays.copyOf(image.floats(), 6)));
    assertEquals(1, image.get(18 + 1)); // green
    assertEquals(1, image.get(36)); // red
    assertEquals(
        List.of(
            folder + "/set: 3 pictures, 2 classes: cats 2, dogs 1",
            folder
                + "/set: 1 files are not named like pictures and left out, such as cats/notes.md"),
        loaded.notes());
  }

  @Test
  void namesThatAreNumbersAreInTheOrderOfTheNumbers() throws IOException {
    for (String name : List.of("10", "9", "2")) paint("set/" + name + "/a.png", 2, 3, 0);
    assertEquals(
        List.of("2", "9", "10"), load(Reading.DEFAULT, IMAGE, LABEL).classes().get("label"));
  }

  @Test
  void aFolderWithoutFoldersHasNoClasses() throws IOException {
    paint("set/b.png", 2, 3, 0xffffff);
    paint("set/a.png", 2, 3, 0);
    Loaded loaded = load(Reading.DEFAULT, IMAGE, LABEL);
    assertEquals(List.of("image"), List.copyOf(loaded.tensors().keySet()));
    assertEquals(0, loaded.tensors().get("image").get(0));
    assertEquals(1, loaded.tensors().get("image").get(18));
  }

  @Test
  void classesOfEarlierDataKeepTheirNumbers() throws IOException {
    paint("set/dogs/a.png", 2, 3, 0);
    Csv.Options earlier =
        new Csv.Options(
            Map.of(), Csv.Missing.REFUSE, Map.of("label", List.of("ants", "cats", "dogs")));
    Loaded loaded = load(Reading.DEFAULT.with(earlier), IMAGE, LABEL);
    Expect.same(Tensor.of(new int[] {2}, 1), loaded.tensors().get("label"));
    paint("set/eels/a.png", 2, 3, 0);
    Expect.error(
        "R0104",
        () -> load(Reading.DEFAULT.with(earlier), IMAGE, LABEL),
        "`eels` is not one of the classes of `label`",
        "ants, cats, dogs");
  }

  @Test
  void sizesAreCheckedOrFitted() throws IOException {
    paint("set/a/1.png", 4, 12, 0x101010, 0x303030);
    Expect.error(
        "R0103", () -> load(Reading.DEFAULT, IMAGE), "4×12", "`image` is f32[_, 2, 3, 3]", "--fit");
    Tensor stretched = load(fit(Reading.Fit.RESIZE), IMAGE).tensors().get("image");
    assertEquals("f32[1, 2, 3, 3]", stretched.describe());
    for (int i = 0; i < 18; i++) assertEquals(0x20, stretched.get(i), 1); // stripes of one pixel
    // of 4 by 12, the middle 4 by 6 has the proportions of 2 by 3
    paint(
        "set/a/1.png",
        4,
        12,
        0xff0000,
        0xff0000,
        0xff0000,
        0x0000ff,
        0x0000ff,
        0x0000ff,
        0x0000ff,
        0x0000ff,
        0x0000ff,
        0xff0000,
        0xff0000,
        0xff0000);
    Tensor cut = load(fit(Reading.Fit.CROP), image(2, 3)).tensors().get("image");
    assertEquals(29, cut.get(1)); // blue alone
    assertEquals(29, cut.get(4));
  }

  @Test
  void openSizesTakeThatOfTheFirstPicture() throws IOException {
    Wanted open = image(Wanted.ANY, Wanted.ANY, 3);
    paint("set/a/1.png", 2, 3, 0);
    paint("set/a/2.png", 2, 3, 0);
    assertEquals("f32[2, 2, 3, 3]", load(Reading.DEFAULT, open).tensors().get("image").describe());
    paint("set/b/3.png", 3, 3, 0);
    Expect.error("R0103", () -> load(Reading.DEFAULT, open), "set/b/3.png", "3×3", "2×3");
    Expect.error("R0103", () -> load(fit(Reading.Fit.CROP), open), "no size");
  }

  @Test
  void aBrokenFileIsOneClearError() throws IOException {
    for (int i = 0; i < 20; i++) paint("set/a/%02d.png".formatted(i), 2, 3, i);
    for (String name : List.of("set/a/07.png", "set/a/13.png")) {
      Files.write(folder.resolve(name), new byte[] {1, 2, 3});
    }
    Expect.error("R0101", () -> load(Reading.DEFAULT, IMAGE, LABEL), "07.png", "no whole picture");
    Path jpeg = paint("set/a/07.jpg", 64, 64, 0x336699, 0xff8800, 0x00ff11);
    byte[] whole = Files.readAllBytes(jpeg);
    Path png = paint("set/a/08.png", 64, 64, 0x336699, 0xff8800, 0x00ff11);
    byte[] wholePng = Files.readAllBytes(png);
    Wanted large = image(64, 64, 3);
    for (int part = 0; part < 8; part++) {
      Files.write(jpeg, Arrays.copyOf(whole, whole.length * part / 8));
      Expect.error("R0101", () -> DataFiles.value(jpeg.toString(), large, folder), "07.jpg");
      Files.write(png, Arrays.copyOf(wholePng, wholePng.length * part / 8));
      Expect.error("R0101", () -> DataFiles.value(png.toString(), large, folder), "08.png");
    }
  }

  @Test
  void foldersWithoutPicturesAreErrors() throws IOException {
    Files.createDirectories(folder.resolve("set"));
    Expect.error("R0101", () -> load(Reading.DEFAULT, IMAGE, LABEL), "no pictures", "`set`");
    paint("set/a/1.png", 2, 3, 0);
    Files.createDirectories(folder.resolve("set/b"));
    Expect.error("R0101", () -> load(Reading.DEFAULT, IMAGE, LABEL), "no pictures", "`b`");
  }

  @Test
  void inputsThatTakeNoPicturesAreTold() throws IOException {
    paint("set/a/1.png", 2, 3, 0);
    Wanted row = new Wanted("x", DType.F32, new int[] {-1, 4}, 0);
    Expect.error("R0103", () -> load(Reading.DEFAULT, row), "`x` is f32[_, 4]", "f32[batch, 32");
    Expect.error("R0103", () -> load(Reading.DEFAULT, row, LABEL), "no input takes pictures");
    Expect.error("R0103", () -> load(Reading.DEFAULT, image(2, 3, 5)), "1, 3 or 4 channels");
    Wanted other = new Wanted("other", DType.I32, new int[] {-1}, 0);
    Expect.error(
        "R0107", () -> load(Reading.DEFAULT, IMAGE, LABEL, other), "label, other", "by name");
  }

  // ------------------------------------------------------------------ files

  @Test
  void oneFileIsOnePicture() throws IOException {
    Path file = paint("one.png", 2, 3, 0x0a141e);
    Wanted alone = new Wanted("photo", DType.F64, new int[] {-1, -1, 3}, -1);
    Tensor photo = DataFiles.value(file.toString(), alone, folder);
    assertEquals("f64[2, 3, 3]", photo.describe());
    assertEquals(10 / 255.0, photo.get(0));
    assertEquals("f32[1, 2, 3, 3]", DataFiles.value(file.toString(), IMAGE, folder).describe());
    Wanted whole = new Wanted("photo", DType.I32, new int[] {2, 3, 3}, -1);
    assertEquals(20, DataFiles.value(file.toString(), whole, folder).get(1));
  }

  @Test
  void greyIsTheBrightnessOfColoursAndColoursOfGreyAreEqual() throws IOException {
    paint("c.png", 1, 1, 0xff8040);
    Tensor grey = DataFiles.values("c.png", image(1, 1), fit(Reading.Fit.REFUSE), folder).tensor();
    assertEquals((double) Math.round(0.299 * 255 + 0.587 * 128 + 0.114 * 64), grey.get(0));
    for (int type : new int[] {BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_USHORT_GRAY}) {
      BufferedImage image = new BufferedImage(1, 1, type);
      int most = type == BufferedImage.TYPE_BYTE_GRAY ? 255 : 65535;
      image.getRaster().setSample(0, 0, 0, 100 * most / 255);
      ImageIO.write(image, "png", folder.resolve("g.png").toFile());
      Tensor colours =
          DataFiles.values("g.png", image(1, 1, 3), fit(Reading.Fit.REFUSE), folder).tensor();
      Expect.same(Tensor.of(new float[] {100, 100, 100}, 1, 1, 1, 3), colours);
    }
  }

  @Test
  void coverIsTheFourthChannel() throws IOException {
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
    image.setRGB(0, 0, new Color(1, 2, 3, 40).getRGB());
    image.setRGB(1, 0, new Color(5, 6, 7, 255).getRGB());
    ImageIO.write(image, "png", folder.resolve("t.png").toFile());
    Expect.same(
        Tensor.of(new float[] {1, 2, 3, 40, 5, 6, 7, 255}, 1, 1, 2, 4),
        DataFiles.values("t.png", image(1, 2, 4), fit(Reading.Fit.REFUSE), folder).tensor());
  }

  /** As NumPy writes it. */
  private static byte[] npy(String shape, int... bytes) {
    String header = "{'descr': '|u1', 'fortran_order': False, 'shape': (" + shape + "), }";
    header = header + " ".repeat(117 - header.length()) + "\n";
    ByteBuffer out = ByteBuffer.allocate(128 + bytes.length);
    out.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0});
    out.put(header.getBytes(StandardCharsets.US_ASCII));
    for (int one : bytes) out.put((byte) one);
    return out.array();
  }

  @ParameterizedTest
  @ValueSource(ints = {ZipEntry.STORED, ZipEntry.DEFLATED})
  void bytesInArchivesAreScaledWhereTheyArePictures(int method) throws IOException {
    Path file = folder.resolve("a.npz");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (String name : List.of("image", "label")) {
        byte[] bytes = name.equals("image") ? npy("2, 1, 2", 0, 51, 102, 255) : npy("2,", 7, 200);
        ZipEntry entry = new ZipEntry(name + ".npy");
        entry.setMethod(method);
        entry.setSize(bytes.length);
        CRC32 check = new CRC32();
        check.update(bytes);
        entry.setCrc(check.getValue());
        zip.putNextEntry(entry);
        zip.write(bytes);
      }
    }
    Wanted target = new Wanted("label", DType.F32, new int[] {-1}, 0);
    Loaded loaded = DataFiles.load("a.npz", List.of(image(1, 2), target), Reading.DEFAULT, folder);
    Expect.same(Tensor.of(new float[] {0, 0.2f, 0.4f, 1}, 2, 1, 2), loaded.tensors().get("image"));
    Expect.same(Tensor.of(new float[] {7, 200}, 2), loaded.tensors().get("label"));
    Expect.same(
        Tensor.of(new float[] {0, 51, 102, 255}, 2, 1, 2),
        DataFiles.values("a.npz", image(1, 2), fit(Reading.Fit.REFUSE), folder).tensor());
    Wanted doubles = new Wanted("image", DType.F64, new int[] {-1, 1, 2}, 0);
    Expect.same(
        Tensor.of(new double[] {0, 0.2, 0.4, 1}, 2, 1, 2),
        DataFiles.value("a.npz", doubles, folder));
  }

  // ------------------------------------------------------------------ CIFAR-10

  private void cifar(String name, int... labels) throws IOException {
    byte[] bytes = new byte[labels.length * 3073];
    for (int i = 0; i < labels.length; i++) {
      bytes[i * 3073] = (byte) labels[i];
      for (int c = 0; c < 3; c++) {
        // pixel (0, 1) of channel c is 51 (c + 1), all others are the label
        Arrays.fill(bytes, i * 3073 + 1 + c * 1024, i * 3073 + 1025 + c * 1024, (byte) labels[i]);
        bytes[i * 3073 + 1 + c * 1024 + 1] = (byte) (51 * (c + 1));
      }
    }
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
  }

  @Test
  void cifarIsReadWithChannelsLast() throws IOException {
    cifar("cifar/data_batch_2.bin", 9);
    cifar("cifar/data_batch_1.bin", 3, 0);
    cifar("cifar/test_batch.bin", 1);
    Wanted image = image(32, 32, 3);
    Loaded train = DataFiles.load("cifar", List.of(image, LABEL), Reading.DEFAULT, folder);
    Expect.same(Tensor.of(new int[] {3, 0, 9}, 3), train.tensors().get("label"));
    assertEquals("cat", train.classes().get("label").get(3));
    Tensor pixels = train.tensors().get("image");
    assertEquals("f32[3, 32, 32, 3]", pixels.describe());
    float[] expected = {3 / 255f, 3 / 255f, 3 / 255f, 0.2f, 0.4f, 0.6f, 3 / 255f};
    assertEquals(Arrays.toString(expected), Arrays.toString(Arrays.copyOf(pixels.floats(), 7)));
    Loaded test =
        DataFiles.load("cifar/test_batch.bin", List.of(image, LABEL), Reading.DEFAULT, folder);
    Expect.same(Tensor.of(new int[] {1}, 1), test.tensors().get("label"));
  }

  @Test
  void severalSourcesOfPicturesAreOneBehindTheOther() throws IOException {
    cifar("one.bin", 1, 2);
    cifar("two.bin", 3);
    paint("more/cat/a.png", 32, 32, 0xffffff);
    Wanted image = image(32, 32, 3);
    List<String> sources = List.of("one.bin", "two.bin", "more");
    Loaded all = DataFiles.loadAll(sources, List.of(image, LABEL), Reading.DEFAULT, folder);
    Expect.same(Tensor.of(new int[] {1, 2, 3, 3}, 4), all.tensors().get("label"));
    assertEquals(1, all.tensors().get("image").get(3 * 3072));
    paint("more/cow/a.png", 32, 32, 0);
    Expect.error(
        "R0104",
        () -> DataFiles.loadAll(sources, List.of(image, LABEL), Reading.DEFAULT, folder),
        "`cow`");
    paint("large.png", 40, 32, 0);
    paint("small.png", 8, 8, 0);
    Expect.error(
        "R0103",
        () ->
            DataFiles.loadAll(
                List.of("large.png", "small.png"),
                List.of(image(Wanted.ANY, Wanted.ANY, 3)),
                Reading.DEFAULT,
                folder),
        "small.png",
        "[8, 8, 3] here and [40, 32, 3] before");
  }

  @Test
  void aDamagedCifarFileIsOneClearError() throws IOException {
    Wanted image = image(32, 32, 3);
    cifar("c.bin", 1, 2);
    byte[] good = Files.readAllBytes(folder.resolve("c.bin"));
    for (int length : new int[] {0, 1, 3072, 3074, 6145}) {
      Files.write(folder.resolve("c.bin"), Arrays.copyOf(good, length));
      Expect.error("R0101", () -> DataFiles.value("c.bin", image, folder), "c.bin");
    }
    good[3073] = 10;
    Files.write(folder.resolve("c.bin"), good);
    Expect.error("R0101", () -> DataFiles.value("c.bin", image, folder), "picture 1", "class 10");
  }
}
