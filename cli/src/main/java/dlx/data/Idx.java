package dlx.data;

import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * IDX, the format of the MNIST files, with or without gzip: two zero bytes, the element type, the
 * number of axes, the extents and the elements, all big endian.
 */
public final class Idx {
  /** Deflate makes at most 1032 bytes of one. */
  private static final long GZIP_FACTOR = 1032;

  private Idx() {}

  /** True if the first bytes of a file are those of this format or of gzip. */
  static boolean looksLike(byte[] start) {
    return start.length >= 4
        && (isGzip(start) || (start[0] == 0 && start[1] == 0 && start[2] >= 8 && start[3] <= 8));
  }

  private static boolean isGzip(byte[] start) {
    return start.length >= 2 && start[0] == 0x1f && (start[1] & 0xff) == 0x8b;
  }

  /** Reads a file; {@code to} is the element type to convert to, empty for the nearest one. */
  public static Tensor read(Path file, Optional<DType> to) {
    return read(file, to, Reading.Bytes.KEEP);
  }

  /** As above; {@code bytes} is what becomes of bytes where a float is wanted. */
  static Tensor read(Path file, Optional<DType> to, Reading.Bytes bytes) {
    try (BufferedInputStream raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      raw.mark(2);
      boolean gzip = isGzip(raw.readNBytes(2));
      raw.reset();
      if (!gzip) return read(raw, Files.size(file), to, bytes, file.toString());
      try (InputStream in = new GZIPInputStream(raw, 1 << 16)) {
        return read(in, Files.size(file) * GZIP_FACTOR, to, bytes, file.toString());
      }
    } catch (IOException e) {
      throw Problem.reading(file, e);
    }
  }

  private static Tensor read(
      InputStream in, long available, Optional<DType> to, Reading.Bytes bytes, String place)
      throws IOException {
    byte[] magic = in.readNBytes(4);
    if (magic.length == 0) throw Problem.file(place, "the file is empty", "");
    if (magic.length < 4 || magic[0] != 0 || magic[1] != 0) {
      throw Problem.file(place, "this is not an IDX file: its first bytes are others", "");
    }
    ElementType type = element(magic[2], place);
    int rank = magic[3] & 0xff;
    byte[] extents = in.readNBytes(4 * rank);
    if (extents.length < 4 * rank) throw Problem.truncated(place, "its header");
    int[] shape = new int[rank];
    ByteBuffer.wrap(extents).asIntBuffer().get(shape);
    for (int extent : shape) {
      if (extent < 0) throw Problem.file(place, "the header has an extent over 2147483647", "");
    }
    int size = Elements.count(place, Arrays.stream(shape).asLongStream().toArray());
    if ((long) size * type.bytes() > available) {
      throw Problem.truncated(place, "its " + size + " elements");
    }
    DType dtype = to.orElse(type.natural());
    Object data = Elements.read(in, type, ByteOrder.BIG_ENDIAN, size, dtype, place);
    Elements.unit(type, data, dtype, rank, bytes);
    // reading to the end also compares the checksum of gzip
    if (in.read() != -1)
      throw Problem.file(place, "there are more elements than the header says", "");
    return Tensor.wrap(dtype, data, shape);
  }

  private static ElementType element(byte code, String place) {
    return switch (code) {
      case 0x08 -> ElementType.U8;
      case 0x09 -> ElementType.I8;
      case 0x0B -> ElementType.I16;
      case 0x0C -> ElementType.I32;
      case 0x0D -> ElementType.F32;
      case 0x0E -> ElementType.F64;
      default ->
          throw Problem.file(place, "the IDX element type 0x%02x is not known".formatted(code), "");
    };
  }
}
