package dlx.data;

import dlx.runtime.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/**
 * The safetensors format: eight bytes that count the header, a header in JSON, the elements little
 * endian one tensor after the other.
 *
 * <p>Files written here carry two metadata of their own: {@code dlx.format}, the version, and
 * {@code dlx.sha256}, the SHA-256 of the whole file in which these 64 digits are zeros.
 */
public final class Safetensors {
  public static final String FORMAT = "dlx.format";
  public static final String CHECKSUM = "dlx.sha256";
  static final String VERSION = "1";
  static final String METADATA = "__metadata__";
  static final String NO_CHECKSUM = "0".repeat(64);

  /** What a file holds: tensors by name in the order of the file, and its metadata. */
  public record Contents(Map<String, Tensor> tensors, Map<String, String> metadata) {}

  private Safetensors() {}

  /** Reads a file. A checksum is verified if there is one. */
  public static Contents read(Path file) {
    return new SafetensorsReader(file).read();
  }

  /** Writes a file that is there in full or not at all. */
  public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
    Map<String, String> all = new LinkedHashMap<>(metadata);
    all.put(FORMAT, VERSION);
    all.put(CHECKSUM, NO_CHECKSUM);
    MessageDigest digest = sha256();
    List<Map.Entry<String, Tensor>> order = new ArrayList<>(tensors.entrySet());
    // wide elements first keeps every tensor aligned to its element
    order.sort(Comparator.comparingInt(t -> -t.getValue().dtype().bytes()));
    try (OutputStream nowhere = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
      write(nowhere, order, all);
    } catch (IOException e) {
      throw Problem.writing(file, e);
    }
    all.put(CHECKSUM, HexFormat.of().formatHex(digest.digest()));
    AtomicFile.write(file, out -> write(out, order, all));
  }

  private static void write(
      OutputStream out, List<Map.Entry<String, Tensor>> tensors, Map<String, String> metadata)
      throws IOException {
    byte[] header = header(tensors, metadata);
    out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).array());
    out.write(header);
    for (var tensor : tensors) Elements.write(tensor.getValue(), out);
  }

  private static byte[] header(
      List<Map.Entry<String, Tensor>> tensors, Map<String, String> metadata) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JsonValues.JSON.createGenerator(ObjectWriteContext.empty(), text)) {
      out.writeStartObject();
      out.writeName(METADATA);
      out.writeStartObject();
      metadata.forEach(out::writeStringProperty);
      out.writeEndObject();
      long offset = 0;
      for (var entry : tensors) {
        Tensor tensor = entry.getValue();
        long end = offset + (long) tensor.size() * tensor.dtype().bytes();
        out.writeName(entry.getKey());
        out.writeStartObject();
        out.writeStringProperty("dtype", tensor.dtype().name());
        out.writeName("shape");
        out.writeStartArray();
        for (int extent : tensor.shape()) out.writeNumber(extent);
        out.writeEndArray();
        out.writeName("data_offsets");
        out.writeStartArray();
        out.writeNumber(offset);
        out.writeNumber(end);
        out.writeEndArray();
        out.writeEndObject();
        offset = end;
      }
      out.writeEndObject();
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    int padded = Math.ceilDiv(bytes.length, 8) * 8;
    return (text + " ".repeat(padded - bytes.length)).getBytes(StandardCharsets.UTF_8);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /** The element type by its name in this format. */
  static ElementType element(String name, String place) {
    try {
      return ElementType.valueOf(name);
    } catch (IllegalArgumentException e) {
      throw Problem.file(place, "elements of the type " + name + " cannot be read", "");
    }
  }
}
