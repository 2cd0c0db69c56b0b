package dlx.data;

import dlx.runtime.Tensor;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/** Reads one safetensors file, front to back, believing nothing that it says. */
final class SafetensorsReader {
  private static final long HEADER_LIMIT = 100_000_000;

  /** Where a tensor lies, in bytes after the header. */
  private record Entry(String name, ElementType type, int[] shape, long begin, long end) {}

  private final Path file;
  private final String place;
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final List<Entry> entries = new ArrayList<>();

  SafetensorsReader(Path file) {
    this.file = file;
    this.place = file.toString();
  }

  Safetensors.Contents read() {
    try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      long size = Files.size(file);
      byte[] count = raw.readNBytes(8);
      if (count.length < 8) {
        throw Problem.file(place, "this is not a safetensors file: it is too short", "");
      }
      long length = ByteBuffer.wrap(count).order(ByteOrder.LITTLE_ENDIAN).getLong();
      if (length < 2 || length > size - 8) {
        throw Problem.file(
            place,
            "this is not a safetensors file, or it is incomplete: its header would have %s bytes, the file has %d"
                .formatted(Long.toUnsignedString(length), size),
            "");
      }
      if (length > HEADER_LIMIT) {
        throw Problem.limit(place, "the header has " + length + " bytes, at most 100000000", "");
      }
      byte[] header = raw.readNBytes((int) length);
      parse(new String(header, StandardCharsets.UTF_8));
      check(size - 8 - length);
      MessageDigest digest = Safetensors.sha256();
      digest.update(count);
      digest.update(withoutChecksum(header));
      Map<String, Tensor> tensors = tensors(new DigestInputStream(raw, digest));
      verify(HexFormat.of().formatHex(digest.digest()));
      return new Safetensors.Contents(tensors, metadata);
    } catch (IOException e) {
      throw Problem.reading(file, e);
    }
  }

  private Map<String, Tensor> tensors(InputStream in) throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Entry e : entries) {
      String where = place + ", tensor `" + e.name + "`";
      Object data =
          Elements.read(
              in, e.type, ByteOrder.LITTLE_ENDIAN, Tensor.size(e.shape), e.type.natural(), where);
      tensors.put(e.name, Tensor.wrap(e.type.natural(), data, e.shape));
    }
    return tensors;
  }

  /** The tensors have to cover the data without overlap and without holes. */
  private void check(long available) {
    entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    long at = 0;
    for (Entry e : entries) {
      if (e.begin != at || e.end < e.begin) {
        throw damaged("the tensor `%s` lies at %d, not at %d".formatted(e.name, e.begin, at));
      }
      if ((long) Tensor.size(e.shape) * e.type.bytes() != e.end - e.begin) {
        throw damaged("the shape of `%s` does not go with its size in bytes".formatted(e.name));
      }
      at = e.end;
    }
    if (at > available) throw Problem.truncated(place, "its tensors");
    if (at < available) throw damaged((available - at) + " bytes belong to no tensor");
  }

  private byte[] withoutChecksum(byte[] header) {
    String sum = metadata.get(Safetensors.CHECKSUM);
    if (sum == null || sum.length() != Safetensors.NO_CHECKSUM.length()) return header;
    return new String(header, StandardCharsets.UTF_8)
        .replace(sum, Safetensors.NO_CHECKSUM)
        .getBytes(StandardCharsets.UTF_8);
  }

  private void verify(String sum) {
    String expected = metadata.get(Safetensors.CHECKSUM);
    if (expected == null && metadata.containsKey(Safetensors.FORMAT)) {
      throw damaged("its checksum is missing");
    }
    if (expected != null && !expected.equals(sum)) {
      throw Problem.file(
          place,
          "the checksum is wrong: the file is damaged or was changed",
          "use an earlier checkpoint");
    }
  }

  private void parse(String header) {
    try (JsonParser in = JsonValues.JSON.createParser(ObjectReadContext.empty(), header)) {
      expect(in.nextToken(), JsonToken.START_OBJECT);
      Set<String> names = new HashSet<>();
      while (in.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = in.currentName();
        if (!names.add(name)) throw damaged("`" + name + "` is there twice");
        expect(in.nextToken(), JsonToken.START_OBJECT);
        if (name.equals(Safetensors.METADATA)) metadata(in);
        else entries.add(entry(in, name));
      }
      expect(in.currentToken(), JsonToken.END_OBJECT);
      if (in.nextToken() != null) throw damaged("something follows the header");
    } catch (JacksonException e) {
      throw damaged("its header is not JSON");
    }
  }

  private void metadata(JsonParser in) {
    while (in.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = in.currentName();
      expect(in.nextToken(), JsonToken.VALUE_STRING);
      metadata.put(key, in.getString());
    }
  }

  private Entry entry(JsonParser in, String name) {
    String type = "";
    List<Long> shape = null;
    List<Long> offsets = List.of();
    while (in.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = in.currentName();
      JsonToken token = in.nextToken();
      switch (key) {
        case "dtype" -> type = in.getString();
        case "shape" -> shape = numbers(in, token);
        case "data_offsets" -> offsets = numbers(in, token);
        default -> in.skipChildren();
      }
    }
    if (type.isEmpty() || shape == null || offsets.size() != 2) {
      throw damaged("the entry of `" + name + "` is incomplete");
    }
    ElementType element = Safetensors.element(type, place + ", tensor `" + name + "`");
    int[] extents = new int[shape.size()];
    for (int i = 0; i < extents.length; i++) {
      long extent = shape.get(i);
      if (extent < 0 || extent > Integer.MAX_VALUE) {
        throw damaged("the shape of `" + name + "` is " + shape);
      }
      extents[i] = (int) extent;
    }
    Elements.count(place + ", tensor `" + name + "`", shape.stream().mapToLong(n -> n).toArray());
    return new Entry(name, element, extents, offsets.get(0), offsets.get(1));
  }

  private List<Long> numbers(JsonParser in, JsonToken token) {
    expect(token, JsonToken.START_ARRAY);
    List<Long> numbers = new ArrayList<>();
    while (in.nextToken() == JsonToken.VALUE_NUMBER_INT) numbers.add(in.getLongValue());
    expect(in.currentToken(), JsonToken.END_ARRAY);
    return numbers;
  }

  private void expect(JsonToken found, JsonToken expected) {
    if (found != expected) throw damaged("its header is not laid out as it should be");
  }

  private RuntimeException damaged(String why) {
    return Problem.file(
        place, "this safetensors file is damaged: " + why, "use an earlier checkpoint");
  }
}
