package dlx.tests.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dlx.data.Npy;
import dlx.data.Npz;
import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyTest {
  @TempDir Path folder;

  @Test
  void everyElementTypeInBothByteOrdersIsRead() throws IOException {
    for (String order : List.of("<", ">")) {
      Expect.same(
          Tensor.of(new float[] {1, -2, Float.NaN}, 3),
          read(
              order + "f2",
              b -> b.putShort((short) 0x3c00).putShort((short) 0xc000).putShort((short) 0x7e00)));
      Expect.same(
          Tensor.of(new float[] {1, -0f, Float.POSITIVE_INFINITY}, 3),
          read(order + "f4", b -> b.putFloat(1).putFloat(-0f).putFloat(Float.POSITIVE_INFINITY)));
      Expect.same(
          Tensor.of(new double[] {1, -0.0, Double.MIN_VALUE}, 3),
          read(order + "f8", b -> b.putDouble(1).putDouble(-0.0).putDouble(Double.MIN_VALUE)));
      Expect.same(
          Tensor.of(new int[] {1, -2, -32768}, 3),
          read(
              order + "i2",
              b -> b.putShort((short) 1).putShort((short) -2).putShort(Short.MIN_VALUE)));
      Expect.same(
          Tensor.of(new int[] {1, 65534, 32768}, 3),
          read(
              order + "u2",
              b -> b.putShort((short) 1).putShort((short) -2).putShort(Short.MIN_VALUE)));
      Expect.same(
          Tensor.of(new int[] {1, -2, Integer.MIN_VALUE}, 3),
          read(order + "i4", b -> b.putInt(1).putInt(-2).putInt(Integer.MIN_VALUE)));
      Expect.same(
          Tensor.of(new int[] {1, 2, Integer.MAX_VALUE}, 3),
          read(order + "u4", b -> b.putInt(1).putInt(2).putInt(Integer.MAX_VALUE)));
      for (String type : List.of("i8", "u8")) {
        Expect.same(
            Tensor.of(new int[] {1, 2, Integer.MAX_VALUE}, 3),
            read(order + type, b -> b.putLong(1).putLong(2).putLong(Integer.MAX_VALUE)));
      }
    }
    Expect.same(
        Tensor.of(new int[] {1, -2, -128}, 3), read("|i1", b -> b.put(new byte[] {1, -2, -128})));
    Expect.same(
        Tensor.of(new int[] {1, 254, 128}, 3), read("|u1", b -> b.put(new byte[] {1, -2, -128})));
    Expect.same(
        Tensor.of(new boolean[] {true, false, true}, 3),
        read("|b1", b -> b.put(new byte[] {1, 0, 1})));
  }

  @Test
  void valuesAreConvertedToTheDeclaredTypeOrRefused() throws IOException {
    Path bytes = file("|u1", "(3,)", b -> b.put(new byte[] {0, 7, -1}));
    Expect.same(Tensor.of(new float[] {0, 7, 255}, 3), Npy.read(bytes, Optional.of(DType.F32)));
    Expect.error("R0104", () -> Npy.read(bytes, Optional.of(DType.BOOL)), "element 1 is 7");
    Path reals = file("<f8", "(3,)", b -> b.putDouble(1).putDouble(0).putDouble(1));
    Expect.same(Tensor.of(new int[] {1, 0, 1}, 3), Npy.read(reals, Optional.of(DType.I32)));
    Expect.same(
        Tensor.of(new boolean[] {true, false, true}, 3), Npy.read(reals, Optional.of(DType.BOOL)));
    Path big = file("<f8", "(3,)", b -> b.putDouble(1).putDouble(2.5).putDouble(1e300));
    Expect.error("R0104", () -> Npy.read(big, Optional.of(DType.I32)), "element 1 is 2.5");
    Expect.error("R0104", () -> Npy.read(big, Optional.of(DType.F32)), "element 2 is 1.0E300");
    Path wide = file("<u8", "(1,)", b -> b.putLong(-1));
    Expect.error("R0104", () -> Npy.read(wide, Optional.empty()), "18446744073709551615");
    Expect.same(Tensor.of(new double[] {0x1p64}, 1), Npy.read(wide, Optional.of(DType.F64)));
    Path nan = file("<f4", "(1,)", b -> b.putFloat(Float.NaN));
    Expect.error("R0104", () -> Npy.read(nan, Optional.of(DType.I32)), "NaN");
  }

  @Test
  void columnsFirstBecomesRowsFirst() throws IOException {
    byte[] numbers = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    Path file = folder.resolve("f.npy");
    Files.write(file, bytes("|i1", "True", "(2, 3, 2)", numbers));
    // element (i, j, k) lies at i + 2 j + 6 k
    Expect.same(
        Tensor.of(new int[] {0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11}, 2, 3, 2),
        Npy.read(file, Optional.empty()));
    Files.write(file, bytes("|i1", "True", "(0, 3)", new byte[0]));
    Expect.same(Tensor.of(new int[0], 0, 3), Npy.read(file, Optional.empty()));
  }

  @Test
  void numbersAndEmptyArraysAreRead() throws IOException {
    Path number = file("<f4", "()", b -> b.putFloat(3));
    Expect.same(Tensor.scalar(3f), Npy.read(number, Optional.empty()));
    Path none = file("<f4", "(0, 5)", b -> {});
    Expect.same(Tensor.of(new float[0], 0, 5), Npy.read(none, Optional.empty()));
  }

  @Test
  void aDamagedFileIsOneClearError() throws IOException {
    Path file = folder.resolve("x.npy");
    byte[] good = bytes("<f4", "False", "(2,)", new byte[8]);
    for (int length : new int[] {3, 6, 8, 9, 40, good.length - 1}) {
      Files.write(file, Arrays.copyOf(good, length));
      Expect.error("R0101", () -> Npy.read(file, Optional.empty()), "x.npy");
    }
    Files.write(file, new byte[0]);
    Expect.error("R0101", () -> Npy.read(file, Optional.empty()), "empty");
    Files.write(file, new byte[] {(byte) 0x80, 4, (byte) 0x95, 0, 0, 0, 0, 0, 0});
    Expect.error("R0101", () -> Npy.read(file, Optional.empty()), "pickle");
    Files.writeString(file, "PK\3\4 and so on");
    Expect.error("R0101", () -> Npy.read(file, Optional.empty()), ".npz");
    Files.write(file, bytes("|O", "False", "(2,)", new byte[16]));
    Expect.error("R0101", () -> Npy.read(file, Optional.empty()), "Python objects");
    Files.write(file, bytes("<U4", "False", "(2,)", new byte[32]));
    Expect.error("R0101", () -> Npy.read(file, Optional.empty()), "<U4");
    Files.write(file, bytes("<f4", "False", "(1000000, 1000)", new byte[16]));
    Expect.error("R0101", () -> Npy.read(file, Optional.empty()), "ends in the middle");
    Files.write(file, bytes("<f4", "False", "(-2, 3)", new byte[16]));
    Expect.error("R0101", () -> Npy.read(file, Optional.empty()), "negative");
    for (String shape :
        List.of(
            "(100000, 100000)",
            "(10000000000,)",
            "(0, 10000000000)",
            "(1" + "0".repeat(30) + ",)")) {
      Files.write(file, bytes("<f4", "False", shape, new byte[16]));
      Expect.error("R0301", () -> Npy.read(file, Optional.empty()), "x.npy", "2147483583");
    }
    Files.write(file, bytes("<f4", "False", "(3,)", new byte[16]));
    Expect.error("R0101", () -> Npy.read(file, Optional.empty()), "more data than the 3 elements");
    Expect.error(
        "R0101", () -> Npy.read(folder.resolve("none.npy"), Optional.empty()), "no such file");
  }

  @Property(tries = 200)
  void whatIsWrittenIsReadBack(@ForAll("tensors") Tensor tensor) throws IOException {
    Path temporary = Files.createTempDirectory("npy");
    try {
      Path file = temporary.resolve("x.npy");
      Npy.write(file, tensor);
      Expect.same(tensor, Npy.read(file, Optional.empty()));
      assertEquals(0, (Files.size(file) - (long) tensor.size() * tensor.dtype().bytes()) % 64);
      Files.delete(file);
    } finally {
      Files.delete(temporary);
    }
  }

  @Provide
  net.jqwik.api.Arbitrary<Tensor> tensors() {
    return Tensors.any();
  }

  @Test
  void theHeaderIsTheOneOfNumPy() throws IOException {
    Path file = folder.resolve("x.npy");
    Npy.write(file, Tensor.of(new float[] {1, 2}, 2));
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    assertEquals(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }",
        text.substring(10, 67).strip());
    assertEquals(128 + 8, Files.size(file));
    assertEquals('\n', text.charAt(127));
  }

  // ---------------------------------------------------------------- archives

  @Test
  void anArchiveIsWrittenAndReadBack() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("x", Tensor.of(new float[] {1, 2, 3, 4}, 2, 2));
    tensors.put("fc1.w", Tensor.of(new boolean[] {true}, 1));
    tensors.put("empty", Tensor.of(new double[0], 0, 3));
    Path file = folder.resolve("a.npz");
    Npz.write(file, tensors);
    assertEquals(List.of("x", "fc1.w", "empty"), Npz.names(file));
    Map<String, Tensor> back = Npz.read(file);
    tensors.forEach((name, tensor) -> Expect.same(tensor, back.get(name)));
    Map<String, Tensor> some = Npz.read(file, Map.of("x", DType.I32, "y", DType.F32));
    Expect.same(Tensor.of(new int[] {1, 2, 3, 4}, 2, 2), some.get("x"));
    assertEquals(1, some.size());
  }

  @Test
  void storedEntriesAreRead() throws IOException {
    Path file = folder.resolve("stored.npz");
    byte[] array = bytes("|u1", "False", "(2,)", new byte[] {5, 6});
    CRC32 crc = new CRC32();
    crc.update(array);
    ZipEntry entry = new ZipEntry("x.npy");
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(array.length);
    entry.setCrc(crc.getValue());
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(entry);
      zip.write(array);
    }
    Expect.same(Tensor.of(new int[] {5, 6}, 2), Npz.read(file).get("x"));
  }

  @Test
  void aDamagedArchiveIsOneClearError() throws IOException {
    Path file = folder.resolve("a.npz");
    Npz.write(file, Map.of("x", Tensor.of(new float[1000], 1000)));
    byte[] good = Files.readAllBytes(file);
    for (int length : new int[] {0, 1, 10, good.length / 2, good.length - 1}) {
      Files.write(file, Arrays.copyOf(good, length));
      Expect.error("R0101", () -> Npz.read(file), "a.npz");
    }
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("x.npy"));
      zip.write(bytes("<f4", "False", "(1,)", new byte[8]));
    }
    Expect.error("R0101", () -> Npz.read(file), "a.npz", "array `x`", "more data");
    byte[] flipped = good.clone();
    Arrays.fill(flipped, 45, 60, (byte) 0x55);
    Files.write(file, flipped);
    Expect.error("R0101", () -> Npz.read(file), "a.npz");
  }

  // ---------------------------------------------------------------- files by hand

  private interface Fill {
    void fill(ByteBuffer buffer);
  }

  private Tensor read(String descr, Fill fill) throws IOException {
    return Npy.read(file(descr, "(3,)", fill), Optional.empty());
  }

  private Path file(String descr, String shape, Fill fill) throws IOException {
    ByteBuffer buffer =
        ByteBuffer.allocate(64)
            .order(descr.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    fill.fill(buffer);
    byte[] data = Arrays.copyOf(buffer.array(), buffer.position());
    Path file = folder.resolve("hand" + System.nanoTime() + ".npy");
    Files.write(file, bytes(descr, "False", shape, data));
    return file;
  }

  private static byte[] bytes(String descr, String fortran, String shape, byte[] data) {
    String header =
        "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n".formatted(descr, fortran, shape);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    out.writeBytes(new byte[] {(byte) header.length(), (byte) (header.length() >> 8)});
    out.writeBytes(header.getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(data);
    return out.toByteArray();
  }

  @Test
  void laterVersionsOfTheFormatHaveALongerCount() throws IOException {
    byte[] header =
        "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }"
            .getBytes(StandardCharsets.UTF_8);
    for (byte version : new byte[] {2, 3}) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', version, 0});
      out.writeBytes(new byte[] {(byte) header.length, 0, 0, 0});
      out.writeBytes(header);
      out.write(9);
      Path file = folder.resolve("v.npy");
      Files.write(file, out.toByteArray());
      assertArrayEquals(new int[] {9}, Npy.read(file, Optional.empty()).ints());
    }
  }
}
