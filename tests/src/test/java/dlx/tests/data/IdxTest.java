package dlx.tests.data;

import dlx.data.Csv;
import dlx.data.DataFiles;
import dlx.data.Idx;
import dlx.data.Reading;
import dlx.data.Wanted;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxTest {
  @TempDir Path folder;

  @Test
  void everyElementTypeIsRead() throws IOException {
    check(0x08, new byte[] {1, -1}, Tensor.of(new int[] {1, 255}, 2));
    check(0x09, new byte[] {1, -1}, Tensor.of(new int[] {1, -1}, 2));
    check(0x0B, new byte[] {0, 1, -1, -2}, Tensor.of(new int[] {1, -2}, 2));
    check(
        0x0C, ByteBuffer.allocate(8).putInt(7).putInt(-7).array(), Tensor.of(new int[] {7, -7}, 2));
    check(
        0x0D,
        ByteBuffer.allocate(8).putFloat(0.5f).putFloat(Float.NaN).array(),
        Tensor.of(new float[] {0.5f, Float.NaN}, 2));
    check(
        0x0E,
        ByteBuffer.allocate(16).putDouble(0.1).putDouble(-0.0).array(),
        Tensor.of(new double[] {0.1, -0.0}, 2));
  }

  private void check(int type, byte[] data, Tensor expected) throws IOException {
    byte[] plain = bytes(type, data, 2);
    Path file = folder.resolve("x-idx1");
    Files.write(file, plain);
    Expect.same(expected, Idx.read(file, Optional.empty()));
    Path zipped = folder.resolve("x-idx1.gz");
    Files.write(zipped, gzip(plain));
    Expect.same(expected, Idx.read(zipped, Optional.empty()));
  }

  @Test
  void imagesTakeTheDeclaredShapeAndAreScaledToOne() throws IOException {
    Path file = folder.resolve("images-idx3-ubyte.gz");
    Files.write(file, gzip(bytes(0x08, new byte[] {0, 1, 2, 3, 4, 5, 6, -1}, 2, 2, 2)));
    Wanted flat = new Wanted("image", DType.F32, new int[] {Wanted.ANY, 4}, 0);
    float[] raw = {0, 1, 2, 3, 4, 5, 6, 255};
    float[] unit = raw.clone();
    for (int i = 0; i < unit.length; i++) unit[i] = raw[i] / 255;
    Expect.same(Tensor.of(unit, 2, 4), DataFiles.value(file.toString(), flat, folder));
    Reading keep = new Reading(Csv.Options.DEFAULT, Reading.Bytes.KEEP, Reading.Fit.REFUSE);
    Expect.same(
        Tensor.of(raw, 2, 4), DataFiles.values(file.toString(), flat, keep, folder).tensor());
    Wanted whole = new Wanted("image", DType.I32, new int[] {Wanted.ANY, 2, 2}, 0);
    Expect.same(
        Tensor.of(new int[] {0, 1, 2, 3, 4, 5, 6, 255}, 2, 2, 2),
        DataFiles.value(file.toString(), whole, folder));
    Wanted wrong = new Wanted("image", DType.F32, new int[] {Wanted.ANY, 5}, 0);
    Expect.error(
        "R0103", () -> DataFiles.value(file.toString(), wrong, folder), "f32[_, 5]", "[2, 2, 2]");
  }

  @Test
  void tablesOfBytesAreAsTheyAre() throws IOException {
    Path file = folder.resolve("counts-idx2");
    Files.write(file, bytes(0x08, new byte[] {0, 7, -1, 1}, 2, 2));
    Wanted table = new Wanted("x", DType.F32, new int[] {Wanted.ANY, 2}, 0);
    Expect.same(
        Tensor.of(new float[] {0, 7, 255, 1}, 2, 2),
        DataFiles.value(file.toString(), table, folder));
  }

  @Test
  void noElementsAreFine() throws IOException {
    Path file = folder.resolve("none-idx");
    Files.write(file, bytes(0x08, new byte[0], 0, 3));
    Expect.same(Tensor.of(new int[0], 0, 3), Idx.read(file, Optional.empty()));
  }

  @Test
  void aDamagedFileIsOneClearError() throws IOException {
    Path file = folder.resolve("x-idx1");
    byte[] good = bytes(0x08, new byte[] {1, 2, 3}, 3);
    for (int length : new int[] {0, 2, 4, 7, good.length - 1}) {
      Files.write(file, Arrays.copyOf(good, length));
      Expect.error("R0101", () -> Idx.read(file, Optional.empty()), "x-idx1");
    }
    byte[] zipped = gzip(good);
    for (int length : new int[] {3, 10, zipped.length - 9}) {
      Files.write(file, Arrays.copyOf(zipped, length));
      Expect.error("R0101", () -> Idx.read(file, Optional.empty()), "x-idx1");
    }
    Files.write(file, bytes(0x0A, new byte[] {1, 2, 3}, 3));
    Expect.error("R0101", () -> Idx.read(file, Optional.empty()), "0x0a");
    Files.write(file, bytes(0x08, new byte[0], 1 << 30));
    Expect.error("R0101", () -> Idx.read(file, Optional.empty()), "ends in the middle");
  }

  private static byte[] bytes(int type, byte[] data, int... shape) {
    ByteBuffer out = ByteBuffer.allocate(4 + 4 * shape.length + data.length);
    out.put((byte) 0).put((byte) 0).put((byte) type).put((byte) shape.length);
    for (int extent : shape) out.putInt(extent);
    return out.put(data).array();
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }
}
