package dlx.tests.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dlx.data.AtomicFile;
import dlx.data.Safetensors;
import dlx.runtime.DlxException;
import dlx.runtime.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
  @TempDir Path folder;

  @Property(tries = 200)
  void whatIsWrittenIsReadBack(@ForAll("several") List<Tensor> tensors) throws IOException {
    Path temporary = Files.createTempDirectory("safetensors");
    Path file = temporary.resolve("m.safetensors");
    try {
      Map<String, Tensor> named = new java.util.LinkedHashMap<>();
      for (Tensor tensor : tensors) named.put("layer[" + named.size() + "].\"w\"", tensor);
      Safetensors.write(file, named, Map.of("program", "abc", "seed", "7"));
      Safetensors.Contents back = Safetensors.read(file);
      assertEquals(
          named.keySet(),
          back.tensors().keySet().stream().collect(java.util.stream.Collectors.toSet()));
      named.forEach((name, tensor) -> Expect.same(tensor, back.tensors().get(name)));
      assertEquals("abc", back.metadata().get("program"));
      assertEquals("1", back.metadata().get(Safetensors.FORMAT));
      assertEquals(64, back.metadata().get(Safetensors.CHECKSUM).length());
    } finally {
      Files.deleteIfExists(file);
      Files.delete(temporary);
    }
  }

  @Provide
  Arbitrary<List<Tensor>> several() {
    return Tensors.any().list().ofMaxSize(4);
  }

  @Test
  void everyFlippedBitIsSeen() throws IOException {
    Path file = folder.resolve("m.safetensors");
    Safetensors.write(file, Map.of("w", Tensor.of(new float[] {1, 2, 3}, 3)), Map.of());
    byte[] good = Files.readAllBytes(file);
    for (int at = 0; at < good.length; at++) {
      byte[] bad = good.clone();
      bad[at] ^= 1;
      Files.write(file, bad);
      try {
        Safetensors.read(file);
        throw new AssertionError("byte " + at + " changed and nobody noticed");
      } catch (DlxException e) {
        assertTrue(e.code().startsWith("R0"), e.code());
      }
    }
  }

  @Test
  void everyShorterFileIsOneClearError() throws IOException {
    Path file = folder.resolve("m.safetensors");
    Safetensors.write(file, Map.of("w", Tensor.of(new float[] {1, 2, 3}, 3)), Map.of());
    byte[] good = Files.readAllBytes(file);
    for (int length = 0; length < good.length; length++) {
      Files.write(file, Arrays.copyOf(good, length));
      Expect.error("R0101", () -> Safetensors.read(file), "m.safetensors");
    }
    Files.write(file, Arrays.copyOf(good, good.length + 1));
    Expect.error("R0101", () -> Safetensors.read(file), "belong to no tensor");
  }

  @Test
  void otherElementTypesAreConverted() throws IOException {
    ByteBuffer data = ByteBuffer.allocate(2 + 2 + 8 + 1).order(ByteOrder.LITTLE_ENDIAN);
    data.putShort((short) 0x3c00).putShort((short) 0x3f80).putLong(-5).put((byte) 200);
    Path file =
        hand(
            """
            {"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},
             "b":{"dtype":"BF16","shape":[1],"data_offsets":[2,4]},
             "c":{"dtype":"I64","shape":[],"data_offsets":[4,12]},
             "d":{"dtype":"U8","shape":[1,1],"data_offsets":[12,13]}}\
            """,
            data.array());
    Map<String, Tensor> tensors = Safetensors.read(file).tensors();
    Expect.same(Tensor.of(new float[] {1}, 1), tensors.get("a"));
    Expect.same(Tensor.of(new float[] {1}, 1), tensors.get("b"));
    Expect.same(Tensor.scalar(-5), tensors.get("c"));
    Expect.same(Tensor.of(new int[] {200}, 1, 1), tensors.get("d"));
  }

  @Test
  void aLyingHeaderIsOneClearError() throws IOException {
    String entry = "{\"w\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}}";
    damaged(entry.formatted("F32", "[2]", "[0,4]"), "size in bytes");
    damaged(entry.formatted("F32", "[1]", "[4,8]"), "lies at 4");
    damaged(entry.formatted("F32", "[1]", "[4,0]"), "lies at 4");
    damaged(entry.formatted("F32", "[-1]", "[0,4]"), "shape");
    damaged(entry.formatted("F9", "[1]", "[0,4]"), "F9");
    damaged(entry.formatted("F32", "[1]", "[0]"), "incomplete");
    damaged(entry.formatted("F32", "\"x\"", "[0,4]"), "laid out");
    damaged("[1,2]", "laid out");
    damaged("not json", "not JSON");
    damaged("{\"w\":1}", "laid out");
    damaged(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[2,6]}}",
        "lies at 2");
    damaged(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
        "twice");
  }

  private void damaged(String header, String word) throws IOException {
    Path file = hand(header, new byte[8]);
    Expect.error("R0101", () -> Safetensors.read(file), word);
  }

  private Path hand(String header, byte[] data) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer all =
        ByteBuffer.allocate(8 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    all.putLong(text.length).put(text).put(data);
    Path file = folder.resolve("hand.safetensors");
    Files.write(file, all.array());
    return file;
  }

  @Test
  void aFailedWriteLeavesTheOldFileAndNothingElse() throws IOException {
    Path file = folder.resolve("m.safetensors");
    Files.writeString(file, "old");
    Expect.error(
        "R0106",
        () ->
            AtomicFile.write(
                file,
                out -> {
                  out.write(new byte[1 << 20]);
                  throw new IOException("No space left on device");
                }),
        "No space left on device",
        "m.safetensors");
    assertEquals("old", Files.readString(file));
    try (var files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
    Expect.error(
        "R0106",
        () -> Safetensors.write(folder.resolve("none/m.safetensors"), Map.of(), Map.of()),
        "its folder does not exist");
  }

  @Test
  void noTensorsAreFine() {
    Path file = folder.resolve("m.safetensors");
    Safetensors.write(file, Map.of(), Map.of());
    assertEquals(Map.of(), Safetensors.read(file).tensors());
  }
}
