package dlx.data;

import dlx.runtime.DType;
import dlx.runtime.Tensor;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** NumPy's array file, versions 1.0 to 3.0 of the format, without pickled objects. */
public final class Npy {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int HEADER_LIMIT = 1 << 20;
  private static final Pattern DESCR =
      Pattern.compile("['\"]descr['\"]\\s*:\\s*(?:['\"]([^'\"]*)['\"]|(\\[))");
  private static final Pattern ORDER =
      Pattern.compile("['\"]fortran_order['\"]\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("['\"]shape['\"]\\s*:\\s*\\(([^)]*)\\)");

  /** What the header says. */
  private record Header(ElementType type, ByteOrder order, boolean fortran, long[] shape) {}

  private Npy() {}

  /** Reads a file; {@code to} is the element type to convert to, empty for the nearest one. */
  public static Tensor read(Path file, Optional<DType> to) {
    return read(file, to, Reading.Bytes.KEEP);
  }

  /** As above; {@code bytes} is what becomes of bytes where a float is wanted. */
  static Tensor read(Path file, Optional<DType> to, Reading.Bytes bytes) {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      return read(in, Files.size(file), to, bytes, file.toString());
    } catch (IOException e) {
      throw Problem.reading(file, e);
    }
  }

  /**
   * Reads an array from a stream.
   *
   * @param available how many bytes the stream has, so that a damaged header reserves no memory
   */
  static Tensor read(
      InputStream in, long available, Optional<DType> to, Reading.Bytes bytes, String place)
      throws IOException {
    Header header = header(in, place);
    int size = Elements.count(place, header.shape);
    if ((long) size * header.type.bytes() > available) {
      throw Problem.truncated(place, "its " + size + " elements");
    }
    DType dtype = to.orElse(header.type.natural());
    Object data = Elements.read(in, header.type, header.order, size, dtype, place);
    Elements.unit(header.type, data, dtype, header.shape.length, bytes);
    if (in.read() != -1) {
      throw Problem.file(
          place,
          "there are more data than the " + size + " elements of the header",
          "one file holds one array; several go into an .npz file");
    }
    int[] shape = Arrays.stream(header.shape).mapToInt(Math::toIntExact).toArray();
    if (!header.fortran || shape.length < 2) return Tensor.wrap(dtype, data, shape);
    return rowMajor(dtype, data, shape);
  }

  private static Header header(InputStream in, String place) throws IOException {
    byte[] start = in.readNBytes(8);
    if (!Arrays.equals(Arrays.copyOf(start, 6), MAGIC)) throw notNpy(start, place);
    if (start.length < 8) throw Problem.truncated(place, "its header");
    int major = start[6];
    if (major < 1 || major > 3) {
      throw Problem.file(place, "version " + major + " of the .npy format is not known", "");
    }
    byte[] count = in.readNBytes(major == 1 ? 2 : 4);
    long length = 0;
    for (int i = count.length - 1; i >= 0; i--) length = length << 8 | count[i] & 0xff;
    if (length > HEADER_LIMIT) {
      throw Problem.limit(place, "the .npy header has " + length + " bytes, at most 1048576", "");
    }
    byte[] text = in.readNBytes((int) length);
    if (text.length < length) throw Problem.truncated(place, "its header");
    return parse(new String(text, StandardCharsets.UTF_8), place);
  }

  private static RuntimeException notNpy(byte[] start, String place) {
    if (start.length == 0) return Problem.file(place, "the file is empty", "");
    if ((start[0] & 0xff) == 0x80) {
      return Problem.file(
          place, "this is a Python pickle, not an array", "write it with `numpy.save`");
    }
    if (start[0] == 'P' && start[1] == 'K') {
      return Problem.file(place, "this is an archive of arrays", "name it .npz");
    }
    return Problem.file(place, "this is not a .npy file: its first bytes are others", "");
  }

  private static Header parse(String text, String place) {
    Matcher descr = DESCR.matcher(text);
    Matcher order = ORDER.matcher(text);
    Matcher shape = SHAPE.matcher(text);
    if (!descr.find() || !order.find() || !shape.find()) {
      throw Problem.file(place, "the .npy header cannot be understood: " + text.strip(), "");
    }
    if (descr.group(2) != null) {
      throw Problem.file(
          place, "this is an array of records", "save each field as an array of its own");
    }
    String type = descr.group(1);
    String[] extents = shape.group(1).isBlank() ? new String[0] : shape.group(1).split(",");
    long[] sizes = new long[extents.length];
    for (int i = 0; i < sizes.length; i++) {
      String extent = extents[i].strip().replaceAll("L$", "");
      if (!extent.matches("-?\\d+")) {
        throw Problem.file(place, "the shape (" + shape.group(1) + ") cannot be understood", "");
      }
      if (extent.startsWith("-")) throw Problem.file(place, "the shape has a negative extent", "");
      if (extent.length() > 18) {
        throw Problem.elements(place, "the shape (" + shape.group(1) + ") is too large");
      }
      sizes[i] = Long.parseLong(extent);
    }
    return new Header(
        element(type, place),
        type.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN,
        order.group(1).equals("True"),
        sizes);
  }

  private static ElementType element(String descr, String place) {
    String type = descr.replaceFirst("^[<>=|]", "");
    return switch (type) {
      case "f2" -> ElementType.F16;
      case "f4" -> ElementType.F32;
      case "f8" -> ElementType.F64;
      case "i1" -> ElementType.I8;
      case "i2" -> ElementType.I16;
      case "i4" -> ElementType.I32;
      case "i8" -> ElementType.I64;
      case "u1" -> ElementType.U8;
      case "u2" -> ElementType.U16;
      case "u4" -> ElementType.U32;
      case "u8" -> ElementType.U64;
      case "b1" -> ElementType.BOOL;
      default ->
          throw Problem.file(
              place,
              type.startsWith("O")
                  ? "this is an array of Python objects"
                  : "elements of the NumPy type `" + descr + "` cannot be read",
              "convert it in NumPy, for example with `x.astype('float32')`");
    };
  }

  /** Elements that lie column after column, put row after row. */
  private static Tensor rowMajor(DType dtype, Object columns, int[] shape) {
    Tensor from = Tensor.wrap(dtype, columns, shape);
    Tensor to = Tensor.zeros(dtype, shape);
    int size = from.size();
    int[] index = new int[shape.length];
    int[] stride = new int[shape.length];
    for (int axis = 0, step = 1; axis < shape.length; step *= shape[axis++]) stride[axis] = step;
    for (int row = 0, column = 0; row < size; row++) {
      System.arraycopy(columns, column, to.data(), row, 1);
      for (int axis = shape.length - 1; axis >= 0; axis--) {
        column += stride[axis];
        if (++index[axis] < shape[axis]) break;
        column -= stride[axis] * shape[axis];
        index[axis] = 0;
      }
    }
    return to;
  }

  public static void write(Path file, Tensor tensor) {
    AtomicFile.write(file, out -> write(tensor, out));
  }

  static void write(Tensor tensor, OutputStream out) throws IOException {
    String shape =
        Arrays.stream(tensor.shape()).mapToObj(e -> e + ", ").collect(Collectors.joining());
    if (tensor.rank() > 1) shape = shape.substring(0, shape.length() - 2);
    String header =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }"
            .formatted(descr(tensor.dtype()), shape.strip());
    // magic, version, length, header and a newline make a multiple of 64
    int length = Math.ceilDiv(10 + header.length() + 1, 64) * 64 - 10;
    out.write(MAGIC);
    out.write(new byte[] {1, 0, (byte) length, (byte) (length >> 8)});
    out.write(
        (header + " ".repeat(length - 1 - header.length()) + "\n")
            .getBytes(StandardCharsets.US_ASCII));
    Elements.write(tensor, out);
  }

  private static String descr(DType dtype) {
    return switch (dtype) {
      case F32 -> "<f4";
      case F64 -> "<f8";
      case I32 -> "<i4";
      case BOOL -> "|b1";
    };
  }
}
